"""What the page keeps of one answer: plain values made from an Answer, stored as JSON, shown again after a restart."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant.chain import nearest_note
from assistant.schema import Answer, Status, Wanted
from corpus.schema import Clause
from index.library import Library
from index.schema import Hit

FORMAT = 1
_YEAR = r"(?:19|20)\d{2}"


@dataclass(frozen=True)
class Source:
    """One citation as shown. start:end half-open, code points of the clause's text. values: a table row's cells by year;
    years: those its words are about, from the clauses above it where it names none."""

    label: int
    clause_id: str
    start: int
    end: int
    quote: str
    document: str
    level: str
    period: str | None
    path: tuple[str, ...]
    page: int | None
    indicator: str = ""
    unit: str = ""
    values: tuple[tuple[str, str], ...] = ()
    years: tuple[str, ...] = ()


@dataclass(frozen=True)
class Near:
    """One of the nearest clauses of a refusal. note: how it differs from what was asked."""

    clause_id: str
    start: int
    end: int
    document: str
    level: str
    path: tuple[str, ...]
    text: str
    note: str = ""


@dataclass(frozen=True)
class Turn:
    """A question with its answer. kind: excerpt or model; compares: documents are set against each other. seconds by
    step. turn_id is None until it is stored."""

    question: str
    text: str
    status: str
    kind: str = "excerpt"
    model: str = "none"
    sources: tuple[Source, ...] = ()
    nearest: tuple[Near, ...] = ()
    notices: tuple[str, ...] = ()
    rewritten: str | None = None
    scope: str = ""
    seconds: Mapping[str, float] = field(default_factory=dict)
    turn_id: int | None = None
    feedback: bool | None = None
    compares: bool = False

    @property
    def refused(self) -> bool:
        return self.status == Status.REFUSED.value


def to_turn(answer: Answer, library: Library, scope: str = "") -> Turn:
    """An Answer as the page shows it."""
    rewritten = answer.trace.get("rewritten")
    years = [str(year) for year in answer.trace.get("years") or ()]  # type: ignore[union-attr]
    return Turn(
        answer.question, answer.text, answer.status.value, answer.source, answer.model, _sources(answer, library),
        tuple(_near(hit, years) for hit in answer.nearest), answer.notices, str(rewritten) if rewritten else None, scope,
        dict(answer.seconds), compares=answer.trace.get("wanted") == Wanted.COMPARE.value,
    )


def _sources(answer: Answer, library: Library) -> tuple[Source, ...]:
    found = []
    for citation in answer.citations:
        clause = library.clauses[citation.clause_id]
        document = library.document_of(clause)
        row = clause.row
        values = tuple((year, value or "—") for year, value in row.values.items()) if row else ()
        found.append(Source(
            citation.label, citation.clause_id, citation.char_start, citation.char_end, citation.quote, document.title,
            document.level.value, document.period, clause_path(clause.heading_path, clause.title), citation.page,
            row.indicator if row else "", (row.unit or "") if row else "", values, years_of(clause, citation.quote),
        ))
    return tuple(found)


def years_of(clause: Clause, quote: str) -> tuple[str, ...]:
    """The years that quoted words are about: a row's columns, those the words name, else those said above them."""
    if clause.row is not None:
        return tuple(column for column in clause.row.values if re.fullmatch(_YEAR, column))
    named = re.findall(rf"(?:^|\D)({_YEAR})(?=\s*年|[—–-]\s*{_YEAR}\s*年)", re.sub(r"《[^》]*》", "", quote))
    return tuple(dict.fromkeys(named or clause.inherited_years))


def clause_path(heading_path: tuple[str, ...], title: str) -> tuple[str, ...]:
    """Headings down to the clause, its own title last where it has one."""
    return (*heading_path, title) if title and (not heading_path or heading_path[-1] != title) else heading_path


def _near(hit: Hit, years: list[str]) -> Near:
    passage = hit.passage
    return Near(
        hit.clause.clause_id, passage.char_start, passage.char_end, hit.document.title, hit.document.level.value,
        clause_path(hit.clause.heading_path, hit.clause.title), passage.text, nearest_note(hit, years),
    )


def to_record(turn: Turn) -> dict[str, Any]:
    """A turn as plain JSON values, without what the store itself knows."""
    record = dataclasses.asdict(turn)
    for key in ("turn_id", "feedback", "question"):
        del record[key]
    return {**record, "format": FORMAT}


def from_record(question: str, record: Mapping[str, Any], turn_id: int | None = None, feedback: bool | None = None) -> Turn:
    """A stored turn. One of an unknown format keeps its question and its words and loses the rest."""
    if record.get("format") != FORMAT:
        return Turn(question, str(record.get("text", "")), str(record.get("status", "grounded")), turn_id=turn_id, feedback=feedback)
    sources = tuple(
        Source(**{
            **item, "path": tuple(item["path"]), "values": tuple((str(k), str(v)) for k, v in item["values"]), "years": tuple(item.get("years", ())),
        })
        for item in record["sources"]
    )
    nearest = tuple(Near(**{**item, "path": tuple(item["path"])}) for item in record["nearest"])
    plain = {key: record[key] for key in ("text", "status", "kind", "model", "rewritten", "scope", "seconds")}
    # What an older version did not keep.
    plain["compares"] = bool(record.get("compares"))
    return Turn(question, sources=sources, nearest=nearest, notices=tuple(record["notices"]), turn_id=turn_id, feedback=feedback, **plain)


def copy_text(turn: Turn) -> str:
    """The question, the answer and its sources as plain text, ready to paste."""
    lines = [f"问：{turn.question}", f"答：{turn.text}"]
    if turn.sources:
        lines.append("出处：")
    for source in turn.sources:
        page = f"，第 {source.page} 页" if source.page else ""
        lines.append(f"[{source.label}] 《{source.document.strip('《》')}》{' › '.join(source.path)}{page}：“{source.quote.strip()}”")
    return "\n".join(lines)
