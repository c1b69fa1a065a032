"""Reciprocal rank fusion, worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.fusion import reciprocal_ranks


def test_two_legs_by_hand() -> None:
    fused = reciprocal_ranks({"dense": [7, 8], "words": [8, 9]})
    assert fused == pytest.approx({7: 1 / 61, 8: 1 / 62 + 1 / 61, 9: 1 / 62})
    assert max(fused, key=fused.__getitem__) == 8


def test_weights_by_hand() -> None:
    assert reciprocal_ranks({"a": [1], "b": [1, 2]}, {"a": 2.0}) == pytest.approx({1: 3 / 61, 2: 1 / 62})


def test_nothing_fuses_to_nothing() -> None:
    assert reciprocal_ranks({}) == reciprocal_ranks({"a": []}) == {}


@given(st.lists(st.permutations(range(6)), min_size=1, max_size=4))
def test_a_row_that_is_ahead_in_every_leg_is_ahead(legs: list[list[int]]) -> None:
    fused = reciprocal_ranks({str(n): leg for n, leg in enumerate(legs)})
    for a in range(6):
        for b in range(6):
            if all(leg.index(a) < leg.index(b) for leg in legs):
                assert fused[a] > fused[b]
