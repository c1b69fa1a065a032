"""A real Chromium for page tests, and a real server for it to visit. Every request a page makes is recorded."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
]
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
PATIENCE = 30_000  # milliseconds


def need_chromium() -> str:
    """The browser's path; skips the test when there is none."""
    pytest.importorskip("playwright.sync_api", reason="没有安装 playwright：pip install -e '.[test]'")
    found = str(CHROMIUM) if CHROMIUM.exists() else shutil.which("chromium")
    if not found:
        pytest.skip("没有 Chromium：apt-get install chromium 后再运行浏览器测试")
    return found


@contextmanager
def chromium() -> Iterator[Any]:
    """A headless Chromium."""
    path = need_chromium()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


class Visit:
    """One browser window. requests: addresses asked for; faults: script errors and dialogs that nobody expected."""

    def __init__(self, browser: Any, viewport: dict[str, int], scheme: str = "light") -> None:
        self.context = browser.new_context(viewport=viewport, color_scheme=scheme, locale="zh-CN", accept_downloads=True)
        self.context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.requests: list[str] = []
        self.faults: list[str] = []
        self.answers: list[str | bool] = []  # to the dialogs to come, in order
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("dialog", self._dialog)

    def _dialog(self, dialog: Any) -> None:
        if not self.answers:
            self.faults.append(f"dialog: {dialog.message}")
            dialog.dismiss()
            return
        answer = self.answers.pop(0)
        if answer is False:
            dialog.dismiss()
        else:
            dialog.accept(answer if isinstance(answer, str) else "")

    def outside(self) -> list[str]:
        """Requests that left this machine."""
        parts = [(url, urlsplit(url)) for url in self.requests]
        return [url for url, part in parts if part.scheme not in ("data", "blob", "about") and part.hostname not in ("127.0.0.1", "localhost")]

    def close(self) -> None:
        self.context.close()


@contextmanager
def served(app: Any, listening: Any) -> Iterator[str]:
    """The application on a listening socket, in a thread. Gives its address."""
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not server.started and time.monotonic() < until:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
