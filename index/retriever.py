"""Question → ranked passages and clauses: dense and lexical legs, features, a linear ranker, a cross-encoder.

ClauseRetriever is the same as a LlamaIndex retriever.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

from corpus.schema import Clause
from index import tokens
from index.features import NAMES, FeatureMaker
from index.fusion import reciprocal_ranks
from index.library import Library
from index.schema import Hit, PassageHit, Request, SearchResult

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

    from index.rerank import Reranker

LEG = 120  # rows taken from each leg
_RERANKED = 24  # passages the cross-encoder reads
_KEPT = 60  # passages kept for evidence


def load_weights() -> dict[str, float]:
    """The linear ranker's weights by feature name (index/ranking.json, set by hand and checked on folds kept back, see docs/evaluation.md)."""
    return json.loads(files("index").joinpath("ranking.json").read_text(encoding="utf-8"))["weights"]


class Retriever:
    """Search over one library. Thread-safe for reading: nothing but caches of texts changes."""

    def __init__(self, library: Library, embedder: BaseEmbedding | None, *, reranker: Reranker | None = None,
                 weights: dict[str, float] | None = None) -> None:
        self.library = library
        self._embedder = embedder
        self._reranker = reranker
        self._features = FeatureMaker(library)
        self.weights = load_weights() if weights is None else weights

    def over(self, library: Library) -> Retriever:
        """The same models and weights over another library, or another generation of this one."""
        return Retriever(library, self._embedder, reranker=self._reranker, weights=self.weights)

    @property
    def reranks(self) -> bool:
        """Whether a cross-encoder reads the first passages: without one the feature "cross" says nothing."""
        return self._reranker is not None

    @property
    def embeds(self) -> bool:
        """Whether there is an embedding model: without one search goes by words alone, and the feature "dense" says nothing."""
        return self._embedder is not None

    @property
    def features(self) -> FeatureMaker:
        return self._features

    def search(self, request: Request, *, limit: int = 20, doc_ids: Sequence[str] = ()) -> SearchResult:
        """Passages and clauses for request, best first. doc_ids confines the search to those documents."""
        started = time.perf_counter()
        allowed = self._allowed(doc_ids)
        dense, words, grams = self._legs(request)
        legs = {"dense": top(dense, LEG, allowed) if self.embeds else [], "words": top(words, LEG, allowed, positive=True),
                "bigrams": top(grams, LEG, allowed, positive=True)}
        fused = reciprocal_ranks(legs)
        rows = sorted(fused, key=lambda row: -fused[row])
        searched = time.perf_counter()
        made = self._features.make(request, rows, _pick(dense, rows), _pick(words, rows), _pick(grams, rows))
        scores = {row: self._linear(made[row]) for row in rows}
        ranked = sorted(rows, key=lambda row: -scores[row])
        scored = time.perf_counter()
        if self._reranker is not None and ranked:
            ranked = self._rerank(request, ranked, scores, made)
        places = {name: {row: i for i, row in enumerate(leg, start=1)} for name, leg in legs.items()}
        passages = tuple(
            PassageHit(self.library.passages[row], clause := self.library.clauses[self.library.passages[row].clause_id],
                       self.library.document_of(clause), rank, scores[row], made[row], places["dense"].get(row), places["words"].get(row))
            for rank, row in enumerate(ranked[:_KEPT], start=1)
        )
        ended = time.perf_counter()
        seconds = {"legs": searched - started, "features": scored - searched, "rerank": ended - scored}
        return SearchResult(passages, self._clauses(ranked, scores, places, limit), seconds)

    def _allowed(self, doc_ids: Sequence[str]) -> np.ndarray | None:
        if not doc_ids:
            return None
        wanted = set(doc_ids)
        return np.array([self.library.clauses[p.clause_id].doc_id in wanted for p in self.library.passages])

    def _legs(self, request: Request) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Scores of every row by the dense leg and the two lexical legs; zeros where there is no embedder."""
        if self._embedder is None:
            dense = np.zeros(len(self.library.passages), dtype=np.float32)
        else:
            vector = np.asarray(self._embedder.get_query_embedding(request.text), dtype=np.float32)
            dense = np.zeros(len(self.library.passages), dtype=np.float32)
            rows, scores = self.library.vectors.search(vector, max(4 * LEG, 400))
            dense[rows] = scores
        query = tokens.words(request.search_text)
        return dense, self.library.lexical.word_scores(query), self.library.lexical.bigram_scores(request.text)

    def _linear(self, found: dict[str, float]) -> float:
        return sum(self.weights.get(name, 0.0) * found[name] for name in NAMES)

    def _rerank(self, request: Request, ranked: list[int], scores: dict[int, float], made: dict[int, dict[str, float]]) -> list[int]:
        """The first passages read again by the cross-encoder; its logit joins the features."""
        head = [row for row in ranked if not made[row]["whole"]][:_RERANKED]
        logits = self._reranker.score(request.text, [self._read_text(row) for row in head])
        for row, logit in zip(head, logits, strict=True):
            # Squashed, so that one confident mistake cannot outweigh everything else.
            made[row]["cross"] = float(np.tanh(logit / 4.0))
            scores[row] = self._linear(made[row])
        floor = -float(self.weights.get("cross", 0.0))
        for row in ranked:
            if row not in head:
                made[row]["cross"] = -1.0
                scores[row] += floor
        return sorted(ranked, key=lambda row: -scores[row])

    def _read_text(self, row: int) -> str:
        """What the cross-encoder reads of a passage: its context and words; a table row with each year before its cell."""
        passage = self.library.passages[row]
        table = self.library.clauses[passage.clause_id].row
        if table is None:
            return passage.embed_text
        head = passage.embed_text.split(" · ")[0]
        cells = " ".join(f"{year}年 {value or '—'}" for year, value in table.values.items())
        unit = f"（{table.unit}）" if table.unit else ""
        return f"{head} · {table.group or '指标'}｜{table.indicator}{unit} {cells}"

    def _clauses(self, ranked: list[int], scores: dict[int, float], places: dict[str, dict[int, int]], limit: int) -> tuple[Hit, ...]:
        """Clauses by their best passage, each with all its ranked passages."""
        order: dict[str, list[int]] = {}
        for row in ranked:
            order.setdefault(self.library.passages[row].clause_id, []).append(row)
        hits = []
        for rank, (clause_id, rows) in enumerate(list(order.items())[:limit], start=1):
            clause: Clause = self.library.clauses[clause_id]
            best = rows[0]
            hits.append(
                Hit(clause, self.library.document_of(clause), self.library.passages[best], rank, scores[best], places["dense"].get(best),
                    places["words"].get(best), None, tuple(self.library.passages[row] for row in rows[:4]))
            )
        return tuple(hits)


def top(scores: np.ndarray, k: int, allowed: np.ndarray | None = None, *, positive: bool = False) -> list[int]:
    """Rows of the k highest scores, best first, stable; positive keeps only scores above 0."""
    usable = scores if allowed is None else np.where(allowed, scores, -np.inf)
    # In a large library sorting all rows costs more than all else: where enough score above 0, the others are out, and
    # of those, whatever reaches the k-th score is enough.
    rows = np.flatnonzero(usable > 0)
    rows = rows if positive or len(rows) >= k else np.arange(len(usable))
    if len(rows) > k:
        found = usable[rows]
        rows = rows[found >= np.partition(found, -k)[-k]]
    order = rows[np.argsort(-usable[rows], kind="stable")[:k]]
    return [int(row) for row in order if np.isfinite(usable[row])]


def _pick(scores: np.ndarray, rows: Sequence[int]) -> dict[int, float]:
    return {row: float(scores[row]) for row in rows}


def llama_index_retriever(search: Callable[[str], SearchResult], limit: int = 20) -> Any:
    """The same as a LlamaIndex BaseRetriever. search: question → SearchResult. Nodes carry clause metadata."""
    from llama_index.core.retrievers import BaseRetriever
    from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

    class ClauseRetriever(BaseRetriever):
        """question → NodeWithScore of clauses, best first."""

        def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
            return [
                NodeWithScore(
                    node=TextNode(id_=hit.clause.clause_id, text=hit.clause.text, metadata={
                        "document": hit.document.title, "path": " > ".join(hit.clause.heading_path), "label": hit.clause.label,
                        "page": hit.clause.page_start}),
                    score=hit.score,
                )
                for hit in search(query_bundle.query_str).hits[:limit]
            ]

    return ClauseRetriever()
