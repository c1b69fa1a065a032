from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics.retrieval import (
    any_at,
    ndcg_at,
    quote_ranks,
    recall_at,
    recall_in_characters,
    reciprocal_rank,
)


def test_a_quote_is_ranked_by_the_unit_that_holds_it() -> None:
    units = ["无关的话", "学生 每天\n运动2小时。", "教师培训360学时"]
    assert quote_ranks(["每天运动2小时", "360学时", "没有的"], units) == (2, 3, None)


def test_a_quote_over_a_cut_is_ranked_where_its_second_piece_comes() -> None:
    units = ["第二条接着说到底为止", "别的", "前面是第一条的结尾处"]
    assert quote_ranks(["第一条的结尾处第二条接着说"], units) == (3,)


def test_a_short_accidental_overlap_is_no_piece() -> None:
    assert quote_ranks(["甲乙丙丁戊己庚辛"], ["……甲乙", "丙丁戊己庚辛……"]) == (None,)


def test_figures_by_hand() -> None:
    ranks = (2, None, 6)
    assert recall_at(ranks, 1) == 0
    assert recall_at(ranks, 5) == pytest.approx(1 / 3)
    assert recall_at(ranks, 10) == pytest.approx(2 / 3)
    assert any_at(ranks, 5) == 1
    assert any_at(ranks, 1) == 0
    assert reciprocal_rank(ranks) == 0.5
    gain = 1 / math.log2(3) + 1 / math.log2(7)
    ideal = 1 + 1 / math.log2(3) + 1 / math.log2(4)
    assert ndcg_at(ranks) == pytest.approx(gain / ideal)
    assert ndcg_at((1, 1)) == 1
    assert ndcg_at((None,)) == 0
    assert reciprocal_rank((None,)) == 0


def test_only_so_many_characters_are_read() -> None:
    units = ["前" * 10, "证据在这里面呢"]
    assert recall_in_characters(["证据在这里"], units, 15) == 1
    assert recall_in_characters(["证据在这里"], units, 14) == 0
    assert recall_in_characters(["证据"], [], 14) == 0


@given(st.lists(st.none() | st.integers(1, 20), min_size=1, max_size=6))
def test_figures_lie_between_0_and_1_and_recall_grows(ranks: list[int | None]) -> None:
    values = [recall_at(ranks, k) for k in range(1, 21)]
    assert values == sorted(values)
    assert all(0 <= value <= 1 for value in (*values, ndcg_at(ranks), reciprocal_rank(ranks)))
