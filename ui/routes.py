"""What the page's script fetches: the clause reader, documents, tables as CSV, feedback, our style and script."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, Body, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from errors import AssistantError
from index.library import Library
from ui.clause_view import missing_view, reader_view
from ui.desk import Desk
from ui.document_view import clauses_of, document_view
from ui.exporting import KINDS, export
from ui.feedback import FILE, append, case_of, kept_ids
from ui.feedback_view import closed_view, judged_view
from ui.table_files import KINDS as TABLE_KINDS
from ui.table_files import table_file
from ui.tables import tables_in
from ui.visitor import visitor_of

_TYPES = {
    **dict.fromkeys(("page.css", "library.css", "evaluation.css", "login.css"), "text/css"),
    **dict.fromkeys(("page.js", "find.js", "library.js", "evaluation.js", "session.js"), "text/javascript"),
}
_GONE = "现在的资料库里没有这一条。文件更新过以后，旧的链接会失效；请重新提问，或到“文件”里查找。"
_NO_HISTORY = "问答记录没有打开，请看问答页上的说明。"
_CLOSED = "资料库还没有打开，请回到问答页看说明。"


def asset(name: str) -> bytes:
    """One of our own files."""
    return files("ui").joinpath(name).read_bytes()


def version() -> str:
    """Changes when our style or script changes, so that no browser keeps an old one."""
    return hashlib.sha256(b"".join(asset(name) for name in _TYPES)).hexdigest()[:12]


def make_routes(desk: Desk) -> APIRouter:
    """The routes over a desk."""
    routes = APIRouter()

    def library() -> Library | None:
        return desk.chain.library if desk.chain else None

    @routes.get("/ui/{name}")
    def own_file(name: str) -> Response:
        if name not in _TYPES:
            return Response(status_code=404)
        return Response(asset(name), media_type=f"{_TYPES[name]}; charset=utf-8", headers={"Cache-Control": "max-age=86400"})

    @routes.get("/reader/{clause_id}")
    def reader(clause_id: str, start: int | None = None, end: int | None = None) -> Response:
        opened = library()
        if opened is None:
            return HTMLResponse(missing_view(_CLOSED), 503)
        shown = reader_view(opened, clause_id, start, end, desk.parallels())
        return HTMLResponse(shown) if shown is not None else HTMLResponse(missing_view(_GONE), 404)

    @routes.get("/document/{doc_id}")
    def document(doc_id: str) -> Response:
        opened = library()
        if opened is None:
            return HTMLResponse(missing_view(_CLOSED), 503)
        shown = document_view(opened, doc_id)
        return HTMLResponse(shown) if shown is not None else HTMLResponse(missing_view(_GONE), 404)

    @routes.get("/document/{doc_id}/tables.{kind}")
    def tables(doc_id: str, kind: str, at: Annotated[int | None, Query(ge=1)] = None) -> Response:
        opened = library()
        found = tables_in(clauses_of(opened, doc_id)) if opened is not None and doc_id in opened.documents else []
        chosen = found if at is None else found[at - 1 : at]
        if opened is None or not chosen or kind not in TABLE_KINDS:
            return Response(_GONE, 404, media_type="text/plain; charset=utf-8")
        made = table_file(kind, opened.documents[doc_id], chosen, doc_id if at is None else f"{doc_id}-{at}")
        return Response(made.content, media_type=made.media_type, headers=made.headers)

    _add_history_routes(routes, desk)
    return routes


def _add_history_routes(routes: APIRouter, desk: Desk) -> None:
    """Exports and feedback: what works on the stored turns."""

    @routes.get("/export/{what}/{key}.{kind}")
    def exported(what: str, key: str, kind: str, request: Request) -> Response:
        history = desk.history_of(visitor_of(request).owner)
        if kind not in KINDS or what not in ("turn", "conversation") or history is None:
            return Response(_NO_HISTORY if history is None else "没有这种导出。", 404, media_type="text/plain; charset=utf-8")
        try:
            if what == "turn":
                turn = history.turn(int(key)) if key.isascii() and key.isdecimal() and len(key) < 16 else None
                stored, title = [turn] if turn else [], ""
            else:
                stored, title = history.turns(key), history.name_of(key) or ""
        except AssistantError as error:
            return Response(error.message, 503, media_type="text/plain; charset=utf-8")
        if not stored:
            return Response("这条问答已经删除。", 404, media_type="text/plain; charset=utf-8")
        made = export(kind, stored, title)
        return Response(made.content, media_type=made.media_type, headers=made.headers)

    @routes.post("/feedback")
    def feedback(
        request: Request, turn: Annotated[int, Body()], good: Annotated[bool, Body()], reason: Annotated[str, Body()] = ""
    ) -> Response:
        history = desk.history_of(visitor_of(request).owner)
        if history is None:
            return JSONResponse({"message": "问答记录没有打开，意见没有存下。"}, 503)
        try:
            history.give_feedback(turn, good, reason)
        except AssistantError as error:
            return JSONResponse({"message": error.message}, 409)
        return JSONResponse({"message": "已记下，谢谢。"})

    @routes.get("/judged")
    def judged() -> Response:
        if desk.history is None:
            return HTMLResponse(closed_view(_NO_HISTORY), 503)
        path = desk.settings.folder / FILE
        try:
            return HTMLResponse(judged_view(desk.history.feedback(), kept_ids(path), str(path)))
        except AssistantError as error:
            return HTMLResponse(closed_view(error.message), 503)

    @routes.post("/feedback/case")
    def case(turn: Annotated[int, Body()], link: Annotated[str, Body()] = "", unanswerable: Annotated[bool, Body()] = False) -> Response:
        if desk.history is None or desk.chain is None:
            return JSONResponse({"message": _NO_HISTORY if desk.history is None else _CLOSED}, 503)
        try:
            stored = desk.history.judged(turn)
            if stored is None:
                return JSONResponse({"message": "这条意见已经删除，请刷新页面。"}, 409)
            new = append(desk.settings.folder / FILE, case_of(stored, desk.chain.library, link, unanswerable=unanswerable))
        except AssistantError as error:
            return JSONResponse({"message": error.message}, 409)
        return JSONResponse({"message": "已收为评测题。" if new else "这一条已经收过。"})
