"""The whole application with users on, and visitors to it without a browser."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from access.accounts import Accounts
from settings import AccessSettings
from tests.access.accounts import PASSWORD
from tests.ui.conftest import settings_for
from ui.desk import Desk

ORIGIN = "http://127.0.0.1"
FROM_PAGE = {"Origin": ORIGIN}  # as a browser says it of our own page's requests


def guarded_desk(folder: Path) -> Desk:
    """A desk over a data folder, users on."""
    return Desk(dataclasses.replace(settings_for(folder), access=AccessSettings(roles=True, questions_per_minute=3)))


def visitor(app: Any, *, address: str = "10.0.0.9") -> TestClient:
    """Somebody unknown, from an address."""
    return TestClient(app, base_url=ORIGIN, follow_redirects=False, client=(address, 50_000), raise_server_exceptions=False)


def signed_in(app: Any, name: str) -> TestClient:
    """Somebody with a session of his own."""
    client = visitor(app)
    reply = client.post("/login", data={"name": name, "password": PASSWORD}, headers=FROM_PAGE)
    assert (reply.status_code, reply.headers["location"]) == (303, "/")
    return client


def with_token(app: Any, accounts: Accounts, name: str) -> TestClient:
    """A program that asks in somebody's name."""
    client = visitor(app)
    client.headers["Authorization"] = f"Bearer {accounts.token(name, 1, 'test')}"
    return client
