"""What retrieval passes around. Plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field

from corpus.schema import Clause, Document


@dataclass(frozen=True)
class Passage:
    """A retrievable piece of a clause. Clause.text[char_start:char_end] == text always.

    embed_text adds title, heading path and inherited years for the embedding; it is never shown.
    """

    passage_id: str
    clause_id: str
    text: str
    embed_text: str
    char_start: int
    char_end: int


@dataclass(frozen=True)
class Hit:
    """One retrieved clause with its best passage.

    rank counts from 1 in the final list; dense_rank and lexical_rank in their own legs, None if absent
    there. Scores are compared only within one list.
    """

    clause: Clause
    document: Document
    passage: Passage
    rank: int
    score: float
    dense_rank: int | None = None
    lexical_rank: int | None = None
    rerank_score: float | None = None
    passages: tuple[Passage, ...] = field(default=())


@dataclass(frozen=True)
class Request:
    """What is searched for. text: normalised question; search_text: with expansions and corrections.

    groups: content words, each with the words that may stand for it; wants: figure, date, department, list,
    definition, yesno, compare, scan, other. quoted: strings the question puts in quotation marks.
    near_clauses, near_documents: where the question before this follow-up was answered. counts: how many things
    the question says there are ("6" for 六大工程).
    """

    text: str
    search_text: str
    groups: tuple[tuple[str, ...], ...] = ()
    years: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    doc_ids: tuple[str, ...] = ()
    wants: str = "other"
    quoted: tuple[str, ...] = ()
    near_clauses: tuple[str, ...] = ()
    near_documents: tuple[str, ...] = ()
    counts: tuple[str, ...] = ()


@dataclass(frozen=True)
class PassageHit:
    """One ranked passage. rank from 1; features: name → value, as the ranker saw them (for the trace)."""

    passage: Passage
    clause: Clause
    document: Document
    rank: int
    score: float
    features: dict[str, float]
    dense_rank: int | None = None
    lexical_rank: int | None = None


@dataclass(frozen=True)
class SearchResult:
    """Passages best first, clauses best first (each with its best passage), and seconds by step."""

    passages: tuple[PassageHit, ...]
    hits: tuple[Hit, ...]
    seconds: dict[str, float] = field(default_factory=dict)
