"""Three-line builders of clauses, queries and chosen evidence, for tests of what stands between search and answer."""

from __future__ import annotations

from zlib import crc32

from assistant.evidence import Chosen
from assistant.query import QueryReader
from assistant.schema import Evidence, Query
from corpus.schema import Clause, ClauseKind, Document, Level, TableRow
from index.passages import sentence_pieces
from index.schema import Passage, PassageHit

READER = QueryReader((), ())


def ask(question: str) -> Query:
    """The question as the product reads it, against an empty library."""
    return READER.read(question)


def document(title: str = "青岚县老年大学发展规划", *, level: Level = Level.OTHER, period: str | None = None) -> Document:
    return Document("d", title, None, level, None, None, period, None, "t.txt", "0")


def clause(text: str, **more: object) -> Clause:
    values: dict[str, object] = {"kind": ClauseKind.BODY, "label": "", "title": "", "heading_path": (), **more}
    return Clause(clause_id=f"c{crc32(text.encode()):08x}", doc_id="d", order=0, text=text, **values)  # type: ignore[arg-type]


def row(values: dict[str, str | None], *, indicator: str = "老年大学在校学员", unit: str | None = "万人", group: str | None = None) -> Clause:
    """A table row as a clause: indicator, unit and cells in one printed line."""
    text = " ".join([f"{indicator}（{unit}）" if unit else indicator, *(value or "—" for value in values.values())])
    return clause(text, kind=ClauseKind.TABLE_ROW, row=TableRow(indicator, unit, group, values))


def passage(own: Clause, words: str = "") -> Passage:
    """The sentence of a clause, as it is retrieved, that holds words; of a row the whole."""
    pieces = [(0, len(own.text))] if own.row is not None else sentence_pieces(own)
    start, end = next((a, b) for a, b in pieces if words in own.text[a:b])
    return Passage("p", own.clause_id, own.text[start:end], own.text[start:end], start, end)


def hit(own: Clause, *, cross: float = 0.0, dense: float = 0.5) -> PassageHit:
    return PassageHit(passage(own), own, document(), 1, 0.0, {"cross": cross, "dense": dense, "whole": 0.0})


def chosen(*clauses: Clause, about: Document | None = None) -> Chosen:
    """Clauses chosen whole, each shown in its own words."""
    items = tuple(Evidence(own, about or document(), 0, len(own.text), own.text, 1.0) for own in clauses)
    return Chosen(items, tuple(hit(own) for own in clauses))
