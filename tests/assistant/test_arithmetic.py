"""The two sums an answer may do."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.arithmetic import by_ratio, difference


class TestDifference:
    @pytest.mark.parametrize(("first", "last", "unit", "apart"), [
        ("42", "70", "万人", "28万人"),
        ("70", "42", "万人", "28万人"),
        ("81", "95", "%", "14个百分点"),
        ("0.1", "0.3", "%", "0.2个百分点"),
        ("90.10", "92.1", "%", "2个百分点"),
        ("81", "≥95", "%", "至少14个百分点"),
        ("11.5", "13—14", "年", "1.5—2.5年"),
        ("11", "13-14", None, "2—3"),
        ("100", "200", "所", "100所"),
        ("5", "5", "所", "0所"),
    ])
    def test_of_two_cells(self, first: str, last: str, unit: str | None, apart: str) -> None:
        assert difference(first, last, unit) == apart

    @pytest.mark.parametrize(("first", "last"), [(None, "3"), ("3", None), ("—", "3"), ("3", "逐步提高"), ("11—12", "13"), ("1∶20", "1∶18")])
    def test_none_where_a_cell_is_no_number(self, first: str | None, last: str | None) -> None:
        assert difference(first, last, "所") is None

    @pytest.mark.parametrize(("first", "last", "apart"), [("20", "13—14", "6—7年"), ("30", "≤40", "至多10年")])
    def test_bounds_and_ranges_keep_their_sense(self, first: str, last: str, apart: str) -> None:
        assert difference(first, last, "年") == apart

    @given(st.decimals(0, 10**6, places=2), st.decimals(0, 10**6, places=2))
    def test_is_exact_and_has_no_direction(self, a: Decimal, b: Decimal) -> None:
        apart = difference(str(a), str(b), None)
        assert apart == difference(str(b), str(a), None)
        assert apart is not None
        assert Decimal(apart) == abs(a - b)


class TestRatio:
    PIECE = "专职教师与学员之比不低于1:400"

    @pytest.mark.parametrize(("question", "sum_"), [
        ("1200名学员要配几名教师？", "1200÷400，至少要3名"),
        ("1201名学员要配几名教师？", "1201÷400，至少要4名"),
        ("400人的老年大学呢？", "400÷400，至少要1名"),
    ])
    def test_a_part_of_a_person_is_a_person(self, question: str, sum_: str) -> None:
        assert by_ratio(question, self.PIECE).endswith(sum_)

    def test_the_printed_ratio_sign_is_read(self) -> None:
        assert "800÷400" in by_ratio("800名学员要配几名教师？", "按不少于1∶400配备")

    @pytest.mark.parametrize(("question", "piece"), [
        ("要配几名教师？", PIECE),
        ("399名学员要配几名教师？", PIECE),
        ("2030年要配几名教师？", PIECE),
        ("1200门课要配几名教师？", PIECE),
        ("1200名学员要配几名教师？", "专职教师达到600名"),
        ("1200名学员要配几名教师？", "师生比为1:400"),
        ("1200名学员要配几名教师？", "比例不低于1:5"),
    ])
    def test_nothing_where_there_is_nothing_to_work_out(self, question: str, piece: str) -> None:
        assert by_ratio(question, piece) == ""

    @given(st.integers(400, 10**6))
    def test_the_fewest_that_keep_the_ratio(self, people: int) -> None:
        needed = int(by_ratio(f"{people}名学员要配几名教师？", self.PIECE).split("至少要")[1].rstrip("名"))
        assert needed * 400 >= people > (needed - 1) * 400
