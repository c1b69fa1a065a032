"""Answers as a document to paste into a report: Markdown with footnotes, or Word with real ones.

Takes plain values; knows no page and no chain. Whatever the texts hold stays text in both formats.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

GENERATOR = "问规"
# Characters no document may carry or that turn the reading order round; quotes are otherwise kept to the letter.
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")
_MARK = re.compile(r"\[(\d+)\]")
_SPECIAL = re.compile(r"([\\`*_\[\]<>&|~#$!])")
_LINE_START = re.compile(r"^(\s*)([-+=:]|\d{1,9}(?=[.)]))")


@dataclass(frozen=True)
class Footnote:
    """One citation: label as in the answer's [n]; path: headings down to the clause; quote: the clause's exact words."""

    label: int
    document: str
    path: tuple[str, ...]
    page: int | None
    quote: str

    @property
    def where(self) -> str:
        """《文件》标题 › 条，第 n 页."""
        page = f"，第 {self.page} 页" if self.page else ""
        return f"《{_clean(self.document).strip('《》')}》{' › '.join(map(_clean, self.path))}{page}"


@dataclass(frozen=True)
class Figures:
    """Cited table rows side by side. rows: as many cells as heads."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Entry:
    """A question with its answer. text carries [n]; made: how the answer came about; remarks: sentences to keep with it;
    nearest: what a refusal offers instead."""

    question: str
    text: str
    made: str = ""
    remarks: tuple[str, ...] = ()
    footnotes: tuple[Footnote, ...] = ()
    figures: Figures | None = None
    nearest: tuple[Footnote, ...] = ()
    asked: str = ""


def to_markdown(title: str, entries: Sequence[Entry]) -> str:
    """A Markdown document; footnotes are numbered through the whole of it. title: "" for none."""
    parts = [f"# {_inline(title)}"] if title else []
    notes: list[str] = []
    for entry in entries:
        numbers = {note.label: len(notes) + at for at, note in enumerate(entry.footnotes, 1)}
        parts.append(f"## {_inline(entry.question)}")
        parts += [_marked(line, numbers) for line in _lines(entry.text)]
        parts += [_markdown_table(entry.figures)] if entry.figures else []
        parts += [_inline(remark) for remark in entry.remarks]
        parts += ["最接近的条款：", "\n".join(f"- {_inline(near.where)}：“{_inline(near.quote)}”" for near in entry.nearest)] if entry.nearest else []
        parts += [f"（{_inline(_origin(entry))}）"]
        notes += [f"[^{numbers[note.label]}]: {_inline(note.where)}：“{_inline(note.quote)}”" for note in entry.footnotes]
    return "\n\n".join(part for part in [*parts, *notes] if part) + "\n"


def to_docx(title: str, entries: Sequence[Entry]) -> bytes:
    """A .docx file with a real footnote at every mark, so that what is pasted elsewhere keeps its sources."""
    import docx

    from assistant.export_word import add_footnotes, footnote_mark, prepare

    document = docx.Document()
    prepare(document, _clean(title), GENERATOR)
    if title:
        document.add_heading(_clean(title), 0)
    notes: list[str] = []
    for entry in entries:
        document.add_heading(" ".join(_clean(entry.question).split()), 1)
        known = {note.label: note for note in entry.footnotes}
        for line in _lines(entry.text):
            paragraph = document.add_paragraph(style="Body Text")
            for at, piece in enumerate(_MARK.split(line)):
                note = known.get(int(piece)) if at % 2 else None
                if note is not None:
                    notes.append(f"{note.where}：“{_flat(note.quote)}”")
                    footnote_mark(paragraph, len(notes))
                else:
                    paragraph.add_run(f"[{piece}]" if at % 2 else piece)
        if entry.figures:
            _word_table(document, entry.figures)
        for remark in entry.remarks:
            document.add_paragraph(_flat(remark), style="Body Text")
        if entry.nearest:
            document.add_paragraph("最接近的条款：", style="Body Text")
        for near in entry.nearest:
            document.add_paragraph(f"{near.where}：“{_flat(near.quote)}”", style="List Bullet")
        document.add_paragraph(f"（{_clean(_origin(entry))}）", style="Caption")
    add_footnotes(document, notes)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _origin(entry: Entry) -> str:
    return "；".join(part for part in (entry.made, f"提问时间 {entry.asked}" if entry.asked else "", f"由{GENERATOR}导出") if part)


def _clean(text: str) -> str:
    return _INVISIBLE.sub("", text)


def _flat(text: str) -> str:
    """One line. Chinese words that a line break parted join without a space."""
    return re.sub(r"(?<=[\x21-\x7e]) *\n\s*(?=[\x21-\x7e])", " ", _clean(text).strip()).replace("\n", "")


def _lines(text: str) -> list[str]:
    return [line.strip() for line in _clean(text).split("\n") if line.strip()]


def _inline(text: str) -> str:
    return _escape(" ".join(_flat(text).split()))


def _escape(text: str) -> str:
    """text as Markdown that shows exactly it."""
    return _LINE_START.sub(lambda m: f"{m[1]}{m[2]}\\" if m[2].isdigit() else f"{m[1]}\\{m[2]}", _SPECIAL.sub(r"\\\1", text))


def _marked(line: str, numbers: dict[int, int]) -> str:
    """A line with its [n] as footnote marks; a label without a footnote stays as it is."""
    pieces = _MARK.split(line)
    made = [_escape(pieces[0])]
    for label, words in zip(pieces[1::2], pieces[2::2], strict=True):
        made.append(f"[^{numbers[int(label)]}]" if int(label) in numbers else f"\\[{label}\\]")
        made.append(_SPECIAL.sub(r"\\\1", words))
    return "".join(made)


def _markdown_table(figures: Figures) -> str:
    rows = [figures.heads, ("---",) * len(figures.heads), *figures.rows]
    return "\n".join(f"| {' | '.join(cell if cell == '---' else _inline(cell) for cell in row)} |" for row in rows)


def _word_table(document: object, figures: Figures) -> None:
    table = document.add_table(rows=0, cols=len(figures.heads), style="Table Grid")  # type: ignore[attr-defined]
    for at, row in enumerate((figures.heads, *figures.rows)):
        for cell, words in zip(table.add_row().cells, row, strict=True):
            cell.paragraphs[0].add_run(_flat(words)).bold = not at
    document.add_paragraph()  # type: ignore[attr-defined]
