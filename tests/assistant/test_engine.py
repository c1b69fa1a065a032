"""The chain as LlamaIndex parts: the same answer, the same clauses, and nothing to stand on where it refuses."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import QueryBundle
from llama_index.core.tools import QueryEngineTool

from assistant.batch import to_record
from assistant.chain import Chain, open_chain
from assistant.engine import clause_retriever, query_engine
from errors import QuestionError
from settings import DataSettings, IndexSettings, ModelSettings, Settings

ASKED, UNKNOWN = "校车驾驶员每年培训多少学时？", "火星移民预算是多少亿元？"


@pytest.fixture(scope="module")
def chain(data_folder: Path) -> Chain:
    data, index = DataSettings(folder=str(data_folder), shipped=False), IndexSettings(rerank=False, threads=1)
    return open_chain(Settings(data, index, ModelSettings(provider="none")))


def test_the_engine_answers_as_the_chain_does(chain: Chain) -> None:
    engine, answer = query_engine(chain), chain.ask(ASKED)
    assert isinstance(engine, BaseQueryEngine)
    response = engine.query(ASKED)
    assert str(response) == answer.text and "16学时" in answer.text
    expected = to_record(None, answer)
    assert {**response.metadata, "seconds": None} == {**expected, "seconds": None}


def test_every_source_node_holds_the_words_cited(chain: Chain) -> None:
    nodes = query_engine(chain).query(ASKED).source_nodes
    assert nodes
    for label, found in enumerate(nodes, start=1):
        cited = found.node.metadata
        assert cited["label"] == label
        assert found.node.get_content() == chain.library.clauses[found.node.node_id].text
        assert found.node.get_content()[cited["start"] : cited["end"]] == cited["quote"]
        assert found.score is not None and 0 < found.score <= 1


def test_a_refusal_has_no_sources(chain: Chain) -> None:
    response = query_engine(chain).query(UNKNOWN)
    assert response.source_nodes == [] and response.metadata["refused"] and response.metadata["nearest"]


def test_asking_from_a_running_loop_gives_the_same(chain: Chain) -> None:
    engine = query_engine(chain)
    with ThreadPoolExecutor(1) as thread:
        answered = thread.submit(lambda: asyncio.run(engine.aquery(ASKED))).result()
    assert answered.response == engine.query(ASKED).response


def test_the_retriever_finds_what_the_chain_finds(chain: Chain) -> None:
    retriever = clause_retriever(chain, limit=3)
    assert isinstance(retriever, BaseRetriever)
    wanted = [hit.clause.clause_id for hit in chain.search(chain.read(ASKED)).hits]
    assert [found.node.node_id for found in retriever.retrieve(ASKED)] == wanted[:3]
    assert [found.node.node_id for found in query_engine(chain).retrieve(QueryBundle(ASKED))] == wanted


def test_an_agents_tool_answers_with_the_engine(chain: Chain) -> None:
    tool = QueryEngineTool.from_defaults(query_engine(chain), name="wengui", description="教育规划条款问答")
    assert tool.call(ASKED).content == chain.ask(ASKED).text


def test_an_unusable_question_is_refused_by_name(chain: Chain) -> None:
    with pytest.raises(QuestionError, match="问题是空的"):
        query_engine(chain).query("  ")
    with pytest.raises(QuestionError, match="太长"):
        clause_retriever(chain).retrieve("校" * 1001)
