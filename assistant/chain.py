"""The steps of one question, in order, with a trace: query → retrieve → evidence → excerpt → draft → verify → Answer.

The page, the commands and the evaluation call the same chain. What is shown is either the excerpt, which is
the clauses' own words, or a model's draft whose every claim was found in its clause.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Protocol

from assistant import confidence
from assistant.compose import NEAREST_LEAD, REFUSAL, excerpt, missing_note
from assistant.coverage import Steps, covered_parts
from assistant.dialogue import rewrite
from assistant.evidence import Chosen, EvidenceChooser
from assistant.gaps import find_gap, unwritten_topic
from assistant.query import QueryReader
from assistant.schema import Answer, Claim, Evidence, Query, Status, Wanted
from errors import ModelError
from index.library import Library, open_library
from index.places import place_of
from index.retriever import Retriever
from index.schema import Hit, SearchResult
from index.store import Store, read_only_check

log = logging.getLogger(__name__)
_NEAREST = 3
_RETRIEVED = 20
_SURE = 0.95  # from this confidence on a topic that is not written in its own words is no reason to refuse
_PARTS = 16  # searches remembered
_WRITTEN_COSINE = 0.75  # the dense signal of a passage that holds all of the question's words: about the mean of right answers


class _Settings(Protocol):
    """What open_chain needs of settings (settings.Settings has it)."""

    library_path: Path
    cache_folder: Path
    index: Any
    library: Any
    model: Any
    page: Any


@dataclass(frozen=True)
class Progress:
    """Callbacks of one question; each may be None. on_excerpt gets the answer before any model; on_token its words."""

    on_excerpt: Callable[[Answer], None] | None = None
    on_token: Callable[[str], None] | None = None
    cancel: threading.Event | None = None


class Chain:
    """Answers questions over one library. Safe for several threads: nothing is changed by asking.

    observers: told of every answer, in the thread that asked. notices: Chinese sentences about what is missing though
    it answers, said with every answer.
    """

    def __init__(self, library: Library, retriever: Retriever, *, model: Any = None, max_question: int = 1000,
                 prompts: Any = None, notices: Sequence[str] = ()) -> None:
        self.library = library
        self.retriever = retriever
        self.model = model
        self.notices = tuple(notices)
        self.observers: list[Callable[[Answer], None]] = []
        self._prompts = prompts
        self._reader = QueryReader(list(library.documents.values()), library.clauses.values(), max_length=max_question)
        # A part of a question is looked up to choose its evidence, and again to see whether it is answered at all.
        self._remembered = lru_cache(maxsize=_PARTS)(partial(retriever.search, limit=_RETRIEVED))
        self._chooser = EvidenceChooser(library, self._search_part, retriever.features.inverse_frequency, self._reader.read,
                                       reranked=retriever.reranks)
        self._steps = Steps(self._reader.read, self._search_part, self._chooser.choose, self._written, self._sure,
                            confidence.threshold(retriever.reranks))

    @property
    def model_name(self) -> str:
        return self.model.name if self.model is not None else "none"

    def read(self, question: str, history: Sequence[str] = (), doc_ids: Sequence[str] = ()) -> Query:
        """The question understood, follow-ups rewritten. doc_ids: where the conversation looks. Raises QuestionError."""
        standing: list[str] = []
        for earlier in history:
            standing.append(rewrite(earlier, standing) or earlier)
        changed = rewrite(question, standing)
        if changed is None:
            return self._reader.read(question)
        if changed in question:  # what came before is given up: a new topic, with nothing near it
            return replace(self._reader.read(changed, rewritten_from=question), question=question)
        query = replace(self._reader.read(changed, rewritten_from=question), question=question)
        # The clause that answered the last question is the likeliest place of the next answer.
        before = self._reader.read(standing[-1])
        evidence = self._chooser.choose(before, self.search(before, doc_ids), doc_ids).evidence
        return replace(query, near_clauses=tuple({e.clause.clause_id for e in evidence}),
                       near_documents=tuple({e.clause.doc_id for e in evidence}))

    def search(self, query: Query, doc_ids: Sequence[str] = ()) -> SearchResult:
        """Ranked passages and clauses for a query, confined to doc_ids when given."""
        return self.retriever.search(self._reader.request(query), limit=_RETRIEVED, doc_ids=doc_ids)

    def _search_part(self, query: Query, doc_ids: Sequence[str] = ()) -> SearchResult:
        """search, remembered for a while."""
        return self._remembered(self._reader.request(query), doc_ids=tuple(doc_ids))

    def ask(self, question: str, history: Sequence[str] = (), *, doc_ids: Sequence[str] = (), progress: Progress | None = None) -> Answer:
        """The answer to question. history: the user's earlier questions, oldest first.

        Raises QuestionError for an unusable question; a model that fails never does: the excerpt stands.
        """
        watch = progress or Progress()
        started = time.perf_counter()
        query = self.read(question, history, doc_ids)
        result = self.search(query, doc_ids)
        chosen = self._chooser.choose(query, result, doc_ids)
        found = self._signals(chosen)
        sure = confidence.probability(found, self.retriever.reranks)
        retrieved = time.perf_counter()
        seconds = {"retrieve": retrieved - started, **{f"retrieve.{k}": v for k, v in result.seconds.items()}}
        # Sure evidence may say it in words that the topic's own list has not.
        gap = find_gap(query, chosen) or (unwritten_topic(query, self._says) if sure < _SURE else "")
        trace = {**_trace(query, result, chosen, found, sure), "gap": gap}
        covered = covered_parts(query, chosen, replace(
            self._steps, search=lambda part: self._search_part(part, doc_ids), choose=lambda part, hits: self._chooser.choose(part, hits, doc_ids)))
        if covered is not None:
            trace["missing"] = [text for text, _ in covered.missing_texts]
            answer = self._excerpt(question, covered.evidence, min(part.sure for part in covered.answered), result, trace)
            note = missing_note(covered.missing_texts)
            answer = replace(answer, text=answer.text + note, status=Status.PARTIAL, claims=(*answer.claims, Claim(note, ())))
            answer = self._shown(covered.question, answer, watch, every_side=len(covered.answered) > 1)
        elif gap or sure < self._steps.threshold or _asked_field_absent(query, chosen):
            answer = self._refusal(query, result, gap, trace)
        else:
            answer = self._excerpt(question, chosen.evidence, sure, result, trace)
            answer = self._shown(query.text, answer, watch, every_side=query.wanted is Wanted.COMPARE)
        ended = time.perf_counter()
        answer = replace(answer, notices=(*self.notices, *answer.notices), seconds={**seconds, "answer": ended - retrieved, "total": ended - started})
        for told in self.observers:
            told(answer)
        return answer

    def _refusal(self, query: Query, result: SearchResult, gap: str, trace: dict[str, object]) -> Answer:
        """No model call, no citations: what was looked for, and the nearest clauses to check."""
        nearest = result.hits[:_NEAREST]
        text = REFUSAL + (f"（{gap}。）" if gap else "") + (NEAREST_LEAD if nearest else "")
        return Answer(query.question, text, Status.REFUSED, (Claim(REFUSAL, ()),), retrieved=result.hits, nearest=nearest, trace=trace)

    @staticmethod
    def _excerpt(question: str, evidence: Sequence[Evidence], sure: float, result: SearchResult, trace: dict[str, object]) -> Answer:
        """The clauses' own words."""
        kept = tuple(replace(item, confidence=round(sure, 4)) for item in evidence)
        text, claims, citations = excerpt(kept)
        return Answer(question, text, Status.GROUNDED, claims, citations, kept, result.hits, trace=trace)

    def _shown(self, question: str, answer: Answer, watch: Progress, *, every_side: bool) -> Answer:
        """The excerpt, handed on at once; then the model's wording of it where a model is set and its words hold."""
        if watch.on_excerpt is not None:
            watch.on_excerpt(answer)
        if self.model is None:
            return answer
        from assistant.draft import worth_drafting
        from assistant.drafting import reworded

        # A base model can at best repeat the excerpt, seconds later (measured; docs/evaluation.md): it is not asked.
        if not worth_drafting(self.model):
            return answer
        return reworded(question, answer, self.model, prompts=self._prompts, every_side=every_side, on_token=watch.on_token, cancel=watch.cancel)

    def _signals(self, chosen: Chosen) -> dict[str, float]:
        """What confidence sees. Without vectors their place is taken by the share of the question that the best passage
        writes itself: what is not said in the question's own words is then no answer."""
        found = confidence.features(chosen)
        if self.retriever.embeds or not chosen.hits:
            return found
        return {**found, "dense": _WRITTEN_COSINE * chosen.hits[0].features["cover"]}

    def _sure(self, chosen: Chosen) -> float:
        return confidence.probability(self._signals(chosen), self.retriever.reranks)

    def _says(self, words: re.Pattern[str]) -> bool:
        """Whether any clause of the library holds a pattern."""
        return any(words.search(clause.text) for clause in self.library.clauses.values())

    def _written(self, word: str) -> bool:
        """Whether any clause of the library holds a word."""
        return self._says(re.compile(re.escape(word)))


def _asked_field_absent(query: Query, chosen: Chosen) -> bool:
    """Whether only supporting departments are asked for and the clause lists none."""
    if query.wanted is not Wanted.DEPARTMENT or not chosen.evidence:
        return False
    clause = chosen.evidence[0].clause
    asks_support = any(word in query.text for word in ("配合", "协助", "参与", "搭手", "以外", "之外"))
    return bool(clause.lead_departments) and not clause.support_departments and asks_support and "牵头" not in query.text


def _trace(query: Query, result: SearchResult, chosen: Chosen, found: dict[str, float], sure: float) -> dict[str, object]:
    """What each step did, in plain values."""
    return {
        "searched": query.search_text, "rewritten": query.text if query.rewritten_from else None, "wanted": query.wanted.value,
        "terms": list(query.terms), "expansions": list(query.expansions), "corrections": [list(pair) for pair in query.corrections],
        "years": list(query.years), "levels": [level.value for level in query.levels], "documents": list(query.doc_ids),
        "hits": [
            {"rank": h.rank, "document": h.document.title, "clause": h.clause.title, "text": h.passage.text, "score": round(h.score, 3),
             "features": {k: round(v, 3) for k, v in h.features.items() if v}}
            for h in result.passages[:10]
        ],
        "evidence": [item.quote for item in chosen.evidence], "confidence": round(sure, 4), "confidence_features": found,
    }


def open_chain(settings: _Settings, previous: Chain | None = None) -> Chain:
    """The chain over the library that settings name. Raises LibraryError, ModelError, SettingsError with what to do.

    previous: a chain opened with the same settings before the library changed; what did not change is taken over.
    """
    from assistant.llm import load_model
    from assistant.prompts import load_prompts

    read_only_check(settings.library_path)
    store = Store(settings.library_path)
    notices: tuple[str, ...] = ()
    try:
        library = open_library(store, settings.cache_folder, previous.library if previous else None, place=place_of(settings))
        # A chain that had to do without its embedding model tries for it again.
        if previous and previous.library.embedder == library.embedder and previous.retriever.embeds:
            retriever, notices = previous.retriever.over(library), previous.notices
        else:
            retriever, notices = _retriever(settings, store, library)
    finally:
        store.close()
    model = previous.model if previous else None
    if model is None:
        chosen = settings.model
        model = load_model(chosen.provider, base_url=chosen.base_url, model=chosen.model, api_key=chosen.api_key, timeout=chosen.timeout)
    return Chain(library, retriever, model=model, max_question=settings.page.max_question, prompts=load_prompts() if model else None,
                 notices=notices)


def _retriever(settings: _Settings, store: Store, library: Library) -> tuple[Retriever, tuple[str, ...]]:
    """(search over the library with the models that settings name, what to tell of those that cannot be loaded)."""
    from index.build import check_embedder
    from index.embedders import load_embedder

    reranker, notices = _reranker(settings.index.rerank, settings.index.threads)
    try:
        embedder = load_embedder(settings.index.embedder, threads=settings.index.threads)
    except ModelError as error:
        log.warning("embedder: %s", error.message)
        notice = f"向量模型用不了：{error.message} 现在只按词查找，换了说法的内容可能找不到。"
        return Retriever(library, None, reranker=reranker), (notice, *notices)
    check_embedder(store, embedder.model_name)
    return Retriever(library, embedder, reranker=reranker), notices


def _reranker(wanted: bool, threads: int) -> tuple[Any, tuple[str, ...]]:
    """(the bundled cross-encoder, what to tell). None when it is switched off or cannot be loaded: search goes on without."""
    if not wanted:
        return None, ()
    from index.rerank import RerankerUnavailable, load_reranker

    try:
        return load_reranker(threads=threads), ()
    except RerankerUnavailable as error:
        log.warning("reranker: %s", error.message)
        return None, (f"重排模型用不了：{error.message} 检索照常，只是排得略差。",)


def nearest_note(hit: Hit, query_years: Sequence[str]) -> str:
    """How a nearest clause differs from what was asked, in a few words; "" when nothing can be said."""
    inherited = set(hit.clause.inherited_years) | set(hit.clause.row.values if hit.clause.row else ())
    if query_years and inherited and not inherited & set(query_years):
        return f"只有{'、'.join(sorted(inherited))}年的数据"
    return ""
