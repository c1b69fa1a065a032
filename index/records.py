"""Documents and clauses as the JSON of library.db's rows, and back."""

from __future__ import annotations

import dataclasses
import json

from corpus.schema import Clause, ClauseKind, Document, Level, Note, TableRow


def dump(value: Document | Clause) -> str:
    """A row's JSON."""
    return json.dumps(dataclasses.asdict(value), ensure_ascii=False)


def document(body: dict) -> Document:
    """The document of a row. Raises KeyError, TypeError or ValueError when it is none."""
    body["level"] = Level(body["level"])
    body["aliases"] = tuple(body["aliases"])
    return Document(**body)


def clause(body: dict) -> Clause:
    """The clause of a row. Raises KeyError, TypeError or ValueError when it is none."""
    body["kind"] = ClauseKind(body["kind"])
    for key in ("heading_path", "lead_departments", "support_departments", "inherited_years"):
        body[key] = tuple(body[key])
    body["notes"] = tuple(Note(**note) for note in body["notes"])
    body["row"] = TableRow(**body["row"]) if body["row"] else None
    return Clause(**body)
