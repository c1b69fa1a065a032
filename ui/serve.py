"""Putting the page on an address: port, headers, gate, one server. Nothing is ever fetched from elsewhere."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
from collections.abc import MutableMapping, Sequence
from typing import Any

from access.accounts import FILE, Accounts
from access.rate import Rate
from access.sessions import Lifetimes
from errors import SettingsError
from ui.desk import Desk
from ui.html import dress

# The page's components compile their templates in the browser (unsafe-eval) and set styles inline; what matters is
# that nothing is loaded from or sent to another host.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_HEADERS = (
    (b"content-security-policy", _POLICY.encode()), (b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"), (b"cross-origin-resource-policy", b"same-origin"), (b"cross-origin-opener-policy", b"same-origin"),
)
_LOCAL_NAMES = ("127.0.0.1", "localhost")


def open_accounts(settings: Any) -> Accounts | None:
    """The accounts of a data folder, None when users are off.

    Raises SettingsError when users are on and nobody could administer; AccessError when the file cannot be used.
    """
    if not settings.access.roles:
        return None
    lifetimes = Lifetimes(idle=settings.access.idle_minutes * 60, whole=settings.access.session_hours * 3600)
    accounts = Accounts(settings.folder / FILE, lifetimes=lifetimes)
    if not accounts.users.has_administrator():
        raise SettingsError("打开了用户和权限管理，但还没有管理员", str(settings.folder / FILE), "请先运行 wengui user add 用户名 --role administrator。")
    return accounts


def listen(host: str, port: int, *, accounts: Accounts | None = None, hosts: Sequence[str] = ()) -> socket.socket:
    """A listening socket; port 0 takes a free one. accounts: what guards an address that others can reach; hosts: the
    names by which they reach it.

    Raises SettingsError for such an address without accounts with an administrator, or without a name, and for a port
    that is taken or not allowed.
    """
    if host != "localhost" and not _is_loopback(host):
        if accounts is None or not accounts.users.has_administrator():
            raise SettingsError(
                "没有打开用户和权限管理，问规只能在本机打开", f"地址 {host}",
                "请用 --host 127.0.0.1；要让别的电脑访问，请先运行 wengui user add 用户名 --role administrator，再设 access.roles = true"
                "（见 docs/security.md）。",
            )
        if not hosts and not host.strip("0."):
            raise SettingsError("还没有写明别人用什么名字或地址打开页面", f"地址 {host}", '请设 access.hosts，例如 ["192.168.1.5"]。')
    try:
        return socket.create_server((host, port), backlog=128)
    except OverflowError as error:
        raise SettingsError(f"端口号不对：{port}", "", "请用 1024—65535 之间的端口，例如 --port 7861。") from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise SettingsError(
                f"端口 {port} 已经被占用", f"{host}:{port}", f"请换一个端口，例如 --port {port + 1 if port < 65535 else 7861}，或先关掉占用它的程序。",
            ) from error
        raise SettingsError(f"不能使用端口 {port}（{error.strerror}）", f"{host}:{port}", "请换一个端口，例如 --port 7861。") from error


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.IPv4Address(host).is_loopback
    except ValueError:
        return False


def build_app(desk: Desk, accounts: Accounts | None = None) -> Any:
    """The whole web application over a desk. accounts: those of its data folder, opened here when they are not given.

    Raises as open_accounts does.
    """
    access = desk.settings.access
    accounts = accounts or open_accounts(desk.settings)
    # Before Gradio is imported: nothing about a user's questions or machine leaves it.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_OFFLINE"] = "1"
    # Gradio sums up timings nobody looks at after every event, with pandas, while the user waits.
    os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = "1000000000"
    import gradio as gr
    from fastapi import FastAPI
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    from ui.api.health import make_health
    from ui.api.http import PREFIX, make_api
    from ui.api.metrics import Metrics
    from ui.api.observed import Observed, observe
    from ui.evaluation.routes import make_evaluation_routes
    from ui.guard import Guard
    from ui.keeping.routes import librarian_for, make_library_routes
    from ui.login import make_login_routes
    from ui.page import TITLE, build_page
    from ui.routes import make_routes, version

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    metrics = Metrics(desk)
    observe(desk, metrics, questions=desk.settings.log.questions)
    app.include_router(make_health(desk, metrics))
    app.include_router(make_routes(desk))
    app.mount(PREFIX, make_api(desk))
    app.include_router(make_library_routes(librarian_for(desk)))
    app.include_router(make_evaluation_routes(desk))
    app.include_router(make_login_routes(accounts, version(), https=access.https))
    fonts = ("system-ui", "sans-serif")
    theme = gr.themes.Base(font=fonts, font_mono=("ui-monospace", "monospace"), radius_size=gr.themes.sizes.radius_md)
    mounted = gr.mount_gradio_app(
        app, build_page(desk), path="/", theme=theme, footer_links=[], run_history=False, ssr_mode=False, show_error=False,
        enable_monitoring=False,
    )
    guarded = Guard(mounted, accounts, https=access.https, questions=Rate(access.questions_per_minute) if accounts else None)
    # A name that resolves to this machine must not let another site's script read the page.
    hosts = [*_LOCAL_NAMES, *access.hosts, *([desk.settings.page.host] if desk.settings.page.host.strip("0.") else [])]
    # Outermost, so that what is refused on the way in is seen too.
    return Observed(Dressed(TrustedHostMiddleware(guarded, allowed_hosts=hosts), version(), TITLE), metrics)


def serve(app: Any, listening: socket.socket, *, proxied: bool = False) -> None:
    """Serve until stopped. proxied: believe a proxy on this machine about the visitor's address."""
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(
        app, log_level="warning", access_log=False, timeout_graceful_shutdown=2, proxy_headers=proxied, server_header=False,
    ))
    server.run(sockets=[listening])


class Dressed:
    """Adds our headers to every response and makes Gradio's index page ours."""

    def __init__(self, app: Any, version: str, title: str) -> None:
        self.app, self.version, self.title = app, version, title

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        index = scope["path"] == "/" and scope["method"] == "GET"
        start: MutableMapping[str, Any] = {}
        body = bytearray()

        async def pass_on(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *_HEADERS]
                if index and message["status"] == 200:
                    start.update(message)
                    return
            elif start:
                body.extend(message.get("body", b""))
                if not message.get("more_body"):
                    await self._send_index(start, bytes(body), send)
                return
            await send(message)

        await self.app(scope, receive, pass_on)

    async def _send_index(self, start: MutableMapping[str, Any], body: bytes, send: Any) -> None:
        page = dress(body.decode("utf-8"), self.version, self.title).encode("utf-8")
        kept = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
        await send({**start, "headers": [*kept, (b"content-length", str(len(page)).encode())]})
        await send({"type": "http.response.body", "body": page})
