"""SQLite transactions, and SQLite's errors as LibraryErrors that say what to do. No tables here."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from errors import LibraryError


class Transaction:
    """BEGIN … COMMIT, ROLLBACK when the body raises. path: for messages.

    mode: IMMEDIATE takes the write lock at once; DEFERRED is a snapshot that readers see whatever a writer does.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path, mode: str = "IMMEDIATE") -> None:
        self._connection, self._path, self._mode = connection, path, mode

    def __enter__(self) -> sqlite3.Connection:
        with as_library_errors(self._path):
            self._connection.execute(f"BEGIN {self._mode}")
        return self._connection

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        with as_library_errors(self._path):
            if kind is None:
                self._connection.execute("COMMIT")
                return
            # A full disk makes SQLite roll back by itself.
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.DatabaseError):
                raise error


@contextmanager
def as_library_errors(path: Path) -> Iterator[None]:
    """Runs the body; what SQLite raises comes out as a LibraryError about path."""
    where = str(path)
    try:
        yield
    except sqlite3.IntegrityError as error:
        remedy = f"请检查是否有重复的文件；资料库没有改动。（{error}）"
        raise LibraryError("资料库里会出现重复的条款，没有写入", where, remedy) from error
    except sqlite3.OperationalError as error:
        raise _operational(error, where) from error
    except sqlite3.DatabaseError as error:
        raise damaged(where, error) from error


def damaged(where: str, reason: object) -> LibraryError:
    """The error for a library whose content cannot be read."""
    remedy = f"请把它连同 -wal、-shm 文件移到别处，再运行 python -m index build 重建；原始文件不受影响。（{reason}）"
    return LibraryError("资料库文件已损坏", where, remedy)


def _operational(error: sqlite3.OperationalError, where: str) -> LibraryError:
    text = str(error)
    if "locked" in text or "busy" in text:
        return LibraryError("资料库正被另一个程序占用", where, "请等它结束后再试；资料库没有改动。")
    if "full" in text or "disk I/O" in text:
        return LibraryError("磁盘满了或者出错，没有写进资料库", where, f"请检查磁盘和剩余空间后再试；资料库还是原来的样子。（{text}）")
    if "no such" in text:
        return damaged(where, error)
    return LibraryError("资料库文件打不开", where, f"请检查路径和权限。（{error}）")
