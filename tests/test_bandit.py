"""What bandit knows to look for: nothing of it in the code, and it would say so if there were."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def found(*targets: Path) -> list[str]:
    """Every finding as "file:line: rule"."""
    pytest.importorskip("bandit", reason="没有安装 bandit：pip install -e '.[test]'")
    command = [sys.executable, "-m", "bandit", "--quiet", "--configfile", "pyproject.toml", "--format", "json", "--recursive", *map(str, targets)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    report = json.loads(done.stdout)
    assert report["errors"] == []
    return [f"{item['filename']}:{item['line_number']}: {item['test_id']} {item['issue_text']}" for item in report["results"]]


def test_nothing_is_found_in_the_code() -> None:
    assert found(ROOT) == []


def test_what_is_wrong_would_be_found(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text("import subprocess, pickle\n\n\ndef run(given):\n    subprocess.run(given, shell=True)\n    return pickle.loads(given)\n", encoding="utf-8")
    assert {line.split(": ")[1].split()[0] for line in found(bad)} >= {"B602", "B301"}
