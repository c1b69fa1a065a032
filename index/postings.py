"""How often which token stands in which row, and what BM25 makes of it. Arrays only; grows without counting again.

Row-major counts are kept beside the scores, so that a library with one document changed takes all other rows as they are.
"""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

K1, B = 1.2, 0.6  # B below the usual 0.75: passages are short and of like lengths
_ROW_BITS, _COUNT_BITS = 24, 16  # of a 64-bit sort key; the rest holds the token


@dataclass(frozen=True)
class Counts:
    """Row r holds tokens[offsets[r]:offsets[r + 1]], each counted times. vocabulary: token → number."""

    vocabulary: dict[str, int]
    offsets: np.ndarray
    tokens: np.ndarray
    counted: np.ndarray

    @property
    def rows(self) -> int:
        return len(self.offsets) - 1

    def take(self, rows: np.ndarray) -> Counts:
        """The rows named, in that order; a row may come several times or not at all."""
        sizes = np.diff(self.offsets)[rows]
        offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        places = np.arange(offsets[-1]) + np.repeat(self.offsets[:-1][rows] - offsets[:-1], sizes)
        return Counts(self.vocabulary, offsets, self.tokens[places], self.counted[places])

    def extended(self, texts: Iterable[Sequence[str]]) -> Counts:
        """These rows and, after them, one for each text given as its tokens."""
        vocabulary = dict(self.vocabulary)
        numbers, counted, ends = array("i"), array("i"), array("q", [int(self.offsets[-1])])
        for text in texts:
            found = Counter(text)
            numbers.extend([vocabulary.setdefault(token, len(vocabulary)) for token in found])
            counted.extend(found.values())
            ends.append(ends[0] + len(numbers))
        return Counts(
            vocabulary, np.concatenate([self.offsets, np.asarray(ends[1:], dtype=np.int64)]),
            np.concatenate([self.tokens, np.asarray(numbers, dtype=np.int32)]),
            np.concatenate([self.counted, np.minimum(np.asarray(counted), (1 << _COUNT_BITS) - 1).astype(np.uint16)]),
        )

    def save(self, folder: Path) -> None:
        """Write everything into folder (created)."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("offsets", "tokens", "counted"):
            np.save(folder / f"{name}.npy", getattr(self, name))
        (folder / "vocabulary.json").write_text(json.dumps(list(self.vocabulary), ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Counts:
        """What save() wrote; the arrays stay on disk until they are needed. Raises OSError or ValueError."""
        listed = json.loads((folder / "vocabulary.json").read_text(encoding="utf-8"))
        arrays = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("offsets", "tokens", "counted"))
        return cls({token: number for number, token in enumerate(listed)}, *arrays)


def no_counts() -> Counts:
    """Not a row yet."""
    return Counts({}, np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.uint16))


def bm25_scores(counts: Counts) -> dict[str, np.ndarray]:
    """Lucene's BM25 of every (token, row) by column, as bm25s holds it: data, indices (rows), indptr (tokens).

    Raises ValueError for more rows than a key has room for (16.7 million).
    """
    if counts.rows >= 1 << _ROW_BITS:
        raise ValueError(f"{counts.rows} rows, at most {(1 << _ROW_BITS) - 1}")
    row_of = np.repeat(np.arange(counts.rows, dtype=np.uint64), np.diff(counts.offsets))
    # Token, row and count in one number: sorting these sorts by token, then row, and carries the count along.
    keys = (counts.tokens.astype(np.uint64) << (_ROW_BITS + _COUNT_BITS)) | (row_of << _COUNT_BITS) | counts.counted
    lengths = np.bincount(row_of.astype(np.int64), weights=counts.counted, minlength=counts.rows)
    del row_of
    keys.sort()
    found = (keys & ((1 << _COUNT_BITS) - 1)).astype(np.float64)
    rows = ((keys >> _COUNT_BITS) & ((1 << _ROW_BITS) - 1)).astype(np.int32)
    held = np.bincount((keys >> (_ROW_BITS + _COUNT_BITS)).astype(np.int64), minlength=len(counts.vocabulary))
    del keys
    rarity = np.log(1 + (counts.rows - held + 0.5) / (held + 0.5))
    mean = lengths.mean() if counts.rows else 1.0
    data = np.repeat(rarity, held) * found / (found + (K1 * (1 - B + B * lengths / mean))[rows])
    return {"data": data.astype(np.float32), "indices": rows, "indptr": np.concatenate([[0], np.cumsum(held)]).astype(np.int64)}
