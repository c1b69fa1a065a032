"""HTML → Pages, one line a paragraph, with headings, list items and table rows as hints.

Reads markup only: scripts, styles and hidden templates are dropped, nothing is loaded or run. Entities are
decoded once; what is not well-formed stays text. One pass without recursion, so depth costs nothing.
"""

from __future__ import annotations

import re
from pathlib import Path

from corpus.markers import match_marker
from corpus.readers.lines import MAX_CHARACTERS, PageBuilder, add_table
from corpus.readers.markup import scan
from corpus.readers.text import decode
from corpus.schema import Page
from corpus.text import MARK_CLOSE, MARK_OPEN, unforged
from errors import SourceError

_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "button",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "select",
        "summary",
        "table",
        "tbody",
        "td",
        "textarea",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_SKIPPED = frozenset(("script", "style", "template", "noscript", "svg", "math", "object", "applet", "iframe", "head"))
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{2,20})", re.IGNORECASE)
_SPAN_MAX = 1000  # rows or columns a cell may span; more is a mistake or an attack
_CELLS_MAX = 200_000  # cells a table may have, each hundred characters repeated by a span counted as one more


def read(path: Path) -> list[Page]:
    """The pages (one, without a number) of an HTML file. Raises SourceError."""
    data = path.read_bytes()
    text = _decode(data, str(path))
    if len(text) > MAX_CHARACTERS:
        raise SourceError(f"文件太大（{len(text)} 字）", str(path), f"请拆成每份不超过 {MAX_CHARACTERS} 字。")
    collector = _Collector(str(path))
    scan(text, collector)
    collector.finish()
    if collector.builder.empty():
        raise SourceError("网页里没有文字", str(path), "内容可能由脚本生成，请在浏览器里打开后另存为文本或 PDF 再试。")
    return collector.builder.pages()


def _decode(data: bytes, where: str) -> str:
    declared = _CHARSET.search(data[:4096])
    name = declared.group(1).decode("ascii").lower() if declared else ""
    # GB2312 and GBK pages use characters beyond those sets; gb18030 holds them all.
    name = {"gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030"}.get(name, name)
    if name and name not in ("utf-8", "utf8") and not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        try:
            return data.decode(name)
        except (UnicodeDecodeError, LookupError):
            pass  # a wrong declaration: tell the encoding from the bytes
    return decode(data, where)


class _Table:
    """A table being read. spans: column → (rows left, cell) of cells that reach down; shape: of the open cell."""

    def __init__(self) -> None:
        self.rows: list[list[list[str]]] = []
        self.cell: list[str] | None = None
        self.spans: dict[int, tuple[int, list[str]]] = {}
        self.shape = (1, 1)
        self.cells = 0


class _Collector:
    """Collects lines from tags and text; see the module. where: the file, for messages."""

    def __init__(self, where: str) -> None:
        self.builder = PageBuilder(where)
        self._text: list[str] = []
        self._hint = "p"
        self._label = ""
        self._skip = ""
        self._skip_depth = 0
        self._lists: list[list[int]] = []  # [next number], or [-1] for an unordered list
        self._tables: list[_Table] = []
        self._sup = False

    def start(self, tag: str, values: dict[str, str]) -> None:
        """An opening tag with its numeric attributes."""
        if self._skip == "head" and tag in _BLOCKS:
            self._skip = ""  # </head> may be left out
        if self._skip:
            self._skip_depth += tag == self._skip
            return
        if tag in _SKIPPED:
            self._skip, self._skip_depth = tag, 1
            return
        if tag in _BLOCKS:
            self._flush()
        if re.fullmatch(r"h[1-6]", tag):
            self._hint = tag
        elif tag == "ol":
            self._lists.append([_integer(values.get("start"), 1, 10**6)])
        elif tag == "ul":
            self._lists.append([-1])
        elif tag == "li":
            self._open_item(values)
        elif tag == "sup":
            self._sup = True
        else:
            self._table_start(tag, values)

    def end(self, tag: str) -> None:
        """A closing tag."""
        if self._skip:
            if tag == self._skip:
                self._skip_depth -= 1
                if self._skip_depth == 0:
                    self._skip = ""
            return
        if tag in _BLOCKS:
            self._flush()
        if re.fullmatch(r"h[1-6]|li", tag):
            self._hint, self._label = "p", ""
        elif tag in ("ol", "ul") and self._lists:
            self._lists.pop()
        elif tag == "sup":
            self._sup = False
        elif tag in ("td", "th"):
            self._close_cell()
        elif tag == "table":
            self._close_table()

    def data(self, data: str) -> None:
        """Text between tags, decoded."""
        if self._skip or not data:
            return
        note = re.fullmatch(r"\s*[\[〔(（]?(\d{1,3})[\]〕)）]?\s*", data) if self._sup else None
        self._text.append(f"{MARK_OPEN}{note.group(1)}{MARK_CLOSE}" if note else unforged(data))

    def finish(self) -> None:
        """What stands open at the end of the file."""
        self._skip = ""
        self._flush()
        while self._tables:
            self._close_table()

    def _open_item(self, values: dict[str, str]) -> None:
        self._hint, self._label = "li", ""
        if self._lists and self._lists[-1][0] >= 0:
            number = _integer(values.get("value"), self._lists[-1][0], 10**6)
            self._lists[-1][0] = number + 1
            self._hint, self._label = "p", f"{number}."

    def _labelled(self, text: str) -> str:
        """text with the list's number, unless it brings its own (web pages put 一、 into bare lists)."""
        return text if match_marker(text) else f"{self._label}{text}"

    def _flush(self) -> None:
        # White space in the source is layout; a non-breaking space is not, but parts nothing in Chinese.
        text = re.sub(r"[ \t\r\n\f]+", " ", "".join(self._text)).strip()
        self._text = []
        if not text:
            return
        if self._tables:
            table = self._tables[-1]
            if table.cell is not None:
                table.cell.append(self._labelled(text))
                self._label = ""
                return
            self.builder.add(text)  # a caption, or text that a table misplaces: it stands before the table
            return
        self.builder.add(self._labelled(text), self._hint)
        if self._hint == "li" or self._label:
            self._hint, self._label = "p", ""

    def _table_start(self, tag: str, values: dict[str, str]) -> None:
        if tag == "table":
            self._tables.append(_Table())
        elif tag == "tr" and self._tables:
            self._close_cell()
            self._open_row(self._tables[-1])
        elif tag in ("td", "th") and self._tables:
            self._close_cell()
            table = self._tables[-1]
            if not table.rows:
                self._open_row(table)
            table.cell = []
            spans = (_integer(values.get("rowspan"), 1, _SPAN_MAX), _integer(values.get("colspan"), 1, _SPAN_MAX))
            table.shape = (max(1, spans[0]), max(1, spans[1]))

    def _open_row(self, table: _Table) -> None:
        if table.rows:
            _fill_spans(table, table.rows[-1])
        table.rows.append([])

    def _close_cell(self) -> None:
        table = self._tables[-1] if self._tables else None
        if table is None or table.cell is None:
            return
        self._flush()
        row, cell = table.rows[-1], table.cell
        table.cell = None
        _fill_spans(table, row)
        for extra in range(table.shape[1]):
            if extra and table.cells > _CELLS_MAX:
                break  # spans are cut, never a cell
            # A cell over several columns is printed once, a cell over several rows belongs to each.
            row.append(cell if extra == 0 else [])
            table.cells += 1
            if table.shape[0] > 1 and table.cells <= _CELLS_MAX:
                table.spans[len(row) - 1] = (table.shape[0] - 1, cell if extra == 0 else [])

    def _close_table(self) -> None:
        if not self._tables:
            return
        self._close_cell()
        table = self._tables.pop()
        if table.rows:
            _fill_spans(table, table.rows[-1])
        if self._tables and self._tables[-1].cell is not None:
            for row in table.rows:  # a table in a cell: its text is the cell's
                self._tables[-1].cell.extend(" ".join(cell) for cell in row if cell)
            return
        add_table(self.builder, table.rows)


def _fill_spans(table: _Table, row: list[list[str]]) -> None:
    """Cells of rows above that reach into this row, put where the next cell would stand."""
    while len(row) in table.spans:
        column = len(row)
        left, cell = table.spans.pop(column)
        table.cells += 1 + sum(map(len, cell)) // 100
        if table.cells > _CELLS_MAX:
            table.spans.clear()  # no real table is that large: its cells then stand once
            return
        row.append(cell)
        if left > 1:
            table.spans[column] = (left - 1, cell)


def _integer(text: str | None, default: int, most: int) -> int:
    return (
        min(int(text), most)
        if text and text.strip().isascii() and text.strip().isdigit() and len(text) < 12
        else default
    )
