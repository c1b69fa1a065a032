"""Each user his own: exports, judgements and the page's handlers reach no other user's conversation; what is logged."""

from __future__ import annotations

import gradio as gr
import pytest
from fastapi.testclient import TestClient
from starlette.requests import Request

from access.accounts import Accounts
from assistant.history import History
from tests.access.accounts import staffed
from tests.ui.guarded import FROM_PAGE
from ui.desk import Desk
from ui.page import Page, Talk
from ui.turns import Turn
from ui.visitor import KEY, Visitor


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Accounts:
    return staffed(tmp_path_factory.mktemp("owners"))


@pytest.fixture(scope="module")
def kept(desk: Desk, accounts: Accounts) -> tuple[str, int]:
    """李明's conversation and its turn."""
    conversation_id, turn = desk.keep(None, Turn("每周开放多久？", "不少于40小时。", "grounded"), accounts.users.find("李明").user_id)
    assert conversation_id and turn.turn_id
    return conversation_id, turn.turn_id


def test_exports_and_feedback_are_for_the_owner(ming: TestClient, hong: TestClient, fang: TestClient, kept: tuple[str, int], desk: Desk) -> None:
    conversation_id, turn_id = kept
    for path in (f"/export/conversation/{conversation_id}.md", f"/export/turn/{turn_id}.md", f"/export/turn/{turn_id}.docx"):
        assert ming.get(path).status_code == 200
        for stranger in (hong, fang):
            reply = stranger.get(path)
            assert reply.status_code == 404 and "40小时" not in reply.text
    judgement = {"turn": turn_id, "good": False, "reason": "不对"}
    for stranger in (hong, fang):
        assert stranger.post("/feedback", json=judgement, headers=FROM_PAGE).status_code == 409
    assert desk.history and desk.history.feedback() == []
    assert ming.post("/feedback", json=judgement, headers=FROM_PAGE).status_code == 200
    assert "每周开放多久？" in fang.get("/judged").text and hong.get("/judged").status_code == 403


def test_exports_and_administrators_acts_are_in_the_log(ming: TestClient, fang: TestClient, kept: tuple[str, int], accounts: Accounts) -> None:
    ming.get(f"/export/turn/{kept[1]}.md")
    fang.post("/feedback/case", json={"turn": kept[1]}, headers=FROM_PAGE)
    by_ming, by_fang = accounts.audit.entries(who="李明", action="导出"), accounts.audit.entries(who="王芳", action="收为评测题")
    assert by_ming[0].subject == f"GET /export/turn/{kept[1]}.md → 200" and by_fang[0].subject.startswith("POST /feedback/case → ")
    assert by_ming[0].address == "10.0.0.9"
    fang.get("/library")
    assert accounts.audit.entries(who="王芳", limit=1)[0].action == "收为评测题"  # looking is not noted
    fang.put("/library/uploads?name=a.txt", content="第一条 试。".encode(), headers=FROM_PAGE)
    assert accounts.audit.entries(who="王芳", limit=1)[0].subject == "PUT /library/uploads → 200"


def test_the_page_shows_and_changes_only_ones_own(desk: Desk, accounts: Accounts, kept: tuple[str, int]) -> None:
    page, history = Page(desk), desk.history
    assert isinstance(history, History)
    own, other = (_asks(accounts.users.find(name).user_id) for name in ("李明", "赵红"))
    assert page.load(kept[0], own)[page.talk].conversation_id == kept[0] and "每周开放多久" in page.load("", own)[page.list]["value"]
    shown = page.load(kept[0], other)
    assert shown[page.talk] == Talk() and "40小时" not in "".join(map(str, shown.values())) and "每周开放多久" not in page.find("开放", Talk(), other)["value"]
    for act in ("open", "rename", "delete"):
        event = gr.EventData(None, {"act": act, "id": kept[0], "name": "改了"})
        changed = page.choose(Talk(), "", event, other)
        assert changed[page.talk] == Talk() and "40小时" not in str(changed[page.log])
    found, turn = desk.keep(kept[0], Turn("插一句", "答", "grounded"), accounts.users.find("赵红").user_id)
    assert found != kept[0] and turn.turn_id
    (conversation,) = history.of(accounts.users.find("李明").user_id).conversations()
    assert (conversation.name, conversation.turns) == ("每周开放多久？", 1)


def _asks(owner: str) -> gr.Request:
    return gr.Request(Request({"type": "http", "headers": [], KEY: Visitor(owner, "x", False)}))
