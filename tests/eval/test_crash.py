"""Nothing that was committed is lost to kill -9; and the bench that says so sees losses when there are some."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from assistant.history import History
from eval.bench import made
from eval.bench.crash_check import Told, history_faults, library_faults, source_name
from eval.bench.crash_work import converse, update
from index.store import Store

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that can be forked")


def told_of(folder: Path) -> Told:
    told = Told()
    converse(folder, told.take)
    return told


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with two documents."""
    (tmp_path / "sources").mkdir()
    for number in (0, 1):
        (tmp_path / "sources" / source_name(number)).write_text(made.document(number), encoding="utf-8")
    update(tmp_path, lambda line: None)
    return tmp_path


def faults(folder: Path, second: set[int | None]) -> str:
    return "；".join(library_faults(folder, {0: {0}, 1: second}, {0: 0, 1: 0}))


def test_forty_kills_lose_nothing() -> None:
    """In a process of its own, whose threads are none but the first: only such a one can be forked."""
    done = subprocess.run(
        [sys.executable, "-m", "eval", "bench", "crash", "--kills", "40", "--seconds", "300", "--json"],
        capture_output=True, text=True, timeout=400, check=False, env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    figures = json.loads(done.stdout)
    assert figures["losses"] == [] and done.returncode == 0, done.stderr
    assert figures["killed"] == 40


def test_a_sound_library_has_no_faults(folder: Path) -> None:
    assert faults(folder, {0}) == ""


def test_a_document_lost_or_come_back_is_seen(folder: Path) -> None:
    assert "文件 1：应为" in faults(folder, {None})
    with closing(Store(folder / "library.db")) as store:
        store.remove_source(source_name(1))
    assert "文件 1：应为" in faults(folder, {0})


def test_half_a_document_is_seen(folder: Path) -> None:
    with closing(Store(folder / "library.db")) as store, store.transaction() as db:
        db.execute("DELETE FROM clauses WHERE rowid = 3")
    assert "不完整" in faults(folder, {0})


def test_a_passage_that_lost_its_vector_is_seen(folder: Path) -> None:
    with closing(Store(folder / "library.db")) as store, store.transaction() as db:
        db.execute("DELETE FROM vectors WHERE rowid = 2")
    assert "打不开" in faults(folder, {0})


def test_lost_conversations_turns_and_feedback_are_seen(tmp_path: Path) -> None:
    told = told_of(tmp_path)
    path = tmp_path / "history.db"
    assert history_faults(path, told) == []
    history = History(path)
    kept = [key for key in told.names if key not in told.deleted]
    turn = history.turns(kept[0])[0]
    history.give_feedback(turn.turn_id, good=not turn.feedback)
    assert history_faults(path, told) == [f"意见丢失：{turn.turn_id}"]
    history.delete(kept[1])
    history.rename(kept[2], "别的名字")
    found = "；".join(history_faults(path, told))
    assert f"会话丢失：{kept[1]}" in found and "问答丢失" in found and f"会话名不对：{kept[2]}" in found
    told.deleted.add(kept[2])
    assert f"删了又回来：{kept[2]}" in "；".join(history_faults(path, told))
