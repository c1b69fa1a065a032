"""BM25 over words and over character bigrams (bm25s), saved beside a stamp. Scores are per passage row."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index import tokens


class LexicalIndex:
    """Two BM25 matrices over the same rows. Rows are the order of the passages given to build()."""

    def __init__(self, word_model: Any, bigram_model: Any, rows: int) -> None:
        self._word, self._bigram, self.rows = word_model, bigram_model, rows

    @classmethod
    def build(cls, texts: Sequence[str]) -> LexicalIndex:
        """Index over texts (one row each). Method: Lucene's BM25, k1 = 1.2, b = 0.6 (short passages)."""
        bm25s = _bm25s()
        models = []
        for tokenize in (tokens.words, tokens.bigrams):
            model = bm25s.BM25(method="lucene", k1=1.2, b=0.6)
            listed = [tokenize(text) or ["∅"] for text in texts]
            model.index(listed or [["∅"]], show_progress=False)
            models.append(model)
        return cls(models[0], models[1], len(texts))

    def save(self, folder: Path) -> None:
        """Write both matrices under folder (created)."""
        for name, model in (("words", self._word), ("bigrams", self._bigram)):
            model.save(str(folder / name))

    @classmethod
    def load(cls, folder: Path, rows: int) -> LexicalIndex:
        """Read what save() wrote. Raises OSError or ValueError when it is incomplete."""
        bm25s = _bm25s()
        word = bm25s.BM25.load(str(folder / "words"))
        bigram = bm25s.BM25.load(str(folder / "bigrams"))
        return cls(word, bigram, rows)

    def word_scores(self, query_tokens: Sequence[str]) -> np.ndarray:
        """BM25 by words for every row, shape (rows,), zeros where nothing matches."""
        return self._scores(self._word, query_tokens)

    def bigram_scores(self, text: str) -> np.ndarray:
        """BM25 by character bigrams for every row, shape (rows,)."""
        return self._scores(self._bigram, tokens.bigrams(text))

    def _scores(self, model: Any, query_tokens: Sequence[str]) -> np.ndarray:
        known = [token for token in query_tokens if token in model.vocab_dict]
        if not known or not self.rows:
            return np.zeros(self.rows, dtype=np.float32)
        return np.asarray(model.get_scores(known), dtype=np.float32)[: self.rows]


def _bm25s() -> Any:
    """The package, its logger quiet: it is set to DEBUG at import."""
    import bm25s

    logging.getLogger("bm25s").setLevel(logging.WARNING)
    return bm25s
