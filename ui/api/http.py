"""The HTTP JSON API: ask, search, clauses, documents, with an OpenAPI page that loads nothing from elsewhere.

Read only: nothing a program sends is kept. Questions are sent by POST so that they stand in no address and no log.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, TypeVar

import anyio
from fastapi import FastAPI, Path, Request
from fastapi_offline import FastAPIOffline
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from assistant.schema import Answer
from ui.api import models, service
from ui.api.faults import LateError, install, refusal
from ui.desk import Desk
from ui.line import BusyError
from ui.moments import GRACE, late_message, late_notice

PREFIX = "/api/v1"
MOST_BYTES = 256 * 1024
# Of what is only looked up; questions and searches have a line of their own (ui/line.py).
_AT_ONCE, _MOST_WAITING = 4, 60
_WATCH = 0.5  # seconds between two looks whether the client is still there
_ABOUT = """问答、检索、条款、文件。每句回答都注明出处，`citations[].text[start:end]` 就是引用的原句；资料里没有的，`refused` 为真。

错误一律是 `{"error": {"code", "message", "remedy", "field"}}`。回答的字段与 `wengui batch` 的输出相同，另有 `rewritten` 和 `notices`。"""
_SAID: dict[str, Any] = {"tags": ["问规"], "response_description": "成功"}
_T = TypeVar("_T")


def _faults(*statuses: int) -> dict[int | str, dict[str, Any]]:
    said = {400: "正文不是 JSON", 404: "没有这一条，或没有这份文件", 413: "请求太大", 422: "某一项不对，或问题没法回答", 503: "资料库没有打开，或排队太长", 504: "没有在规定的时间里答完"}
    return {status: {"model": models.FaultResponse, "description": said[status]} for status in statuses}


def make_api(desk: Desk) -> Bounded:
    """The API over a desk, to be mounted at PREFIX."""
    app = FastAPIOffline(
        docs_url="/docs", redoc_url=None, static_url="/docs/files", title="问规接口", version="1", description=_ABOUT, openapi_url="/openapi.json",
        max_body_size=MOST_BYTES, swagger_ui_parameters={"validatorUrl": None, "defaultModelsExpandDepth": 0, "tryItOutEnabled": True},
        swagger_ui_oauth2_redirect_url="/docs/oauth2-redirect",
    )
    install(app)
    places, limit = anyio.CapacityLimiter(_AT_ONCE), float(desk.settings.page.question_seconds)

    async def look(done: Callable[[], _T]) -> _T:
        if places.statistics().tasks_waiting >= _MOST_WAITING:
            raise BusyError("排队的请求太多", "", "请过几秒再试。")
        return await anyio.to_thread.run_sync(done, limiter=places)

    async def work(done: Callable[[], _T], gone: threading.Event | None = None) -> _T:
        """In its turn, in the time that one may take. gone: set when nobody waits for it any more. Raises BusyError,
        LateError."""
        seat = desk.line.join()
        try:
            async for _ in seat.turn(gone):
                pass
            if seat.ahead:
                raise LateError("提问的程序已断开", "", "")
            with anyio.fail_after(limit + GRACE):
                return await anyio.to_thread.run_sync(done, abandon_on_cancel=True)
        except TimeoutError as error:
            raise LateError(late_message(limit), "", "") from error
        finally:
            seat.leave()

    @app.post("/ask", summary="问一个问题", **_SAID, responses=_faults(400, 404, 413, 422, 503, 504))
    async def ask(asked: models.AskRequest, request: Request) -> models.AskResponse:
        cancel, late = threading.Event(), threading.Event()
        watcher = asyncio.create_task(_set_when_gone(request, cancel))

        def answered() -> Answer:
            clock = threading.Timer(limit, lambda: (late.set(), cancel.set()))
            clock.start()
            try:
                return service.answer(desk, asked, cancel)
            finally:
                clock.cancel()

        try:
            given = await work(answered, cancel)
        finally:
            watcher.cancel()
        if late.is_set() and given.source == "excerpt":
            given = replace(given, notices=(*given.notices, late_notice(limit)))
        return service.full_reply(given, asked.id)

    @app.post("/search", summary="检索条款", **_SAID, responses=_faults(400, 404, 413, 422, 503, 504))
    async def search(asked: models.SearchRequest) -> models.SearchResponse:
        return await work(lambda: service.search(desk, asked))

    @app.get("/clauses/{clause_id}", summary="一条条款的全部内容", **_SAID, responses=_faults(404, 422, 503))
    async def clause(clause_id: Annotated[str, Path(max_length=64, description="条款编号，来自 ask 或 search")]) -> models.ClauseRecord:
        return await look(lambda: service.clause(desk, clause_id))

    @app.get("/documents", summary="资料库里的文件", **_SAID, responses=_faults(503))
    async def documents() -> models.DocumentsResponse:
        return await look(lambda: service.documents(desk))

    return Bounded(app)


class Bounded:
    """The API with a body that is declared too long refused in our words: the framework's own limit, which counts
    what comes without a length, would answer in plain text. routes: the API's own, for whoever walks over all."""

    def __init__(self, app: FastAPI) -> None:
        self.app, self.routes = app, app.routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        declared = Headers(scope=scope).get("content-length", "") if scope["type"] == "http" else ""
        if declared.isdecimal() and int(declared[:20]) > MOST_BYTES:
            await refusal(413)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


async def _set_when_gone(request: Request, cancel: threading.Event) -> None:
    """Set cancel when the client has gone, so that no model writes on for nobody."""
    while not await request.is_disconnected():
        await asyncio.sleep(_WATCH)
    cancel.set()
