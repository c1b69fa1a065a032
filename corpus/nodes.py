"""Blocks and tables of one document → Nodes, the clauses in the making, in reading order.

A numbered item is one node with the paragraphs and department lines that follow it; an article takes in its 款
and 项; a heading with children, a bullet, a table row, a question with its answer and a note are nodes. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from corpus.notes import ITEM as NOTE_ITEM
from corpus.outline import Block
from corpus.schema import ClauseKind, MappedText, TableRow
from corpus.tables import Table
from corpus.text import MARK, clean, sentence_spans

_MERGE_MAX = 700  # characters of body that stay in one clause with their heading
_YEARS = re.compile(r"(?<!\d)((?:19|20)\d{2})(?=\s*年)")


@dataclass
class Node:
    """A clause in the making."""

    kind: ClauseKind
    parts: list[Block] = field(default_factory=list)
    depth: int = 0
    label: str = ""
    hint: str = ""
    context: str = ""
    row: TableRow | None = None
    years: tuple[str, ...] = ()
    content: MappedText | None = None
    page: int | None = None
    page_end: int | None = None
    closed: bool = False


def build_nodes(blocks: list[Block], tables: Sequence[Table] = ()) -> list[Node]:
    """Blocks → nodes in order; notes after a 注： line become NOTE nodes. tables: those of the table blocks, in order."""
    waiting = iter(tables)
    nodes: list[Node] = []
    in_notes = False
    lead, lead_years = "", ()
    for index, block in enumerate(blocks):
        if block.kind == "table":
            nodes.extend(table_nodes(next(waiting)))
        elif block.kind == "note_head":
            in_notes = True
            nodes.append(Node(ClauseKind.BODY, [block], label="", closed=True))
        elif in_notes and block.kind != "source":
            if NOTE_ITEM.match(block.text) or not nodes or nodes[-1].kind is not ClauseKind.NOTE:
                nodes.append(Node(ClauseKind.NOTE, [block], label=block.label))
            else:
                nodes[-1].parts.append(block)
        elif block.kind == "heading":
            lead, lead_years = "", ()
            nodes.append(Node(ClauseKind.HEADING, [block], block.depth, block.label, block.hint))
        elif block.kind == "item":
            lead, lead_years = _lead(block.text)
            nodes.append(Node(ClauseKind.ITEM, [block], block.depth, block.label, block.hint))
        elif block.kind == "question":
            lead, lead_years = "", ()
            nodes.append(Node(ClauseKind.QUESTION, [block], block.depth, block.label))
        elif block.kind == "bullet":
            nodes.append(Node(ClauseKind.BULLET, [block], 0, block.label, years=lead_years, context=lead))
        elif nodes and _goes_with(block, nodes[-1]):
            nodes[-1].parts.append(block)
        elif block.kind in ("source", "attachment", "signature"):
            nodes.append(Node(ClauseKind.BODY, [block], closed=True))
        else:
            lead, lead_years = _lead(block.text)
            _add_paragraph(nodes, block, blocks, index)
    return nodes


def _goes_with(block: Block, last: Node) -> bool:
    """Whether block is part of the node before it: departments, an answer, a 款 of an article, a signature's next line."""
    if block.kind == "signature":
        return bool(last.parts) and last.parts[-1].kind == "signature"
    return block.kind in ("departments", "answer") or block.absorbed


def _lead(text: str) -> tuple[str, tuple[str, ...]]:
    """A paragraph's first sentence and the years it sets for the bullets under it; ("", ()) where it sets none."""
    spans = sentence_spans(text)
    first = text[spans[0][0] : spans[0][1]] if spans else ""
    years = tuple(dict.fromkeys(_YEARS.findall(first)))
    return (first if years else ""), years


def _add_paragraph(nodes: list[Node], block: Block, blocks: list[Block], index: int) -> None:
    """A paragraph joins the item, question or childless heading above it, or stands alone."""
    last = nodes[-1] if nodes else None
    # A paragraph that introduces bullets stays apart: it is their lead, with the year they inherit.
    leads = index + 1 < len(blocks) and blocks[index + 1].kind == "bullet"
    if last is None or last.closed or block.hint in ("column-head", "letterhead"):
        nodes.append(Node(ClauseKind.BODY, [block]))
    elif last.kind in (ClauseKind.ITEM, ClauseKind.QUESTION) and not (leads and last.kind is not ClauseKind.QUESTION):
        last.parts.append(block)
    elif last.kind is ClauseKind.HEADING and last.depth and _childless_body(blocks, index) and not leads:
        last.kind = ClauseKind.ITEM
        last.parts.append(block)
    else:
        nodes.append(Node(ClauseKind.BODY, [block]))


def _childless_body(blocks: list[Block], index: int) -> bool:
    """Whether the paragraphs from index on end, within the merge size, before a deeper mark or a bullet."""
    # By index, and no further than the merge size: a slice for every heading would take quadratic time.
    above = (blocks[i] for i in range(index - 1, -1, -1))
    depth = next((block.depth for block in above if block.kind in ("heading", "item")), 0)
    length = 0
    for block in (blocks[i] for i in range(index, len(blocks))):
        if block.kind in ("heading", "item", "question"):
            return block.depth <= depth
        if block.kind in ("bullet", "note_head", "table"):
            return False
        if block.kind == "source":
            break
        length += len(block.text)
        if length > _MERGE_MAX:
            return False
    return True


def table_nodes(table: Table) -> list[Node]:
    """A table's caption and rows as nodes."""
    lines = [line for line in (table.caption, table.header) if line is not None]
    content = MappedText.join([clean(line.content, keep_spaces=True) for line in lines], "\n")
    caption = MARK.sub("", clean(table.caption.content).text) if table.caption else ""
    header = clean(table.header.content, keep_spaces=True).text
    nodes = [
        Node(ClauseKind.HEADING, label="", hint="table", content=content, page=lines[0].page, page_end=lines[-1].page)
    ]
    for printed in table.rows:
        row = printed.row
        context = " · ".join(part for part in (caption, header.replace("\t", " "), row.group) if part)
        nodes.append(
            Node(
                ClauseKind.TABLE_ROW,
                content=printed.content,
                row=row,
                context=context,
                page=printed.lines[0].page,
                page_end=printed.lines[-1].page,
            )
        )
    return nodes
