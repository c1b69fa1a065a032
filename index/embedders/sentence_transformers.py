"""Any sentence-transformers model by name or path. Imports torch: only loaded when a setting asks for it."""

from __future__ import annotations

from typing import Any

from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr

from errors import ModelError


class SentenceTransformersEmbedding(BaseEmbedding):
    """encode_query and encode_document, so that the model's own prompts are used; vectors are normalised."""

    _model: Any = PrivateAttr(default=None)

    @classmethod
    def open(cls, name: str) -> SentenceTransformersEmbedding:
        """Load the model called name. Raises ModelError with what to do when that fails."""
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise ModelError(
                "没有安装 sentence-transformers", f"设置 index.embedder = {name}", "请运行 pip install 'wengui[sentence-transformers]'。"
            ) from error
        try:
            model = SentenceTransformer(name, device="cpu")
        except (OSError, ValueError, RuntimeError) as error:
            raise ModelError(
                f"打不开向量模型 {name}", "设置 index.embedder", f"请检查名称或本地路径；离线时只能用已下载的模型。（{type(error).__name__}）"
            ) from error
        embedding = cls(model_name=f"sentence-transformers:{name}")
        embedding._model = model
        return embedding

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._model.encode_query(query, normalize_embeddings=True).tolist()

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self._model.encode_document(texts, normalize_embeddings=True, show_progress_bar=False).tolist()
