"""PDF → Pages with their numbers: the text layer, through PDFium; ruled tables through pdfplumber.

Reading order, running heads and paragraphs are told by geometry (corpus/readers/layout.py). Pages are numbered
as a viewer counts them. Pages without text are recognised where the extra `ocr` is installed (corpus/readers/ocr.py),
else left empty. Never runs scripts.
"""

from __future__ import annotations

import ctypes
import struct
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.readers import ocr
from corpus.readers.layout import Glyph, Run, drop_running_heads, hints, reading_order, runs_of
from corpus.readers.lines import MAX_CHARACTERS, PageBuilder, add_table, join_soft
from corpus.schema import Page
from corpus.text import unforged
from errors import SourceError

_PAGES_MAX = 20_000
_GLYPHS_MAX = 60_000  # a page with more is a drawing or an attack
_BYTES_MAX = 500 * 2**20
_RULES_MIN, _RULES_MAX = 6, 4000  # drawn paths of a page on which ruled tables are looked for
# What pdfminer raises on files that break its assumptions, besides its own errors.
_BROKEN = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    RecursionError,
    OSError,
    struct.error,
    zlib.error,
)
_SCANNED = 8  # characters; a page or, on average, a file with fewer has no text layer worth the name
_SCANS_MAX = 1000  # pages to recognise: about an hour
_OUTLINES_MIN = 40  # drawn paths of a page whose characters are outlines


@dataclass(frozen=True)
class _Box:
    """A table cell: left, bottom, right, top in points, y upwards."""

    x0: float
    y0: float
    x1: float
    y1: float


def read(path: Path) -> list[Page]:
    """The pages of a PDF. Raises SourceError: damaged, encrypted, scanned, too large."""
    where = str(path)
    if path.stat().st_size > _BYTES_MAX:
        raise SourceError("PDF 文件太大", where, f"请拆成每份不超过 {_BYTES_MAX // 2**20} MB。")
    pages, heights = _read_runs(path, where)
    pages = [reading_order(runs) for runs in drop_running_heads(pages, heights)]
    builder = PageBuilder(where, paged=True)
    for number, (runs, page_hints) in enumerate(zip(pages, hints(pages), strict=True)):
        if number:
            builder.new_page()
        for run, hint in zip(runs, page_hints, strict=True):
            if run.rows:
                add_table(builder, [[list(cell) for cell in row] for row in run.rows])
            else:
                builder.add(run.text, hint)
    return builder.pages()


def _read_runs(path: Path, where: str) -> tuple[list[list[Run]], list[float]]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path)
        count = len(document)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise SourceError("PDF 加了打开密码", where, "请先去掉密码，或打印成不加密的 PDF 再试。") from error
        raise SourceError("PDF 已损坏，打不开", where, "请重新导出或下载后再试。") from error
    if count == 0 or count > _PAGES_MAX:
        raise SourceError(f"PDF 有 {count} 页，不能读取", where, f"请提供 1 到 {_PAGES_MAX} 页的文件。")
    tables = _Tables(path)
    pages: list[list[Run]] = []
    heights: list[float] = []
    characters = scans = 0
    recognise = ocr.available()
    try:
        for index in range(count):
            runs, height, glyphs = _read_page(document, index, tables, where)
            if recognise and glyphs < _SCANNED and (recognised := _recognise(document, index, where)) is not None:
                runs, scans = recognised, scans + 1
                glyphs = sum(len(run.text) for run in runs)
            if scans > _SCANS_MAX:
                raise SourceError("要做文字识别的页太多", where, f"请拆成每份不超过 {_SCANS_MAX} 页。")
            pages.append(runs)
            heights.append(height)
            characters += glyphs
            if characters > MAX_CHARACTERS:
                raise SourceError("PDF 里的文字太多", where, f"请拆成每份不超过 {MAX_CHARACTERS} 字。")
    finally:
        tables.close()
        document.close()
    if characters < _SCANNED * count:
        raise _scanned(where, recognise)
    return pages, heights


def _scanned(where: str, recognised: bool) -> SourceError:
    other = "用扫描仪软件或 WPS 的“图片转文字”（OCR）另存为可复制文字的 PDF 或 Word，再试。"
    if recognised:
        return SourceError("这份 PDF 是扫描件，文字识别（OCR）也没有认出文字", where, f"请检查扫描是否清楚、方向是否正；也可{other}")
    return SourceError(
        "这份 PDF 是扫描件，没有文字层", where,
        f"请安装文字识别（OCR）组件 ocr（{ocr.INSTALL}）后再试，由本程序识别；或者{other}",
    )


def _recognise(document: Any, index: int, where: str) -> list[Run] | None:
    """The lines of a page that shows an image or outlines in place of text; None where nothing is drawn."""
    from pypdfium2 import raw

    page = document[index]
    try:
        drawn = [raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_PATH]
        kinds = Counter(item.type for item in page.get_objects(filter=drawn, max_depth=3))
        if not kinds[raw.FPDF_PAGEOBJ_IMAGE] and kinds[raw.FPDF_PAGEOBJ_PATH] < _OUTLINES_MIN:
            return None
        return ocr.read_page(page, where)
    finally:
        page.close()


def _read_page(document: Any, index: int, tables: _Tables, where: str) -> tuple[list[Run], float, int]:
    """(runs with tables in their place, height, number of characters) of one page."""
    import pypdfium2

    try:
        page = document[index]
    except pypdfium2.PdfiumError as error:
        raise SourceError(f"PDF 第 {index + 1} 页已损坏", where, "请重新导出或下载后再试。") from error
    try:
        height = page.get_height()
        glyphs = _glyphs(page, where, index)
        ruled = tables.boxes(index, height) if glyphs and _has_rules(page) else []
    finally:
        page.close()
    placed: list[Run] = []
    for boxes in ruled:
        rows, used = _fill(boxes, glyphs)
        if used:
            flat = [box for row in boxes for box in row]
            placed.append(
                Run("", min(b.x0 for b in flat), max(b.x1 for b in flat), max(b.y1 for b in flat), 1.0, rows=rows)
            )
            glyphs = [glyph for glyph in glyphs if id(glyph) not in used]
    return (
        runs_of(glyphs) + placed,
        height,
        len(glyphs) + sum(len("".join(c)) for r in placed for row in r.rows for c in row),
    )


def _glyphs(page: Any, where: str, index: int) -> list[Glyph]:
    from pypdfium2 import raw

    text = page.get_textpage()
    try:
        count = raw.FPDFText_CountChars(text)
        if count > _GLYPHS_MAX:
            raise SourceError(f"PDF 第 {index + 1} 页文字多得不正常", where, "请重新导出或拆分后再试。")
        box, x, y = raw.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
        found: list[tuple[int, Glyph]] = []
        for i in range(count):
            code = raw.FPDFText_GetUnicode(text, i)
            char = unforged(chr(code)) if 32 < code < 0x110000 and not 0xD800 <= code < 0xE000 else ""
            if not char or char.isspace() or raw.FPDFText_IsGenerated(text, i) == 1:
                continue
            raw.FPDFText_GetLooseCharBox(text, i, box)
            raw.FPDFText_GetCharOrigin(text, i, x, y)
            angle = round(raw.FPDFText_GetCharAngle(text, i) * 2 / 3.14159265) % 4
            found.append((angle, _upright(angle, char, box, x.value, y.value)))
    finally:
        text.close()
    if not found:
        return []
    # Text at another angle than the page's own is a watermark or a stamp.
    usual = Counter(angle for angle, _ in found).most_common(1)[0][0]
    return [glyph for angle, glyph in found if angle == usual]


def _upright(angle: int, char: str, box: Any, x: float, y: float) -> Glyph:
    """The glyph with the page turned so that its text runs to the right. angle: quarter turns."""
    if angle == 1:
        return Glyph(char, box.bottom, box.top, -x, abs(box.right - box.left))
    if angle == 2:
        return Glyph(char, -box.right, -box.left, -y, abs(box.top - box.bottom))
    if angle == 3:
        return Glyph(char, -box.top, -box.bottom, x, abs(box.right - box.left))
    return Glyph(char, box.left, box.right, y, abs(box.top - box.bottom))


def _has_rules(page: Any) -> bool:
    from pypdfium2 import raw

    paths = 0
    for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=2):
        paths += 1
        if paths > _RULES_MAX:
            return False
    return paths >= _RULES_MIN


class _Tables:
    """Ruled tables of a file's pages, the file opened by pdfplumber only when a page has rules."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stream: Any = None
        self._file: Any = None

    def boxes(self, index: int, height: float) -> list[list[list[_Box]]]:
        """Tables of a page as rows of cell boxes; a merged cell's box stands in each row and column it covers."""
        import pdfplumber
        from pdfminer.pdfexceptions import PDFException
        from pdfplumber.utils.exceptions import MalformedPDFException, PdfminerException

        try:
            if self._file is None:
                self._stream = self._stream or self._path.open("rb")
                self._file = pdfplumber.open(self._stream)
            page = self._file.pages[index]
            found = [_grid(table, height) for table in page.find_tables()]
            page.close()
        except (PDFException, MalformedPDFException, PdfminerException, *_BROKEN):
            return []  # pdfplumber reads less broken files than PDFium: the text stays, as lines
        return [grid for grid in found if len(grid) >= 2 and len(grid[0]) >= 2]

    def close(self) -> None:
        # The stream, not pdfplumber's document: closing that reads all pages, and raises on the broken ones.
        if self._stream is not None:
            self._stream.close()


def _grid(table: Any, height: float) -> list[list[_Box]]:
    cells = [_Box(c[0], height - c[3], c[2], height - c[1]) for c in table.cells]
    columns = sorted({round(c.x0, 1) for c in cells})
    tops = sorted({round(c.y1, 1) for c in cells}, reverse=True)
    if len(columns) * len(tops) > 20_000:
        return []
    grid: list[list[_Box]] = []
    for top in tops:
        row = []
        for x in columns:
            at = next((c for c in cells if c.x0 - 1 < x + 1 < c.x1 and c.y0 < top - 1 < c.y1 + 1), None)
            row.append(at or _Box(x, top, x, top))
        grid.append(row)
    return grid


def _fill(grid: list[list[_Box]], glyphs: list[Glyph]) -> tuple[tuple[tuple[tuple[str, ...], ...], ...], set[int]]:
    """The text of each cell and the ids of the glyphs used. A cell over several columns is filled once a row."""
    texts: dict[_Box, tuple[str, ...]] = {}
    used: set[int] = set()
    for box in {box for row in grid for box in row}:
        inside = [
            g for g in glyphs if box.x0 <= (g.x0 + g.x1) / 2 <= box.x1 and box.y0 <= g.base + 0.3 * g.size <= box.y1
        ]
        used.update(id(g) for g in inside)
        lines = reading_order(runs_of(inside)) if inside else []
        texts[box] = tuple(join_soft([line.text for line in lines]))
    rows = []
    for row in grid:
        rows.append(tuple(texts[box] if k == 0 or row[k - 1] != box else () for k, box in enumerate(row)))
    return tuple(rows), used
