"""Settings: a TOML preset, the user's TOML file over it, environment variables over both.

Frozen dataclasses; unknown keys are refused with their dotted path. For entry points only: everything else
takes plain arguments.
"""

from __future__ import annotations

import dataclasses
import os
import tomllib
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from errors import SettingsError

_ENVIRONMENT_PREFIX = "WENGUI_"


@dataclass(frozen=True)
class DataSettings:
    """folder: where library.db, caches and history live; sources: more folders with documents."""

    folder: str = ""
    sources: tuple[str, ...] = ()
    shipped: bool = True


@dataclass(frozen=True)
class IndexSettings:
    """embedder: "bundled" or "sentence-transformers:NAME"; rerank: whether the bundled reranker is used;
    threads: cores for models; candidates: clauses that go on to evidence."""

    embedder: str = "bundled"
    rerank: bool = True
    threads: int = 2
    candidates: int = 20


@dataclass(frozen=True)
class ModelSettings:
    """provider: none, local or openai. api_key is never logged or shown. timeout in seconds."""

    provider: str = "local"
    base_url: str = ""
    model: str = ""
    api_key: str = field(default="", repr=False)
    timeout: float = 30.0


@dataclass(frozen=True)
class PageSettings:
    """host and port of the chat page; questions longer than max_question characters are refused."""

    host: str = "127.0.0.1"
    port: int = 7860
    max_question: int = 1000


@dataclass(frozen=True)
class Settings:
    """All settings. See presets/*.toml."""

    data: DataSettings = field(default_factory=DataSettings)
    index: IndexSettings = field(default_factory=IndexSettings)
    model: ModelSettings = field(default_factory=ModelSettings)
    page: PageSettings = field(default_factory=PageSettings)

    @property
    def folder(self) -> Path:
        """The data folder: the setting, else var/ in a checkout, else the user's data directory."""
        if self.data.folder:
            return Path(self.data.folder).expanduser()
        checkout = Path(__file__).resolve().parent
        if (checkout / "pyproject.toml").is_file():
            return checkout / "var"
        base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
        return Path(base) / "wengui"

    @property
    def library_path(self) -> Path:
        return self.folder / "library.db"

    @property
    def cache_folder(self) -> Path:
        return self.folder / "cache"

    @property
    def source_folders(self) -> tuple[Path, ...]:
        """Folders with documents: the shipped ones, the data folder's sources/, and the settings' own."""
        shipped = (Path(str(files("corpus.sources"))),) if self.data.shipped else ()
        return (*shipped, self.folder / "sources", *(Path(p).expanduser() for p in self.data.sources))

    def shown(self) -> dict[str, object]:
        """The settings as a plain dictionary, the key hidden."""
        plain = dataclasses.asdict(self)
        plain["model"]["api_key"] = "（已设置）" if self.model.api_key else ""
        return plain


def load_settings(path: Path | None = None, *, preset: str = "embedded", environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from a preset, the TOML file at path (or WENGUI_SETTINGS), and WENGUI_SECTION_KEY variables.

    Raises SettingsError with the dotted path of a key that is unknown or of the wrong type.
    """
    env = dict(os.environ if environment is None else environment)
    preset = env.get(f"{_ENVIRONMENT_PREFIX}PRESET", preset)
    merged = _read_preset(preset)
    file = path or (Path(env[f"{_ENVIRONMENT_PREFIX}SETTINGS"]) if env.get(f"{_ENVIRONMENT_PREFIX}SETTINGS") else None)
    if file is not None:
        _merge(merged, _read_file(file))
    for section in dataclasses.fields(Settings):
        for key in dataclasses.fields(_section_type(section.name)):
            name = f"{_ENVIRONMENT_PREFIX}{section.name}_{key.name}".upper()
            if env.get(name):
                merged.setdefault(section.name, {})[key.name] = env[name]
    return _build(merged)


def presets() -> tuple[str, ...]:
    """Names of the shipped presets."""
    return tuple(sorted(p.name.removesuffix(".toml") for p in files("presets").iterdir() if p.name.endswith(".toml")))


def _read_preset(name: str) -> dict:
    source = files("presets").joinpath(f"{name}.toml")
    if not source.is_file():
        raise SettingsError(f"没有名为 {name} 的预设", "", f"可用的有：{'、'.join(presets())}。")
    return tomllib.loads(source.read_text(encoding="utf-8"))


def _read_file(path: Path) -> dict:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SettingsError("找不到设置文件", str(path), "请检查路径。") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"设置文件不是正确的 TOML：{error}", str(path), "请改正这一处。") from error


def _merge(base: dict, over: dict) -> None:
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            base[key].update(value)
        else:
            base[key] = value


def _section_type(name: str) -> type:
    return typing.get_type_hints(Settings)[name]


def _build(merged: dict) -> Settings:
    sections = {}
    names = {section.name for section in dataclasses.fields(Settings)}
    for key, value in merged.items():
        if key not in names:
            raise SettingsError(f"不认识的设置：{key}", "", f"可用的段有：{'、'.join(sorted(names))}。")
        if not isinstance(value, dict):
            raise SettingsError(f"设置 {key} 应是一段", "", f"请写成 [{key}] 下的各项。")
        sections[key] = _build_section(key, value)
    return Settings(**sections)


def _build_section(section: str, values: dict) -> object:
    kind = _section_type(section)
    hints = typing.get_type_hints(kind)
    converted = {}
    for key, value in values.items():
        if key not in hints:
            raise SettingsError(f"不认识的设置：{section}.{key}", "", f"可用的有：{'、'.join(hints)}。")
        converted[key] = _convert(f"{section}.{key}", value, hints[key])
    return kind(**converted)


def _convert(dotted: str, value: object, hint: object) -> object:
    origin = typing.get_origin(hint)
    try:
        if origin is tuple:
            items = value.split(os.pathsep) if isinstance(value, str) else value
            return tuple(str(item) for item in items)  # type: ignore[union-attr]
        if hint is bool:
            if isinstance(value, bool):
                return value
            table = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
            return table[str(value).strip().lower()]
        if hint in (int, float) and not isinstance(value, bool):
            number = hint(value)  # type: ignore[operator]
            if number < 0:
                raise ValueError(number)
            return number
        if hint is str and isinstance(value, str):
            return value
    except (KeyError, TypeError, ValueError):
        pass
    wanted = {int: "非负整数", float: "非负数", bool: "true 或 false", str: "文字"}.get(hint, "一列文字")  # type: ignore[call-overload]
    raise SettingsError(f"设置 {dotted} 的值不对：{value!r}", "", f"应填{wanted}。")


