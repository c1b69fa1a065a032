from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest

from eval import gate, tables
from eval.cases import CaseError
from eval.compare import compare_runs
from eval.records import confidence, plain, to_record
from eval.report import render_report
from eval.schema import CaseResult, Interval
from eval.scoring import by_type, latency, score, summarise

VOID = {"meta", "br", "rect", "line", "circle", "polyline"}


class Balance(HTMLParser):
    """Finds elements that are closed but were never opened."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        if tag not in VOID | {"tr", "td", "th", "li", "p"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID | {"tr", "td", "th", "li", "p"}:
            return
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)


def results(make: SimpleNamespace, right: int, wrong: int, refused: int = 0) -> list[CaseResult]:
    made = []
    for n in range(right + wrong + refused):
        text = "每天不少于2小时。[1]" if n < right else "每天1小时。[1]"
        answer = make.refusal() if n >= right + wrong else make.answer(text, confidence=0.9 if n < right else 0.3)
        case = make.case(f"A-{n:02}")
        record = to_record(case.id, answer)
        made.append(CaseResult(case, record, score(case, record)))
    return made


def test_scores_by_hand(make: SimpleNamespace) -> None:
    good, bad, refused = results(make, 1, 1, 1)
    assert good.scores | {"length": 0, "length_ratio": 0} == {
        "strict": 1, "points": 1, "forbidden": 0, "length": 0, "length_ratio": 0, "errors": 0, "r1": 1, "r5": 1, "r10": 1,
        "any5": 1, "mrr": 1, "ndcg10": 1, "r1500": 1, "citation_precision": 1, "citation_recall": 1, "exact_quotes": 1,
        "marks": 1, "figures": 0, "agencies": 0, "quotations": 0,
    }
    assert (bad.scores["strict"], bad.scores["points"], bad.scores["figures"]) == (0, 0, 1)
    assert refused.scores["points"] == 0
    assert "citation_precision" not in refused.scores
    assert (confidence(good.record), confidence(refused.record)) == (0.9, -1.0)


def test_a_summary_counts_refusals_and_sums_counts(make: SimpleNamespace) -> None:
    case = make.unanswerable()
    record = to_record(case.id, make.refusal())
    table = summarise([*results(make, 2, 1, 1), CaseResult(case, record, score(case, record))])
    assert table["strict"].mean == 0.5
    assert table["all"].mean == 0.6
    assert table["figures"].mean == 1
    assert (table["refusal_precision"].mean, table["refusal_recall"].mean, table["false_refusals"].mean) == (0.5, 1, 0.25)
    # right answers are the most confident: 2 right, then 1 wrong, then refusals (1 right of 2) together
    assert table["risk_area"].mean == pytest.approx(0.4 * 0 + 0.2 / 3 + 0.4 * 2 / 5)


def test_types_and_latency(make: SimpleNamespace) -> None:
    listed = results(make, 1, 1)
    assert by_type(listed)["number"].mean == 0.5
    assert latency(listed)["total"]["p50"] == pytest.approx(0.3)


def test_an_outside_result_with_the_bare_contract_is_scored(make: SimpleNamespace) -> None:
    bare = {"id": "A", "answer": "2小时", "refused": False, "citations": [], "retrieved": [{"text": make.text}]}
    scores = score(make.case("A"), bare)
    assert scores["strict"] == scores["r1"] == 1
    assert "citation_precision" not in scores


def test_the_page_is_whole_alone_and_escaped(make: SimpleNamespace) -> None:
    listed = results(make, 2, 2, 1)
    evil = make.case("E", question="<script>alert(1)</script>")
    record = to_record("E", make.answer("<img src=x>2小时[1]"))
    page = render_report(make.run_record([]), [*listed, CaseResult(evil, record, score(evil, record))])
    parser = Balance()
    parser.feed(page)
    assert not parser.faults
    assert parser.scripts == 0
    assert "<img" not in page
    assert not re.search(r'(?:src|href)=', page.replace("&lt;img src=x&gt;", ""))
    assert page.count("<svg") == 3
    assert "第 1 条" in page


def test_a_comparison_says_what_moved_and_which_cases(make: SimpleNamespace) -> None:
    result = compare_runs(results(make, 1, 3), results(make, 3, 1))
    assert result.gained == ("A-01", "A-02")
    assert result.lost == ()
    strict = next(c for c in result.changes if c.metric == "strict")
    assert (strict.before, strict.after, strict.up, strict.down, strict.p) == (0.25, 0.75, 2, 0, 0.5)
    assert "变好" in tables.comparison(result)
    assert compare_runs([], results(make, 1, 0)).shared == 0


def test_a_gate_holds_within_tolerance_and_fails_beyond(make: SimpleNamespace) -> None:
    listed = results(make, 3, 1)
    floors = gate.Floors(("dev",), 1.0, {"strict": gate.Floor(0.8, 0.05), "figures": gate.Floor(0, 0)}, frozenset())
    verdicts = {v.metric: v.holds for v in gate.judge(floors, summarise(listed), listed)}
    assert verdicts == {"strict": True, "figures": False}
    lower = gate.Floors(("dev",), 1.0, {"strict": gate.Floor(0.85, 0.05)}, frozenset())
    assert not gate.judge(lower, summarise(listed), listed)[0].holds
    assert not gate.judge(gate.Floors(("dev",), 1, {"r5": gate.Floor(0, 0)}, frozenset()), {}, [])[0].holds
    assert "失守" in tables.verdicts(gate.judge(lower, summarise(listed), listed))


def test_a_gate_fails_on_losses_that_are_not_chance(make: SimpleNamespace) -> None:
    after = results(make, 1, 6)
    floors = gate.Floors(("dev",), 1.0, {}, frozenset(f"A-{n:02}" for n in range(7)))
    verdict = gate.judge(floors, summarise(after), after)[0]
    assert verdict.value == pytest.approx(1 / 64)
    assert not verdict.holds
    assert gate.lost_cases(floors, after) == [f"A-{n:02}" for n in range(1, 7)]
    one = gate.Floors(("dev",), 1.0, {}, frozenset(["A-00", "A-01"]))
    assert gate.judge(one, summarise(after), after)[0].holds


def test_floors_are_written_and_read_back(make: SimpleNamespace, tmp_path: Path) -> None:
    listed = results(make, 3, 1)
    floors = gate.raised(gate.load_floors(gate.default_path()), summarise(listed), listed, "试")
    gate.save_floors(tmp_path / "f.json", floors)
    assert gate.load_floors(tmp_path / "f.json") == floors
    assert floors.figures["strict"].value == 0.75
    (tmp_path / "bad.json").write_text('{"figures": 1}')
    for name in ("bad.json", "none.json"):
        with pytest.raises(CaseError):
            gate.load_floors(tmp_path / name)


def test_the_fast_subset_is_the_same_each_time(make: SimpleNamespace) -> None:
    cases = [make.case(f"A-{n}") for n in range(400)]
    chosen = gate.subset(cases, 0.3)
    assert chosen == gate.subset(cases, 0.3)
    assert 90 < len(chosen) < 150


def test_tables_align_chinese() -> None:
    text = tables.summary({"strict": Interval(0.5, 0.4, 0.6, 10), "figures": Interval(3, 3, 3, 10)})
    assert "0.400–0.600" in text
    assert "无依据数字（个）" in text


def test_odd_values_become_json() -> None:
    assert plain({"a": (1, {2, 3}), "b": Interval(1, 1, 1, 1)}) == {
        "a": [1, ["2", "3"]], "b": {"mean": 1, "low": 1, "high": 1, "n": 1},
    }
