"""Where characters stand on a printed page → lines in reading order, with paragraphs told by geometry. Pure.

Units are points; y grows upwards, as in PDF. Method: characters of one baseline form runs parted by wide gaps;
a gutter that few runs cross, with prose on both sides, makes two columns; a line starts a paragraph when it is
indented, when the line before stops short of the margin, or when size or spacing changes.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from corpus.markers import is_content, match_marker
from corpus.text import MARK_CLOSE, MARK_OPEN, ends_sentence

_HAN = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]")
_NUMBER = re.compile(r"^[^\d\u4e00-\u9fff]{0,3}(\d{1,4})[^\d\u4e00-\u9fff]{0,3}$|^第\s*(\d{1,4})\s*页")
_DIGITS = re.compile(r"\d+")
_RUN_GAP = 1.2  # em; a wider gap parts two runs of one line
_EDGE = 0.13  # share of the page's height in which running heads stand
_LETTERHEAD = 5  # lines
_SHORT = 2.2  # em a full line may stop short of the margin


@dataclass(frozen=True)
class Glyph:
    """One character: its box's left and right, its baseline and its font's height, in points."""

    char: str
    x0: float
    x1: float
    base: float
    size: float


@dataclass(frozen=True)
class Run:
    """Characters of one line without a wide gap between. column: 0 whole width, 1 left, 2 right.
    rows: a ruled table that stands here instead of text."""

    text: str
    x0: float
    x1: float
    base: float
    size: float
    column: int = 0
    rows: tuple[tuple[tuple[str, ...], ...], ...] = ()


def runs_of(glyphs: list[Glyph]) -> list[Run]:
    """Runs from the top down, left to right. Small raised digits become exact note marks."""
    lines: list[list[Glyph]] = []
    raised: list[Glyph] = []
    typical = median(g.size for g in glyphs) if glyphs else 0
    for glyph in sorted(glyphs, key=lambda g: (-g.base, g.x0)):
        if glyph.char.isdigit() and glyph.size < 0.75 * typical:
            raised.append(glyph)
        elif lines and abs(lines[-1][0].base - glyph.base) <= 0.35 * max(lines[-1][0].size, glyph.size):
            lines[-1].append(glyph)
        else:
            lines.append([glyph])
    return [run for line in _put_raised(lines, raised) for run in _split(line)]


def _put_raised(lines: list[list[Glyph]], raised: list[Glyph]) -> list[list[Glyph]]:
    """Small digits back into the line they belong to, as marks where they stand above its baseline."""
    for glyph in raised:
        best = min(lines, key=lambda line: abs(line[0].base - glyph.base), default=None)
        lift = glyph.base - best[0].base if best else 0.0
        if best is None or not -0.3 * best[0].size <= lift <= 0.8 * best[0].size:
            lines.append([glyph])
            continue
        mark = (
            f"{MARK_OPEN}{glyph.char}{MARK_CLOSE}"
            if lift > 0.12 * best[0].size and glyph.size < 0.75 * best[0].size
            else glyph.char
        )
        best.append(replace(glyph, char=mark))
    return sorted(lines, key=lambda line: -line[0].base)


def _split(line: list[Glyph]) -> list[Run]:
    runs: list[Run] = []
    text: list[str] = []
    first = last = None
    for glyph in sorted(line, key=lambda g: g.x0):
        if last is not None:
            if (
                glyph.char == last.char
                and glyph.x0 - last.x0 < 0.3 * glyph.size
                and glyph.x1 - glyph.x0 > 0.35 * glyph.size
            ):
                continue  # printed twice to look bold
            gap = glyph.x0 - last.x1
            both = _HAN.match(last.char) and _HAN.match(glyph.char)
            if gap > _RUN_GAP * glyph.size:
                runs.append(_run(text, first, last))
                text, first = [], None
            elif gap > (0.5 if both else 0.2) * glyph.size:
                text.append(" ")
        text.append(glyph.char)
        first = first or glyph
        last = glyph
    if first is not None:
        runs.append(_run(text, first, last))
    return runs


def _run(text: list[str], first: Glyph, last: Glyph) -> Run:
    # Two raised digits side by side are one mark of two digits.
    joined = "".join(text).replace(f"{MARK_CLOSE}{MARK_OPEN}", "")
    return Run(joined, first.x0, last.x1, first.base, max(first.size, 1.0))


def reading_order(runs: list[Run]) -> list[Run]:
    """Lines of one page in the order they are read: runs of a line joined, columns one after the other."""
    gutter = _gutter([run for run in runs if not run.rows])
    if gutter is None:
        return _join([replace(run, column=0) for run in runs])
    ordered: list[Run] = []
    band: list[Run] = []
    for run in sorted(runs, key=lambda r: -r.base):
        if run.x0 < gutter < run.x1:
            ordered.extend(_columns(band, gutter))
            ordered.append(replace(run, column=0))
            band = []
        else:
            band.append(run)
    return ordered + _columns(band, gutter)


def _columns(band: list[Run], gutter: float) -> list[Run]:
    left = [replace(run, column=1) for run in band if run.x1 <= gutter]
    right = [replace(run, column=2) for run in band if run.x1 > gutter]
    return _join(left) + _join(right)


def _join(runs: list[Run]) -> list[Run]:
    """Runs of one baseline → one line, a space between."""
    lines: list[Run] = []
    for run in sorted(runs, key=lambda r: (-r.base, r.x0)):
        last = lines[-1] if lines else None
        if last and not run.rows and not last.rows and abs(last.base - run.base) <= 0.35 * max(last.size, run.size):
            one, other = sorted((last, run), key=lambda r: r.x0)
            lines[-1] = replace(
                one, text=f"{one.text} {other.text}", x1=max(one.x1, other.x1), size=max(one.size, other.size)
            )
        else:
            lines.append(run)
    return lines


def _gutter(runs: list[Run]) -> float | None:
    """The x between two columns of prose, None for a page of one column."""
    if len(runs) < 12:
        return None
    left, right = min(r.x0 for r in runs), max(r.x1 for r in runs)
    width = right - left
    best: tuple[int, float] | None = None
    for step in range(35, 66):
        x = left + width * step / 100
        crossing = sum(run.x0 < x < run.x1 for run in runs)
        key = (crossing, abs(step - 50) / 100)
        if best is None or key < (best[0], abs((best[1] - left) / width - 0.5)):
            best = (crossing, x)
    if best is None or best[0] > 0.2 * len(runs):
        return None
    x = best[1]
    sides = [[r for r in runs if r.x1 <= x], [r for r in runs if r.x0 >= x]]
    for side, room in zip(sides, (x - left, right - x), strict=True):
        if len(side) < 5 or median(r.x1 - r.x0 for r in side) < 0.6 * room:
            return None
    return x


def drop_running_heads(pages: list[list[Run]], heights: list[float]) -> list[list[Run]]:
    """Pages without the lines at their top or bottom edge that come again on other pages, and without page numbers."""
    seen: Counter[tuple[str, int]] = Counter()
    offsets: Counter[int] = Counter()
    for number, (runs, height) in enumerate(zip(pages, heights, strict=True), 1):
        for run in _edge_lines(runs, height):
            seen[_key(run)] += 1
            if (found := _NUMBER.match(run.text.strip())) is not None:
                offsets[int(found.group(1) or found.group(2)) - number] += 1
    needed = max(2, min(3, len(pages)), 0.3 * len(pages))
    kept: list[list[Run]] = []
    for number, (runs, height) in enumerate(zip(pages, heights, strict=True), 1):
        edge = {id(run) for run in _edge_lines(runs, height)}
        kept.append([run for run in runs if not (id(run) in edge and _is_head(run, number, seen, offsets, needed))])
    return kept


def _is_head(run: Run, number: int, seen: Counter[tuple[str, int]], offsets: Counter[int], needed: float) -> bool:
    text = run.text.strip()
    if seen[_key(run)] >= needed and not is_content(text):
        return True
    found = _NUMBER.match(text)
    if not found:
        return False
    offset = int(found.group(1) or found.group(2)) - number
    return offset == 0 or offsets[offset] >= 2


def _edge_lines(runs: list[Run], height: float) -> list[Run]:
    return [run for run in runs if not run.rows and not _EDGE * height < run.base < (1 - _EDGE) * height]


def _key(run: Run) -> tuple[str, int]:
    return _DIGITS.sub("#", re.sub(r"\s+", "", run.text)), round(run.base / 8)


def hints(pages: list[list[Run]]) -> list[list[str]]:
    """For each line of each page "p", "+", "title" or "row" (a table); see corpus.schema.Page."""
    lines = [run for page in pages for run in page if not run.rows]
    weights = Counter()
    for run in lines:
        weights[round(run.size, 1)] += len(run.text)
    body = max(weights, key=lambda size: weights[size]) if weights else 0.0
    bounds = {column: _bounds([r for r in lines if r.column == column], body) for column in (0, 1, 2)}
    previous: Run | None = None
    result: list[list[str]] = []
    for page in pages:
        own: list[str] = []
        for index, run in enumerate(page):
            if run.rows:
                own.append("row")
                previous = None
                continue
            # Above the first page's title a letterhead may stand.
            on_top = index == 0 or own[-1] == "title" or (not result and index < _LETTERHEAD and "title" not in own)
            if on_top and run.size >= 1.2 * body and not match_marker(run.text) and _centred(run, bounds[run.column]):
                own.append("title")
            else:
                own.append("+" if previous and _goes_on(previous, run, bounds, index > 0) else "p")
            previous = None if own[-1] == "title" else run
        result.append(own)
    return result


def _bounds(lines: list[Run], body: float) -> tuple[float, float, float]:
    """(left, right, usual distance of baselines) of a column; right is where its longer lines end."""
    near = [r for r in lines if abs(r.size - body) <= 0.1 * body] or lines
    if not near:
        return 0.0, 0.0, 0.0
    lefts = Counter(round(r.x0) for r in near)
    left = min((x for x, n in lefts.items() if n >= 0.1 * len(near)), default=min(lefts))
    rights = sorted(r.x1 for r in near)
    steps = [a.base - b.base for a, b in pairwise(near) if 0 < a.base - b.base < 6 * body]
    return float(left), rights[int(0.95 * (len(rights) - 1))], median(steps) if steps else 0.0


def _centred(run: Run, bounds: tuple[float, float, float]) -> bool:
    left, right, _ = bounds
    return abs((run.x0 + run.x1) / 2 - (left + right) / 2) < 0.1 * max(right - left, 1.0)


def _goes_on(before: Run, run: Run, bounds: dict[int, tuple[float, float, float]], same_page: bool) -> bool:
    """Whether run continues the paragraph of the line before it."""
    left, _, step = bounds[run.column]
    _, right_before, _ = bounds[before.column]
    if abs(before.size - run.size) > 0.12 * run.size or right_before - before.x1 > _SHORT * before.size:
        return False
    distance = before.base - run.base
    if same_page and before.column == run.column and step and distance > 1.6 * step:
        return False
    if run.x0 - left > 1.2 * run.size:
        # An indent starts a paragraph, unless a hanging list item goes on.
        return not ends_sentence(before.text) and not match_marker(run.text) and run.x0 > before.x0 - 0.5 * run.size
    return True
