"""A question that sets two levels or documents against each other → one ranked passage for each side.

Each side is searched within its own documents. The sides of a comparison speak of the same thing, so the surest
side's best passage pulls those of the other sides that say something like it, wherever they were ranked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from assistant.candidates import sentences_of
from assistant.parts import asks_both, side_text
from assistant.schema import Query, Wanted
from corpus.schema import Level
from index.library import Library
from index.schema import PassageHit, SearchResult

_WHOLE = 0.5  # weight of a passage's score for the whole question beside that for its side
_DEPTH = 25  # passages of each side that are held against the other side's
_PAIR_DEPTH = 6  # passages of each of two parts tried together
_LIKENESS = 4.0  # score points of a passage that says the same as the other side's
_PAIR_LIKENESS = 7.0  # the same of two things asked about at once
_LEVEL_WORDS = {
    Level.NATIONAL: re.compile(r"(?:国家(?!级)|全国(?!性)|我国|中央|教育部(?!门))(?:的|里|层面|那份|纲要|规划纲要)*"),
    Level.CITY: re.compile(r"(?:重庆|我市|市里)市?(?:的|里|那份|规划)*"),
}


@dataclass(frozen=True)
class Side:
    """One side: the question as it concerns this side, and the documents that may answer it."""

    text: str
    doc_ids: tuple[str, ...]


def compares(query: Query) -> bool:
    """Whether the question sets two levels or documents against each other."""
    if query.wanted is Wanted.COMPARE:
        return True
    return len(query.levels) >= 2 and asks_both(query.text, _LEVEL_WORDS[query.levels[0]], _LEVEL_WORDS[query.levels[1]])


def sides_of(query: Query, library: Library, doc_ids: Sequence[str] = ()) -> tuple[Side, ...]:
    """The sides of a comparison: levels, else documents named (at most three); () where there are not two.

    doc_ids: the only documents that may be searched, () for all; a side none of them belongs to has none.
    """
    sides = _sides(query, library)
    return tuple(replace(side, doc_ids=tuple(d for d in side.doc_ids if d in doc_ids)) for side in sides) if doc_ids else sides


def _sides(query: Query, library: Library) -> tuple[Side, ...]:
    if len(query.levels) >= 2:
        # All documents of a level: an interview may answer what is asked of the plan it explains.
        return tuple(
            Side(_level_text(query.text, level), tuple(d for d, document in library.documents.items() if document.level is level))
            for level in query.levels
        )
    if len(query.doc_ids) >= 2:
        return tuple(Side(query.text, (doc_id,)) for doc_id in query.doc_ids[:3])
    return ()


def _level_text(text: str, level: Level) -> str:
    other = Level.CITY if level is Level.NATIONAL else Level.NATIONAL
    return side_text(text, _LEVEL_WORDS[level], _LEVEL_WORDS[other])


def best_of_sides(
    sides: Sequence[Side], queries: Sequence[Query], search: Callable[[Query, Sequence[str]], SearchResult], library: Library,
    whole: SearchResult,
) -> list[PassageHit | None]:
    """One hit for each side, None where its documents have none. queries: each side read as a question; whole: what
    the whole question found."""
    found = [
        with_whole(sentences_of(search(query, side.doc_ids))[:_DEPTH], whole, _WHOLE) if side.doc_ids else []
        for side, query in zip(sides, queries, strict=True)
    ]
    filled = [hits for hits in found if hits]
    if not filled:
        return [None for _ in found]
    anchor = max((hits[0] for hits in filled), key=lambda hit: (hit.features["cross"], hit.score))
    return [
        anchor if hits and hits[0] is anchor
        else max(hits, key=lambda hit: hit.score + _LIKENESS * library.likeness(hit.passage, anchor.passage), default=None)
        for hits in found
    ]


def with_whole(hits: list[PassageHit], whole: SearchResult, weight: float) -> list[PassageHit]:
    """The hits of a part of a question scored by the whole question too: what it is about is often named only once."""
    scores = {hit.passage.passage_id: hit.score for hit in whole.passages}
    least = min(scores.values(), default=0.0)
    scored = [replace(hit, score=hit.score + weight * scores.get(hit.passage.passage_id, least)) for hit in hits]
    return sorted(scored, key=lambda hit: -hit.score)


def best_pair(first: Sequence[PassageHit], second: Sequence[PassageHit], library: Library) -> list[PassageHit]:
    """The two passages, one from each list, best together: two things asked about at once are told of alike, and are
    not the same. As many as there are lists with anything in them."""
    pairs = [
        (one.score + other.score + _PAIR_LIKENESS * library.likeness(one.passage, other.passage), one, other)
        for one in first[:_PAIR_DEPTH] for other in second[:_PAIR_DEPTH] if one.passage.passage_id != other.passage.passage_id
    ]
    if not pairs:
        return [*first[:1], *second[:1]]
    _, one, other = max(pairs, key=lambda pair: pair[0])
    return [one, other]
