"""The benchmark's own files read alike in all formats; its verdict on articles; its command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from corpus.parse import parse_file
from eval.__main__ import main
from eval.bench import corpus
from eval.bench.corpus_files import WRITERS


def test_the_files_made_hold_the_same_clauses_in_every_format(tmp_path: Path) -> None:
    texts = {}
    for suffix, write in WRITERS.items():
        write(tmp_path / f"plan.{suffix}", 12)
        texts[suffix] = [clause.text for clause in parse_file(tmp_path / f"plan.{suffix}").clauses]
    assert len(texts["txt"]) > 100 and all(found == texts["txt"] for found in texts.values())


@pytest.mark.parametrize(
    ("numbers", "first", "says"),
    [([1, 2, 3], 1, ""), ([5, 6], 5, ""), ([1, 3], 1, "应为第 2 条"), ([1, 2, 2], 1, "读到第 2 条"), ([], 1, "没有找到")],
)
def test_a_sequence_is_complete_or_its_fault_is_named(numbers: list[int], first: int, says: str) -> None:
    found = corpus.fault(numbers, first)
    assert says in found and bool(found) == bool(says)


def test_volumes_of_a_code_follow_each_other_and_gaps_are_listed(tmp_path: Path) -> None:
    def write(name: str, numbers: list[int]) -> None:
        lines = "\n".join(f"第{n}条 内容{n}。" for n in numbers)
        (tmp_path / name).write_text(f"某法\n{lines}\n", encoding="utf-8")

    write("a.txt", [1, 2, 3])
    write("b.txt", [4, 5])
    write("c.txt", [1, 3])
    (tmp_path / "d.txt").write_text(" \n", encoding="utf-8")
    found = corpus.laws(tmp_path, lambda stage, done, total: None)
    assert (found.files, found.complete) == (3, 2) and [name for name, _ in found.broken] == ["c.txt"]
    assert [name for name, _ in found.skipped] == ["d.txt"]


def test_the_command_gives_figures_for_each_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "law.txt").write_text("某法\n第一条 甲。\n第二条 乙。\n", encoding="utf-8")
    assert main(["bench", "corpus", "--pages", "2", "--memory-pages", "3", "--laws", str(tmp_path), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert set(shown["formats"]) == set(WRITERS) and shown["laws"]["share"] == 1
    assert all(speed["pages_a_second"] > 0 for speed in shown["formats"].values()) and 0 < shown["memory"]["peak_mib"] < 1024
