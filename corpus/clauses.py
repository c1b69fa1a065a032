"""Nodes of one document → its Clauses: ids, heading paths, departments, notes matched to their marks. Pure.

Clause texts in order give back the document's cleaned lines (group cells, repeated headers and note marks apart).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace

from corpus.departments import departments_of
from corpus.nodes import Node
from corpus.notes import ITEM as NOTE_ITEM
from corpus.notes import find_marks, remove_marks
from corpus.schema import Clause, ClauseKind, Document, MappedText, Note
from corpus.text import MARK, MARK_OPEN, clean

_ARTICLE = re.compile(r"^第.+[条條]")


def to_clauses(nodes: list[Node], document: Document, title: MappedText, title_page: int | None) -> list[Clause]:
    """Nodes of one document → clauses with ids, paths, departments; notes matched to their marks."""
    head = Node(ClauseKind.HEADING, content=title, page=title_page, page_end=title_page, hint="title")
    ordered = ([head] if len(title) else []) + nodes
    contents = [node.content if node.content is not None else _content(node) for node in ordered]
    contents, notes = _attach_notes(ordered, contents)
    clauses: list[Clause] = []
    path: list[tuple[int, str, str]] = []
    table_title, table_id = "", None
    seen: dict[str, int] = {}
    for node, content, carried in zip(ordered, contents, notes, strict=True):
        if not content.text:
            continue
        if node.depth:
            path = [entry for entry in path if entry[0] < node.depth]
        if node.hint == "table":
            table_title = content.text.split("\n")[0]
        elif node.kind is not ClauseKind.TABLE_ROW:
            table_title, table_id = "", None
        if node.closed or node.kind is ClauseKind.NOTE:
            path = []  # notes and source lines belong to the whole document
        heading_path = tuple(entry[1] for entry in path)
        if node.kind is ClauseKind.TABLE_ROW and table_title:
            heading_path = (*heading_path, table_title)
        parent = path[-1][2] if path else None
        name = _title(node, content.text)
        clause_id = _identity(document.doc_id, heading_path, node.label, content.text, seen)
        table_id = clause_id if node.hint == "table" else table_id
        parent = table_id if node.kind is ClauseKind.TABLE_ROW and table_id else parent
        lead, support = _departments(node)
        pages = [line.page for part in node.parts for line in part.lines] or [node.page, node.page_end]
        clauses.append(
            Clause(
                clause_id,
                document.doc_id,
                len(clauses),
                node.kind,
                node.label,
                name,
                heading_path,
                content.text,
                pages[0],
                pages[-1],
                lead,
                support,
                node.years,
                carried,
                content.offsets[0],
                content.offsets[-1] + 1,
                node.context,
                node.row,
                parent,
                node.depth,
            )
        )
        if node.depth and node.kind in (ClauseKind.HEADING, ClauseKind.ITEM, ClauseKind.QUESTION):
            path.append((node.depth, name if node.label in name else f"{node.label}{name}", clause_id))
    return clauses


def _content(node: Node) -> MappedText:
    return MappedText.join([part.content for part in node.parts], "\n")


def _title(node: Node, text: str) -> str:
    """The clause's own title: the heading line, or a first sentence short enough to be one."""
    first = text.split("\n")[0]
    if _ARTICLE.match(node.label):
        return node.label
    if node.kind in (ClauseKind.HEADING, ClauseKind.QUESTION):
        return first
    if node.kind is ClauseKind.TABLE_ROW and node.row:
        return node.row.indicator
    bare = first[len(node.label) :].strip() if first.startswith(node.label) else first
    stop = re.search(r"[。；：\n]", bare)
    head = bare[: stop.start()] if stop else bare
    if node.kind in (ClauseKind.ITEM, ClauseKind.BULLET) and 0 < len(head) <= 40:
        return f"{node.label}{head}" if node.kind is ClauseKind.ITEM else head
    return node.label


def _departments(node: Node) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return departments_of([(part.kind == "departments", MARK.sub("", part.text)) for part in node.parts])


def _identity(doc_id: str, path: tuple[str, ...], label: str, text: str, seen: dict[str, int]) -> str:
    """Content-derived and stable: the same clause keeps its id whatever stands around it."""
    key = hashlib.sha256("\x1f".join((doc_id, *path, label, text)).encode()).hexdigest()[:16]
    seen[key] = seen.get(key, 0) + 1
    return key if seen[key] == 1 else f"{key}-{seen[key]}"


def _attach_notes(nodes: list[Node], contents: list[MappedText]) -> tuple[list[MappedText], list[tuple[Note, ...]]]:
    """Marks taken out of the texts before the notes, each clause given the notes its figures carry."""
    texts: dict[int, str] = {}
    for node, content in zip(nodes, contents, strict=True):
        found = NOTE_ITEM.match(content.text) if node.kind is ClauseKind.NOTE else None
        if found:
            texts[int(found.group(1))] = content.text[found.end() :]
    none: list[tuple[Note, ...]] = [() for _ in nodes]
    if any(MARK_OPEN in content.text for content in contents):
        return _attach_exact(nodes, contents, texts)
    if not texts or set(texts) != set(range(1, len(texts) + 1)):
        return contents, none
    body = [i for i, node in enumerate(nodes) if node.kind is not ClauseKind.NOTE]
    joined = "\n".join(_spaced(nodes[i], contents[i]).text for i in body)
    marks = find_marks(joined, texts)
    changed, carried, base = list(contents), list(none), 0
    for i in body:
        spaced = _spaced(nodes[i], contents[i])
        own = [
            replace(m, start=m.start - base, end=m.end - base) for m in marks if base <= m.start < base + len(spaced)
        ]
        base += len(spaced) + 1
        if own:
            bare, places = remove_marks(spaced, own)
            changed[i] = bare if nodes[i].content is not None else clean(bare)
            kept = _positions(bare, changed[i], [p for _, p in places])
            carried[i] = tuple(Note(n, texts[n], k) for (n, _), k in zip(places, kept, strict=True))
    return changed, carried


def _attach_exact(
    nodes: list[Node], contents: list[MappedText], texts: dict[int, str]
) -> tuple[list[MappedText], list[tuple[Note, ...]]]:
    """As _attach_notes, where the format itself states the marks. A raised number without a note stays as digits."""
    changed, carried = [], []
    for node, content in zip(nodes, contents, strict=True):
        pieces: list[MappedText] = []
        notes: list[Note] = []
        cursor = length = 0
        for found in MARK.finditer(content.text):
            number = int(found.group(1))
            known = number in texts and node.kind is not ClauseKind.NOTE
            end = found.start() if known else found.end(1)
            pieces.append(content.slice(cursor, found.start()))
            pieces.append(content.slice(found.start(1) if not known else end, end))
            length += len(pieces[-2]) + len(pieces[-1])
            if known:
                notes.append(Note(number, texts[number], length))
            cursor = found.end()
        pieces.append(content.slice(cursor, len(content)))
        changed.append(MappedText.join(pieces))
        carried.append(tuple(notes))
    return changed, carried


def _spaced(node: Node, content: MappedText) -> MappedText:
    """The node's text with the spaces round digits still in: a mark may stand apart by one ("6 个月 2")."""
    if node.content is not None:
        return content
    return MappedText.join([MappedText.join([line.content for line in part.lines]) for part in node.parts], "\n")


def _positions(before: MappedText, after: MappedText, places: list[int]) -> list[int]:
    """Positions in before → positions in after, by source offset."""
    result = []
    for place in places:
        source = before.offsets[place - 1] if place else -1
        result.append(sum(1 for offset in after.offsets if offset <= source))
    return result
