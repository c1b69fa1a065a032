"""Errors of the API as one JSON shape in plain Chinese: what is wrong, where in the request, what to do.

An unforeseen error tells nothing of itself: its id finds it in the log.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from errors import AssistantError, QuestionError
from ui.api.models import Fault, FaultResponse
from ui.api.service import ClosedError, UnknownError
from ui.line import BusyError

RETRY_AFTER = 5  # seconds
_SEE = "请对照 /api/v1/docs 的说明改正。"


# Status of a request that reached no route → code, message, remedy.
_BY_STATUS: Mapping[int, tuple[str, str, str]] = {
    400: ("bad_json", "请求的正文读不了", "请用 UTF-8 编码的 JSON。"),
    404: ("not_found", "没有这个地址", _SEE),
    405: ("method", "这个地址不接受这种请求方法", _SEE),
    413: ("too_large", "请求太大", "请缩短问题，或减少 history 里的提问。"),
}


class LateError(AssistantError):
    """A question was not answered in the time that one may take."""


# Error type of pydantic → what to say; {…} are the error's own bounds, never the value.
_SAID: Mapping[str, str] = {
    "missing": "缺少这一项", "extra_forbidden": "不认识这一项", "string_type": "应是文字", "string_too_long": "太长，最多 {max_length} 字",
    "string_unicode": "含有不成字的编码", "list_type": "应是一列", "too_long": "太多，最多 {max_length} 个", "int_type": "应是整数",
    "int_parsing": "应是整数", "int_from_float": "应是整数", "int_parsing_size": "这个数太大", "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}", "finite_number": "应是整数", "enum": "只能是 {expected}",
    "model_attributes_type": "应是一个 JSON 对象", "dict_type": "应是一个 JSON 对象",
}


def explain(errors: Sequence[Any]) -> Fault:
    """The first of pydantic's validation errors in Chinese, with its place in the request."""
    error = errors[0]
    place = [str(part) for part in error["loc"] if part not in ("body", "str", "int")]
    if error["type"] == "json_invalid":
        return Fault(code="bad_json", message="请求的正文不是正确的 JSON", remedy="请用 UTF-8 编码的 JSON。")
    bounds = {name: re.sub(r", | or ", "、", str(value).replace("'", "")) for name, value in error.get("ctx", {}).items()}
    said = _SAID.get(error["type"], "这一项的值不对").format_map(bounds)
    # A key is the sender's own text: half a surrogate pair in it could not be sent back.
    field = ".".join(place)[:100].encode("utf-8", "replace").decode() if place else None
    remedy = _SEE if field else "请求头要写 Content-Type: application/json，正文是一个 JSON 对象。"
    return Fault(code="bad_request", message=f"{field or '正文'}：{said}", remedy=remedy, field=field)


def refusal(status: int, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The response to a request that reaches no route."""
    code, message, remedy = _BY_STATUS.get(status, ("refused", "这个请求不能处理", _SEE))
    return respond(status, Fault(code=code, message=message, remedy=remedy), headers)


def respond(status: int, fault: Fault, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """A fault as a response."""
    return JSONResponse(FaultResponse(error=fault).model_dump(), status, headers)


def install(app: FastAPI) -> None:
    """Make every error of the app one of ours."""

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        fault = explain(error.errors())
        return respond(400 if fault.code == "bad_json" else 422, fault)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> JSONResponse:
        return refusal(error.status_code, error.headers)

    @app.exception_handler(AssistantError)
    async def failed(request: Request, error: AssistantError) -> JSONResponse:
        status, code = _kind(error)
        field = error.field if isinstance(error, UnknownError) else "question" if isinstance(error, QuestionError) else None
        retry = {"Retry-After": str(RETRY_AFTER)} if status == 503 else None
        return respond(status, Fault(code=code, message=error.what, remedy=error.remedy, field=field), retry)

    @app.exception_handler(Exception)
    async def unforeseen(request: Request, error: Exception) -> JSONResponse:
        remedy = "请再试一次；还不行，请把响应头里的 X-Request-ID 告诉管理员。"
        return respond(500, Fault(code="unforeseen", message="出了意料之外的问题，没有答成", remedy=remedy))


def _kind(error: AssistantError) -> tuple[int, str]:
    """(status, code) of an error that the user may meet."""
    if isinstance(error, UnknownError):
        return 404, "unknown_document" if error.field else "unknown_clause"
    if isinstance(error, QuestionError):
        return 422, "question"
    if isinstance(error, ClosedError):
        return 503, "closed"
    if isinstance(error, LateError):
        return 504, "late"
    return (503, "busy") if isinstance(error, BusyError) else (503, "unavailable")
