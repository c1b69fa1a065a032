"""Signing in and out. The token is in a cookie that no script can read."""

from __future__ import annotations

import re
from urllib.parse import parse_qs

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from access.accounts import Accounts
from access.schema import SignInError
from ui.guard import address_of, cookie_name
from ui.login_view import login_page
from ui.visitor import KEY

_MOST_BODY = 8192  # bytes of a form
_AT_ONCE, _MOST_WAITING = 2, 16  # attempts
# An address of ours: one that starts with two slashes, or that a browser would read so, is another host's.
_OURS = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")


def make_login_routes(accounts: Accounts | None, version: str, *, https: bool = False) -> APIRouter:
    """The routes; without accounts there is nothing to sign in to, and they lead to the page."""
    routes, cookie = APIRouter(), cookie_name(https)
    # Each check takes 64 MiB and a core; those who wait must not take the threads of everybody else.
    places = CapacityLimiter(_AT_ONCE)

    @routes.get("/login")
    def form(request: Request, next: str = "/") -> Response:
        if accounts is None or request.scope[KEY] is not None:
            return RedirectResponse(_ours(next), 303)
        return HTMLResponse(login_page(version, following=_ours(next)))

    @routes.post("/login")
    async def sign_in(request: Request) -> Response:
        if accounts is None:
            return RedirectResponse("/", 303)
        # Read by hand: a framework's complaint about a form repeats what was typed.
        name, password, following = await _form(request)

        def again(problem: str, status: int, wait: float = 0) -> Response:
            shown = login_page(version, name=name, following=following, problem=problem)
            return HTMLResponse(shown, status, headers={"Retry-After": str(int(wait) + 1)} if wait else None)

        if places.statistics().tasks_waiting >= _MOST_WAITING:
            return again("登录的人太多。请过几秒再试。", 503, 5)
        try:
            token = await run_sync(accounts.sign_in, name, password, address_of(request.scope), limiter=places)
        except SignInError as error:
            return again(error.message, 429 if error.wait else 401, error.wait)
        await run_sync(accounts.sessions.end, request.cookies.get(cookie, ""))
        response = RedirectResponse(following, 303)
        response.set_cookie(cookie, token, path="/", httponly=True, samesite="lax", secure=https)
        return response

    @routes.get("/logout")
    def ask_to_sign_out() -> Response:
        return RedirectResponse("/", 303)  # a link must not sign anybody out

    @routes.post("/logout")
    def sign_out(request: Request) -> Response:
        visitor = request.scope[KEY]
        response = RedirectResponse("/login", 303)
        if accounts is not None and visitor is not None:
            accounts.sessions.end(request.cookies.get(cookie, ""))
            accounts.audit.note(visitor.name, "退出", "", address_of(request.scope))
            response.delete_cookie(cookie, path="/", httponly=True, samesite="lax", secure=https)
        return response

    return routes


async def _form(request: Request) -> tuple[str, str, str]:
    """(name, password, where to go then) of the form; empty for what is missing or too long."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_BODY:
            return "", "", "/"
    try:
        fields = parse_qs(bytes(body).decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=10)
    except ValueError:  # more fields than the form has
        return "", "", "/"
    name, password, following = (fields.get(key, [""])[0] for key in ("name", "password", "next"))
    return name[:80], password, _ours(following)


def _ours(address: str) -> str:
    return address if _OURS.fullmatch(address) else "/"
