"""The part all baselines share: chunks found → an answer in the product's own form. No clause structure, no refusal.

A reader turns the best chunks into an answer: a language model with an ordinary prompt, or, without one, the sentence
nearest to the question. Citations cite whole chunks, as such systems do.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from assistant.schema import Answer, Citation, Status
from corpus.schema import Clause, ClauseKind, Document, Level
from index.schema import Hit, Passage

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding
    from llama_index.core.llms import LLM

Reader = Callable[[str, Sequence[str]], str]
READ = 4  # chunks given to the reader
LISTED = 20
_SENTENCE = re.compile(r"[^。！？!?；;]+[。！？!?；;]?")
_SHORTEST = 5
# White space between two figures or Latin words parts them (table cells); any other is layout.
_LAYOUT = re.compile(r"(?<![0-9A-Za-z%.—]) | (?![0-9A-Za-z≥≤—])")
_PROMPT = "已知资料：\n{context}\n\n请只根据以上资料，用一两句话回答问题；资料里没有就说“资料中没有说明”。\n问题：{question}\n回答："


@dataclass(frozen=True)
class PlainDocument:
    """A document as plain text."""

    title: str
    text: str


@dataclass(frozen=True)
class Chunk:
    """A piece of a document. order counts from 0 over all documents."""

    document: PlainDocument
    order: int
    text: str


class Search(Protocol):
    """Question → chunks with scores, best first."""

    def search(self, question: str, limit: int) -> list[tuple[Chunk, float]]:
        """The limit best chunks."""
        ...


@dataclass(frozen=True)
class Plain:
    """One baseline: search, then read. History is ignored, as a plain build does."""

    name: str
    documents: Sequence[PlainDocument]
    finder: Search
    reader: Reader

    def ask(self, question: str, history: Sequence[str] = ()) -> Answer:
        """An Answer with the chunks as its hits and its citations."""
        started = time.perf_counter()
        found = self.finder.search(question, LISTED)
        retrieved = time.perf_counter() - started
        text = self.reader(question, [chunk.text for chunk, _ in found[:READ]]).strip()
        total = time.perf_counter() - started
        hits = tuple(_hit(chunk, rank, score) for rank, (chunk, score) in enumerate(found, 1))
        citations = tuple(_citation(label, hit) for label, hit in enumerate(hits[:READ], 1))
        refused = not text or "没有说明" in text
        return Answer(
            question, text, Status.REFUSED if refused else Status.GROUNDED, citations=citations, retrieved=hits,
            source="model", model=self.name,
            seconds={"retrieve": retrieved, "answer": total - retrieved, "total": total},
        )


def sentences_of(chunks: Sequence[str]) -> list[str]:
    """The sentences of chunks. Line ends are dropped first: a printed line's wrap ends no sentence, and a reader
    that stopped there would be given half-sentences by the builds that keep wraps and whole ones by the others."""
    found = [sentence for chunk in chunks for sentence in _SENTENCE.findall(unwrap(chunk))]
    return [sentence for sentence in found if len(sentence) >= _SHORTEST]


def unwrap(text: str) -> str:
    """text without the white space of its layout; cells of a table row stay apart ("60 150", never "60150")."""
    return _LAYOUT.sub("", re.sub(r"\s+", " ", text))


def nearest_sentence(embedder: BaseEmbedding) -> Reader:
    """A reader without a language model: the sentence of the chunks whose vector is nearest to the question's."""
    import numpy as np

    vectors: dict[str, list[float]] = {}

    def read(question: str, chunks: Sequence[str]) -> str:
        sentences = list(dict.fromkeys(sentences_of(chunks)))
        new = [sentence for sentence in sentences if sentence not in vectors]
        if new:
            vectors.update(zip(new, embedder.get_text_embedding_batch(new), strict=True))
        if not sentences:
            return ""
        scores = np.asarray([vectors[s] for s in sentences]) @ np.asarray(embedder.get_query_embedding(question))
        return sentences[int(scores.argmax())]

    return read


def overlapping_sentence(question: str, chunks: Sequence[str]) -> str:
    """A reader without any model: the sentence that shares most of the question's character pairs."""
    wanted = {question[i : i + 2] for i in range(len(question) - 1)}
    return max(sentences_of(chunks), key=lambda s: sum(pair in s for pair in wanted), default="")


def model_reader(llm: LLM) -> Reader:
    """A reader that asks a LlamaIndex model with an ordinary prompt. A base model's reply ends at the next question."""

    def read(question: str, chunks: Sequence[str]) -> str:
        reply = llm.complete(_PROMPT.format(context="\n\n".join(chunks), question=question), stop=["\n问题", "\n\n"])
        return str(reply.text).split("\n问题")[0]

    return read


def _hit(chunk: Chunk, rank: int, score: float) -> Hit:
    title = chunk.document.title
    identity = hashlib.sha256(f"{title}\n{chunk.order}\n{chunk.text}".encode()).hexdigest()[:16]
    clause = Clause(identity, title, chunk.order, ClauseKind.BODY, "", "", (), chunk.text)
    document = Document(title, title, None, Level.OTHER, None, None, None, None, "", "")
    passage = Passage(identity, identity, chunk.text, chunk.text, 0, len(chunk.text))
    return Hit(clause, document, passage, rank, score)


def _citation(label: int, hit: Hit) -> Citation:
    text = hit.clause.text
    return Citation(label, hit.clause.clause_id, hit.document.title, (), None, text, 0, len(text), text)
