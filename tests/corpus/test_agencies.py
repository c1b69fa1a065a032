"""Bodies are found under one name, in place, and words that only contain their letters are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.agencies import find_agencies, is_group, same_agency


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("牵头部门：市委教育工委、市教委、市委宣传部", ["市委教育工委", "市教委", "市委宣传部"]),
        ("重庆市教育委员会会同财政部", ["市教委", "财政部"]),
        ("团市委、市发改委，各区县", ["团市委", "市发展改革委", "各区县"]),
        ("四川省教育厅和成都市教育局", ["四川省教育厅", "成都市教育局"]),
        ("教育部财政部联合印发", ["教育部", "财政部"]),
        ("中共中央、国务院印发", ["中共中央", "国务院"]),
        ("由市卫健委负责", ["市卫生健康委"]),
        ("共青团市委配合市人社局", ["团市委", "市人力社保局"]),
        ("重庆市委、市政府", ["市委", "市政府"]),
    ],
)
def test_a_body_is_found_under_its_canonical_name(text: str, names: list[str]) -> None:
    assert [a.name for a in find_agencies(text)] == names


@pytest.mark.parametrize("text", ["城市委员会", "服务国家大局", "全市委托第三方评估", "政府主导", "新格局", "跨部门协同"])
def test_words_that_contain_a_bodys_letters_are_not_bodies(text: str) -> None:
    assert find_agencies(text) == ()


def test_general_terms_are_told_apart_and_a_missing_place_is_forgiven() -> None:
    assert is_group("有关部门") and not is_group("市教委")
    assert same_agency("市财政局", "财政局") and not same_agency("市教委", "市财政局")


@given(st.text(alphabet="市委教育厅局财政部重庆、四川省国务院办公", max_size=30))
def test_spans_are_ordered_and_inside_the_text(text: str) -> None:
    last = 0
    for agency in find_agencies(text):
        assert last <= agency.start < agency.end <= len(text) and agency.name
        last = agency.end
