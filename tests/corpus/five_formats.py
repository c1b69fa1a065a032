"""One made-up education plan, written as text, Markdown, HTML, Word and PDF. Test helper; no assertions."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from html import escape
from pathlib import Path


@dataclass(frozen=True)
class Part:
    """One paragraph-like part. kind: title, chapter, item, small, body, bullet, departments, caption, table, note_head,
    note. label: its number as printed. Marks of notes stand in text as {n}."""

    kind: str
    text: str = ""
    label: str = ""


HEADER = ("类别", "主要指标", "2025年", "2030年")
ROWS = (
    ("学位供给", "新增义务教育公办学位（个）", "1200", "8600"),
    ("学位供给", "小学标准班额达标率（%）", "88.4", "≥96"),
    ("师资质量", "音体美教师配齐率（%）", "—", "100"),
    ("师资质量", "县域内交流轮岗教师占比（%）", "9—10", "15"),
)
NOTES = (
    "1.专任教师与在校学生之比以1:18为合格线，见《澄江市中小学办学条件标准》。",
    "2.指经市级以上教育督导机构认定的学校，占比不低于35%。",
)
PLAN: tuple[Part, ...] = (
    Part("title", "澄江市义务教育强校提质行动规划（2026—2030年）"),
    Part("body", "为办好人民满意的教育，推动全市义务教育学校整体提质，结合本市实际，制定本规划。"),
    Part("chapter", "总体目标", "一、"),
    Part("body", "到2030年，全市义务教育学校办学条件全面达标，家门口的好学校明显增多，具体达到以下要求。"),
    Part(
        "bullet",
        "——学位供给更加充足。新建、改扩建学校42所，新增公办学位8600个，消除56人以上大班额，寄宿制学校宿舍全部达标。",
    ),
    Part(
        "bullet",
        "——师资队伍更加优质。每年培训骨干教师500人次，专任教师与在校学生之比不低于1:18{1}，名校长工作室达到20个。",
    ),
    Part("caption", "义务教育强校提质主要指标"),
    Part("table"),
    Part("chapter", "扩大优质学位供给", "二、"),
    Part(
        "item",
        "优化学校布局。按照“老城疏解、新城补足”的思路编制学校布局专项规划，在人口净流入片区优先落地建设用地，"
        "确保新建住宅小区配套学校同步规划、同步建设、同步交付使用。",
        "（一）",
    ),
    Part("departments", "牵头部门：市教育局"),
    Part("departments", "配合部门：市发展改革委、市自然资源和规划局（林业局）、市住房城乡建设局，各县（市、区）"),
    Part(
        "item",
        "推进集团化办学。支持优质学校领办新校、弱校，集团内教师统一调配、课程共建共享，到2028年集团化办学覆盖率达到70%以上，"
        "优质学校占比不低于35%{2}，并建立退出机制。",
        "（二）",
    ),
    Part("departments", "牵头部门：市教育局、市委编办"),
    Part("chapter", "提升育人质量", "三、"),
    Part("item", "开齐开足课程", "（三）"),
    Part("body", "严格落实国家课程方案，每天安排一节体育课，课间活动时间不少于15分钟，劳动教育每周不少于1课时。"),
    Part("departments", "牵头部门：市教育局"),
    Part("departments", "配合部门：市体育局、团市委"),
    Part("item", "减轻学生负担", "（四）"),
    Part(
        "small",
        "作业管理。学校建立作业公示制度，小学一、二年级不布置书面家庭作业，其他年级书面作业平均完成时间不超过60分钟。",
        "1.",
    ),
    Part(
        "small",
        "考试管理。小学一、二年级不进行纸笔考试，义务教育其他年级由学校每学期组织一次期末考试，结果以等级呈现。",
        "2.",
    ),
    Part("note_head", "注："),
    *(Part("note", text) for text in NOTES),
)


def _plain(text: str) -> str:
    return text.replace("{1}", "1").replace("{2}", "2")


def write_txt(path: Path) -> None:
    """Paragraphs one a line; the table flat, as a text export prints it; marks glued to their figures."""
    lines: list[str] = []
    for part in PLAN:
        if part.kind == "table":
            lines.append(" ".join(HEADER))
            group = ""
            for row in ROWS:
                if row[0] != group:
                    lines.append(row[0])
                    group = row[0]
                lines.append(" ".join(row[1:]))
        else:
            lines.append(part.label + _plain(part.text))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_md(path: Path) -> None:
    """Headings, pipes, footnotes."""
    blocks: list[str] = []
    for part in PLAN:
        text = part.text.replace("{1}", "[^a]").replace("{2}", "[^b]")
        if part.kind == "title":
            blocks.append(f"# {text}")
        elif part.kind == "chapter":
            blocks.append(f"## {part.label}{text}")
        elif part.kind == "table":
            rows = [HEADER, ("---",) * len(HEADER), *ROWS]
            blocks.append("\n".join(f"| {' | '.join(row)} |" for row in rows))
        elif part.kind == "small":
            blocks.append(f"{part.label} {text}")
        elif part.kind not in ("note_head", "note"):
            blocks.append(f"{part.label}{text}")
    blocks.append(f"[^a]: {NOTES[0][2:]}\n[^b]: {NOTES[1][2:]}")
    path.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")


def write_html(path: Path) -> None:
    """h1, h2, paragraphs, an ordered list, row spans, raised marks."""
    out = ["<!DOCTYPE html><html><head><meta charset=utf-8><title>不应读到</title><style>p{}</style></head><body>"]
    small = False
    for part in PLAN:
        text = escape(part.text).replace("{1}", "<sup>1</sup>").replace("{2}", "<sup>[2]</sup>")
        if part.kind == "small":
            out.append(("" if small else "<ol>") + f"<li>{text}</li>")
            small = True
            continue
        if small:
            out.append("</ol>")
            small = False
        if part.kind == "table":
            out.append("<table><tr>" + "".join(f"<th>{name}</th>" for name in HEADER) + "</tr>")
            for index, row in enumerate(ROWS):
                first = f"<td rowspan=2>{row[0]}</td>" if index % 2 == 0 else ""
                out.append(f"<tr>{first}" + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:]) + "</tr>")
            out.append("</table>")
        else:
            tag = {"title": "h1", "chapter": "h2"}.get(part.kind, "p")
            out.append(f"<{tag}>{part.label}{text}</{tag}>")
    out.append("<script>document.write('不应读到')</script></body></html>")
    path.write_text("\n".join(out), encoding="utf-8")


def write_docx(path: Path) -> None:
    """Title and heading styles, automatic numbers, merged cells, real footnotes."""
    import docx
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    document = docx.Document()
    numbering = document.part.numbering_part.element
    for index, (form, text) in enumerate(
        (("chineseCountingThousand", "%1、"), ("chineseCountingThousand", "（%1）"), ("decimal", "%1."))
    ):
        numbering.insert(
            0,
            parse_xml(
                f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{90 + index}"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
                f'<w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl></w:abstractNum>'
            ),
        )
        numbering.append(
            parse_xml(f'<w:num {nsdecls("w")} w:numId="{90 + index}"><w:abstractNumId w:val="{90 + index}"/></w:num>')
        )
    for part in PLAN:
        if part.kind == "table":
            _docx_table(document)
            continue
        if part.kind in ("note_head", "note"):
            continue
        style = {"title": "Title", "chapter": "Heading 1"}.get(part.kind)
        paragraph = document.add_paragraph(style=style)
        if part.label:
            number = {"chapter": 90, "item": 91, "small": 92}[part.kind]
            paragraph._p.get_or_add_pPr().append(
                parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr>')
            )
        _docx_runs(paragraph, part.text)
    document.save(path)
    _add_footnotes(path)


def _docx_runs(paragraph, text: str) -> None:
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    rest = text
    for number in (1, 2):
        before, mark, after = rest.partition(f"{{{number}}}")
        if mark:
            paragraph.add_run(before)
            run = paragraph.add_run()
            run._r.append(parse_xml(f'<w:footnoteReference {nsdecls("w")} w:id="{number + 4}"/>'))
            rest = after
    paragraph.add_run(rest)


def _docx_table(document) -> None:
    table = document.add_table(rows=1 + len(ROWS), cols=len(HEADER))
    for column, name in enumerate(HEADER):
        table.cell(0, column).text = name
    for index, row in enumerate(ROWS, 1):
        for column, cell in enumerate(row[1:], 1):
            table.cell(index, column).text = cell
        if index % 2:
            table.cell(index, 0).text = row[0]
        else:
            table.cell(index - 1, 0).merge(table.cell(index, 0))


def _add_footnotes(path: Path) -> None:
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    notes = "".join(
        f'<w:footnote w:id="{5 + i}"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t>{escape(text[2:])}</w:t></w:r></w:p></w:footnote>'
        for i, text in enumerate(NOTES)
    )
    separator = '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(
            "word/footnotes.xml", f'<?xml version="1.0"?><w:footnotes {space}>{separator}{notes}</w:footnotes>'
        )


def write_pdf(path: Path, columns: int = 1) -> None:
    """Indented, wrapped and justified on several small pages with running heads and page numbers; a ruled table."""
    from reportlab.lib.pagesizes import A4, A5
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph, Table

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    size = A5 if columns == 1 else A4
    width, height = size
    body = ParagraphStyle("body", fontName="STSong-Light", fontSize=10, leading=16, firstLineIndent=20, wordWrap="CJK")
    title = ParagraphStyle("title", parent=body, fontSize=15, leading=22, firstLineIndent=0, alignment=1, spaceAfter=10)
    centred = ParagraphStyle("centred", parent=body, firstLineIndent=0, alignment=1)
    story: list = []
    for part in PLAN:
        text = escape(part.text).replace("{1}", "<super size=6>1</super>").replace("{2}", "<super size=6>2</super>")
        if part.kind == "table":
            spans = [("SPAN", (0, i), (0, i + 1)) for i in (1, 3)]
            cells = [HEADER, *((row[0] if i % 2 == 0 else "", *row[1:]) for i, row in enumerate(ROWS))]
            table = Table(
                cells,
                style=[
                    ("GRID", (0, 0), (-1, -1), 0.5, "black"),
                    ("FONT", (0, 0), (-1, -1), "STSong-Light", 8),
                    ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                    *spans,
                ],
            )
            story.append(table)
        else:
            style = {"title": title, "caption": centred}.get(part.kind, body)
            story.append(Paragraph(part.label + text, style))
    margin, gap = 45, 20
    room = (width - 2 * margin - gap * (columns - 1)) / columns
    frames = [Frame(margin + i * (room + gap), 55, room, height - 120, 0, 0, 0, 0) for i in range(columns)]

    def heads(canvas, document) -> None:
        canvas.setFont("STSong-Light", 8)
        canvas.drawString(margin, height - 35, "澄江市教育公报  2026年第4期")
        canvas.drawCentredString(width / 2, 30, f"— {document.page} —")

    template = PageTemplate(frames=frames, onPage=heads)
    BaseDocTemplate(str(path), pagesize=size, pageTemplates=[template]).build(story)


WRITERS = {"txt": write_txt, "md": write_md, "html": write_html, "docx": write_docx, "pdf": write_pdf}
