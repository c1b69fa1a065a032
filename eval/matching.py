"""Whether an answer holds a key point, and whether it is right: the rule of the eval format. Pure functions.

NFKC; spaces and punctuation dropped, but where they part two digits a separator stays; dashes, colons,
slashes and points between digits are kept (U+2236 reads as a colon, all dashes as one). Percent signs count
as units, not as punctuation. A matched number must not be a piece of a longer one. Strict: all key points,
nothing forbidden, not refused, at most 150 characters plus three times the reference answer.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from eval.schema import Case

SEPARATOR = " "
LENGTH_BASE = 150
LENGTH_FACTOR = 3
_DASHES = frozenset("-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2500\u2501\ufe63")
_KEPT = {**dict.fromkeys(_DASHES, "-"), ":": ":", "/": "/", ".": "."}
_UNITS = frozenset("%‰")
_CHINESE_NUMERALS = frozenset("零〇一二两三四五六七八九十百千万亿")


def normalise(text: str) -> str:
    """text as it is compared: see the module's rule. Letters keep their case."""
    folded = unicodedata.normalize("NFKC", text).replace("\u2236", ":").replace("\u2044", "/")
    out: list[str] = []
    gap = ""
    for char in folded:
        if _dropped(char):
            gap += char
            continue
        if gap:
            if out and _digit(out[-1]) and _digit(char):
                # One mark stands for the whole gap: "3 — 5" is "3-5", "2027、2029" stays two numbers.
                out.append(next((_KEPT[c] for c in gap if c in _KEPT), SEPARATOR))
            gap = ""
        out.append(char)
    return "".join(out)


def contains(text: str, phrase: str, *, normalised: bool = False) -> bool:
    """Whether phrase stands in text, its numbers whole. normalised: text is normalised already.

    An empty phrase, or one of punctuation alone, stands nowhere.
    """
    body = text if normalised else normalise(text)
    wanted = normalise(phrase)
    if not wanted:
        return False
    start = body.find(wanted)
    while start >= 0:
        if not _touched(body, start, start + len(wanted)):
            return True
        start = body.find(wanted, start + 1)
    return False


def key_points_found(answer: str, key_points: Sequence[Sequence[str]]) -> tuple[bool, ...]:
    """For each entry, whether any of its alternatives stands in answer."""
    body = normalise(answer)
    return tuple(any(contains(body, option, normalised=True) for option in entry) for entry in key_points)


def forbidden_found(answer: str, forbidden: Sequence[str]) -> tuple[str, ...]:
    """The forbidden strings that stand in answer."""
    body = normalise(answer)
    return tuple(phrase for phrase in forbidden if contains(body, phrase, normalised=True))


def length_limit(reference: str) -> int:
    """The most characters a strict answer may have."""
    return LENGTH_BASE + LENGTH_FACTOR * len(reference)


def strict(case: Case, answer: str, refused: bool) -> bool:
    """Whether answer is right. An unanswerable question is right when refused. answer: without citation marks."""
    if not case.answerable:
        return refused
    return (
        not refused
        and all(key_points_found(answer, case.key_points))
        and not forbidden_found(answer, case.forbidden)
        and len(answer) <= length_limit(case.answer)
    )


def _dropped(char: str) -> bool:
    category = unicodedata.category(char)
    return (category[0] in "ZPC" or char in _DASHES) and char not in _UNITS


def _digit(char: str) -> bool:
    return "0" <= char <= "9"


def _touched(body: str, start: int, end: int) -> bool:
    """Whether the number at either edge of body[start:end] goes on outside it."""
    return _joined(body, start - 1, start, -1) or _joined(body, end, end - 1, 1)


def _joined(body: str, outside: int, inside: int, step: int) -> bool:
    if not 0 <= outside < len(body):
        return False
    edge, beyond = body[inside], body[outside]
    if _digit(edge):
        further = outside + step
        decimal = beyond == "." and 0 <= further < len(body) and _digit(body[further])
        return _digit(beyond) or decimal
    return edge in _CHINESE_NUMERALS and beyond in _CHINESE_NUMERALS
