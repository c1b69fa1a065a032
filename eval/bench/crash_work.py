"""What the killed process of the crash bench does, and where in it the kill comes.

Every method runs in a forked child. A commit is told to the parent, as one line through a pipe, only after the call that
made it has returned: what was told must never be lost.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from assistant.backup import back_up, restore
from assistant.history import History
from corpus.schema import ParsedSource
from eval.bench.made import HashEmbedding
from index.build import build
from index.library import open_library
from index.store import Store

Tell = Callable[[str], None]
_FILE_EVENTS = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree", "tempfile.mkdtemp")
_INSTRUCTIONS = 400  # of SQLite's virtual machine between two points inside one statement


class Points:
    """The places a kill can come: each file operation, each SQL statement, and every few hundred steps inside one.

    at: the point, from 1, at which this process kills itself; None only counts.
    """

    def __init__(self, at: int | None) -> None:
        self._at, self.passed = at, 0

    def watch(self) -> None:
        """Count from here on in this process; cannot be undone."""
        plain = sqlite3.connect

        def connect(*arguments: Any, **options: Any) -> sqlite3.Connection:
            connection = plain(*arguments, **options)
            connection.set_trace_callback(lambda statement: self._pass())
            connection.set_progress_handler(self._pass, _INSTRUCTIONS)
            return connection

        sqlite3.connect = connect  # type: ignore[assignment]
        sys.addaudithook(self._audit)

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in _FILE_EVENTS:
            self._pass()

    def _pass(self) -> int:
        self.passed += 1
        if self.passed == self._at:
            os.kill(os.getpid(), signal.SIGKILL)
        return 0


class _Telling(Store):
    """A store that tells each source's commit."""

    def __init__(self, path: Path, tell: Tell) -> None:
        super().__init__(path)
        self._tell = tell

    def replace_source(self, path: str, sha256: str, parsed: ParsedSource, *rest: Any, **options: Any) -> None:
        super().replace_source(path, sha256, parsed, *rest, **options)
        self._tell(f"source {path}")

    def remove_source(self, path: str) -> None:
        super().remove_source(path)
        self._tell(f"source {path}")


def update(folder: Path, tell: Tell, *, rebuild: bool = False) -> None:
    """Bring the library up to the files in folder/sources, as `index build` does, caches included."""
    store = _Telling(folder / "library.db", tell)
    build(store, [folder / "sources"], HashEmbedding(), rebuild=rebuild)
    open_library(store, folder / "cache")
    store.close()


def reindex(folder: Path, tell: Tell) -> None:
    """As `index build --rebuild` does."""
    update(folder, tell, rebuild=True)


def converse(folder: Path, tell: Tell) -> None:
    """Conversations opened, asked in, judged, renamed and deleted."""
    history = History(folder / "history.db")
    for number in range(4):
        conversation = history.create(f"会话{number}")
        tell(f"conversation {conversation}")
        for turn in range(2):
            question = f"第{number}次第{turn}问"
            turn_id = history.add_turn(conversation, question, answer_to(question), {"text": answer_to(question)})
            tell("turn " + json.dumps([conversation, turn_id, question], ensure_ascii=False))
            history.give_feedback(turn_id, good=turn == 0, reason="试")
            tell(f"feedback {turn_id} {int(turn == 0)}")
        history.rename(conversation, f"改名{number}")
        tell(f"name {conversation} 改名{number}")
        if number == 3:
            tell(f"deleting {conversation}")
            history.delete(conversation)
            tell(f"deleted {conversation}")


def keep(folder: Path, tell: Tell) -> None:
    """As `wengui backup` does, to a file beside the folder."""
    back_up(folder, archive_of(folder), datetime.now())


def bring_back(folder: Path, tell: Tell) -> None:
    """As `wengui restore` does, from that file."""
    restore(folder, archive_of(folder), datetime.now())


def archive_of(folder: Path) -> Path:
    """Where keep() puts its backup."""
    return folder.with_name(f"{folder.name}.zip")


def answer_to(question: str) -> str:
    """The answer that goes with a question, so that a torn record shows."""
    return f"{question}的回答。" * 20


WORK: dict[str, Callable[[Path, Tell], None]] = {
    "update": update, "reindex": reindex, "converse": converse, "keep": keep, "bring_back": bring_back,
}


def perform(work: str, folder: Path, pipe: int, at: int | None) -> None:
    """Do one piece of work, telling commits through the pipe; at the end, how many points there were."""
    points = Points(at)
    points.watch()
    WORK[work](folder, lambda line: os.write(pipe, f"{line}\n".encode()) and None)
    os.write(pipe, f"points {points.passed}\n".encode())
