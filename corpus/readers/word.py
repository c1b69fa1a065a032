"""Word (.docx) → Pages, one line a paragraph: automatic numbers put back, headings, tables, footnotes.

Reads the package's XML itself (zip + lxml, no entities, no network); deleted text is left out, inserted text
kept. Page numbers are unknown to a docx: only explicit page breaks part its pages, which carry no number.
"""

from __future__ import annotations

import lzma
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpus.readers.lines import PageBuilder, add_table
from corpus.readers.numbering import Numbering, W, read_numbering
from corpus.schema import Page
from corpus.text import MARK_CLOSE, MARK_OPEN, unforged
from errors import SourceError

_TOTAL_MAX = 600 * 2**20  # bytes all parts may unpack to
_PART_MAX = 150 * 2**20  # bytes one XML part may unpack to
_RATIO_MAX = 200  # times a part may grow when unpacked, above 10 MiB
# What reading a damaged package raises: zipfile's own errors, and those of the decompressors it hands data to.
DAMAGED = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, OSError, EOFError, RuntimeError, ValueError,
)
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_DROPPED = frozenset(
    {f"{W}del", f"{W}moveFrom", f"{W}instrText", f"{W}delText", f"{_MC}Fallback", f"{W}rPr", f"{W}pPr"}
)
_CONTENTS_NAME = re.compile(r"^(?:toc|目录)\s*\d$", re.IGNORECASE)  # a table of contents repeats the headings
_HEADING_NAME = re.compile(r"^(?:heading|标题)\s*([1-6])$", re.IGNORECASE)


@dataclass(frozen=True)
class _Style:
    """What a paragraph style says. heading: 0 for none, 1–6, 7 for the title, -1 for a line of a table of contents."""

    base: str | None
    heading: int
    num_id: str | None
    level: int | None


@dataclass
class _Package:
    styles: dict[str, _Style]
    numbering: Numbering
    notes: dict[str, str]
    used: list[str] = field(default_factory=list)


def read(path: Path) -> list[Page]:
    """The pages of a docx file, parted at explicit page breaks, without numbers. Raises SourceError."""
    where = str(path)
    try:
        with zipfile.ZipFile(path) as archive:
            _check_sizes(archive, where)
            document = _part(archive, "word/document.xml", where)
            if document is None:
                raise SourceError("这不是 Word 文档（缺少正文）", where, "请用 Word 打开后另存为 docx 再试。")
            styles, numbering = _part(archive, "word/styles.xml", where), _part(archive, "word/numbering.xml", where)
            footnotes = _part(archive, "word/footnotes.xml", where)
            endnotes = _part(archive, "word/endnotes.xml", where)
    except DAMAGED as error:
        encrypted = "encrypted" in str(error) or "password" in str(error)
        what = "Word 文件加了密码" if encrypted else "Word 文件已损坏，打不开"
        raise SourceError(what, where, "请用 Word 打开后另存为不加密的 docx 再试。") from error
    package = _Package(_styles(styles), read_numbering(numbering), {**_notes(footnotes, "f"), **_notes(endnotes, "e")})
    builder = PageBuilder(where)
    body = document.find(f"{W}body")
    _add_blocks(builder, body if body is not None else document, package)
    if builder.empty():
        raise SourceError("文档里没有文字", where, "内容可能是图片；请先做文字识别（OCR），再另存为 docx 或 PDF。")
    if package.used:
        builder.add("注：")
        for number, key in enumerate(package.used, 1):
            builder.add(f"{number}.{package.notes[key]}")
    return builder.pages()


def _check_sizes(archive: zipfile.ZipFile, where: str) -> None:
    remedy = "文件可能被恶意构造；请用 Word 打开确认后另存再试。"
    total = 0
    for info in archive.infolist():
        total += info.file_size
        grown = info.file_size > 10 * 2**20 and info.file_size > _RATIO_MAX * max(1, info.compress_size)
        if grown or (info.file_size > _PART_MAX and info.filename.endswith(".xml")) or total > _TOTAL_MAX:
            raise SourceError("文件解压后大得不正常", where, remedy)


def _part(archive: zipfile.ZipFile, name: str, where: str) -> Any:
    """A parsed part, None when the package has none."""
    from lxml import etree

    try:
        info = archive.getinfo(name)
    except KeyError:
        return None
    with archive.open(info) as stream:
        data = stream.read(_PART_MAX + 1)
    if len(data) > _PART_MAX:  # the directory may lie about sizes
        raise SourceError("文件解压后大得不正常", where, "请用 Word 打开确认后另存再试。")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise SourceError(f"Word 文件已损坏，或被恶意构造（{name}）", where, "请用 Word 打开确认后另存为 docx 再试。") from error
    if root.getroottree().docinfo.internalDTD is not None:  # Word writes none: what it declares is for reading other files
        raise SourceError(f"Word 文件里有不该有的实体声明（{name}）", where, "文件可能被恶意构造；请用 Word 打开确认后另存为 docx 再试。")
    return root


def _styles(root: Any) -> dict[str, _Style]:
    styles: dict[str, _Style] = {}
    for node in root.iter(f"{W}style") if root is not None else ():
        name = _value(node, "name") or ""
        found = _HEADING_NAME.match(name)
        outline = node.find(f"{W}pPr/{W}outlineLvl")
        heading = int(found.group(1)) if found else 7 if name.lower() in ("title", "标题") else 0
        heading = -1 if _CONTENTS_NAME.match(name) else heading
        if not heading and outline is not None and (outline.get(f"{W}val") or "9") in "012345":
            heading = int(outline.get(f"{W}val")) + 1
        num_id, level = _num(node.find(f"{W}pPr"))
        styles[node.get(f"{W}styleId") or ""] = _Style(_value(node, "basedOn"), heading, num_id, level)
    return styles


def _num(properties: Any) -> tuple[str | None, int | None]:
    """(numId, level) a paragraph's or style's properties state."""
    node = properties.find(f"{W}numPr") if properties is not None else None
    if node is None:
        return None, None
    level = _value(node, "ilvl")
    return _value(node, "numId"), int(level) if level and level.isdigit() and len(level) < 3 else None


def _value(node: Any, name: str) -> str | None:
    child = node.find(f"{W}{name}")
    return child.get(f"{W}val") if child is not None else None


def _notes(root: Any, prefix: str) -> dict[str, str]:
    """Footnote texts by prefixed id; separators apart."""
    notes: dict[str, str] = {}
    for node in root if root is not None else ():
        if node.get(f"{W}type") in (None, "normal"):
            notes[f"{prefix}{node.get(f'{W}id')}"] = "".join(_text(p, None).strip() for p in node.iter(f"{W}p"))
    return notes


def _add_blocks(builder: PageBuilder, body: Any, package: _Package) -> None:
    """Paragraphs and tables in order; content controls and text boxes are looked into, without recursion."""
    stack = [iter(body)]
    while stack:
        node = next(stack[-1], None)
        if node is None:
            stack.pop()
        elif node.tag == f"{W}p":
            _add_paragraph(builder, node, package)
        elif node.tag == f"{W}tbl":
            add_table(builder, _table(node, package))
        elif node.tag in _DROPPED or not isinstance(node.tag, str):
            continue
        else:
            stack.append(iter(node))


def _add_paragraph(builder: PageBuilder, node: Any, package: _Package) -> None:
    properties = node.find(f"{W}pPr")
    if properties is not None and _on(properties, "pageBreakBefore"):
        builder.new_page()
    label, hint = _label_and_hint(properties, package)
    if hint == "contents":
        return
    for page, part in enumerate(_text(node, package).split("\f")):
        if page:
            builder.new_page()
        for line in part.split("\n"):
            if line.strip():
                builder.add(f"{label}{line.strip()}", hint)
                label, hint = "", hint if hint in ("title",) or hint.startswith("h") else "p"
    if properties is not None and properties.find(f"{W}sectPr") is not None:
        kind = properties.find(f"{W}sectPr/{W}type")
        if kind is None or kind.get(f"{W}val") != "continuous":
            builder.new_page()


def _on(properties: Any, name: str) -> bool:
    child = properties.find(f"{W}{name}")
    return child is not None and child.get(f"{W}val", "1") not in ("0", "false", "off")


def _label_and_hint(properties: Any, package: _Package) -> tuple[str, str]:
    style_id = _value(properties, "pStyle") if properties is not None else None
    num_id, level = _num(properties)
    heading = 0
    outline = _value(properties, "outlineLvl") if properties is not None else None
    if outline and outline in "012345":
        heading = int(outline) + 1
    for _ in range(20):  # styles inherit; a loop among them must not hang
        style = package.styles.get(style_id or "")
        if style is None:
            break
        heading = heading or style.heading
        num_id = num_id if num_id is not None else style.num_id
        level = level if level is not None else style.level
        style_id = style.base
    label, bullet = package.numbering.label(num_id, level or 0) if num_id not in (None, "0") else ("", False)
    hint = {7: "title", -1: "contents", 0: "li" if bullet else "p"}.get(heading, f"h{heading}")
    return label, hint


def _text(node: Any, package: _Package | None) -> str:
    """Visible text of a paragraph: tabs as spaces, line breaks as newlines, page breaks as form feeds, exact note marks."""
    parts: list[str] = []
    stack = [iter(node)]
    while stack:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
            continue
        tag = child.tag
        if tag in _DROPPED or not isinstance(tag, str) or (tag == f"{W}r" and _hidden(child)):
            continue
        if tag == f"{W}t":
            parts.append(unforged(child.text or ""))
        elif tag in (f"{W}tab", f"{W}ptab"):
            parts.append(" ")
        elif tag in (f"{W}br", f"{W}cr"):
            parts.append("\f" if child.get(f"{W}type") == "page" else "\n")
        elif tag == f"{W}noBreakHyphen":
            parts.append("-")
        elif tag in (f"{W}footnoteReference", f"{W}endnoteReference") and package is not None:
            parts.append(_mark(("f" if "foot" in tag else "e") + (child.get(f"{W}id") or ""), package))
        else:
            stack.append(iter(child))
    return "".join(parts)


def _hidden(run: Any) -> bool:
    """Whether a run is set as hidden text: no reader of the printed page sees it, so none may be given it as a source."""
    properties = run.find(f"{W}rPr")
    return properties is not None and _on(properties, "vanish")


def _mark(key: str, package: _Package) -> str:
    """The exact mark of a note, numbered by first use."""
    if key not in package.notes:
        return ""
    if key not in package.used:
        package.used.append(key)
    return f"{MARK_OPEN}{package.used.index(key) + 1}{MARK_CLOSE}"


def _table(table: Any, package: _Package) -> list[list[list[str]]]:
    """Rows of cells of paragraphs; a cell merged over rows stands in each, one over columns once."""
    rows: list[list[list[str]]] = []
    above: list[list[str]] = []
    for row in table.iter(f"{W}tr"):
        if next(row.iterancestors(f"{W}tbl"), None) is not table:
            continue  # a table inside a cell: its text is the cell's
        cells: list[list[str]] = []
        for cell in row.iter(f"{W}tc"):
            if next(cell.iterancestors(f"{W}tr"), None) is not row:
                continue
            span = _value(cell.find(f"{W}tcPr"), "gridSpan") if cell.find(f"{W}tcPr") is not None else None
            merge = cell.find(f"{W}tcPr/{W}vMerge")
            goes_on = merge is not None and merge.get(f"{W}val") != "restart"
            column = len(cells)
            content = above[column] if goes_on and column < len(above) else _cell(cell, package)
            cells.append(content)
            width = int(span) if span and span.isdigit() and len(span) < 4 else 1
            cells.extend([] for _ in range(width - 1))
        rows.append(cells)
        above = cells
    return rows


def _cell(cell: Any, package: _Package) -> list[str]:
    paragraphs: list[str] = []
    for node in cell.iter(f"{W}p"):
        label, _ = _label_and_hint(node.find(f"{W}pPr"), package)
        text = re.sub(r"[\n\f]+", " ", _text(node, package)).strip()
        if text or label:
            paragraphs.append(f"{label}{text}")
    return paragraphs
