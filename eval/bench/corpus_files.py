"""Files of any length for the benchmark of the corpus: one made-up plan in five formats, written without any package.

The text is invented and regular: chapters, clauses, departments, bullets. Writes files, measures nothing.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path

LINES_A_PAGE = 26  # paragraphs, each one printed line
_SPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_DIGITS = "零一二三四五六七八九"


def pages(count: int) -> Iterator[list[str]]:
    """count pages of paragraphs, the title first; about 700 characters each."""
    for number in range(count):
        lines = ["澄江市教育事业发展规划（2026—2035年）"] if number == 0 else []
        lines.append(f"{_chinese(number + 1)}、第{number + 1}项任务")
        clause = 0
        while len(lines) + 3 <= LINES_A_PAGE:
            clause += 1
            lines.append(f"{clause}.推进第{clause}项工作。到2030年新建学校{number + clause}所，新增学位{clause * 90}个。")
            lines.append("牵头部门：市教育局、市财政局")
            lines.append("配合部门：市发展改革委、市住房城乡建设局，各县（市、区）")
        yield lines


def _chinese(number: int) -> str:
    """1 to 9999 as Chinese print writes it."""
    text = ""
    for unit, power in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
        digit = number // power % 10
        if digit:
            text += _DIGITS[digit] + unit
        elif text and not text.endswith("零"):
            text += "零"
    text = text.rstrip("零")
    return text[1:] if text.startswith("一十") else text


def write_txt(path: Path, count: int) -> None:
    """Pages parted by form feeds."""
    path.write_text("\f".join("\n".join(page) + "\n" for page in pages(count)), encoding="utf-8")


def write_md(path: Path, count: int) -> None:
    """One heading a chapter, paragraphs between empty lines."""
    blocks = [f"# {line}" if number == 0 and k == 0 else line for number, page in enumerate(pages(count)) for k, line in enumerate(page)]
    path.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")


def write_html(path: Path, count: int) -> None:
    """One paragraph element a paragraph."""
    body = "\n".join(f"<p>{escape(line)}</p>" for page in pages(count) for line in page)
    path.write_text(f"<!DOCTYPE html><html><body>{body}</body></html>", encoding="utf-8")


def write_docx(path: Path, count: int) -> None:
    """Plain paragraphs, a page break before each page but the first."""
    parts = []
    for number, page in enumerate(pages(count)):
        for k, line in enumerate(page):
            turn = "<w:pPr><w:pageBreakBefore/></w:pPr>" if number and not k else ""
            parts.append(f"<w:p>{turn}<w:r><w:t>{escape(line)}</w:t></w:r></w:p>")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f'<?xml version="1.0"?><w:document {_SPACE}><w:body>{"".join(parts)}</w:body></w:document>')


def write_pdf(path: Path, count: int) -> None:
    """A4 pages with a text layer in a standard Chinese font that the file does not hold, and page numbers."""
    font = (
        b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[4 0 R]>>",
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/DW 1000/FontDescriptor 5 0 R"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>>>",
        b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 752"
        b"/Descent -271/CapHeight 737/StemV 58>>",
    )
    kids = b" ".join(b"%d 0 R" % (6 + 2 * number) for number in range(count))
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, kids), *font]
    for number, page in enumerate(pages(count)):
        content = _content(page, number + 1)
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>/Contents %d 0 R>>" % (7 + 2 * number)
        )
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(content), content))
    with path.open("wb") as stream:
        stream.write(b"%PDF-1.4\n")
        places = []
        for number, body in enumerate(objects, 1):
            places.append(stream.tell())
            stream.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
        start = stream.tell()
        stream.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
        stream.writelines(b"%010d 00000 n \n" % place for place in places)
        stream.write(b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))


def _content(page: list[str], number: int) -> bytes:
    shown = [(60, 760 - 25 * k, line) for k, line in enumerate(page)] + [(290, 40, f"— {number} —")]
    drawn = (f"1 0 0 1 {x} {y} Tm <{line.encode('utf-16-be').hex()}> Tj" for x, y, line in shown)
    return f"BT /F1 11 Tf {' '.join(drawn)} ET".encode("ascii")


WRITERS: dict[str, Callable[[Path, int], None]] = {
    "txt": write_txt, "md": write_md, "html": write_html, "docx": write_docx, "pdf": write_pdf,
}
