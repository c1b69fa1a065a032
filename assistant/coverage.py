"""A question of several parts of which the documents answer some: which those are, and which are said to be missing.

A part counts as missing only where that is plain: what it asks for is named and not there (a telephone number, a year,
a place), or nothing retrieved comes near it. Chosen on the training questions, where every looser sign fell mostly on
parts that are answered (docs/evaluation.md).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from assistant.evidence import Chosen
from assistant.gaps import find_gap
from assistant.lexicon import synonyms
from assistant.parts import split_question
from assistant.query import as_part
from assistant.schema import Evidence, Query
from assistant.verify_nouns import nouns
from index.schema import SearchResult
from index.tokens import comparable

# Below the first a part is missing whatever else; from the second it is answered though the whole was refused.
_ABSENT, _SURE = 0.2, 0.8
# Gaps of form alone: a part cut out of its question may well be answered by a sentence that shows one.
_OF_FORM = "资料里没有给出"
_OWN_TERMS = 2  # content words that a part shares with its evidence when it says itself what it asks about


@dataclass(frozen=True)
class Steps:
    """What the chain lends. written: whether any clause of the library holds a word; sure: how sure evidence answers, 0..1,
    and threshold, below which it does not."""

    read: Callable[[str], Query]
    search: Callable[[Query], SearchResult]
    choose: Callable[[Query, SearchResult], Chosen]
    written: Callable[[str], bool]
    sure: Callable[[Chosen], float]
    threshold: float


@dataclass(frozen=True)
class Part:
    """One part of a question as read. gap: why its evidence cannot answer it, "" for none; unknown: nouns of it that the
    library never writes; unsure: whether its evidence is below the chain's own threshold."""

    query: Query
    chosen: Chosen
    sure: float
    gap: str
    unknown: tuple[str, ...]
    unsure: bool

    @property
    def missing(self) -> bool:
        """Whether the documents plainly do not answer it."""
        named = bool(self.gap) and not self.gap.startswith(_OF_FORM)
        return named or self.sure < _ABSENT or (self.unsure and bool(self.unknown))

    @property
    def answered(self) -> bool:
        """Whether the documents surely answer it, and it says itself what it asks about."""
        held = "".join(comparable(e.clause.text + e.clause.context + e.document.title) for e in self.chosen.evidence)
        return not self.gap and self.sure >= _SURE and sum(term in held for term in self.query.terms) >= _OWN_TERMS


@dataclass(frozen=True)
class Coverage:
    """Parts answered and parts missing, at least one of each, in the order asked."""

    answered: tuple[Part, ...]
    missing: tuple[Part, ...]

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The evidence of the answered parts, each piece once."""
        found = {(e.clause.clause_id, e.char_start, e.char_end): e for part in self.answered for e in part.chosen.evidence}
        return tuple(found.values())

    @property
    def question(self) -> str:
        """The answered parts alone, as one question."""
        return "；".join(part.query.text.rstrip("？?。") for part in self.answered) + "？"

    @property
    def missing_texts(self) -> tuple[tuple[str, str], ...]:
        """(part as asked, its gap) of each missing part."""
        return tuple((part.query.question, part.gap) for part in self.missing)


def covered_parts(query: Query, whole: Chosen, steps: Steps) -> Coverage | None:
    """Which parts of the question are answered and which are missing; None where it has one part only, where all of
    them stand or fall alike, or where one is neither. whole: the evidence for the question as one."""
    texts = split_question(query.text)
    if len(texts) < 2:
        return None
    # A year holds for the parts after it, not for those before.
    years = [tuple(y for y in query.years if not any(y in later for later in texts[at + 1 :])) for at in range(len(texts))]
    parts = [_read_part(replace(query, years=own), text, whole, steps) for text, own in zip(texts, years, strict=True)]
    answered, missing = tuple(p for p in parts if p.answered), tuple(p for p in parts if p.missing)
    return Coverage(answered, missing) if answered and missing and len(answered) + len(missing) == len(parts) else None


def _read_part(query: Query, text: str, whole: Chosen, steps: Steps) -> Part:
    """A part read as a question of its own; the years, level and documents that it does not name are the whole's."""
    part = as_part(steps.read(text), query)
    chosen = steps.choose(part, steps.search(part))
    sure = steps.sure(chosen)
    unsure = sure < steps.threshold
    gap = find_gap(part, chosen) or (find_gap(part, whole) if unsure else "")
    named = nouns(comparable(text))
    # One noun alone may be any word of the asker's (末尾, 里面); of two, the one never written is what is asked about.
    unknown = tuple(n for n in named if not steps.written(n) and n not in synonyms()) if len(named) >= _OWN_TERMS else ()
    return Part(part, chosen, sure, gap, unknown, unsure)
