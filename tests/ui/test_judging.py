"""Judged turns as evaluation cases that the evaluation itself reads and that their own reference answers pass; exports."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.history import StoredTurn
from eval.cases import load_cases, parse_case
from eval.matching import strict
from tests.ui.conftest import settings_for
from ui.desk import Desk
from ui.exporting import entry_of, export
from ui.feedback import FeedbackError, append, case_of, kept_ids
from ui.guard import Guard
from ui.moments import moments
from ui.routes import make_routes
from ui.turns import to_record

HOURS, TAUGHT, HEADS = "社区学习中心每周开放多少小时？", "夜校教学点2027年要达到多少个？", "夜间课堂由谁牵头？"
DEFINED, REFUSED = "银发讲师是指什么？", "图书馆馆长的退休金是多少？"


@pytest.fixture(scope="module")
def desk(page_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk over a copy of the page's library, with a history of its own."""
    folder = tmp_path_factory.mktemp("judged")
    (folder / "library.db").write_bytes((page_folder / "library.db").read_bytes())
    opened = Desk(settings_for(folder))
    opened.open()
    assert opened.problem is None
    return opened


def asked(desk: Desk, question: str, good: bool | None = True) -> StoredTurn:
    """The question asked, kept and judged."""
    assert desk.chain and desk.history
    turn = list(moments(desk.chain, question))[-1].turn
    assert turn
    turn_id = desk.history.add_turn(desk.history.create(question), question, turn.text, to_record(turn))
    if good is not None:
        desk.history.give_feedback(turn_id, good, "数字不对" if not good else "")
    stored = desk.history.turn(turn_id)
    assert stored
    return stored


@pytest.mark.parametrize(("question", "kind"), [(HOURS, "number"), (TAUGHT, "table"), (HEADS, "department"), (DEFINED, "definition")])
def test_a_useful_answer_becomes_a_case_that_it_passes_itself(desk: Desk, question: str, kind: str) -> None:
    assert desk.chain
    stored = asked(desk, question)
    case = parse_case(case_of(stored, desk.chain.library))
    assert (case.type, case.question, case.answerable) == (kind, question, True)
    assert strict(case, case.answer, False)
    assert not strict(case, "没有这回事。", False)
    assert kind != "department" or case.key_points == (("市总工会",),)
    texts = {document.title: "".join(c.text for c in desk.chain.library.clauses.values() if c.doc_id == key) for key, document in desk.chain.library.documents.items()}
    assert all(item.quote in texts[item.doc] for item in case.evidence)


def test_a_refusal_that_was_right_is_an_unanswerable_case(desk: Desk) -> None:
    assert desk.chain
    case = parse_case(case_of(asked(desk, REFUSED), desk.chain.library))
    assert case.type == "unanswerable" and not case.answerable


def test_a_wrong_answer_needs_the_right_clause_or_a_refusal(desk: Desk) -> None:
    assert desk.chain
    library = desk.chain.library
    stored = asked(desk, HOURS, good=False)
    for link in ("", "http://127.0.0.1/?clause=0000"):
        with pytest.raises(FeedbackError):
            case_of(stored, library, link)
    clause = next(c for c in library.clauses.values() if "每期不超过30人" in c.text)
    start = clause.text.index("每期")
    right = parse_case(case_of(stored, library, f"http://127.0.0.1:7860/?chat=1&clause={clause.clause_id}&start={start}&end={start + 8}"))
    assert (right.answer, right.evidence[0].quote, right.key_points) == ("每期不超过30人", "每期不超过30人", (("30人",),))
    assert parse_case(case_of(stored, library, f"/?clause={clause.clause_id}&start=x&end=9")).evidence[0].quote == clause.text.strip()
    assert not parse_case(case_of(stored, library, unanswerable=True)).answerable


def test_cases_are_appended_once_and_the_evaluation_reads_them(desk: Desk, tmp_path: Path) -> None:
    assert desk.chain
    path = tmp_path / "feedback.jsonl"
    cases = [case_of(asked(desk, question), desk.chain.library) for question in (HOURS, REFUSED)]
    assert [append(path, case) for case in (*cases, cases[0])] == [True, True, False]
    path.write_bytes(path.read_bytes().rstrip(b"\n"))  # an editor that takes the last line's end
    assert append(path, case_of(asked(desk, HEADS), desk.chain.library))
    assert [case.question for case in load_cases(path)] == [HOURS, REFUSED, HEADS]
    assert len(kept_ids(path)) == 3
    with pytest.raises(FeedbackError, match="写不进"):
        append(tmp_path / "nowhere" / "x.jsonl", cases[0])


@pytest.fixture(scope="module")
def client(desk: Desk) -> TestClient:
    app = FastAPI()
    app.include_router(make_routes(desk))
    return TestClient(Guard(app, None))


def test_the_list_offers_and_takes(desk: Desk, client: TestClient) -> None:
    good, bad = asked(desk, HOURS), asked(desk, HEADS, good=False)
    shown = client.get("/judged").text
    assert "数字不对" in shown and "应当拒答" in shown and f'data-judged="{bad.turn_id}"' in shown
    assert client.post("/feedback/case", json={"turn": bad.turn_id}).status_code == 409
    assert "已收" in client.post("/feedback/case", json={"turn": good.turn_id}).json()["message"]
    assert "已经收过" in client.post("/feedback/case", json={"turn": good.turn_id}).json()["message"]
    assert client.post("/feedback/case", json={"turn": asked(desk, HOURS, None).turn_id}).status_code == 409
    assert "已收为评测题" in client.get("/judged").text
    assert any(case.question == HOURS for case in load_cases(desk.settings.folder / "feedback.jsonl"))


def test_answers_and_conversations_are_downloaded(desk: Desk, client: TestClient) -> None:
    stored = asked(desk, TAUGHT)
    reply = client.get(f"/export/turn/{stored.turn_id}.md")
    assert f"## {TAUGHT}" in reply.text and "[^1]: 《重庆市夜校扩容方案" in reply.text and "| 指标 | 2023年 | 2027年 |" in reply.text
    assert "问规-夜校教学点2027年要达到多少个？.md" in unquote(reply.headers["content-disposition"])
    assert reply.headers["content-disposition"].isascii()
    assert client.get(f"/export/conversation/{stored.conversation_id}.docx").content[:2] == b"PK"
    for gone in ("turn/999999.md", "turn/x.md", "turn/1.exe", "else/1.md", "conversation/x.docx", f"turn/{'9' * 40}.md"):
        assert client.get(f"/export/{gone}").status_code == 404


def test_an_export_says_how_the_answer_came_about(desk: Desk) -> None:
    refused = entry_of(asked(desk, REFUSED))
    assert refused.made == "资料中没有找到依据" and refused.nearest and not refused.footnotes
    told = entry_of(StoredTurn(1, "c", "问", "no date", {"format": 1, **plain_record("partial")}))
    assert told.remarks == ("资料只回答了问题的一部分。", "结合上文，按“改”查找。", "只查：甲。", "注意") and told.asked == ""
    assert "由 某模型 改写" in told.made
    assert export("md", [StoredTurn(1, "c", "/..\\<>", "", {})]).headers["Content-Disposition"].endswith("%3C%3E.md") is False


def plain_record(status: str) -> dict[str, Any]:
    return {"text": "答", "status": status, "kind": "model", "model": "某模型", "rewritten": "改", "scope": "甲", "seconds": {}, "sources": [], "nearest": [], "notices": ["注意"]}
