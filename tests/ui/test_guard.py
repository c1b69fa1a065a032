"""The gate: roles on the server's side, other sites' requests, sessions in cookies, tabs, shares, the log."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from access.accounts import Accounts
from access.schema import Role
from access.sessions import Lifetimes
from tests.access.accounts import PASSWORD, Clock, staffed
from tests.ui.guarded import FROM_PAGE, ORIGIN, guarded_desk, signed_in, visitor, with_token
from ui.desk import Desk
from ui.serve import build_app

TAB = {"data": [], "fn_index": 0, "session_hash": "tab1"}


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Accounts:
    return staffed(tmp_path_factory.mktemp("guard"), clock, Lifetimes(idle=600, whole=3600))


# -- signing in and out ------------------------------------------------------------------------------------------


def test_the_cookie_is_for_this_page_alone(app: Any, accounts: Accounts) -> None:
    reply = visitor(app).post("/login", data={"name": "李明", "password": PASSWORD}, headers=FROM_PAGE)
    cookie = reply.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Path=/" in cookie and "Domain" not in cookie and "Secure" not in cookie
    settings = guarded_desk(accounts.path.parent).settings
    secure = Desk(dataclasses.replace(settings, access=dataclasses.replace(settings.access, https=True)))
    reply = visitor(build_app(secure, accounts)).post("/login", data={"name": "李明", "password": PASSWORD}, headers=FROM_PAGE)
    assert reply.headers["set-cookie"].startswith("__Host-wengui=") and "Secure" in reply.headers["set-cookie"]


def test_a_wrong_password_is_told_and_slowed(app: Any) -> None:
    client = visitor(app, address="10.9.9.9")
    statuses = [client.post("/login", data={"name": "没有的人", "password": f"guess {n} guess"}, headers=FROM_PAGE) for n in range(6)]
    assert [reply.status_code for reply in statuses] == [401] * 5 + [429]
    assert "用户名或密码不对" in statuses[0].text and "登录太频繁" in statuses[-1].text and int(statuses[-1].headers["retry-after"]) >= 1
    assert "guess" not in statuses[0].text and "没有的人" in statuses[0].text and "set-cookie" not in statuses[0].headers


@pytest.mark.parametrize(("wanted", "led_to"), [
    ("/?clause=c1&start=2", "/?clause=c1&start=2"), ("//evil.example/", "/"), ("/\\evil.example", "/"), ("https://evil.example/", "/"),
    ("/\t/evil.example", "/"), ("javascript:alert(1)", "/"), ("", "/"), ("/a b", "/"),
])
def test_signing_in_leads_back_and_never_away(app: Any, wanted: str, led_to: str) -> None:
    reply = visitor(app).post("/login", data={"name": "赵红", "password": PASSWORD, "next": wanted}, headers=FROM_PAGE)
    assert (reply.status_code, reply.headers["location"]) == (303, led_to)


def test_a_page_asked_for_leads_to_the_form_and_a_script_is_told(app: Any) -> None:
    client = visitor(app)
    opened = client.get("/?clause=c1&start=2", headers={"Accept": "text/html", "Sec-Fetch-Mode": "navigate"})
    assert (opened.status_code, opened.headers["location"]) == (303, "/login?next=%2F%3Fclause%3Dc1%26start%3D2")
    form = client.get(opened.headers["location"])
    assert form.status_code == 200 and 'value="/?clause&#61;c1&amp;start&#61;2"' in form.text and form.headers["cache-control"] == "no-store"
    fetched = client.get("/reader/c1", headers={"Accept": "text/html", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin"})
    assert fetched.status_code == 401 and "登录" in fetched.text
    told = client.post("/api/v1/ask", json={"question": "问"}, headers=FROM_PAGE)
    assert told.status_code == 401 and told.json()["error"]["code"] == "sign_in" and told.headers["www-authenticate"] == "Bearer"


def test_signing_out_ends_the_session_and_a_link_cannot(app: Any) -> None:
    client = signed_in(app, "赵红")
    assert client.get("/logout").headers["location"] == "/" and client.get("/reader/x").status_code != 401
    kept = dict(client.cookies)
    reply = client.post("/logout", headers=FROM_PAGE)
    assert reply.headers["location"] == "/login" and client.get("/reader/x").status_code == 401
    thief = visitor(app)
    thief.cookies.update(kept)
    assert thief.get("/reader/x").status_code == 401


def test_a_session_ends_when_idle(app: Any, clock: Clock) -> None:
    client = signed_in(app, "赵红")
    clock.now += 599
    assert client.get("/reader/x").status_code != 401
    clock.now += 601
    assert client.get("/reader/x").status_code == 401
    clock.now -= 1200


def test_odd_forms_are_no_faults(app: Any) -> None:
    for content in (b"", b"\xff\xfe", b"a=1&" * 50, b"name=" + b"x" * 9000, b"name=a&name=b&password=c"):
        reply = visitor(app, address="10.8.8.8").post("/login", content=content, headers=FROM_PAGE)
        assert reply.status_code in (401, 429)


# -- roles -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path"), [
    ("GET", "/judged"), ("POST", "/feedback/case"), ("GET", "/library"), ("PUT", "/library/uploads"), ("POST", "/library/documents/remove"), ("GET", "/evaluation/runs"), ("GET", "/metrics"),
])
def test_what_is_for_administrators_is_refused_to_users(ming: TestClient, fang: TestClient, accounts: Accounts, method: str, path: str) -> None:
    refused = ming.request(method, path, headers=FROM_PAGE)
    assert refused.status_code == 403 and "管理员" in refused.text
    assert fang.request(method, path, headers=FROM_PAGE).status_code not in (401, 403)
    (entry, *_) = accounts.audit.entries(who="李明", limit=1)
    assert (entry.action, entry.subject) == ("被拒绝", f"{method} {path}")


def test_a_role_taken_away_is_gone_at_once(app: Any, accounts: Accounts) -> None:
    accounts.add("陈静", PASSWORD, Role.ADMINISTRATOR, "")
    client, program = signed_in(app, "陈静"), with_token(app, accounts, "陈静")
    assert client.get("/judged").status_code == program.get("/judged").status_code == 200
    accounts.set_disabled("陈静", True, "")
    assert client.get("/judged").status_code == program.get("/judged").status_code == 401


# -- other sites -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [
    {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://127.0.0.1:8000"}, {"Origin": "http://127.0.0.1.evil.example"}, {"Origin": "http://["}, {"Origin": ""},
    {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "cross-site", "Origin": ORIGIN}, {},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
])
def test_no_other_site_acts_in_a_users_name(ming: TestClient, headers: dict[str, str]) -> None:
    for path in ("/feedback", "/logout", "/gradio_api/queue/join", "/api/v1/search"):
        assert ming.post(path, json=TAB, headers=headers).status_code == 403


def test_no_other_site_signs_anybody_in(app: Any) -> None:
    reply = visitor(app).post("/login", data={"name": "李明", "password": PASSWORD}, headers={"Origin": "https://evil.example"})
    assert reply.status_code == 403 and "set-cookie" not in reply.headers


def test_no_other_site_reads_what_is_here(ming: TestClient) -> None:
    for path in ("/", "/config", "/reader/x"):
        reply = ming.get(path, headers={"Origin": "https://evil.example"})
        assert reply.status_code == 403
        assert ming.get(path, headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}).status_code == 403
        assert not [name for name in ming.get(path, headers=FROM_PAGE).headers if name.startswith("access-control-")]
    followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert ming.get("/?clause=c1", headers=followed).status_code == 200


def test_without_users_other_sites_are_refused_as_well(tmp_path: Path) -> None:
    from tests.ui.conftest import settings_for

    local = visitor(build_app(Desk(settings_for(tmp_path))))
    taken = {"turn": 1, "good": True}
    assert local.post("/feedback", json=taken, headers={"Origin": "https://evil.example"}).status_code == 403
    assert local.post("/feedback", json=taken).status_code == local.post("/feedback", json=taken, headers=FROM_PAGE).status_code == 409
    assert local.get("/login").headers["location"] == "/" and local.get("/judged").status_code == 200


def test_a_name_that_is_not_ours_is_refused(app: Any, accounts: Accounts) -> None:
    assert visitor(app).get("/login", headers={"Host": "evil.example"}).status_code == 400
    settings = guarded_desk(accounts.path.parent).settings
    named = Desk(dataclasses.replace(settings, access=dataclasses.replace(settings.access, hosts=("wengui.example",))))
    assert visitor(build_app(named, accounts)).get("/login", headers={"Host": "wengui.example:7860"}).status_code == 200


def test_a_forwarded_host_does_not_become_ours(ming: TestClient) -> None:
    reply = ming.get("/config", headers={"X-Forwarded-Host": "evil.example", "X-Gradio-Server": "https://evil.example"})
    assert "evil.example" not in reply.text


# -- programs, tabs, shares, the log -----------------------------------------------------------------------------


def test_a_program_needs_its_token_and_no_cookie(app: Any, accounts: Accounts) -> None:
    program = with_token(app, accounts, "李明")
    assert program.get("/api/v1/documents").status_code not in (401, 403)
    assert program.post("/feedback", json={}).status_code == 422
    assert program.get("/judged").status_code == 403
    for wrong in ("Bearer x", "Bearer ", "Basic x", "bearer"):
        assert visitor(app).get("/api/v1/documents", headers={"Authorization": wrong}).status_code == 401


def test_a_tab_belongs_to_whoever_opened_it(ming: TestClient, hong: TestClient) -> None:
    assert ming.post("/gradio_api/queue/join", json=TAB, headers=FROM_PAGE).status_code != 403
    for reply in (
        hong.post("/gradio_api/queue/join", json=TAB, headers=FROM_PAGE), hong.get("/gradio_api/queue/data?session_hash=tab1"),
        hong.get("/gradio_api/heartbeat/tab1"), hong.post("/gradio_api/cancel", json={**TAB, "event_id": "e"}, headers=FROM_PAGE),
        hong.get("/gradio_api/queue/data?session_hash=mine&session_hash=tab1"),
    ):
        assert reply.status_code == 403 and "另一次登录" in reply.text
    long = hong.post("/gradio_api/queue/join", json={**TAB, "session_hash": "tab2", "data": ["长" * 400_000]}, headers=FROM_PAGE)
    assert long.status_code == 413


def test_only_stopping_goes_past_the_queue(ming: TestClient) -> None:
    called = [
        ming.post("/gradio_api/run/predict", json={**TAB, "session_hash": "tab3", "fn_index": handler["id"]}, headers=FROM_PAGE).status_code
        for handler in ming.get("/config").json()["dependencies"]
    ]
    assert len(called) > 5 and sorted(called)[:1] == [200] and set(called) == {200, 404} and called.count(200) == 1


def test_a_crowd_at_the_door_is_told_to_come_again(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.login._MOST_WAITING", 0)
    reply = visitor(app).post("/login", data={"name": "李明", "password": PASSWORD}, headers=FROM_PAGE)
    assert reply.status_code == 503 and "登录的人太多" in reply.text and "set-cookie" not in reply.headers


def test_the_log_holds_one_line_whatever_was_asked_for(ming: TestClient, accounts: Accounts) -> None:
    ming.get("/judged/%0a2026-11-25%1b[2J")
    (entry,) = accounts.audit.entries(who="李明", action="被拒绝", limit=1)
    assert entry.subject == "GET /judged/\ufffd2026-11-25\ufffd[2J"


def test_questions_have_a_share_a_minute(app: Any, accounts: Accounts) -> None:
    accounts.add("周敏", PASSWORD, Role.USER, "")
    program = with_token(app, accounts, "周敏")
    replies = [program.post("/api/v1/ask", json={"question": "开放多久？"}) for _ in range(4)]
    assert [reply.status_code == 429 for reply in replies] == [False] * 3 + [True]
    assert replies[-1].json()["error"]["code"] == "too_many" and 1 <= int(replies[-1].headers["retry-after"]) <= 61
    assert program.post("/api/v1/search", json={"question": "开放多久？"}).status_code == 429
    assert program.get("/api/v1/documents").status_code != 429


def test_without_its_accounts_nobody_gets_in(tmp_path: Path) -> None:
    accounts = staffed(tmp_path)
    app = build_app(guarded_desk(tmp_path), accounts)
    client = signed_in(app, "王芳")
    for path in tmp_path.glob("accounts.db*"):
        path.unlink()
    accounts.path.write_bytes(b"broken" * 1000)
    reply = client.get("/judged")
    assert reply.status_code == 503 and "告诉管理员" in reply.text and str(tmp_path) not in reply.text
