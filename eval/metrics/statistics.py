"""Intervals, percentiles and paired tests. Deterministic: every draw is seeded."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from eval.schema import Interval

DRAWS = 2000
_EXACT_LIMIT = 14


def bootstrap(values: Sequence[float], *, seed: int = 0, draws: int = DRAWS) -> Interval:
    """Mean with its percentile-bootstrap 95 % interval (Efron). Raises ValueError without values."""
    if not values:
        raise ValueError("no values to average")
    data = np.asarray(values, dtype=float)
    if len(data) == 1 or float(data.min()) == float(data.max()):
        return Interval(float(data.mean()), float(data[0]), float(data[0]), len(data))
    picks = np.random.default_rng(seed).integers(0, len(data), size=(draws, len(data)))
    low, high = np.percentile(data[picks].mean(axis=1), [2.5, 97.5])
    return Interval(float(data.mean()), float(low), float(high), len(data))


def percentile(values: Sequence[float], q: float) -> float:
    """The q-th percentile (0..100), linear between neighbours. Raises ValueError without values."""
    if not values:
        raise ValueError("no values")
    return float(np.percentile(np.asarray(values, dtype=float), q))


def permutation_test(differences: Sequence[float], *, seed: int = 0, draws: int = 10000) -> float:
    """Two-sided p of the mean paired difference being 0, by flipping signs.

    Exact over all sign patterns for up to 14 non-zero differences, else over seeded draws with the observed one
    counted (so p is never 0).
    """
    data = np.asarray([d for d in differences if d != 0], dtype=float)
    if not len(data):
        return 1.0
    observed = abs(data.sum()) - 1e-12
    if len(data) <= _EXACT_LIMIT:
        patterns = (np.arange(2 ** len(data))[:, None] >> np.arange(len(data))) & 1
        sums = np.abs((1 - 2 * patterns) @ data)
        return float((sums >= observed).mean())
    signs = np.random.default_rng(seed).integers(0, 2, size=(draws, len(data))) * 2 - 1
    return float(((np.abs(signs @ data) >= observed).sum() + 1) / (draws + 1))


def sign_test(better: int, worse: int) -> float:
    """Two-sided exact binomial p of as uneven a split between better and worse, ties left out."""
    total = better + worse
    if not total:
        return 1.0
    tail = sum(math.comb(total, k) for k in range(min(better, worse) + 1)) / 2**total
    return min(1.0, 2 * tail)
