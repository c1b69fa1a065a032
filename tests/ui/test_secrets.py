"""A planted key, passwords and tokens: in no log, no error, no page, no export, no file in the clear."""

from __future__ import annotations

import dataclasses
import io
import logging
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import access.__main__ as access_command
from assistant.doctor import examine
from settings import AccessSettings, ModelSettings
from tests.access.accounts import PASSWORD, staffed
from tests.assistant.llm.scripted_server import ScriptedServer, Step
from tests.tiny import TEXTS, make_library
from tests.ui.conftest import settings_for
from tests.ui.guarded import FROM_PAGE, signed_in, visitor, with_token
from ui.desk import Desk
from ui.moments import moments
from ui.serve import build_app

KEY = "sk-planted-7f3a9c1e55d04b"
WRONG = "my-other-bank-password-81"
QUESTION = "社区学习中心每周开放多少小时？"


@pytest.fixture
def leaks(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Iterator[list[str]]:
    """What the test has seen; at the end it, everything logged at any level, and both output streams are looked through."""
    seen: list[str] = []
    with caplog.at_level(logging.DEBUG):
        yield seen
    seen += [caplog.text, *(str(record.__dict__) for record in caplog.records), *capfd.readouterr()]
    found = [secret for secret in (KEY, PASSWORD, WRONG) for text in seen if secret in text]
    assert found == [] and seen


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    from index.embedders import load_embedder

    make_library(tmp_path, TEXTS, load_embedder())
    return tmp_path


def test_nothing_tells_a_key_or_a_password(folder: Path, leaks: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedServer([Step(status=401, error=f"Incorrect API key provided: {KEY}")]) as server:
        model = ModelSettings("openai", server.base_url, "scripted", KEY, timeout=5.0)
        settings = dataclasses.replace(settings_for(folder), model=model, access=AccessSettings(roles=True))
        accounts, desk = staffed(folder), Desk(settings)
        desk.open()
        leaks += [repr(settings), str(settings.shown()), repr(desk.__dict__), repr(accounts.__dict__), str(examine(settings))]
        owner = accounts.users.find("李明").user_id
        assert desk.chain is not None
        last = [moment for moment in moments(desk.chain, QUESTION) if moment.turn][-1].turn
        assert last and server.keys and server.keys[0] == f"Bearer {KEY}"
        conversation_id, kept = desk.keep(None, last, owner)
        app = build_app(desk, accounts)
        leaks += _pages(app, accounts, str(conversation_id), kept.turn_id)
    leaks += [path.read_bytes().decode("utf-8", "replace") for path in folder.rglob("*") if path.is_file()]
    monkeypatch.setenv("WENGUI_DATA_FOLDER", str(folder))
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{WRONG}\n"))
    access_command.main(["user", "password", "赵红"])
    access_command.main(["audit", "--json"])


def _pages(app: Any, accounts: Any, conversation_id: str, turn_id: int | None) -> list[str]:
    """All that the application says when it is asked rightly and wrongly."""
    nobody, ming, fang = visitor(app), signed_in(app, "李明"), signed_in(app, "王芳")
    # A password in the name's place: only whoever typed it gets it back, in the form.
    assert nobody.post("/login", data={"name": PASSWORD, "password": WRONG}, headers=FROM_PAGE).status_code == 401
    replies = [
        nobody.post("/login", data={"name": "李明", "password": WRONG}, headers=FROM_PAGE),
        nobody.post("/login", json={"name": ["x"], "password": WRONG}, headers=FROM_PAGE),
        nobody.get(f"/reader/x?password={WRONG}", headers={"Authorization": f"Bearer {KEY}"}),
        ming.get("/"), ming.get("/config"), fang.get("/judged"), ming.get("/healthz"), fang.get("/metrics"),
        ming.get(f"/export/conversation/{conversation_id}.md"), ming.get(f"/export/turn/{turn_id}.docx"),
        ming.post("/feedback", json={"turn": turn_id, "good": True}, headers=FROM_PAGE), ming.post("/feedback", content=b"{", headers=FROM_PAGE),
        with_token(app, accounts, "李明").post("/api/v1/ask", json={"question": QUESTION}),
    ]
    markdown, word = replies[8:10]
    assert (markdown.status_code, word.status_code) == (200, 200)
    with zipfile.ZipFile(io.BytesIO(word.content)) as parts:
        inside = [parts.read(name).decode("utf-8", "replace") for name in parts.namelist()]
    return [*(f"{reply.headers}{reply.text}" for reply in replies), *inside]


def test_a_token_is_shown_once_and_kept_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    staffed(tmp_path)
    monkeypatch.setenv("WENGUI_DATA_FOLDER", str(tmp_path))
    access_command.main(["user", "token", "李明"])
    token = capsys.readouterr().out.split("\n")[0]
    assert re.fullmatch(r"[\w-]{43}", token)
    access_command.main(["audit", "--json"])
    access_command.main(["user", "list", "--json"])
    shown = capsys.readouterr().out
    assert "发放令牌" in shown and token not in shown
    assert not [path for path in tmp_path.glob("accounts.db*") if token.encode() in path.read_bytes()]
