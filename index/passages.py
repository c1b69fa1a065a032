"""Clauses → Passages: sentences (long ones cut at semicolons) and, for long clauses, the clause as a whole.

text is what may be quoted; embed_text puts the short title, heading and inherited year before it and is
never shown. Pure.
"""

from __future__ import annotations

import hashlib
import re

from corpus.departments import is_department_line
from corpus.schema import Clause, ClauseKind, Document
from corpus.text import sentence_spans
from index.schema import Passage

_LONG = 130  # characters; a longer sentence is cut at semicolons
_SHORT = 12  # characters; a shorter sentence joins the next one
_WHOLE_MAX = 320  # characters of a clause embedded as a whole
_COUNTED = re.compile(r"[一二三四五六七八九十]+是")
_SIGNED = re.compile(r"^\d{4}年\d{1,2}月\d{1,2}日$")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?=\s*年)")


def short_title(document: Document) -> str:
    """The document's name without its period: what people call it."""
    return document.aliases[0] if document.aliases else document.title


def quotable_end(clause: Clause) -> int:
    """End of the clause's own text: department lines after it are fields, not sentences."""
    position = 0
    for line in clause.text.split("\n"):
        if is_department_line(line):
            return max(position - 1, 0)
        position += len(line) + 1
    return len(clause.text)


def sentence_pieces(clause: Clause) -> list[tuple[int, int]]:
    """Half-open spans of the clause's sentences as retrieved: short ones joined, long ones cut at ；."""
    end = quotable_end(clause)
    spans: list[tuple[int, int]] = []
    found = sentence_spans(clause.text[:end])
    for number, (start, stop) in enumerate(found):
        # A short opening (also 二是…。) is a title and goes with what follows; a short aside (某某说。) with what it ends.
        before = clause.text[spans[-1][0] : spans[-1][1]] if spans else ""
        touches = bool(spans) and start - spans[-1][1] <= 1
        opening = len(before) < _SHORT and (number == 1 or _COUNTED.match(before) is not None)
        aside = stop - start < _SHORT and not _COUNTED.match(clause.text[start:stop])
        if touches and (opening or aside):
            start = spans.pop()[0]
        spans.append((start, stop))
    pieces: list[tuple[int, int]] = []
    for start, stop in spans:
        pieces.extend(_cut(clause.text, start, stop))
    return pieces


def _cut(text: str, start: int, stop: int) -> list[tuple[int, int]]:
    if stop - start <= _LONG:
        return [(start, stop)]
    pieces: list[tuple[int, int]] = []
    cursor = start
    for match in re.finditer("；", text[start:stop]):
        at = start + match.end()
        if at - cursor >= _SHORT and stop - at >= _SHORT:
            pieces.append((cursor, at))
            cursor = at
    pieces.append((cursor, stop))
    return pieces


def year_of(clause: Clause, start: int) -> str:
    """The year a piece of a clause stands under: the last year named before it, else the inherited one, else ""."""
    found = _YEAR.findall(clause.text[:start])
    return found[-1] if found else (clause.inherited_years[0] if clause.inherited_years else "")


def to_passages(clause: Clause, document: Document) -> list[Passage]:
    """The passages of one clause. Source lines, note heads and bare titles give none."""
    if not is_searchable(clause):
        return []
    head = short_title(document)
    path = _heading(clause)
    if clause.kind is ClauseKind.TABLE_ROW:
        years = "、".join(f"{year}年" for year in (clause.row.values if clause.row else {}))
        group = f"{clause.row.group} " if clause.row and clause.row.group else ""
        return [_passage(clause, 0, len(clause.text), f"{head} · {group}指标 {years}｜{clause.text}")]
    passages: list[Passage] = []
    pieces = sentence_pieces(clause)
    for start, stop in pieces:
        text = clause.text[start:stop]
        year = "" if _YEAR.search(text) else year_of(clause, start)
        if _SIGNED.match(text):
            path = "落款日期 印发日期 发布日期"
        context = path if path and not text.startswith(path[:12]) else ""
        prefix = " · ".join(part for part in (head, context, f"到{year}年" if year else "") if part)
        passages.append(_passage(clause, start, stop, f"{prefix}｜{text}"))
    end = quotable_end(clause)
    if len(pieces) > 1:
        passages.append(_passage(clause, 0, end, f"{head}｜{clause.text[: min(end, _WHOLE_MAX)]}"))
    return passages


def is_searchable(clause: Clause) -> bool:
    """Whether a clause may answer anything: not a title, a 来源 line, a 注： or 附件： head."""
    if clause.kind is ClauseKind.HEADING and clause.depth == 0:
        return False
    if clause.kind is ClauseKind.BODY and len(clause.text) < 20:
        return bool(_SIGNED.match(clause.text))
    return bool(clause.text.strip())


def _heading(clause: Clause) -> str:
    """The nearest heading that says what the clause is about, without its number."""
    own = clause.title if clause.kind in (ClauseKind.ITEM, ClauseKind.BULLET, ClauseKind.QUESTION) else ""
    for title in (own, *reversed(clause.heading_path)):
        bare = re.sub(r"^(?:[一二三四五六七八九十]+、|[（(][^）)]*[）)]|\d+[.．、]|第[^条章节]*[条章节]|\d+[.．]\d+)\s*", "", title)
        bare = re.sub(r"^(?:\d+[.．])?\s*问[:：]", "", bare)
        if len(bare) >= 3:
            return bare[:40]
    return ""


def _passage(clause: Clause, start: int, stop: int, embed_text: str) -> Passage:
    key = hashlib.sha256(f"{clause.clause_id}|{start}|{stop}".encode()).hexdigest()[:16]
    return Passage(key, clause.clause_id, clause.text[start:stop], embed_text.replace("\n", " "), start, stop)
