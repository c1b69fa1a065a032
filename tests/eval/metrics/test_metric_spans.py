from __future__ import annotations

import pytest

from eval.metrics.spans import exact, f1, included, units


def test_chinese_is_cut_into_characters_and_other_words_stay_whole() -> None:
    assert units("《Web of Science》收录2,000篇！") == ["web", "of", "science", "收", "录", "2", "000", "篇"]


def test_exact_ignores_punctuation_case_and_space() -> None:
    assert exact("“ABC 公司”。", ["abc公司"]) == 1
    assert exact("ABC公司的", ["abc公司"]) == 0


def test_f1_by_hand() -> None:
    # common run 1986年 = 2 units of 4 and of 2
    assert f1("在1986年建", ["1986年"]) == pytest.approx(2 * 0.5 * 1 / 1.5)
    assert f1("甲乙", ["丙", "乙"]) == pytest.approx(2 * 0.5 * 1 / 1.5)
    # the run must be contiguous: 甲丙 of 甲乙丙 shares one unit only
    assert f1("甲丙", ["甲乙丙"]) == pytest.approx(2 * (1 / 2) * (1 / 3) / (1 / 2 + 1 / 3))
    assert f1("", ["甲"]) == 0
    assert f1("甲", []) == 0


def test_included_is_fair_to_sentences() -> None:
    assert included("答案是 1986年。", ["1986 年"]) == 1
    assert included("答案是1987年。", ["1986年"]) == 0
    assert included("答案", ["。"]) == 0
