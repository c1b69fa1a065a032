"""Readers: encodings, bad files with their message, hostile input as text, Word numbering."""

from __future__ import annotations

import contextlib
import io
import zipfile
from pathlib import Path

import pytest
from five_formats import write_docx, write_pdf
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.parse import parse_file, parse_pages
from corpus.readers import read_source
from corpus.readers.numbering import W, read_numbering, write_number
from corpus.readers.text import decode, split_pages
from errors import SourceError

PLAN = "某市教育规划（2026—2030年）\n一、总体要求\n坚持公平优质，到2030年建成学习型城市。\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_encodings_are_told_from_the_bytes(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "plan.txt"
    path.write_bytes(PLAN.encode(encoding))
    assert parse_file(path).documents[0].period == "2026—2030"


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("empty.txt", b"", "空的"),
        ("blank.txt", b"  \n\n", "没有文字"),
        ("binary.txt", bytes(range(256)) * 40, "二进制"),
        ("cut.txt", (PLAN + "规").encode()[:-1], "断开"),
        ("torn.txt", PLAN.encode()[:100] + b"\xff\xfe" + PLAN.encode()[100:], "损坏"),
        ("plan.pdf", b"just text", "不是 PDF"),
        ("plan.docx", b"just text", "不是 Word"),
        ("plan.txt", b"%PDF-1.7 rest", "PDF"),
        ("plan.doc", b"\xd0\xcf\x11\xe0rest", "还不能读取"),
        ("plan.docx", b"\xd0\xcf\x11\xe0rest", "旧版 Word"),
        ("plan.xyz", b"text", "还不能读取"),
        ("plan.html", b"<html><script>var a = '\xe6\x96\x87'</script></html>", "没有文字"),
        ("plan.md", b"---\ntitle: a\n---\n", "没有正文"),
        ("plan.pdf", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer<<>>", "损坏"),
        ("plan.docx", b"PK\x03\x04" + b"\x00" * 80, "损坏"),
    ],
)
def test_bad_files_are_refused_with_a_reason(tmp_path: Path, name: str, data: bytes, says: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(SourceError) as caught:
        parse_file(path)
    assert says in caught.value.message and caught.value.remedy and name in caught.value.where


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="找不到"):
        read_source(tmp_path / "no.txt")


@given(st.binary(max_size=4000))
def test_any_bytes_decode_or_are_refused(data: bytes) -> None:
    try:
        text = decode(data, "x")
    except SourceError:
        return
    parse_pages(split_pages(text), "x")


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_damaged_files_of_every_format_never_crash(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    suffix = data.draw(st.sampled_from([".pdf", ".docx", ".html", ".md"]))
    good = _sample(folder, suffix)
    at = data.draw(st.integers(0, len(good) - 1))
    noise = data.draw(st.binary(max_size=30))
    path = folder / f"bad{suffix}"
    path.write_bytes(good[:at] + noise + good[at + data.draw(st.integers(0, 200)) :])
    with contextlib.suppress(SourceError):
        parse_file(path)


@pytest.mark.parametrize("suffix", [".html", ".md", ".txt"])
def test_a_text_that_mentions_another_format_is_still_a_text(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"formats{suffix}"
    path.write_text("x%PDF-1.7 是文件开头的记号。\n一、总体要求\n每个区县办好1所夜校。\n", encoding="utf-8")
    assert any("夜校" in clause.text for clause in parse_file(path).clauses)


def test_a_damaged_stream_of_a_word_file_is_a_damaged_file(tmp_path: Path) -> None:
    good = _sample(tmp_path, ".docx")
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        info = archive.getinfo("word/document.xml")
    start = info.header_offset + 30 + len(info.filename)
    refused = 0
    for at in range(start, start + info.compress_size - 20, 7):
        path = tmp_path / "bad.docx"
        path.write_bytes(good[:at] + b"\x00" * 19 + good[at + 19 :])
        with pytest.raises(SourceError, match="已损坏"):
            parse_file(path)
        refused += 1
    assert refused > 20


@pytest.mark.parametrize(("said", "broken"), [(b"/MediaBox", b"/MadiaBox"), (b"/MediaBox [ 0", b"/MediaBox [ z")])
def test_a_pdf_whose_page_only_one_of_its_two_readers_can_read_keeps_its_text(tmp_path: Path, said: bytes, broken: bytes) -> None:
    good = _sample(tmp_path, ".pdf")
    path = tmp_path / "bad.pdf"
    path.write_bytes(good.replace(said, broken))
    assert said in good
    assert len(parse_file(path).clauses) > 3


_SAMPLES: dict[str, bytes] = {}


def _sample(folder: Path, suffix: str) -> bytes:
    if suffix not in _SAMPLES:
        path = folder / f"good{suffix}"
        if suffix == ".pdf":
            write_pdf(path)
        elif suffix == ".docx":
            write_docx(path)
        else:
            path.write_text(
                "# 题\n\n<table><tr><td rowspan=3>甲<td>乙</table>\n\n1. 一\n\n|a|b|\n|-|-|\n|1|2|\n", encoding="utf-8"
            )
        _SAMPLES[suffix] = path.read_bytes()
    return _SAMPLES[suffix]


def _html(tmp_path: Path, body: str, encoding: str = "utf-8", head: str = "") -> list[str]:
    path = tmp_path / "page.html"
    path.write_bytes(f"<html><head>{head}</head><body>{body}</body></html>".encode(encoding))
    return [line for page in read_source(path) for line in page.lines]


def test_html_markup_is_never_run_and_stays_text_where_it_is_text(tmp_path: Path) -> None:
    lines = _html(
        tmp_path,
        "<p onclick='x()'>甲&lt;script&gt;乙&amp;丙&nbsp;丁</p><script>戊()</script><style>己{}</style><p>1 < 2 且 3 > 2",
    )
    assert lines == ["甲<script>乙&丙\xa0丁", "1 < 2 且 3 > 2"]


def test_html_declared_gb2312_is_read(tmp_path: Path) -> None:
    assert _html(tmp_path, "<p>教育規劃，瞭解</p>", "gb18030", "<meta charset='gb2312'>") == ["教育規劃，瞭解"]


def test_deep_and_broken_html_loses_nothing(tmp_path: Path) -> None:
    deep = "<div>" * 30_000 + "底" + "</div>" * 29_000 + "<table><tr><td>孤"
    assert "".join(_html(tmp_path, deep)) == "底孤"


def test_html_spans_beyond_reason_are_cut(tmp_path: Path) -> None:
    lines = _html(tmp_path, "<table><tr><td colspan=999999999>甲<td rowspan=88888>乙<tr><td>丙</table>")
    assert "甲" in lines[0] and len(lines) == 2


def test_a_docx_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<a>" + b" " * (80 * 2**20) + b"</a>")
    with pytest.raises(SourceError, match="大得不正常"):
        read_source(path)


def test_entities_in_docx_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "entity.docx"
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    xml = f'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname"><!ENTITY y "长">]><w:document {space}><w:body><w:p><w:r><w:t>正文&x;</w:t></w:r></w:p></w:body></w:document>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", xml)
    with pytest.raises(SourceError, match="实体声明"):
        read_source(path)


def test_a_scanned_pdf_is_named_as_such(tmp_path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(tmp_path / "scan.pdf"))
    canvas.rect(10, 10, 300, 300, fill=1)
    canvas.showPage()
    canvas.save()
    with pytest.raises(SourceError, match="扫描件") as caught:
        read_source(tmp_path / "scan.pdf")
    assert "OCR" in caught.value.remedy


def test_an_encrypted_pdf_is_named_as_such(tmp_path: Path) -> None:
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(tmp_path / "locked.pdf"), encrypt=StandardEncryption("geheim", canPrint=0))
    canvas.drawString(50, 50, "text")
    canvas.save()
    with pytest.raises(SourceError, match="密码"):
        read_source(tmp_path / "locked.pdf")


def test_a_page_without_text_is_reported(tmp_path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(tmp_path / "half.pdf"))
    canvas.drawString(50, 500, "a page with enough text to count as one that has a text layer")
    canvas.showPage()
    canvas.showPage()
    canvas.save()
    assert [(p.kind, p.where) for p in parse_file(tmp_path / "half.pdf").problems] == [("unreadable", "第 2 页")]


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (10, "chineseCounting", "十"),
        (38, "chineseCountingThousand", "三十八"),
        (105, "chineseCounting", "一百零五"),
        (110, "japaneseCounting", "一百一十"),
        (3, "decimalEnclosedCircle", "③"),
        (4, "upperRoman", "IV"),
        (28, "lowerLetter", "bb"),
        (2, "ideographTraditional", "乙"),
        (7, "decimalZero", "07"),
        (5, "hebrew1", "5"),
    ],
)
def test_word_writes_numbers_this_way(value: int, form: str, text: str) -> None:
    assert write_number(value, form) == text


def test_levels_restart_and_nest() -> None:
    from lxml import etree

    level = '<w:lvl w:ilvl="{0}"><w:start w:val="1"/><w:numFmt w:val="{1}"/><w:lvlText w:val="{2}"/></w:lvl>'
    levels = (
        level.format(0, "chineseCounting", "第%1章")
        + level.format(1, "decimal", "%1.%2")
        + level.format(2, "bullet", "•")
    )
    xml = (
        f'<w:numbering xmlns:w="{W[1:-1]}"><w:abstractNum w:abstractNumId="1">{levels}</w:abstractNum>'
        '<w:num w:numId="5"><w:abstractNumId w:val="1"/></w:num><w:num w:numId="6"><w:abstractNumId w:val="1"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num></w:numbering>'
    )
    numbering = read_numbering(etree.fromstring(xml))
    steps = [("5", 0), ("5", 1), ("5", 1), ("5", 0), ("5", 1), ("5", 2), ("6", 0), ("5", 0), ("9", 0)]
    assert [numbering.label(*step) for step in steps] == [
        ("第一章", False),
        ("一.1", False),
        ("一.2", False),
        ("第二章", False),
        ("二.1", False),
        ("", True),
        ("第一章", False),
        ("第三章", False),
        ("", False),
    ]
