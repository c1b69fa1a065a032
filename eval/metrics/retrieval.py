"""How well the evidence was retrieved. Texts in, figures out.

A quote is found in a list of units when one of them holds it (white space apart), or when it runs over a cut
and its two pieces end and begin two of them. Ranks count from 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from eval.quotes import squeeze

CONTEXT_CHARACTERS = 1500
_SHORTEST_PIECE = 4


def quote_ranks(quotes: Sequence[str], units: Sequence[str]) -> tuple[int | None, ...]:
    """For each quote, the rank of the unit that completes it; None when it is not in units."""
    bodies = [squeeze(unit) for unit in units]
    return tuple(_rank(squeeze(quote), bodies) for quote in quotes)


def recall_at(ranks: Sequence[int | None], k: int) -> float:
    """Share of the quotes found within the first k units."""
    return sum(1 for rank in ranks if rank is not None and rank <= k) / len(ranks)


def any_at(ranks: Sequence[int | None], k: int) -> float:
    """1 when at least one quote is found within the first k units, else 0."""
    return float(any(rank is not None and rank <= k for rank in ranks))


def reciprocal_rank(ranks: Sequence[int | None]) -> float:
    """1 / rank of the first quote found, 0 when none is."""
    found = [rank for rank in ranks if rank is not None]
    return 1 / min(found) if found else 0.0


def ndcg_at(ranks: Sequence[int | None], k: int = 10) -> float:
    """Normalised discounted cumulative gain: each rank that completes at least one quote gains 1.

    The ideal list has the same number of gaining units at its top; quotes not found count as one unit each.
    """
    gaining = {rank for rank in ranks if rank is not None}
    wanted = len(gaining) + sum(1 for rank in ranks if rank is None)
    gain = sum(1 / math.log2(rank + 1) for rank in gaining if rank <= k)
    ideal = sum(1 / math.log2(place + 1) for place in range(1, min(wanted, k) + 1))
    return gain / ideal if ideal else 0.0


def recall_in_characters(quotes: Sequence[str], units: Sequence[str], limit: int = CONTEXT_CHARACTERS) -> float:
    """Share of the quotes found in the first limit characters of units, the last one cut: equal reading for
    systems that cut their units long and short."""
    taken: list[str] = []
    left = limit
    for unit in units:
        if left <= 0:
            break
        taken.append(unit[:left])
        left -= len(taken[-1])
    return recall_at(quote_ranks(quotes, taken), len(taken)) if taken else 0.0


def _rank(quote: str, bodies: Sequence[str]) -> int | None:
    heads: list[int] = []
    tails: list[int] = []
    for rank, body in enumerate(bodies, 1):
        if quote in body:
            return rank
        heads.append(_overlap(body, quote))
        tails.append(_overlap(quote, body))
        if max(heads) + max(tails) >= len(quote) and max(heads) and max(tails):
            return rank
    return None


def _overlap(first: str, second: str) -> int:
    """Length of the longest end of first that second begins with; 0 when shorter than a piece must be."""
    for length in range(min(len(first), len(second)), _SHORTEST_PIECE - 1, -1):
        if first.endswith(second[:length]):
            return length
    return 0
