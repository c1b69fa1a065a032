"""What python-docx lacks for a Chinese report: footnotes, East Asian fonts. Nothing here reads or opens a file.

Footnotes are a part of their own in the package (ISO/IEC 29500-1, 17.11); its marks and texts are made with lxml.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_PART = "/word/footnotes.xml"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
_REFERENCE, _TEXT = "FootnoteReference", "FootnoteText"
_BODY_FONT, _HEAD_FONT = "宋体", "黑体"


def prepare(document: Any, title: str, author: str) -> None:
    """Fonts, sizes, language and the two footnote styles; the document's properties. document: a new python-docx one."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    document.core_properties.title, document.core_properties.author = title[:255], author
    document.core_properties.language = "zh-CN"
    for name, font, size in (
        ("Normal", _BODY_FONT, 12), ("Body Text", _BODY_FONT, 12), ("Title", _HEAD_FONT, 20), ("Heading 1", _HEAD_FONT, 14),
        ("Caption", _BODY_FONT, 9), ("List Bullet", _BODY_FONT, 10.5),
    ):
        style = document.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = "Times New Roman", Pt(size), RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        fonts.set(qn("w:eastAsia"), font)
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
    body = document.styles["Body Text"].paragraph_format
    body.line_spacing, body.first_line_indent = 1.5, Pt(24)  # two characters
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")
    reference = document.styles.add_style(_REFERENCE, WD_STYLE_TYPE.CHARACTER)
    reference.font.superscript = True
    text = document.styles.add_style(_TEXT, WD_STYLE_TYPE.PARAGRAPH)
    text.base_style, text.font.size = document.styles["Normal"], Pt(9)
    text.paragraph_format.space_after = Pt(0)


def footnote_mark(paragraph: Any, number: int) -> None:
    """A mark at the end of the paragraph. number: from 1, the place of its text among add_footnotes' notes."""
    run = paragraph.add_run()
    run.style = _REFERENCE
    run._r.append(_node("w:footnoteReference", id=str(number)))


def add_footnotes(document: Any, notes: Sequence[str]) -> None:
    """The texts of the marks, first to last. Call once, after all marks are set."""
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part
    from lxml import etree

    if not notes:
        return
    root = _node("w:footnotes")
    for number, kind in ((-1, "separator"), (0, "continuationSeparator")):
        root.append(_note(number, [_node(f"w:{kind}")], kind))
    for number, words in enumerate(notes, 1):
        text = _node("w:t")
        text.text = f" {words}"
        text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        root.append(_note(number, [_node("w:footnoteRef"), text]))
    blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    document.part.relate_to(Part(PackURI(_PART), _TYPE, blob, document.part.package), _RELATION)


def _note(number: int, pieces: Sequence[Any], kind: str = "") -> Any:
    """One footnote of one paragraph, a run for each piece; the first run of a real note is its number."""
    note = _node("w:footnote", id=str(number), **({"type": kind} if kind else {}))
    paragraph, properties = _node("w:p"), _node("w:pPr")
    properties.append(_node("w:pStyle", val=_TEXT))
    paragraph.append(properties)
    for at, piece in enumerate(pieces):
        run = _node("w:r")
        if not kind and not at:
            run_properties = _node("w:rPr")
            run_properties.append(_node("w:rStyle", val=_REFERENCE))
            run.append(run_properties)
        run.append(piece)
        paragraph.append(run)
    note.append(paragraph)
    return note


def _node(name: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made
