"""The contract of rerankers, and the error when one cannot run. No model here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from errors import ModelError


class RerankerUnavailable(ModelError):
    """The reranker's file or package is missing or broken; retrieval goes on without it."""


@runtime_checkable
class Reranker(Protocol):
    """Says how well texts answer a question."""

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """One logit a text, in order; higher is better, above 0 means "answers".

        Args:
            question: as asked, or as rewritten.
            texts: candidates as "题名 · 条目｜正文"; title and heading help and may be absent.
        """
        ...
