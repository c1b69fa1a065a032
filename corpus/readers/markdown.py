"""Markdown → Pages, one line a paragraph, with headings, list items and table rows as hints.

Front matter and comments are left out; inline marks (emphasis, links) are dropped, their text kept. The
number of an ordered item is put back before its text. Never renders, never loads anything.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.readers.lines import MAX_CHARACTERS, PageBuilder, add_table, join_soft
from corpus.readers.text import decode
from corpus.schema import Page
from corpus.text import MARK_CLOSE, MARK_OPEN
from errors import SourceError

if TYPE_CHECKING:
    from markdown_it.token import Token

_PARAGRAPH_MAX = 50_000  # characters
_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n.*?\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_NOTE_TEXT = re.compile(r"^\[\^([^\]\s]{1,40})\]:[ \t]*(.*(?:\n(?: {4}|\t).*)*)", re.MULTILINE)
_NOTE_MARK = re.compile(r"\[\^([^\]\s]{1,40})\]")
_TAG = re.compile(r"<!--.*?(?:-->|\Z)|</?[A-Za-z][^<>]*>", re.DOTALL)
_SUP = re.compile(r"<sup>\s*\[?(\d{1,3})\]?\s*</sup>", re.IGNORECASE)


def read(path: Path) -> list[Page]:
    """The pages (one, without a number) of a Markdown file. Raises SourceError."""
    text = decode(path.read_bytes(), str(path))
    if len(text) > MAX_CHARACTERS:
        raise SourceError(f"文件太大（{len(text)} 字）", str(path), f"请拆成每份不超过 {MAX_CHARACTERS} 字。")
    builder = PageBuilder(str(path))
    body, notes = _take_notes(_FRONT_MATTER.sub("", text.lstrip("\ufeff"), count=1))
    _add_tokens(builder, _parse(body))
    if builder.empty():
        raise SourceError("文件里没有正文", str(path), "文件只有文件头或空行，请检查内容。")
    if notes:
        builder.add("注：")
        for number, note in enumerate(notes, 1):
            builder.add(f"{number}.{note}")
    return builder.pages()


def _take_notes(text: str) -> tuple[str, list[str]]:
    """Footnotes [^x] taken out: the text with exact marks, numbered by first use, and the notes in that order."""
    found = {m.group(1): re.sub(r"\s*\n\s*", "", m.group(2)).strip() for m in _NOTE_TEXT.finditer(text)}
    body = _NOTE_TEXT.sub("", text)
    order = [key for key in dict.fromkeys(_NOTE_MARK.findall(body)) if key in found]
    order += [key for key in found if key not in order]
    numbers = {key: number for number, key in enumerate(order, 1)}
    body = _NOTE_MARK.sub(
        lambda m: f"{MARK_OPEN}{numbers[m.group(1)]}{MARK_CLOSE}" if m.group(1) in numbers else m.group(), body
    )
    return _SUP.sub(lambda m: f"{MARK_OPEN}{m.group(1)}{MARK_CLOSE}", body), [found[key] for key in order]


def _parse(text: str) -> list[Token]:
    from markdown_it import MarkdownIt

    # Chinese paragraphs are often indented by spaces: indented code does not occur in official documents.
    parser = MarkdownIt("commonmark").enable("table").disable("code")
    if any(len(block) > _PARAGRAPH_MAX for block in re.split(r"\n\s*\n", text)):
        # No paragraph is that long; marks in such text cost quadratic time and stay as they are.
        parser.disable(["link", "image", "emphasis", "backticks", "autolink", "html_inline", "entity"])
    return parser.parse(text)


def _add_tokens(builder: PageBuilder, tokens: list[Token]) -> None:
    hint, label = "p", ""
    ordered: list[bool] = []
    rows: list[list[list[str]]] = []
    in_table = False
    for token in tokens:
        kind = token.type
        if kind == "heading_open":
            hint = token.tag
        elif kind in ("ordered_list_open", "bullet_list_open"):
            ordered.append(kind.startswith("ordered"))
        elif kind in ("ordered_list_close", "bullet_list_close"):
            ordered.pop()
        elif kind == "list_item_open":
            label, hint = (f"{token.info}{token.markup}", "p") if ordered[-1] else ("", "li")
        elif kind in ("heading_close", "list_item_close"):
            hint, label = "p", ""
        elif kind == "table_open":
            rows, in_table = [], True
        elif kind == "table_close":
            add_table(builder, rows)
            in_table = False
        elif kind == "tr_open":
            rows.append([])
        elif kind == "inline" and in_table:
            rows[-1].append(_pieces(token))
        elif kind == "inline":
            hint, label = _add_paragraph(builder, token, hint, label)
        elif kind in ("fence", "html_block"):
            for line in _TAG.sub("", token.content).splitlines():
                builder.add(line)


def _add_paragraph(builder: PageBuilder, token: Token, hint: str, label: str) -> tuple[str, str]:
    """One paragraph; returns the hint and label for what follows in the same list item."""
    pieces = _pieces(token)
    heading = hint.startswith("h")
    for number, text in enumerate(["".join(pieces)] if heading else join_soft(pieces)):
        builder.add(f"{label}{text}" if number == 0 else text, hint if number == 0 else "p")
    return (hint, label) if heading else ("p", "")


def _pieces(token: Token) -> list[str]:
    """The plain text of an inline token, broken at its line breaks."""
    text: list[str] = []
    for child in token.children or []:
        if child.type in ("softbreak", "hardbreak"):
            text.append("\n")
        elif child.type == "html_inline":
            text.append("\n" if re.match(r"<br\b", child.content, re.IGNORECASE) else "")
        elif child.type == "image":
            text.append(child.content)
        else:
            text.append(child.content)
    return "".join(text).split("\n")
