"""Refusals, and how error falls when only the surest answers are given. One value a case in, figures out."""

from __future__ import annotations

from collections.abc import Sequence


def refusal_figures(refused: Sequence[bool], answerable: Sequence[bool]) -> dict[str, float | None]:
    """precision: share of the refusals that were due; recall: share of the unanswerable that were refused;
    false_refusals: share of the answerable that were refused. None where there is nothing to divide by."""
    due = sum(r and not a for r, a in zip(refused, answerable, strict=True))
    wrong = sum(r and a for r, a in zip(refused, answerable, strict=True))
    unanswerable = sum(not a for a in answerable)
    return {
        "refusal_precision": due / (due + wrong) if due + wrong else None,
        "refusal_recall": due / unanswerable if unanswerable else None,
        "false_refusals": wrong / (len(answerable) - unanswerable) if len(answerable) > unanswerable else None,
    }


def risk_coverage(confidence: Sequence[float], right: Sequence[bool]) -> list[tuple[float, float]]:
    """Points (coverage, risk), coverage rising: of the cases with the highest confidence, the share answered
    wrongly. Cases of equal confidence enter together. (El-Yaniv & Wiener, JMLR 2010.)"""
    ordered = sorted(zip(confidence, right, strict=True), key=lambda pair: -pair[0])
    points: list[tuple[float, float]] = []
    wrong = 0
    for index, (value, ok) in enumerate(ordered, 1):
        wrong += not ok
        if index == len(ordered) or ordered[index][0] != value:
            points.append((index / len(ordered), wrong / index))
    return points


def area_under_risk(points: Sequence[tuple[float, float]]) -> float | None:
    """Mean risk over coverage 0..1, each point's risk holding back to the point before; lower is better."""
    if not points:
        return None
    area, before = 0.0, 0.0
    for coverage, risk in points:
        area += (coverage - before) * risk
        before = coverage
    return area
