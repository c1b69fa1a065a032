"""One SQLite file with a mark of its own and numbered changes of its tables. For what must not be lost and is no library."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from errors import AssistantError
from index.migrations import migrate


class Database:
    """Every use is one connection and one transaction, so any thread may use it.

    path: made when missing, readable by its owner alone. mark: the file's application_id. changes: SQL scripts, the
    first makes the tables, each later one brings a file of the version before up to date; SQLite's user_version counts
    those that were run. broken: detail → the error for a file that cannot be used; foreign: the error for a file that
    is none of ours or of a later version. Both errors are raised by the constructor, the first by every use too.
    """

    def __init__(
        self, path: Path, mark: int, changes: Sequence[str], *, broken: Callable[[str], AssistantError], foreign: Callable[[], AssistantError]
    ) -> None:
        self.path, self._mark, self._changes = path, mark, changes
        self._broken, self._foreign = broken, foreign
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise broken(error.strerror or "") from error
        with self.transaction() as db:
            self._update(db)

    def _update(self, db: sqlite3.Connection) -> None:
        version, marked = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("user_version", "application_id"))
        empty = version == 0 and db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
        if not empty and (marked != self._mark or not 0 < version <= len(self._changes)):
            raise self._foreign()
        if version == len(self._changes):
            return
        migrate(db, {n: _statements(script) for n, script in enumerate(self._changes, start=1)}, len(self._changes))
        db.execute(f"PRAGMA application_id = {self._mark}")

    @contextmanager
    def transaction(self, mode: str = "IMMEDIATE") -> Iterator[sqlite3.Connection]:
        """A connection with one transaction: everything inside happens, or nothing. mode: DEFERRED for reading alone."""
        try:
            with closing(sqlite3.connect(self.path, timeout=10, isolation_level=None)) as db:
                db.execute("PRAGMA foreign_keys = ON")
                db.execute("PRAGMA journal_mode = WAL")
                # The connection's own context commits, or rolls back when the body raises.
                with db:
                    db.execute(f"BEGIN {mode}")
                    yield db
        except sqlite3.Error as error:
            raise self._broken(str(error)) from error


def _statements(script: str) -> list[str]:
    return [statement for statement in script.split(";\n") if statement.strip()]
