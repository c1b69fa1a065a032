"""Reranking: how well does each candidate answer the question. The factory alone; see base.py for the contract."""

from __future__ import annotations

from pathlib import Path

from index.rerank.base import Reranker, RerankerUnavailable

__all__ = ["Reranker", "RerankerUnavailable", "load_reranker"]

SHIPPED = Path(__file__).parent / "model"


def load_reranker(path: str | Path | None = None, threads: int = 2) -> Reranker:
    """The cross-encoder in a folder, the shipped one by default.

    Raises:
        RerankerUnavailable: a file or package is missing; says which and what to do.
    """
    from index.rerank.cross_encoder import CrossEncoderReranker

    return CrossEncoderReranker(Path(path) if path is not None else SHIPPED, threads=threads)
