"""Questions about invented plans, understood: what is asked for, when, whose plan, and typing errors."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.query import QueryReader, levels_of, normalise, wanted
from assistant.schema import Wanted
from corpus.schema import Level
from errors import QuestionError
from index.library import Library

QUESTIONS = [
    tuple(line.split("\t"))
    for line in (Path(__file__).parent / "wanted_questions.tsv").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


@pytest.fixture(scope="module")
def reader(library: Library) -> QueryReader:
    return QueryReader(list(library.documents.values()), library.clauses.values())


def _titles(reader: QueryReader, library: Library, question: str) -> set[str]:
    return {library.documents[doc_id].title[:6] for doc_id in reader.read(question).doc_ids}


def test_there_are_enough_questions_of_every_kind() -> None:
    assert len(QUESTIONS) >= 60
    assert {kind for kind, _ in QUESTIONS} == {kind.value for kind in Wanted}


@pytest.mark.parametrize(("kind", "question"), QUESTIONS)
def test_the_form_of_a_question_tells_what_it_wants(kind: str, question: str) -> None:
    assert wanted(question) is Wanted(kind)


@pytest.mark.parametrize(("kind", "question"), QUESTIONS)
def test_the_mark_at_the_end_does_not_matter(kind: str, question: str) -> None:
    bare = question.rstrip("？")
    assert wanted(bare) is wanted(f"{bare}？") is wanted(f"{bare}?")


@pytest.mark.parametrize(("question", "years"), [
    ("27年社区学习中心要建多少个", ("2027",)),
    ("到28年新建多少个学习中心？", ("2028",)),
    ("2028年和2030年分别建多少", ("2028", "2030")),
    ("２０３０年覆盖率是多少", ("2030",)),
    ("二〇三〇年覆盖率是多少", ("2030",)),
    ("1995年的情况怎样", ("1995",)),
    ("2026—2030年的目标是什么", ("2026", "2030")),
    ("2030年比2028年多建多少，2030年建多少", ("2030", "2028")),
    ("27年级学生能上夜校吗", ()),
    ("一共要上12年制教育吗", ()),
    ("20年来有什么变化", ()),
    ("30年内建成吗", ()),
    ("编号12027的文件是哪份", ()),
    ("每期30人够吗", ()),
])
def test_years_are_found_however_written(reader: QueryReader, question: str, years: tuple[str, ...]) -> None:
    assert reader.read(question).years == years


def test_short_years_are_written_out_in_the_question() -> None:
    assert normalise("27年  和\n30年") == "2027年 和 2030年"
    assert normalise("1.27年") == "1.27年"


@pytest.mark.parametrize(("question", "levels"), [
    ("国家对社区学习有什么要求", (Level.NATIONAL,)),
    ("我国的学习中心覆盖率", (Level.NATIONAL,)),
    ("重庆的学习中心覆盖率", (Level.CITY,)),
    ("市里怎么办夜校", (Level.CITY,)),
    ("重庆和全国的覆盖率目标各是多少", (Level.NATIONAL, Level.CITY)),
    ("国家级示范夜校有几所", ()),
    ("全国性比赛怎么报名", ()),
    ("青岚县的校车", ()),
])
def test_levels_named_in_a_question(question: str, levels: tuple[Level, ...]) -> None:
    assert levels_of(question) == levels


def test_documents_are_known_by_title_and_short_name(reader: QueryReader, library: Library) -> None:
    assert _titles(reader, library, "青岚县校车管理办法里车速是多少") == {"青岚县校车管"}
    assert _titles(reader, library, "《重庆市社区学习行动方案》的牵头部门有谁") == {"重庆市社区学"}
    assert _titles(reader, library, "夜间课堂每期多少人") == set()


@pytest.mark.parametrize(("question", "typed", "written"), [
    ("夜间课趟每期多少人", "课趟", "课堂"),
    ("校车驾使员培训多久", "驾使", "驾驶"),
    ("银发讲狮是什么", "讲狮", "讲师"),
    ("社区学西中心开放多久", "学西", "学习"),
    ("涉区学习经费有多少", "涉区", "社区"),
])
def test_a_homophone_typing_error_is_put_right(reader: QueryReader, question: str, typed: str, written: str) -> None:
    query = reader.read(question)
    assert query.question == question
    assert query.text == question.replace(typed, written)
    assert any(typed in before and written in after for before, after in query.corrections)


@pytest.mark.parametrize("question", [
    "夜间课堂每期多少人", "江州市的夜校归谁管", "社区学习中心每周开放多久", "区县怎样安排经费", "火星上有几所学校",
])
def test_what_is_written_right_stays(reader: QueryReader, question: str) -> None:
    query = reader.read(question)
    assert query.corrections == ()
    assert query.text == question


def test_who_leads_is_searched_by_what_it_is_about(reader: QueryReader) -> None:
    request = reader.request(reader.read("夜间课堂由哪个部门牵头？"))
    assert "夜间课堂" in request.text
    assert "牵头" not in request.text
    assert request.wants == "department"


def test_words_in_quotation_marks_are_kept_for_the_search(reader: QueryReader) -> None:
    assert reader.request(reader.read("“银发讲师”和「夜间课堂」是什么")).quoted == ("银发讲师", "夜间课堂")


@pytest.mark.parametrize("question", ["", "   ", "\n\t\u3000"])
def test_an_empty_question_is_answered_with_an_example(reader: QueryReader, question: str) -> None:
    with pytest.raises(QuestionError, match=r"问题是空的.*例如"):
        reader.read(question)


def test_a_far_too_long_question_gives_the_bound(reader: QueryReader) -> None:
    assert reader.read("问" * 1000).text
    with pytest.raises(QuestionError, match=r"5000 字，最多 1000 字.*请只留下"):
        reader.read("问" * 5000)


def test_a_question_full_of_html_is_a_question(reader: QueryReader) -> None:
    query = reader.read("<script>alert(1)</script><b>夜间课堂</b>每期多少人？<img src=x onerror=alert(2)>")
    assert {"夜间", "课堂"} <= set(query.terms)
    assert query.question.startswith("<script>")


@settings(max_examples=60, deadline=None)
@given(text=st.text(min_size=1, max_size=80))
def test_no_question_breaks_the_reader(reader: QueryReader, text: str) -> None:
    if text.strip():
        query = reader.read(text)
        request = reader.request(query)
        assert query.question == text
        assert request.text.strip()
        assert all(groups and groups[0] for groups in request.groups)
