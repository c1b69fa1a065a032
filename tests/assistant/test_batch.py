"""The batch contract outside evaluators rely on, to the letter."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest

from assistant.__main__ import main
from assistant.batch import RETRIEVED, failed_record, to_record
from assistant.compose import to_citation
from assistant.schema import Answer, Evidence, Status
from corpus.schema import Clause, ClauseKind, Document, Level, TableRow
from errors import SettingsError, SourceError
from index.schema import Hit, Passage

KEYS = ["id", "question", "answer", "refused", "status", "citations", "retrieved", "nearest", "model", "seconds"]
CITATION = {"label", "clause_id", "document", "path", "page", "text", "quote", "start", "end", "context"}
DOCUMENT = Document("d", "青岚县规划", None, Level.OTHER, None, None, None, None, "a.txt", "0")
ROW = Clause(
    "c0", "d", 0, ClauseKind.TABLE_ROW, "", "", ("二、指标",), "夜校数（所） 3 9", 7, context="指标 2025年 2030年；规模；单位：所",
    row=TableRow("夜校数", "所", "规模", {"2025": "3", "2030": "9"}),
)


def hit(number: int) -> Hit:
    clause = Clause(f"c{number}", "d", number, ClauseKind.ITEM, "", "", (), f"第{number}条 开放。")
    return Hit(clause, DOCUMENT, Passage(f"p{number}", f"c{number}", "开放。", "开放。", 4, 7), number, 1.0 / number)


def answer(**more: object) -> Answer:
    evidence = Evidence(ROW, DOCUMENT, 0, len(ROW.text), "夜校数：2030年为9所。", 0.9)
    values: dict[str, object] = {
        "question": "夜校数", "text": "夜校数：2030年为9所。[1]", "status": Status.GROUNDED, "citations": (to_citation(evidence, 1),),
        "evidence": (evidence,), "retrieved": tuple(hit(n) for n in range(1, 26)), "model": "some-model",
        "seconds": {"retrieve": 0.123456, "answer": 0.5, "total": 0.623456, "retrieve.legs": 0.1}, **more,
    }
    return Answer(**values)  # type: ignore[arg-type]


def test_a_record_has_the_keys_of_the_contract_in_order() -> None:
    record = to_record("q-1", answer())
    assert list(record) == KEYS
    assert (record["id"], record["question"], record["refused"], record["status"]) == ("q-1", "夜校数", False, "grounded")
    assert record["answer"] == "夜校数：2030年为9所。[1]"
    assert record["seconds"] == {"retrieve": 0.1235, "answer": 0.5, "total": 0.6235}
    assert record["nearest"] == []
    json.dumps(record)


def test_a_row_is_cited_as_printed_with_its_header_apart() -> None:
    (citation,) = to_record(1, answer())["citations"]
    assert set(citation) == CITATION
    assert citation["text"] == citation["quote"] == "夜校数（所） 3 9"
    assert citation["text"][citation["start"] : citation["end"]] == citation["quote"]
    assert all(part in citation["context"] for part in ("2030年", "规模", "单位：所"))
    assert (citation["label"], citation["clause_id"], citation["document"], citation["page"]) == (1, "c0", "青岚县规划", 7)
    assert citation["path"] == ["二、指标"]


def test_twenty_clauses_are_retrieved_best_first() -> None:
    retrieved = to_record(1, answer())["retrieved"]
    assert RETRIEVED == len(retrieved) == 20
    assert retrieved[0] == {"clause_id": "c1", "document": "青岚县规划", "text": "第1条 开放。", "score": 1.0}
    assert all(a["score"] >= b["score"] for a, b in pairwise(retrieved))


def test_a_refusal_gives_the_nearest_clauses_and_no_citations() -> None:
    refused = answer(status=Status.REFUSED, citations=(), nearest=(hit(1), hit(2)))
    record = to_record(1, refused)
    assert (record["refused"], record["status"], record["citations"]) == (True, "refused", [])
    assert [item["clause_id"] for item in record["nearest"]] == ["c1", "c2"]
    assert set(record["nearest"][0]) == {"clause_id", "document", "text", "score"}


def test_the_model_is_named_only_where_its_words_are_shown() -> None:
    assert to_record(1, answer(source="model"))["model"] == "some-model"
    assert to_record(1, answer(source="excerpt"))["model"] == "none"


def test_a_question_that_cannot_be_asked_has_the_same_keys() -> None:
    record = failed_record(1, "", "问题是空的。")
    assert list(record) == KEYS
    assert record["refused"]
    assert record["answer"] == "问题是空的。"


def run(folder: Path, content: str | bytes) -> list[dict]:
    """batch over a file with this content; the records written."""
    questions, out = folder / "questions.jsonl", folder / "new" / "results.jsonl"
    questions.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert main(["batch", str(questions), "--out", str(out)]) == 0
    return [json.loads(line) for line in out.read_bytes().decode().split("\n") if line]


LINES = [
    {"id": "b", "question": "夜间课堂每期最多多少人？", "answer": "ignored", "type": "number"},
    {"id": 7, "question": "火星上有几所大学？"},
    {"id": "c", "question": ""},
    {"id": "a", "question": "问" * 5000},
    {"id": None, "question": "校车最高\u2028车速是多少？"},
    {"question": "夜间课堂由哪个部门牵头？"},
    {"id": "x", "question": "<b>夜间课堂</b>每期\ud800多少人？"},
]


@pytest.mark.models
def test_every_line_is_answered_in_order(environment: dict[str, str], tmp_path: Path) -> None:
    lines = [json.dumps(line, ensure_ascii=number % 2 == 0) for number, line in enumerate(LINES)]
    records = run(tmp_path, "\ufeff" + "\n\n".join(lines) + "\n")
    assert [record["id"] for record in records] == ["b", 7, "c", "a", None, 11, "x"]
    assert all(list(record) == KEYS for record in records)
    assert [record["question"] for record in records[:6]] == [line["question"] for line in LINES[:6]]
    first, off_topic, empty, too_long, separated, led, html = records
    assert "30人" in first["answer"]
    assert first["model"] == "none"
    assert off_topic["refused"]
    assert off_topic["nearest"]
    assert "问题是空的" in empty["answer"]
    assert "5000" in too_long["answer"]
    assert "60公里" in separated["answer"]
    assert "市总工会" in led["answer"]
    assert "30人" in html["answer"]
    for record in records:
        for citation in record["citations"]:
            assert citation["text"][citation["start"] : citation["end"]] == citation["quote"]
            assert f"[{citation['label']}]" in record["answer"]


@pytest.mark.parametrize(("line", "reason"), [
    (b"{", "不是 JSON"), (b"[1]", "question"), (b'"text"', "question"), (b'{"id": 1}', "question"), (b'{"question": null}', "question"),
    (b'{"question": 5}', "question"), ("{\"question\": \"夜间课堂每期多少人\"}".encode("gb18030"), "UTF-8"),
])
def test_a_bad_line_is_named_before_anything_is_answered(environment: dict[str, str], tmp_path: Path, line: bytes, reason: str) -> None:
    with pytest.raises(SourceError, match=reason) as caught:
        run(tmp_path, b'{"id": 1, "question": "q"}\n\n' + line + b"\n")
    assert "第 3 行" in caught.value.message
    assert not (tmp_path / "new").exists()


def test_files_that_cannot_be_read_or_written_are_named(environment: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="找不到问题文件"):
        main(["batch", str(tmp_path / "none.jsonl"), "--out", str(tmp_path / "out.jsonl")])
    questions = tmp_path / "questions.jsonl"
    questions.write_text('{"id": 1, "question": "q"}\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="同一个"):
        main(["batch", str(questions), "--out", str(questions)])
    assert "question" in questions.read_text(encoding="utf-8")
    with pytest.raises(SettingsError, match="写不了结果文件"):
        main(["batch", str(questions), "--out", str(questions / "out.jsonl")])
