from __future__ import annotations

import pytest

from eval.metrics.refusal import area_under_risk, refusal_figures, risk_coverage


def test_refusals_by_hand() -> None:
    # refused: one due, one wrong; two unanswerable, three answerable
    figures = refusal_figures([True, True, False, False, False], [False, True, False, True, True])
    assert figures == {"refusal_precision": 0.5, "refusal_recall": 0.5, "false_refusals": pytest.approx(1 / 3)}


def test_nothing_to_divide_by_gives_nothing() -> None:
    assert refusal_figures([False], [True]) == {
        "refusal_precision": None, "refusal_recall": None, "false_refusals": 0.0,
    }


def test_risk_falls_with_confidence_and_ties_enter_together() -> None:
    points = risk_coverage([0.9, 0.5, 0.5, 0.1], [True, True, False, False])
    assert points == [(0.25, 0.0), (0.75, pytest.approx(1 / 3)), (1.0, 0.5)]
    assert area_under_risk(points) == pytest.approx(0.25 * 0 + 0.5 / 3 + 0.25 * 0.5)
    assert area_under_risk([]) is None
