"""Small plots as inline SVG, without scripts or outside files. Numbers in, markup out; labels are escaped."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from eval.schema import Interval

_WIDTH = 640
_LABEL = 190
_ROW = 24


def interval_bars(rows: Sequence[tuple[str, Interval]], title: str) -> str:
    """Horizontal bars on 0..1 with their 95 % intervals as lines, one row each."""
    height = _ROW * len(rows) + 34
    span = _WIDTH - _LABEL - 130
    parts = [_open(height, title)]
    for index, (label, value) in enumerate(rows):
        y = 26 + index * _ROW
        mid = y + 8
        low, high = (_LABEL + span * min(max(x, 0), 1) for x in (value.low, value.high))
        parts.append(f'<text x="{_LABEL - 8}" y="{y + 12}" text-anchor="end">{escape(label)}</text>')
        parts.append(f'<rect x="{_LABEL}" y="{y}" width="{span}" height="16" class="track"/>')
        parts.append(f'<rect x="{_LABEL}" y="{y}" width="{span * min(max(value.mean, 0), 1):.1f}" height="16" class="bar"/>')
        parts.append(f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{mid}" y2="{mid}" class="whisker"/>')
        parts.append(f'<text x="{_LABEL + span + 8}" y="{y + 12}">{value.mean:.2f}（{value.n} 题）</text>')
    return "".join([*parts, "</svg>"])


def curve(points: Sequence[tuple[float, float]], title: str, x_label: str, y_label: str) -> str:
    """A line through points in the unit square, axes labelled."""
    side, left, top = 240, 50, 26
    place = [(left + x * side, top + (1 - y) * side) for x, y in points]
    parts = [_open(side + 70, title, left + side + 120)]
    for tick in (0, 0.25, 0.5, 0.75, 1):
        y, x = top + (1 - tick) * side, left + tick * side
        parts.append(f'<line x1="{left}" x2="{left + side}" y1="{y}" y2="{y}" class="grid"/>')
        parts.append(f'<text x="{left - 6}" y="{y + 4}" text-anchor="end">{tick:g}</text>')
        parts.append(f'<text x="{x}" y="{top + side + 16}" text-anchor="middle">{tick:g}</text>')
    if place:
        steps = " ".join(f"{x:.1f},{y:.1f}" for x, y in place)
        parts.append(f'<polyline points="{steps}" class="line"/>')
        parts.extend(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2" class="dot"/>' for x, y in place[:200])
    parts.append(f'<text x="{left + side / 2}" y="{top + side + 36}" text-anchor="middle">{escape(x_label)}</text>')
    parts.append(f'<text x="{left + side + 8}" y="{top + 10}">{escape(y_label)}</text>')
    return "".join([*parts, "</svg>"])


def histogram(values: Sequence[float], title: str, unit: str, bins: int = 20) -> str:
    """Counts of values in equal bins from 0 to the largest value."""
    top, left, height, width = 26, 40, 150, 560
    largest = max(values, default=0.0) or 1.0
    counts = [0] * bins
    for value in values:
        counts[min(int(value / largest * bins), bins - 1)] += 1
    most = max(counts) or 1
    parts = [_open(height + 70, title)]
    for index, count in enumerate(counts):
        tall = height * count / most
        x = left + index * width / bins
        parts.append(
            f'<rect x="{x:.1f}" y="{top + height - tall:.1f}" width="{width / bins - 2:.1f}" height="{tall:.1f}" class="bar">'
            f"<title>{count}</title></rect>"
        )
    for tick in (0, 0.5, 1):
        x = left + tick * width
        parts.append(f'<text x="{x}" y="{top + height + 16}" text-anchor="middle">{tick * largest:.3g}</text>')
    parts.append(f'<text x="{left + width / 2}" y="{top + height + 36}" text-anchor="middle">{escape(unit)}</text>')
    return "".join([*parts, "</svg>"])


@dataclass(frozen=True)
class Series:
    """Points to be joined, by x."""

    name: str
    points: tuple[tuple[float, float], ...]


def lines(series: Sequence[Series], title: str, x_label: str, y_label: str) -> str:
    """One line a series, from 0 on both axes to a round value that holds all; each named at its end."""
    width, height, left, top = 480, 200, 60, 30
    points = [point for one in series for point in one.points]
    far, high = (_round_up(max((point[axis] for point in points), default=0.0)) for axis in (0, 1))
    parts = [_open(height + 76, title)]
    for share in (0, 0.25, 0.5, 0.75, 1):
        y, x = top + (1 - share) * height, left + share * width
        parts.append(f'<line x1="{left}" x2="{left + width}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>')
        parts.append(f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{high * share:g}</text>')
        parts.append(f'<text x="{x:.1f}" y="{top + height + 18}" text-anchor="middle">{far * share:g}</text>')
    for number, one in enumerate(series):
        place = [(left + x / far * width, top + (1 - y / high) * height) for x, y in sorted(one.points)]
        if place:
            joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in place)
            parts.append(f'<polyline points="{joined}" class="line s{number}"/>')
            parts.append(f'<text x="{place[-1][0] + 6:.1f}" y="{place[-1][1] + 4:.1f}" class="s{number}">{escape(one.name)}</text>')
    parts.append(f'<text x="{left + width / 2}" y="{top + height + 38}" text-anchor="middle">{escape(x_label)}</text>')
    parts.append(f'<text x="{left + width}" y="14" text-anchor="end">{escape(y_label)}</text>')
    return "".join([*parts, "</svg>"])


def _round_up(value: float) -> float:
    """The least round number from value on, one that has round quarters; 1 for nothing."""
    if value <= 0:
        return 1.0
    unit = 10.0 ** math.floor(math.log10(value))
    return next(round(step * unit, 6) for step in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10) if step * unit >= value)


def standalone(plots: Sequence[str]) -> str:
    """Plots, one below the other, as a file of its own, with the style that a page would give them."""
    heights = [float(re.search(r'height="([\d.]+)"', plot).group(1)) for plot in plots]  # type: ignore[union-attr]
    placed, y = [], 0.0
    for plot, tall in zip(plots, heights, strict=True):
        placed.append(plot.replace("<svg ", f'<svg y="{y:g}" ', 1))
        y += tall
    style = (
        "svg{background:#fff;font:13px sans-serif;fill:#333}.title{font-weight:bold}.grid{stroke:#ddd}"
        ".line{fill:none;stroke-width:2}polyline.s0{stroke:#1f5fa8}polyline.s1{stroke:#c2571a}text.s0{fill:#1f5fa8}text.s1{fill:#c2571a}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y:g}" width="{_WIDTH}" height="{y:g}">'
        f"<style>{style}</style>{''.join(placed)}</svg>\n"
    )


def _open(height: int, title: str, width: int = _WIDTH) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-label="{escape(title)}">'
        f'<text x="0" y="14" class="title">{escape(title)}</text>'
    )
