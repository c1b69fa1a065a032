"""The refusal model: a probability, surer with surer signals, with and without a reranker."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.confidence import NAMES, features, probability, threshold
from assistant.evidence import Chosen
from tests.assistant.shapes import chosen, clause, hit

signal = st.floats(-3, 3)


@pytest.mark.parametrize("reranked", [True, False])
class TestModel:
    @given(cross=signal, dense=signal)
    def test_a_probability(self, reranked: bool, cross: float, dense: float) -> None:
        assert 0 <= probability({"cross": cross, "dense": dense}, reranked) <= 1

    @given(cross=signal, dense=signal, more=st.floats(0.01, 2))
    def test_surer_signals_make_it_surer(self, reranked: bool, cross: float, dense: float, more: float) -> None:
        found = {"cross": cross, "dense": dense}
        before = probability(found, reranked)
        for name in NAMES[reranked]:
            assert probability({**found, name: found[name] + more}, reranked) > before or before > 1 - 1e-9

    def test_extremes_do_not_overflow(self, reranked: bool) -> None:
        for value in (-1e9, 1e9):
            assert math.isfinite(probability({"cross": value, "dense": value}, reranked))

    def test_the_threshold_parts_good_evidence_from_none(self, reranked: bool) -> None:
        assert 0 < threshold(reranked) < 1
        assert probability({"cross": 1.0, "dense": 1.0}, reranked) > threshold(reranked)
        assert probability({"cross": -1.0, "dense": 0.0}, reranked) < threshold(reranked)


def test_without_a_reranker_its_signal_is_not_looked_at() -> None:
    assert probability({"cross": -1.0, "dense": 0.5}, False) == probability({"cross": 1.0, "dense": 0.5}, False)
    assert "cross" in NAMES[True]


def test_the_signals_are_the_first_hits() -> None:
    items = chosen(clause("甲。"), clause("乙。"))
    first, second = hit(items.evidence[0].clause, cross=0.7, dense=0.9), hit(items.evidence[1].clause, cross=-0.7, dense=0.1)
    assert features(Chosen(items.evidence, (first, second))) == {"cross": 0.7, "dense": 0.9}


def test_no_evidence_is_refused() -> None:
    for reranked in (True, False):
        assert probability(features(Chosen((), ())), reranked) < threshold(reranked)
