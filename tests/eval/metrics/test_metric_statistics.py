from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics.statistics import bootstrap, percentile, permutation_test, sign_test


def test_the_interval_holds_the_mean_and_is_the_same_each_time() -> None:
    one = bootstrap([0, 1] * 50, seed=3)
    assert one == bootstrap([0, 1] * 50, seed=3)
    assert one.low < one.mean == 0.5 < one.high
    # normal approximation: 1.96 * sqrt(0.25 / 100) = 0.098
    assert one.high - one.mean == pytest.approx(0.098, abs=0.02)


def test_equal_values_have_no_width_and_none_is_an_error() -> None:
    assert bootstrap([1.0, 1.0]).low == bootstrap([1.0, 1.0]).high == 1.0
    with pytest.raises(ValueError, match="no values"):
        bootstrap([])
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)


def test_percentiles_by_hand() -> None:
    assert percentile([1, 2, 3, 4], 50) == 2.5
    assert percentile([1, 2, 3, 4], 100) == 4


def test_permutation_by_hand() -> None:
    # three equal differences: only +++ and --- reach the sum, 2 of 8
    assert permutation_test([1, 1, 1]) == 0.25
    assert permutation_test([1, -1]) == 1.0
    assert permutation_test([0, 0]) == 1.0
    assert permutation_test([1.0] * 30) == pytest.approx(1 / 10001)


def test_sampled_and_exact_tests_agree() -> None:
    exact = permutation_test([1] * 10 + [-1] * 4)
    assert exact == pytest.approx(sign_test(10, 4))
    sampled = permutation_test([1] * 11 + [-1] * 4)
    assert sampled == pytest.approx(sign_test(11, 4), abs=0.02)


def test_signs_by_hand() -> None:
    assert sign_test(0, 0) == 1.0
    assert sign_test(5, 0) == pytest.approx(2 / 32)
    assert sign_test(1, 1) == 1.0


@given(st.lists(st.integers(-3, 3), max_size=20))
def test_a_probability_is_one(differences: list[int]) -> None:
    assert 0 < permutation_test(differences, draws=200) <= 1
