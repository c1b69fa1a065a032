"""The routes under /library: fragments for the page's script, uploads, and what an administrator does. Only JSON and raw
bodies change anything, so that no other site's form can.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.concurrency import run_in_threadpool

from errors import AssistantError, SettingsError
from index.keeping.jobs import Job
from index.keeping.librarian import Librarian, open_librarian
from ui.desk import Desk
from ui.keeping.detail import held_detail, live_detail
from ui.keeping.overview import closed_view, overview
from ui.visitor import visitor_of

_Edits = dict[str, dict[str, str | None]]
_Name = Annotated[str, Query(max_length=1000)]
# JSON bodies, which no form of another site can send.
_Yes = Annotated[Literal[True], Body(embed=True)]
_Named = Annotated[str, Body(embed=True)]


def librarian_for(desk: Desk) -> Librarian | AssistantError:
    """The librarian of a desk's data folder, its unfinished work taken up again; or why there is none."""
    if not desk.settings.library.manage:
        return SettingsError("这里不管理文件", "", "文件由另一个问规管理（设置 library.manage），请在那里上传。")
    try:
        librarian = open_librarian(desk.settings, on_change=desk.open)
        librarian.recover()
        return librarian
    except AssistantError as error:
        return error


@dataclass(frozen=True)
class Counter:
    """Answers requests through a librarian, or says why there is none."""

    found: Librarian | AssistantError

    def librarian(self) -> Librarian:
        """The librarian. Raises the error that there is instead."""
        if isinstance(self.found, AssistantError):
            raise self.found
        return self.found

    def fragment(self, make: Callable[[Librarian], str]) -> Response:
        """A piece of the page."""
        try:
            return HTMLResponse(make(self.librarian()))
        except AssistantError as error:
            return HTMLResponse(closed_view(error.message), self.status(error))

    def done(self, step: Callable[[Librarian], object], message: str) -> Response:
        """What is said of a step: message, or why it was not taken."""
        try:
            step(self.librarian())
        except AssistantError as error:
            return JSONResponse({"message": error.message}, self.status(error))
        return JSONResponse({"message": message})

    def status(self, error: AssistantError) -> int:
        """The HTTP status of an error."""
        return 503 if error is self.found else 409


def make_library_routes(found: Librarian | AssistantError) -> APIRouter:
    """The routes over a librarian."""
    routes, counter = APIRouter(prefix="/library"), Counter(found)

    @routes.get("")
    def whole() -> Response:
        return counter.fragment(lambda at: overview(at.shelf(), at.held(), at.actions(), at.most))

    @routes.get("/state")
    def state() -> Response:
        if isinstance(found, AssistantError):
            return JSONResponse({"busy": False, "changes": 0, "jobs": []})
        queue = found.queue
        return JSONResponse({"busy": queue.busy(), "changes": queue.changes, "jobs": [_shown(job) for job in queue.jobs()]})

    _add_upload_routes(routes, counter)
    _add_document_routes(routes, counter)
    return routes


def _add_upload_routes(routes: APIRouter, counter: Counter) -> None:
    """What works on held files: uploads and the bin."""

    @routes.put("/uploads")
    async def upload(request: Request, name: _Name, replaces: _Name = "") -> Response:
        try:
            librarian = counter.librarian()
            with await run_in_threadpool(librarian.receive, name) as incoming:
                declared = request.headers.get("content-length", "")
                incoming.check(int(declared) if declared.isascii() and declared.isdecimal() and len(declared) < 20 else 0)
                async for piece in request.stream():
                    await run_in_threadpool(incoming.write, piece)
                held = await run_in_threadpool(librarian.accept, incoming, visitor_of(request).name, replaces)
        except AssistantError as error:
            return JSONResponse({"message": error.message}, counter.status(error))
        return JSONResponse({"message": "已收到，正在读取。", "id": held.held_id})

    @routes.get("/uploads/{held_id}")
    def uploaded(held_id: str) -> Response:
        return counter.fragment(lambda at: held_detail(at.ledger.find(held_id), at.preview(held_id)))

    @routes.post("/uploads/{held_id}/live")
    def publish(request: Request, held_id: str, edits: Annotated[_Edits, Body(embed=True)]) -> Response:
        return counter.done(lambda at: at.publish(held_id, edits, visitor_of(request).name), "正在上线，提问照常。")

    @routes.post("/uploads/{held_id}/discard")
    def discard(request: Request, held_id: str, confirmed: _Yes) -> Response:
        return counter.done(lambda at: at.discard(held_id, visitor_of(request).name), "已删除。")

    @routes.post("/bin/{held_id}/restore")
    def restore(request: Request, held_id: str, confirmed: _Yes) -> Response:
        return counter.done(lambda at: at.restore(held_id, visitor_of(request).name), "正在恢复。")


def _add_document_routes(routes: APIRouter, counter: Counter) -> None:
    """What works on the sources that are live."""

    @routes.get("/documents")
    def document(name: _Name) -> Response:
        return counter.fragment(lambda at: live_detail(name, at.preview_live(name), own=at.owns(name)))

    @routes.post("/documents/remove")
    def remove(request: Request, name: _Named) -> Response:
        return counter.done(lambda at: at.remove(name, visitor_of(request).name), "正在移除。")

    @routes.post("/documents/reindex")
    def reindex(request: Request, name: _Named) -> Response:
        return counter.done(lambda at: at.reindex(name, visitor_of(request).name), "正在重建索引。")

    @routes.post("/documents/amend")
    def amend(request: Request, name: Annotated[str, Body()], edits: Annotated[_Edits, Body()]) -> Response:
        return counter.done(lambda at: at.amend(name, edits, visitor_of(request).name), "正在保存。")


def _shown(job: Job) -> dict[str, Any]:
    return {
        "number": job.number, "action": job.action, "name": job.name, "held": job.held_id, "quiet": job.quiet, "step": job.step,
        "done": job.done, "total": job.total, "outcome": job.outcome, "message": job.message,
    }
