"""One question with several parts → one question for each part; a question with one part stays whole."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.parts import asks_both, asks_each, side_text, split_question

NATION, CITY = re.compile("国家|全国"), re.compile("重庆|我市")


@pytest.mark.parametrize("question", [
    "夜间课堂每期最多多少人？",
    "校车限速多少？",
    "老年大学由哪个部门牵头？",
    "在街道，老年大学要办几所？",
    "老年大学和社区学校的经费？",
    "到2030年，学员达到多少万人？",
    "",
    "？",
])
def test_a_question_with_one_part_is_not_split(question: str) -> None:
    assert split_question(question) == ()


@pytest.mark.parametrize(("question", "parts"), [
    # one subject, two properties: what stands before the first asking word is kept
    ("乡镇学校的图书和仪器各要达到多少？", ("乡镇学校的图书各要达到多少", "乡镇学校的仪器各要达到多少")),
    ("2030年小学和初中分别有多少所？", ("2030年小学分别有多少所", "2030年初中分别有多少所")),
    ("重庆的小学与初中哪个多？", ("重庆的小学哪个多", "重庆的初中哪个多")),
])
def test_a_pair_gives_one_question_for_each(question: str, parts: tuple[str, str]) -> None:
    assert split_question(question) == parts


@pytest.mark.parametrize(("question", "parts"), [
    ("小学学位增加得多还是中学学位增加得多？", ("小学学位增加得", "中学学位增加得")),
    ("到2030年，小学多还是中学多？", ("到2030年，小学", "到2030年，中学")),
    ("城区的校车早，还是乡镇的校车早？", ("城区的校车", "乡镇的校车")),
])
def test_either_or_gives_both_sides_with_what_stands_before(question: str, parts: tuple[str, str]) -> None:
    assert split_question(question) == parts


def test_a_list_of_asking_phrases_shares_its_beginning() -> None:
    assert split_question("要学会几项运动、几样乐器？") == ("要学会几项运动", "要学会几样乐器")
    assert split_question("每人要学会几项运动和几样乐器") == ("每人要学会几项运动", "每人要学会几样乐器")


def test_clauses_that_ask_are_parts_and_the_first_lends_its_subject() -> None:
    assert split_question("老年大学每班最多多少人，谁来牵头？") == ("老年大学每班最多多少人", "老年大学每班最多谁来牵头")
    assert split_question("老年大学每班最多多少人？经费由哪些部门来负责保障？") == ("老年大学每班最多多少人", "经费由哪些部门来负责保障")


def test_an_opening_that_says_for_whom_goes_before_every_part() -> None:
    assert split_question("对70岁的老人，学费是多少？报名时要准备好哪些材料？") == (
        "对70岁的老人，学费是多少", "对70岁的老人，报名时要准备好哪些材料"
    )


def test_a_pair_shares_what_stands_after_it() -> None:
    assert split_question("学习中心和夜间课堂的经费各是多少？") == ("学习中心的经费各是多少", "夜间课堂的经费各是多少")


def test_a_short_part_keeps_its_own_subject() -> None:
    assert split_question("云上课堂每节课多长时间？银龄讲师是指哪些人？")[1] == "银龄讲师是指哪些人"


def test_words_that_only_join_are_dropped() -> None:
    first, second = split_question("校车限坐多少人？另外校车驾驶员每年培训多少学时？")
    assert (first, second) == ("校车限坐多少人", "校车驾驶员每年培训多少学时")


def test_at_most_three_parts() -> None:
    assert len(split_question("校车谁管？校车多快？校车多大？校车多久检一次？")) == 3


@given(st.lists(st.sampled_from(["老年大学", "和", "、", "，", "？", "多少", "哪些", "各", "分别", "的", "还是", "多", "2030年", "经费", "谁", "另外"]),
                max_size=14).map("".join))
def test_parts_are_none_or_two_or_three_and_say_something(question: str) -> None:
    parts = split_question(question)
    assert len(parts) in (0, 2, 3)
    assert all(part.strip() for part in parts)


class TestSides:
    """What belongs to one side of a comparison."""

    def test_a_piece_of_its_own_for_each_side_asks_both(self) -> None:
        assert asks_both("国家要建多少所老年大学，重庆要建多少所？", NATION, CITY)
        assert not asks_both("国家和重庆要建多少所老年大学？", NATION, CITY)
        assert not asks_both("国家要建多少所老年大学？", NATION, CITY)
        assert not asks_both("国家有规划，重庆要建多少所？", NATION, CITY)

    def test_each_side_has_its_own_pieces(self) -> None:
        question = "国家要建多少所老年大学，重庆要建多少所社区学校？"
        assert side_text(question, NATION, CITY) == "国家要建多少所老年大学"
        assert side_text(question, CITY, NATION).startswith("重庆要建多少所社区学校")

    def test_the_other_sides_words_and_the_comparing_words_go(self) -> None:
        side = side_text("国家和重庆的老年大学学制有什么不同？", NATION, CITY)
        assert "重庆" not in side and "不同" not in side
        assert "国家" in side and "老年大学学制" in side

    def test_what_joined_the_two_names_goes_too(self) -> None:
        assert side_text("老年大学，国家和重庆要办几所？", NATION, CITY) == "老年大学，国家要办几所？"
        assert side_text("老年大学，国家和重庆要办几所？", CITY, NATION) == "老年大学，重庆要办几所？"

    def test_own_pieces_without_the_topic_keep_the_other_sides(self) -> None:
        side = side_text("国家一共要办多少所老年大学？重庆想办几所？", CITY, NATION)
        assert "老年大学" in side and "重庆想办几所" in side and "国家" not in side

    def test_something_is_always_left(self) -> None:
        assert side_text("重庆", NATION, CITY) == "重庆"


def test_the_same_asked_of_two_things() -> None:
    assert asks_each("老年大学和社区学校，2030年各要办多少所？")
    assert not asks_each("老年大学2030年要办多少所？")
