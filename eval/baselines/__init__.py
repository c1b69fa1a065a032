"""What a user would otherwise build, behind the product's own ask(question, history) → Answer.

Each baseline gets the same documents, the same embedding and the same model. The factory alone lives here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from eval.baselines.answering import Plain, PlainDocument, Reader, Search
from eval.cases import CaseError

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

# name → what a table calls it
NAMES: dict[str, str] = {
    "llamaindex-1024": "LlamaIndex 默认：SentenceSplitter 1024/200，只用向量",
    "llamaindex-256": "LlamaIndex：SentenceSplitter 256/50，只用向量",
    "bm25": "jieba 分词 BM25，按 256 字切分",
    "langchain": "LangChain：RecursiveCharacterTextSplitter（中文分隔符）256/50，只用向量",
}
DEFAULT = tuple(NAMES)


def make_baseline(
    name: str, documents: Sequence[PlainDocument], embedder: Callable[[], BaseEmbedding], reader: Reader,
) -> Plain:
    """The baseline of that name over documents. embedder: called only by those that embed.

    Raises CaseError for an unknown name or when an optional package is missing.
    """
    if name not in NAMES:
        raise CaseError(f"没有名为 {name} 的对照", "", f"可用的有：{'、'.join(NAMES)}。")
    return Plain(name, documents, _search(name, documents, embedder), reader)


def _search(name: str, documents: Sequence[PlainDocument], embedder: Callable[[], BaseEmbedding]) -> Search:
    if name == "bm25":
        from eval.baselines.lexical import LexicalSearch

        return LexicalSearch(documents)
    from eval.baselines.dense import DenseSearch, langchain_chunks, llamaindex_chunks

    if name == "langchain":
        return DenseSearch(langchain_chunks(documents, 256, 50), embedder())
    size, overlap = (1024, 200) if name == "llamaindex-1024" else (256, 50)
    return DenseSearch(llamaindex_chunks(documents, size, overlap), embedder())
