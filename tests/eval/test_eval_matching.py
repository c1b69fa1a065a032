from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.matching import contains, forbidden_found, key_points_found, length_limit, normalise, strict


@pytest.mark.parametrize(("text", "expected"), [
    ("２ 小时", "2小时"),
    ("2027、2029、2035年", "2027 2029 2035年"),
    ("79.5 81", "79.5 81"),
    ("3 — 5 年", "3-5年"),
    ("2023─2030", "2023-2030"),
    ("20∶1", "20:1"),
    ("1／4", "1/4"),
    ("80％，以上。", "80%以上"),
    ("“双高”计划", "双高计划"),
    ("第一、第二", "第一第二"),
    ("1,000", "1 000"),
    ("：2—", "2"),
])
def test_normalises_by_the_rule(text: str, expected: str) -> None:
    assert normalise(text) == expected


@pytest.mark.parametrize(("text", "phrase", "found"), [
    ("不少于2小时", "2小时", True),
    ("不少于12小时", "2小时", False),
    ("达到180个", "80", False),
    ("达到79.5", "79", False),
    ("达到79.5", "9.5", False),
    ("达到0.795", "795", False),
    ("79.5 81", "81", True),
    ("79.5、81", "5 81", False),
    ("3—5年", "35年", False),
    ("3—5年", "3-5年", True),
    ("2035", "2035年", False),
    ("十五项任务", "五项", False),
    ("五项任务", "五项", True),
    ("二十一个", "二十", False),
    ("生师比20：1", "20∶1", True),
    ("1:200", "1:20", False),
    ("先有12小时，后有2小时", "2小时", True),
    ("任何话", "", False),
    ("任何话", "。", False),
])
def test_finds_whole_numbers_only(text: str, phrase: str, found: bool) -> None:
    assert contains(text, phrase) is found


def test_any_alternative_serves_and_every_entry_is_needed() -> None:
    assert key_points_found("两小时，五节", [["2小时", "两小时"], ["5节"]]) == (True, False)


def test_forbidden_strings_are_told() -> None:
    assert forbidden_found("到2027年达到80%", ["90%", "80%"]) == ("80%",)


def test_strict_needs_points_no_forbidden_and_a_bounded_length(make: SimpleNamespace) -> None:
    asked = make.case(forbidden=("3小时",))
    limit = length_limit(asked.answer)
    assert limit == 150 + 3 * 9
    assert strict(asked, "每天2小时", False)
    assert not strict(asked, "每天2小时", True)
    assert not strict(asked, "每天2小时，不是3小时", False)
    assert not strict(asked, "每天1小时", False)
    assert strict(asked, "2小时" + "啊" * (limit - 3), False)
    assert not strict(asked, "2小时" + "啊" * (limit - 2), False)


def test_an_unanswerable_question_is_right_when_refused(make: SimpleNamespace) -> None:
    assert strict(make.unanswerable(), "资料中没有说明。", True)
    assert not strict(make.unanswerable(), "有三所。", False)


@given(st.text("0123456789 .,:/—-∶、，。%≥《》“”小时年一二三AbＡ１", max_size=40))
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(st.integers(0, 9999), st.integers(0, 9999))
def test_a_number_is_found_only_where_it_is_whole(one: int, other: int) -> None:
    assert contains(f"共{one}所", str(other)) is (str(one) == str(other))
