"""A source file → documents and clauses: the whole way in, in order. No storage, no models."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from corpus.clauses import to_clauses
from corpus.columns import join_columns
from corpus.lines import to_lines
from corpus.metadata import Draft, document_of, split_documents, title_text
from corpus.nodes import build_nodes
from corpus.notices import notices
from corpus.outline import to_blocks
from corpus.readers import read_source
from corpus.schema import Clause, Document, Line, Page, ParsedSource, Problem
from corpus.tables import find_tables


def parse_file(path: Path) -> ParsedSource:
    """Everything in one source file, with notices of what it holds besides. Raises SourceError when it cannot be read."""
    pages = read_source(path)
    parsed = parse_pages(pages, path.name)
    return replace(parsed, problems=(*notices(path, pages), *parsed.problems))


def parse_pages(pages: list[Page], source_name: str) -> ParsedSource:
    """Pages of one source → documents, clauses and structural problems, in reading order."""
    lines = to_lines(pages)
    documents: list[Document] = []
    clauses: list[Clause] = []
    problems: list[Problem] = []
    parent: Document | None = None
    problems.extend(
        Problem("unreadable", f"第 {page.number} 页", "这一页没有文字：是空白页，或是没有做文字识别的图片（装上可选组件 ocr 可以识别）")
        for page in pages
        if page.number is not None and not page.lines
    )
    for draft in split_documents(lines):
        document = document_of(draft, source_name, parent if draft.attached else None)
        if not draft.attached:
            parent = document
        own, faults = parse_document(draft, document)
        documents.append(document)
        clauses.extend(own)
        problems.extend(Problem(p.kind, f"《{document.title}》{p.where}", p.detail) for p in faults)
    return ParsedSource(tuple(documents), tuple(clauses), tuple(problems))


def parse_document(draft: Draft, document: Document) -> tuple[list[Clause], list[Problem]]:
    """The clauses of one document and the faults in its numbering."""
    body = join_columns(list(draft.lines[draft.title_count :]))
    tables = find_tables(body)
    # A table is one line to the outline: numbering runs on across it, paragraphs do not.
    plain: list[Line] = []
    cursor = 0
    for table in tables:
        plain.extend(body[cursor : table.start])
        plain.append(replace(table.header, hint="table", full=False))
        cursor = table.end
    plain.extend(body[cursor:])
    blocks, problems = to_blocks(plain)
    nodes = build_nodes(blocks, tables)
    title_page = draft.lines[0].page if draft.lines else None
    return to_clauses(nodes, document, title_text(draft), title_page), problems
