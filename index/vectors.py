"""FAISS behind LlamaIndex's vector store: rows of vectors, saved beside a stamp.

Up to EXACT rows every vector is compared (inner product of normalised vectors). Beyond, FAISS walks a graph of near
neighbours (HNSW) over 8-bit vectors, as far as the recall wanted needs, and the best rows met are compared exactly.
The store is LlamaIndex's FaissVectorStore, so that another LlamaIndex store (Milvus) can take its place.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

EXACT = 100_000  # rows up to which the search is exact
RECALL = 0.99  # of the exact first _JUDGED rows, when it is chosen how far a search walks
_JUDGED, _QUESTIONS = 100, 100
_COMPARED = 4  # times the rows wanted: so many of the best rows met are compared exactly
_LINKS, _BUILD_WIDTH = 16, 40  # of the graph: neighbours a row, rows kept in sight while one is added
_SCALED = 20_000  # vectors that the 8-bit scale is learnt from
_SEED = 7


class VectorIndex:
    """Row number → vector. search() returns (rows, scores), best first."""

    def __init__(self, store: Any, rows: int, dimension: int, matrix: np.ndarray | None = None) -> None:
        """matrix: the vectors themselves, for an index that does not hold them exactly."""
        self._store, self.rows, self.dimension, self._matrix = store, rows, dimension, matrix

    @property
    def is_exact(self) -> bool:
        """Whether every vector is compared."""
        return self._matrix is None

    @classmethod
    def build(cls, matrix: np.ndarray, *, exact: int = EXACT) -> VectorIndex:
        """Index over matrix, shape (rows, dimension), float32, normalised. exact: rows up to which it is exact."""
        import faiss
        from llama_index.vector_stores.faiss import FaissVectorStore

        rows, dimension = int(matrix.shape[0]), int(matrix.shape[1])
        matrix = np.ascontiguousarray(matrix, dtype=np.float32)
        if rows > exact:
            return cls(FaissVectorStore(faiss_index=_graph(matrix)), rows, dimension, matrix)
        index = faiss.IndexFlatIP(dimension)
        if rows:
            index.add(matrix)
        return cls(FaissVectorStore(faiss_index=index), rows, dimension)

    def save(self, path: Path) -> None:
        """Write the FAISS index to path, and the vectors beside it where it does not hold them."""
        self._store.persist(persist_path=str(path))
        if self._matrix is not None:
            np.save(_beside(path), self._matrix)

    @classmethod
    def load(cls, path: Path, rows: int, dimension: int) -> VectorIndex:
        """Read what save() wrote; vectors beside it stay on disk until they are compared.

        Raises ValueError when it does not hold rows × dimension, OSError or RuntimeError when it cannot be read.
        """
        from llama_index.vector_stores.faiss import FaissVectorStore

        store = FaissVectorStore.from_persist_path(str(path))
        inner = store.client
        if inner.ntotal != rows or inner.d != dimension:
            raise ValueError(f"{path}: {inner.ntotal}×{inner.d}, expected {rows}×{dimension}")
        matrix = np.load(_beside(path), mmap_mode="r") if hasattr(inner, "hnsw") else None
        if matrix is not None and matrix.shape != (rows, dimension):
            raise ValueError(f"{path}: vectors of {matrix.shape}, expected {rows}×{dimension}")
        return cls(store, rows, dimension, matrix)

    def search(self, vector: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """The k rows nearest to vector (dimension,) by inner product, and their scores; fewer where fewer are found."""
        if not self.rows:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        asked = np.ascontiguousarray(vector[None, :], dtype=np.float32)
        if self._matrix is None:
            scores, rows = self._store.client.search(asked, min(k, self.rows))
            return rows[0], scores[0]
        return _compared(self._store.client, self._matrix, asked, k)


def _beside(path: Path) -> Path:
    return path.with_suffix(".npy")


def _compared(index: Any, matrix: np.ndarray, asked: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The best k of the rows that an approximate search finds best, by their exact scores."""
    found = index.search(asked, min(max(k, index.hnsw.efSearch), len(matrix)))[1][0]
    rows = found[found >= 0][: _COMPARED * k]
    scores = matrix[rows] @ asked[0]
    order = np.argsort(-scores, kind="stable")[:k]
    return rows[order], scores[order]


def _graph(matrix: np.ndarray) -> Any:
    """A graph over matrix whose search finds RECALL of what an exact one finds."""
    import faiss

    index = faiss.IndexHNSWSQ(matrix.shape[1], faiss.ScalarQuantizer.QT_8bit, _LINKS, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = _BUILD_WIDTH
    chance = np.random.default_rng(_SEED)
    index.train(matrix[np.sort(chance.choice(len(matrix), min(len(matrix), _SCALED), replace=False))])
    index.add(matrix)
    _walk_far_enough(index, matrix, chance)
    return index


def _walk_far_enough(index: Any, matrix: np.ndarray, chance: np.random.Generator) -> None:
    """Set how many rows a search keeps in sight (saved with the index): the least power of two that reaches RECALL.

    The questions are rows mixed with other rows: like what is searched for, and in no row as they are.
    """
    import faiss

    first, second = (matrix[chance.integers(0, len(matrix), _QUESTIONS)] for _ in range(2))
    asked = 0.7 * first + 0.3 * second
    asked /= np.linalg.norm(asked, axis=1, keepdims=True)
    k = min(_JUDGED, len(matrix))
    exact = faiss.knn(asked, matrix, k, metric=faiss.METRIC_INNER_PRODUCT)[1]
    index.hnsw.efSearch = 64
    while index.hnsw.efSearch < len(matrix):
        index.hnsw.efSearch *= 2
        found = [_compared(index, matrix, question[None, :], k)[0] for question in asked]
        if np.mean([len(np.intersect1d(a, b)) / k for a, b in zip(found, exact, strict=True)]) >= RECALL:
            return
