"""Two runs over the same questions: which figures moved, how surely, and which cases got better or worse. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eval.metrics.statistics import permutation_test, sign_test
from eval.schema import CaseResult
from eval.scoring import LABELS, LOWER_IS_BETTER


@dataclass(frozen=True)
class Change:
    """One metric in two runs, over the n cases that have it in both.

    p: two-sided, paired permutation; better and worse count cases, whichever way the metric points up.
    sign_p: the sign test on them.
    """

    metric: str
    before: float
    after: float
    n: int
    p: float
    up: int
    down: int
    sign_p: float

    @property
    def delta(self) -> float:
        return self.after - self.before

    @property
    def verdict(self) -> str:
        """变好, 变差, or "" where nothing moved."""
        if abs(self.delta) <= 1e-9:
            return ""
        return "变好" if (self.delta > 0) != (self.metric in LOWER_IS_BETTER) else "变差"


@dataclass(frozen=True)
class Comparison:
    """changes by metric; gained and lost: ids that became right and wrong; shared: cases in both runs."""

    changes: tuple[Change, ...]
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    shared: int
    only_before: int
    only_after: int


def compare_runs(before: Sequence[CaseResult], after: Sequence[CaseResult], *, seed: int = 0) -> Comparison:
    """before and after paired by case id. Cases in one run only are counted and left out."""
    old = {result.case.id: result for result in before}
    pairs = [(old[result.case.id], result) for result in after if result.case.id in old]
    changes = [change for metric in LABELS if (change := _change(metric, pairs, seed)) is not None]
    gained = [b.case.id for a, b in pairs if a.scores["strict"] < 1 <= b.scores["strict"]]
    lost = [b.case.id for a, b in pairs if b.scores["strict"] < 1 <= a.scores["strict"]]
    return Comparison(
        tuple(changes), tuple(gained), tuple(lost), len(pairs), len(before) - len(pairs), len(after) - len(pairs)
    )


def _change(metric: str, pairs: Sequence[tuple[CaseResult, CaseResult]], seed: int) -> Change | None:
    values = [(a.scores[metric], b.scores[metric]) for a, b in pairs if metric in a.scores and metric in b.scores]
    if not values:
        return None
    differences = [b - a for a, b in values]
    up, down = sum(d > 0 for d in differences), sum(d < 0 for d in differences)
    return Change(
        metric, sum(a for a, _ in values) / len(values), sum(b for _, b in values) / len(values), len(values),
        permutation_test(differences, seed=seed), up, down, sign_test(up, down),
    )
