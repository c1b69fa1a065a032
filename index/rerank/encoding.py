"""A question and a candidate → token ids and token types. Shared by training and the runtime, so they agree.

Layout: <s> question </s></s> candidate </s>. A token's type is 3 × side + repeat: side 0 for the question,
1 for the candidate; repeat 2 when the whole piece (two characters or more) stands in the other side, 1 when
one of its characters does, 0 otherwise.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

START, PADDING, END = 0, 1, 2
TOKEN_TYPES = 6
MAX_TOKENS = 160
MAX_QUESTION_TOKENS = 64
SPECIAL_TOKENS = 4


@dataclass(frozen=True)
class Pair:
    """One encoded pair; ids and types have equal length, at most MAX_TOKENS."""

    ids: tuple[int, ...]
    types: tuple[int, ...]


@dataclass(frozen=True)
class _Side:
    ids: list[int]
    pieces: list[str]
    text: str
    characters: frozenset[str]


def _side(tokenizer: Tokenizer, text: str, limit: int) -> _Side:
    encoded = tokenizer.encode(text, add_special_tokens=False)
    pieces = [piece.replace("▁", "").lower() for piece in encoded.tokens[:limit]]
    folded = unicodedata.normalize("NFKC", text).lower()
    return _Side(encoded.ids[:limit], pieces, folded, frozenset(c for c in folded if c.isalnum()))


def _repeats(pieces: Sequence[str], other: _Side) -> list[int]:
    levels = []
    for piece in pieces:
        if len(piece) >= 2 and piece in other.text:
            levels.append(2)
        else:
            levels.append(1 if any(c in other.characters for c in piece) else 0)
    return levels


def encode_pairs(tokenizer: Tokenizer, question: str, texts: Sequence[str], max_tokens: int = MAX_TOKENS) -> list[Pair]:
    """Encode the question against each text; an over-long text is cut at its end."""
    asked = _side(tokenizer, question, MAX_QUESTION_TOKENS)
    room = max_tokens - len(asked.ids) - SPECIAL_TOKENS
    pairs = []
    for text in texts:
        told = _side(tokenizer, text, room)
        ids = [START, *asked.ids, END, END, *told.ids, END]
        left = _repeats(asked.pieces, told)
        right = [3 + level for level in _repeats(told.pieces, asked)]
        pairs.append(Pair(tuple(ids), (0, *left, 0, 3, *right, 3)))
    return pairs
