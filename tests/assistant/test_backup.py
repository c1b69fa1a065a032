"""A backup is whole and proves it; a restore brings everything back and keeps what it replaces."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from assistant import backup
from assistant.__main__ import main
from assistant.backup import BackupError, back_up, check_backup, restore
from assistant.history import History
from index.build import build
from index.library import open_library
from index.store import Store
from tests.tiny import BagEmbedding, make_library

NOW = datetime(2026, 3, 4, 5, 6, 7)
LATER = datetime(2026, 3, 5)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder: three documents put into sources/, one conversation."""
    folder = tmp_path / "data"
    make_library(folder)
    history = History(folder / "history.db")
    conversation = history.create("校车限速多少？")
    history.give_feedback(history.add_turn(conversation, "校车限速多少？", "每小时60公里。", {"text": "每小时60公里。"}), good=True)
    return folder


def content(folder: Path) -> tuple[list[str], list[str], dict[str, str]]:
    """(clause texts, questions, source files)."""
    history = History(folder / "history.db")
    with closing(Store(folder / "library.db")) as store:
        texts = [clause.text for clause in store.clauses()]
    questions = [turn.question for item in history.conversations() for turn in history.turns(item.conversation_id)]
    return texts, questions, {path.name: path.read_text(encoding="utf-8") for path in (folder / "sources").iterdir()}


def spoil(folder: Path) -> None:
    """A day's work after the backup: one document gone, another there, another question."""
    (folder / "sources" / "city.txt").unlink()
    (folder / "sources" / "more.txt").write_text("青岚县夜校办法\n第一条 夜校每学期收费不超过100元。\n", encoding="utf-8")
    with closing(Store(folder / "library.db")) as store:
        build(store, [folder / "sources"], BagEmbedding.open())
    history = History(folder / "history.db")
    history.add_turn(history.create("夜校收费吗？"), "夜校收费吗？", "不超过100元。", {})


def test_what_is_backed_up_comes_back_and_what_was_there_is_kept_aside(data: Path, tmp_path: Path) -> None:
    expected = content(data)
    made = back_up(data, tmp_path / "backups", NOW)
    assert Path(made.path) == tmp_path / "backups" / "wengui-20260304-050607.zip"
    assert (made.documents, made.conversations, made.source_files, made.clauses) == (3, 1, 3, len(expected[0]))
    spoil(data)
    spoilt = content(data)
    report = restore(data, Path(made.path), LATER)
    assert content(data) == expected
    assert content(Path(report.aside)) == spoilt != expected
    with closing(Store(data / "library.db")) as store:
        assert len(open_library(store, data / "cache").documents) == 3
    assert History(data / "history.db").feedback()[0].feedback is True
    assert [path.name for path in data.iterdir() if path.name.startswith(".restore")] == []


def test_files_that_wait_or_were_removed_are_kept_with_the_book_of_them(data: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(data / "keeping.db")) as db:
        db.execute("CREATE TABLE held (name TEXT)")
        db.commit()
    for place in ("uploads/1/new.txt", "bin/2/old.txt"):
        (data / place).parent.mkdir(parents=True)
        (data / place).write_text(place, encoding="utf-8")
    made = back_up(data, tmp_path / "a.zip", NOW)
    (data / "bin" / "2" / "old.txt").unlink()
    (data / "uploads" / "later.txt").write_text("later", encoding="utf-8")
    report = restore(data, Path(made.path), LATER)
    assert (data / "bin/2/old.txt").read_text(encoding="utf-8") == "bin/2/old.txt"
    assert not (data / "uploads/later.txt").exists() and (Path(report.aside) / "uploads/later.txt").exists()
    assert made.source_files == 3 and (Path(report.aside) / "keeping.db").is_file()


def test_a_backup_made_while_someone_writes_is_of_one_moment(data: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(data / "history.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM turns")
        made = back_up(data, tmp_path / "a.zip", NOW)
        writer.execute("COMMIT")
    restore(tmp_path / "empty", Path(made.path), LATER)
    assert content(tmp_path / "empty")[1] == ["校车限速多少？"]


def test_an_open_reader_sees_the_restored_library(data: Path, tmp_path: Path) -> None:
    made = back_up(data, tmp_path / "a.zip", NOW)
    spoil(data)
    with closing(Store(data / "library.db")) as reader:
        before = reader.generation
        restore(data, Path(made.path), LATER)
        assert "银发讲师" in "".join(clause.text for clause in reader.clauses())
        assert reader.generation > before


def test_a_damaged_library_is_restored_and_its_pieces_kept(data: Path, tmp_path: Path) -> None:
    made = back_up(data, tmp_path / "a.zip", NOW)
    (data / "library.db").write_bytes(b"nothing like a database" * 99)
    report = restore(data, Path(made.path), LATER)
    assert (Path(report.aside) / "library.db").read_bytes().startswith(b"nothing like")
    assert "银发讲师" in "".join(content(data)[0])


def test_no_file_is_overwritten_and_nothing_makes_no_backup(data: Path, tmp_path: Path) -> None:
    target = tmp_path / "a.zip"
    target.write_text("precious", encoding="utf-8")
    with pytest.raises(BackupError, match=r"没有覆盖.*换一个名字"):
        back_up(data, target, NOW)
    assert target.read_text(encoding="utf-8") == "precious"
    with pytest.raises(BackupError, match="还没有可以备份的内容"):
        back_up(tmp_path / "none", tmp_path / "b.zip", NOW)
    assert not (tmp_path / "b.zip").exists()


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def _flip(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 0x10
    path.write_bytes(raw)


def _rewrite(path: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    with zipfile.ZipFile(path) as archive:
        held = {item: archive.read(item) for item in archive.namelist()}
    held[name] = change(held.get(name, b""))
    with zipfile.ZipFile(path, "w") as archive:
        for item, raw in held.items():
            archive.writestr(item, raw)


def _other_text(path: Path) -> None:
    _rewrite(path, "sources/city.txt", lambda raw: raw + b"x")


def _newer(path: Path) -> None:
    _rewrite(path, "manifest.json", lambda raw: raw.replace(b'"format": 1', b'"format": 99'))


def _escaping(path: Path) -> None:
    _rewrite(path, "manifest.json", lambda raw: raw.replace(b"sources/city.txt", b"sources/../../evil.txt"))


def _no_manifest(path: Path) -> None:
    path.write_bytes(b"")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.txt", "x")


@pytest.mark.parametrize("spoiled", [_cut, _flip, _other_text, _newer, _escaping, _no_manifest, Path.unlink])
def test_a_backup_that_cannot_be_trusted_is_refused_and_changes_nothing(data: Path, tmp_path: Path, spoiled: Callable[[Path], None]) -> None:
    made = Path(back_up(data, tmp_path / "a.zip", NOW).path)
    expected = content(data)
    spoiled(made)
    for use in (check_backup, lambda path: restore(data, path, LATER)):
        with pytest.raises(BackupError) as caught:
            use(made)
        assert caught.value.remedy
    assert content(data) == expected
    assert not list(data.glob("before-restore-*")) and not (tmp_path / "evil.txt").exists()


def test_a_copy_that_lost_rows_does_not_get_its_name(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = backup._copy_database

    def lossy(source: Path, target: Path) -> None:
        copy(source, target)
        if target.name == "library.db":
            with closing(sqlite3.connect(target)) as db:
                db.execute("DELETE FROM documents WHERE ord = 0")
                db.commit()

    monkeypatch.setattr(backup, "_copy_database", lossy)
    with pytest.raises(BackupError, match="已损坏"):
        back_up(data, tmp_path / "a.zip", NOW)
    assert list(tmp_path.glob("*.zip*")) == [] and list(tmp_path.glob(".*")) == []


def test_a_restore_broken_off_leaves_the_old_content_aside_and_can_be_run_again(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = content(data)
    made = Path(back_up(data, tmp_path / "a.zip", NOW).path)
    spoil(data)
    spoilt = content(data)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(backup, "_put_files", stop)
        restore(data, made, LATER)
    assert content(next(data.glob("before-restore-*"))) == spoilt
    restore(data, made, datetime(2026, 3, 6))
    assert content(data) == expected


def test_the_commands_say_what_they_did(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WENGUI_DATA_FOLDER", str(data))
    monkeypatch.setenv("WENGUI_PRESET", "excerpt")
    assert main(["backup", str(tmp_path / "b.zip")]) == 0
    assert "已备份并检查过" in capsys.readouterr().out
    assert main(["restore", "--check", "--json", str(tmp_path / "b.zip")]) == 0
    assert json.loads(capsys.readouterr().out)["documents"] == 3
    assert main(["restore", str(tmp_path / "b.zip")]) == 0
    shown = capsys.readouterr().out
    assert "3 份文件" in shown and "原来的内容在" in shown
