"""Evaluations on the page, without a browser: what starts, what is refused, what is shown of hostile runs."""

from __future__ import annotations

import dataclasses
import json
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from assistant.schema import Answer, Status
from eval.cases import CaseError
from eval.compare import compare_runs
from eval.schema import Case, CaseResult, Quote, RunRecord
from eval.scoring import score
from tests.ui.conftest import settings_for
from tests.ui.hostile import TEXTS
from tests.ui.test_html import check
from ui.desk import Desk
from ui.evaluation.detail import run_view
from ui.evaluation.evaluator import Evaluator
from ui.evaluation.overview import comparison_view, failed_view, overview
from ui.evaluation.shelf import Figures, Runs, figures_of
from ui.evaluation.words import value_of
from ui.feedback import FILE

CASE = {
    "id": "F-1", "question": "每周开放多少小时？", "type": "number", "answer": "不少于40小时", "key_points": [["40小时"]],
    "evidence": [{"doc": "方案", "quote": "每周开放不少于40小时"}], "forbidden": [], "answerable": True,
}


class Waiting:
    """A chain that refuses every question as soon as it is let."""

    def __init__(self) -> None:
        self.let, self.asked = threading.Event(), threading.Semaphore(0)

    def ask(self, question: str, history: Sequence[str] = ()) -> Answer:
        self.asked.release()
        self.let.wait(10)
        return Answer(question, "资料中没有找到依据。", Status.REFUSED)


@pytest.fixture
def chain() -> Iterator[Waiting]:
    waiting = Waiting()
    yield waiting
    waiting.let.set()


@pytest.fixture
def evaluator(tmp_path: Path, chain: Waiting) -> Evaluator:
    lines = [json.dumps({**CASE, "id": f"F-{number}"}, ensure_ascii=False) for number in range(4)]
    (tmp_path / FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Evaluator(Desk(settings_for(tmp_path), lambda _: chain, remember=False))  # type: ignore[arg-type,return-value]


def ended(evaluator: Evaluator) -> dict[str, Any]:
    until = time.monotonic() + 10
    while evaluator.state()["busy"] and time.monotonic() < until:
        time.sleep(0.01)
    return evaluator.state()


def test_one_run_at_a_time_with_its_progress_and_its_end(evaluator: Evaluator, chain: Waiting) -> None:
    assert evaluator.state() == {"busy": False, "number": 0}
    assert [(item.key, item.count) for item in evaluator.sets()][-1] == ("feedback", 4)
    evaluator.start("feedback", 3, "换模型/以后")
    chain.asked.acquire(timeout=10)
    seen = evaluator.state()
    assert (seen["busy"], seen["step"], seen["done"], seen["total"]) == (True, "提问", 0, 3)
    with pytest.raises(CaseError, match="已有一次评测"):
        evaluator.start("feedback", 1, "")
    chain.let.set()
    assert ended(evaluator)["message"] == "评测做完了，共 3 题。"
    (run,), unreadable = evaluator.runs.all()
    assert (run.record.name, run.answered, run.whole, unreadable) == ("换模型-以后", 3, True, [])
    assert run.metrics["false_refusals"].mean == 1 and run.types["number"].mean == 0


def test_a_run_is_stopped_and_shows_how_far_it_came(evaluator: Evaluator, chain: Waiting) -> None:
    evaluator.start("feedback", 4, "")
    chain.asked.acquire(timeout=10)
    evaluator.cancel()
    chain.let.set()
    assert ended(evaluator)["message"] == "已停止，问了 1/4 题。"
    (run,), _ = evaluator.runs.all()
    assert not run.whole and "只问了 1 题" in overview([run], [], evaluator.sets(), "x")


@pytest.mark.parametrize(("key", "limit"), [("test", 5), ("../dev", 5), ("", 5), ("feedback", 0)])
def test_what_cannot_be_asked_is_said(evaluator: Evaluator, key: str, limit: int) -> None:
    with pytest.raises(CaseError):
        evaluator.start(key, limit, "")
    assert not evaluator.state()["busy"]


def test_a_library_that_cannot_be_opened_ends_the_run_and_says_why(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(json.dumps(CASE, ensure_ascii=False) + "\n", encoding="utf-8")
    evaluator = Evaluator(Desk(settings_for(tmp_path), remember=False))
    evaluator.start("feedback", 1, "")
    seen = ended(evaluator)
    assert seen["outcome"] == "failed" and "python -m index build" in seen["message"]


@pytest.mark.parametrize("name", ["../secret", "/etc", "", "nowhere", ".."])
def test_only_runs_of_the_folder_are_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "run.json").write_text("{}", encoding="utf-8")
    (tmp_path / "eval").mkdir()
    with pytest.raises(CaseError, match="没有这次评测"):
        Runs(tmp_path / "eval").load(name)


def test_a_run_of_another_version_is_named_and_hides_no_other(evaluator: Evaluator, chain: Waiting) -> None:
    chain.let.set()
    evaluator.start("feedback", 1, "")
    ended(evaluator)
    broken = evaluator.runs.folder / "19990101-old"
    broken.mkdir()
    (broken / "run.json").write_text("{}", encoding="utf-8")
    runs, unreadable = evaluator.runs.all()
    assert len(runs) == 1 and unreadable == ["19990101-old"] and "19990101-old" in overview(runs, unreadable, [], "x")


def result_of(words: str, **record: object) -> CaseResult:
    case = Case(words, words, "number", words, ((words or "空",),), (Quote(words, words or "空"),), (words or "空",), history=(words,))
    given = {"answer": words, "status": "grounded", "retrieved": [{"clause_id": words, "document": words, "text": words}], **record}
    return CaseResult(case, given, {**score(case, given), "strict": 0.0})


def figures(words: str, results: list[CaseResult]) -> Figures:
    return figures_of(words, RunRecord(words, words, words, words, 1.0, 3, words, 0, words, True), results)


@pytest.mark.parametrize("hostile", TEXTS)
def test_hostile_text_in_a_run_stays_text(hostile: str) -> None:
    results = [result_of(hostile), dataclasses.replace(result_of(hostile, error=hostile))]
    run = figures(hostile, results[:1])
    check(run_view(run, results, {hostile}), hostile)
    check(overview([run, figures("x", results[:1])], [hostile], [], hostile), hostile)
    right = dataclasses.replace(results[0], scores={**results[0].scores, "strict": 1.0})
    check(comparison_view(run, run, compare_runs(results[:1], [right]), results[:1], [right]), hostile)
    check(failed_view(hostile), hostile)


@pytest.mark.parametrize(("metric", "value", "printed"), [("strict", 0.8421, "84.2%"), ("mrr", 0.5, "0.500"), ("figures", 3.0, "3"), ("length", 41.6, "42")])
def test_figures_are_printed_as_a_reader_knows_them(metric: str, value: float, printed: str) -> None:
    assert value_of(metric, value) == printed
