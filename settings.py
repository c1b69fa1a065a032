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
_NO_LIMIT = float("inf")
# Dotted path → least and greatest value that makes sense.
_RANGES: Mapping[str, tuple[float, float]] = {
    "index.threads": (1, 1024), "index.candidates": (1, 1000), "model.timeout": (0.1, 86_400), "page.port": (1, 65_535),
    "page.max_question": (1, _NO_LIMIT), "page.question_seconds": (1, 3600), "library.upload_limit": (1, 4096), "library.parse_seconds": (1, 86_400),
    "library.parse_memory": (256, 1_048_576),
    "access.idle_minutes": (1, 1440), "access.session_hours": (1, 720), "access.questions_per_minute": (1, 10_000),
}
_DEFAULT_PRESET = "embedded"
_SECRETS = ("model.api_key", "index.milvus_token")


@dataclass(frozen=True)
class DataSettings:
    """folder: where library.db, caches and history live; sources: more folders with documents."""

    folder: str = ""
    sources: tuple[str, ...] = ()
    shipped: bool = True


@dataclass(frozen=True)
class IndexSettings:
    """embedder: "bundled" or "sentence-transformers:NAME"; rerank: whether the bundled reranker is used;
    threads: cores for models; candidates: clauses that go on to evidence. vectors: "faiss", or "milvus" at milvus_uri;
    milvus_collection: one for each library, where several share a server."""

    embedder: str = "bundled"
    rerank: bool = True
    threads: int = 2
    candidates: int = 20
    vectors: str = "faiss"
    milvus_uri: str = ""
    milvus_token: str = field(default="", repr=False)
    milvus_collection: str = "wengui"


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
    """host and port of the chat page; questions longer than max_question characters are refused; one that takes longer
    than question_seconds, its waiting not counted, is stopped."""

    host: str = "127.0.0.1"
    port: int = 7860
    max_question: int = 1000
    question_seconds: int = 120


@dataclass(frozen=True)
class LogSettings:
    """requests: where one JSON line for each request and each answer goes: "file" (logs/requests.jsonl of the data
    folder), "stderr" or "off"; questions: whether an answer's line holds the question."""

    requests: str = "file"
    questions: bool = False


@dataclass(frozen=True)
class LibrarySettings:
    """upload_limit: MiB that one uploaded file may have; parse_seconds, parse_memory (MiB): what reading one file may
    take, in a process of its own. manage: whether documents are managed here; of several over one library, one does."""

    upload_limit: int = 100
    parse_seconds: int = 600
    parse_memory: int = 3072
    manage: bool = True


@dataclass(frozen=True)
class AccessSettings:
    """roles: users must sign in; needed before others may reach the page. hosts: the names and addresses by which they
    do. https: a proxy on this machine encrypts, so cookies are for https alone. A session ends after idle_minutes
    without a request and after session_hours."""

    roles: bool = False
    hosts: tuple[str, ...] = ()
    https: bool = False
    idle_minutes: int = 120
    session_hours: int = 12
    questions_per_minute: int = 30


@dataclass(frozen=True)
class Settings:
    """All settings. See presets/*.toml."""

    data: DataSettings = field(default_factory=DataSettings)
    index: IndexSettings = field(default_factory=IndexSettings)
    model: ModelSettings = field(default_factory=ModelSettings)
    page: PageSettings = field(default_factory=PageSettings)
    log: LogSettings = field(default_factory=LogSettings)
    library: LibrarySettings = field(default_factory=LibrarySettings)
    access: AccessSettings = field(default_factory=AccessSettings)

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
        """The settings as a plain dictionary, what is secret hidden."""
        plain = dataclasses.asdict(self)
        for section, _, key in (dotted.partition(".") for dotted in _SECRETS):
            plain[section][key] = "（已设置）" if plain[section][key] else ""
        return plain


def load_settings(
    path: Path | None = None, *, preset: str | None = None, environment: Mapping[str, str] | None = None
) -> Settings:
    """Settings from a preset, the TOML file at path (or WENGUI_SETTINGS), and WENGUI_SECTION_KEY variables.

    preset: its name, None for WENGUI_PRESET's or else "embedded".
    Raises SettingsError with the dotted path of a key that is unknown, of the wrong type or out of range.
    """
    env = dict(os.environ if environment is None else environment)
    merged = _read_preset(preset or env.get(f"{_ENVIRONMENT_PREFIX}PRESET") or _DEFAULT_PRESET)
    named = env.get(f"{_ENVIRONMENT_PREFIX}SETTINGS")
    file = path or (Path(named).expanduser() if named else None)
    if file is not None:
        _merge(merged, _read_file(file))
    for section in dataclasses.fields(Settings):
        prefix = f"{_ENVIRONMENT_PREFIX}{section.name}_".upper()
        for name in sorted(env):
            # An empty variable is one that was not set. Unknown keys are refused below, like those of a file.
            if name.startswith(prefix) and env[name]:
                over = {section.name: {name.removeprefix(prefix).lower(): env[name]}}
                _merge(merged, over)
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
    except OSError as error:
        raise SettingsError("打不开设置文件", str(path), f"请检查路径和权限（{error.strerror}）。") from error
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
    """value as the type a key has; texts, as the environment gives them, are read. Raises SettingsError."""
    converted = _typed(value, hint)
    if converted is None:
        wanted = {int: "整数", float: "数", bool: "true 或 false", str: "文字"}.get(hint, "一列文字")  # type: ignore[call-overload]
        shown = "" if dotted in _SECRETS else f"：{value!r}"
        raise SettingsError(f"设置 {dotted} 的值不对{shown}", "", f"应填{wanted}。")
    least, greatest = _RANGES.get(dotted, (-_NO_LIMIT, _NO_LIMIT))
    # Written so that nan, which compares with nothing, is refused.
    if isinstance(converted, int | float) and not isinstance(converted, bool) and not least <= converted <= greatest:
        bound = f"不小于 {least:g} 的数" if greatest == _NO_LIMIT else f"{least:g} 到 {greatest:g} 之间的数"
        raise SettingsError(f"设置 {dotted} 的值不对：{value!r}", "", f"应填{bound}。")
    return converted


def _typed(value: object, hint: object) -> object | None:
    """value as hint's type, None when it is not one."""
    if typing.get_origin(hint) is tuple:
        items = [item for item in value.split(os.pathsep) if item] if isinstance(value, str) else value
        return tuple(items) if isinstance(items, list) and all(isinstance(item, str) for item in items) else None
    if hint is bool:
        table = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
        return value if isinstance(value, bool) else table.get(str(value).strip().lower())
    if hint in (int, float) and not isinstance(value, bool):
        if hint is int and not isinstance(value, int | str):
            return None
        try:
            return hint(value)  # type: ignore[operator]
        except (TypeError, ValueError, OverflowError):
            return None
    return value if hint is str and isinstance(value, str) else None
