"""python -m ui.api: the MCP server on standard input and output, for a client that starts it itself."""

from __future__ import annotations

import argparse
import os
import sys
import threading
from collections.abc import Sequence

import console
from settings import load_settings


def parser() -> argparse.ArgumentParser:
    """The command line, help in Chinese."""
    top = argparse.ArgumentParser(
        prog="wengui mcp", description="MCP 服务：由 MCP 客户端启动，经标准输入输出提供 ask、search_clauses、get_clause。接法见 docs/programs.md。",
    )
    console.add_settings_options(top)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until the client closes the connection. Raises SettingsError; a missing library is told by the tools."""
    options = parser().parse_args(arguments)
    settings = load_settings(options.settings, preset=options.preset)
    os.environ["HF_HUB_OFFLINE"] = "1"
    from ui.api.mcp_server import make_server
    from ui.desk import Desk

    if sys.stdin.isatty():
        sys.stderr.write("这是给 MCP 客户端用的，由客户端启动；接法见 docs/programs.md。按 Ctrl-C 停止。\n")
    desk = Desk(settings, remember=False)
    # The handshake need not wait for the models: a call that comes first waits for the same opening.
    threading.Thread(target=desk.open, name="opening", daemon=True).start()
    make_server(desk).run("stdio")
    return 0


if __name__ == "__main__":
    console.run(main)
