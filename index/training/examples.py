"""What training reads: questions with texts that answer them and texts that do not. Plain frozen values."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

SENTENCE_END = re.compile(r"(?<=[。；！？!?;])(?![”’」』）)])|(?<=[。！？][”’」』）)])")
MARKS = re.compile(r"[\s\W_]+")


@dataclass(frozen=True)
class Example:
    """positives: any of them answers, none when the question cannot be answered from the source.
    negatives: do not answer, hardest first. source: which data set it comes from."""

    example_id: str
    source: str
    question: str
    positives: tuple[str, ...]
    negatives: tuple[str, ...]


def split_sentences(text: str) -> list[str]:
    """Sentences with their closing marks; a closing quote stays with its sentence."""
    return [part.strip() for part in SENTENCE_END.split(text) if part and part.strip()]


def with_context(title: str, heading: str, text: str) -> str:
    """A candidate as the runtime shows it to the model: 题名 · 条目｜正文."""
    head = " · ".join(part for part in (title, heading) if part)
    return f"{head}｜{text}" if head else text


def bare(text: str) -> str:
    """Text for comparison: NFKC, without spaces and punctuation, lower case."""
    return MARKS.sub("", unicodedata.normalize("NFKC", text)).lower()


def in_train_half(example_id: str) -> bool:
    """Which half a question of ours belongs to, fixed by its id: True is for training, False for evaluation."""
    return int(hashlib.sha256(example_id.encode()).hexdigest(), 16) % 2 == 0


class Overlap:
    """Similarity of texts by the characters and character pairs they share, rare ones counting more."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True, dtype=np.float32)
        self._matrix = self._vectors.fit_transform(texts)

    def scores(self, questions: Sequence[str]) -> np.ndarray:
        """Row per question, column per text."""
        return (self._vectors.transform(questions) @ self._matrix.T).toarray()
