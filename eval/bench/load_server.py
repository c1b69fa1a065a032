"""The real server for the bench of load: app.py in a process of its own, users on, over a copy of a data folder.

What is asked and uploaded there leaves the user's own library and conversations alone.
"""

from __future__ import annotations

import os
import queue
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from access.accounts import FILE, Accounts
from access.schema import Role
from errors import AssistantError

ADMINISTRATOR = "压测管理员"
PASSWORD = "load bench 压测 2026"  # nosec B105: of accounts that live as long as the bench
_OPENS_IN = 120  # seconds
_ADDRESS = re.compile(r"http://[0-9.]+:\d+")


@dataclass(frozen=True)
class Served:
    """A running server. users: names of its users, all with PASSWORD; ADMINISTRATOR is one more."""

    address: str
    users: tuple[str, ...]


@contextmanager
def serving(settings: Any, users: int) -> Iterator[Served]:
    """A server with so many users over a copy of the settings' library, excerpts only; stopped at the end.

    Raises AssistantError when there is no library or the server does not come up.
    """
    if not settings.library_path.is_file():
        raise AssistantError("还没有资料库，没法压测", str(settings.library_path), "请先运行 python -m index build。")
    with tempfile.TemporaryDirectory(prefix="wengui-load-") as folder:
        root = Path(folder)
        _copy(settings, root)
        names = _accounts(root, users)
        process = subprocess.Popen(
            [sys.executable, "-m", "app", "--host", "127.0.0.1", "--port", "0", "--preset", "excerpt"], env=_environment(settings, root),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
        )
        try:
            yield Served(_address(process), names)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _copy(settings: Any, root: Path) -> None:
    """The library as SQLite sees it, its caches and the files added to it."""
    with closing(sqlite3.connect(settings.library_path)) as read, closing(sqlite3.connect(root / "library.db")) as written:
        read.backup(written)
    for source, target in ((settings.cache_folder, "cache"), (settings.folder / "sources", "sources")):
        if source.is_dir():
            shutil.copytree(source, root / target)


def _accounts(root: Path, users: int) -> tuple[str, ...]:
    accounts = Accounts(root / FILE)
    names = tuple(f"压测用户{number}" for number in range(1, users + 1))
    for name in (ADMINISTRATOR, *names):
        accounts.add(name, PASSWORD, Role.ADMINISTRATOR if name == ADMINISTRATOR else Role.USER, "")
    return names


def _environment(settings: Any, root: Path) -> dict[str, str]:
    """This process's environment without its own settings, and those of the bench."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WENGUI_")}
    return {
        **kept, "PYTHONIOENCODING": "utf-8", "WENGUI_DATA_FOLDER": str(root), "WENGUI_DATA_SHIPPED": str(settings.data.shipped).lower(),
        "WENGUI_DATA_SOURCES": os.pathsep.join(settings.data.sources),
        "WENGUI_ACCESS_ROLES": "true", "WENGUI_ACCESS_QUESTIONS_PER_MINUTE": "10000", "WENGUI_INDEX_EMBEDDER": settings.index.embedder,
        "WENGUI_INDEX_RERANK": str(settings.index.rerank).lower(), "WENGUI_INDEX_THREADS": str(settings.index.threads),
    }


def _address(process: subprocess.Popen[str]) -> str:
    """Where the server says it listens. What it writes later is read and dropped, or it would stop at a full pipe."""
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def read(said: Any) -> None:
        for line in said:
            lines.put(line)
        lines.put(None)

    threading.Thread(target=read, args=(process.stdout,), name="server output", daemon=True).start()
    heard: list[str] = []
    try:
        while (line := lines.get(timeout=_OPENS_IN)) is not None:
            heard.append(line.strip())
            if found := _ADDRESS.search(line):
                return found.group()
    except queue.Empty:
        heard.append(f"{_OPENS_IN} 秒没有打开")
    raise AssistantError(f"服务没有打开：{_last(heard)}", "python -m app", "请先单独运行它。")


def _last(lines: Sequence[str]) -> str:
    return lines[-1] if lines else "没有说明"
