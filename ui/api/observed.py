"""Every request gets an id, is counted and leaves one JSON line; so does every answer.

A line holds no question unless a setting asks for it, and never a query string, a header, a body or an address: what a
user types can stand there, and so can a key.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
import uuid
from collections.abc import MutableMapping
from contextvars import ContextVar
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from assistant.schema import Answer
from errors import SettingsError
from ui.api.metrics import Metrics
from ui.desk import Desk

FILE = Path("logs") / "requests.jsonl"
PLACES = ("file", "stderr", "off")
_HEADER = b"x-request-id"
_USABLE = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LONGEST_PATH = 200
_BYTES, _KEPT = 5_000_000, 3
_lines = logging.getLogger("wengui.requests")
_current: ContextVar[str | None] = ContextVar("request_id", default=None)
log = logging.getLogger(__name__)


class JsonLine(logging.Formatter):
    """One record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields = getattr(record, "fields", {})
        return json.dumps({"time": at, "level": record.levelname.lower(), "event": record.getMessage(), **fields}, ensure_ascii=True)


class Observed:
    """The application with an id for every request, in the response's X-Request-ID; a client's own usable id is kept."""

    def __init__(self, app: Any, metrics: Metrics) -> None:
        self.app, self._metrics = app, metrics

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _id_of(scope)
        known = _current.set(request_id)
        started, path, status = time.perf_counter(), scope["path"], 0

        async def pass_on(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", []), (_HEADER, request_id.encode())]
            await send(message)

        try:
            await self.app(scope, receive, pass_on)
        finally:
            error = sys.exception()
            # What is no Exception is a request broken off, not a fault.
            fault = type(error).__name__ if isinstance(error, Exception) else None
            if fault:
                log.error("request %s failed with an unforeseen %s", request_id, fault)
            _current.reset(known)
            seconds = time.perf_counter() - started
            self._metrics.requested(path, scope["method"], status, seconds)
            _write("request", request_id=request_id, method=scope["method"][:20], path=path[:_LONGEST_PATH], status=status or None,
                   seconds=round(seconds, 4), fault=fault)


def observe(desk: Desk, metrics: Metrics, *, questions: bool) -> None:
    """Count and write down every answer of the desk, whoever asked. questions: with the question's text."""

    def answered(answer: Answer) -> None:
        metrics.answered(answer)
        fields = {"question": answer.question} if questions else {}
        _write("answer", request_id=_current.get(), status=answer.status.value, wording=answer.source, model=answer.model,
               model_failure=answer.trace.get("model_failure"), stages={name: round(value, 4) for name, value in answer.seconds.items()}, **fields)

    desk.observers.append(answered)


def keep_lines(place: str, folder: Path) -> logging.Handler | None:
    """Send the lines to a place: a file of folder that is rotated, standard error, or nowhere. For entry points.

    A file that cannot be written costs the lines, not the page. Raises SettingsError for another place.
    """
    if place not in PLACES:
        raise SettingsError(f"设置 log.requests 的值不对：{place!r}", "", f"可用的有：{'、'.join(PLACES)}。")
    if place == "off":
        return None
    handler: logging.Handler
    try:
        if place == "file":
            (folder / FILE).parent.mkdir(parents=True, exist_ok=True)
            handler = RotatingFileHandler(folder / FILE, maxBytes=_BYTES, backupCount=_KEPT, encoding="utf-8")
        else:
            handler = logging.StreamHandler()
    except OSError as error:
        log.warning("no request log: %s cannot be written (%s)", folder / FILE, error.strerror)
        return None
    handler.setFormatter(JsonLine())
    _lines.addHandler(handler)
    _lines.setLevel(logging.INFO)
    _lines.propagate = False
    return handler


def _id_of(scope: MutableMapping[str, Any]) -> str:
    given = next((value for name, value in scope["headers"] if name == _HEADER), b"").decode("latin-1")
    return given if _USABLE.fullmatch(given) else uuid.uuid4().hex


def _write(event: str, **fields: object) -> None:
    _lines.info(event, extra={"fields": {name: value for name, value in fields.items() if value is not None}})
