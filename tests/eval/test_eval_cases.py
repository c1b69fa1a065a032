from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.cases import CaseError, data_folder, digest, load_cases, parse_line, select, split_path

GOOD = {
    "id": "A-1", "question": "问什么？", "type": "number", "answer": "2小时。", "key_points": [["2小时"]],
    "evidence": [{"doc": "甲", "quote": "2小时"}], "forbidden": [], "answerable": True,
}


def line(**changes: object) -> str:
    return json.dumps({**GOOD, **changes}, ensure_ascii=False)


def test_a_dialogue_becomes_turns_that_know_what_was_asked() -> None:
    turn = {k: v for k, v in GOOD.items() if k != "id"}
    cases = parse_line(json.dumps({"id": "T-1", "turns": [turn, {**turn, "question": "那市里呢？"}]}))
    assert [c.id for c in cases] == ["T-1#1", "T-1#2"]
    assert cases[1].history == ("问什么？",)
    assert (cases[1].dialogue, cases[1].turn) == ("T-1", 2)


@pytest.mark.parametrize(("text", "message"), [
    ("{", "不是正确的 JSON"),
    ("[]", "应是一个 JSON 对象"),
    (line(type="essay"), "type 是 essay"),
    (line(question=" "), "缺少 question"),
    (line(key_points=[]), "没有 key_points"),
    (line(key_points=[[]]), "每一项"),
    (line(evidence=[{"doc": "甲"}]), "doc 和 quote"),
    (line(answerable=False), "不可回答"),
    (line(type="unanswerable"), "answerable 却是 true"),
    (line(forbidden=[1]), "forbidden"),
    (line(extra=1), "不认识的字段：extra"),
    ('{"id": "T", "turns": []}', "turns"),
])
def test_a_faulty_line_is_told_in_chinese(text: str, message: str) -> None:
    with pytest.raises(CaseError) as caught:
        parse_line(text)
    assert message in caught.value.message


def test_all_faults_of_a_file_are_told_with_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "q.jsonl"
    file.write_text("\n".join([line(), line(), line(id="B", type="x")]), encoding="utf-8")
    with pytest.raises(CaseError) as caught:
        load_cases(file)
    assert "第 3 行" in caught.value.message
    assert "A-1 重复" in caught.value.message


@pytest.mark.parametrize("content", [b"", b"\n\n", "问".encode("gb18030")])
def test_an_empty_or_foreign_file_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "q.jsonl"
    file.write_bytes(content)
    with pytest.raises(CaseError):
        load_cases(file)


def test_a_missing_file_or_split_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CaseError):
        load_cases(tmp_path / "none.jsonl")
    with pytest.raises(CaseError, match="没有名为 nothing"):
        split_path("nothing")


def test_a_line_separator_inside_a_text_does_not_end_the_line(tmp_path: Path) -> None:
    file = tmp_path / "q.jsonl"
    file.write_text(line(question="一行\u2028两行？"), encoding="utf-8")
    assert load_cases(file)[0].question == "一行\u2028两行？"


def test_cases_are_chosen_by_type_document_and_id() -> None:
    cases = load_cases(data_folder() / "dev.jsonl")
    assert len(cases) == 76
    assert {c.type for c in select(cases, types=["table"])} == {"table"}
    assert all(any("纲要" in q.doc for q in c.evidence) for c in select(cases, docs=["纲要"]))
    assert [c.id for c in select(cases, ids=["P1-001"])] == ["P1-001"]
    assert all(c.id.startswith("P1-") for c in select(cases, ids=["P1-*"]))


def test_the_digest_depends_on_content_and_not_on_order() -> None:
    cases = load_cases(data_folder() / "dev.jsonl")
    assert digest(cases) == digest(cases[::-1])
    assert digest(cases) != digest(cases[1:])
