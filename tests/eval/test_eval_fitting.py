"""The refusal model's fit on data whose answer is known, and the command that runs it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import confidence
from eval.__main__ import main
from eval.cases import CaseError
from eval.commands import runs
from eval.fitting import COST_WRONG_ANSWER, Example, best_threshold, fit, fit_logistic, probabilities, unseen_by_reranker, write
from eval.labelled import usable_cases


def examples(apart: float, number: int = 60, seed: int = 0) -> list[Example]:
    """number answerable and number unanswerable questions whose signals lie apart by so much, with noise of 0.1."""
    rng = np.random.default_rng(seed)
    made = []
    for answerable in (True, False):
        for n in range(number):
            cross, dense = rng.normal((apart / 2 if answerable else -apart / 2, 0.5 + (apart if answerable else -apart) / 4), 0.1)
            made.append(Example(f"{answerable}{n}", {"cross": cross, "dense": dense}, answerable, answerable))
    return made


class TestLogistic:
    def test_separable_data_are_told_apart(self) -> None:
        x = np.array([[-1.0], [-0.8], [0.9], [1.1]])
        y = np.array([0.0, 0.0, 1.0, 1.0])
        p = probabilities(fit_logistic(x, y, np.ones(4)), x)
        assert (p[:2] < 0.5).all() and (p[2:] > 0.5).all()

    def test_the_penalty_keeps_separable_weights_finite_and_small(self) -> None:
        x, y = np.array([[-1.0], [1.0]] * 20), np.array([0.0, 1.0] * 20)
        loose, tight = (abs(fit_logistic(x, y, np.ones(40), penalty)[0]) for penalty in (0.1, 10.0))
        assert np.isfinite(loose) and tight < loose

    def test_a_weighted_example_counts_as_often_as_its_weight(self) -> None:
        x, y = np.array([[0.1], [0.4], [0.5], [0.9]]), np.array([0.0, 1.0, 0.0, 1.0])
        twice = fit_logistic(np.vstack([x, x[:1]]), np.append(y, y[0]), np.ones(5))
        assert fit_logistic(x, y, np.array([2.0, 1.0, 1.0, 1.0])) == pytest.approx(twice, abs=1e-6)

    def test_at_the_optimum_the_gradient_vanishes(self) -> None:
        rng = np.random.default_rng(1)
        x, y = rng.normal(size=(50, 2)), (rng.random(50) < 0.5).astype(float)
        beta = fit_logistic(x, y, np.ones(50), penalty=1.0)
        design = np.hstack([x, np.ones((50, 1))])
        gradient = design.T @ (probabilities(beta, x) - y) + np.diag([1.0, 1.0, 1e-6]) @ beta
        assert np.abs(gradient).max() < 1e-6


class TestThreshold:
    def test_a_clean_cut_is_found(self) -> None:
        p, answerable = np.array([0.1, 0.2, 0.7, 0.9]), np.array([False, False, True, True])
        assert 0.2 < best_threshold(p, answerable) <= 0.7

    def test_an_answer_that_is_not_there_costs_more_than_a_refusal(self) -> None:
        # Refusing the one answerable costs 1, answering the one unanswerable 2.
        assert best_threshold(np.array([0.6, 0.5, 0.9]), np.array([False, True, True])) == pytest.approx(0.9)

    def test_without_unanswerable_questions_nothing_is_refused(self) -> None:
        p = np.array([0.2, 0.5])
        assert (p >= best_threshold(p, np.array([True, True]))).all()

    @given(st.lists(st.tuples(st.floats(0.01, 0.99), st.booleans()), min_size=1, max_size=20))
    def test_no_other_threshold_costs_less(self, drawn: list[tuple[float, bool]]) -> None:
        p, answerable = np.array([d[0] for d in drawn]), np.array([d[1] for d in drawn])

        def cost(t: float) -> float:
            return float(np.sum((p < t) & answerable) + COST_WRONG_ANSWER * np.sum((p >= t) & ~answerable))

        assert cost(best_threshold(p, answerable)) == min(cost(t) for t in [0.01, *p])


@pytest.mark.parametrize("reranked", [True, False])
class TestFit:
    def test_separable_questions_are_all_judged_right(self, reranked: bool) -> None:
        model = fit(examples(1.5), reranked=reranked)
        assert model["measured"] == {
            "folds": 5, "answerable": 60, "unanswerable": 60, "unanswerable_refused": 1.0, "answerable_refused": 0.0,
        }
        assert set(model["weights"]) == set(confidence.NAMES[reranked])
        assert all(weight > 0 for weight in model["weights"].values())
        assert 0 < model["threshold"] < 1

    def test_signals_without_meaning_refuse_at_random_not_with_care(self, reranked: bool) -> None:
        measured = fit(examples(0.0), reranked=reranked)["measured"]
        assert abs(measured["unanswerable_refused"] - measured["answerable_refused"]) < 0.35

    def test_the_same_questions_give_the_same_model(self, reranked: bool) -> None:
        assert fit(examples(0.4), reranked=reranked) == fit(examples(0.4), reranked=reranked)

    def test_wrong_evidence_teaches_nothing(self, reranked: bool) -> None:
        wrong = [Example(f"w{n}", {"cross": -1.0, "dense": 0.0}, True, False) for n in range(20)]
        assert fit([*examples(0.4), *wrong], reranked=reranked) == fit(examples(0.4), reranked=reranked)


def test_what_is_written_is_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reranked, plain = fit(examples(1.5)), fit(examples(1.5), reranked=False)
    write(reranked, plain, tmp_path / "confidence.json")
    monkeypatch.setattr(confidence, "files", lambda package: tmp_path)
    confidence._models.cache_clear()
    try:
        assert confidence.threshold(True) == reranked["threshold"]
        assert confidence.threshold(False) == plain["threshold"]
        assert confidence.probability({"cross": 0.75, "dense": 0.9}, True) > confidence.threshold(True)
        assert confidence.probability({"cross": -0.75, "dense": 0.1}, True) < confidence.threshold(True)
    finally:
        confidence._models.cache_clear()


def test_half_of_the_questions_are_unseen_and_always_the_same_ones() -> None:
    seen = [unseen_by_reranker(f"Q-{n}") for n in range(400)]
    assert 150 < sum(seen) < 250
    assert seen == [unseen_by_reranker(f"Q-{n}") for n in range(400)]


def unseen() -> Iterator[str]:
    return (name for n in count() if unseen_by_reranker(name := f"F-{n:03}"))


def test_trained_and_test_questions_are_left_out(make: SimpleNamespace) -> None:
    new = unseen()
    kept, test = make.case(next(new)), make.case(next(new))
    trained = make.case(next(f"F-{n:03}" for n in count() if not unseen_by_reranker(f"F-{n:03}")))
    assert usable_cases([kept, kept, test, trained], frozenset({test.id})) == ([kept], 1, 1)


ANSWERABLE = (
    ("夜间课堂每期最多多少人？", "number", "30人"), ("夜间课堂由哪个部门牵头？", "department", "市总工会"),
    ("校车最高车速是多少？", "number", "60公里"), ("校车驾驶员每年培训多少学时？", "number", "16学时"),
    ("居民年人均学习时间要达到多少小时？", "number", "60小时"), ("夜间课堂可以收材料费吗？", "yesno", "不得收取"),
    ("到2028年要建多少个社区学习中心？", "number", "120个"), ("什么是银发讲师？", "definition", "退休教师"),
)
UNANSWERABLE = ("食堂饭菜可以打包回家吗？", "博物馆的展品能不能借出？", "比赛输了要不要重赛？", "火星矿石可以运回来吗？", "植物园允许露营吗？")


def line(identity: str, question: str, kind: str = "unanswerable", point: str = "") -> str:
    evidence = [{"doc": "某规划", "quote": point}] if point else []
    return json.dumps({"id": identity, "question": question, "type": kind, "answer": point or "资料中没有说明。",
                       "key_points": [[point]] if point else [], "evidence": evidence, "forbidden": [], "answerable": bool(point)})


@pytest.mark.models
class TestCommand:
    def questions(self, folder: Path, *, unanswerable: bool = True) -> Path:
        new = unseen()
        lines = [line(next(new), *item) for item in ANSWERABLE]
        lines += [line(next(new), question) for question in UNANSWERABLE] if unanswerable else []
        file = folder / "questions.jsonl"
        file.write_text("\n".join(lines), encoding="utf-8")
        return file

    def test_both_models_are_fitted_shown_and_written_only_when_asked(
        self, environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        target = tmp_path / "confidence.json"
        monkeypatch.setattr(runs, "CONFIDENCE", target)
        file = str(self.questions(tmp_path))
        assert main(["fit", "--questions", file]) == 0
        shown = capsys.readouterr().out
        assert "拒答阈值" in shown and "问了 13 题" in shown
        assert not target.exists()
        assert main(["fit", "--questions", file, "--write", "--json"]) == 0
        fitted = json.loads(capsys.readouterr().out)
        assert json.loads(target.read_text(encoding="utf-8")) == {name: fitted[name] for name in ("reranked", "plain")}
        assert set(fitted["reranked"]["weights"]) == {"cross", "dense"}
        assert set(fitted["plain"]["weights"]) == {"dense"}
        assert fitted["plain"]["measured"]["answerable"] >= 6

    def test_questions_that_teach_nothing_are_told(self, environment: dict[str, str], tmp_path: Path) -> None:
        with pytest.raises(CaseError, match="问题太少"):
            main(["fit", "--questions", str(self.questions(tmp_path, unanswerable=False))])
