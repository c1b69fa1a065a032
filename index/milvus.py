"""The vectors of a library in Milvus, through LlamaIndex's vector store: one index for several replicas, changed in place.

Milvus holds text hash → vector and nothing else; library.db stays the truth, and what Milvus lacks is put there from it.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from errors import LibraryError

log = logging.getLogger(__name__)
_BATCH = 1000  # of what is put there, listed or taken away at once
_PATIENCE = 5.0  # seconds for a search before the vectors at hand are compared instead
_REMEDY = "请检查设置 index.milvus_uri 和 index.milvus_token，以及 Milvus 是否在运行；不用 Milvus 就把 index.vectors 改回 faiss。"


@dataclass(frozen=True)
class MilvusPlace:
    """Where vectors are put. collection: one for each library, so that two libraries can share a server; writes: whether
    this process puts vectors there and takes them away. Of several over one library only one may."""

    uri: str
    token: str = ""
    collection: str = "wengui"
    writes: bool = True

    def index(self, matrix: np.ndarray, keys: Sequence[str], made_by: str, previous: object = None) -> MilvusVectors:
        """The index of a library. keys: a text hash for each row of matrix; made_by: the model, and anything else that
        makes other vectors of the same texts; previous: the index of an earlier generation.

        Raises LibraryError when the packages are missing or Milvus cannot be reached.
        """
        name = f"{self.collection}_{hashlib.sha256(made_by.encode()).hexdigest()[:12]}"
        try:
            from pymilvus.exceptions import MilvusException
        except ImportError as error:
            raise LibraryError("没有安装 Milvus 的客户端", "设置 index.vectors = milvus", "请运行 pip install 'wengui[milvus]'。") from error
        try:
            earlier = previous if isinstance(previous, MilvusVectors) and previous.name == name else None
            store = earlier.store if earlier else self._open(name, matrix.shape[1])
            made = MilvusVectors(store, matrix, keys)
            if self.writes:
                made.put_right(set(earlier.rows_by_key) if earlier else None)
        except MilvusException as error:
            raise LibraryError(f"Milvus 用不了：{error.message}", self.uri, _REMEDY) from error
        return made

    def _open(self, name: str, dimension: int) -> Any:
        from llama_index.vector_stores.milvus import MilvusVectorStore

        return MilvusVectorStore(
            uri=self.uri, token=self.token, collection_name=name, dim=dimension, similarity_metric="IP", upsert_mode=True, use_async_client=False,
            index_config={"index_type": "AUTOINDEX"}, batch_size=_BATCH, timeout=_PATIENCE,
        )


class MilvusVectors:
    """Row number → vector, as index/vectors.py has it: search() returns (rows, scores), best first. Rows of equal text
    share one entry in Milvus."""

    def __init__(self, store: Any, matrix: np.ndarray, keys: Sequence[str]) -> None:
        self.store, self._matrix = store, matrix
        self.rows_by_key: dict[str, list[int]] = {}
        for row, key in enumerate(keys):
            self.rows_by_key.setdefault(key, []).append(row)

    @property
    def name(self) -> str:
        """The collection's."""
        return str(self.store.collection_name)

    @property
    def rows(self) -> int:
        """How many there are."""
        return len(self._matrix)

    def put_right(self, there: set[str] | None = None) -> None:
        """Put there what is missing and take away what is no longer anybody's. there: the keys that Milvus is known to
        hold, None when nothing is known."""
        from llama_index.core.schema import TextNode

        held = set(self._listed()) if there is None else there
        new = (key for key in self.rows_by_key if key not in held)
        while batch := list(islice(new, _BATCH)):
            self.store.add([TextNode(id_=key, text="", embedding=self._matrix[self.rows_by_key[key][0]].tolist()) for key in batch])
        gone = iter(held - self.rows_by_key.keys())
        while batch := list(islice(gone, _BATCH)):
            self.store.delete_nodes(batch)

    def _listed(self) -> Iterator[str]:
        """The keys that Milvus holds."""
        listed = self.store.client.query_iterator(self.name, batch_size=_BATCH, output_fields=["id"])
        try:
            while batch := listed.next():
                yield from (item["id"] for item in batch)
        finally:
            listed.close()

    def search(self, vector: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """The k rows nearest to vector (dimension,) by inner product, and their scores; fewer where fewer are found.
        While Milvus does not answer, the vectors at hand are compared one by one."""
        from pymilvus.exceptions import MilvusException

        wanted = min(k, self.rows)
        if not wanted:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        asked = np.ascontiguousarray(vector, dtype=np.float32)
        try:
            found = self.store.client.search(
                self.name, data=[asked.tolist()], limit=wanted, output_fields=[], anns_field=self.store.embedding_field, timeout=_PATIENCE,
            )[0]
        except MilvusException as error:
            log.warning("milvus: %s; comparing here", error.message)
            return self._compared(asked, np.arange(self.rows), wanted)
        # What an earlier or a later generation has there is no row of this one.
        return self._compared(asked, self._rows(hit["id"] for hit in found), wanted)

    def _rows(self, keys: Iterable[str]) -> np.ndarray:
        return np.fromiter((row for key in keys for row in self.rows_by_key.get(key, ())), dtype=np.int64)

    def _compared(self, asked: np.ndarray, rows: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """The best k of some rows by their exact scores."""
        scores = self._matrix[rows] @ asked
        order = np.argsort(-scores, kind="stable")[:k]
        return rows[order], scores[order].astype(np.float32)
