"""Figures are written one way, found where they stand, and words that only look like figures stay whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.numerals import figures, normalise_numerals, parse_chinese

NORMALISED = [
    ("百分之九十五", "95%"), ("百分之三点五", "3.5%"), ("百分之80", "80%"), ("百分百", "100%"),
    ("八成", "80%"), ("七成五", "75%"), ("八成以上", "80%以上"), ("过半数", "过半数"), ("一半以上", "50%以上"),
    ("两个小时", "2个小时"), ("2 小时", "2小时"), ("到 2035 年", "到2035年"), ("80 ％", "80%"),
    ("三分之一", "1/3"), ("十五年一贯制", "15年一贯制"), ("三年半", "3.5年"), ("两个半小时", "2.5小时"),
    ("二〇二七年", "2027年"), ("２０２７年", "2027年"), ("1∶350", "1:350"), ("1比350", "1:350"),
    ("一比三百五十", "1:350"), ("1.5万人次", "15000人次"), ("1 万名", "10000名"), ("两万三千五百人", "23500人"),
    ("3.09 亿元", "309000000元"), ("超过一百", "超过100"), ("1,200名", "1200名"), ("第三条", "第3条"),
    ("2023─2030年", "2023—2030年"), ("2—3岁", "2—3岁"), ("一个月", "1个月"), ("十个", "10个"),
]
KEPT = [
    "一、总体要求", "（二十一）以职普融通", "一体化", "三全育人", "“三同三公开”", "第一书记", "第二课堂", "十四五规划",
    "三四个", "两三年", "党的二十大", "两部联合", "一批", "一个重要方面", "一成不变", "成立", "八成立", "四川", "万州",
    "三大万亿产业", "近百所", "双一流", "一条龙", "大一大二", "两院院士", "一次性", "一周期", "五育并举", "千方百计",
]


@pytest.mark.parametrize(("text", "expected"), NORMALISED)
def test_a_figure_is_written_one_way(text: str, expected: str) -> None:
    assert normalise_numerals(text) == expected


@pytest.mark.parametrize("text", KEPT)
def test_words_that_only_look_like_figures_stay_whole(text: str) -> None:
    assert normalise_numerals(text) == text


FOUND = [
    ("到2027年底", "date", "2027-end", ""), ("到 2027 年建成", "year", "2027", "年"),
    ("2025 年3 月底前", "date", "2025-03-end", ""), ("3月 3日前", "date", "--03-03", ""),
    ("2025-03-01发布", "date", "2025-03-01", ""), ("超过80%", "percent", "80", "%"),
    ("百分之九十五", "percent", "95", "%"), ("1:350", "ratio", "1:350", ""), ("1∶350", "ratio", "1:350", ""),
    ("1比350", "ratio", "1:350", ""), ("13—14个", "range", "13—14", "个"), ("60%—70%", "range", "60—70", "%"),
    ("2至 3岁", "range", "2—3", "岁"), ("2024—2035 年", "range", "2024—2035", "年"), ("≥180", "number", "180", ""),
    ("1.5万人次", "number", "15000", "人次"), ("1/4", "ratio", "1/4", ""), ("四分之一", "ratio", "1/4", ""),
    ("1000M带宽", "number", "1000", "M"), ("总第 37 期", "number", "37", "第期"), ("两个小时", "number", "2", "小时"),
    ("“33618”集群", "number", "33618", ""), ("3个月", "number", "3", "个月"),
]


@pytest.mark.parametrize(("text", "kind", "value", "unit"), FOUND)
def test_a_figure_is_found_with_its_kind_value_and_unit(text: str, kind: str, value: str, unit: str) -> None:
    found = figures(text)
    assert [(f.kind, f.value, f.unit) for f in found] == [(kind, value, unit)]
    assert text[found[0].start : found[0].end] == found[0].text


@pytest.mark.parametrize("text", ["13.深化改革", "（2）推进一体化", "一、总体要求", "第一书记", "三全育人"])
def test_labels_and_words_are_not_figures(text: str) -> None:
    assert figures(text) == ()


def test_a_table_row_gives_its_cells_in_order() -> None:
    row = "累计培训（人次） 1501 ≥2000 13—14 42.9"
    assert [f.value for f in figures(row)] == ["1501", "2000", "13—14", "42.9"]


MIXED = st.text(alphabet="0123456789一二三四五六七八九十百千万亿两半成分之第年月日个所名%％—.:∶/≥，。、（） \n学校比", max_size=40)


@given(MIXED)
def test_offsets_always_point_into_the_input(text: str) -> None:
    last = 0
    for figure in figures(text):
        assert last <= figure.start < figure.end <= len(text)
        assert text[figure.start : figure.end] == figure.text
        last = figure.end


@given(MIXED)
def test_normalising_twice_changes_little_and_never_fails(text: str) -> None:
    once = normalise_numerals(text)
    assert not any("０" <= c <= "９" for c in once)
    normalise_numerals(once)


@given(st.integers(min_value=1, max_value=9999_9999))
def test_a_written_numeral_is_read_back(number: int) -> None:
    assert parse_chinese(_write(number)) == number


@given(st.integers(min_value=2, max_value=9999))
def test_chinese_and_arabic_counts_compare_equal(number: int) -> None:
    assert normalise_numerals(f"培训{_write(number)}名教师") == normalise_numerals(f"培训{number}名教师")


def _write(number: int) -> str:
    """The usual way of writing a number below 10^8."""
    high, low = divmod(number, 10**4)
    if high:
        gap = "零" if low and low < 1000 else ""
        return _write(high) + "万" + gap + (_section(low) if low else "")
    return _section(low).removeprefix("一") if 10 <= low < 20 else _section(low)


def _section(number: int) -> str:
    text, gap = "", False
    for power, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // power % 10
        if digit:
            text += ("零" if gap and text else "") + "零一二三四五六七八九"[digit] + name
            gap = False
        else:
            gap = True
    return text
