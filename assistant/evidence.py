"""SearchResult → Evidence: the spans that answer, chosen before anything is written.

One strategy by the kind of answer wanted; each chooses among the ranked passages, none invents. Whether the
best is good enough is assistant/confidence.py's business.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from assistant.candidates import alike, counted, dated, fitting_runs, named_run, overlaps, runs, sentences_of, speaks_of
from assistant.codes import explained
from assistant.comparison import best_of_sides, best_pair, compares, sides_of, with_whole
from assistant.parts import asks_each, split_question
from assistant.query import as_part
from assistant.schema import Evidence, Query, Wanted
from assistant.spans import LABEL, Span, children_span, department_span, opening_span, sentence_span, source_name
from corpus.schema import Clause, ClauseKind
from index.library import Library
from index.schema import PassageHit, SearchResult
from index.tokens import comparable

_SECOND_MARGIN = 0.6  # a second sentence stands beside the first when its score is at most this much lower
_LEAST_CROSS = -0.8  # squashed logit of the reranker below which a passage is not shown beside another
_SURE_CROSS = 0.3  # the same where one sentence is what the question wants
_ROW_GAIN = 0.2
_TWO_TOTAL = 170
_TOTAL = 200  # characters of all statements together
_LEVEL_MARGIN = 2.0  # score points by which a clause of the level asked about may lie behind another level's
_KIND_DEPTH, _KIND_MARGIN = 6, 2.5  # how far down, and how many score points behind, a date or figure is taken from
_PARTS_TOTAL = 240
_OF_YEAR = 110  # characters of a statement about one year of several
_PART_WHOLE = 0.3  # weight of a passage's score for the whole question beside that for a part of it
_PARTS = re.compile(r"哪|几(?!年)|分别|包括|列|有什么|有啥")


@dataclass(frozen=True)
class Chosen:
    """Evidence with the ranked passages it came from, best first."""

    evidence: tuple[Evidence, ...]
    hits: tuple[PassageHit, ...]


class EvidenceChooser:
    """Chooses evidence over one library. search: asks the retriever again, confined to documents."""

    def __init__(self, library: Library, search: Callable[[Query, Sequence[str]], SearchResult], idf: Callable[[str], float],
                 read: Callable[[str], Query], *, reranked: bool = False) -> None:
        self._library = library
        self._search = search
        self._read = read
        self.reranked = reranked
        self._idf = idf
        self._children: dict[str, list[Clause]] = {}
        for clause in library.clauses.values():
            if clause.parent_id:
                self._children.setdefault(clause.parent_id, []).append(clause)
        self._runs = runs(library)

    def choose(self, query: Query, result: SearchResult, doc_ids: Sequence[str] = ()) -> Chosen:
        """The evidence for query, () when nothing was retrieved. doc_ids: what the user confined the question to; the
        parts and sides of a question are searched nowhere else."""
        usable = self._of_level(query, sentences_of(result))
        if not usable:
            return Chosen((), ())
        if counted := explained(query, usable):
            return Chosen((self._evidence(*counted),), counted[:1])
        usable = self._kind_first(query, usable)
        if query.wanted is Wanted.DEPARTMENT and (found := self._departments(query, result)):
            return found
        if len(query.years) >= 2 and usable[0].clause.kind is not ClauseKind.TABLE_ROW and (found := self._by_year(query, usable)):
            return found
        if compares(query) and (found := self._sides(query, result, doc_ids)):
            return found
        if found := self._named(query, usable):
            return found
        if (found := self._by_part(query, usable, result, doc_ids)) is not None:
            return found
        if query.wanted in (Wanted.LIST, Wanted.DEFINITION, Wanted.FIGURE, Wanted.OTHER) and (found := self._outline(query, result)):
            return found
        return self._sentences(query, usable)

    @staticmethod
    def _of_level(query: Query, usable: list[PassageHit]) -> list[PassageHit]:
        """The hits with those of the level asked about first, where one of them is nearly as good as the best."""
        if len(query.levels) != 1 or not usable:
            return usable
        own = [hit for hit in usable if hit.document.level is query.levels[0]]
        if not own or own[0].score < usable[0].score - _LEVEL_MARGIN:
            return usable
        return own + [hit for hit in usable if hit.document.level is not query.levels[0]]

    def _kind_first(self, query: Query, usable: list[PassageHit]) -> list[PassageHit]:
        """The hits with the best that holds a date or figure first, where one is asked for and it is nearly as good.

        Any sentence has some number: a figure must be of the measure asked for, and the reranker sure of it.
        """
        near = [hit for hit in usable[:_KIND_DEPTH] if hit.score >= usable[0].score - _KIND_MARGIN]
        if query.wanted is Wanted.DATE:
            best = next((hit for hit in near if dated(hit)), None)
        elif query.wanted is Wanted.FIGURE and self.reranked and not counted(usable[0]):
            best = next((hit for hit in near if hit.features["measured"] and hit.features["cross"] >= _SURE_CROSS), None)
        else:
            best = None
        return usable if best is None else [best, *(hit for hit in usable if hit is not best)]

    # -- strategies ------------------------------------------------------------------------------------------

    def _departments(self, query: Query, result: SearchResult) -> Chosen | None:
        """The department lines of the best clause that has some, unless a clause without is far better."""
        best = result.passages[0].score
        for hit in result.passages[:25]:
            span = department_span(hit.clause, query)
            if span is not None and hit.score >= best - 2.5:
                return Chosen((self._evidence(hit, span),), (hit,))
        return None

    def _sides(self, query: Query, result: SearchResult, doc_ids: Sequence[str]) -> Chosen | None:
        """One statement for each side of a comparison: levels, or documents named; else None."""
        sides = sides_of(query, self._library, doc_ids)
        if len(sides) < 2:
            return None
        parts = [as_part(self._read(side.text), query) for side in sides]
        chosen = best_of_sides(sides, parts, self._search, self._library, result)
        pairs = [(hit, part) for hit, part in zip(chosen, parts, strict=True) if hit is not None]
        if len(pairs) < 2:
            return None
        evidence = []
        for hit, part in pairs:
            span = self._span(hit, part, query)
            evidence.append(self._evidence(hit, Span(span.start, span.end, f"{source_name(hit.document)}：{span.statement}")))
        return Chosen(tuple(evidence), tuple(hit for hit, _ in pairs))

    def _by_year(self, query: Query, usable: list[PassageHit]) -> Chosen | None:
        """One statement for each year asked for, where sentences rather than table rows answer."""
        evidence, hits = [], []
        for year in query.years[:3]:
            own = [h for h in usable[:25] if speaks_of(h, year) and not any(overlaps(h, [other]) for other in hits)]
            # A sentence that runs through all the years only announces what the others say of each.
            found = next((h for h in own if not any(other in h.passage.text for other in query.years if other != year)), next(iter(own), None))
            if found is None:
                continue
            span = self._of_year(found, query, year)
            if year not in span.statement:
                continue
            evidence.append(self._evidence(found, span))
            hits.append(found)
        return Chosen(tuple(evidence), tuple(hits)) if len(evidence) >= 2 else None

    @staticmethod
    def _of_year(hit: PassageHit, query: Query, year: str) -> Span:
        """The span about one year: with the near sentence that names it, else cut to what is asked about."""
        dated_span = sentence_span(hit.passage, hit.clause, replace(query, wanted=Wanted.DATE, years=(year,)))
        if year in dated_span.statement and dated_span.end - dated_span.start <= _OF_YEAR:
            return dated_span
        return sentence_span(hit.passage, hit.clause, replace(query, wanted=Wanted.COMPARE, years=(year,)))

    def _by_part(self, query: Query, usable: list[PassageHit], whole: SearchResult, doc_ids: Sequence[str]) -> Chosen | None:
        """One statement for each part of a question that has several; None when one sentence serves them all."""
        texts = split_question(query.text)
        if len(texts) < 2:
            return None
        parts = [as_part(self._read(text), query) for text in texts]
        found = [sentences_of(self._search(part, doc_ids)) for part in parts]
        if len(parts) == 2 and asks_each(query.text):
            found = [[hit] for hit in best_pair(found[0], found[1], self._library)]
        else:
            found = [with_whole(hits, whole, _PART_WHOLE) for hits in found]
        chosen: list[tuple[PassageHit, Span]] = []
        for part, hits in zip(parts, found, strict=True):
            if not hits or (self.reranked and hits[0].features["cross"] < _LEAST_CROSS):
                continue
            span = self._span(hits[0], part, query)
            if any(overlaps(hits[0], [other]) or alike(hits[0], span, other, kept) for other, kept in chosen):
                continue
            chosen.append((hits[0], span))
        while len(chosen) > 2 and sum(len(span.statement) for _, span in chosen) > _PARTS_TOTAL:
            chosen.remove(min(chosen, key=lambda pair: pair[0].features["cross"]))
        if len(chosen) < 2 or sum(len(span.statement) for _, span in chosen) > _PARTS_TOTAL:
            return None
        return Chosen(tuple(self._evidence(hit, span) for hit, span in chosen), tuple(hit for hit, _ in chosen))

    def _outline(self, query: Query, result: SearchResult) -> Chosen | None:
        """The children of a heading that the question names, where it asks what that heading consists of."""
        if not _PARTS.search(query.text):
            return None
        asked = comparable(query.text)
        near: dict[str, PassageHit] = {}
        for hit in result.passages[:15]:
            near.setdefault(hit.clause.doc_id, hit)
        best: tuple[int, Clause] | None = None
        for parent_id, children in self._children.items():
            heading = self._library.clauses[parent_id]
            if heading.kind is not ClauseKind.HEADING or heading.doc_id not in near or len(children) < 2:
                continue
            name = comparable(re.sub(LABEL, "", heading.title))
            named = (len(name) >= 3 and name in asked) or (len(name) == 2 and re.search(rf"[“\"]{re.escape(name)}[”\"]", asked))
            if named and (best is None or len(name) > best[0]):
                best = (len(name), heading)
        if best is None:
            return self._run_of(query, result)
        children = [c for c in self._children[best[1].clause_id] if c.kind in (ClauseKind.ITEM, ClauseKind.HEADING)]
        hit = near[best[1].doc_id]
        evidence = tuple(
            self._evidence(hit, span, clause=child) for child, span in zip(children, children_span(children), strict=False)
        )
        return Chosen(evidence, (hit,) * len(evidence)) if len(evidence) >= 2 else None

    def _run_of(self, query: Query, result: SearchResult) -> Chosen | None:
        """The paragraphs or bullets in a row that are the things asked for, where the best sentence does not list them."""
        top = next(iter(sentences_of(result)), None)
        if top is None or query.wanted not in (Wanted.LIST, Wanted.FIGURE, Wanted.DEFINITION):
            return None
        fitting = fitting_runs(self._runs.get(top.clause.doc_id, []), query, top)
        return self._members(fitting[0], top) if len(fitting) == 1 else None

    def _named(self, query: Query, usable: list[PassageHit]) -> Chosen | None:
        """The clauses in a row that the question names one by one, in the document that matches best."""
        run = named_run(self._runs.get(usable[0].clause.doc_id, []), query)
        return self._members(run, usable[0]) if run else None

    def _members(self, members: list[Clause], top: PassageHit) -> Chosen | None:
        """The openings of clauses in a row, each a statement of its own."""
        spans = [opening_span(clause) for clause in members]
        evidence = tuple(self._evidence(top, span, clause=clause) for clause, span in zip(members, spans, strict=True) if span)
        return Chosen(evidence, (top,) * len(evidence)) if len(evidence) == len(members) else None

    def _sentences(self, query: Query, usable: list[PassageHit]) -> Chosen:
        """The best sentence, and more where the question has parts it does not cover."""
        first = usable[0]
        chosen = [(first, sentence_span(first.passage, first.clause, query))]
        limit = 3 if query.wanted is Wanted.COMPARE else 2
        uncovered = self._uncovered(query, [first])
        least = _SURE_CROSS if query.wanted in (Wanted.FIGURE, Wanted.DEFINITION) else _LEAST_CROSS
        total = len(chosen[0][1].statement)
        for hit in usable[1:10]:
            if len(chosen) >= limit:
                break
            if hit.clause.clause_id == first.clause.clause_id and overlaps(hit, [c[0] for c in chosen]):
                continue
            gain = self._gain(hit, uncovered)
            lower = first.score - hit.score
            if lower > _SECOND_MARGIN * (1.0 + 2.0 * gain) or (self.reranked and hit.features["cross"] < least):
                continue
            if first.clause.row is not None and gain < _ROW_GAIN:
                continue  # a row answers alone unless the other says what the row does not
            span = sentence_span(hit.passage, hit.clause, query)
            if total + len(span.statement) > (_TOTAL if limit > 2 else _TWO_TOTAL) or any(alike(hit, span, other, kept) for other, kept in chosen):
                continue
            chosen.append((hit, span))
            total += len(span.statement)
            uncovered = self._uncovered(query, [c[0] for c in chosen])
        return Chosen(tuple(self._evidence(hit, span) for hit, span in chosen), tuple(hit for hit, _ in chosen))

    # -- helpers ---------------------------------------------------------------------------------------------

    def _uncovered(self, query: Query, hits: list[PassageHit]) -> dict[str, float]:
        """Question terms none of the hits' passages holds, with their weight as a share of all terms' weight."""
        text = "".join(comparable(hit.passage.embed_text) for hit in hits)
        weights = {term: self._idf(term) for term in query.terms}
        total = sum(weights.values()) or 1.0
        return {term: weight / total for term, weight in weights.items() if term not in text}

    def _gain(self, hit: PassageHit, uncovered: dict[str, float]) -> float:
        text = comparable(hit.passage.text)
        return sum(weight for term, weight in uncovered.items() if term in text)

    @staticmethod
    def _span(hit: PassageHit, part: Query, whole: Query) -> Span:
        """The span for a part; a row's cells are chosen by the whole question, which has the years and "多多少"."""
        return sentence_span(hit.passage, hit.clause, replace(part, text=whole.text, years=whole.years) if hit.clause.row else part)

    def _evidence(self, hit: PassageHit, span: Span, *, clause: Clause | None = None) -> Evidence:
        return Evidence(clause or hit.clause, hit.document, span.start, span.end, span.statement, 1.0)
