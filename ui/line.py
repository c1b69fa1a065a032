"""One line for all questions, from the page and from programs: who asks first is answered first, a few at a time.

On the machines this is made for, more at once only makes all of them slower.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import suppress

from errors import AssistantError

AT_ONCE, MOST_WAITING = 4, 60
_TOLD = 4.0  # seconds between two words about the place in line: each costs the page's server as much as a small request
_LOOK = 0.5  # seconds between two looks whether whoever waits still wants to


class BusyError(AssistantError):
    """Too many questions wait already."""


class Line:
    """The questions being answered and those waiting, in order. Safe for several threads and event loops."""

    def __init__(self, at_once: int = AT_ONCE, most_waiting: int = MOST_WAITING) -> None:
        self.at_once, self.most_waiting = at_once, most_waiting
        self._lock = threading.Lock()
        self._seats: list[Seat] = []

    def join(self) -> Seat:
        """A place at the end. Whoever gets one must leave it. Raises BusyError when the line is full."""
        seat = Seat(self)
        with self._lock:
            if len(self._seats) >= self.at_once + self.most_waiting:
                raise BusyError("排队的问题太多", "", "请过几秒再试。")
            self._seats.append(seat)
        return seat

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        with self._lock:
            return max(len(self._seats) - self.at_once, 0)

    def ahead(self, seat: Seat) -> int:
        """How many must be answered before it is this one's turn; 0 when it is, or when it has left."""
        with self._lock:
            return max(self._seats.index(seat) - self.at_once + 1, 0) if seat in self._seats else 0

    def leave(self, seat: Seat) -> None:
        """Give a place up, at whatever point; doing it twice is nothing."""
        with self._lock:
            if seat not in self._seats:
                return
            self._seats.remove(seat)
            moved = self._seats[: self.at_once]
        for other in moved:
            other.call()


class Seat:
    """One question's place. Made and waited for in one event loop."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._loop = asyncio.get_running_loop()
        self._called = asyncio.Event()

    @property
    def ahead(self) -> int:
        """How many must be answered before."""
        return self._line.ahead(self)

    def call(self) -> None:
        """Say that it may be this one's turn; from any thread."""
        with suppress(RuntimeError):  # its loop has ended: nobody waits there
            self._loop.call_soon_threadsafe(self._called.set)

    async def turn(self, unwanted: threading.Event | None = None) -> AsyncIterator[int]:
        """How many are ahead, now and then, until none is. unwanted: set it, and the wait is over too."""
        told = -_TOLD
        while (ahead := self.ahead) and not (unwanted is not None and unwanted.is_set()):
            if self._loop.time() - told >= _TOLD:
                told = self._loop.time()
                yield ahead
            with suppress(TimeoutError):
                await asyncio.wait_for(self._called.wait(), _LOOK)

    def leave(self) -> None:
        """Give the place up."""
        self._line.leave(self)
