"""What confines a question: every condition holds, and one that nothing fits never widens to everything."""

from __future__ import annotations

from dataclasses import replace

import pytest

from corpus.schema import Clause, ClauseKind, Level, TableRow
from index.library import Library
from tests.ui.hostile import TEXTS
from tests.ui.test_html import check, library_of
from ui.filter_view import chips_view, shelf_filters
from ui.scope import Choice, confine, years_of


@pytest.fixture(scope="module")
def library() -> Library:
    """A city plan for 2026—2028, a national one for 2024—2035, an interview without a period whose table has 2023."""
    made = library_of("甲")
    city = replace(made.documents["d"], title="市方案", level=Level.CITY, period="2026—2028")
    nation = replace(city, doc_id="n", title="国家纲要", level=Level.NATIONAL, period="2024—2035")
    talk = replace(nation, doc_id="t", title="答记者问", period=None)
    row = Clause("r", "t", 0, ClauseKind.TABLE_ROW, "", "", (), "行", row=TableRow("指标", "%", None, {"2023": "5", "目标": "6"}))
    return replace(made, documents={item.doc_id: item for item in (city, nation, talk)}, clauses={"r": row})


@pytest.mark.parametrize(("levels", "documents", "year", "fits", "words"), [
    ([], [], "", (), ""),
    (["国家"], [], "", ("n", "t"), "国家的文件"),
    (["国家", "重庆"], None, "2027", ("d", "n"), "国家、重庆的文件，期限或数据包括 2027 年的"),
    ([], [], "2023", ("t",), "期限或数据包括 2023 年的"),
    ([], ["t", "d"], "", ("d", "t"), "《答记者问》、《市方案》"),
    (["国家"], ["n", "d"], "2030", ("n",), "《国家纲要》、《市方案》，国家的文件，期限或数据包括 2030 年的"),
])
def test_every_condition_holds(library: Library, levels: list[str], documents: list[str], year: str, fits: tuple[str, ...], words: str) -> None:
    scope = confine(library, Choice.of(levels, documents, year))
    assert (scope.doc_ids, scope.words, scope.empty) == (fits, words, False)


@pytest.mark.parametrize(("levels", "documents", "year"), [(["国家"], ["d"], ""), ([], ["gone"], ""), (["nonsense"], [], ""), ([], [], "1999"), ([], ["d"], "2023")])
def test_what_nothing_fits_is_empty_and_not_everything(library: Library, levels: list[str], documents: list[str], year: str) -> None:
    scope = confine(library, Choice.of(levels, documents, year))
    assert scope.empty and scope.doc_ids == ()
    assert "没有文件同时符合" in chips_view(library, Choice.of(levels, documents, year), scope)


def test_the_years_are_those_that_some_document_is_about(library: Library) -> None:
    assert years_of(library) == ["2023", *(str(year) for year in range(2024, 2036))]
    misprint = replace(library, documents={"d": replace(library.documents["d"], period="1926—2035")}, clauses={})
    assert years_of(misprint) == ["1926", "2035"]


def test_conditions_are_put_on_and_taken_off() -> None:
    choice = Choice.of([], [], None).changed("level", "国家").changed("level", "重庆").changed("document", "d").changed("year", "2027")
    assert choice == Choice(("国家", "重庆"), ("d",), "2027")
    assert choice.changed("level", "国家").changed("year", "2027") == Choice(("重庆",), ("d",))
    assert choice.changed("only", "n") == Choice(documents=("n",))
    assert choice.changed("nonsense", "x") == choice and choice.changed("all", "") == Choice()


@pytest.mark.parametrize("hostile", TEXTS)
def test_hostile_titles_in_conditions_stay_text(hostile: str) -> None:
    library, choice = library_of(hostile), Choice((hostile,), ("d", hostile), hostile)
    check(chips_view(library, choice, confine(library, choice)), hostile)
    check(shelf_filters([Level.CITY], [hostile]), hostile)
