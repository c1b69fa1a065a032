"""The one gate in front of everything that is served: whose request this is, and whether it may go on."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import quote

from anyio.to_thread import run_sync
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from access.accounts import Accounts
from access.rate import Rate
from access.schema import AccessError, Role, User
from ui.api.faults import respond
from ui.api.http import PREFIX
from ui.api.models import Fault
from ui.login_view import refused_view
from ui.paths import RULES, Rule, Who, rule_for
from ui.tabs import Tabs
from ui.visitor import KEY, LOCAL, Refusal, Visitor

log = logging.getLogger(__name__)
Scope = MutableMapping[str, Any]
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_MISLEADING = frozenset({b"x-forwarded-host", b"x-gradio-server"})
_CODES = {401: "sign_in", 404: "not_found", 413: "too_large", 429: "too_many", 503: "closed"}  # of the API's errors


def cookie_name(https: bool) -> str:
    """The session cookie's name. With __Host- a browser takes it over https alone, for this very host."""
    return "__Host-wengui" if https else "wengui"


class Guard:
    """ASGI middleware. accounts: None when users are off; then only what nobody needs and other sites' requests are
    refused. questions: each user's share."""

    def __init__(
        self, app: Any, accounts: Accounts | None, *, https: bool = False, questions: Rate | None = None, rules: tuple[Rule, ...] = RULES
    ) -> None:
        self.app, self._accounts, self._https, self._questions, self._rules = app, accounts, https, questions, rules
        self._tabs = Tabs()

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        rule = rule_for(scope["path"], self._rules)
        # Gradio would take these for its own address, whoever sent them.
        scope["headers"] = [(name, value) for name, value in scope["headers"] if name not in _MISLEADING]
        try:
            visitor, refusal = await self._look(HTTPConnection(scope), rule)
            if refusal is None and visitor is not None and scope["type"] == "http":
                receive, refusal = await self._tabs.admit(scope, receive, visitor.owner)
            if refusal is None and rule.question and visitor is not None and (wait := visitor.wait()):
                refusal = Refusal(429, "问得太快了", f"请等 {wait:.0f} 秒再问。", wait)
            if refusal is not None and refusal.status == 403 and visitor is not None and self._accounts is not None:
                await self._note(visitor.name, "被拒绝", scope)
        except AccessError as error:
            # Without the accounts nobody can be known, so nobody gets in.
            log.error("accounts: %s", error.message)
            visitor, refusal = None, Refusal(503, "用户文件暂时用不了", "请告诉管理员。")
        if refusal is not None:
            await _refuse(scope, receive, send, refusal)
            return
        scope[KEY] = visitor
        await self.app(scope, receive, self._watched(scope, rule, visitor, send))

    async def _look(self, request: HTTPConnection, rule: Rule) -> tuple[Visitor | None, Refusal | None]:
        """(who it is, why not). A visitor of None with no refusal is somebody unknown on an open address."""
        if rule.who is Who.NOBODY:
            return None, Refusal(404, "没有这个地址", "请从页面里点开。")
        if _is_foreign(request.headers, request.scope):
            return None, Refusal(403, "这个请求来自别的网站，没有执行", "请在问规自己的页面里操作。")
        if self._accounts is None:
            return LOCAL, None
        user, by_cookie = await self._identify(request)
        if user is None:
            return None, None if rule.who is Who.ANYONE else Refusal(401, "还没有登录，或登录已经失效", "请登录后再试。")
        visitor = Visitor(user.user_id, user.name, user.role is Role.ADMINISTRATOR, self._questions)
        if rule.who is Who.ADMINISTRATOR and not visitor.administrator:
            return visitor, Refusal(403, "这里只有管理员能用", "需要的话请找管理员。")
        if by_cookie and not _is_named(request.headers) and request.scope.get("method", "GET") not in _SAFE:
            # A browser always says where a form or a script comes from. What does not may be no browser, but then it
            # has no business with a cookie.
            return visitor, Refusal(403, "看不出这个请求来自哪个页面，没有执行", "程序请用令牌（wengui user token）。")
        return visitor, None

    async def _identify(self, request: HTTPConnection) -> tuple[User | None, bool]:
        """(the user, whether a cookie told so)."""
        sessions = self._accounts.sessions if self._accounts else None
        if sessions is None:
            return None, False
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and token:
            return await run_sync(lambda: sessions.user_of(token.strip(), for_program=True)), False
        cookie = request.cookies.get(cookie_name(self._https), "")
        return (await run_sync(sessions.user_of, cookie) if cookie else None), True

    async def _note(self, who: str, action: str, scope: Scope, status: int | None = None) -> None:
        if self._accounts is None:
            return
        audit, subject = self._accounts.audit, f"{scope.get('method', 'WS')} {scope['path']}{f' → {status}' if status else ''}"
        try:
            await run_sync(audit.note, who, action, subject, address_of(scope))
        except AccessError as error:
            log.error("audit: %s", error.message)

    def _watched(self, scope: Scope, rule: Rule, visitor: Visitor | None, send: Any) -> Callable[[MutableMapping[str, Any]], Awaitable[None]]:
        """send, which also keeps answers out of the browser's store and writes the log's line."""

        async def watched(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                # Gradio lets every site read what it serves under a name that is not localhost.
                for name in [name for name in headers if name.startswith("access-control-")]:
                    del headers[name]
                if self._accounts is not None and not rule.static:
                    headers["Cache-Control"] = "no-store"
                if rule.audit and visitor is not None and (scope["method"] not in _SAFE or rule.audit_reads):
                    await self._note(visitor.name, rule.audit, scope, message["status"])
            await send(message)

        return watched


def address_of(scope: Scope) -> str:
    """The visitor's address; behind our proxy, the one that it names (see serve)."""
    return str((scope.get("client") or ("", 0))[0])


def _is_named(headers: Headers) -> bool:
    return "origin" in headers or "sec-fetch-site" in headers


def _is_foreign(headers: Headers, scope: Scope) -> bool:
    """Whether another site's page makes this request. Following a link to us is no such request."""
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if origin is not None and origin.lower().partition("://")[2] != headers.get("host", "").lower():
        return True
    if site in (None, "same-origin", "none"):
        return False
    followed = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    return not (followed and scope.get("method") in ("GET", "HEAD"))


async def _refuse(scope: Scope, receive: Any, send: Any, refusal: Refusal) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": ""})
        return
    await _response(scope, refusal)(scope, receive, send)


def _response(scope: Scope, refusal: Refusal) -> Response:
    headers = Headers(scope=scope)
    wants_page = "text/html" in headers.get("accept", "")
    opened = wants_page and scope["method"] in ("GET", "HEAD") and headers.get("sec-fetch-mode", "navigate") == "navigate"
    if refusal.status == 401 and opened:
        query = scope.get("query_string", b"").decode("latin-1")
        return RedirectResponse(f"/login?next={quote(scope['path'] + ('?' + query if query else ''), safe='')}", 303)
    extra = {"Cache-Control": "no-store"}
    if refusal.status == 401:
        extra["WWW-Authenticate"] = "Bearer"
    if refusal.wait:
        extra["Retry-After"] = str(int(refusal.wait) + 1)
    if scope["path"].startswith(f"{PREFIX}/"):
        return respond(refusal.status, Fault(code=_CODES.get(refusal.status, "refused"), message=refusal.what, remedy=refusal.remedy), extra)
    if wants_page:
        return HTMLResponse(refused_view(refusal.message), refusal.status, headers=extra)
    return JSONResponse({"message": refusal.message}, refusal.status, headers=extra)

