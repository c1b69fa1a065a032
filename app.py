"""python app.py: the chat page on this machine."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Sequence

import console
from settings import load_settings


def parser() -> argparse.ArgumentParser:
    """The command line, help in Chinese."""
    top = argparse.ArgumentParser(prog="python app.py", description="打开聊天页：在本机的浏览器里提问、看原文。")
    top.add_argument("--host", help="地址（默认 127.0.0.1；别的地址要先打开用户和权限管理）")
    top.add_argument("--port", type=int, help="端口（默认 7860；0 表示任选一个空闲的）")
    console.add_settings_options(top)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the page until stopped. Raises AssistantError, for console.run to show, when the address cannot be used."""
    options = parser().parse_args(arguments)
    from ui.api.observed import keep_lines
    from ui.desk import Desk
    from ui.serve import build_app, listen, open_accounts, serve

    settings = load_settings(options.settings, preset=options.preset)
    page = dataclasses.replace(
        settings.page, host=options.host or settings.page.host, port=settings.page.port if options.port is None else options.port,
    )
    accounts = open_accounts(settings)
    listening = listen(page.host, page.port, accounts=accounts, hosts=settings.access.hosts)
    keep_lines(settings.log.requests, settings.folder)
    desk = Desk(dataclasses.replace(settings, page=page))
    console.write("正在打开资料库…")
    desk.open()
    if desk.problem is not None:
        console.write(f"{desk.problem.message}（页面照常打开，处理好后刷新即可。）")
    app = build_app(desk, accounts)
    if accounts is not None and not settings.access.https:
        console.write("提醒：页面没有加密（http），密码在网络上是明文；请放在 https 反向代理后面，再设 access.https = true。")
    name = page.host if page.host.strip("0.") else settings.access.hosts[0]
    console.write(f"问规已就绪：http://{name}:{listening.getsockname()[1]}/ （按 Ctrl-C 停止）")
    serve(app, listening, proxied=settings.access.https)
    return 0


if __name__ == "__main__":
    console.run(main)
