"""What the readers of structured formats share: a builder that turns lines with hints into Pages, tables into rows.

Offsets of these formats point into the pages' lines joined by newlines (corpus.readers.source_text).
"""

from __future__ import annotations

import re

from corpus.departments import is_department_line
from corpus.markers import match_marker
from corpus.schema import Page
from corpus.text import ends_sentence
from errors import SourceError

_HAN = r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f“”‘’—…]"
_BREAK = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_LONG_CELL = 60  # characters; a table with such cells in its last column is a text laid out as a table
MAX_CHARACTERS = 50_000_000


class PageBuilder:
    """Collects (line, hint) and cuts them into pages. where: the file, for messages. paged: pages are numbered from
    1; else their number is None."""

    def __init__(self, where: str, *, paged: bool = False) -> None:
        self._where = where
        self._paged = paged
        self._characters = 0
        self._pages: list[tuple[list[str], list[str]]] = [([], [])]

    def add(self, text: str, hint: str = "p") -> None:
        """One line; line breaks inside it become spaces, tabs stay only in rows. Empty lines are left out.

        Raises SourceError when the lines hold more than MAX_CHARACTERS: merged cells can blow up a small file.
        """
        text = _BREAK.sub(" ", text)
        if hint != "row":
            text = text.replace("\t", " ").strip()
        self._characters += len(text)
        if self._characters > MAX_CHARACTERS:
            raise SourceError("文件里的文字太多", self._where, f"请拆成每份不超过 {MAX_CHARACTERS} 字。")
        if text.strip():
            self._pages[-1][0].append(text)
            self._pages[-1][1].append(hint)

    def new_page(self) -> None:
        """What follows stands on the next page."""
        self._pages.append(([], []))

    def empty(self) -> bool:
        """Whether no line was added at all."""
        return not any(lines for lines, _ in self._pages)

    def pages(self) -> list[Page]:
        """The pages; without page numbers, empty ones are left out."""
        pages: list[Page] = []
        position = 0
        for index, (lines, hints) in enumerate(self._pages):
            if not lines and not self._paged:
                continue
            starts = []
            for line in lines:
                starts.append(position)
                position += len(line) + 1
            pages.append(Page(index + 1 if self._paged else None, tuple(lines), tuple(starts), tuple(hints)))
        return pages


def join_soft(pieces: list[str]) -> list[str]:
    """Lines that a writer broke by hand → paragraphs.

    A piece starts a paragraph when it opens with a numbering mark or a department line, or follows a finished
    sentence or a department line; else it goes on, with a space only between Latin words.
    """
    joined: list[list[str]] = []
    for piece in (p.strip() for p in pieces):
        if not piece:
            continue
        last = joined[-1][-1] if joined else ""
        fresh = not last or match_marker(piece) or is_department_line(piece)
        if fresh or ends_sentence(last) or is_department_line(joined[-1][0]):
            joined.append([piece])
        else:
            tight = re.match(_HAN, last[-1]) or re.match(_HAN, piece)
            joined[-1].append(piece if tight else f" {piece}")
    return ["".join(paragraph) for paragraph in joined]


def add_table(builder: PageBuilder, rows: list[list[list[str]]]) -> None:
    """A table's rows of cells of paragraphs, merged cells already repeated, as row lines.

    A one-column table, or one whose last column holds whole paragraphs (a framework: 要素 | 二级要素 | 内涵), is a
    text laid out as a table: the short columns become headings over the long one.
    """
    rows = [row for row in rows if any(any(p.strip() for p in cell) for cell in row)]
    width = max((len(row) for row in rows), default=0)
    if not width:
        return
    if width == 1:
        for row in rows:
            for paragraph in row[0]:
                builder.add(paragraph)
        return
    last = [row[-1] for row in rows[1:] if len(row) == width]
    # Lengths only: a merged cell's text may stand in a hundred thousand rows.
    prose = sum(len(cell) > 1 or sum(map(len, cell)) > _LONG_CELL for cell in last)
    short = all(len(cell) + sum(map(len, cell)) <= 31 for row in rows[1:] for cell in row[:-1])
    if len(rows) > 1 and prose * 2 > len(last) and short and width <= 4:
        _add_framework(builder, rows)
        return
    for row in rows:
        cells = [re.sub(r"\s+", " ", _cell_text(cell)) for cell in row]
        builder.add("\t".join(cells), "row")


def _cell_text(paragraphs: list[str]) -> str:
    return "".join(join_soft(paragraphs)) if all(len(p) < _LONG_CELL for p in paragraphs) else " ".join(paragraphs)


def _add_framework(builder: PageBuilder, rows: list[list[list[str]]]) -> None:
    builder.add(" ".join("".join(cell) for cell in rows[0]), "column-head")
    above: list[str] = []
    for row in rows[1:]:
        heads = ["".join(cell).strip() for cell in row[:-1]]
        for level, head in enumerate(heads):
            if head and (level >= len(above) or heads[: level + 1] != above[: level + 1]):
                builder.add(head, f"h{level + 2}")
        above = heads
        for paragraph in row[-1]:
            builder.add(paragraph)
