"""Sums worked out in an answer are no unsupported figures when they are right; wrong ones are."""

from __future__ import annotations

from eval.metrics.grounding import unsupported_figures, without_sums


def test_a_right_difference_is_taken_out_and_a_wrong_one_stays() -> None:
    row = ["夜校（所） 60 150", "2023年 2027年"]
    assert unsupported_figures("夜校：2023年为60所，2027年为150所，相差90所。", row) == []
    assert unsupported_figures("夜校：2023年为60所，2027年为150所，相差80所。", row) == ["80所"]
    assert unsupported_figures("夜校：2023年为11个，2027年为13—14个，相差2—3个。", ["夜校（个） 11 13—14", "2023年 2027年"]) == []


def test_a_right_quotient_leaves_its_ratio_to_be_checked() -> None:
    answer = "辅导老师与学员比例不低于1:200；按8000人计算，8000÷200，至少要40名。"
    assert unsupported_figures(answer, ["辅导老师与学员比例不低于1:200"]) == []
    assert unsupported_figures(answer.replace("40名", "41名"), ["辅导老师与学员比例不低于1:200"]) != []
    assert "1:200" in without_sums(answer)
