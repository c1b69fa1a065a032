"""library.db: all or nothing, and a clear word about files that are not what they should be."""

from __future__ import annotations

import hashlib
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from corpus.schema import Clause, ClauseKind, Document, Level, Note, ParsedSource, TableRow
from errors import LibraryError, SourceError
from index.schema import Passage
from index.store import Store, read_only_check, text_hash
from index.tables import SCHEMA_VERSION

DOCUMENT = Document("d1", "甲", None, Level.OTHER, None, None, None, None, "a.txt", "0", ("乙",))
CLAUSE = Clause(
    "c1", "d1", 0, ClauseKind.TABLE_ROW, "", "", ("表",), "在园幼儿 12", 3, 4, ("市教委",), ("市财政局",), ("2027",), (Note(1, "注", 2),),
    5, 9, "单位：人", TableRow("在园幼儿", "人", None, {"2027": "12", "2023": None}),
)
PASSAGE = Passage("p1", "c1", "园幼", "甲｜园幼", 1, 3)
PARSED = ParsedSource((DOCUMENT,), (CLAUSE,))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path / "library.db")
    made.replace_source("a.txt", "hash", PARSED, [PASSAGE])
    return made


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_what_is_written_is_read_back_equal(store: Store, tmp_path: Path) -> None:
    store.close()
    again = Store(tmp_path / "library.db")
    assert again.documents() == [DOCUMENT]
    assert again.clauses() == [CLAUSE]
    assert again.passages({"c1": CLAUSE.text}) == [PASSAGE]
    assert again.sources() == {"a.txt": "hash"}
    assert again.generation == 1


def test_vectors_come_back_by_text_and_model(store: Store) -> None:
    keys = [text_hash(str(n)) for n in range(1203)]
    store.save_vectors({key: np.full(3, n, dtype=np.float64) for n, key in enumerate(keys)}, "m")
    found = store.vectors(keys, "m")
    assert [int(found[key][0]) for key in keys] == list(range(1203))
    assert found[keys[0]].dtype == np.float32
    assert store.vectors(keys, "other") == {}
    assert store.drop_stale_vectors() == 1203


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError, match="stop"), store.transaction() as db:
        db.execute("DELETE FROM sources")
        db.execute("INSERT INTO meta VALUES ('x', '1')")
        raise RuntimeError("stop")
    assert store.meta("x") is None
    assert store.documents() == [DOCUMENT]
    assert store.generation == 1


def test_a_source_that_cannot_be_stored_leaves_the_old_one(store: Store) -> None:
    twice = ParsedSource((DOCUMENT,), (CLAUSE, CLAUSE))
    with pytest.raises(LibraryError, match="没有改动"):
        store.replace_source("a.txt", "new", twice, [])
    assert store.sources() == {"a.txt": "hash"}
    assert store.clauses() == [CLAUSE]


def test_one_document_in_two_files_is_refused_by_name(store: Store) -> None:
    with pytest.raises(SourceError, match=r"《甲》已经在 a\.txt 里"):
        store.replace_source("b.txt", "h", PARSED, [])
    assert list(store.sources()) == ["a.txt"]


def test_a_changed_source_keeps_its_place(store: Store) -> None:
    second = replace(DOCUMENT, doc_id="d2", title="丙")
    store.replace_source("b.txt", "h", ParsedSource((second,), ()), [])
    store.replace_source("a.txt", "h2", PARSED, [PASSAGE])
    assert [d.title for d in store.documents()] == ["甲", "丙"]
    store.remove_source("a.txt")
    assert [d.title for d in store.documents()] == ["丙"]
    assert store.clauses() == []
    assert store.passages({}) == []
    assert store.generation == 4


def test_a_process_killed_while_writing_loses_nothing(store: Store, tmp_path: Path) -> None:
    store.close()
    script = (
        "import os, sys, pathlib; from index.store import Store; s = Store(pathlib.Path(sys.argv[1]))\n"
        "with s.transaction() as db:\n db.execute('DELETE FROM sources'); os._exit(9)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path / "library.db")], check=False)
    assert done.returncode == 9
    assert Store(tmp_path / "library.db").documents() == [DOCUMENT]


def test_a_reader_sees_one_moment_while_another_writes(store: Store, tmp_path: Path) -> None:
    other = Store(tmp_path / "library.db")
    with store.snapshot():
        assert store.generation == 1
        other.remove_source("a.txt")
        assert store.clauses() == [CLAUSE]
        assert store.generation == 1
    assert store.clauses() == []


def test_a_second_writer_is_told_to_wait(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Store(tmp_path / "library.db")
    other._connection.execute("PRAGMA busy_timeout = 50")
    with store.transaction(), pytest.raises(LibraryError, match="正被另一个程序占用"):
        other.set_meta("x", "1")


def test_a_newer_library_is_refused_and_not_touched(store: Store, tmp_path: Path) -> None:
    store.close()
    path = tmp_path / "library.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    before = _digest(path)
    with pytest.raises(LibraryError, match=r"更新的版本.*请升级") as caught:
        Store(path)
    assert str(path) in caught.value.message
    assert _digest(path) == before


def test_another_programs_database_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE photos (name TEXT)")
        db.commit()
    before = _digest(path)
    with pytest.raises(LibraryError, match="不是问规的资料库"):
        Store(path)
    assert _digest(path) == before


def test_a_file_that_is_no_database_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    path.write_bytes("这不是数据库，只是一段文字。".encode() * 200)
    before = _digest(path)
    with pytest.raises(LibraryError, match=r"已损坏.*移到别处"):
        Store(path)
    assert _digest(path) == before


def _broken(store: Store, tmp_path: Path, spoil: object) -> None:
    for n in range(80):
        clause = replace(CLAUSE, clause_id=f"x{n}", doc_id=f"e{n}", text="字" * 400)
        document = replace(DOCUMENT, doc_id=f"e{n}")
        store.replace_source(f"{n}.txt", "h", ParsedSource((document,), (clause,)), [])
    store.close()
    path = tmp_path / "library.db"
    data = bytearray(path.read_bytes())
    spoil(data)  # type: ignore[operator]
    path.write_bytes(data)


def test_half_a_library_is_called_damaged(store: Store, tmp_path: Path) -> None:
    def cut(data: bytearray) -> None:
        del data[len(data) // 2 :]

    _broken(store, tmp_path, cut)
    with pytest.raises(LibraryError, match="损坏"):
        _read_all(Store(tmp_path / "library.db"))


def test_a_clause_that_cannot_be_decoded_is_called_damaged(store: Store) -> None:
    with store.transaction() as db:
        db.execute("UPDATE clauses SET body = substr(body, 1, 20)")
    with pytest.raises(LibraryError, match="损坏"):
        store.clauses()


def _read_all(store: Store) -> None:
    store.documents()
    store.passages({clause.clause_id: clause.text for clause in store.clauses()})


def test_an_empty_file_becomes_a_library(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    path.touch()
    store = Store(path)
    assert store.generation == 0
    assert store.documents() == []


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(LibraryError, match=r"data\.folder"):
        Store(tmp_path / "file" / "library.db")


def test_asking_without_a_library_says_how_to_build_one(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match=r"还没有建立.*index build"):
        read_only_check(tmp_path / "library.db")
    (tmp_path / "library.db").mkdir()
    with pytest.raises(LibraryError, match="还没有建立"):
        read_only_check(tmp_path / "library.db")
    with pytest.raises(LibraryError, match="打不开"):
        Store(tmp_path / "library.db")
