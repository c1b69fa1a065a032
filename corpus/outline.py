"""Lines of one document → Blocks: paragraphs, headings, items, bullets, with their level in the heading tree.

Levels are learnt from the file's own numbering: a family of marks gets the depth at which it first opens,
and a mark counts only when it opens or continues its sequence (corpus/markers.py). Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from corpus.departments import is_department_line
from corpus.markers import BULLETS, STATUTE, STRUCTURAL, Marker, Sequence, match_marker
from corpus.metadata import SOURCE_LINE
from corpus.notes import HEAD as NOTE_HEAD
from corpus.schema import Line, MappedText, Problem
from corpus.text import clean, ends_sentence

_DATE = re.compile(r"^\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日$")
_ATTACHMENTS = re.compile(r"^附\s*件\s*[:：]$")
_ATTACHMENTS_INLINE = re.compile(r"^附\s*件\s*[:：]\s*(?:(1)\s*[.．、]\s*)?(?=[^\s\d])")
_BYLINE = re.compile(r"^[（(](?:本报|本刊|通讯员)?\s*(?:记者|通讯员).{1,20}[)）]$")
_SMALL_FAMILIES = frozenset({"num_dot", "num_paren", "decimal", "circled"})
_SMALL_HEADING_MAX = 24  # characters of a heading numbered 1. or (1)
_ANNEX = re.compile(r"^附\s*[件表录图]\s*(?:\d{0,2}|[一二三四五六七八九十]{1,2})\s*[:：]?$")
_HINTED = re.compile(r"^h[1-6]$")
_HEADING_MAX = 60  # characters; a longer line without a sentence mark is still a paragraph
_PLAIN_HEADING_MAX = 24
_SIGNATURE_MAX = 30


@dataclass
class Block:
    """One paragraph-like unit. kind: heading, item, para, bullet, question, answer, departments, note_head,
    source, attachment (附件 or 附表 alone on a line), signature. depth: 1 for top headings, 0 for text outside the
    tree's numbering. absorbed: part of the article above it."""

    kind: str
    lines: list[Line]
    marker: Marker | None = None
    depth: int = 0
    hint: str = ""
    absorbed: bool = False
    content: MappedText = field(default_factory=lambda: MappedText("", ()))

    @property
    def text(self) -> str:
        return self.content.text

    @property
    def label(self) -> str:
        return self.marker.label if self.marker else ""


def to_blocks(lines: list[Line]) -> tuple[list[Block], list[Problem]]:
    """The blocks of one document's body (title and tables taken out), and the numbering faults met."""
    problems: list[Problem] = []
    blocks = _group(lines, problems)
    for block in blocks:
        block.content = clean(MappedText.join([line.content for line in block.lines]))
    _name_kinds(blocks)
    _attachment_list(blocks)
    _plain_headings(blocks)
    _absorb_articles(blocks)
    _assign_depths(blocks)
    return blocks, problems


def _closed(block: Block | None) -> bool:
    """Whether the last line of block ends its paragraph, so that the next line starts a new one."""
    if block is None:
        return True
    last = block.lines[-1]
    if block.kind == "departments":
        return not last.full and not last.text.endswith("、")
    # A full line may be a paragraph's last; only a mark or the next line's indent can tell.
    return not last.full


def _group(lines: list[Line], problems: list[Problem]) -> list[Block]:
    blocks: list[Block] = []
    sequence = Sequence()
    current: Block | None = None
    for line in lines:
        text = line.text
        closed = _closed(current)
        marker = match_marker(text)
        block: Block | None = None
        if line.hint == "table":
            block = Block("table", [line])
        elif is_department_line(text):
            block = Block("departments", [line])
        elif SOURCE_LINE.match(text):
            block = Block("source", [line])
        elif NOTE_HEAD.match(text):
            block = Block("note_head", [line])
        elif _HINTED.match(line.hint):
            numbered = marker if marker and marker.family not in BULLETS else None
            block = Block("heading", [line], numbered, hint=line.hint)
            if marker and sequence.accepts(marker, paragraph_start=True) and marker.family in STRUCTURAL:
                block.kind = "marked"
        elif _ATTACHMENTS.match(text):
            block = Block("para", [line], hint="list-head")
        elif (listed := _ATTACHMENTS_INLINE.match(text)) and closed and len(text) <= _HEADING_MAX:
            block = Block("para", [line], hint="list-head")
            if listed.group(1):
                sequence.last["num_dot"] = 1  # 附件：1.甲 opens the list on its own line
        elif _BYLINE.match(text):
            block = Block("signature", [line])
        elif _ANNEX.match(text) and (closed or line.page_start):
            block = Block("attachment", [line])
        elif line.hint in ("li", "row", "column-head", "letterhead") and not marker:
            block = Block("bullet" if line.hint == "li" else "para", [line], hint=line.hint)
        elif marker:
            # No department name starts with a number, so a full department line may end there too.
            start = (
                closed or ends_sentence(current.lines[-1].text) or current.kind == "departments" if current else True
            )
            after_heading = current is not None and current.kind == "marked" and not _has_sentence(current)
            # A heading may fill its line; the mark under it then opens a sequence or, running on, continues one.
            after_heading = after_heading and (marker.number == 1 or marker.family in STRUCTURAL - {"article"})
            if sequence.accepts(marker, paragraph_start=start, after_heading=after_heading):
                block = Block("marked", [line], marker)
                if sequence.accepted_gap:
                    problems.append(Problem("gap", marker.label, sequence.accepted_gap))
            elif start and marker.family not in BULLETS and marker.number is not None and marker.family != "num_dot":
                problems.append(
                    Problem("jump", marker.label, f"行首的“{marker.label}”不接续编号，按引用处理：{text[:24]}")
                )
        indented = line.indented and current is not None and ends_sentence(current.lines[-1].text)
        if block is None and (closed or indented):
            block = Block("para", [line])
        if block is None and current is not None:
            current.lines.append(line)
        elif block is not None:
            blocks.append(block)
            current = block
    return blocks


def _has_sentence(block: Block) -> bool:
    return any(re.search(r"[。；！？]", line.text) for line in block.lines)


def _name_kinds(blocks: list[Block]) -> None:
    for block in blocks:
        if block.kind != "marked" or block.marker is None:
            continue
        family, text = block.marker.family, block.text
        if family in BULLETS:
            block.kind = "bullet"
        elif family in ("question", "answer"):
            block.kind = family
        elif family in STATUTE[:3] and block.hint and len(text) <= _HEADING_MAX:
            block.kind = "heading"
        elif family == "article" or re.search(r"[。；！？]|：$", text):
            block.kind = "item"
        else:
            longest = _SMALL_HEADING_MAX if family in _SMALL_FAMILIES else _HEADING_MAX
            block.kind = "item" if len(text) > longest else "heading"


def _attachment_list(blocks: list[Block]) -> None:
    """Under 附件： the numbered lines are items, and the unnumbered ones that follow sign the document.

    A date alone on a line signs it too, with the short lines right above it.
    """
    for index, block in enumerate(blocks):
        if block.kind == "para" and _DATE.match(block.text):
            block.kind = "signature"
            for above in reversed(blocks[max(0, index - 4) : index]):
                if (
                    above.kind != "para"
                    or above.hint
                    or len(above.text) > _SIGNATURE_MAX
                    or re.search(r"[。；：，]", above.text)
                ):
                    break
                above.kind = "signature"
    inside = signing = False
    for block in blocks:
        if block.hint == "list-head":
            inside, signing = True, not _ATTACHMENTS.match(block.text)
        elif inside and block.marker and not block.hint and block.marker.family not in STRUCTURAL:
            block.kind = "item"
            signing = len(block.text) <= _HEADING_MAX
        elif inside and signing and block.kind == "para" and len(block.text) <= _SIGNATURE_MAX:
            block.kind = "signature"
        elif block.kind != "signature":
            inside = False


def _plain_headings(blocks: list[Block]) -> None:
    """Short unnumbered lines between finished paragraphs are headings; signatures and dates are not."""
    for index, block in enumerate(blocks):
        if block.kind != "para" or block.hint or len(block.lines) != 1 or block.lines[0].full:
            continue
        text = block.text
        if len(text) > _PLAIN_HEADING_MAX or len(text) < 4 or re.search(r"[，。；：！？,.;:]|\d{4}年\d", text):
            continue
        before = blocks[index - 1].text if index else "。"
        after = blocks[index + 1] if index + 1 < len(blocks) else None
        follows = (
            after is not None and after.kind in ("para", "item", "heading", "question") and not _DATE.match(after.text)
        )
        if (
            follows
            and after is not None
            and ends_sentence(before)
            and (after.kind != "para" or re.search(r"[。！？]", after.text))
        ):
            block.kind, block.hint = "heading", "plain"


def _absorb_articles(blocks: list[Block]) -> None:
    """What stands under an article (its 款, 项, lists) is part of it, until a mark of its own rank or above.

    A family that was open before the article (一、 over 第一条 in a notice) closes it too.
    """
    before: set[str] = set()
    enclosing: set[str] | None = None
    for block in blocks:
        family = block.marker.family if block.marker else ""
        if family == "article" and block.kind == "item":
            enclosing = set(before) if enclosing is None else enclosing
        elif family in STATUTE or block.kind in ("attachment", "source", "note_head", "signature", "table"):
            enclosing = None
        elif block.kind == "departments":
            continue  # its names are told from its kind
        elif enclosing is not None and block.hint in ("", "plain", "li", "row"):
            if family in enclosing:
                enclosing = None
            else:
                block.kind, block.absorbed, block.hint = "para", True, ""
        elif _HINTED.match(block.hint):
            enclosing = None
        if family and enclosing is None:
            before.add(family)


def _family(block: Block) -> str:
    """What a block's depth is remembered under: its marks where they are structural, else its heading hint."""
    if block.kind == "question":
        return "question"
    if block.marker and (not block.hint or block.marker.family in STRUCTURAL):
        return block.marker.family
    return block.hint or "plain"


def _assign_depths(blocks: list[Block]) -> None:
    """Depths by a stack of open families; a family keeps the depth it first opened at.

    Statute families have their own order (编 › 章 › 节 › 条); heading levels of the format close deeper ones.
    """
    stack: list[tuple[str, str]] = []  # (family, heading hint or "")
    learnt: dict[str, int] = {}
    for block in blocks:
        if block.kind not in ("heading", "item", "question") and not (block.kind == "bullet" and block.marker):
            continue
        if block.kind == "bullet":
            block.depth = len(stack) + 1
            continue
        family, hint = _family(block), block.hint if _HINTED.match(block.hint) else ""
        families = [name for name, _ in stack]
        if family in STATUTE:
            rank = STATUTE.index(family)
            while stack and (stack[-1][0] not in STATUTE[:rank]):
                stack.pop()
        elif family in families:
            del stack[families.index(family) :]
        elif hint:
            while stack and (not stack[-1][1] or stack[-1][1] >= hint):
                stack.pop()
        elif family in learnt and block.marker is not None and block.marker.number != 1:
            del stack[max(0, learnt[family] - 1) :]
        stack.append((family, hint))
        learnt[family] = len(stack)
        block.depth = len(stack)
