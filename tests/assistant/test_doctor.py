"""The health check finds what is wrong, says what to do, and changes nothing."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from assistant import health
from assistant.__main__ import main
from assistant.doctor import Finding, examine
from assistant.history import History
from index.library import open_library
from index.store import Store
from settings import Settings, load_settings
from tests.assistant.llm.scripted_server import ScriptedServer, Step
from tests.tiny import make_library, write_sources

pytestmark = pytest.mark.models
NAMES = ["软件包", "磁盘", "内存", "时钟", "向量模型", "缓存", "完整性", "资料库", "文件", "问答记录", "用户", "重排模型", "语言模型"]
OF_THE_MACHINE = {"磁盘", "内存"}


def settings_for(folder: Path, **model: str) -> Settings:
    base = load_settings(preset="excerpt")
    data = replace(base.data, folder=str(folder), shipped=False)
    return replace(base, data=data, index=replace(base.index, rerank=False), model=replace(base.model, **model))


def by_name(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.name: finding for finding in findings}


def test_a_sound_installation_is_all_right(data_folder: Path) -> None:
    findings = examine(settings_for(data_folder))
    assert [finding.name for finding in findings] == NAMES
    assert {f.name for f in findings if f.severity != "ok"} <= OF_THE_MACHINE
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


def test_files_that_cannot_be_read_are_named_with_the_reason(tmp_path: Path) -> None:
    (write_sources(tmp_path) / "broken.pdf").write_bytes(b"%PDF-1.7 and nothing else")
    make_library(tmp_path)
    found = by_name(examine(settings_for(tmp_path)))["文件"]
    assert found.severity == "warning" and "broken.pdf（" in found.message and found.remedy


def _flip(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[-5] ^= 1
    path.write_bytes(raw)


@pytest.mark.parametrize(("spoil", "says"), [
    (lambda cache: shutil.rmtree(cache), "还没有"), (lambda cache: _flip(next(cache.glob("*.faiss"))), "已损坏"),
    (lambda cache: (cache / "stamp.json").write_text("[]"), "已损坏"),
])
def test_caches_that_do_not_fit_are_a_warning_once(tmp_path: Path, spoil: Callable[[Path], object], says: str) -> None:
    make_library(tmp_path)
    assert health.caches(settings_for(tmp_path)).severity == "ok"
    spoil(tmp_path / "cache")
    found = health.caches(settings_for(tmp_path))
    assert (found.severity, found.message) == ("warning", says) and "自动重建" in found.remedy
    with closing(Store(tmp_path / "library.db")) as store:
        open_library(store, tmp_path / "cache")
    assert health.caches(settings_for(tmp_path)).severity == "ok"


def test_caches_of_another_generation_are_old(tmp_path: Path) -> None:
    make_library(tmp_path)
    with closing(Store(tmp_path / "library.db")) as store:
        store.remove_source("county.txt")
    assert health.caches(settings_for(tmp_path)).message == "是旧的"


@pytest.mark.parametrize(("statement", "severity", "says"), [
    ("INSERT INTO vectors VALUES ('none', 'bag-64', x'00')", "warning", "1 个向量没有用处"),
    ("DELETE FROM vectors WHERE rowid = 1", "error", "1 段没有向量"),
    ("DELETE FROM documents WHERE ord = 0", "error", "有损坏"),
])
def test_orphans_and_damage_are_told_apart(tmp_path: Path, statement: str, severity: str, says: str) -> None:
    make_library(tmp_path)
    assert health.integrity(settings_for(tmp_path)).severity == "ok"
    with closing(sqlite3.connect(tmp_path / "library.db")) as db:
        db.execute(statement)
        db.commit()
    found = health.integrity(settings_for(tmp_path))
    assert found.severity == severity and says in found.message and found.remedy


def test_a_page_that_rotted_is_damage(tmp_path: Path) -> None:
    make_library(tmp_path)
    path = tmp_path / "history.db"
    History(path).create("一")
    for file in (path, tmp_path / "library.db"):
        raw = bytearray(file.read_bytes())
        raw[4096:4296] = b"x" * 200
        file.write_bytes(raw)
    assert health.integrity(settings_for(tmp_path)).severity == health.history(settings_for(tmp_path)).severity == "error"


def test_a_clock_that_runs_behind_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_library(tmp_path)
    assert health.clock(settings_for(tmp_path)).severity == "ok"
    monkeypatch.setattr(health.time, "time", lambda: 946_684_800.0)
    found = health.clock(settings_for(tmp_path))
    assert found.severity == "warning" and "还早" in found.message and "校准" in found.remedy


def test_memory_is_the_least_of_the_machines_and_the_containers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    meminfo, group = tmp_path / "meminfo", tmp_path / "group"
    assert health.free_memory(meminfo, group) is None
    meminfo.write_text("MemTotal: 9000000 kB\nMemAvailable: 2000000 kB\n")
    group.mkdir()
    (group / "memory.current").write_text("100000000\n")
    (group / "memory.max").write_text("max\n")
    assert health.free_memory(meminfo, group) == 2_048_000_000
    (group / "memory.max").write_text("300000000\n")
    assert health.free_memory(meminfo, group) == 200_000_000
    monkeypatch.setattr(health, "free_memory", lambda: 200_000_000)
    found = health.memory(settings_for(tmp_path))
    assert found.severity == "warning" and "190 MB" in found.message and found.remedy


def test_strict_fails_on_warnings_too(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    finding = Finding("磁盘", "warning", "只剩 1 MB", "请清理磁盘。")
    monkeypatch.setattr("assistant.__main__.examine", lambda settings: [finding])
    assert (main(["doctor"]), main(["doctor", "--strict"])) == (0, 1)


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
