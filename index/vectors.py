"""FAISS behind LlamaIndex's vector store: rows of vectors, saved beside a stamp.

Exact inner product on normalised vectors; the store is LlamaIndex's FaissVectorStore, so that another
LlamaIndex store (Milvus) can take its place.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np


class VectorIndex:
    """Row number → vector. search() returns (rows, scores), best first."""

    def __init__(self, store: Any, rows: int, dimension: int) -> None:
        self._store, self.rows, self.dimension = store, rows, dimension

    @classmethod
    def build(cls, matrix: np.ndarray) -> VectorIndex:
        """Index over matrix, shape (rows, dimension), float32, normalised."""
        import faiss
        from llama_index.vector_stores.faiss import FaissVectorStore

        index = faiss.IndexFlatIP(int(matrix.shape[1]))
        if len(matrix):
            index.add(np.ascontiguousarray(matrix, dtype=np.float32))
        return cls(FaissVectorStore(faiss_index=index), int(matrix.shape[0]), int(matrix.shape[1]))

    def save(self, path: Path) -> None:
        """Write the FAISS index to path."""
        self._store.persist(persist_path=str(path))

    @classmethod
    def load(cls, path: Path, rows: int, dimension: int) -> VectorIndex:
        """Read what save() wrote. Raises ValueError when it does not hold rows × dimension."""
        from llama_index.vector_stores.faiss import FaissVectorStore

        store = FaissVectorStore.from_persist_path(str(path))
        inner = store.client
        if inner.ntotal != rows or inner.d != dimension:
            raise ValueError(f"{path}: {inner.ntotal}×{inner.d}, expected {rows}×{dimension}")
        return cls(store, rows, dimension)

    def search(self, vector: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """The k rows nearest to vector (dimension,) by inner product, and their scores."""
        if not self.rows:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        scores, rows = self._store.client.search(np.ascontiguousarray(vector[None, :], dtype=np.float32), min(k, self.rows))
        return rows[0], scores[0]
