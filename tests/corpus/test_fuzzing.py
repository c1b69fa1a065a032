"""The fuzzer of the readers runs, finds nothing in a short run, and would say so if a reader broke."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from corpus.parse import parse_file
from corpus.schema import MappedText

ROOT = Path(__file__).resolve().parents[2]


def fuzzed(folder: Path, *options: str, path: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """The fuzzer run in a process of its own, with the same chances each time."""
    command = [sys.executable, "-m", "tests.corpus.fuzz_readers", str(folder / "seeds"), "-seed=1", "-max_len=4096", *options]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(path), str(ROOT)))}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_a_short_run_breaks_no_reader(tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="没有安装 atheris（只有 Linux 有）：pip install -e '.[test]'")
    done = fuzzed(tmp_path, "-runs=1500")
    assert done.returncode == 0, done.stderr[-3000:]
    assert not list(tmp_path.glob("crash-*"))


def test_a_reader_that_breaks_is_seen(tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="没有安装 atheris（只有 Linux 有）：pip install -e '.[test]'")
    (tmp_path / "sitecustomize.py").write_text("import zipfile\nzipfile.ZipFile.__init__ = lambda *_, **__: 1 / 0\n", encoding="utf-8")
    done = fuzzed(tmp_path, "-runs=300", path=tmp_path)
    assert done.returncode != 0 and "ZeroDivisionError" in done.stderr


def test_cells_that_hold_nothing_stand_before_others(tmp_path: Path) -> None:
    """Found by the fuzzer: a part without text first."""
    empty, word = MappedText("", ()), MappedText("甲", (7,))
    assert MappedText.join([empty, word, empty, word], "\n") == MappedText("甲\n\n甲", (7, 7, 7, 7))
    path = tmp_path / "a.html"
    path.write_text("<h6>题</h1><table><tr><td rowspan=2><td><tr><td>甲</table>", encoding="utf-8")
    assert parse_file(path).clauses
