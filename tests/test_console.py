"""What stands between a program and its user: messages, exit codes, progress."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import console
from errors import LibraryError

ROOT = Path(__file__).resolve().parents[1]


def code_of(main: object) -> int:
    with pytest.raises(SystemExit) as caught:
        console.run(main)  # type: ignore[arg-type]
    return int(caught.value.code or 0)


def raising(error: BaseException) -> object:
    def main() -> int:
        raise error

    return main


def test_exit_codes_and_messages(capsys: pytest.CaptureFixture[str]) -> None:
    assert code_of(lambda: None) == 0
    assert code_of(lambda: 1) == 1
    assert capsys.readouterr().err == ""
    assert code_of(raising(LibraryError("坏了", "a.db", "请修。"))) == 2
    assert capsys.readouterr().err == "坏了（a.db）。 请修。\n"
    assert code_of(raising(KeyboardInterrupt())) == 130
    assert capsys.readouterr().err == "\n已停止。\n"
    assert code_of(raising(OSError(28, "No space left on device", "/x/y"))) == 2
    assert "读写失败（/x/y）" in capsys.readouterr().err


def test_progress_away_from_a_terminal_is_a_line_for_every_fifth(capsys: pytest.CaptureFixture[str]) -> None:
    show = console.progress_bar()
    for done in range(101):
        show("计算向量", done, 100)
    show("空", 0, 0)
    lines = capsys.readouterr().err.splitlines()
    assert lines == [f"计算向量 {done}/100" for done in (0, 20, 40, 60, 80, 100)]


def shell(command: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", command.replace("PY", f"'{sys.executable}' -m assistant.command")], cwd=ROOT, env={"PATH": "/usr/bin:/bin", **environment},
        capture_output=True, timeout=60, check=False,
    )


def test_a_reader_that_goes_away_is_no_fault() -> None:
    done = shell("PY --help | true")
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_terminal_that_cannot_show_chinese_gets_no_traceback() -> None:
    done = shell("PY corpus show /none.txt", PYTHONIOENCODING="ascii")
    assert done.returncode == 2
    assert b"\\u627e" in done.stderr
    assert b"Traceback" not in done.stderr


def test_the_one_command_lists_the_others() -> None:
    done = shell("PY")
    assert done.returncode == 0
    for name in ("ask", "batch", "doctor", "index", "corpus", "eval", "page"):
        assert f"  {name}" in done.stdout.decode()
