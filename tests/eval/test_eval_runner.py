from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from assistant.schema import Answer
from errors import ModelError
from eval.cases import CaseError
from eval.runner import failed_ids, run_cases
from eval.runs import load_run, parse_records, read_records
from eval.uses import new_use, record_use


class Teacher:
    """A real, small answerer: knows one fact, refuses the rest, counts what it was asked."""

    def __init__(self, make: SimpleNamespace) -> None:
        self.make, self.asked = make, []

    def __call__(self, question: str, history: Sequence[str]) -> Answer:
        self.asked.append((question, tuple(history)))
        if "坏" in question:
            raise ModelError("模型没有回答", retryable=True)
        return self.make.answer("每天不少于2小时。[1]") if "运动" in question else self.make.refusal()


def test_every_case_is_asked_with_its_history_and_scored(make: SimpleNamespace, tmp_path: Path) -> None:
    cases = [make.case("A"), make.case("T#2", history=("先问",)), make.unanswerable("U"), make.case("B", question="坏了？")]
    teacher = Teacher(make)
    seen: list[tuple[int, int]] = []
    results = run_cases(cases, teacher, tmp_path, make.run_record(cases), progress=lambda d, t: seen.append((d, t)))
    assert teacher.asked[1][1] == ("先问",)
    assert [r.scores["strict"] for r in results] == [1, 1, 1, 0]
    assert results[3].record["error"] == "模型没有回答。"
    assert not results[3].refused
    assert failed_ids(results) == ["B"]
    assert seen == [(n, 4) for n in range(5)]


def test_a_run_cut_off_goes_on_where_it_stopped(make: SimpleNamespace, tmp_path: Path) -> None:
    cases = [make.case("A"), make.case("B"), make.unanswerable("U")]
    record = make.run_record(cases)
    run_cases(cases, Teacher(make), tmp_path, record)
    file = tmp_path / "results.jsonl"
    lines = file.read_bytes().split(b"\n")
    file.write_bytes(lines[0] + b"\n" + lines[1][:20])
    teacher = Teacher(make)
    results = run_cases(cases, teacher, tmp_path, record)
    assert len(teacher.asked) == 2
    assert [r.case.id for r in results] == ["A", "B", "U"]
    assert len(read_records(tmp_path)) == 3


def test_a_run_is_stopped_between_two_questions_and_taken_up_again(make: SimpleNamespace, tmp_path: Path) -> None:
    cases, cancel, teacher = [make.case(name) for name in "ABC"], threading.Event(), Teacher(make)
    record = make.run_record(cases)
    results = run_cases(cases, teacher, tmp_path, record, cancel=cancel, progress=lambda done, _: cancel.set() if done else None)
    assert [r.case.id for r in results] == ["A"] and len(teacher.asked) == 1
    assert len(run_cases(cases, teacher, tmp_path, record)) == 3 and len(teacher.asked) == 3


def test_reading_a_run_that_goes_on_changes_nothing(make: SimpleNamespace, tmp_path: Path) -> None:
    cases = [make.case("A"), make.case("B")]
    run_cases(cases, Teacher(make), tmp_path, make.run_record(cases))
    file = tmp_path / "results.jsonl"
    file.write_bytes(half := file.read_bytes()[:-20])
    assert [r.case.id for r in load_run(tmp_path)[1]] == ["A"] and file.read_bytes() == half


def test_another_run_is_not_mixed_in(make: SimpleNamespace, tmp_path: Path) -> None:
    cases = [make.case("A")]
    run_cases(cases, Teacher(make), tmp_path, make.run_record(cases))
    with pytest.raises(CaseError, match="别的设置"):
        run_cases(cases, Teacher(make), tmp_path, make.run_record(cases, settings={"k": 3}))
    other = [make.case("B")]
    with pytest.raises(CaseError, match="另一组问题"):
        run_cases(other, Teacher(make), tmp_path, make.run_record(other))


def test_several_at_once_give_the_same_results(make: SimpleNamespace, tmp_path: Path) -> None:
    cases = [make.case(f"A-{n}") for n in range(12)]
    one = run_cases(cases, Teacher(make), tmp_path / "1", make.run_record(cases))
    four = run_cases(cases, Teacher(make), tmp_path / "4", make.run_record(cases), workers=4)
    assert [r.scores for r in one] == [r.scores for r in four]
    assert [r.case.id for r in four] == [c.id for c in cases]


def test_a_run_is_read_back_whole(make: SimpleNamespace, tmp_path: Path) -> None:
    cases = [make.case("T#2", history=("先问\u2028的",), dialogue="T", turn=2), make.unanswerable()]
    written = run_cases(cases, Teacher(make), tmp_path, make.run_record(cases))
    record, results = load_run(tmp_path)
    assert [r.case for r in results] == cases
    assert [r.scores for r in results] == [r.scores for r in written]
    assert record.cases == 2
    assert record.versions["python"]
    with pytest.raises(CaseError, match="没有评测记录"):
        load_run(tmp_path / "none")


def test_a_record_holds_the_batch_contract(make: SimpleNamespace, tmp_path: Path) -> None:
    cases = [make.case("A")]
    run_cases(cases, Teacher(make), tmp_path, make.run_record(cases))
    item = read_records(tmp_path)[0]
    assert {"id", "question", "answer", "refused", "status", "citations", "retrieved", "nearest", "model", "seconds"} <= set(item)
    citation = item["citations"][0]
    assert citation["text"][citation["start"] : citation["end"]] == citation["quote"]
    assert {"label", "clause_id", "document", "path", "page"} <= set(citation)
    assert {"clause_id", "document", "text", "score"} <= set(item["retrieved"][0])


@pytest.mark.parametrize("line", ["{", '{"id": 1}', "[]"])
def test_a_foreign_result_file_is_refused(line: str) -> None:
    with pytest.raises(CaseError):
        list(parse_records([line], "r.jsonl"))


def test_using_the_test_set_needs_a_reason_and_leaves_a_line(make: SimpleNamespace, tmp_path: Path) -> None:
    now = make.now
    with pytest.raises(CaseError, match="说明原因"):
        record_use(tmp_path / "uses.jsonl", new_use(now=now, commit="", dirty=False, who="甲", why=" ", cases=1))
    for _ in range(2):
        record_use(tmp_path / "uses.jsonl", new_use(now=now, commit="abc", dirty=True, who="甲", why="发布前终评", cases=9))
    lines = [json.loads(line) for line in (tmp_path / "uses.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(lines) == 2
    assert lines[0]["why"] == "发布前终评"
    assert lines[0]["when"].startswith("2025-01-02T03:04:05")
