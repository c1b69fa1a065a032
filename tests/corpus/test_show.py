"""python -m corpus show: the tree, JSON, faults, and one Chinese message for a bad file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from five_formats import write_txt

from corpus.__main__ import main

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.txt"
    write_txt(path)
    return path


def test_the_tree_names_titles_pages_and_departments(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(plan)]) == 0
    shown = capsys.readouterr().out
    assert "《澄江市义务教育强校提质行动规划（2026—2030年）》 级别：其他 期限：2026—2030" in shown
    assert (
        "    [条目] （一）优化学校布局" in shown
        and "牵头 市教育局；配合 市发展改革委" in shown
        and "年份 2030" in shown
    )


def test_json_holds_documents_clauses_and_problems(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(plan), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert set(shown) == {"documents", "clauses", "problems"}
    assert shown["clauses"][2]["label"] == "一、" and shown["documents"][0]["level"] == "其他"


def test_check_lists_faults_and_says_so_by_its_exit_code(
    plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", str(plan), "--check"]) == 0
    assert "没有发现问题" in capsys.readouterr().out
    bad = tmp_path / "bad.txt"
    bad.write_text("某办法\n第一条 甲。\n第三条 乙。\n", encoding="utf-8")
    assert main(["show", str(bad), "--check"]) == 1
    assert "缺号" in capsys.readouterr().out


def test_a_bad_file_is_one_chinese_message_and_exit_code_2(tmp_path: Path) -> None:
    path = tmp_path / "empty.txt"
    path.write_bytes(b"")
    done = subprocess.run(
        [sys.executable, "-m", "corpus", "show", str(path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2 and done.stdout == "" and "Traceback" not in done.stderr
    assert done.stderr.startswith("文件是空的") and len(done.stderr.strip().splitlines()) == 1


def test_help_is_in_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["show", "--help"])
    assert "只列出发现的问题" in capsys.readouterr().out
