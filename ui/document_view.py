"""The library as a shelf and each document from end to end: outline, clauses, tables."""

from __future__ import annotations

from collections.abc import Sequence

from corpus.schema import Clause, ClauseKind, Document, Level
from index.library import Library
from ui.answer_view import export_menu, level_badge
from ui.filter_view import shelf_filters
from ui.html import Html, element
from ui.scope import years_of
from ui.table_files import KINDS as TABLE_KINDS
from ui.tables import Table, pairs_view, table_view, tables_in


def shelf_view(library: Library) -> Html:
    """All documents by level, with what they can be confined by, and the place where one is read."""
    groups = []
    held = [level for level in Level if any(document.level is level for document in library.documents.values())]
    for level in held:
        own = [document for document in library.documents.values() if document.level is level]
        items = [element("li", _spine(library, document)) for document in own]
        heading = element("h2", f"{level.value} ", element("span", f"{len(own)} 份", class_="count"))
        groups.append(element("section", heading, element("ul", *items)))
    hint = element("p", "从左边选一份文件，从头读到尾；点任何一条都能看它的出处、部门和上下文。", class_="hint")
    return element(
        "div", element("nav", shelf_filters(held, years_of(library)), *groups, class_="shelf", aria_label="全部文件"),
        element("div", hint, id="document", class_="document", tabindex="-1"), class_="library",
    )


def _spine(library: Library, document: Document) -> Html:
    tables = sum(1 for clause in clauses_of(library, document.doc_id) if clause.row is not None)
    facts = [fact for fact in (document.issuer, f"{tables} 项指标" if tables else None) if fact]
    small = element("small", " · ".join(facts)) if facts else None
    return element("button", element("span", document.title.strip("《》")), small, type="button", class_="spine", data_do="document",
                   data_doc=document.doc_id)


def clauses_of(library: Library, doc_id: str) -> list[Clause]:
    """A document's clauses in reading order."""
    return [clause for clause in library.clauses.values() if clause.doc_id == doc_id]


def document_view(library: Library, doc_id: str) -> Html | None:
    """One document from end to end; None when there is no such document."""
    document = library.documents.get(doc_id)
    if document is None:
        return None
    clauses = clauses_of(library, doc_id)
    # A first clause that only repeats the title is shown as the title.
    repeated = bool(clauses) and "".join(clauses[0].text.split()) == "".join(document.title.split())
    body = element("div", *_body(doc_id, clauses[1:] if repeated else clauses), class_="fulltext", lang="zh-CN")
    anchor = f"c-{clauses[0].clause_id}" if repeated else None
    return element("article", _title_page(document, clauses, anchor), _outline(clauses), body, data_document=doc_id)


def _title_page(document: Document, clauses: Sequence[Clause], anchor: str | None) -> Html:
    rows = [
        ("发文单位", document.issuer), ("文号", document.doc_number), ("印发日期", document.issued_on),
        ("期限", f"{document.period}年" if document.period else None), ("来源", document.publisher),
    ]
    facts = element("p", level_badge(document.level.value), *(element("span", f"{name}：{value}") for name, value in rows if value), class_="facts")
    tables = export_menu(f"/document/{document.doc_id}/tables", "导出表格", "导出这份文件的全部表格", TABLE_KINDS)
    tools = element(
        "div",
        element("button", "只问这份文件", type="button", class_="act strong", data_do="only", data_scope="only", data_value=document.doc_id),
        tables if any(clause.row for clause in clauses) else None,
        element("button", "打印", type="button", class_="act", data_do="print"),
        element("label", element("span", "在本文件中查找"), element("input", type="search", id="find", placeholder="词语", autocomplete="off", aria_label="在本文件中查找"), class_="find"),
        element("span", id="found", class_="found", role="status"),
        element(
            "span",
            element("button", "↑", type="button", class_="act", data_do="previous", aria_label="上一处"),
            element("button", "↓", type="button", class_="act", data_do="next", aria_label="下一处"),
            class_="hops",
        ),
        class_="tools",
    )
    back = element("button", "‹ 全部文件", type="button", class_="act back", data_do="shelf")
    return element("header", back, element("h2", document.title.strip("《》"), tabindex="-1", id=anchor), facts, tools)


def _outline(clauses: Sequence[Clause]) -> Html | None:
    """The headings as a folded tree of links."""
    heads = [clause for clause in clauses if clause.depth and clause.title and clause.kind is not ClauseKind.TABLE_ROW]
    if len(heads) < 3:
        return None
    items = [
        element("li", element("button", clause.title, type="button", class_="jump", data_do="jump", data_at=clause.clause_id),
                class_=f"depth{min(clause.depth, 4)}")
        for clause in heads
    ]
    return element("details", element("summary", f"目录（{len(heads)} 条）"), element("ol", *items), class_="outline")


def _body(doc_id: str, clauses: Sequence[Clause]) -> list[Html]:
    """Every clause in order; a table where its first row stands."""
    tables = {table.rows[0].clause_id: (at, table) for at, table in enumerate(tables_in(clauses), 1)}
    parts: list[Html] = []
    for clause in clauses:
        if clause.clause_id in tables:
            parts.append(_table(doc_id, *tables[clause.clause_id]))
        elif clause.row is None:
            parts.append(_clause(clause))
    return parts


def _table(doc_id: str, at: int, table: Table) -> Html:
    """A table with what takes it along and what draws it. at: its place among the document's."""
    anchors = [element("span", id=f"c-{clause.clause_id}") for clause in table.rows]
    take = export_menu(f"/document/{doc_id}/tables", "导出这张表", f"导出表：{table.title}", TABLE_KINDS, f"?at={at}")
    return element("section", *anchors, table_view(table, titled=False), element("div", take, class_="table-tools"), pairs_view(table), class_="table")


def _clause(clause: Clause) -> Html:
    # A table's heading clause carries its printed head below its title: only the first line is a heading.
    heading = clause.kind is ClauseKind.HEADING
    lines = [element("h3" if heading and not at else "p", line) for at, line in enumerate(clause.text.split("\n")) if line.strip()]
    open_ = element("button", "看", type="button", class_="open", data_clause=clause.clause_id, aria_label=f"打开这一条：{clause.title or clause.text[:20]}")
    return element("section", *lines, open_, id=f"c-{clause.clause_id}", class_=f"part {clause.kind.value} depth{min(clause.depth, 4)}")
