"""Conversations and feedback, kept across restarts in history.db (SQLite, WAL), apart from the library.

A turn's answer is stored as the JSON record the caller gives; nothing here knows how it is shown. Every method is
one transaction, so any thread may call it. A conversation belongs to one owner; on a machine of one's own, without
users, that is "".
"""

from __future__ import annotations

import copy
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from errors import AssistantError
from index.database import Database

_APPLICATION_ID = 0x57474853  # "WGHS"
_NAME_LENGTH = 60  # characters of a conversation's name
_REASON_LENGTH = 1000
_CHANGES = ("""
CREATE TABLE conversations (id TEXT PRIMARY KEY, name TEXT NOT NULL, created TEXT NOT NULL, changed TEXT NOT NULL);
CREATE TABLE turns (id INTEGER PRIMARY KEY AUTOINCREMENT, conversation TEXT NOT NULL REFERENCES conversations(id) ON DELETE CASCADE,
                    asked TEXT NOT NULL, question TEXT NOT NULL, answer TEXT NOT NULL, record TEXT NOT NULL);
CREATE TABLE feedback (turn INTEGER PRIMARY KEY REFERENCES turns(id) ON DELETE CASCADE, good INTEGER NOT NULL, reason TEXT NOT NULL,
                       given TEXT NOT NULL);
CREATE INDEX turns_by_conversation ON turns(conversation, id);
""", """
ALTER TABLE conversations ADD COLUMN owner TEXT NOT NULL DEFAULT '';
CREATE INDEX conversations_by_owner ON conversations(owner);
""")
_TURN = (
    "SELECT t.id, t.conversation, t.question, t.asked, t.record, f.good, f.reason FROM turns t "
    "JOIN conversations c ON c.id = t.conversation LEFT JOIN feedback f ON f.turn = t.id"
)
# By the turns' own numbers, so that a clock set back does not bury what is asked after it; new conversations first.
_CONVERSATIONS = "SELECT c.id, c.name, c.created, c.changed, (SELECT count(*) FROM turns t WHERE t.conversation = c.id) FROM conversations c"
_LAST_CHANGED_FIRST = "ORDER BY (SELECT max(t.id) FROM turns t WHERE t.conversation = c.id) DESC NULLS FIRST, c.rowid DESC"


class HistoryError(AssistantError):
    """history.db cannot be read or written, or a conversation is gone."""


@dataclass(frozen=True)
class Conversation:
    """A named row of questions. created, changed: UTC, ISO 8601. turns: how many questions."""

    conversation_id: str
    name: str
    created: str
    changed: str
    turns: int = 0


@dataclass(frozen=True)
class StoredTurn:
    """A question with its answer's record. feedback: True 👍, False 👎, None not given."""

    turn_id: int
    conversation_id: str
    question: str
    asked: str
    record: Mapping[str, Any] = field(default_factory=dict)
    feedback: bool | None = None
    reason: str = ""


class History:
    """The conversations of one data folder, confined to one owner's. path: history.db, made when missing.

    Every method raises HistoryError when the file cannot be used. Another owner's conversations and turns are as good
    as gone to every method but feedback() and judged(), which are for administrators.
    """

    def __init__(self, path: Path, owner: str = "") -> None:
        self.path, self.owner = path, owner
        self._database = Database(
            path, _APPLICATION_ID, _CHANGES,
            broken=lambda detail: _broken(path, detail),
            foreign=lambda: HistoryError("这个文件不是本版本的问答记录", str(path), "请把它移到别处，再重新打开。"),
        )
        self._open = self._database.transaction

    def of(self, owner: str) -> History:
        """The same file, confined to this owner."""
        confined = copy.copy(self)
        confined.owner = owner
        return confined

    def create(self, name: str) -> str:
        """A new conversation. Returns its id."""
        conversation_id, now = uuid.uuid4().hex, _now()
        with self._open() as db:
            values = (conversation_id, _name(name), now, now, self.owner)
            db.execute("INSERT INTO conversations (id, name, created, changed, owner) VALUES (?, ?, ?, ?, ?)", values)
        return conversation_id

    def exists(self, conversation_id: str) -> bool:
        """Whether there is such a conversation."""
        with self._open() as db:
            return db.execute("SELECT 1 FROM conversations WHERE id = ? AND owner = ?", (conversation_id, self.owner)).fetchone() is not None

    def rename(self, conversation_id: str, name: str) -> None:
        """Give a conversation another name; an empty one changes nothing."""
        if name.strip():
            with self._open() as db:
                db.execute("UPDATE conversations SET name = ? WHERE id = ? AND owner = ?", (_name(name), conversation_id, self.owner))

    def delete(self, conversation_id: str) -> None:
        """Remove a conversation with its turns and feedback."""
        with self._open() as db:
            db.execute("DELETE FROM conversations WHERE id = ? AND owner = ?", (conversation_id, self.owner))

    def conversations(self, search: str = "", limit: int = 200) -> list[Conversation]:
        """Conversations, last changed first. search: words that the name, a question or an answer must contain."""
        words = search.split()
        held = "".join(
            " AND (c.name LIKE ? ESCAPE '\\' OR EXISTS (SELECT 1 FROM turns t WHERE t.conversation = c.id AND "
            "(t.question LIKE ? ESCAPE '\\' OR t.answer LIKE ? ESCAPE '\\')))" for _ in words
        )
        query = f"{_CONVERSATIONS} WHERE c.owner = ?{held} {_LAST_CHANGED_FIRST} LIMIT ?"
        values = [pattern for word in words for pattern in [_like(word)] * 3]
        with self._open() as db:
            return [Conversation(*row) for row in db.execute(query, [self.owner, *values, limit])]

    def count(self) -> int:
        """How many conversations there are, all owners' together."""
        with self._open() as db:
            return int(db.execute("SELECT count(*) FROM conversations").fetchone()[0])

    def turns(self, conversation_id: str) -> list[StoredTurn]:
        """A conversation's turns, oldest first."""
        with self._open() as db:
            found = db.execute(f"{_TURN} WHERE t.conversation = ? AND c.owner = ? ORDER BY t.id", (conversation_id, self.owner))
            return [_turn(row) for row in found]

    def turn(self, turn_id: int) -> StoredTurn | None:
        """One turn, None when it is gone."""
        with self._open() as db:
            row = db.execute(f"{_TURN} WHERE t.id = ? AND c.owner = ?", (turn_id, self.owner)).fetchone()
        return _turn(row) if row else None

    def name_of(self, conversation_id: str) -> str | None:
        """A conversation's name, None when it is gone."""
        with self._open() as db:
            row = db.execute("SELECT name FROM conversations WHERE id = ? AND owner = ?", (conversation_id, self.owner)).fetchone()
        return str(row[0]) if row else None

    def add_turn(self, conversation_id: str, question: str, answer: str, record: Mapping[str, Any]) -> int:
        """Store a question with its answer's words (for search) and record. Returns the turn's id.

        Raises HistoryError when the conversation is gone.
        """
        now = _now()
        with self._open() as db:
            values = (now, conversation_id, self.owner)
            if not db.execute("UPDATE conversations SET changed = ? WHERE id = ? AND owner = ?", values).rowcount:
                raise HistoryError("这个会话已经删除", "", "请新开一个会话再问。")
            turn = (conversation_id, now, question, answer, json.dumps(record, ensure_ascii=False))
            cursor = db.execute("INSERT INTO turns (conversation, asked, question, answer, record) VALUES (?, ?, ?, ?, ?)", turn)
            return int(cursor.lastrowid or 0)

    def give_feedback(self, turn_id: int, good: bool, reason: str = "") -> None:
        """Keep one judgement of a turn; a later one replaces it. Raises HistoryError when the turn is gone."""
        with self._open() as db:
            if db.execute(f"{_TURN} WHERE t.id = ? AND c.owner = ?", (turn_id, self.owner)).fetchone() is None:
                raise HistoryError("这条问答已经删除", "", "请刷新页面。")
            values = (turn_id, int(good), reason.strip()[:_REASON_LENGTH], _now())
            db.execute("INSERT OR REPLACE INTO feedback VALUES (?, ?, ?, ?)", values)

    def feedback(self) -> list[StoredTurn]:
        """All owners' judged turns, latest judgement first."""
        with self._open() as db:
            return [_turn(row) for row in db.execute(f"{_TURN} WHERE f.turn IS NOT NULL ORDER BY f.given DESC, f.turn DESC")]

    def judged(self, turn_id: int) -> StoredTurn | None:
        """One judged turn of any owner, None when it is gone or not judged."""
        with self._open() as db:
            row = db.execute(f"{_TURN} WHERE f.turn = ?", (turn_id,)).fetchone()
        return _turn(row) if row else None


def _broken(path: Path, detail: str) -> HistoryError:
    if "full" in detail or "disk I/O" in detail:
        return HistoryError("磁盘满了或者出错，问答没有存下", str(path), f"请检查磁盘和剩余空间；已有的记录都在。（{detail}）")
    return HistoryError("问答记录打不开或写不进去", str(path), f"请检查磁盘和权限，或把它移到别处再试。（{detail}）")


def _turn(row: tuple[Any, ...]) -> StoredTurn:
    turn_id, conversation_id, question, asked, record, good, reason = row
    return StoredTurn(turn_id, conversation_id, question, asked, json.loads(record), None if good is None else bool(good), reason or "")


def _name(name: str) -> str:
    bare = " ".join(name.split())
    return bare if len(bare) <= _NAME_LENGTH else f"{bare[: _NAME_LENGTH - 1]}…"


def _like(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
