"""The chain as LlamaIndex parts: a query engine that answers with its sources, and a retriever that only searches.

Both go through the same steps as the page and the commands. The engine's response text is the answer, its metadata
the record of assistant/batch.py; a refusal has no source nodes, since nothing in the documents bears it.
"""

from __future__ import annotations

import asyncio
from typing import Any

from assistant.batch import to_record
from assistant.chain import Chain
from assistant.schema import Answer
from index.retriever import llama_index_retriever


def clause_retriever(chain: Chain, limit: int = 20) -> Any:
    """A LlamaIndex BaseRetriever: question → the clauses the chain finds, best first, at most limit (20 at most).

    retrieve() raises QuestionError for a question that is empty or too long.
    """
    return llama_index_retriever(lambda question: chain.search(chain.read(question)), limit)


def query_engine(chain: Chain) -> Any:
    """A LlamaIndex BaseQueryEngine over the chain: question → Response with the cited clauses as source nodes.

    query() and aquery() raise QuestionError for a question that is empty or too long.
    """
    from llama_index.core.base.base_query_engine import BaseQueryEngine
    from llama_index.core.base.response.schema import Response
    from llama_index.core.schema import NodeWithScore, QueryBundle

    class ChainQueryEngine(BaseQueryEngine):
        """Answers and refuses as the page does."""

        def _query(self, query_bundle: QueryBundle) -> Response:
            answer = chain.ask(query_bundle.query_str)
            return Response(answer.text, source_nodes=_source_nodes(answer), metadata=to_record(None, answer))

        async def _aquery(self, query_bundle: QueryBundle) -> Response:
            return await asyncio.to_thread(self._query, query_bundle)

        def retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
            return clause_retriever(chain).retrieve(query_bundle)

        def _get_prompt_modules(self) -> dict[str, Any]:
            return {}

    return ChainQueryEngine(callback_manager=None)


def _source_nodes(answer: Answer) -> list[Any]:
    """One node for each citation, in the order of the labels. Its text is the whole clause; metadata start:end marks
    the quote in it; its score is the confidence of the evidence, 0..1."""
    from llama_index.core.schema import NodeWithScore, TextNode

    sure = {item.clause.clause_id: item.confidence for item in answer.evidence}
    return [
        NodeWithScore(
            node=TextNode(id_=cited.clause_id, text=cited.text, metadata={
                "label": cited.label, "document": cited.doc_title, "path": " > ".join(cited.heading_path), "page": cited.page,
                "quote": cited.quote, "start": cited.char_start, "end": cited.char_end}),
            score=sure.get(cited.clause_id),
        )
        for cited in answer.citations
    ]
