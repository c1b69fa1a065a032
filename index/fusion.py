"""Reciprocal rank fusion. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

RRF_K = 60  # Cormack, Clarke & Büttcher, SIGIR 2009


def reciprocal_ranks(legs: Mapping[str, Sequence[int]], weights: Mapping[str, float] | None = None) -> dict[int, float]:
    """Fused score of every row: Σ weight / (60 + rank), rank from 1 in each leg; higher is better."""
    fused: dict[int, float] = {}
    for name, rows in legs.items():
        weight = 1.0 if weights is None else weights.get(name, 1.0)
        for rank, row in enumerate(rows, start=1):
            fused[row] = fused.get(row, 0.0) + weight / (RRF_K + rank)
    return fused
