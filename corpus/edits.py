"""What an administrator says of a document in place of what was read in it: title, issuer, level, period, date.

Kept in a small file beside the source (NAME.meta.json), so that it moves, is built again and is backed up with it.
Clause texts are never edited.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from corpus.schema import Document, Level, ParsedSource
from corpus.text import INVISIBLE
from errors import SourceError

SUFFIX = ".meta.json"
_TITLE_MAX, _ISSUER_MAX = 120, 100  # characters
_PERIOD = re.compile(r"(\d{4})\s*年?(?:\s*[—–\-─~～至]+\s*(\d{4})\s*年?)?")
_DATE = re.compile(r"(\d{4})\s*[年\-/.]\s*(\d{1,2})\s*[月\-/.]\s*(\d{1,2})\s*日?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


@dataclass(frozen=True)
class Edit:
    """All that is said of one document; None where there is nothing to say."""

    title: str
    level: Level
    issuer: str | None = None
    period: str | None = None
    issued_on: str | None = None


def edit_of(document: Document) -> Edit:
    """What the document says itself."""
    return Edit(document.title, document.level, document.issuer, document.period, document.issued_on)


def checked(raw: Mapping[str, Any]) -> Edit:
    """An Edit from what somebody typed. Raises SourceError naming the field that is not usable."""
    title = _line(raw, "title", "名称", _TITLE_MAX)
    if not title:
        raise SourceError("文件名称是空的", "", "请写上文件的名称。")
    level = str(raw.get("level") or "")
    if level not in {item.value for item in Level}:
        raise SourceError(f"没有“{level[:10]}”这一级", "", f"请选{'、'.join(item.value for item in Level)}之一。")
    return Edit(
        title, Level(level), _line(raw, "issuer", "发文单位", _ISSUER_MAX) or None, _period(_line(raw, "period", "期限", 40)),
        _date(_line(raw, "issued_on", "印发日期", 40)),
    )


def _line(raw: Mapping[str, Any], key: str, name: str, most: int) -> str:
    """One line of text without invisible characters."""
    value = raw.get(key)
    if value is not None and not isinstance(value, str):
        raise SourceError(f"{name}应是文字", "", "请改正后再存。")
    line = " ".join(_CONTROL.sub(" ", INVISIBLE.sub("", value or "")).split()).encode("utf-8", "replace").decode()
    if len(line) > most:
        raise SourceError(f"{name}太长（{len(line)} 字）", "", f"请不超过 {most} 字。")
    return line


def _period(text: str) -> str | None:
    if not text:
        return None
    found = _PERIOD.fullmatch(text)
    if found is None or (found.group(2) and found.group(2) < found.group(1)):
        raise SourceError(f"期限写法不对：{text}", "", "请写成 2026—2030，只有一年就写 2026；没有就留空。")
    return f"{found.group(1)}—{found.group(2)}" if found.group(2) else found.group(1)


def _date(text: str) -> str | None:
    if not text:
        return None
    found = _DATE.fullmatch(text)
    try:
        day = date(*map(int, found.groups())) if found else None
    except ValueError:
        day = None
    if day is None:
        raise SourceError(f"印发日期不对：{text}", "", "请写成 2026年3月1日；不知道就留空。")
    return f"{day.year}年{day.month}月{day.day}日"


def apply(parsed: ParsedSource, edits: Mapping[str, Edit]) -> ParsedSource:
    """parsed with the edits of its documents, by doc_id; ids and clauses stay."""
    return replace(parsed, documents=tuple(_edited(document, edits.get(document.doc_id)) for document in parsed.documents))


def _edited(document: Document, edit: Edit | None) -> Document:
    if edit is None or edit == edit_of(document):
        return document
    # The printed title stays a name people may use.
    names = (*document.aliases, document.title) if document.title != edit.title else document.aliases
    aliases = tuple(dict.fromkeys(name for name in names if name != edit.title))
    return replace(document, **asdict(edit), aliases=aliases)


def beside(path: Path) -> Path:
    """Where the edits of a source are kept."""
    return path.with_name(path.name + SUFFIX)


def read_edits(path: Path) -> dict[str, Edit]:
    """The edits of the source at path by doc_id, none when there are none. Raises SourceError when they are damaged."""
    place = beside(path)
    try:
        raw = json.loads(place.read_text(encoding="utf-8"))
        return {doc_id: checked(edit) for doc_id, edit in raw.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError) as error:
        raise SourceError("文件信息读不出来", str(place), "请删除它，再到“管理”里重新填写。") from error


def write_edits(path: Path, edits: Mapping[str, Edit]) -> None:
    """Keep the edits of the source at path, all or none of them; nothing to keep removes the file. Raises OSError."""
    place = beside(path)
    if not edits:
        place.unlink(missing_ok=True)
        return
    fresh = place.with_name(place.name + ".new")
    with fresh.open("w", encoding="utf-8") as stream:
        json.dump({doc_id: asdict(edit) for doc_id, edit in edits.items()}, stream, ensure_ascii=False, indent=1)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(fresh, place)
