"""Every handler of the page that Gradio can be asked for: none without a session, none in another's tab, none that is for
administrators through a user."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from fastapi.testclient import TestClient

from access.accounts import Accounts
from tests.access.accounts import staffed
from tests.ui.guarded import FROM_PAGE, visitor
from ui.page import Page

# What each handler does is whoever's it is: by the session's owner, or the same for all.
OWN = {"load", "ask", "stop", "begin", "find", "choose"}
SAME_FOR_ALL = {"confine_by", "confine_by_1", "show_scope", "show_scope_1", "show_scope_2"}


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Accounts:
    return staffed(tmp_path_factory.mktemp("handlers"))


@pytest.fixture(scope="module")
def handlers(fang: TestClient) -> dict[str, dict[str, Any]]:
    """Every handler that the page's configuration names, by its name."""
    return {handler["api_name"]: handler for handler in fang.get("/config").json()["dependencies"]}


def asked(handler: dict[str, Any], tab: str) -> dict[str, Any]:
    return {"data": [None] * len(handler["inputs"]), "fn_index": handler["id"], "session_hash": tab, "trigger_id": handler["targets"][0][0]}


def test_the_list_of_handlers_is_whole(handlers: dict[str, Any], desk: Any) -> None:
    """Whoever adds a handler says here whose it is; one for administrators must look at the visitor itself."""
    blocks = Page(desk).blocks
    assert {fn.api_name for fn in blocks.fns.values()} == set(handlers) == OWN | SAME_FOR_ALL
    for fn in blocks.fns.values():
        knows_who = "request" in inspect.signature(fn.fn).parameters
        assert knows_who == (fn.api_name in OWN), fn.api_name


def test_no_handler_runs_without_a_session(app: Any, handlers: dict[str, Any]) -> None:
    nobody = visitor(app)
    for name, handler in handlers.items():
        body = asked(handler, "nobodys")
        assert nobody.post("/gradio_api/queue/join", json=body, headers=FROM_PAGE).status_code == 401, name
        assert nobody.post("/gradio_api/run/predict", json=body, headers=FROM_PAGE).status_code == 401, name


def test_no_handler_runs_by_its_name_for_anybody(fang: TestClient, handlers: dict[str, Any]) -> None:
    for name, handler in handlers.items():
        for way in ("run", "api", "call", "call/v2"):
            reply = fang.post(f"/gradio_api/{way}/{name}", json=asked(handler, "fangs"), headers=FROM_PAGE)
            assert reply.status_code == 404, f"{way}/{name}"


def test_no_handler_runs_in_anothers_tab(ming: TestClient, hong: TestClient, fang: TestClient, handlers: dict[str, Any]) -> None:
    tab = "mings-own"
    assert ming.get(f"/gradio_api/queue/data?session_hash={tab}").status_code != 403  # his from here on
    for other in (hong, fang):
        for name, handler in handlers.items():
            for way in ("queue/join", "run/predict"):
                reply = other.post(f"/gradio_api/{way}", json=asked(handler, tab), headers=FROM_PAGE)
                assert reply.status_code == 403, f"{way} {name}"


def test_what_queues_cannot_be_called_past_the_queue(ming: TestClient, handlers: dict[str, Any]) -> None:
    for name, handler in handlers.items():
        reply = ming.post("/gradio_api/run/predict", json=asked(handler, "ming-2"), headers=FROM_PAGE)
        assert (reply.status_code == 200) == (name == "stop"), f"{name}: {reply.status_code}"
