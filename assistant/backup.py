"""One file that holds all that must not be lost, and the way back from it.

A backup is a zip: every database of the data folder as SQLite's online backup copies it (whole, whatever is written
meanwhile), the documents put into its sources/ and those waiting in uploads/ or bin/, and a manifest with checksums.
Caches are left out: they are made again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from assistant.history import History
from errors import AssistantError
from index.inspection import unsound
from index.library import Library, open_library, sweep
from index.retriever import Retriever
from index.schema import Request
from index.store import Store
from index.tokens import comparable, content_words

_FORMAT = 1
_MANIFEST, _LIBRARY, _HISTORY, _SOURCES = "manifest.json", "library.db", "history.db", "sources"
_FOLDERS = (_SOURCES, "uploads", "bin")  # of files that a person has put there
_ASIDE = "before-restore-"
_PROBES = 3  # clauses looked for in a backed-up library


class BackupError(AssistantError):
    """A backup cannot be written, read or trusted; the data folder is as it was."""


@dataclass(frozen=True)
class BackupReport:
    """path: of the backup written or read; aside: where a restore has put what was there before, "" for a backup."""

    path: str
    documents: int
    clauses: int
    conversations: int
    source_files: int
    size: int
    aside: str = ""


def back_up(folder: Path, target: Path, now: datetime) -> BackupReport:
    """Write all of the data folder that must not be lost to target: a .zip file, or a folder to put one into.

    The backup is opened, checked and searched before it gets its name. Raises BackupError; no file is overwritten.
    """
    if not (folder / _LIBRARY).is_file() and not (folder / _HISTORY).is_file():
        raise BackupError("还没有可以备份的内容", str(folder), "请先建立索引，或检查设置 data.folder。")
    path = target if target.suffix.lower() == ".zip" else target / f"wengui-{now:%Y%m%d-%H%M%S}.zip"
    if path.exists():
        raise BackupError("已有同名文件，没有覆盖", str(path), "请换一个名字。")
    with _told_as(path), tempfile.TemporaryDirectory(prefix="wengui-backup-") as work:
        content = Path(work) / "content"
        content.mkdir()
        for database in sorted(folder.glob("*.db")):
            _copy_database(database, content / database.name)
        _copy_folders(folder, content)
        files = {name: _digest(content / name) for name in _names(content)}
        manifest = {"format": _FORMAT, "made": now.isoformat(timespec="seconds"), "files": files}
        (content / _MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}.unfinished")
        try:
            with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
                for name in (_MANIFEST, *files):
                    archive.write(content / name, name)
            unfinished.chmod(0o600)  # conversations are nobody else's business
            with unfinished.open("rb+") as stream:
                os.fsync(stream.fileno())
            report = _verified(unfinished, path, Path(work) / "again")
            os.replace(unfinished, path)
        finally:
            unfinished.unlink(missing_ok=True)
    return report


def check_backup(path: Path) -> BackupReport:
    """Unpack a backup beside, check it, open it and search it. Raises BackupError when it cannot be trusted."""
    with _told_as(path), tempfile.TemporaryDirectory(prefix="wengui-restore-") as work:
        return _verified(path, path, Path(work) / "content")


def restore(folder: Path, path: Path, now: datetime) -> BackupReport:
    """Bring the data folder to what the backup holds. What is there now is first copied to before-restore-… inside it.

    Each database changes in one transaction of SQLite's own, so that a restore broken off can simply be run again.
    Raises BackupError, before anything is changed when the backup is at fault.
    """
    with _told_as(path):
        folder.mkdir(parents=True, exist_ok=True)
        sweep(folder, ".restore-*")
        with tempfile.TemporaryDirectory(prefix=".restore-", dir=folder) as work:
            content = Path(work) / "content"
            report = _verified(path, path, content)
            aside = folder / f"{_ASIDE}{now:%Y%m%d-%H%M%S}"
            _keep(folder, aside)
            _raise_generation(content / _LIBRARY, folder / _LIBRARY)
            for database in sorted(content.glob("*.db")):
                _put_database(database, folder / database.name)
            for name in _FOLDERS:
                _put_files(content / name, folder / name)
    return BackupReport(**{**asdict(report), "aside": str(aside) if aside.is_dir() else ""})


def _keep(folder: Path, aside: Path) -> None:
    """Copy what is in the folder to aside; databases that cannot be read as they lie, and out of the way."""
    for database in sorted(folder.glob("*.db")):
        aside.mkdir(mode=0o700, exist_ok=True)
        if not unsound(database):
            _copy_database(database, aside / database.name)
            continue
        for part in (database, database.with_name(f"{database.name}-wal"), database.with_name(f"{database.name}-shm")):
            if part.exists():
                os.replace(part, aside / part.name)
    _copy_folders(folder, aside)


def _verified(archive: Path, shown: Path, content: Path) -> BackupReport:
    """Unpack an archive into content (made) and look whether it is whole, sound and answers. shown: its name in messages."""
    files = _unpack(archive, shown, content)
    for name in files:
        if name.endswith(".db") and "/" not in name and (faults := unsound(content / name)):
            raise BackupError(f"备份里的 {name} 已损坏：{faults[0]}", str(shown), "请换另一份备份。")
    documents = clauses = 0
    if _LIBRARY in files:
        store = Store(content / _LIBRARY)
        try:
            if store.documents():
                library = open_library(store, content.parent / "cache")
                documents, clauses = len(library.documents), len(library.clauses)
                _probe(library, shown)
        finally:
            store.close()
    conversations = History(content / _HISTORY).count() if _HISTORY in files else 0
    sources = sum(1 for name in files if name.startswith(f"{_SOURCES}/"))
    return BackupReport(str(shown), documents, clauses, conversations, sources, archive.stat().st_size)


def _unpack(archive: Path, shown: Path, content: Path) -> list[str]:
    """The files of an archive, unpacked and each as its checksum says. Raises BackupError."""
    try:
        with zipfile.ZipFile(archive) as opened:
            manifest = json.loads(opened.read(_MANIFEST))
            if manifest["format"] > _FORMAT:
                raise BackupError("备份由更新的版本写成", str(shown), "请升级问规。")
            files: dict[str, str] = dict(manifest["files"])
            for name, digest in files.items():
                if not _is_ours(name):
                    raise BackupError(f"备份里有不该有的文件 {name}", str(shown), "请换另一份备份。")
                target = content / name
                target.parent.mkdir(parents=True, exist_ok=True)
                with opened.open(name) as packed, target.open("wb") as stream:
                    shutil.copyfileobj(packed, stream, 1 << 20)
                if _digest(target) != digest:
                    raise BackupError(f"备份里的 {name} 与写入时不同", str(shown), "备份已损坏，请换另一份。")
    except FileNotFoundError as error:
        raise BackupError("找不到备份文件", str(shown), "请检查路径。") from error
    except (zipfile.BadZipFile, zipfile.LargeZipFile, KeyError, TypeError, AttributeError, ValueError, EOFError, NotImplementedError) as error:
        raise BackupError("这个文件不是完整的问规备份", str(shown), f"请检查路径，或换另一份备份。（{error}）") from error
    return list(files)


def _is_ours(name: str) -> bool:
    """Whether a name is a database or a file below one of the folders, and leads nowhere else."""
    parts = PurePosixPath(name).parts
    if "\\" in name or ":" in name or ".." in parts or name.startswith("/"):
        return False
    return (len(parts) == 1 and name.endswith(".db")) or (len(parts) > 1 and parts[0] in _FOLDERS)


def _probe(library: Library, shown: Path) -> None:
    """Search for a few clauses by their own words; words alone, for a backup has no model."""
    retriever = Retriever(library, None)
    passages = library.passages
    for passage in passages[:: max(1, len(passages) // _PROBES)][:_PROBES]:
        text = passage.text
        request = Request(comparable(text), text, tuple((word,) for word in content_words(text)))
        if passage.text not in {hit.passage.text for hit in retriever.search(request).passages}:
            raise BackupError("备份里的资料库搜不出自己的条款", str(shown), "请再备份一次；若仍如此，请运行 wengui doctor。")


def _copy_database(source: Path, target: Path) -> None:
    """SQLite's online backup: a whole copy of one moment."""
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as opened,
        closing(sqlite3.connect(target)) as copy,
    ):
        opened.backup(copy)
        # One file, without a log beside it.
        copy.execute("PRAGMA journal_mode = DELETE")


def _put_database(source: Path, target: Path) -> None:
    """The content of source into target in one transaction; who has target open sees it as a change."""
    with closing(sqlite3.connect(source)) as opened, closing(sqlite3.connect(target, timeout=30)) as live:
        opened.backup(live)
    target.chmod(0o600)


def _copy_folders(source: Path, target: Path) -> None:
    """The folders of files, whole."""
    for name in _FOLDERS:
        if (source / name).is_dir():
            shutil.copytree(source / name, target / name)


def _put_files(source: Path, target: Path) -> None:
    """Make target hold the files of source and no others (they are kept aside)."""
    wanted = set(_names(source)) if source.is_dir() else set()
    for name in sorted(wanted):
        fresh = target / f"{name}.restoring"
        fresh.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source / name, fresh)
        os.replace(fresh, target / name)
    for name in _names(target) if target.is_dir() else []:
        if name not in wanted:
            (target / name).unlink()


def _raise_generation(restored: Path, live: Path) -> None:
    """Give the restored library a generation of its own, so that an open page notices the change."""
    if restored.is_file() and live.is_file():
        with closing(sqlite3.connect(restored)) as db, closing(sqlite3.connect(live, timeout=30)) as now:
            query = "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'generation'"
            generation = max(db.execute(query).fetchone()[0], now.execute(query).fetchone()[0]) + 1
            db.execute("UPDATE meta SET value = ? WHERE key = 'generation'", (str(generation),))
            db.commit()


def _names(folder: Path) -> list[str]:
    """Files below a folder, as relative paths with forward slashes, in order. Links are not followed."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def _told_as(path: Path) -> Iterator[None]:
    """Runs the body; what the disk or SQLite raises comes out as a BackupError."""
    try:
        yield
    except OSError as error:
        where = str(error.filename or path)
        raise BackupError("备份读写失败", where, f"请检查路径、权限和剩余空间；资料没有丢。（{error.strerror}）") from error
    except sqlite3.Error as error:
        raise BackupError("备份读写失败", str(path), f"请检查剩余空间，并停止正在写入的程序再试；资料没有丢。（{error}）") from error
