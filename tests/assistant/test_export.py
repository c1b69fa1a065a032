"""Exported answers: footnotes that hold the exact quote, text that stays text, files that Word and our own reader open."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from assistant.export import Entry, Figures, Footnote, to_docx, to_markdown
from corpus.readers import read_source
from tests.ui.hostile import TEXTS

QUOTE = "每个中心每周开放不少于40小时"
NOTE = Footnote(1, "重庆市社区学习行动方案", ("二、重点任务", "（一）建设学习中心"), 3, QUOTE)
OTHER = Footnote(2, "《全国社区学习发展纲要》", ("一、发展目标",), None, "到2035年，\n覆盖率达到95%")
ENTRY = Entry("每周开放多少小时？", f"{QUOTE}。[1]全国到2035年覆盖率达到95%。[2][1]", "原文摘录", footnotes=(NOTE, OTHER), asked="2030-01-02")
REFUSAL = Entry("馆长退休金多少？", "没有找到依据。", nearest=(NOTE,))
TABLE = Entry("多少个？", "45个。[1]", footnotes=(NOTE,), figures=Figures(("指标", "2023年"), (("教学点|点", "15"),)))


def test_every_citation_is_a_footnote_with_file_path_page_and_exact_quote() -> None:
    text = to_markdown("一次核对", [ENTRY])
    assert text.startswith("# 一次核对\n\n## 每周开放多少小时？\n\n")
    assert f"{QUOTE}。[^1]全国到2035年覆盖率达到95%。[^2][^1]" in text
    assert f"[^1]: 《重庆市社区学习行动方案》二、重点任务 › （一）建设学习中心，第 3 页：“{QUOTE}”" in text
    assert "[^2]: 《全国社区学习发展纲要》一、发展目标：“到2035年，覆盖率达到95%”" in text
    assert "原文摘录；提问时间 2030-01-02；由问规导出" in text


def test_footnotes_are_numbered_through_a_conversation() -> None:
    text = to_markdown("", [ENTRY, REFUSAL, TABLE])
    assert "45个。[^3]" in text and re.findall(r"^\[\^(\d)\]:", text, re.MULTILINE) == ["1", "2", "3"]
    assert f"- 《重庆市社区学习行动方案》二、重点任务 › （一）建设学习中心，第 3 页：“{QUOTE}”" in text
    assert "| 指标 | 2023年 |\n| --- | --- |\n| 教学点\\|点 | 15 |" in text


def test_a_label_without_a_footnote_stays_as_it_is() -> None:
    assert "丙。\\[7\\]" in to_markdown("", [Entry("问", "丙。[7]", footnotes=(NOTE,))])


def shown(markdown: str) -> tuple[str, str]:
    """(text, html) of Markdown as a strict renderer shows it."""
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    words = "".join(child.content for token in tokens for child in token.children or () if child.type in ("text", "text_special", "softbreak"))
    return words, MarkdownIt("commonmark").render(markdown)


@pytest.mark.parametrize("hostile", TEXTS)
def test_hostile_text_is_only_text_in_markdown(hostile: str) -> None:
    note = Footnote(1, hostile, (hostile,), None, hostile)
    _, html = shown(to_markdown(hostile, [Entry(hostile, hostile, hostile, (hostile,), (note,), Figures((hostile,), ((hostile,),)), (note,))]))
    assert set(re.findall(r"<(\w+)", html)) <= {"h1", "h2", "p", "ul", "li", "table", "tr", "td"}
    assert not re.search(r"[\u202a-\u202e\u2066-\u2069\x00]", html)


@given(st.text("ab1。 甲*_`[]<>&|~#$!\\-+=:.)(", min_size=1, max_size=30))
def test_what_is_exported_reads_as_it_was(words: str) -> None:
    question = " ".join(words.split())
    text = to_markdown("", [Entry(words, "答。")])
    heading = text.split("\n")[0]
    assert shown(heading)[0] == question
    remark = to_markdown("", [Entry("问", "答。", remarks=(f"{words}",))]).split("\n\n")[2]
    assert shown(remark)[0] == question or not question


def read_back(data: bytes, tmp_path: Path) -> str:
    path = tmp_path / "export.docx"
    path.write_bytes(data)
    return "\n".join(line for page in read_source(path) for line in page.lines)


def test_word_has_a_real_footnote_at_every_mark(tmp_path: Path) -> None:
    data = to_docx("一次核对", [ENTRY, REFUSAL, TABLE])
    with zipfile.ZipFile(BytesIO(data)) as package:
        body, notes = package.read("word/document.xml").decode(), package.read("word/footnotes.xml").decode()
        assert "footnotes.xml" in package.read("[Content_Types].xml").decode()
    marks = re.findall(r'w:footnoteReference w:id="(\d+)"', body)
    assert marks == ["1", "2", "3", "4"], "one label twice is two notes, so that each can be pasted alone"
    texts = {number: "".join(re.findall(r"<w:t[^>]*>([^<]*)", note)) for number, note in re.findall(r'<w:footnote w:id="(\d+)">(.*?)</w:footnote>', notes)}
    assert texts["1"] == texts["3"] == f" 《重庆市社区学习行动方案》二、重点任务 › （一）建设学习中心，第 3 页：“{QUOTE}”"
    assert "[1]" not in body
    seen = read_back(data, tmp_path)
    assert "每周开放多少小时？" in seen and QUOTE in seen and "到2035年，覆盖率达到95%" in seen and "教学点|点" in seen


def test_word_opens_with_the_library_that_made_it() -> None:
    import docx

    document = docx.Document(BytesIO(to_docx("题目", [TABLE])))
    assert document.core_properties.title == "题目"
    assert [[cell.text for cell in row.cells] for row in document.tables[0].rows] == [["指标", "2023年"], ["教学点|点", "15"]]
    assert [p.text for p in document.paragraphs if p.style.name == "Heading 1"] == ["多少个？"]


@settings(deadline=None, max_examples=15)
@given(st.text(max_size=60))
def test_any_text_makes_a_word_file(words: str) -> None:
    import docx

    note = Footnote(1, words, (words,), None, words)
    data = to_docx(words, [Entry(words, f"{words}[1]", words, (words,), (note,), Figures((words,), ((words,),)), (note,))])
    assert docx.Document(BytesIO(data)).paragraphs


def test_no_footnotes_no_part() -> None:
    with zipfile.ZipFile(BytesIO(to_docx("", [REFUSAL]))) as package:
        assert "word/footnotes.xml" not in package.namelist()
