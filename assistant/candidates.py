"""Small judgements about ranked passages that choosing evidence rests on. Pure."""

from __future__ import annotations

import re

from assistant.query import counts_of
from assistant.schema import Query
from assistant.spans import Span, opening_span
from corpus.numerals import figures
from corpus.schema import Clause, ClauseKind
from index.asked import asked
from index.library import Library
from index.passages import year_of
from index.schema import PassageHit, SearchResult
from index.tokens import bigrams, comparable

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_DATED = re.compile(r"\d{4}年|\d{1,2}月|学期|学年|年底")
_ENUMERATED = re.compile(r"[\u4e00-\u9fff]{2,8}(?:、[\u4e00-\u9fff]{2,8})+")
_NAME = 2  # characters of an enumerated thing that must stand in the opening of its clause
CHINESE_COUNT = re.compile(r"[一二两三四五六七八九十百]+[级个项类种所名层档倍次门条]|压减|减少|不再")
_SIMILAR = 0.6  # share of bigrams from which two statements say the same


def fitting_runs(runs_: list[list[Clause]], query: Query, top: PassageHit) -> list[list[Clause]]:
    """The runs of a document that are as many things as the question says, and of the kind it says; of the latter none
    where the best sentence lists as many itself."""
    counts = [int(count) for count in counts_of(query.text) if 3 <= int(count) <= 12]
    if not counts:
        return []
    form = asked(query.text)
    ending = [run for run in runs_ if len(run) == counts[0] and form.ending and _share_an_ending(run, form.ending)]
    if ending or max(top.passage.text.count(mark) for mark in ("、", "；", "”“")) + 1 >= counts[0]:
        return ending
    return [run for run in runs_ if len(run) == counts[0] and _shares_a_word(run, query)]


def named_run(runs_: list[list[Clause]], query: Query) -> list[Clause] | None:
    """The run whose members the question names one after the other (大一、大二、大三各叫什么); None where there is none."""
    found = _ENUMERATED.search(query.text)
    if not found:
        return None
    named = [item[:_NAME] for item in found.group().split("、")]
    for run in runs_:
        openings = [comparable(clause.text[:40]) for clause in run]
        if all(sum(name in text for text in openings) == 1 for name in named) and len(named) <= len(run) <= len(named) + 1:
            return run
    return None


def _share_an_ending(run: list[Clause], ending: str) -> bool:
    """Whether the openings of all members end in the same noun."""
    spans = [opening_span(clause) for clause in run]
    return all(span is not None and span.statement.endswith(ending) for span in spans)


def _shares_a_word(run: list[Clause], query: Query) -> bool:
    """Whether a word of the question stands in the opening of most members: they are that kind of thing."""
    openings = [comparable(clause.text[:40]) for clause in run]
    return any(len(term) >= 2 and sum(term in text for text in openings) >= 0.7 * len(run) for term in query.terms)


def runs(library: Library) -> dict[str, list[list[Clause]]]:
    """For each document, its runs of neighbouring clauses of one kind under one parent that open with a short
    sentence: bullets, items, paragraphs that make one list."""
    found: dict[str, list[list[Clause]]] = {}
    run: list[Clause] = []
    for clause in library.clauses.values():
        fits = clause.kind in (ClauseKind.BULLET, ClauseKind.ITEM, ClauseKind.BODY) and opening_span(clause) is not None
        if run and not (fits and clause.doc_id == run[-1].doc_id and clause.kind is run[-1].kind and clause.parent_id == run[-1].parent_id):
            if len(run) >= 3:
                found.setdefault(run[0].doc_id, []).append(run)
            run = []
        if fits:
            run.append(clause)
    if len(run) >= 3:
        found.setdefault(run[0].doc_id, []).append(run)
    return found


def sentences_of(result: SearchResult) -> list[PassageHit]:
    """The hits that may be quoted: sentences and rows; headings and whole clauses only find, they do not answer."""
    return [hit for hit in result.passages if not hit.features["whole"] and hit.clause.kind is not ClauseKind.HEADING]


def overlaps(hit: PassageHit, others: list[PassageHit]) -> bool:
    """Whether hit shares characters of a clause with any of the others."""
    return any(
        hit.clause.clause_id == o.clause.clause_id and hit.passage.char_start < o.passage.char_end and o.passage.char_start < hit.passage.char_end
        for o in others
    )


def dated(hit: PassageHit) -> bool:
    """Whether a passage has a date: its own, its lead's, that of the sentence it stands under, or a table's."""
    return bool(_DATED.search(hit.passage.text)) or bool(year_of(hit.clause, hit.passage.char_start)) or hit.clause.row is not None


def counted(hit: PassageHit) -> bool:
    """Whether a passage has a figure that is no year, or is a table's row."""
    return hit.clause.row is not None or any(figure.kind not in ("year", "date") for figure in figures(hit.passage.text)) or bool(
        CHINESE_COUNT.search(hit.passage.text))


def speaks_of(hit: PassageHit, year: str) -> bool:
    """Whether the passage is about year: by the years it names, or, naming none, by the one it stands under."""
    named = _YEAR.findall(hit.passage.text)
    return year in named if named else year_of(hit.clause, hit.passage.char_start) == year


def alike(hit: PassageHit, span: Span, other: PassageHit, kept: Span) -> bool:
    """Whether two pieces of evidence say the same; two rows of a table never do."""
    if hit.clause.row is not None and other.clause.row is not None:
        return hit.clause.clause_id == other.clause.clause_id
    return same(span.statement, kept.statement)


def same(first: str, second: str) -> bool:
    """Whether two statements say the same: their bigrams overlap in most of the shorter one, and neither has figures
    that the other lacks."""
    a, b = set(bigrams(first)), set(bigrams(second))
    if not a or not b or len(a & b) / min(len(a), len(b)) < _SIMILAR:
        return False
    left, right = ({figure.value for figure in figures(text)} for text in (first, second))
    return left <= right or right <= left
