"""Numbered notes after 注： and the marks that point at them, glued to figures by a text export.

"1:3506" with a note 6 that speaks of 1:350 is 1:350 carrying note 6. Marks come in order 1…n, so they are
placed by dynamic programming over all candidates; a figure that only looks alike stays. Pure functions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from corpus.schema import MappedText
from corpus.text import fold

HEAD = re.compile(r"^[注註]\s*[:：]\s*$")
ITEM = re.compile(r"^(\d{1,3})\s*[.．、]\s*(?=\D)")
_FIGURE_BEFORE = re.compile(r"[\d.:∶/—–\-]*[\d%％]$")


@dataclass(frozen=True)
class Mark:
    """A note mark in a text: start:end are the mark's characters (a space before it included)."""

    number: int
    start: int
    end: int


def find_marks(text: str, notes: dict[int, str]) -> list[Mark]:
    """Where the marks 1…n of notes stand in text. notes: number → note text.

    Returns marks in order; notes without a believable place are left out.
    """
    numbers = sorted(notes)
    candidates = [_candidates(text, number, notes[number]) for number in numbers]
    # best[i]: list of (score, marks) for the first i notes, kept as a Pareto front over end positions.
    front: list[tuple[float, int, tuple[Mark, ...]]] = [(0.0, 0, ())]
    for options in candidates:
        grown = list(front)
        for score, end, marks in front:
            for gain, mark in options:
                if mark.start >= end:
                    grown.append((score + gain, mark.end, (*marks, mark)))
        front = _pareto(grown)
    return list(max(front, key=lambda item: item[0])[2]) if front else []


def _pareto(states: list[tuple[float, int, tuple[Mark, ...]]]) -> list[tuple[float, int, tuple[Mark, ...]]]:
    kept: list[tuple[float, int, tuple[Mark, ...]]] = []
    for state in sorted(states, key=lambda item: (-item[0], item[1])):
        if not any(other[1] <= state[1] for other in kept):
            kept.append(state)
    return kept[:64]


def _candidates(text: str, number: int, note: str) -> list[tuple[float, Mark]]:
    """Places where the mark may stand, with how far the note supports each (points)."""
    digits = str(number)
    found: list[tuple[float, Mark]] = []
    for match in re.finditer(rf"(?<=[\d%％月年个名项\u4e00-\u9fff]) ?{digits}(?!\d)", text):
        start, end = match.start(), match.end()
        after = text[end : end + 1]
        before = text[:start]
        if after and after in ".．、" and re.search(r"(?:^|\n)\d{0,2}$", before):
            continue  # the number of an item at its line's start
        figure = _FIGURE_BEFORE.search(before)
        spaced = text[start] == " "
        bare = figure.group() if figure else ""
        if after and re.match(r"[.．%％:：∶/个名项年月种门]", after) and not bare:
            continue
        if spaced and after and re.match(r"[%％个名项种门人所次]", after):
            continue  # "等 10 项" counts things
        gain = 0.0
        if bare and len(bare) > 0:
            # Does the note speak of the figure that is left when the mark is taken off?
            gain = 3.0 if fold(bare).strip("-:/") in fold(note) else 1.0
            if fold(bare + digits) in fold(note):
                continue  # the whole run is the figure
        else:
            tail = re.search(r"(\d+\s?[个名]?[\u4e00-\u9fff%])$", before)
            gain = 2.0 if tail and fold(tail.group()) in fold(note) else 0.8 if after in "，。；、 \n" or not after else 0.2
        if len(bare) == 0 and not spaced and re.match(r"\d", before[-1:]):
            continue
        found.append((gain, Mark(number, start, end)))
    return found


def remove_marks(text: MappedText, marks: list[Mark]) -> tuple[MappedText, list[tuple[int, int]]]:
    """Text without the marks, and for each mark (number, position in the new text after which it stood)."""
    parts: list[MappedText] = []
    places: list[tuple[int, int]] = []
    cursor, length = 0, 0
    for mark in marks:
        piece = text.slice(cursor, mark.start)
        parts.append(piece)
        length += len(piece)
        places.append((mark.number, length))
        cursor = mark.end
    parts.append(text.slice(cursor, len(text)))
    return MappedText.join(parts), places
