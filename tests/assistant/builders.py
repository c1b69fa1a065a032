"""Small builders of evidence for tests of drafts and verification."""

from __future__ import annotations

from assistant.schema import Citation, Evidence
from corpus.schema import Clause, ClauseKind, Document, Level


def evidence(text: str, *, title: str = "某市教育规划", number: int = 1, years: tuple[str, ...] = ()) -> Evidence:
    """The whole of a one-clause document as evidence."""
    document = Document(f"d{number}", title, None, Level.CITY, None, None, None, None, "t.txt", "0")
    clause = Clause(f"c{number}", f"d{number}", 0, ClauseKind.ITEM, "", "", (), text, inherited_years=years)
    return Evidence(clause, document, 0, len(text), text, 1.0)


def citations(items: list[Evidence]) -> list[Citation]:
    """Their citations, labelled from 1."""
    return [
        Citation(n, e.clause.clause_id, e.document.title, (), None, e.quote, e.char_start, e.char_end, e.clause.text)
        for n, e in enumerate(items, start=1)
    ]
