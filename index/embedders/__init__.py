"""Embedding models behind LlamaIndex's BaseEmbedding. The factory alone lives here.

"bundled" needs no torch; "sentence-transformers:NAME" loads any model by name or path; both are kept out
of memory until first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from errors import ModelError

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

BUNDLED = "bundled"
_SENTENCE_TRANSFORMERS = "sentence-transformers:"


def load_embedder(name: str = BUNDLED, *, threads: int = 2) -> BaseEmbedding:
    """The embedding model called name. Raises ModelError when it is unknown or cannot be loaded."""
    if name == BUNDLED:
        from index.embedders.bundled import BundledEmbedding

        return BundledEmbedding.open(threads)
    if name.startswith(_SENTENCE_TRANSFORMERS):
        from index.embedders.sentence_transformers import SentenceTransformersEmbedding

        return SentenceTransformersEmbedding.open(name.removeprefix(_SENTENCE_TRANSFORMERS))
    raise ModelError(
        f"不认识的向量模型：{name}", "设置 index.embedder",
        f"请填 {BUNDLED}，或 {_SENTENCE_TRANSFORMERS}模型名或本地路径。",
    )
