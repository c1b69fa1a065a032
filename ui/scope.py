"""Which documents may answer: those of the levels, the titles and the year that were chosen. Pure; no HTML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.schema import Document
from index.library import Library

_YEAR = re.compile(r"(?:19|20)\d{2}")
_LONGEST = 60  # years; a longer period is a misprint


@dataclass(frozen=True)
class Choice:
    """What was chosen, as the page sends it. year: "" for any."""

    levels: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    year: str = ""

    @classmethod
    def of(cls, levels: Sequence[str] | None, documents: Sequence[str] | None, year: str | None) -> Choice:
        """From values that may be missing."""
        return cls(tuple(levels or ()), tuple(documents or ()), year or "")

    def changed(self, kind: str, value: str) -> Choice:
        """One condition put on or taken off. kind: level, document or year; only: this document alone; all: none."""
        if kind == "level":
            return Choice(_toggled(self.levels, value), self.documents, self.year)
        if kind == "document":
            return Choice(self.levels, _toggled(self.documents, value), self.year)
        if kind == "year":
            return Choice(self.levels, self.documents, "" if value == self.year else value)
        if kind == "only":
            return Choice(documents=(value,))
        return Choice() if kind == "all" else self


@dataclass(frozen=True)
class Scope:
    """doc_ids: those that may answer, () for all; words: in Chinese, "" for all; empty: none fits, so nothing can be asked."""

    doc_ids: tuple[str, ...] = ()
    words: str = ""
    empty: bool = False


def confine(library: Library, choice: Choice) -> Scope:
    """The documents that fit every condition. What fits none is empty: a scope is never widened to everything."""
    parts = []
    if choice.documents:
        titles = [library.documents[doc_id].title.strip("《》") for doc_id in choice.documents if doc_id in library.documents]
        parts.append("、".join(f"《{title}》" for title in titles))
    if choice.levels:
        parts.append("、".join(choice.levels) + "的文件")
    if choice.year:
        parts.append(f"期限或数据包括 {choice.year} 年的")
    if not parts:
        return Scope()
    years = years_by_document(library) if choice.year else {}
    fits = tuple(
        doc_id for doc_id, document in library.documents.items()
        if (not choice.documents or doc_id in choice.documents) and (not choice.levels or document.level.value in choice.levels)
        and (not choice.year or choice.year in years[doc_id])
    )
    return Scope(fits, "，".join(part for part in parts if part), not fits)


def years_by_document(library: Library) -> dict[str, frozenset[str]]:
    """doc_id → the years its period covers and those its tables have figures for."""
    found = {doc_id: set(_covered(document)) for doc_id, document in library.documents.items()}
    for clause in library.clauses.values():
        if clause.row is not None:
            found[clause.doc_id].update(column for column in clause.row.values if _YEAR.fullmatch(column))
    return {doc_id: frozenset(years) for doc_id, years in found.items()}


def years_of(library: Library) -> list[str]:
    """Every year that some document is about, in order."""
    return sorted(set().union(*years_by_document(library).values()))


def _covered(document: Document) -> list[str]:
    ends = [int(year) for year in _YEAR.findall(document.period or "")]
    if not ends or max(ends) - min(ends) > _LONGEST:
        return [str(year) for year in ends]
    return [str(year) for year in range(min(ends), max(ends) + 1)]


def _toggled(chosen: tuple[str, ...], value: str) -> tuple[str, ...]:
    return tuple(item for item in chosen if item != value) if value in chosen else (*chosen, value)
