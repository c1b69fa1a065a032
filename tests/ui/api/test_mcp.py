"""The MCP server as a client meets it: the SDK's own client over standard input and output, one real process."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from assistant.batch import to_record
from assistant.chain import Chain, open_chain
from tests.ui.conftest import settings_for
from tests.ui.hostile import TEXTS
from ui.api.mcp_server import make_server
from ui.desk import Desk

ROOT = Path(__file__).resolve().parents[3]
ASKED, UNKNOWN = "社区学习中心每周开放多少小时？", "火星上有几所大学？"


def talk(to: Any, conversation: Callable[[Client], Awaitable[Any]], mode: str = "auto") -> Any:
    """One connection, from the handshake to the end. mode: "legacy" for the handshake of clients before 2026."""
    async def run() -> Any:
        async with Client(to, read_timeout_seconds=60, mode=mode) as client:
            return await conversation(client)

    with ThreadPoolExecutor(1) as thread:  # this one may hold a browser's loop
        return thread.submit(lambda: asyncio.run(run())).result()


def as_process(folder: Path) -> StdioServerParameters:
    """The server as a client starts it."""
    environment = {
        "WENGUI_DATA_FOLDER": str(folder), "WENGUI_DATA_SHIPPED": "false", "WENGUI_PRESET": "excerpt", "WENGUI_INDEX_RERANK": "false",
        "WENGUI_INDEX_THREADS": "1", "OMP_NUM_THREADS": "1",
    }
    return StdioServerParameters(command=sys.executable, args=["-m", "assistant.command", "mcp"], env=environment, cwd=ROOT)


@pytest.fixture(scope="module")
def desk(page_folder: Path) -> Desk:
    return Desk(settings_for(page_folder), remember=False)


@pytest.fixture(scope="module")
def chain(page_folder: Path) -> Chain:
    return open_chain(settings_for(page_folder))


def test_a_client_asks_searches_and_reads_over_stdio(page_folder: Path, chain: Chain) -> None:
    async def conversation(client: Client) -> tuple[Any, ...]:
        tools = (await client.list_tools()).tools
        asked = await client.call_tool("ask", {"question": ASKED})
        found = await client.call_tool("search_clauses", {"question": ASKED, "limit": 3})
        clause = await client.call_tool("get_clause", {"clause_id": found.structured_content["hits"][0]["clause_id"]})
        empty = await client.call_tool("ask", {"question": " "})
        return tools, asked, found, clause, empty

    tools, asked, found, clause, empty = talk(as_process(page_folder), conversation, "legacy")
    assert [tool.name for tool in tools] == ["ask", "search_clauses", "get_clause"]
    assert all(tool.output_schema and tool.annotations.read_only_hint and "条" in tool.description for tool in tools)

    expected = to_record(None, chain.ask(ASKED))
    assert {key: asked.structured_content[key] for key in ("answer", "refused", "citations", "nearest")} == {
        key: expected[key] for key in ("answer", "refused", "citations", "nearest")
    }
    words = asked.content[0].text
    assert expected["answer"] in words and all(c["quote"].strip() in words and c["clause_id"] in words for c in expected["citations"])

    hits = chain.search(chain.read(ASKED)).hits[:3]
    assert [hit["clause_id"] for hit in found.structured_content["hits"]] == [hit.clause.clause_id for hit in hits]
    assert clause.structured_content["text"] == hits[0].clause.text and hits[0].clause.text in clause.content[0].text
    assert empty.is_error and "问题是空的" in empty.content[0].text


def test_a_refusal_names_the_nearest_clauses_and_claims_nothing(desk: Desk) -> None:
    answered = talk(make_server(desk), lambda client: client.call_tool("ask", {"question": UNKNOWN}))
    assert answered.structured_content["refused"] and not answered.structured_content["citations"]
    assert all(near["clause_id"] in answered.content[0].text for near in answered.structured_content["nearest"])


def test_history_and_scope_reach_the_chain(desk: Desk) -> None:
    async def conversation(client: Client) -> tuple[Any, Any]:
        return (
            await client.call_tool("ask", {"question": "谁牵头？", "history": ["夜间课堂每期最多多少人？"]}),
            await client.call_tool("search_clauses", {"question": "社区学习中心", "levels": ["国家"]}),
        )

    led, found = talk(make_server(desk), conversation)
    assert "夜间课堂" in led.structured_content["rewritten"] and "市总工会" in led.content[0].text
    assert {hit["level"] for hit in found.structured_content["hits"]} == {"国家"}


@pytest.mark.parametrize(("tool", "arguments", "said"), [
    ("ask", {"question": "校" * 4001}, "太长"), ("ask", {"question": "a", "history": ["b"] * 21}, "最多 20 个"),
    ("ask", {"question": "a", "levels": ["火星"]}, "国家、重庆、其他"), ("ask", {"question": "a", "documents": ["没有"]}, "没有这份文件"),
    ("search_clauses", {"question": "a", "limit": 21}, "不能大于 20"), ("get_clause", {"clause_id": "0000"}, "没有这一条"),
])
def test_a_wrong_call_is_told_in_chinese(desk: Desk, tool: str, arguments: dict[str, Any], said: str) -> None:
    answered = talk(make_server(desk), lambda client: client.call_tool(tool, arguments))
    assert answered.is_error and answered.structured_content is None and said in answered.content[0].text


def test_hostile_questions_are_answered_or_refused_like_any(desk: Desk) -> None:
    async def conversation(client: Client) -> list[Any]:
        return [await client.call_tool("search_clauses", {"question": text, "limit": 1}) for text in TEXTS[::6]]

    for text, answered in zip(TEXTS[::6], talk(make_server(desk), conversation), strict=True):
        assert answered.is_error or answered.structured_content["question"] == text


def test_without_a_library_a_tool_says_what_to_run(tmp_path: Path) -> None:
    server = make_server(Desk(settings_for(tmp_path), remember=False))
    answered = talk(server, lambda client: client.call_tool("ask", {"question": ASKED}))
    assert answered.is_error and "index build" in answered.content[0].text and str(tmp_path) not in answered.content[0].text
