"""Gradio keeps what a browser tab shows under a number that the browser picks. Here a number belongs to its first user."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import parse_qs

from ui.visitor import Refusal

# The routes that name a tab: in the query, as the last part of the path, in a JSON body.
_QUERY, _PATH = "/gradio_api/queue/data", "/gradio_api/heartbeat/"
_BODY = ("/gradio_api/queue/join", "/gradio_api/cancel", "/gradio_api/run/predict")
_MOST_BODY = 1024 * 1024  # bytes; the page's own are a few thousand
_MOST_TABS = 20_000
_OTHERS = Refusal(403, "这个页面属于另一次登录", "请刷新页面。")
_TOO_LONG = Refusal(413, "发来的内容太长", "请把问题写短些。")


class Tabs:
    """Which user's each tab is. Used by one event loop; forgets the tabs that were not used for longest."""

    def __init__(self) -> None:
        self._owners: OrderedDict[str, str] = OrderedDict()

    async def admit(self, scope: MutableMapping[str, Any], receive: Any, owner: str) -> tuple[Any, Refusal | None]:
        """(receive for whoever goes on, why the request may not). Claims a new tab for the owner."""
        path = scope["path"].rstrip("/")
        if path == _QUERY:
            named = (parse_qs(scope.get("query_string", b"").decode("latin-1")).get("session_hash") or [""])[-1]
            return receive, self._claim(named, owner)
        if path.startswith(_PATH):
            return receive, self._claim(path.removeprefix(_PATH), owner)
        if path not in _BODY:
            return receive, None
        body = await _read(receive)
        if body is None:
            return receive, _TOO_LONG
        return _again(body, receive), self._claim(_tab_of(body), owner)

    def _claim(self, tab: str, owner: str) -> Refusal | None:
        if not tab:
            return None  # Gradio refuses it
        self._owners[tab] = self._owners.pop(tab, owner)
        while len(self._owners) > _MOST_TABS:
            self._owners.popitem(last=False)
        return None if self._owners[tab] == owner else _OTHERS


def _tab_of(body: bytes) -> str:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    return str(content.get("session_hash") or "") if isinstance(content, dict) else ""


async def _read(receive: Any) -> bytes | None:
    """The whole body, None for one that is too long or whose sender has gone."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if len(body) > _MOST_BODY:
            return None
        if not message.get("more_body"):
            return bytes(body)


def _again(body: bytes, receive: Any) -> Any:
    """A receive that gives the body once more, then goes on with the real one."""
    given = False

    async def replay() -> MutableMapping[str, Any]:
        nonlocal given
        if given:
            return await receive()  # type: ignore[no-any-return]
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
