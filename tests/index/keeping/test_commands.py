"""wengui index add, remove and restore: the same librarian from a command line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from errors import AssistantError, LibraryError, SettingsError, SourceError
from index.__main__ import main
from index.keeping.ledger import Ledger
from index.store import Store
from tests.index.keeping.office import NEWER, NIGHT


@pytest.fixture
def folder(environment: dict[str, str], data_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of its own with the tiny documents."""
    shutil.copy(data_folder / "library.db", tmp_path / "library.db")
    shutil.copytree(data_folder / "sources", tmp_path / "sources")
    monkeypatch.setenv("WENGUI_DATA_FOLDER", str(tmp_path))
    return tmp_path


def texts(folder: Path) -> str:
    store = Store(folder / "library.db")
    found = "\n".join(clause.text for clause in store.clauses())
    store.close()
    return found


@pytest.mark.models
def test_a_file_is_added_replaced_removed_and_restored(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "夜校.txt").write_text(NIGHT.replace("第二条", "第三条"), encoding="utf-8")
    (folder / "新.txt").write_text(NEWER, encoding="utf-8")
    assert main(["add", str(folder / "夜校.txt")]) == 0
    said = capsys.readouterr().out
    assert "缺号" in said and "已上线 夜校.txt：1 份文件，3 条" in said and "100元" in texts(folder)
    assert main(["add", str(folder / "新.txt"), "--replaces", "夜校.txt"]) == 0
    assert "代替 夜校.txt（在回收站里）" in capsys.readouterr().out and "80元" in texts(folder) and "100元" not in texts(folder)
    assert main(["remove", "新.txt"]) == 0 and "80元" not in texts(folder)
    assert main(["restore", "夜校.txt"]) == 0 and "100元" in texts(folder)
    actions = Ledger(folder / "keeping.db").actions()
    assert [action.action for action in reversed(actions)] == ["上传", "上线", "上传", "上线", "移除", "恢复"]
    assert len({action.actor for action in actions}) == 1


@pytest.mark.models
@pytest.mark.parametrize(("arguments", "kind", "words"), [
    (["add", "none.txt"], SourceError, "找不到这个文件"), (["remove", "none.txt"], LibraryError, "没有这份文件"),
    (["restore", "none.txt"], LibraryError, "回收站是空的"), (["add", "a.txt", "b.txt", "--replaces", "c.txt"], SettingsError, "只能用于一个文件"),
])
def test_what_cannot_be_done_is_said(folder: Path, arguments: list[str], kind: type[AssistantError], words: str) -> None:
    before = texts(folder)
    with pytest.raises(kind, match=words):
        main(arguments)
    assert texts(folder) == before
