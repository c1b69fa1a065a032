"""Where in its clause a verified sentence stands: the span that the page marks. Pure."""

from __future__ import annotations

import re

from assistant.alignment import canonical, sentences
from corpus.numerals import figures

_LEAST = 0.2  # of what is said, figures counting as much as words: what the best sentence must hold, or none is marked
_MORE = 0.4  # what another sentence must hold of what is still missing to be marked with it
_LONGEST = 200  # characters of a span of several sentences


def support_span(said: str, text: str) -> tuple[int, int] | None:
    """Half-open span of text, a clause's own words, that bears the sentence said; None where its support is elsewhere
    (a table's header, a heading)."""
    wanted = _things(canonical(said))
    spans = [_trimmed(text, start, end) for start, end in sentences(text)]
    held = [(_things(canonical(text[start:end])), start, end) for start, end in spans if end > start]
    found: tuple[int, int] | None = None
    while wanted:
        gain, start, end = max(((sum(w for k, w in wanted.items() if k in things), -a, b) for things, a, b in held), default=(0.0, 0, 0))
        start = -start
        if gain < (_MORE if found else _LEAST):
            break
        joined = (min(found[0], start), max(found[1], end)) if found else (start, end)
        if found and joined[1] - joined[0] > _LONGEST:
            break
        found = joined
        covered = _things(canonical(text[start:end]))
        wanted = {thing: weight for thing, weight in wanted.items() if thing not in covered}
    return found


def _things(text: str) -> dict[str, float]:
    """The figures and the pairs of neighbouring characters of a canonical text, each kind weighing one in all."""
    values, pairs = {f"={f.value.lstrip('≥≤')}" for f in figures(text)}, _pairs(text)
    return {**dict.fromkeys(sorted(pairs), 1 / len(pairs) if pairs else 0.0), **dict.fromkeys(sorted(values), 1 / len(values) if values else 0.0)}


def _pairs(text: str) -> set[str]:
    return {pair for run in re.findall(r"[\u4e00-\u9fffA-Za-z]{2,}", text) for pair in (run[i : i + 2] for i in range(len(run) - 1))}


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without the blanks at its ends."""
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - (len(piece) - len(piece.rstrip()))
