"""Chunks by a general splitter, searched by vectors alone: what LlamaIndex and LangChain do by default."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from eval.baselines.answering import Chunk, PlainDocument
from eval.cases import CaseError

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

_SEPARATORS = ["\n\n", "\n", "。", "！", "？", "；", "，", ""]


class DenseSearch:
    """Cosine search over all chunks through LlamaIndex's own VectorStoreIndex."""

    def __init__(self, chunks: Sequence[Chunk], embedder: BaseEmbedding) -> None:
        from llama_index.core import VectorStoreIndex
        from llama_index.core.schema import TextNode

        self._chunks = list(chunks)
        nodes = [TextNode(text=chunk.text, id_=str(number)) for number, chunk in enumerate(self._chunks)]
        self._index = VectorStoreIndex(nodes, embed_model=embedder)

    def search(self, question: str, limit: int) -> list[tuple[Chunk, float]]:
        """The limit chunks nearest to question, with their cosine."""
        found = self._index.as_retriever(similarity_top_k=limit).retrieve(question)
        return [(self._chunks[int(item.node.node_id)], float(item.score or np.nan)) for item in found]


def llamaindex_chunks(documents: Sequence[PlainDocument], size: int, overlap: int) -> list[Chunk]:
    """LlamaIndex's SentenceSplitter with its own defaults otherwise. size and overlap in its tokens."""
    from llama_index.core.node_parser import SentenceSplitter

    splitter = SentenceSplitter(chunk_size=size, chunk_overlap=overlap)
    return _number([(document, text) for document in documents for text in splitter.split_text(document.text)])


def langchain_chunks(documents: Sequence[PlainDocument], size: int, overlap: int) -> list[Chunk]:
    """LangChain's recursive splitter with Chinese separators. size and overlap in characters.

    Raises CaseError when the optional package is missing.
    """
    try:
        from langchain_text_splitters import RecursiveCharacterTextSplitter
    except ImportError as error:
        raise CaseError(
            "没有安装 LangChain 的切分器", "langchain-text-splitters", "请运行 pip install '.[baselines]'。"
        ) from error
    splitter = RecursiveCharacterTextSplitter(chunk_size=size, chunk_overlap=overlap, separators=_SEPARATORS)
    return _number([(document, text) for document in documents for text in splitter.split_text(document.text)])


def _number(pieces: Sequence[tuple[PlainDocument, str]]) -> list[Chunk]:
    return [Chunk(document, order, text) for order, (document, text) in enumerate(pieces)]
