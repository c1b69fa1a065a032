"""Guessing passwords made slow: the more attempts failed for a name or from an address, the longer the next one waits."""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Callable
from contextlib import suppress

from index.database import Database

# Failures that cost nothing: people mistype, and many may share one address.
FREE_BY_NAME, FREE_BY_ADDRESS = 5, 20
LONGEST = 300.0  # seconds
_FORGOTTEN = 12 * 3600.0


def delay(failures: int, free: int) -> float:
    """Seconds to wait after so many failures: none, then 1, 2, 4 … up to five minutes."""
    return 0.0 if failures < free else min(2.0 ** min(failures - free, 20), LONGEST)


class Throttle:
    """Failed attempts, kept over restarts. A name that nobody has is slowed like any other."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database, self._clock = database, clock

    def attempt(self, name: str, address: str) -> float:
        """Count an attempt before its password is looked at, so that many at once gain nothing. Returns 0 when it may
        go on, else the seconds to wait; then it was not counted."""
        now = self._clock()
        with self._database.transaction() as db:
            # A clock set back must not lock anybody out for longer than a wait lasts.
            db.execute("DELETE FROM failures WHERE last < ? OR last > ?", (now - _FORGOTTEN, now + LONGEST))
            wait = 0.0
            for key, free in _keys(name, address):
                row = db.execute("SELECT failures, last FROM failures WHERE key = ?", (key,)).fetchone()
                wait = max(wait, row[1] + delay(row[0], free) - now) if row else wait
            if wait > 0:
                return max(wait, 1.0)
            for key, _ in _keys(name, address):
                db.execute(
                    "INSERT INTO failures VALUES (?, 1, ?) ON CONFLICT (key) DO UPDATE SET failures = failures + 1, last = excluded.last",
                    (key, now),
                )
        return 0.0

    def succeeded(self, name: str, address: str) -> None:
        """The attempt was right: the name starts afresh, the address is as it was before."""
        (by_name, _), (by_address, _) = _keys(name, address)
        with self._database.transaction() as db:
            db.execute("DELETE FROM failures WHERE key = ?", (by_name,))
            db.execute("UPDATE failures SET failures = failures - 1 WHERE key = ?", (by_address,))

    def forgive(self, name: str) -> None:
        """Forget a name's failures."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM failures WHERE key = ?", (_keys(name, "")[0][0],))


def _keys(name: str, address: str) -> tuple[tuple[str, int], tuple[str, int]]:
    """What is counted. A name is kept as its hash alone: people type their password there by mistake."""
    return (f"name {_digest(name)}", FREE_BY_NAME), (f"address {_network(address)}", FREE_BY_ADDRESS)


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:24]


def _network(address: str) -> str:
    """An IPv6 visitor has a whole /64 to himself."""
    with suppress(ValueError):
        if ipaddress.ip_address(address).version == 6:
            return str(ipaddress.ip_network(f"{address.split('%')[0]}/64", strict=False))
    return address[:64]
