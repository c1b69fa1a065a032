"""Small drawings: bars, shares with their intervals, figures over time. Numbers become coordinates, words stay text.

Every drawing tells in words what it shows, for who cannot see it. No script, nothing from elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ui.html import Html, shape

_BAR, _GAP, _NAMES, _WIDE, _ROOM = 20, 10, 68, 200, 92  # measures in the drawing's own units
_PAIR = 120
_ROW, _LABELS, _SPAN, _SAID = 26, 76, 300, 110
_LEFT, _TOP, _ACROSS, _DOWN, _FEET = 40, 10, 320, 110, 24


@dataclass(frozen=True)
class Share:
    """A share from 0 to 1 with its interval. printed: as a reader sees it."""

    name: str
    printed: str
    value: float
    low: float
    high: float


def bar_chart(label: str, bars: Sequence[tuple[str, str, float | None]]) -> Html:
    """Bars one below the other, from zero. bars: (name, value as printed, size or None)."""
    largest = max((size for _, _, size in bars if size is not None), default=0.0)
    drawn: list[Html] = []
    for place, (name, value, size) in enumerate(bars):
        top, middle = place * (_BAR + _GAP) + _GAP // 2, place * (_BAR + _GAP) + _GAP // 2 + _BAR // 2
        width = round(_WIDE * max(size, 0.0) / largest, 1) if size is not None and largest > 0 else 0
        drawn.append(shape("text", name, x=0, y=middle, class_="name"))
        drawn.append(shape("rect", x=_NAMES, y=top, width=width, height=_BAR, rx=3, class_="beam last" if place == len(bars) - 1 else "beam"))
        drawn.append(shape("text", value, x=_NAMES + width + 8, y=middle, class_="value"))
    told = f"{label}：" + "，".join(f"{name} {value}" for name, value, _ in bars)
    return _drawing(told, _NAMES + _WIDE + _ROOM, len(bars) * (_BAR + _GAP), drawn)


def pair_chart(first: float, last: float) -> Html:
    """Two sizes as lines from zero, one below the other, by the larger. The words stand beside it."""
    largest = max(first, last, 0.0) or 1.0
    widths = [round(_PAIR * max(size, 0.0) / largest, 1) for size in (first, last)]
    drawn = [
        shape("rect", x=0, y=y, width=width, height=7, rx=2, class_=kind) for y, width, kind in zip((2, 12), widths, ("beam", "beam last"), strict=True)
    ]
    return shape("svg", *drawn, viewBox=f"0 0 {_PAIR} 21", aria_hidden="true")


def share_chart(label: str, shares: Sequence[Share]) -> Html:
    """Shares as bars on a track from 0 to 1, their intervals as lines."""
    drawn: list[Html] = []
    for place, share in enumerate(shares):
        top, middle = place * _ROW + 4, place * _ROW + 13
        drawn += [
            shape("text", share.name, x=0, y=middle, class_="name"),
            shape("rect", x=_LABELS, y=top, width=_SPAN, height=18, rx=3, class_="track"),
            shape("rect", x=_LABELS, y=top, width=_across(share.value, _SPAN), height=18, rx=3, class_="beam last"),
            shape("line", x1=_LABELS + _across(share.low, _SPAN), x2=_LABELS + _across(share.high, _SPAN), y1=middle, y2=middle, class_="whisker"),
            shape("text", share.printed, x=_LABELS + _SPAN + 8, y=middle, class_="value"),
        ]
    told = f"{label}：" + "，".join(f"{share.name} {share.printed}" for share in shares)
    return _drawing(told, _LABELS + _SPAN + _SAID, len(shares) * _ROW, drawn)


def trend_chart(label: str, shares: Sequence[Share]) -> Html:
    """Shares from left to right in their order, joined by a line, their intervals as lines; the scale is from 0 to 1."""
    step = _ACROSS / max(len(shares) - 1, 1)
    points = [(round(_LEFT + (place * step if len(shares) > 1 else _ACROSS / 2), 1), share) for place, share in enumerate(shares)]
    drawn: list[Html] = []
    for tick in (0, 0.5, 1):
        drawn.append(shape("line", x1=_LEFT, x2=_LEFT + _ACROSS, y1=_height(tick), y2=_height(tick), class_="grid"))
        drawn.append(shape("text", f"{tick:g}", x=_LEFT - 8, y=_height(tick), class_="name tick"))
    drawn += [shape("line", x1=x, x2=x, y1=_height(share.low), y2=_height(share.high), class_="whisker") for x, share in points]
    drawn.append(shape("polyline", points=" ".join(f"{x},{_height(share.value)}" for x, share in points), class_="path"))
    drawn += [shape("circle", shape("title", f"{share.name} {share.printed}"), cx=x, cy=_height(share.value), r=4, class_="dot") for x, share in points]
    if points:
        drawn.append(shape("text", points[-1][1].printed, x=points[-1][0] + 10, y=_height(points[-1][1].value), class_="value"))
        feet = [points[0], points[-1]] if len(points) > 1 else points
        drawn += [shape("text", share.name, x=x, y=_TOP + _DOWN + _FEET - 8, class_="name foot") for x, share in feet]
    told = f"{label}：" + "，".join(f"{share.name} {share.printed}" for share in shares)
    return _drawing(told, _LEFT + _ACROSS + 60, _TOP + _DOWN + _FEET, drawn)


def _across(share: float, width: int) -> float:
    return round(width * min(max(share, 0.0), 1.0), 1)


def _height(share: float) -> float:
    return round(_TOP + _DOWN * (1 - min(max(share, 0.0), 1.0)), 1)


def _drawing(told: str, width: int, height: int, drawn: Sequence[Html]) -> Html:
    return shape("svg", *drawn, viewBox=f"0 0 {width} {height}", role="img", aria_label=told)
