"""No address is reachable without a session but those meant to be, and every address has its line in the table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from starlette.websockets import WebSocketDisconnect

from access.accounts import Accounts
from tests.access.accounts import staffed
from tests.ui.guarded import FROM_PAGE, signed_in, visitor
from ui.desk import Desk
from ui.paths import RULES, UNLISTED, Who, rule_for
from ui.serve import build_app

OPEN = {"/login", "/logout", "/ui/page.css", "/ui/login.css", "/healthz", "/readyz"}
# Gradio's own that answer or change something; named, so that a Gradio that moves them does not pass unnoticed.
GRADIO = (
    "/gradio_api/file={path_or_url:path}", "/gradio_api/upload", "/gradio_api/proxy={url_path:path}", "/gradio_api/component_server",
    "/gradio_api/run/{api_name}", "/gradio_api/call/{api_name}", "/gradio_api/info", "/gradio_api/queue/join", "/gradio_api/queue/data",
    "/gradio_api/stream/{event_id}", "/gradio_api/deep_link", "/gradio_api/token", "/monitoring/summary", "/config", "/openapi.json",
)


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Accounts:
    return staffed(tmp_path_factory.mktemp("accounts"))


def inner(app: Any) -> Any:
    """The application with routes, below what is wrapped round it."""
    while not hasattr(app, "routes"):
        app = app.app
    return app


def routes(app: Any, prefix: str = "") -> Iterator[tuple[str, frozenset[str]]]:
    """(path as declared, methods) of every route, those of mounted applications and included routers too."""
    for route in getattr(app, "routes", ()):
        yield from _of(route, prefix)


def _of(route: Any, prefix: str) -> Iterator[tuple[str, frozenset[str]]]:
    if hasattr(route, "effective_candidates"):
        for candidate in route.effective_candidates():
            yield from _of(candidate, prefix)
        return
    below = getattr(route, "app", None)
    if hasattr(below, "routes"):
        yield f"{prefix}{route.path}/", frozenset({"GET"})
        yield from routes(below, f"{prefix}{route.path}")
    else:
        yield f"{prefix}{route.path}", frozenset(getattr(route, "methods", None) or {"GET"})


def example(path: str) -> str:
    """An address of a declared path."""
    return re.sub(r"\{[^}]*\}", "x", path)


def test_the_list_of_routes_is_whole(app: Any) -> None:
    found = {path for path, _ in routes(inner(app))}
    assert len(found) > 70 and {*GRADIO, "/", "/reader/{clause_id}", "/judged", "/login", "/api/v1/ask", "/export/{what}/{key}.{kind}"} <= found


def test_no_route_is_reachable_without_a_session(app: Any) -> None:
    nobody = visitor(app)
    for path, methods in routes(inner(app)):
        address = example(path)
        for method in methods:
            reply = nobody.request(method, address, headers=FROM_PAGE)
            if address in OPEN:
                continue
            expected = (404,) if rule_for(address).who is Who.NOBODY else (401, 303)
            assert reply.status_code in expected, f"{method} {address}: {reply.status_code}"
            if reply.status_code == 303:
                assert reply.headers["location"].startswith("/login?next=")


def test_only_the_addresses_meant_to_be_are_open() -> None:
    assert {rule.prefix for rule in RULES if rule.who is Who.ANYONE} == OPEN


def test_every_route_has_its_line(app: Any) -> None:
    missing = sorted({path for path, _ in routes(inner(app)) if rule_for(example(path)) is UNLISTED})
    assert missing == [], "say in ui/paths.py who may reach these"


def test_what_has_no_line_is_for_administrators(app: Any) -> None:
    assert visitor(app).get("/secret").status_code == 401
    assert signed_in(app, "李明").get("/secret").status_code == 403
    assert signed_in(app, "王芳").get("/secret").status_code == 404


@pytest.mark.parametrize("path", [
    "//", "//gradio_api/info", "/gradio_api//info", "/./judged", "/%2e/judged", "/reader/../judged", "/ui/page.css/../../judged", "/UI/page.css/x",
    "/login/../judged", "/ui/page.css%2f..%2f..%2fjudged", "/ui/login.cssx", "/healthz/x/../../judged", "/judged%00", "/login%2f..%2fjudged",
])
def test_no_way_of_writing_an_address_gets_round_the_table(app: Any, path: str) -> None:
    reply = visitor(app).get(path, headers={"Accept": "text/html"})
    assert reply.status_code in (303, 401, 404, 400) and "judged-list" not in reply.text
    assert reply.status_code != 404 or rule_for(unquote(path)).who is Who.NOBODY


@pytest.mark.parametrize("path", [example(path) for path in GRADIO if rule_for(example(path)).who is Who.NOBODY])
def test_what_the_page_does_not_need_is_shut_for_administrators_too(app: Any, path: str) -> None:
    assert signed_in(app, "王芳").get(path).status_code == 404


def test_gradios_server_gives_no_file_even_on_ones_own_machine(page_folder: Path) -> None:
    local = visitor(build_app(Desk(_plain(page_folder), remember=False)))
    for path in (page_folder / "library.db", Path("/etc/hostname"), "http://127.0.0.1:9/"):
        assert local.get(f"/gradio_api/file={path}").status_code == 404
        assert local.get(f"/gradio_api/proxy={path}").status_code == 404
    assert local.post("/gradio_api/upload", files={"files": b"x"}).status_code == 404
    for below in ("/assets/../routes.py", "/assets/%2e%2e/routes.py", "/static/..%2f..%2froutes.py", "/assets//etc/hostname"):
        assert local.get(below).status_code in (403, 404)
    assert local.get("/config").status_code == 200 and local.get("/judged").status_code == 503


def _plain(folder: Path) -> Any:
    from tests.ui.conftest import settings_for

    return settings_for(folder)


def test_a_socket_needs_a_session_too(app: Any) -> None:
    with pytest.raises(WebSocketDisconnect) as closed, visitor(app).websocket_connect("ws://127.0.0.1/reader/x"):
        pass
    assert closed.value.code == 1008
