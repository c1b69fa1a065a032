"""Looking into a library without changing it: damage, orphans, caches that do not fit. For health checks and backups."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from index.library import CACHE_FORMAT, checksums
from index.store import Store


def unsound(path: Path) -> list[str]:
    """What SQLite itself finds wrong with one of our files, in its own words; empty when nothing. Writes nothing."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as db:
            found = [str(row[0]) for row in db.execute("PRAGMA integrity_check(5)") if row[0] != "ok"]
            return found + [f"{table} {row} → {parent}" for table, row, parent, _ in db.execute("PRAGMA foreign_key_check").fetchmany(5)]
    except sqlite3.Error as error:
        return [str(error)]


def orphans(store: Store) -> tuple[int, int]:
    """(vectors that no passage uses, passages that have no vector of the library's model)."""
    with store.snapshot() as db:
        unused = db.execute("SELECT count(*) FROM vectors WHERE text_hash NOT IN (SELECT text_hash FROM passages)").fetchone()[0]
    return unused, len(store.texts_without_vector(store.meta("embedder") or ""))


def cache_state(store: Store, folder: Path) -> str:
    """"fits", "missing", "stale" (of another generation or program) or "damaged" (a file is not as it was written)."""
    try:
        written = json.loads((folder / "stamp.json").read_text(encoding="utf-8"))
        stamp, files = written["stamp"], written["files"]
        current = (stamp["format"], stamp["generation"], stamp["embedder"]) == (CACHE_FORMAT, store.generation, store.meta("embedder"))
    except FileNotFoundError:
        return "missing"
    except (OSError, ValueError, KeyError, TypeError):
        return "damaged"
    if not current:
        return "stale"
    return "fits" if files == checksums(folder) else "damaged"
