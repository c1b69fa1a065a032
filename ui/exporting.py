"""Stored turns as files to download: which parts of a turn an export holds, and what the file is called."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from assistant.export import Entry, Figures, Footnote, to_docx, to_markdown
from assistant.history import StoredTurn
from ui.html import plain
from ui.tables import column_title
from ui.turns import Source, Turn, from_record


@dataclass(frozen=True)
class Download:
    """A file as sent. headers: its name, for every browser."""

    content: bytes
    media_type: str
    headers: dict[str, str]


_MAKERS: dict[str, tuple[str, Callable[[str, Sequence[Entry]], bytes]]] = {
    "md": ("text/markdown; charset=utf-8", lambda title, entries: to_markdown(title, entries).encode("utf-8", "replace")),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", to_docx),
}
KINDS = tuple(_MAKERS)


def export(kind: str, stored: Sequence[StoredTurn], title: str = "") -> Download:
    """One answer (title "") or a conversation under its name. kind: one of KINDS."""
    media_type, make = _MAKERS[kind]
    content = make(title, [entry_of(turn) for turn in stored])
    named = re.sub(r'[\\/:*?"<>|\s.]+', "", plain(title or stored[0].question))[:40] or "问答"
    name = f"问规-{named}.{kind}"
    disposition = f"attachment; filename=\"wengui.{kind}\"; filename*=UTF-8''{quote(name, errors='replace')}"
    return Download(content, media_type, {"Content-Disposition": disposition})


def entry_of(stored: StoredTurn) -> Entry:
    """A stored turn as a report shows it."""
    turn = from_record(stored.question, stored.record)
    remarks = (*(["资料只回答了问题的一部分。"] if turn.status == "partial" else []), *_understood(turn), *turn.notices)
    notes = tuple(Footnote(s.label, s.document, s.path, s.page, s.quote) for s in turn.sources)
    nearest = tuple(Footnote(at, near.document, near.path, None, near.text) for at, near in enumerate(turn.nearest, 1)) if turn.refused else ()
    return Entry(turn.question, turn.text, _made(turn), remarks, notes, _figures(turn.sources), nearest, _day(stored.asked))


def _made(turn: Turn) -> str:
    if turn.refused:
        return "资料中没有找到依据"
    return f"由 {turn.model} 改写，逐句与所引条款核对" if turn.kind == "model" else "原文摘录"


def _understood(turn: Turn) -> list[str]:
    found = [f"结合上文，按“{turn.rewritten}”查找。"] if turn.rewritten else []
    return found + ([f"只查：{turn.scope}。"] if turn.scope else [])


def _figures(sources: Sequence[Source]) -> Figures | None:
    rows = [source for source in sources if source.values]
    if not rows:
        return None
    years = list(dict.fromkeys(year for source in rows for year, _ in source.values))
    cells = [
        (f"{source.indicator}（{source.unit}）" if source.unit else source.indicator, *(dict(source.values).get(year, "—") for year in years))
        for source in rows
    ]
    return Figures(("指标", *map(column_title, years)), tuple(cells))


def _day(asked: str) -> str:
    """The local date of a stored time; "" when it is none."""
    try:
        return datetime.fromisoformat(asked).astimezone().date().isoformat()
    except ValueError:
        return ""
