"""The health check finds what is wrong, says what to do, and changes nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.__main__ import main
from assistant.doctor import Finding, examine
from settings import Settings, load_settings
from tests.assistant.llm.scripted_server import ScriptedServer, Step
from tests.tiny import make_library, write_sources

pytestmark = pytest.mark.models
NAMES = ["软件包", "磁盘", "向量模型", "资料库", "文件", "重排模型", "语言模型"]


def settings_for(folder: Path, **model: str) -> Settings:
    base = load_settings(preset="excerpt")
    data = replace(base.data, folder=str(folder), shipped=False)
    return replace(base, data=data, index=replace(base.index, rerank=False), model=replace(base.model, **model))


def by_name(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.name: finding for finding in findings}


def test_a_sound_installation_is_all_right(data_folder: Path) -> None:
    findings = examine(settings_for(data_folder))
    assert [finding.name for finding in findings] == NAMES
    assert {f.name: f.severity for f in findings if f.name != "磁盘"} == dict.fromkeys((n for n in NAMES if n != "磁盘"), "ok")
    assert "3 份文件" in by_name(findings)["资料库"].message
    assert "384 维" in by_name(findings)["向量模型"].message


def test_a_missing_library_is_an_error_and_looking_makes_none(tmp_path: Path) -> None:
    write_sources(tmp_path)
    found = by_name(examine(settings_for(tmp_path / "data")))
    assert found["资料库"].severity == "error"
    assert "index build" in found["资料库"].remedy
    assert not (tmp_path / "data").exists()


def test_another_embedders_library_is_an_error(tmp_path: Path) -> None:
    make_library(tmp_path)
    found = by_name(examine(settings_for(tmp_path)))["资料库"]
    assert found.severity == "error"
    assert "bag-64" in found.message
    assert "--rebuild" in found.remedy


def test_a_spoilt_library_is_an_error_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "library.db").write_bytes(b"nothing like a database" * 99)
    found = by_name(examine(settings_for(tmp_path)))
    assert found["资料库"].severity == "error"
    assert "损坏" in found["资料库"].message
    assert found["语言模型"].severity == "ok"


def test_changed_files_are_a_warning(tmp_path: Path) -> None:
    make_library(tmp_path)
    (tmp_path / "sources" / "more.txt").write_text("青岚县夜校办法\n第一条 夜校免费。\n", encoding="utf-8")
    found = by_name(examine(settings_for(tmp_path)))["文件"]
    assert found.severity == "warning"
    assert "index build" in found.remedy


def test_a_server_that_answers_is_all_right_and_a_silent_one_a_warning(data_folder: Path) -> None:
    with ScriptedServer([Step("二")]) as server:
        found = by_name(examine(settings_for(data_folder, provider="openai", base_url=server.base_url, model="m", api_key="secret-key")))
    assert found["语言模型"].severity == "ok"
    with ScriptedServer([Step(status=401)]) as server:
        findings = examine(settings_for(data_folder, provider="openai", base_url=server.base_url, model="m", api_key="secret-key"))
    found = by_name(findings)
    assert found["语言模型"].severity == "warning"
    assert "密钥" in found["语言模型"].message + found["语言模型"].remedy
    assert "secret-key" not in repr(findings)


def test_an_unknown_provider_is_an_error(data_folder: Path) -> None:
    assert by_name(examine(settings_for(data_folder, provider="martian")))["语言模型"].severity == "error"


def test_the_command_prints_json_and_fails_on_errors(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--json"]) == 0
    findings = json.loads(capsys.readouterr().out)
    assert [finding["name"] for finding in findings] == NAMES
    assert set(findings[0]) == {"name", "severity", "message", "remedy"}
    monkeypatch.setenv("WENGUI_DATA_FOLDER", str(tmp_path / "none"))
    assert main(["doctor"]) == 1
    assert "[故障] 资料库：还没有建立资料库" in capsys.readouterr().out
