"""Where other documents say nearly the same as a clause, and whether with the same figures. No HTML here.

Sentences are compared by the character pairs they share (Dice's coefficient), figures left out: "不少于2小时" and
"不少于1小时" are near in wording, and their figures are then compared for themselves, in those parts of both that
match. Table rows are compared by their indicator and the columns both have.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from corpus.numerals import Figure, figures
from corpus.schema import Clause
from corpus.text import fold, sentence_spans
from index.library import Library

LEAST_LENGTH = 10  # character pairs without figures and signs; shorter sentences are alike by chance
LEAST_NAME = 4  # character pairs of an indicator
LEAST_DICE = 0.55  # looked at on the shipped library: below, phrases of the trade prevail
LEAST_HELD = 0.8  # of a sentence's pairs that stand within a longer one
LEAST_SAME = 0.85  # Dice's coefficient of two indicators that are one
_COMMON = 60  # sentences that share a pair before it says nothing (学校, 教育)
_PART = re.compile(r"[^；;]+[；;]?")
_PHRASE = re.compile(r"[^，,、：:]+")
_MATCHING = 0.4  # share of a phrase's pairs found on the other side before its figures count
# Who is in charge, and where it was published: alike everywhere.
_APPARATUS = re.compile(r"\s*(?:[\u4e00-\u9fff]{2,4}(?:部门|单位)\s*[：:]|[（(]\s*来源\s*[：:])")
_SIGNS = re.compile(r"[^\w]+|_")
_NAMING = frozenset("个届步项位点大") | {"方面", "阶段"}  # 两个维护, 二十届: names, not figures, when written out


@dataclass(frozen=True)
class Sentence:
    """text: the clause's text[start:end]; pairs: its character pairs without figures; row: whether a table row."""

    clause_id: str
    doc_id: str
    start: int
    end: int
    text: str
    pairs: frozenset[str]
    row: bool = False


@dataclass(frozen=True)
class Parallel:
    """A sentence here and one elsewhere. likeness: 0..1. same: whether the figures agree, None when neither has any.
    only_here, only_there: figures (or table cells) of one side alone."""

    here: Sentence
    there: Sentence
    likeness: float
    same: bool | None = None
    only_here: tuple[str, ...] = ()
    only_there: tuple[str, ...] = ()


@dataclass
class Parallels:
    """All sentences of one library, found by their pairs. Build it once for a library; find() only reads."""

    library: Library
    sentences: list[Sentence] = field(default_factory=list)
    holding: dict[str, list[int]] = field(default_factory=dict)
    titles: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.titles = frozenset(_bare(document.title) for document in self.library.documents.values())
        for clause in self.library.clauses.values():
            for sentence in self._sentences(clause):
                for pair in sentence.pairs:
                    self.holding.setdefault(pair, []).append(len(self.sentences))
                self.sentences.append(sentence)

    def _sentences(self, clause: Clause) -> list[Sentence]:
        """A clause's sentences; a document's title names it and says nothing."""
        return [sentence for sentence in sentences_of(clause) if _bare(sentence.text) not in self.titles]

    def find(self, clause: Clause, span: tuple[int, int] | None = None, limit: int = 6) -> list[Parallel]:
        """The nearest sentences of other documents, at most one for each sentence and document; those of span first."""
        found: dict[tuple[int, str], Parallel] = {}
        for own in self._sentences(clause):
            shared = Counter(place for pair in own.pairs if len(self.holding.get(pair, ())) <= _COMMON for place in self.holding.get(pair, ()))
            for place, _ in shared.most_common(40):
                other = self.sentences[place]
                likeness = alike(own.pairs, other.pairs, both=own.row and other.row)
                key = (own.start, other.doc_id)
                if other.doc_id != clause.doc_id and likeness and (key not in found or found[key].likeness < likeness):
                    found[key] = Parallel(own, other, likeness)
        start, end = span or (0, 0)
        ranked = sorted(found.values(), key=lambda p: (not (p.here.start < end and start < p.here.end), -p.likeness))
        return [self._compared(parallel) for parallel in ranked[:limit]]

    def _compared(self, parallel: Parallel) -> Parallel:
        """The parallel with its figures compared."""
        own, other = parallel.here, parallel.there
        if own.row and other.row:
            same, here, there = self._cells(own, other)
        elif own.row or other.row:
            same, here, there = self._row_and_words(own, other)
        else:
            ours, theirs = Counter(_named(own, other)), Counter(_named(other, own))
            same = ours == theirs if ours or theirs else None
            here, there = tuple((ours - theirs).elements()), tuple((theirs - ours).elements())
        return Parallel(own, other, parallel.likeness, same, here, there)

    def _values(self, sentence: Sentence) -> dict[str, str]:
        row = self.library.clauses[sentence.clause_id].row
        return {column: value or "—" for column, value in row.values.items()} if row else {}

    def _cells(self, own: Sentence, other: Sentence) -> tuple[bool | None, tuple[str, ...], tuple[str, ...]]:
        here, there = self._values(own), self._values(other)
        columns = [column for column in here if column in there]
        differing = [column for column in columns if fold(here[column]) != fold(there[column])]
        cells = [tuple(f"{column}年 {side[column]}" if column.isdigit() else f"{column} {side[column]}" for column in differing) for side in (here, there)]
        return (not differing if columns else None), cells[0], cells[1]

    def _row_and_words(self, own: Sentence, other: Sentence) -> tuple[bool | None, tuple[str, ...], tuple[str, ...]]:
        """Words agree with a row when each of their figures stands in one of its cells."""
        row, words = (own, other) if own.row else (other, own)
        held = {figure.value for value in self._values(row).values() for figure in figures(value)}
        told = [figure for figure in _figures(words, row) if figure.kind not in ("year", "date")]
        lacking = tuple(_name(figure) for figure in told if figure.value not in held)
        cells = tuple(f"{column}年 {value}" if column.isdigit() else f"{column} {value}" for column, value in self._values(row).items())
        same = not lacking if told else None
        sides = (cells if lacking else (), lacking)
        return (same, *sides) if own.row else (same, *reversed(sides))  # type: ignore[return-value]


def sentences_of(clause: Clause) -> Iterator[Sentence]:
    """The sentences of a clause that are long enough to compare, parted at semicolons too; a table row is one, its
    indicator alone being compared."""
    if clause.row is not None:
        pairs = _pairs(clause.row.indicator)
        if len(pairs) >= LEAST_NAME:
            yield Sentence(clause.clause_id, clause.doc_id, 0, len(clause.text), clause.text, pairs, True)
        return
    for start, end in sentence_spans(clause.text):
        for part in _PART.finditer(clause.text, start, end):
            if _APPARATUS.match(part.group()):
                continue
            bare = list(part.group())
            for figure in figures(part.group()):
                bare[figure.start : figure.end] = " " * (figure.end - figure.start)
            pairs = _pairs("".join(bare))
            if len(pairs) >= LEAST_LENGTH:
                yield Sentence(clause.clause_id, clause.doc_id, part.start(), part.end(), part.group(), pairs)


def alike(here: frozenset[str], there: frozenset[str], *, both: bool = False) -> float:
    """Dice's coefficient, or the share of the shorter held by the longer, where one of them is high enough; else 0.
    both: two indicators, which must be nearly one, or they count different things."""
    shared = len(here & there)
    dice = 2 * shared / (len(here) + len(there)) if shared else 0.0
    if both:
        return dice if dice >= LEAST_SAME else 0.0
    held = shared / min(len(here), len(there)) if shared else 0.0
    return max(dice, held * 0.9 if held >= LEAST_HELD else 0.0) if dice >= LEAST_DICE or held >= LEAST_HELD else 0.0


def _figures(own: Sentence, other: Sentence) -> list[Figure]:
    """The figures that stand in phrases which the other side has too."""
    spans = [m.span() for m in _PHRASE.finditer(own.text) if _matches(_pairs(m.group()), other.pairs)]
    return [
        figure for figure in figures(own.text)
        if any(a <= figure.start < b for a, b in spans) and not (figure.unit.lstrip("第") in _NAMING and not re.search(r"\d", figure.text))
    ]


def _matches(pairs: frozenset[str], other: frozenset[str]) -> bool:
    return bool(pairs) and len(pairs & other) >= _MATCHING * len(pairs)


def _named(own: Sentence, other: Sentence) -> list[str]:
    return [_name(figure) for figure in _figures(own, other)]


def _name(figure: Figure) -> str:
    """A figure written one way, so that 两小时 and 2小时 are the same; dates and ranges as printed."""
    if figure.kind in ("date", "range"):
        return re.sub("[-~～]", "—", fold(figure.text))
    bound = figure.text[0] if figure.text[0] in "≥≤" else ""
    ordinal = "第" if figure.unit.startswith("第") else ""
    return f"{bound}{ordinal}{figure.value}{figure.unit.removeprefix('第')}"


def _bare(title: str) -> str:
    """A title without number, signs and brackets round it."""
    return re.sub(r"^[\d\W]+|\W", "", fold(title))


def _pairs(words: str) -> frozenset[str]:
    """Character pairs within runs of letters."""
    return frozenset(run[i : i + 2] for run in _SIGNS.split(fold(words)) for i in range(len(run) - 1))
