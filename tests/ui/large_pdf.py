"""A PDF of as many pages as wanted, ten numbered articles a page, each with figures of its own.

python -m tests.ui.large_pdf 300 FILE writes one, to try an upload by hand.
"""

from __future__ import annotations

import sys
from pathlib import Path

PER_PAGE = 10
THINGS = ("夜校", "图书室", "校车", "食堂", "操场", "宿舍", "实验室", "体育馆", "幼儿园", "社区学院")


def article(number: int) -> str:
    """The text of one article, numbered from 1."""
    thing = THINGS[number * 7 % len(THINGS)]
    return f"第{number}条 第{number}号{thing}每年投入经费{number * 3 + 100}元，开放时间不少于{number % 23 + 1}小时，责任人每月检查{number % 5 + 1}次。"


def write_pdf(path: Path, pages: int) -> None:
    """Write the PDF."""
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    body = ParagraphStyle("body", fontName="STSong-Light", fontSize=11, leading=20, firstLineIndent=22, wordWrap="CJK")
    title = ParagraphStyle("title", fontName="STSong-Light", fontSize=18, leading=30, alignment=1)
    story: list[object] = [Paragraph("青岚县教育设施汇编方案（2026—2030年）", title)]
    for page in range(pages):
        story += [Paragraph(article(page * PER_PAGE + place), body) for place in range(1, PER_PAGE + 1)]
        story.append(PageBreak())
    SimpleDocTemplate(str(path)).build(story)


if __name__ == "__main__":
    write_pdf(Path(sys.argv[2]), int(sys.argv[1]))
