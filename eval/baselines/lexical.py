"""Plain BM25 over jieba words, chunks of equal length: the usual lexical build, without a lexicon or fields."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from eval.baselines.answering import Chunk, PlainDocument, unwrap

_SIZE, _STEP = 256, 206


class LexicalSearch:
    """BM25 (Lucene's variant, k1 1.5, b 0.75) over windows of 256 characters that overlap by 50."""

    def __init__(self, documents: Sequence[PlainDocument]) -> None:
        import bm25s
        import jieba

        # Both log every step to the terminal unless told not to.
        for logger in (jieba.default_logger, logging.getLogger("bm25s")):
            logger.setLevel(logging.WARNING)
        pieces = [(document, piece) for document in documents for piece in windows(document.text)]
        self._chunks = [Chunk(document, order, piece) for order, (document, piece) in enumerate(pieces)]
        self._index = bm25s.BM25(k1=1.5, b=0.75)
        self._index.index([_words(chunk.text) for chunk in self._chunks], show_progress=False)

    def search(self, question: str, limit: int) -> list[tuple[Chunk, float]]:
        """The limit best chunks; those that share no word with question are left out."""
        words = _words(question)
        if not words:
            return []
        rows, scores = self._index.retrieve([words], k=min(limit, len(self._chunks)), show_progress=False)
        return [(self._chunks[row], float(s)) for row, s in zip(rows[0], scores[0], strict=True) if s > 0]


def windows(text: str) -> list[str]:
    """text in overlapping windows; the layout's white space dropped."""
    body = unwrap(text)
    return [body[start : start + _SIZE] for start in range(0, max(len(body) - (_SIZE - _STEP), 1), _STEP)]


def _words(text: str) -> list[str]:
    import jieba

    return [word for word in jieba.lcut(text) if word.strip() and any(c.isalnum() for c in word)]
