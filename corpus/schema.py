"""What a document is made of. Plain frozen values; no parsing here.

Offsets are half-open, in code points. Order counts from 0, pages from 1; absence is None.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Level(StrEnum):
    """Whose plan a document is."""

    NATIONAL = "国家"
    CITY = "重庆"
    OTHER = "其他"


class ClauseKind(StrEnum):
    """heading: a heading with children; item: a numbered clause with its text; body: a paragraph
    without a number; bullet: a —— or 一是 line; table_row; question: a question with its answer; note."""

    HEADING = "heading"
    BODY = "body"
    ITEM = "item"
    BULLET = "bullet"
    TABLE_ROW = "table_row"
    QUESTION = "question"
    NOTE = "note"


@dataclass(frozen=True)
class Page:
    """One page of a source as read. number: 1-based page as printed or counted, None when unknown.

    lines: the page's lines as printed, without line ends. starts: offset of each line's first character
    in the decoded source text (for formats without one: in the pages' text joined by newlines).
    hints: per line, structure the format itself states: "title", "h1".."h6", "li" (an unnumbered list item),
    "row" (a table row, its cells parted by tabs), "p" (a paragraph's first line), "+" (goes on from the line
    before). Empty when the format states nothing and paragraphs are told by the right margin.
    """

    number: int | None
    lines: tuple[str, ...]
    starts: tuple[int, ...]
    hints: tuple[str, ...] = ()


@dataclass(frozen=True)
class MappedText:
    """Text with, for every character, its offset in the source. len(text) == len(offsets)."""

    text: str
    offsets: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.text) != len(self.offsets):
            raise ValueError(f"text has {len(self.text)} characters, offsets {len(self.offsets)}")

    def __len__(self) -> int:
        return len(self.text)

    def slice(self, start: int, end: int) -> MappedText:
        """Characters start:end with their offsets."""
        return MappedText(self.text[start:end], self.offsets[start:end])

    @staticmethod
    def join(parts: list[MappedText], separator: str = "") -> MappedText:
        """Parts glued; a separator's characters take the offset of the character before them, and none stands first."""
        text: list[str] = []
        offsets: list[int] = []
        for part in parts:
            if offsets and separator:
                text.append(separator)
                offsets.extend([offsets[-1]] * len(separator))
            text.append(part.text)
            offsets.extend(part.offsets)
        return MappedText("".join(text), tuple(offsets))


@dataclass(frozen=True)
class Line:
    """One physical line after cleaning. page: 1-based or None. full: the line reaches the right margin,
    so what follows may be its continuation. page_start: first line of a page. indented: the line's own
    length shows that it was the first of its paragraph."""

    content: MappedText
    page: int | None
    full: bool
    page_start: bool = False
    hint: str = ""
    indented: bool = False

    @property
    def text(self) -> str:
        return self.content.text


@dataclass(frozen=True)
class Document:
    """One issued document. period: years as printed, e.g. "2024—2035"; aliases: short names people use."""

    doc_id: str
    title: str
    issuer: str | None
    level: Level
    doc_number: str | None
    issued_on: str | None
    period: str | None
    publisher: str | None
    source_path: str
    content_hash: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableRow:
    """One row of an indicator table. values: year → value as printed, None where the cell holds a dash."""

    indicator: str
    unit: str | None
    group: str | None
    values: dict[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Note:
    """A numbered note that a figure of the clause carries. position: offset in Clause.text after which it stands."""

    number: int
    text: str
    position: int


@dataclass(frozen=True)
class Clause:
    """One retrievable and citable unit.

    text is what may be quoted. label: the clause's own number as printed ("（四）", "13.", "——"), "" if none.
    heading_path: titles from the document's top heading to the clause's parent. row: for table rows.
    context: header and group of a table row, or the lead sentence of a bullet; never quoted.
    """

    clause_id: str
    doc_id: str
    order: int
    kind: ClauseKind
    label: str
    title: str
    heading_path: tuple[str, ...]
    text: str
    page_start: int | None = None
    page_end: int | None = None
    lead_departments: tuple[str, ...] = ()
    support_departments: tuple[str, ...] = ()
    inherited_years: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    source_start: int = 0
    source_end: int = 0
    context: str = ""
    row: TableRow | None = None
    parent_id: str | None = None
    depth: int = 0


@dataclass(frozen=True)
class Problem:
    """A fault found in a document, or a notice about its file. where: label or line; kind: a key of corpus.check.KINDS."""

    kind: str
    where: str
    detail: str


@dataclass(frozen=True)
class ParsedSource:
    """Everything read from one source file: documents in order, each document's clauses, problems found."""

    documents: tuple[Document, ...]
    clauses: tuple[Clause, ...]
    problems: tuple[Problem, ...] = ()
