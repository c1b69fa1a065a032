"""The figures of the bench of load as one SVG file: time and throughput by users, memory over time."""

from __future__ import annotations

from eval.bench.load import Figures
from eval.svg import Series, lines, standalone


def plot(figures: Figures) -> str:
    """The whole file's text."""
    users = [float(level.users) for level in figures.levels]
    times = [
        Series("p50", tuple(zip(users, (level.p50 for level in figures.levels), strict=True))),
        Series("p95", tuple(zip(users, (level.p95 for level in figures.levels), strict=True))),
    ]
    rate = [Series("每秒回答", tuple(zip(users, (level.a_second for level in figures.levels), strict=True)))]
    held = [Series("内存", figures.memory)]
    return standalone([
        lines(times, "从提问到答完", "同时在用的人", "秒"), lines(rate, "每秒多少个回答", "同时在用的人", "个"),
        lines(held, "服务占用的内存", "秒", "MiB"),
    ])
