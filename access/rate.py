"""How many questions a user may ask in a minute."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

_MINUTE = 60.0


class Rate:
    """At most so many in any minute, counted for each user. In memory: a restart forgives."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.most, self._clock = most, clock
        self._asked: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def take(self, user_id: str) -> float:
        """Count one question. Returns 0 when it may be asked, else the seconds until it may; then it is not counted."""
        now = self._clock()
        with self._lock:
            asked = self._asked.setdefault(user_id, deque())
            while asked and now - asked[0] >= _MINUTE:
                asked.popleft()
            if len(asked) >= self.most:
                return asked[0] + _MINUTE - now
            asked.append(now)
            return 0.0
