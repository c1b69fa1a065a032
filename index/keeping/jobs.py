"""One piece of work at a time, in the background, with its progress to be looked at. Knows nothing of documents."""

from __future__ import annotations

import itertools
import logging
import os
import sys
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from errors import AssistantError

log = logging.getLogger(__name__)
_REMEMBERED = 30  # finished jobs that can still be looked at
_NICENESS = 5


@dataclass
class Job:
    """number: grows with every job. step: what is being done now; done of total: how far. outcome: "" while it waits or
    runs, "done" or "failed"; message: what went wrong."""

    number: int
    action: str
    name: str
    held_id: str = ""
    quiet: bool = False
    step: str = "等待"
    done: int = 0
    total: int = 0
    outcome: str = ""
    message: str = ""

    def progress(self, step: str, done: int = 0, total: int = 0) -> None:
        """A Progress of index.build: shows in this job."""
        self.step, self.done, self.total = step, done, total


class JobQueue:
    """Runs jobs in order. background: each in a thread; else at once, for commands, and its error is raised there."""

    def __init__(self, *, background: bool = True) -> None:
        self._background = background
        self._lock = threading.Lock()
        self._waiting: deque[tuple[Job, Callable[[Job], None]]] = deque()
        self._all: deque[Job] = deque(maxlen=_REMEMBERED)
        self._numbers = itertools.count(1)
        self._running = False
        self.changes = 0  # grows with every job that ends

    def submit(self, action: str, name: str, work: Callable[[Job], None], *, held_id: str = "", quiet: bool = False) -> Job:
        """Do work when its turn comes. quiet: not worth a message to anybody."""
        job = Job(next(self._numbers), action, name, held_id, quiet)
        if not self._background:
            self._do(job, work)
            return job
        with self._lock:
            self._all.append(job)
            self._waiting.append((job, work))
            if not self._running:
                self._start_next()
        return job

    def jobs(self) -> tuple[Job, ...]:
        """Copies of the jobs that run, wait or ended lately, oldest first."""
        with self._lock:
            return tuple(replace(job) for job in self._all)

    def busy(self) -> bool:
        """Whether anything runs or waits."""
        with self._lock:
            return self._running

    def _start_next(self) -> None:
        """With the lock held: a thread for the job whose turn it is."""
        self._running = bool(self._waiting)
        if self._running:
            threading.Thread(target=self._run, args=self._waiting.popleft(), name="wengui-keeping", daemon=True).start()

    def _run(self, job: Job, work: Callable[[Job], None]) -> None:
        _step_back()
        try:
            self._do(job, work)
        except AssistantError as error:
            log.warning("%s %s: %s", job.action, job.name, error.message)
        finally:
            with self._lock:
                self._start_next()

    def _do(self, job: Job, work: Callable[[Job], None]) -> None:
        job.progress("开始")
        try:
            work(job)
            job.outcome = "done"
        except AssistantError as error:
            job.outcome, job.message = "failed", error.message
            raise
        finally:
            if not job.outcome:
                job.outcome, job.message = "failed", "程序出错，没有做成；文件没有丢。请看后台窗口的说明，再试一次。"
            self.changes += 1


def _step_back() -> None:
    """Let this thread wait for those that answer questions, where the system knows priorities of threads (Linux)."""
    if sys.platform.startswith("linux"):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
