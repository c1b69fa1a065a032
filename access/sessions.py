"""Who is signed in. The browser, or a program, holds a random token; the file holds its hash alone."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from access.schema import Role, User
from index.database import Database

_NOTED = 60.0  # a session's use is written down at most so often, in seconds


@dataclass(frozen=True)
class Lifetimes:
    """In seconds. idle: without a request; whole: from signing in."""

    idle: float = 2 * 3600
    whole: float = 12 * 3600


class Sessions:
    """Sessions of browsers, which end when idle, and of programs, which end on their day."""

    def __init__(self, database: Database, clock: Callable[[], float], lifetimes: Lifetimes) -> None:
        self._database, self._clock, self.lifetimes = database, clock, lifetimes

    def start(self, user: User) -> str:
        """A browser's new session. Returns its token."""
        return self._start(user, self.lifetimes.whole, for_program=False)

    def start_for_program(self, user: User, seconds: float) -> str:
        """A program's token, good for so long."""
        return self._start(user, seconds, for_program=True)

    def _start(self, user: User, seconds: float, *, for_program: bool) -> str:
        token, now = secrets.token_urlsafe(32), self._clock()
        with self._database.transaction() as db:
            db.execute("DELETE FROM sessions WHERE ends <= ?", (now,))
            db.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?)", (_hash(token), user.user_id, int(for_program), now, now, now + seconds))
        return token

    def user_of(self, token: str, *, for_program: bool = False) -> User | None:
        """Whose session this is, as the account now stands; None when it has ended, was never there or is of the other kind."""
        now = self._clock()
        with self._database.transaction("DEFERRED") as db:
            row = db.execute(
                "SELECT u.id, u.name, u.role, u.disabled, u.created, s.used, s.ends, s.started FROM sessions s JOIN users u ON u.id = s.user "
                "WHERE s.hash = ? AND s.program = ?", (_hash(token), int(for_program)),
            ).fetchone()
        if row is None:
            return None
        *account, used, ends, started = row
        user = User(account[0], account[1], Role(account[2]), bool(account[3]), account[4])
        idle = not for_program and now - used >= self.lifetimes.idle
        # A clock set back would make a session last for ever.
        if user.disabled or now >= ends or idle or now < started - _NOTED:
            return None
        if now - used >= _NOTED:
            with self._database.transaction() as db:
                db.execute("UPDATE sessions SET used = ? WHERE hash = ?", (now, _hash(token)))
        return user

    def end(self, token: str) -> None:
        """Sign out."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM sessions WHERE hash = ?", (_hash(token),))

    def end_all(self, user: User) -> int:
        """End all sessions and programs' tokens of a user. Returns how many there were."""
        with self._database.transaction() as db:
            return int(db.execute("DELETE FROM sessions WHERE user = ?", (user.user_id,)).rowcount)


def _hash(token: str) -> str:
    # The token is 32 random bytes: nothing to guess, so a fast hash does.
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
