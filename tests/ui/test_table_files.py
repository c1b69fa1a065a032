"""Tables as files: every cell as printed, numbers as numbers where nothing is lost by it, no formula whatever a document says."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from openpyxl import load_workbook

from corpus.schema import Clause, TableRow
from tests.ui.hostile import TEXTS
from tests.ui.test_html import library_of
from ui.document_view import clauses_of
from ui.html import plain
from ui.table_files import KINDS, table_file, to_csv, to_xlsx
from ui.tables import Table, table_from, tables_in


def tables(words: str) -> tuple[list[Table], object]:
    library = library_of(words)
    return tables_in(clauses_of(library, "d")), library.documents["d"]


def rows_of(*values: str) -> list[Clause]:
    base = library_of("表")
    return [replace(base.clauses["r1"], clause_id=f"v{n}", row=TableRow("项", None, None, {"2027": value})) for n, value in enumerate(values)]


def test_csv_holds_no_formula_and_every_cell() -> None:
    found, document = tables("=HYPERLINK(1)")
    rows = list(csv.reader(io.StringIO(to_csv(document, found).decode("utf-8-sig"))))  # type: ignore[arg-type]
    assert len(rows) == 4 and rows[0][:5] == ["文件", "表", "类别", "指标", "单位"] and rows[0][-1] == "2027年"
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@"))]


@pytest.mark.parametrize("hostile", TEXTS)
def test_excel_takes_any_text_as_text(hostile: str) -> None:
    found, document = tables(hostile)
    sheet = load_workbook(io.BytesIO(to_xlsx(document, found))).active  # type: ignore[arg-type]
    for row in sheet.iter_rows(min_row=2):
        assert all(cell.data_type in ("s", "n") for cell in row)
        assert (row[3].value or "").strip() == plain(hostile).strip() and row[3].data_type != "f"


def test_numbers_keep_the_digits_that_are_printed() -> None:
    document = library_of("表").documents["d"]
    printed = ("95", "1.50", "≥95", "007", "20∶1", "1,200", "=1+1", "-3", "123456789012.3456")
    sheet = load_workbook(io.BytesIO(to_xlsx(document, [table_from(rows_of(*printed))]))).active
    cells = [row[-1] for row in sheet.iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == [95, 1.5, "≥95", "007", "20∶1", "1,200", "=1+1", -3, "123456789012.3456"]
    assert cells[1].number_format == "0.00" and cells[6].data_type == "s"


def test_sheets_have_names_that_excel_takes() -> None:
    document = library_of("表").documents["d"]
    titled = [replace(table_from(rows_of("1")), title=title) for title in ("指标[甲]/乙" + "长" * 40, "指标[甲]/乙" + "长" * 40, "", "'")]
    names = load_workbook(io.BytesIO(to_xlsx(document, titled))).sheetnames
    assert len(set(names)) == 4 and all(0 < len(name) <= 31 for name in names) and names[2:] == ["表", "表 2"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_says_what_it_is(kind: str) -> None:
    found, document = tables("甲")
    made = table_file(kind, document, found, "d-1")  # type: ignore[arg-type]
    assert f'filename="tables-d-1.{kind}"' in made.headers["Content-Disposition"]
    assert made.content.startswith(b"PK" if kind == "xlsx" else "\ufeff文件".encode())
