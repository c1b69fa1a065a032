"""Judged turns made into evaluation cases, one JSON line each, in the format of eval/data. No HTML here.

A useful answer becomes its own reference. A wrong one needs the right clause, given as its permanent link, or the word
that the documents do not answer; its own words are never taken for the right ones.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from assistant.history import StoredTurn
from assistant.query import normalise, wanted
from assistant.schema import Wanted
from corpus.numerals import figures
from corpus.schema import Clause
from corpus.text import fold
from errors import AssistantError
from index.library import Library
from ui.clause_view import valid_span
from ui.turns import Source, Turn, from_record

FILE = "feedback.jsonl"
_TYPES = {
    Wanted.FIGURE: "number", Wanted.DATE: "deadline", Wanted.DEPARTMENT: "department", Wanted.LIST: "list", Wanted.SCAN: "list",
    Wanted.DEFINITION: "definition", Wanted.YESNO: "yesno", Wanted.COMPARE: "compare",
}
_MOST_POINTS = 6
_PHRASE = re.compile(r"[^，,、；;。！？：:\n]+")
_MARK = re.compile(r"\[\d+\]")
_WRITING = threading.Lock()


class FeedbackError(AssistantError):
    """A judged turn that cannot become a case as it is."""


def case_id(stored: StoredTurn) -> str:
    """The same for the same turn, another when a new history counts from one again."""
    return f"FB-{stored.turn_id:04d}-{hashlib.sha256(f'{stored.asked}{stored.question}'.encode('utf-8', 'replace')).hexdigest()[:6]}"


def case_of(stored: StoredTurn, library: Library, link: str = "", *, unanswerable: bool = False) -> dict[str, Any]:
    """The case of one judged turn. link: the permanent link of the right clause, "" for the answer's own sources;
    unanswerable: the documents do not answer.

    Raises FeedbackError when a wrong answer comes without either, and when a link leads to no clause.
    """
    turn = from_record(stored.question, stored.record)
    right = [source_of_link(link, library)] if link.strip() else []
    if not right and (unanswerable or (turn.refused and stored.feedback)):
        return _case(stored, "unanswerable", turn.text if turn.refused else "资料中没有找到依据。", [], [])
    if not right and not stored.feedback:
        raise FeedbackError("这条回答有误，还缺正确的依据", "", "请在原文里复制那一条的固定链接，贴在这里再收；资料里确实没有的，点“应当拒答”。")
    sources = right or list(turn.sources)
    if not sources:
        raise FeedbackError("这条回答没有出处", "", "请贴上正确依据的固定链接。")
    answer = " ".join(source.quote.strip() for source in right) if right else _MARK.sub("", turn.text).strip()
    kind = case_type(turn.question, sources)
    return _case(stored, kind, answer, key_points(kind, turn, sources, answer, _departments(turn.question, sources, library)), sources)


def _case(stored: StoredTurn, kind: str, answer: str, points: list[list[str]], sources: Sequence[Source]) -> dict[str, Any]:
    evidence = [{"doc": source.document.strip("《》"), "quote": source.quote.strip()} for source in sources]
    return {
        "id": case_id(stored), "question": stored.question, "type": kind, "answer": answer, "key_points": points, "evidence": evidence,
        "forbidden": [], "answerable": kind != "unanswerable",
    }


def source_of_link(link: str, library: Library) -> Source:
    """The words a permanent link marks, else the whole clause. Raises FeedbackError when there is no such clause."""
    query = parse_qs(urlsplit(link.strip()).query)
    clause = library.clauses.get((query.get("clause") or [link.strip()])[0])
    if clause is None:
        raise FeedbackError("这个链接打不开资料库里的条款", "", "请在原文的下方点“固定链接”复制，再贴到这里。")
    start, end = (_number(query, name) for name in ("start", "end"))
    span = valid_span(clause.text, start, end) or (0, len(clause.text))
    return _source(clause, library, span)


def _number(query: dict[str, list[str]], name: str) -> int | None:
    value = (query.get(name) or [""])[0]
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 9 else None


def _source(clause: Clause, library: Library, span: tuple[int, int]) -> Source:
    document, row = library.document_of(clause), clause.row
    values = tuple((year, value or "—") for year, value in row.values.items()) if row else ()
    return Source(
        1, clause.clause_id, *span, clause.text[slice(*span)], document.title, document.level.value, document.period, clause.heading_path,
        clause.page_start, row.indicator if row else "", (row.unit or "") if row else "", values,
    )


def case_type(question: str, sources: Sequence[Source]) -> str:
    """One of the types of eval/data: what the question asks for, else what the sources are."""
    asked = _TYPES.get(wanted(normalise(question)), "")
    if any(source.values for source in sources) and asked in ("", "number", "deadline"):
        return "table"
    if asked:
        return asked
    if len({source.document for source in sources}) > 1:
        return "multi"
    return "number" if any(figures(source.quote) for source in sources) else "definition"


def _departments(question: str, sources: Sequence[Source], library: Library) -> list[str]:
    """The departments of the cited clauses: those in the lead, those that support, or both, as the question has it."""
    clauses = [library.clauses[source.clause_id] for source in sources if source.clause_id in library.clauses]
    lead, support = "牵头" in question, "配合" in question
    return [
        name for clause in clauses
        for name in (*(clause.lead_departments if lead or not support else ()), *(clause.support_departments if support or not lead else ()))
    ]


def key_points(kind: str, turn: Turn, sources: Sequence[Source], answer: str, departments: Sequence[str] = ()) -> list[list[str]]:
    """What an answer must hold, from the quotes and as the reference answer has it: figures, departments, phrases."""
    found: list[str] = list(departments) if kind == "department" else []
    for source in sources if not found else ():
        if kind == "table" and source.values:
            asked = [value for year, value in source.values if year in turn.question]
            found += asked or [value for _, value in source.values]
        elif kind in ("list", "definition", "yesno", "department"):
            found += _phrases(source.quote, turn.question)[: None if kind in ("list", "department") else 1]
        else:
            told = [figure for figure in figures(source.quote) if kind != "deadline" or figure.kind in ("year", "date")]
            found += [figure.text for figure in told] or _phrases(source.quote, turn.question)[:1]
    question, reference = fold(turn.question), fold(answer)
    held = [point for point in dict.fromkeys(found) if point != "—" and fold(point) in reference]
    new = [point for point in held if fold(point) not in question] or held
    return [[point] for point in new[: len(departments) or _MOST_POINTS] or [max(_PHRASE.findall(answer) or [answer], key=len)]]


def _phrases(quote: str, question: str) -> list[str]:
    """The quote's phrases, longest first where it is one sentence's, those the question has itself left out."""
    asked = fold(question)
    parts = [part.strip() for part in _PHRASE.findall(quote)]
    return sorted((part for part in parts if len(part) >= 2 and fold(part) not in asked), key=len, reverse=True)


# -- the file --------------------------------------------------------------------------------------------------


def kept_ids(path: Path) -> set[str]:
    """The ids already in the file; lines that are no cases count for nothing."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError):
        return set()
    found = set()
    for line in lines:
        try:
            raw = json.loads(line)
        except json.JSONDecodeError:
            continue
        if isinstance(raw, dict):
            found.add(str(raw.get("id", "")))
    return found


def append(path: Path, case: dict[str, Any]) -> bool:
    """Add a case as one line; False when its id is there already. Raises FeedbackError when the file cannot be written."""
    with _WRITING:
        if case["id"] in kept_ids(path):
            return False
        line = json.dumps(case, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        try:
            with path.open("a+b") as file:
                file.seek(0, os.SEEK_END)
                if file.tell():
                    file.seek(-1, os.SEEK_END)
                    line = line if file.read(1) == b"\n" else b"\n" + line
                file.write(line)
        except OSError as error:
            raise FeedbackError(f"评测题写不进文件（{error.strerror}）", str(path), "请检查磁盘和权限。") from error
        return True
