"""How a database file of an earlier version becomes one of this version: steps of SQL, all of them or none."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

# Version → the statements that make it from the version before.
Steps = Mapping[int, Sequence[str]]


def migrate(db: sqlite3.Connection, steps: Steps, wanted: int) -> bool:
    """Bring db, inside a transaction of the caller's, to the version wanted. Whether anything was done.

    Raises KeyError when a step is missing; sqlite3.Error as SQLite does.
    """
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    for number in range(version + 1, wanted + 1):
        for statement in steps[number]:
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {number}")
    return version < wanted
