"""Faults in a parsed source for a person to look at: gaps, repeats, jumps, orphan lines, unreadable pages. Pure."""

from __future__ import annotations

import re

from corpus.markers import BULLETS, match_marker
from corpus.schema import Clause, ClauseKind, Document, ParsedSource, Problem
from corpus.text import ends_sentence

KINDS = {
    "gap": "缺号", "repeat": "重号", "jump": "跳号", "orphan": "孤行", "unreadable": "没有文字的页", "unread": "没有读入的内容", "hidden": "隐藏的内容",
    "invisible": "看不见的字符", "lookalike": "形近的字符",
}
_ORPHAN_MAX = 5  # characters; a shorter paragraph without a sentence mark is likely a line torn off


def check(parsed: ParsedSource) -> tuple[Problem, ...]:
    """All problems of a source: those met while reading, then repeated numbers and orphan lines, in reading order."""
    titles = {document.doc_id: document for document in parsed.documents}
    found: list[Problem] = list(parsed.problems)
    seen: dict[tuple[str, str, str, int], Clause] = {}
    for clause in parsed.clauses:
        found.extend(_repeats(clause, titles[clause.doc_id], seen))
        if _is_orphan(clause):
            found.append(Problem("orphan", _where(titles[clause.doc_id], clause), f"单独成段的短行：{clause.text}"))
    return tuple(found)


def _repeats(clause: Clause, document: Document, seen: dict[tuple[str, str, str, int], Clause]) -> list[Problem]:
    """Whether the clause's number stands already under the same heading (articles: anywhere in the document)."""
    marker = match_marker(clause.text) if clause.label and clause.kind is not ClauseKind.NOTE else None
    if (
        marker is None
        or marker.number is None
        or marker.inserted
        or marker.family in BULLETS
        or marker.family == "decimal"
    ):
        return []
    place = "" if marker.family == "article" else "›".join(clause.heading_path)
    key = (clause.doc_id, place, marker.family, marker.number)
    if key in seen:
        return [Problem("repeat", _where(document, clause), f"“{marker.label}”已在前面出现：{seen[key].text[:20]}")]
    seen[key] = clause
    return []


def _is_orphan(clause: Clause) -> bool:
    if clause.kind is not ClauseKind.BODY or clause.label or len(clause.text) > _ORPHAN_MAX:
        return False
    return not ends_sentence(clause.text) and not re.match(r"^(?:附|注|[（(].*[)）]$)", clause.text)


def _where(document: Document, clause: Clause) -> str:
    page = f"第 {clause.page_start} 页" if clause.page_start else ""
    return f"《{document.title}》{page}{clause.label}"
