"""One clause as the reader shows it: where it stands, its whole text with the quoted words marked, what belongs to it."""

from __future__ import annotations

from corpus.schema import Clause, ClauseKind, Document
from index.library import Library
from ui.answer_view import level_badge
from ui.charts import bar_chart
from ui.html import Html, element, join
from ui.parallels import Parallel, Parallels
from ui.tables import column_title, magnitude, table_of, table_view

_PREVIEW = 90  # characters of the clause before and after


def reader_view(
    library: Library, clause_id: str, start: int | None = None, end: int | None = None, parallels: Parallels | None = None
) -> Html | None:
    """The reader's content for a clause; clause.text[start:end] is marked. None when there is no such clause.
    parallels: of this library, to show where other documents say the same."""
    clause = library.clauses.get(clause_id)
    if clause is None:
        return None
    document = library.document_of(clause)
    span = valid_span(clause.text, start, end)
    before, after = neighbours(library, clause)
    return element(
        "article", _heading(library, clause, document), _lead(clause), _step(before, "上一条"),
        element("blockquote", *marked_text(clause, span), class_="clause-text", lang="zh-CN"), _step(after, "下一条"),
        _facts(clause), _notes(clause), _chart(clause), _table(library, clause),
        elsewhere_view(library, parallels.find(clause, span)) if parallels else None, _links(clause, span),
        class_="clause", data_clause_shown=clause.clause_id,
    )


def missing_view(message: str) -> Html:
    """What the reader says when it has nothing to show."""
    return element("div", element("h2", "打不开这一条", tabindex="-1"), element("p", message), class_="clause problem", role="alert")


def valid_span(text: str, start: int | None, end: int | None) -> tuple[int, int] | None:
    """(start, end) when it lies within text and is not empty, else None."""
    return (start, end) if start is not None and end is not None and 0 <= start < end <= len(text) else None


def neighbours(library: Library, clause: Clause) -> tuple[Clause | None, Clause | None]:
    """The clauses before and after in the same document."""
    own = [item for item in library.clauses.values() if item.doc_id == clause.doc_id]
    place = own.index(clause)
    return (own[place - 1] if place else None), (own[place + 1] if place + 1 < len(own) else None)


def marked_text(clause: Clause, span: tuple[int, int] | None) -> list[Html]:
    """The whole text in paragraphs: the span in a mark element, note marks after the figures they belong to."""
    notes = {note.position: note.number for note in clause.notes}
    cuts = {0, len(clause.text), *(span or ()), *(p for p in notes if 0 <= p <= len(clause.text))}
    cuts |= {i for i, char in enumerate(clause.text) if char == "\n"}
    edges = sorted(cuts)
    paragraphs: list[Html] = []
    current: list[Html | str] = []
    for left, right in zip(edges, [*edges[1:], len(clause.text)], strict=True):
        if left in notes:
            current.append(element("sup", f"注{notes[left]}", class_="note-mark"))
        piece = clause.text[left:right]
        if piece.startswith("\n"):
            paragraphs.append(element("p", *current))
            current, piece = [], piece[1:]
        inside = span is not None and span[0] <= left and right <= span[1]
        if piece:
            current.append(element("mark", piece) if inside else piece)
    return [*paragraphs, element("p", *current)]


def _heading(library: Library, clause: Clause, document: Document) -> Html:
    facts = [level_badge(document.level.value)]
    facts += [element("span", f"{document.period}年")] if document.period else []
    facts += [element("span", document.issuer)] if document.issuer else []
    facts += [element("span", document.doc_number)] if document.doc_number else []
    facts += [element("span", _pages(clause))] if clause.page_start else []
    crumbs = element("nav", element("ol", *_crumbs(library, clause)), class_="crumbs", aria_label="所在位置") if clause.heading_path else None
    return element(
        "header", element("h2", f"《{document.title.strip('《》')}》", tabindex="-1"), element("p", *facts, class_="facts"), crumbs,
    )


def _pages(clause: Clause) -> str:
    if clause.page_end and clause.page_end != clause.page_start:
        return f"第 {clause.page_start}—{clause.page_end} 页"
    return f"第 {clause.page_start} 页"


def _crumbs(library: Library, clause: Clause) -> list[Html]:
    """The heading path; a heading that is a clause of its own opens it."""
    ancestors: list[Clause] = []
    parent = library.clauses.get(clause.parent_id or "")
    while parent is not None and parent not in ancestors:
        ancestors.append(parent)
        parent = library.clauses.get(parent.parent_id or "")
    ids: list[str | None] = [item.clause_id for item in reversed(ancestors)]
    if len(ids) != len(clause.heading_path):
        ids = [None] * len(clause.heading_path)
    return [
        element("li", element("button", title, type="button", class_="crumb", data_clause=own) if own else element("span", title))
        for title, own in zip(clause.heading_path, ids, strict=True)
    ]


def _lead(clause: Clause) -> Html | None:
    """The sentence a bullet stands under, or the printed head of a table row."""
    return element("p", clause.context, class_="context") if clause.context else None


def _table(library: Library, clause: Clause) -> Html | None:
    """A table row's whole table with this row marked."""
    if clause.row is None:
        return None
    return element("section", element("h3", "所在的表"), table_view(table_of(library, clause), chosen=clause.clause_id), class_="row-context")


def _chart(clause: Clause) -> Html | None:
    """A row's values as bars, where at least two of them are numbers."""
    row = clause.row
    sizes = {column: magnitude(value) for column, value in row.values.items()} if row else {}
    if row is None or sum(size is not None for size in sizes.values()) < 2:
        return None
    unit = f"（{row.unit}）" if row.unit else ""
    bars = [(column_title(column), value or "—", sizes[column]) for column, value in row.values.items()]
    return element("figure", element("figcaption", f"{row.indicator}{unit}"), bar_chart(f"{row.indicator}{unit}", bars), class_="chart")


def elsewhere_view(library: Library, parallels: list[Parallel]) -> Html | None:
    """Sentences of other documents that say nearly the same, each a link, with how the figures compare."""
    if not parallels:
        return None
    items = []
    for parallel in parallels:
        clause = library.clauses[parallel.there.clause_id]
        document = library.document_of(clause)
        where = element("span", level_badge(document.level.value), element("b", f"《{document.title.strip('《》')}》"), class_="where")
        items.append(element("li", element(
            "button", where, element("span", parallel.there.text.strip(), class_="quote"), _verdict(parallel), type="button", class_="card",
            data_clause=clause.clause_id, data_start=parallel.there.start, data_end=parallel.there.end,
        )))
    return element("section", element("h3", "其他文件的相同说法"), element("ul", *items, class_="cards"), class_="elsewhere")


def _verdict(parallel: Parallel) -> Html | None:
    """相同, 不同 with both sides' figures, or what one side says besides; nothing where there are no figures."""
    here, there = "、".join(parallel.only_here), "、".join(parallel.only_there)
    if parallel.same is None:
        return None
    if parallel.same:
        return element("span", "数字相同", class_="verdict same")
    if here and there:
        return element("span", f"不同：这里 {here}；那里 {there}", class_="verdict differs")
    return element("span", f"这里另有 {here}" if here else f"那里另有 {there}", class_="verdict")


def _step(clause: Clause | None, label: str) -> Html | None:
    if clause is None:
        return None
    words = " ".join(clause.text.split())
    shown = words if len(words) <= _PREVIEW else f"{words[:_PREVIEW]}…"
    side = "before" if label == "上一条" else "after"
    return element("button", element("span", label, class_="label"), shown, type="button", class_=f"step {side}", data_clause=clause.clause_id)


def _facts(clause: Clause) -> Html | None:
    rows: list[tuple[str, str]] = []
    if clause.lead_departments:
        rows.append(("牵头部门", "、".join(clause.lead_departments)))
    if clause.support_departments:
        rows.append(("配合部门", "、".join(clause.support_departments)))
    if clause.inherited_years:
        rows.append(("上文限定的年份", "、".join(f"{year}年" for year in clause.inherited_years)))
    if not rows:
        return None
    return element("dl", *(join((element("dt", name), element("dd", value))) for name, value in rows), class_="belongs")


def _notes(clause: Clause) -> Html | None:
    if not clause.notes:
        return None
    items = [element("li", element("span", f"注{note.number}", class_="number"), note.text) for note in clause.notes]
    return element("section", element("h3", "注"), element("ul", *items), class_="notes")


def _links(clause: Clause, span: tuple[int, int] | None) -> Html:
    where = f"/?clause={clause.clause_id}" + (f"&start={span[0]}&end={span[1]}" if span else "")
    kind = "表中这一行" if clause.kind is ClauseKind.TABLE_ROW else "这一条"
    return element(
        "footer",
        element("a", f"{kind}的固定链接", href=where, class_="act", data_do="link"),
        element("button", "在全文中看", type="button", class_="act", data_do="document", data_doc=clause.doc_id, data_at=clause.clause_id),
        element("button", "打印", type="button", class_="act", data_do="print"),
        class_="actions",
    )
