"""keeping.db: the files that are held (uploads not live yet, the bin), what was found in each source, and who did what
and when. SQLite, WAL, apart from the library: losing it loses no document. Knows no folders.

Every method is one transaction, so any thread may call it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from uuid import uuid4

from corpus.schema import Problem
from errors import AssistantError
from index.database import Database

_APPLICATION_ID = 0x57474B50  # "WGKP"
_CHANGES = ("""
CREATE TABLE held (id TEXT PRIMARY KEY, stage TEXT NOT NULL, name TEXT NOT NULL, title TEXT NOT NULL, replaces TEXT NOT NULL,
                   actor TEXT NOT NULL, at TEXT NOT NULL, message TEXT NOT NULL);
CREATE TABLE findings (name TEXT PRIMARY KEY, sha256 TEXT NOT NULL, problems TEXT NOT NULL);
CREATE TABLE actions (id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
                      name TEXT NOT NULL, detail TEXT NOT NULL);
""",)
_DETAIL_MAX = 500  # characters


class KeepingError(AssistantError):
    """keeping.db or a folder of documents cannot be used, or what is asked for is gone."""


class Stage(StrEnum):
    """Where a held file stands. The first five are uploads on their way; BIN is removed and can be brought back."""

    RECEIVED = "received"
    PARSING = "parsing"
    FAILED = "failed"
    READY = "ready"
    GOING = "going"
    BIN = "bin"


@dataclass(frozen=True)
class Held:
    """A file that is not in the library. at: UTC, ISO 8601. replaces: the source it is a new version of, "" for none.
    message: why it failed."""

    held_id: str
    stage: Stage
    name: str
    title: str
    replaces: str
    actor: str
    at: str
    message: str = ""


@dataclass(frozen=True)
class Action:
    """One thing that was done. actor: "" on a machine without users."""

    at: str
    actor: str
    action: str
    name: str
    detail: str


class Ledger:
    """keeping.db of one data folder, made when missing. Every method raises KeepingError when it cannot be used."""

    def __init__(self, path: Path) -> None:
        self._open = Database(
            path, _APPLICATION_ID, _CHANGES,
            broken=lambda detail: KeepingError(
                "管理记录打不开", str(path), f"请检查磁盘和权限；损坏时把它移到别处再重新打开，资料库不受影响。（{detail}）"
            ),
            foreign=lambda: KeepingError("这个文件不是本版本的管理记录", str(path), "请把它移到别处，再重新打开；资料库不受影响。"),
        ).transaction

    # -- held files ------------------------------------------------------------------------------------------

    def hold(self, stage: Stage, name: str, title: str, actor: str, replaces: str = "") -> Held:
        """Enter a file that is held from now on."""
        held = Held(uuid4().hex[:16], stage, name, title, replaces, actor, _now())
        with self._open() as db:
            values = (held.held_id, held.stage.value, name, title, replaces, actor, held.at, "")
            db.execute("INSERT INTO held VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
        return held

    def held(self) -> list[Held]:
        """All held files, latest first."""
        with self._open() as db:
            rows = db.execute("SELECT id, stage, name, title, replaces, actor, at, message FROM held ORDER BY at DESC, rowid DESC").fetchall()
        return [Held(row[0], Stage(row[1]), *row[2:]) for row in rows]

    def find(self, held_id: str) -> Held:
        """One held file. Raises KeepingError when it is gone."""
        found = next((held for held in self.held() if held.held_id == held_id), None)
        if found is None:
            raise KeepingError("这个文件已经不在这里", "", "它可能已经上线、恢复或删除；请刷新页面。")
        return found

    def advance(self, held_id: str, stage: Stage, *, title: str | None = None, message: str = "") -> None:
        """Move a held file to another stage."""
        with self._open() as db:
            db.execute("UPDATE held SET stage = ?, title = coalesce(?, title), message = ? WHERE id = ?", (stage.value, title, message, held_id))

    def let_go(self, held_id: str) -> None:
        """Strike a held file out."""
        with self._open() as db:
            db.execute("DELETE FROM held WHERE id = ?", (held_id,))

    # -- findings --------------------------------------------------------------------------------------------

    def keep_findings(self, name: str, sha256: str, problems: Sequence[Problem]) -> None:
        """Keep what was found in one source as it now is."""
        written = json.dumps([[p.kind, p.where, p.detail] for p in problems], ensure_ascii=False)
        with self._open() as db:
            db.execute("INSERT OR REPLACE INTO findings VALUES (?, ?, ?)", (name, sha256, written))

    def findings(self) -> dict[str, tuple[str, tuple[Problem, ...]]]:
        """Source name → (SHA-256 it was looked at with, problems found)."""
        with self._open() as db:
            rows = db.execute("SELECT name, sha256, problems FROM findings").fetchall()
        return {name: (digest, tuple(Problem(*item) for item in json.loads(written))) for name, digest, written in rows}

    # -- actions ---------------------------------------------------------------------------------------------

    def record(self, actor: str, action: str, name: str, detail: str = "") -> None:
        """Put down what was done."""
        with self._open() as db:
            values = (_now(), actor, action, name, detail[:_DETAIL_MAX])
            db.execute("INSERT INTO actions (at, actor, action, name, detail) VALUES (?, ?, ?, ?, ?)", values)

    def actions(self, limit: int = 200) -> list[Action]:
        """What was done, latest first."""
        with self._open() as db:
            rows = db.execute("SELECT at, actor, action, name, detail FROM actions ORDER BY id DESC LIMIT ?", (limit,)).fetchall()
        return [Action(*row) for row in rows]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
