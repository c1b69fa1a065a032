"""Health of what is stored: disk, memory, clock, library.db, its caches, the files behind it, history.db.

Each check returns a Finding and changes nothing. settings: the Settings of an entry point, passed through.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from assistant.history import History
from errors import SourceError

_LEAST_DISK = 500 * 1024 * 1024  # bytes
_LEAST_MEMORY = 700 * 1024 * 1024  # bytes: the models and a small library
_CLOCK_SLACK = 300  # seconds
_RELEASED = datetime(2025, 11, 1).timestamp()  # no clock is right that shows an earlier day
_SHOWN = 5  # files named in one message


@dataclass(frozen=True)
class Finding:
    """One check. severity: ok, warning or error; remedy "" when nothing is to be done."""

    name: str
    severity: str
    message: str
    remedy: str = ""


def disk(settings: Any) -> Finding:
    """Room for indexes, caches and conversations."""
    folder = Path(settings.folder)
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if free < _LEAST_DISK:
        return Finding("磁盘", "warning", f"{folder} 只剩 {free // 1024**2} MB", "请清理磁盘，索引和缓存需要空间。")
    return Finding("磁盘", "ok", f"剩余 {free // 1024**3} GB")


def memory(settings: Any) -> Finding:
    """Memory that a new process may still take, where the system tells."""
    free = free_memory()
    if free is None:
        return Finding("内存", "ok", "这个系统不告诉剩余多少")
    if free < _LEAST_MEMORY:
        return Finding("内存", "warning", f"只剩 {free // 1024**2} MB", "请关掉别的程序，或把设置 model.provider 改为 none 以少用内存。")
    return Finding("内存", "ok", f"剩余 {free / 1024**3:.1f} GB")


def free_memory(meminfo: Path = Path("/proc/meminfo"), group: Path = Path("/sys/fs/cgroup")) -> int | None:
    """Bytes, by the machine and by the limit of the container this runs in; None where neither is told."""
    found = []
    with suppress(OSError):
        found += [int(line.split()[1]) * 1024 for line in meminfo.read_text().splitlines() if line.startswith("MemAvailable:")]
    # No container, or one without a limit ("max").
    with suppress(OSError, ValueError):
        found.append(int((group / "memory.max").read_text()) - int((group / "memory.current").read_text()))
    return min(found, default=None)


def clock(settings: Any) -> Finding:
    """Whether the clock runs behind what was written before: dates of conversations would be wrong."""
    now = time.time()
    written = [path.stat().st_mtime for path in Path(settings.folder).glob("*.db*")]
    last = max([_RELEASED, *written])
    if now < last - _CLOCK_SLACK:
        shown = f"现在是 {datetime.fromtimestamp(now):%Y-%m-%d %H:%M}，比上一次写入（{datetime.fromtimestamp(last):%Y-%m-%d %H:%M}）还早"
        return Finding("时钟", "warning", shown, "请校准系统时间；问答照常，只是记录里的时间不对。")
    return Finding("时钟", "ok", f"{datetime.fromtimestamp(now):%Y-%m-%d %H:%M}")


def caches(settings: Any) -> Finding:
    """Whether the caches belong to the library as it is. Before anything opens the library: opening makes them fit."""
    from index.inspection import cache_state
    from index.store import Store

    if not settings.library_path.is_file():
        return Finding("缓存", "ok", "还没有")
    store = Store(settings.library_path)
    try:
        state = cache_state(store, settings.cache_folder)
    finally:
        store.close()
    shown = {"missing": "还没有", "stale": "是旧的", "damaged": "已损坏"}
    if state == "fits":
        return Finding("缓存", "ok", "与资料库一致")
    return Finding("缓存", "warning", shown[state], "不会丢东西：下次打开时自动重建，只是第一次慢一些；磁盘要能写。")


def integrity(settings: Any) -> Finding:
    """library.db as SQLite sees it, and rows that belong to nothing."""
    from index.inspection import orphans, unsound
    from index.store import Store, read_only_check

    read_only_check(settings.library_path)
    faults = unsound(settings.library_path)
    unused = without = 0
    if not faults:
        store = Store(settings.library_path)
        try:
            unused, without = orphans(store)
        finally:
            store.close()
    if faults:
        return Finding("完整性", "error", "资料库文件有损坏：" + "；".join(faults), "请用 wengui restore 恢复备份，或移走 library.db 后重建索引。")
    if without:
        return Finding("完整性", "error", f"有 {without} 段没有向量", "请运行 python -m index build 补上。")
    if unused:
        return Finding("完整性", "warning", f"有 {unused} 个向量没有用处，白占空间", "请运行 python -m index build，会清掉它们。")
    return Finding("完整性", "ok", "没有损坏，没有孤立的记录")


def documents(settings: Any) -> Finding:
    """Files that should be in the library and are not, each with the reason it cannot be read."""
    from corpus.parse import parse_file
    from index.build import is_stale, source_files
    from index.store import Store

    files = source_files(settings.source_folders)
    if not settings.library_path.is_file():
        # Looking must not create the library; that it is missing is said once, elsewhere.
        return Finding("文件", "ok", f"{len(files)} 个文件可以建立索引")
    store = Store(settings.library_path)
    try:
        known, stale = store.sources(), is_stale(store, settings.source_folders)
    finally:
        store.close()
    failed = []
    for path in (path for path in files if path.name not in known):
        try:
            parse_file(path)
        except SourceError as error:
            failed.append(f"{path.name}（{error.what}）")
    if failed:
        return Finding("文件", "warning", f"{len(failed)} 个文件读不成：{_some(failed)}", "请按括号里的说明处理，再运行 python -m index build。")
    if stale:
        return Finding("文件", "warning", "文件有变化，索引还没有更新", "请运行 python -m index build。")
    return Finding("文件", "ok", "索引与文件一致")


def history(settings: Any) -> Finding:
    """Whether conversations can be read."""
    from index.inspection import unsound

    path = Path(settings.folder) / "history.db"
    if not path.is_file():
        return Finding("问答记录", "ok", "还没有")
    faults = unsound(path)
    if faults:
        return Finding("问答记录", "error", "文件有损坏：" + "；".join(faults), "请用 wengui restore 恢复备份，或把 history.db 移到别处。")
    return Finding("问答记录", "ok", f"{History(path).count()} 个会话")


def accounts(settings: Any) -> Finding:
    """With users on: whether they can be read, by their owner alone, and whether somebody can administer."""
    from access.accounts import FILE, Accounts
    from index.inspection import unsound

    path = Path(settings.folder) / FILE
    if not settings.access.roles:
        return Finding("用户", "ok", "没有打开，只在本机使用")
    faults = unsound(path) if path.is_file() else []
    if faults:
        return Finding("用户", "error", "文件有损坏：" + "；".join(faults), f"请用 wengui restore 恢复备份，或把 {FILE} 移到别处、重新新增用户。")
    if not path.is_file() or not Accounts(path).users.has_administrator():
        return Finding("用户", "error", "已经打开，但还没有管理员", "请运行 wengui user add 用户名 --role administrator。")
    if path.stat().st_mode & 0o077:
        return Finding("用户", "warning", "别的系统用户读得到用户文件", f"请运行 chmod 600 {path}。")
    return Finding("用户", "ok", f"{len(Accounts(path).users.all())} 个")


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    return "、".join(listed[:_SHOWN]) + (" 等" if len(listed) > _SHOWN else "")
