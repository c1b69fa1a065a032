"""Indicator tables put together again from their rows, and shown: sortable, with a drawing of the first year and the last."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.schema import Clause, TableRow
from index.library import Library
from ui.charts import pair_chart
from ui.html import Html, element


@dataclass(frozen=True)
class Table:
    """Rows of one table in order; every row has a TableRow. columns: the years or other heads of its values."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[Clause, ...]

    @property
    def grouped(self) -> bool:
        return any(clause.row and clause.row.group for clause in self.rows)


def table_from(rows: Sequence[Clause]) -> Table:
    """Consecutive table-row clauses as one table."""
    columns = dict.fromkeys(column for clause in rows if clause.row for column in clause.row.values)
    title = rows[0].heading_path[-1] if rows and rows[0].heading_path else ""
    return Table(title, tuple(columns), tuple(rows))


def table_of(library: Library, clause: Clause) -> Table:
    """The table that a row stands in: its neighbours under the same heading."""
    return table_from([
        item for item in library.clauses.values()
        if item.row is not None and item.doc_id == clause.doc_id and item.heading_path == clause.heading_path
    ])


def tables_in(clauses: Sequence[Clause]) -> list[Table]:
    """All tables of a document's clauses, in order."""
    runs: list[list[Clause]] = []
    previous: Clause | None = None
    for clause in clauses:
        if clause.row is not None:
            if previous is not None and previous.row is not None and previous.heading_path == clause.heading_path:
                runs[-1].append(clause)
            else:
                runs.append([clause])
        previous = clause
    return [table_from(run) for run in runs]


def is_year(column: str) -> bool:
    """Whether a column's head is a year."""
    return re.fullmatch(r"(?:19|20)\d{2}", column) is not None


def column_title(column: str) -> str:
    """2027 → 2027年; other heads as they are."""
    return f"{column}年" if is_year(column) else column


def magnitude(value: str | None) -> float | None:
    """The size of a value as printed: 95 for ≥95, 20 for 20∶1, 13.5 for 13—14; None where it is no number."""
    found = [float(number) for number in re.findall(r"\d+(?:\.\d+)?", (value or "").replace(",", "").replace("，", ""))]
    if not found:
        return None
    return sum(found[:2]) / 2 if len(found) > 1 and re.search(r"\d\s*[—–─~～至-]\s*\d", value or "") else found[0]


def table_view(table: Table, *, chosen: str = "", titled: bool = True) -> Html:
    """The table; chosen: the clause id of the row to mark. A group's cell spans its rows."""
    heads = (["类别"] if table.grouped else []) + ["指标", "单位", *map(column_title, table.columns)]
    head = element("tr", *(_head(title, at) for at, title in enumerate(heads)))
    body, place = [], 0
    while place < len(table.rows):
        row = table.rows[place].row
        group = row.group if row else None
        count = 1
        while place + count < len(table.rows) and _group(table.rows[place + count]) == group:
            count += 1
        for offset in range(count):
            lead = element("th", group or "", scope="rowgroup", rowspan=count, class_="group") if table.grouped and not offset else None
            body.append(_row(table, table.rows[place + offset], lead, chosen))
        place += count
    caption = element("caption", table.title) if table.title and titled else None
    drawn = element("table", caption, element("thead", head), element("tbody", *body), class_="figures")
    return element("div", drawn, class_="wide", tabindex="0", role="region", aria_label=table.title or "表格")


def _head(title: str, at: int) -> Html:
    """A column's head that sorts by it."""
    button = element("button", title, type="button", class_="sort", data_do="sort", data_column=at, title=f"按“{title}”排序")
    return element("th", button, scope="col", aria_sort="none")


def _group(clause: Clause) -> str | None:
    return clause.row.group if clause.row else None


def _row(table: Table, clause: Clause, lead: Html | None, chosen: str) -> Html:
    row = clause.row
    assert row is not None
    sizes = {column: magnitude(row.values.get(column)) for column in table.columns}
    name = element("button", row.indicator, type="button", class_="cell", data_clause=clause.clause_id)
    marked = clause.clause_id == chosen
    return element(
        "tr", lead, element("th", name, scope="row"), element("td", row.unit or ""),
        *(element("td", row.values.get(column) or "—", data_size=sizes[column]) for column in table.columns),
        class_="chosen" if marked else None, aria_current="true" if marked else None,
    )


def pairs_view(table: Table) -> Html | None:
    """The first year against the last, each row by its own measure; None where no row has a number for both."""
    years = [column for column in table.columns if is_year(column)]
    if len(years) < 2:
        return None
    items = [item for clause in table.rows if clause.row and (item := _pair(clause.row, years[0], years[-1])) is not None]
    if not items:
        return None
    ends = f"{column_title(years[0])}与{column_title(years[-1])}"
    summary = element("summary", f"看图：{ends}相比（{len(items)} 项）")
    note = element("p", f"每项的两条线，上为{column_title(years[0])}，下为{column_title(years[-1])}；各项单位不同，只在同一项里比长短。", class_="hint")
    return element("details", summary, note, element("ul", *items, class_="pairs"), class_="outline")


def _pair(row: TableRow, first: str, last: str) -> Html | None:
    sizes = magnitude(row.values.get(first)), magnitude(row.values.get(last))
    if sizes[0] is None or sizes[1] is None:
        return None
    told = f"{row.values[first]} → {row.values[last]}" + (f" {row.unit}" if row.unit else "")
    return element("li", element("span", row.indicator), pair_chart(*sizes), element("b", told))
