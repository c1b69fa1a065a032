"""The same said elsewhere: found by wording, figures compared, quickly enough to do when a clause is opened."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.schema import Clause, ClauseKind, TableRow
from index.library import Library
from tests.ui.test_html import library_of
from ui.clause_view import elsewhere_view, reader_view
from ui.parallels import LEAST_LENGTH, Parallels, alike, sentences_of

ROOT = Path(__file__).resolve().parents[2]
HERE = "社区学习中心每周向全体居民免费开放不少于40小时。"


def library(*texts: str, rows: tuple[TableRow, ...] = ()) -> Library:
    """Documents d0, d1, … of one clause each: the texts, then the rows."""
    base = library_of("空")
    document, clause = base.documents["d"], base.clauses["c0"]
    documents, clauses = {}, {}
    for number, content in enumerate((*texts, *rows)):
        row = content if isinstance(content, TableRow) else None
        words = f"{row.indicator} {' '.join(value or '—' for value in row.values.values())}" if row else str(content)
        key = f"d{number}"
        documents[key] = replace(document, doc_id=key, title=f"文件{number}")
        clauses[f"c{number}"] = replace(
            clause, clause_id=f"c{number}", doc_id=key, text=words, row=row, kind=ClauseKind.TABLE_ROW if row else ClauseKind.BODY, parent_id=None,
        )
    return replace(base, documents=documents, clauses=clauses)


def found(opened: Library, clause_id: str = "c0") -> list[tuple[str, bool | None, tuple[str, ...], tuple[str, ...]]]:
    parallels = Parallels(opened).find(opened.clauses[clause_id])
    return [(p.there.clause_id, p.same, p.only_here, p.only_there) for p in parallels]


def test_the_same_words_with_the_same_figures_are_equal() -> None:
    assert found(library(HERE, "各地社区学习中心每周向全体居民免费开放不少于四十小时。")) == [("c1", True, (), ())]


def test_other_figures_are_told_on_both_sides() -> None:
    opened = library(HERE, "社区学习中心每周向全体居民免费开放不少于56小时。")
    assert found(opened) == [("c1", False, ("40小时",), ("56小时",))]
    view = elsewhere_view(opened, Parallels(opened).find(opened.clauses["c0"]))
    assert view is not None and "不同：这里 40小时；那里 56小时" in view and 'data-clause="c1" data-start="0"' in view


def test_a_figure_of_another_phrase_is_no_difference() -> None:
    longer = "到2030年，新建公园12座，社区学习中心每周向全体居民免费开放不少于40小时。"
    assert found(library(HERE, longer)) == [("c1", True, (), ())]


def test_other_matters_and_the_own_document_are_left_out() -> None:
    assert found(library(HERE, "校车驾驶员应当每年接受16学时的安全培训，路线由县公安局会同确定。")) == []
    opened = library(HERE, HERE)
    same = {key: replace(clause, doc_id="d0") for key, clause in opened.clauses.items()}
    assert found(replace(opened, clauses=same)) == []


def test_who_is_in_charge_is_no_parallel() -> None:
    line = "配合部门：市教委、市财政局、市人力社保局、市文化旅游委"
    assert found(library(line, line)) == []


def test_rows_are_compared_by_the_columns_both_have() -> None:
    one = TableRow("社区学习中心数量", "个", None, {"2023": "15", "2027": "45"})
    opened = library(rows=(one, replace(one, values={"2023": "15", "2027": "60", "2035": "90"}), replace(one, indicator="社区学习中心教师数量")))
    assert found(opened) == [("c1", False, ("2027年 45",), ("2027年 60",))]


@pytest.mark.parametrize(("figure", "same"), [("45个", True), ("50个", False)])
def test_a_row_and_words(figure: str, same: bool) -> None:
    row = TableRow("社区学习中心数量", "个", None, {"2023": "15", "2027": "45"})
    ((_, equal, _, there),) = found(library(f"到2027年，全市社区学习中心数量达到{figure}，开放时间延长。", rows=(row,)), "c1")
    assert equal is same and there == (() if same else (figure,))


@given(st.frozensets(st.text("甲乙丙", min_size=2, max_size=2), min_size=1), st.frozensets(st.text("甲乙丙", min_size=2, max_size=2), min_size=1))
def test_likeness_is_even_and_at_most_one(here: frozenset[str], there: frozenset[str]) -> None:
    assert alike(here, there) == alike(there, here) and 0 <= alike(here, there) <= 1
    assert alike(here, here) == 1


@given(st.text("社区学习。；\n40小时（）", max_size=80))
def test_sentences_are_spans_of_their_clause(words: str) -> None:
    for sentence in sentences_of(Clause("c", "d", 0, ClauseKind.BODY, "", "", (), words)):
        assert words[sentence.start : sentence.end] == sentence.text and len(sentence.pairs) >= LEAST_LENGTH


def test_the_shipped_library_is_compared_in_no_time() -> None:
    from index.library import open_library
    from index.store import Store

    path = ROOT / "var" / "library.db"
    if not path.is_file():
        pytest.skip("还没有建索引：先运行 python -m index build")
    store = Store(path)
    opened = open_library(store, ROOT / "var" / "cache")
    store.close()
    parallels = Parallels(opened)
    longest = max(opened.clauses.values(), key=lambda clause: len(clause.text))
    started = time.perf_counter()
    parallels.find(longest)
    assert time.perf_counter() - started < 0.1
    exercise = next(c for c in opened.clauses.values() if "每天综合体育活动时间不低于2小时" in "".join(c.text.split()))
    view = reader_view(opened, exercise.clause_id, 0, len(exercise.text), parallels) or ""
    assert "其他文件的相同说法" in view and "数字相同" in view
