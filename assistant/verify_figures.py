"""Figures of a claim against its source: present, of the same unit and bound, and beside the same words.

Every check takes canonical text and returns reasons in Chinese, none when nothing is wrong. Pure.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Protocol

from assistant.alignment import Piece, canonical, found_share
from assistant.wording import bound_at, words_of
from corpus.numerals import Figure, figures

# How much better another figure's words must fit before a figure counts as taken from the wrong place.
_PLACE = 0.4
_MARGIN = 0.1
_CLASSES = (
    ("名", "人", "位"),
    ("个", "所", "家", "项", "门", "种", "类", "条", "支", "座", "处", "套", "件", "批", "本", "册", "间", "场", "份", "组", "例", "篇", "对", "次"),
    ("年", "学年"), ("日", "天"), ("学时", "课时"),
)
_COUNTED = ("", "个", "项", "类", "种", "条", "级", "点", "方面", "步")
_MORE = "多|增|高|升|添|补|差"
_LESS = "少|减|低|降|差"
_LOOSE = ("名", "人", "位", "个", "所", "家")


class Source(Protocol):
    """What the checks read of verify.Prepared."""

    @property
    def body(self) -> str: ...
    @property
    def everything(self) -> str: ...
    @property
    def pieces(self) -> tuple[Piece, ...]: ...
    @property
    def sources(self) -> tuple: ...


def check_figures(claim: str, parts: tuple[Piece, ...], source: Source) -> list[str]:
    """Each figure must stand in the source with a fitting unit and bound, beside the words it stands by here."""
    reasons = []
    known = figures(source.everything)
    title_years = _years(source.everything)
    for part in parts:
        for figure in part.figures:
            if _years_of(figure) and figure.kind in ("year", "range") and _years_of(figure) <= title_years:
                continue
            same = [f for f in known if _same_value(figure, f, source.everything)]
            if not same and (counts_list(claim, figure) or _is_difference(claim, part, figure)):
                continue
            if not same:
                reasons.append(f"原文没有“{figure.text}”")
            elif not any(
                _same_value(figure, f, source.everything) and _unit_fits(figure, f, source.everything)
                for f in _nearest(part, figure, source) or same
            ):
                reasons.append(f"“{figure.text}”的单位与原文不同")
            else:
                reasons.extend(_check_bound(part, figure, source))
                reasons.extend(_check_place(part, parts, figure, source))
    return reasons


def counts_list(claim: str, figure: Figure) -> bool:
    """Whether a small number counts a list that the claim itself gives (四级：甲、乙、丙、丁)."""
    if figure.kind != "number" or figure.unit not in _COUNTED or not figure.value.isdigit():
        return False
    if not 2 <= int(figure.value) <= 20:
        return False
    runs = re.split(r"[。；，:：,]", claim)
    return claim.count("；") + 1 == int(figure.value) or any(r.count("、") + 1 == int(figure.value) for r in runs)


def _is_difference(claim: str, part: Piece, figure: Figure) -> bool:
    """Whether the claim shows the two values that a stated difference comes from (多90种：60种, 150种), and its way."""
    bare = part.text.replace("至少", "").replace("至多", "")
    more, less = re.search(_MORE, bare), re.search(_LESS, bare)
    if figure.kind != "number" or not (more or less):
        return False
    kind = "percent" if figure.unit == "百分点" else "number"
    others = [Decimal(f.value) for f in figures(claim) if f.kind == kind and f.text != figure.text and (
        kind == "percent" or not f.unit or not figure.unit or f.unit == figure.unit or _class(f.unit) & _class(figure.unit))]
    value = Decimal(figure.value)
    changes = [b - a for i, a in enumerate(others) for b in others[i + 1 :] if abs(b - a) == value]
    return any((change > 0 and not less) or (change < 0 and not more) or "相差" in part.text for change in changes)


def check_years(parts: tuple[Piece, ...], source: Source) -> list[str]:
    """A piece under a year must go back to source words under that year (stated before them, or inherited)."""
    governed = _governed(source.pieces)
    inherited = {y for s in source.sources for y in _years("、".join(f"{y.removesuffix('年')}年" for y in s.years))}
    reasons = []
    for part, years in zip(parts, _governed(parts), strict=True):
        words = part.words
        if not years or not words or _mentions_span(part):
            continue
        # Where the piece says a figure, only source pieces with that figure say which year is its.
        own = {_bare(f.value) for f in part.figures if f.kind not in ("year", "date")}
        scored = [
            (found_share(words, piece.text), ys) for piece, ys in zip(source.pieces, governed, strict=True)
            if not own or own & {_bare(f.value) for f in piece.figures}
        ]
        best = max((score for score, _ in scored), default=0.0)
        if best < 0.5:
            continue
        allowed = set().union(*(ys for score, ys in scored if score >= best - 0.1))
        fits = allowed or inherited
        if fits and not years & (allowed | (inherited if not allowed else set())):
            reasons.append(f"“{part.text}”的年份与原文不同")
    return reasons


def check_rows(parts: tuple[Piece, ...], source: Source) -> list[str]:
    """In a table row, the figure said for a year must be that year's cell."""
    rows = [cells for s in source.sources for cells in [_cells(s)] if len(cells) > 1]
    reasons = []
    for part, years in zip(parts, _governed(parts), strict=True):
        year = next(iter(years)) if len(years) == 1 and not any(_years_of(f) for f in part.figures) else ""
        for figure in part.figures:
            if figure.kind in ("year", "date"):
                year = next(iter(_years_of(figure)), year)
                continue
            for cells in rows:
                fits = {y for y, text in cells.items() if _bare(figure.value) in _values(text)}
                if year in cells and fits and year not in fits:
                    reasons.append(f"表中{year}年的数值不是“{figure.text}”")
    return reasons


# --- one figure ------------------------------------------------------------------------------------------

def _same_value(claimed: Figure, stated: Figure, text: str) -> bool:
    if claimed.kind == "percent":
        return _bare(claimed.value) == _bare(stated.value) and (stated.unit == claimed.unit or (
            stated.kind == "number" and not stated.unit and claimed.unit in text))
    if claimed.kind == "date":
        return _date_fits(claimed.value, stated)
    if claimed.kind == "year":
        return claimed.value in _years_of(stated) or (stated.kind == "number" and stated.value == claimed.value)
    if claimed.kind == "number" and stated.kind == "range":
        return False
    if claimed.kind == "number" and claimed.value in _years_of(stated):
        return True
    return _bare(claimed.value) == _bare(stated.value) and (claimed.kind == stated.kind or {
        claimed.kind, stated.kind} <= {"number", "ratio"})


def _nearest(part: Piece, figure: Figure, source: Source) -> list[Figure]:
    """Of the source's figures with this value, whatever their unit, those beside the most words of the piece."""
    scored = [(found_share(part.words, p.text), f) for p in source.pieces for f in p.figures
              if _bare(f.value) == _bare(figure.value)]
    best = max((score for score, _ in scored), default=0.0)
    return [f for score, f in scored if score >= best - 0.1]


def _date_fits(claimed: str, stated: Figure) -> bool:
    """A date said must be stated at least as exactly; a date without its year may lean on the year elsewhere."""
    if stated.kind != "date":
        return False
    value = stated.value
    yearless = claimed.startswith("--") and value.endswith(claimed.removeprefix("--"))
    return value == claimed or value.startswith(claimed + "-") or yearless


def _unit_fits(claimed: Figure, stated: Figure, text: str) -> bool:
    a, b = claimed.unit, stated.unit
    if a == b or claimed.kind in ("date", "year", "ratio", "percent") or stated.kind == "year":
        return True
    if b == "":
        # Table cells carry no unit: it stands in brackets before them, or in no place at all.
        heads = re.findall(r"[（(]([\u4e00-\u9fff%A-Za-z]{1,4})[）)]", text)
        return a in ("",) or not heads or any(_class(a) & _class(h) or a == h for h in heads)
    if a == "":
        return b not in ("%", "‰")
    return bool(_class(a) & _class(b)) or ({a, b} <= set(_LOOSE) and "个" in (a, b))


def _class(unit: str) -> set[int]:
    return {i for i, group in enumerate(_CLASSES) if unit in group}


def _check_bound(part: Piece, figure: Figure, source: Source) -> list[str]:
    """不低于 must not become 不超过, nor a plain figure a bound."""
    said = bound_at(part.text, figure.start, figure.end)
    if said not in ("lower", "upper"):
        return []
    stated = {
        bound_at(piece.text, f.start, f.end)
        for piece in source.pieces for f in piece.figures if _bare(f.value) == _bare(figure.value)
    }
    return [] if not stated or said in stated else [f"“{figure.text}”的上下限与原文不同"]


def _check_place(part: Piece, parts: tuple[Piece, ...], figure: Figure, source: Source) -> list[str]:
    """Another figure of the same kind must not fit the words beside this figure clearly better."""
    if figure.kind in ("year", "date"):
        return []
    pairs = _pairs(part.text) or _pairs_before(part, parts)
    if not pairs:
        return []
    own = other = -1.0
    for index, piece in enumerate(source.pieces):
        here = [f for f in piece.figures if f.kind not in ("year", "date")]
        if not here:
            continue
        text = piece.text if piece.words or not index else source.pieces[index - 1].text + piece.text
        share = sum(pair in text for pair in pairs) / len(pairs)
        if any(_bare(f.value) == _bare(figure.value) for f in here):
            own = max(own, share)
        elif any(_comparable(f, figure) for f in here):
            other = max(other, share)
    wrong = own >= 0 and other >= _PLACE and other - own > _MARGIN
    return [f"“{figure.text}”在原文中说的是另一项"] if wrong else []


def _pairs(text: str) -> set[str]:
    """Pairs of neighbouring characters, figures and stop words left out."""
    text = re.sub(r"[\d%.:/—≥≤“”、]+", " ", text)
    pairs = {text[i : i + 2] for i in range(len(text) - 1)}
    return {pair for pair in pairs if " " not in pair and pair not in words_of("stop")}


def _comparable(one: Figure, other: Figure) -> bool:
    """Whether two figures may be taken for one another: same kind and unit class, or a bare table cell."""
    if {one.kind, other.kind} <= {"number", "percent"} and "" in (one.unit, other.unit):
        return True
    return one.kind == other.kind and (one.unit == other.unit or bool(_class(one.unit) & _class(other.unit)))


def _pairs_before(part: Piece, parts: tuple[Piece, ...]) -> set[str]:
    at = parts.index(part)
    before = parts[at - 1] if at else None
    if before is None or before.sentence != part.sentence or before.figures:
        return set()
    return _pairs(before.text)


# --- years -----------------------------------------------------------------------------------------------

def _governed(parts: tuple[Piece, ...]) -> list[frozenset[str]]:
    """For each piece the years over it: its own, else the last ones named before it in the text."""
    out: list[frozenset[str]] = []
    current: frozenset[str] = frozenset()
    for part in parts:
        own = frozenset(y for f in part.figures if f.kind in ("year", "date") for y in _years_of(f))
        current = own or current
        out.append(current)
    return out


def _mentions_span(part: Piece) -> bool:
    return any(f.kind == "range" and _years_of(f) for f in part.figures)


def _years_of(figure: Figure) -> set[str]:
    """Four-digit years in a figure of any kind; both ends of a span of years."""
    if figure.kind not in ("year", "date", "range"):
        return set()
    return {y for y in re.findall(r"\d{4}", figure.value) if 1900 <= int(y) <= 2100}


def _years(text: str) -> set[str]:
    found = {y for f in figures(text) for y in _years_of(f)}
    return found | {f.value for f in figures(text) if f.kind == "number" and re.fullmatch(r"(19|20)\d\d", f.value)}


# --- table rows ------------------------------------------------------------------------------------------

def _cells(source: object) -> dict[str, str]:
    """Year → value of a row: from its cells, else from a header of years in context and the row's last tokens."""
    values = tuple(getattr(source, "values", ()))
    if values:
        return {year.removesuffix("年"): canonical(text) for year, text in values}
    years = [f.value for f in figures(canonical(getattr(source, "context", ""))) if f.kind == "year"]
    tokens = getattr(source, "text", "").split()
    if len(years) < 2 or len(tokens) <= len(years):
        return {}
    return dict(zip(years, map(canonical, tokens[-len(years):]), strict=True))


def _values(text: str) -> set[str]:
    return {_bare(f.value) for f in figures(text)}


def _bare(value: str) -> str:
    return value.lstrip("≥≤")
