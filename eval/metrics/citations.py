"""Whether citations point at the evidence and quote it exactly. Records of the batch contract in, figures out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eval.metrics.retrieval import quote_ranks
from eval.quotes import squeeze

_SHARED = 8  # characters of a gold quote that a citation's own quote must share to count as pointing at it


def precision(citations: Sequence[Mapping[str, object]], quotes: Sequence[str]) -> float | None:
    """Share of the citations whose clause holds a gold quote or a piece of one; None without citations."""
    if not citations:
        return None
    wanted = [squeeze(quote) for quote in quotes]
    return sum(any(_points_at(citation, quote) for quote in wanted) for citation in citations) / len(citations)


def recall(citations: Sequence[Mapping[str, object]], quotes: Sequence[str]) -> float:
    """Share of the gold quotes that stand in the cited clauses."""
    if not quotes:
        return 0.0
    ranks = quote_ranks(quotes, [_clause(citation) for citation in citations])
    return sum(rank is not None for rank in ranks) / len(ranks)


def exact_quotes(citations: Sequence[Mapping[str, object]]) -> float | None:
    """Share of the citations whose text[start:end] is their quote; None without citations."""
    if not citations:
        return None
    return sum(_is_exact(citation) for citation in citations) / len(citations)


def marks_resolve(answer_labels: Sequence[int], citations: Sequence[Mapping[str, object]]) -> float | None:
    """Share of the [n] marks in the answer that have a citation; None without marks."""
    if not answer_labels:
        return None
    known = {citation.get("label") for citation in citations}
    return sum(label in known for label in answer_labels) / len(answer_labels)


def _clause(citation: Mapping[str, object]) -> str:
    return str(citation.get("text") or "")


def _points_at(citation: Mapping[str, object], quote: str) -> bool:
    if quote in squeeze(_clause(citation)):
        return True
    own = squeeze(str(citation.get("quote") or ""))
    size = min(_SHARED, len(quote))
    return any(quote[i : i + size] in own for i in range(len(quote) - size + 1))


def _is_exact(citation: Mapping[str, object]) -> bool:
    start, end, text = citation.get("start"), citation.get("end"), citation.get("text")
    if not isinstance(start, int) or not isinstance(end, int) or not isinstance(text, str):
        return False
    return 0 <= start < end <= len(text) and text[start:end] == citation.get("quote")
