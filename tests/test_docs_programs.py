"""What docs/programs.md shows is what works: its Python runs, its requests are valid, its addresses exist."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from assistant.command import _COMMANDS
from settings import LogSettings, load_settings
from tests.ui.conftest import settings_for
from ui.api.http import PREFIX, make_api
from ui.api.models import AskRequest, SearchRequest
from ui.desk import Desk

TEXT = (Path(__file__).resolve().parents[1] / "docs" / "programs.md").read_text(encoding="utf-8")


def test_the_ten_lines_run(environment: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert len([line for line in code.splitlines() if line.strip()]) <= 10
    asked = code.replace("国家要求中小学生每天运动多久？", "夜间课堂每期最多多少人？")
    assert asked != code
    exec(compile(asked, "docs/programs.md", "exec"), {})
    answer, source, number = capsys.readouterr().out.strip().split("\n")
    assert "30人" in answer and "[1]" in answer
    assert "重庆市社区学习行动方案" in source and "夜间课堂每期不超过30人" in source
    assert int(number) > 5


def test_the_requests_are_valid() -> None:
    bodies = dict(zip(("ask", "search"), re.findall(r"-d '(\{.*?\})'", TEXT), strict=True))
    assert AskRequest(**json.loads(bodies["ask"])).history and SearchRequest(**json.loads(bodies["search"])).levels


def test_the_addresses_are_those_of_the_api(tmp_path: Path) -> None:
    api = make_api(Desk(settings_for(tmp_path), remember=False))
    there = {f"{method.upper()} {PREFIX}{path}" for path, item in api.app.openapi()["paths"].items() for method in item}
    assert set(re.findall(r"^\| ((?:GET|POST) \S+) \|", TEXT, re.MULTILINE)) == there


def test_the_settings_are_settings(tmp_path: Path) -> None:
    (shown,) = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    (tmp_path / "log.toml").write_text(shown, encoding="utf-8")
    assert load_settings(tmp_path / "log.toml", environment={}).log == LogSettings(requests="file", questions=True)


def test_the_command_of_the_client_is_there() -> None:
    (server,) = json.loads(re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)[0])["mcpServers"].values()
    assert server["args"][0] in _COMMANDS
