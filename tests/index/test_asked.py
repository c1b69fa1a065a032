"""The form of a question: its measure word, the thing counted, the length and noun of the list asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.asked import Asked, asked, listed, measured


@pytest.mark.parametrize(("question", "found"), [
    ("今年要新建多少座图书馆？", Asked(measure="座", counted="图书馆")),
    ("新增多少对？", Asked(measure="对")),
    ("打算扶持好多个高水平的研究所嘛？", Asked(counted="研究所")),
    ("老师要占多少？", Asked()),
    ("看重哪六方面的“力”？", Asked(length=6, ending="力")),
    ("围着哪四个体系搭起来的？", Asked(length=4, ending="体系")),
    ("说的几个“金”是哪些？", Asked(ending="金")),
    ("二期的通知管几年？", Asked()),
    ("谁来牵头？", Asked()),
])
def test_what_the_form_says(question: str, found: Asked) -> None:
    assert asked(question) == found


class TestMeasured:
    def test_a_number_with_the_measure_word(self) -> None:
        assert measured(Asked(measure="对"), "新增100对姊妹学校") == 1
        assert measured(Asked(measure="家"), "与1450多家企业合作") == 1
        assert measured(Asked(measure="对"), "培育200所学校") == 0

    def test_measure_words_that_stand_for_one_another(self) -> None:
        assert measured(Asked(measure="档"), "结论分为优、良、中、差四类") == 1
        assert measured(Asked(measure="名"), "服务老人70万人") == 0  # 万 stands between: a number of its own, not looked into
        assert measured(Asked(measure="名"), "专职教师600人") == 1

    def test_a_number_before_the_thing_counted(self) -> None:
        assert measured(Asked(counted="专业群"), "建设160个左右高水平专业群") == 1
        assert measured(Asked(counted="专业群"), "每个高水平专业群每年支持1000万元") == 0

    def test_a_row_in_the_unit(self) -> None:
        assert measured(Asked(measure="所"), "图书馆", unit="所") == 1
        assert measured(Asked(measure="所"), "图书馆", unit="座") == 0


class TestListed:
    def test_as_many_things_that_share_the_noun(self) -> None:
        assert listed(Asked(length=4, ending="力"), "形成合力、动力、活力、能力") == 1

    def test_the_number_or_the_noun_alone_is_half(self) -> None:
        assert listed(Asked(length=4), "书记、校长、主任、教师") == 0.5
        assert listed(Asked(ending="金"), "金课程、金教材、金教师") == 0.5

    def test_names_side_by_side_in_quotation_marks(self) -> None:
        assert listed(Asked(length=3, ending="渝"), "实施“渝甲”“渝乙”“渝丙”工程") == 1

    def test_other_lists_and_other_questions(self) -> None:
        assert listed(Asked(length=4, ending="力"), "书记、校长、主任") == 0
        assert listed(Asked(), "书记、校长、主任、教师") == 0


@given(st.text(max_size=60), st.text(max_size=120))
def test_any_text_is_judged_between_nothing_and_all(question: str, text: str) -> None:
    form = asked(question)
    assert measured(form, text) in (0.0, 1.0)
    assert listed(form, text) in (0.0, 0.5, 1.0)
