"""Settings: presets, files and the environment, in that order; what is unknown or senseless is refused by its path."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import SettingsError
from settings import Settings, load_settings, presets


def load(folder: Path, text: str = "", **environment: str) -> Settings:
    file = folder / "settings.toml"
    file.write_text(text, encoding="utf-8")
    return load_settings(file, environment=environment)


def test_nothing_set_gives_the_embedded_preset() -> None:
    settings = load_settings(environment={})
    assert settings.index.embedder == "bundled"
    assert settings.model.provider == "local"
    assert (settings.page.host, settings.page.port) == ("127.0.0.1", 7860)


def test_every_preset_loads() -> None:
    assert {"embedded", "excerpt", "openai"} <= set(presets())
    assert {name: load_settings(preset=name, environment={}).model.provider for name in ("embedded", "excerpt", "openai")} == {
        "embedded": "local", "excerpt": "none", "openai": "openai",
    }


def test_the_file_goes_over_the_preset_and_the_environment_over_both(tmp_path: Path) -> None:
    text = '[model]\nprovider = "openai"\nmodel = "a"\n[page]\nport = 8000\n'
    settings = load(tmp_path, text, WENGUI_PRESET="excerpt", WENGUI_MODEL_MODEL="b", WENGUI_INDEX_RERANK="no")
    assert (settings.model.provider, settings.model.model) == ("openai", "b")
    assert settings.page.port == 8000
    assert settings.index.rerank is False


def test_an_option_goes_over_the_environments_preset() -> None:
    assert load_settings(preset="openai", environment={"WENGUI_PRESET": "excerpt"}).model.provider == "openai"
    assert load_settings(environment={"WENGUI_PRESET": "excerpt"}).model.provider == "none"


def test_the_environment_may_name_the_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[page]\nport = 9000\n", encoding="utf-8")
    assert load_settings(environment={"WENGUI_SETTINGS": str(file)}).page.port == 9000


def test_texts_of_the_environment_become_numbers_and_lists(tmp_path: Path) -> None:
    settings = load(
        tmp_path, WENGUI_PAGE_PORT="8080", WENGUI_MODEL_TIMEOUT="2.5", WENGUI_DATA_SHIPPED="FALSE", WENGUI_DATA_SOURCES="/a:/b", WENGUI_INDEX_EMBEDDER="",
    )
    assert settings.page.port == 8080
    assert settings.model.timeout == 2.5
    assert settings.data.shipped is False
    assert settings.data.sources == ("/a", "/b")
    assert settings.index.embedder == "bundled"


@pytest.mark.parametrize(("text", "path"), [
    ("[indx]\na = 1\n", "indx"),
    ("[index]\nembeder = 'x'\n", "index.embeder"),
    ("[page]\nport = 'abc'\n", "page.port"),
    ("[page]\nport = 7860.5\n", "page.port"),
    ("[page]\nport = true\n", "page.port"),
    ("[page]\nport = 0\n", "page.port"),
    ("[page]\nport = 65536\n", "page.port"),
    ("[page]\nmax_question = 0\n", "page.max_question"),
    ("[model]\ntimeout = -1\n", "model.timeout"),
    ("[model]\ntimeout = nan\n", "model.timeout"),
    ("[model]\ntimeout = inf\n", "model.timeout"),
    ("[index]\nthreads = 0\n", "index.threads"),
    ("[index]\ncandidates = 0\n", "index.candidates"),
    ("[index]\nrerank = 'maybe'\n", "index.rerank"),
    ("[index]\nembedder = 3\n", "index.embedder"),
    ("[data]\nsources = 'a'\nfolder = 1\n", "data.folder"),
    ("[data]\nsources = [1, 2]\n", "data.sources"),
    ("[data]\nsources = {a = 1}\n", "data.sources"),
    ("model = 'x'\n", "model"),
])
def test_what_is_unknown_or_senseless_is_refused_by_its_path(tmp_path: Path, text: str, path: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, text)
    assert path in caught.value.message
    assert caught.value.remedy


def test_an_unknown_variable_is_refused_like_an_unknown_key(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"index\.embeder"):
        load(tmp_path, WENGUI_INDEX_EMBEDER="x")
    assert load(tmp_path, WENGUISTIC_INDEX="x", PATH="/bin") == load(tmp_path)


@pytest.mark.parametrize("content", [b"[page\nport = 1", b"\xd2\xb9\xff", b"port == 3"])
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "s.toml"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match="不是正确的 TOML") as caught:
        load_settings(file, environment={})
    assert str(file) in caught.value.message


def test_a_missing_file_a_folder_and_an_unknown_preset_are_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="找不到设置文件"):
        load_settings(tmp_path / "none.toml", environment={})
    with pytest.raises(SettingsError, match="打不开设置文件"):
        load_settings(tmp_path, environment={})
    with pytest.raises(SettingsError, match=r"没有名为 fast 的预设.*embedded"):
        load_settings(preset="fast", environment={})


def test_the_key_is_never_shown(tmp_path: Path) -> None:
    settings = load(tmp_path, WENGUI_MODEL_API_KEY="sk-very-secret")
    assert settings.model.api_key == "sk-very-secret"
    assert "secret" not in repr(settings)
    assert "secret" not in str(settings.shown())
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, "[model]\napi_key = 123456789\n")
    assert "123456789" not in caught.value.message


def test_the_data_folder_holds_library_cache_and_sources(tmp_path: Path) -> None:
    settings = load(tmp_path, f"[data]\nfolder = '{tmp_path}'\nsources = ['/more']\n")
    assert settings.library_path == tmp_path / "library.db"
    assert settings.cache_folder == tmp_path / "cache"
    assert settings.source_folders[1:] == (tmp_path / "sources", Path("/more"))
    assert (settings.source_folders[0] / "newsletter-2025-02.txt").is_file()
    assert load(tmp_path, f"[data]\nfolder = '{tmp_path}'\nshipped = false\n").source_folders == (tmp_path / "sources",)


@given(st.text(alphabet="0123456789-+.e _infa", max_size=8))
def test_a_port_is_a_port_or_refused(text: str) -> None:
    try:
        port = load_settings(environment={"WENGUI_PAGE_PORT": text}).page.port
    except SettingsError as error:
        assert "page.port" in error.message
    else:
        assert 1 <= port <= 65535
