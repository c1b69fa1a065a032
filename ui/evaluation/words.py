"""Figures of an evaluation in words: how a metric, a run and a set of questions are called and printed."""

from __future__ import annotations

from eval.schema import Interval, RunRecord
from eval.scoring import COUNTS

_SETS = {"dev": "开发集", "train": "训练集", "test": "测试集", "feedback": "从意见收下的题"}
_PLAIN = frozenset({"mrr", "ndcg10", "length_ratio", "risk_area"})  # no shares of a hundred


def value_of(metric: str, value: float) -> str:
    """A metric's mean as a reader sees it."""
    if metric in COUNTS or metric == "length":
        return f"{value:.0f}"
    return f"{value:.3f}" if metric in _PLAIN else f"{value:.1%}"


def between(metric: str, interval: Interval) -> str:
    """The 95 % interval, "" where there is none."""
    return "" if interval.low == interval.high else f"{value_of(metric, interval.low)}–{value_of(metric, interval.high)}"


def difference(metric: str, delta: float) -> str:
    """How far a metric moved, with its sign; shares in points of a hundred."""
    return f"{delta:+.3f}" if metric in COUNTS | _PLAIN or metric == "length" else f"{delta * 100:+.1f} 个百分点"


def set_of(record: RunRecord) -> str:
    """Which questions a run asked."""
    return f"{'+'.join(_SETS.get(part, part) for part in record.split.split('+'))} {record.cases} 题"


def moment_of(record: RunRecord) -> str:
    """When it began, by the clock it was made with."""
    return record.started[:16].replace("T", " ")
