"""Who did what and when. Nothing here is ever changed or removed by the program, and no question's words are in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import islice

from access.schema import Entry
from access.users import key_of
from index.database import Database


class Audit:
    """The log."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database, self._clock = database, clock

    def note(self, who: str, action: str, subject: str = "", address: str = "") -> None:
        """Add a line."""
        at = datetime.fromtimestamp(self._clock(), UTC).isoformat(timespec="seconds")
        with self._database.transaction() as db:
            values = (at, who, action, _line(subject)[:200], _line(address)[:64])
            db.execute("INSERT INTO audit (at, who, action, subject, address) VALUES (?, ?, ?, ?, ?)", values)

    def entries(self, *, who: str = "", action: str = "", since: str = "", limit: int = 100) -> list[Entry]:
        """The latest lines, latest first. who: a name; action: its beginning; since: a date or time in UTC, ISO 8601."""
        with self._database.transaction("DEFERRED") as db:
            rows = db.execute(
                "SELECT at, who, action, subject, address FROM audit WHERE at >= ? AND substr(action, 1, ?) = ? ORDER BY id DESC",
                (since, len(action), action),
            )
            found = (Entry(*row) for row in rows)
            return list(islice((entry for entry in found if not who or key_of(entry.who) == key_of(who)), max(limit, 0)))


def _line(text: str) -> str:
    """Without what would break a line or command a terminal: an address asked for may hold anything."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)
