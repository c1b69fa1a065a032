"""Indicator tables as files: CSV and Excel. What a cell holds stays what is printed; nothing in it is ever a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from typing import Any

from corpus.schema import Document
from ui.exporting import Download
from ui.html import plain
from ui.tables import Table, column_title

_HEADS = ("文件", "表", "类别", "指标", "单位")
_PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.(\d{1,10}))?")
_EXACT = 15  # digits that a spreadsheet's number keeps
_LONGEST_NAME = 31  # characters of a sheet's name
_WIDEST = 40  # characters of a column


def table_file(kind: str, document: Document, tables: Sequence[Table], key: str) -> Download:
    """A document's tables as one file of a kind of KINDS. key: what its name ends with."""
    media_type, make = _MAKERS[kind]
    return Download(make(document, tables), media_type, {"Content-Disposition": f'attachment; filename="tables-{key}.{kind}"'})


def to_csv(document: Document, tables: Sequence[Table]) -> bytes:
    """All tables one below the other, with a byte-order mark, so that spreadsheets read the Chinese."""
    out = io.StringIO()
    writer = csv.writer(out)
    for table in tables:
        writer.writerows([_harmless(cell) for cell in row] for row in _rows(document, table))
    return ("\ufeff" + out.getvalue()).encode("utf-8", "replace")


def to_xlsx(document: Document, tables: Sequence[Table]) -> bytes:
    """Each table as a sheet; plain numbers as numbers, with the digits that are printed, everything else as text."""
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    book.remove(book.active)
    names: set[str] = set()
    for table in tables:
        sheet = book.create_sheet(_sheet_name(table.title, names))
        rows = _rows(document, table)
        for at, row in enumerate(rows, 1):
            for place, value in enumerate(row, 1):
                cell = sheet.cell(at, place)
                _fill(cell, value, figure=at > 1 and place > len(_HEADS))
                if at == 1:
                    cell.font = Font(bold=True)
        for place, column in enumerate(zip(*rows, strict=True), 1):
            sheet.column_dimensions[get_column_letter(place)].width = min(2 * max(map(len, column)) + 2, _WIDEST)
        sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(cell: Any, value: str, *, figure: bool) -> None:
    """What is printed, as a number where figure is set and no digit is lost by it, else as text."""
    number = _PLAIN_NUMBER.fullmatch(value) if figure else None
    if number is None or sum(map(str.isdigit, value)) > _EXACT:
        if words := plain(value):
            cell.value = words
            cell.data_type = "s"  # also what begins like a formula
        return
    decimals = number.group(1) or ""
    cell.value = float(value) if decimals else int(value)
    cell.number_format = f"0.{'0' * len(decimals)}" if decimals else "0"


_MAKERS: dict[str, tuple[str, Callable[[Document, Sequence[Table]], bytes]]] = {
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", to_xlsx),
    "csv": ("text/csv; charset=utf-8", to_csv),
}
KINDS = {"xlsx": "Excel（xlsx）", "csv": "CSV"}


def _rows(document: Document, table: Table) -> list[list[str]]:
    """The head and the rows, every cell as printed."""
    rows = [[*_HEADS, *map(column_title, table.columns)]]
    for clause in table.rows:
        row = clause.row
        assert row is not None
        values = [row.values.get(column) or "" for column in table.columns]
        rows.append([document.title, table.title, row.group or "", row.indicator, row.unit or "", *values])
    return rows


def _sheet_name(title: str, taken: set[str]) -> str:
    """A name that Excel allows and no other sheet has."""
    base = re.sub(r"[\[\]:*?/\\']", " ", plain(title)).strip()[:_LONGEST_NAME] or "表"
    name, number = base, 2
    while name.lower() in taken:
        ending = f" {number}"
        name, number = base[: _LONGEST_NAME - len(ending)] + ending, number + 1
    taken.add(name.lower())
    return name


def _harmless(value: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{value}" if re.match(r"\s*[=+\-@＝＋－＠]|[\t\r\n]", value) and not re.fullmatch(r"[+-]?[\d.,]+%?", value) else value
