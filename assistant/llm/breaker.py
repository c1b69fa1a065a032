"""A circuit breaker round a model: after repeated failures it is not asked for a while, then tried once, and used again.

Without it every question would wait out the timeouts of a server that is down. Pure but for the clock, which is given.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence

from assistant.llm.base import Message, TextModel
from errors import ModelError

FAILURES = 3  # in a row, before the model is left alone
PAUSE, LONGEST_PAUSE = 30.0, 300.0  # seconds; doubled while the one try after each pause fails


class BreakerModel:
    """model, asked only while it answers. Safe for several threads. clock: seconds that only grow.

    Closed: every request passes. Open: requests fail at once. After the pause one request passes; if it succeeds the
    breaker closes, else it opens again for longer. A request broken off by its asker says nothing about the model.
    """

    def __init__(self, model: TextModel, *, failures: int = FAILURES, pause: float = PAUSE, clock: Callable[[], float] = time.monotonic) -> None:
        self._model = model
        self._most = failures
        self._first_pause = pause
        self._clock = clock
        self._lock = threading.Lock()
        self._failed = 0
        self._pause = pause
        self._until = 0.0
        self._trying = False

    @property
    def name(self) -> str:
        return self._model.name

    @property
    def is_chat(self) -> bool:
        return self._model.is_chat

    def __repr__(self) -> str:
        return f"BreakerModel({self._model!r})"

    def stream(
        self,
        prompt: str | Sequence[Message],
        *,
        max_tokens: int = 200,
        stop: Sequence[str] = (),
        grammar: str | None = None,
        cancel: threading.Event | None = None,
    ) -> Iterator[str]:
        """See TextModel. ModelError at once while the breaker is open."""
        trial = self._enter()
        ended = False
        try:
            yield from self._model.stream(prompt, max_tokens=max_tokens, stop=stop, grammar=grammar, cancel=cancel)
            ended = cancel is None or not cancel.is_set()
        except ModelError:
            self._failure()
            raise
        finally:
            if ended:
                self._success()
            elif trial:
                with self._lock:
                    self._trying = False

    def _enter(self) -> bool:
        """Whether this request is the one try after a pause. Raises ModelError while there is to be none."""
        with self._lock:
            if self._failed < self._most:
                return False
            left = self._until - self._clock()
            if left > 0 or self._trying:
                wait = f"约 {max(1, round(left))} 秒后" if left > 0 else "稍后"
                raise ModelError("模型服务连续出错，暂时不用", self.name, f"{wait}自动再试。这次的回答改用原文摘录。", retryable=True)
            self._trying = True
            return True

    def _failure(self) -> None:
        with self._lock:
            self._failed += 1
            if self._failed < self._most:
                return
            # A request that was under way when the breaker opened does not make the pause longer.
            if self._trying:
                self._pause = min(2 * self._pause, LONGEST_PAUSE)
            self._until = self._clock() + self._pause
            self._trying = False

    def _success(self) -> None:
        with self._lock:
            self._failed, self._pause, self._trying = 0, self._first_pause, False
