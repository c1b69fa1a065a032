"""Files that a release wrote (tests/released/*.sql) open in this version with everything in them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from assistant.history import History
from errors import LibraryError
from index.build import build
from index.library import open_library
from index.store import Store
from index.tables import SCHEMA_VERSION, STEPS
from tests.tiny import COUNTY, NATION, BagEmbedding, write_sources

RELEASED = Path(__file__).parent / "released"


def released(name: str, folder: Path) -> Path:
    """The file as the release left it; its version must be one that is not ours, or nothing would be migrated."""
    path = folder / f"{name.split('-')[0]}.db"
    with closing(sqlite3.connect(path)) as db:
        db.executescript((RELEASED / f"{name}.sql").read_text(encoding="utf-8"))
    return path


def _schema(path: Path) -> set[tuple[str, str, str]]:
    with closing(sqlite3.connect(path)) as db:
        return {(kind, name, " ".join((sql or "").split())) for kind, name, sql in db.execute("SELECT type, name, sql FROM sqlite_master")}


def test_a_library_of_0_1_0_becomes_one_of_today(tmp_path: Path) -> None:
    path = released("library-0.1.0", tmp_path)
    with closing(Store(path)) as store:
        assert store._connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        assert [document.title for document in store.documents()] == ["青岚县校车管理办法", "全国社区学习发展纲要（2026—2035年）"]
        assert len(open_library(store, tmp_path / "cache").passages) == 6
        assert store.generation == 2
    with closing(Store(tmp_path / "fresh.db")):
        pass
    assert _schema(path) == _schema(tmp_path / "fresh.db")


def test_a_migrated_library_is_built_on_without_embedding_anything(tmp_path: Path) -> None:
    sources = write_sources(tmp_path, {"county.txt": COUNTY, "nation.txt": NATION})
    embedder = BagEmbedding.open()
    with closing(Store(released("library-0.1.0", tmp_path))) as store:
        build(store, [sources], embedder, rebuild=False)
    assert embedder.seen == []


def test_a_migration_that_breaks_off_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = released("library-0.1.0", tmp_path)
    before = _schema(path)
    monkeypatch.setitem(STEPS, SCHEMA_VERSION + 1, ("CREATE TABLE half (x)", "no SQL at all"))
    monkeypatch.setattr("index.store.SCHEMA_VERSION", SCHEMA_VERSION + 1)
    with pytest.raises(LibraryError, match="syntax error"):
        Store(path)
    assert _schema(path) == before
    monkeypatch.undo()
    with closing(Store(path)) as store:
        assert len(store.documents()) == 2


def _turns(history: History) -> dict[str, list[tuple[str, bool | None, str]]]:
    return {item.name: [(t.record["text"], t.feedback, t.reason) for t in history.turns(item.conversation_id)] for item in history.conversations()}


def test_conversations_of_0_1_0_are_all_there(tmp_path: Path) -> None:
    path = released("history-0.1.0", tmp_path)
    expected = {"校车限速多少？": [("每小时60公里。", True, "")], "夜校收费吗？": [("资料中没有说明。", False, "没答出来")], "没有问题的会话": []}
    assert _turns(History(path)) == expected
    assert _turns(History(path)) == expected
    assert _turns(History(path).of("somebody")) == {}  # they are the machine's own, and no user's
