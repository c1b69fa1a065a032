"""The MCP server: ask, search_clauses and get_clause for any MCP client, over the same chain as the page.

Every result comes twice, as the protocol has it: as structured content in the models of the HTTP API, and in words that
a model can quote with its sources. Nothing a client sends is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from mcp.server import MCPServer
from mcp.types import CallToolResult, TextContent, ToolAnnotations
from pydantic import BaseModel, Field, ValidationError

from errors import AssistantError, QuestionError
from ui.api import models, service
from ui.api.faults import explain
from ui.desk import Desk

_ABOUT = (
    "问规回答关于教育规划文件的问题，每句话注明所据条款。ask 直接作答；search_clauses 只找条款；get_clause 看一条的全文、部门、前后条。"
    "资料里没有的，ask 会说没有并列出最接近的条款，请照实转告，不要自己补。引用时请用 citations 里的 quote 原文和出处。"
)
_Model = TypeVar("_Model", bound=BaseModel)
# Bounds are the request models' own: they are checked there, and refused in Chinese.
Earlier = Annotated[Sequence[str], Field(description=models.EARLIER)]
Documents = Annotated[Sequence[str], Field(description=models.DOCUMENTS)]
Levels = Annotated[Sequence[str], Field(description=models.LEVELS)]


def make_server(desk: Desk) -> MCPServer:
    """The server over a desk, not yet running."""
    server = MCPServer("wengui", title="问规", instructions=_ABOUT, version="1", log_level="WARNING")
    reads = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)

    @server.tool(title="问一个问题", description="回答一个关于教育规划文件的问题，每句话注明出处；资料里没有的，说没有并给出最接近的条款。",
                 annotations=reads)
    def ask(
        question: Annotated[str, Field(description="问题，用中文，一般不超过 1000 字")],
        history: Earlier = (), documents: Documents = (), levels: Levels = (),
    ) -> Annotated[CallToolResult, models.Reply]:
        def work() -> CallToolResult:
            asked = _checked(models.AskRequest, question=question, history=history, documents=documents, levels=levels)
            replied = service.reply(service.answer(desk, asked))
            return _result(replied, _reply_in_words(replied))

        return _told(work)

    @server.tool(title="检索条款", description="只检索，不作答：按与问题的相关程度列出条款全文。要引用时先用它找到条款。", annotations=reads)
    def search_clauses(
        question: Annotated[str, Field(description="问题或关键词")],
        limit: Annotated[int, Field(description=f"最多几条，1 到 {models.MOST_HITS}")] = 10,
        documents: Documents = (), levels: Levels = (),
    ) -> Annotated[CallToolResult, models.SearchResponse]:
        def work() -> CallToolResult:
            found = service.search(desk, _checked(models.SearchRequest, question=question, limit=limit, documents=documents, levels=levels))
            lines = [f"{hit.rank}. {_place(hit.document, hit.path, hit.page, hit.clause_id)}\n{hit.text}" for hit in found.hits]
            return _result(found, "\n\n".join(lines) or "没有找到条款。")

        return _told(work)

    @server.tool(title="看一条条款", description="一条条款的全文、牵头和配合部门、注、表格数值，以及同一文件里的前一条和后一条。", annotations=reads)
    def get_clause(
        clause_id: Annotated[str, Field(description="条款编号，来自 ask 的 citations 或 search_clauses")],
    ) -> Annotated[CallToolResult, models.ClauseRecord]:
        def work() -> CallToolResult:
            found = service.clause(desk, clause_id)
            return _result(found, _clause_in_words(found))

        return _told(work)

    return server


def _checked(model: type[_Model], **values: Any) -> _Model:
    """The arguments as the API's request model. Raises QuestionError in Chinese."""
    try:
        return model.model_validate({name: list(value) if isinstance(value, tuple) else value for name, value in values.items()})
    except ValidationError as error:
        raise QuestionError(explain(error.errors()).message) from error


def _told(work: Callable[[], CallToolResult]) -> CallToolResult:
    """work's result; an error that the user may meet becomes the tool's error, in its own words."""
    try:
        return work()
    except AssistantError as error:
        return CallToolResult(content=[TextContent(type="text", text=error.message)], is_error=True)


def _result(structured: BaseModel, words: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=words)], structured_content=structured.model_dump(mode="json"))


def _reply_in_words(reply: models.Reply) -> str:
    """An answer with its sources, or a refusal with the nearest clauses."""
    lines = [f"（按“{reply.rewritten}”回答）"] if reply.rewritten else []
    lines += [reply.answer, *(f"[{c.label}] {_place(c.document, c.path, c.page, c.clause_id)}：“{c.quote.strip()}”" for c in reply.citations)]
    lines += [f"· {_place(near.document, (), None, near.clause_id)}：{near.text.strip()}" for near in reply.nearest]
    return "\n".join([*lines, *reply.notices])


def _clause_in_words(clause: models.ClauseRecord) -> str:
    """A clause with its place and its notes; the departments stand in its text."""
    lines = [_place(clause.document.title, clause.path, clause.page_start, clause.clause_id), clause.context, clause.text]
    lines += [f"注{note.number}：{note.text}" for note in clause.notes]
    return "\n".join(line for line in lines if line)


def _place(document: str, path: Sequence[str], page: int | None, clause_id: str) -> str:
    return f"《{document.strip('《》')}》{' › '.join(path)}{f'，第 {page} 页' if page else ''}（clause_id：{clause_id}）"
