"""BM25 over words and over character bigrams (bm25s), saved beside a stamp. Scores are per passage row."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index import tokens
from index.postings import K1, B, Counts, bm25_scores, no_counts

_LEGS = ("words", "bigrams")
_NOTHING = "∅"  # the one token of a text that has none


class LexicalIndex:
    """Two BM25 matrices over the same rows, and the counts they were made of. keys: each row's text hash, if known."""

    def __init__(self, counts: Sequence[Counts], models: Sequence[Any], keys: Sequence[str] = ()) -> None:
        self._counts, self._models, self.keys = tuple(counts), tuple(models), tuple(keys)
        self.rows = self._counts[0].rows

    @classmethod
    def build(
        cls, texts: Sequence[str], keys: Sequence[str] = (), *, previous: LexicalIndex | None = None, renewed: Collection[int] = ()
    ) -> LexicalIndex:
        """Index over texts (one row each). Method: Lucene's BM25.

        keys: each text's hash. previous: an index whose rows serve again where a hash is the same, but for the rows
        named in renewed.
        """
        known = {key: row for row, key in enumerate(previous.keys)} if previous else {}
        counts = previous._counts if previous and known else (no_counts(), no_counts())
        source = np.full(len(texts), -1, dtype=np.int64)
        if known:
            source = np.asarray([known.get(key, -1) for key in keys], dtype=np.int64)
            source[list(renewed)] = -1
        fresh = np.flatnonzero(source < 0)
        # New rows stand behind all old ones until every row is taken to its place.
        source[fresh] = counts[0].rows + np.arange(len(fresh))
        comparable = [tokens.comparable(texts[row]) for row in fresh]
        made = []
        for held, tokenize in zip(counts, (tokens.words_of, tokens.bigrams_of), strict=True):
            grown = held.extended(tokenize(text) or [_NOTHING] for text in comparable)
            made.append(grown if len(fresh) == len(texts) and not known else grown.take(source))
        return cls(made, [_model(bm25_scores(found), found) for found in made], keys)

    def save(self, folder: Path) -> None:
        """Write counts, scores and keys under folder (created)."""
        for name, counts, model in zip(_LEGS, self._counts, self._models, strict=True):
            counts.save(folder / name)
            for part in ("data", "indices", "indptr"):
                np.save(folder / name / f"{part}.npy", model.scores[part])
        (folder / "keys.txt").write_text("\n".join(self.keys), encoding="ascii")

    @classmethod
    def load(cls, folder: Path, rows: int) -> LexicalIndex:
        """Read what save() wrote. Raises OSError or ValueError when it is incomplete."""
        counts = [Counts.load(folder / name) for name in _LEGS]
        if any(found.rows != rows for found in counts):
            raise ValueError(f"{folder}: {counts[0].rows} rows, expected {rows}")
        models = [
            _model({part: np.load(folder / name / f"{part}.npy") for part in ("data", "indices", "indptr")}, found)
            for name, found in zip(_LEGS, counts, strict=True)
        ]
        return cls(counts, models, (folder / "keys.txt").read_text(encoding="ascii").split())

    def word_scores(self, query_tokens: Sequence[str]) -> np.ndarray:
        """BM25 by words for every row, shape (rows,), zeros where nothing matches."""
        return self._scores(self._models[0], query_tokens)

    def bigram_scores(self, text: str) -> np.ndarray:
        """BM25 by character bigrams for every row, shape (rows,)."""
        return self._scores(self._models[1], tokens.bigrams(text))

    def _scores(self, model: Any, query_tokens: Sequence[str]) -> np.ndarray:
        known = [token for token in query_tokens if token in model.vocab_dict]
        if not known or not self.rows:
            return np.zeros(self.rows, dtype=np.float32)
        return np.asarray(model.get_scores(known), dtype=np.float32)


def _model(scores: dict[str, np.ndarray], counts: Counts) -> Any:
    """bm25s over scores made here: its own indexing starts from texts each time."""
    import bm25s

    # Its logger is set to DEBUG at import.
    logging.getLogger("bm25s").setLevel(logging.WARNING)
    model = bm25s.BM25(method="lucene", k1=K1, b=B)
    model.scores = {**scores, "num_docs": counts.rows}
    model.vocab_dict = counts.vocabulary
    model.nonoccurrence_array = None  # Lucene's BM25 gives a token that is not there nothing
    return model
