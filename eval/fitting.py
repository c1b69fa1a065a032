"""Fits the refusal model (assistant/confidence.json) on labelled questions; `python -m eval fit`.

A logistic model by Newton's method with an L2 penalty, cross-validated by fold; the threshold minimises the
cost of wrong refusals and wrong answers written in COST. Questions the reranker was trained on are left out:
its logits on them are too sure.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assistant import confidence

# A refusal of an answerable question costs 1; an answer to an unanswerable one costs 2: an answer that is not
# there breaks the promise, a refusal still shows the nearest clauses.
COST_WRONG_REFUSAL, COST_WRONG_ANSWER = 1.0, 2.0


@dataclass(frozen=True)
class Example:
    """One question. answerable and right: what it is and whether the chosen evidence holds the answer."""

    case_id: str
    features: Mapping[str, float]
    answerable: bool
    right: bool


def unseen_by_reranker(case_id: str) -> bool:
    """Whether the reranker's training left this question out (it took the even half by hash)."""
    return int(hashlib.sha256(case_id.encode()).hexdigest(), 16) % 2 == 1


def fit_logistic(x: np.ndarray, y: np.ndarray, weights: np.ndarray, penalty: float = 1.0) -> np.ndarray:
    """Coefficients (bias last) of a weighted logistic regression, shape (features + 1,)."""
    design = np.hstack([x, np.ones((len(x), 1))])
    beta = np.zeros(design.shape[1])
    ridge = np.diag([penalty] * x.shape[1] + [1e-6])
    for _ in range(50):
        p = 1.0 / (1.0 + np.exp(-np.clip(design @ beta, -30, 30)))
        gradient = design.T @ (weights * (p - y)) + ridge @ beta
        hessian = (design * (weights * p * (1 - p))[:, None]).T @ design + ridge
        step = np.linalg.solve(hessian, gradient)
        beta -= step
        if np.abs(step).max() < 1e-8:
            break
    return beta


def probabilities(beta: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Probability of "answers" for each row."""
    return 1.0 / (1.0 + np.exp(-np.clip(np.hstack([x, np.ones((len(x), 1))]) @ beta, -30, 30)))


def best_threshold(p: np.ndarray, answerable: np.ndarray) -> float:
    """The threshold of least cost; ties go to the lower one."""
    candidates = np.unique(np.concatenate([[0.01], p]))
    costs = [
        COST_WRONG_REFUSAL * np.sum((p < t) & answerable) + COST_WRONG_ANSWER * np.sum((p >= t) & ~answerable) for t in candidates
    ]
    return float(candidates[int(np.argmin(costs))])


def fit(examples: Sequence[Example], *, reranked: bool = True, penalty: float = 0.5, folds: int = 5) -> dict[str, Any]:
    """One model as confidence.json holds it, with cross-validated figures under "measured"."""
    # Where the evidence is wrong neither label is right: such questions teach nothing about refusing.
    used = [e for e in examples if not e.answerable or e.right]
    names = confidence.NAMES[reranked]
    x = np.array([[e.features[name] for name in names] for e in used])
    y = np.array([float(e.answerable) for e in used])
    balance = np.where(y > 0, 1.0, COST_WRONG_ANSWER)
    fold = np.array([int(hashlib.sha256(f"fold{e.case_id}".encode()).hexdigest(), 16) % folds for e in used])
    held = np.zeros(len(used))
    for k in range(folds):
        inside = fold != k
        held[fold == k] = probabilities(fit_logistic(x[inside], y[inside], balance[inside], penalty), x[fold == k])
    threshold = best_threshold(held, y > 0)
    beta = fit_logistic(x, y, balance, penalty)
    refused = held < threshold
    return {
        "bias": round(float(beta[-1]), 4), "threshold": round(threshold, 4),
        "weights": {name: round(float(b), 4) for name, b in zip(names, beta[:-1], strict=True)},
        "cost": {"wrong_refusal": COST_WRONG_REFUSAL, "wrong_answer": COST_WRONG_ANSWER},
        "measured": {
            "folds": folds, "answerable": int((y > 0).sum()), "unanswerable": int((y == 0).sum()),
            "unanswerable_refused": round(float(refused[y == 0].mean()), 4), "answerable_refused": round(float(refused[y > 0].mean()), 4),
        },
    }


def write(reranked: dict[str, Any], plain: dict[str, Any], path: Path) -> None:
    """Write both models as assistant/confidence.json."""
    path.write_text(json.dumps({"reranked": reranked, "plain": plain}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
