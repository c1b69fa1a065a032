"""Text rewritten rule by rule, each character still knowing the span of the input it came from. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Traced:
    """Text with, for each character, the half-open span of the input it stands for. Equal lengths."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]


def trace(text: str) -> Traced:
    """text before any rewriting: every character stands for itself."""
    return Traced(text, tuple(range(len(text))), tuple(range(1, len(text) + 1)))


def substitute(traced: Traced, pattern: re.Pattern[str], replace: Callable[[re.Match[str]], str | None]) -> Traced:
    """Every match replaced; the new characters take the span of the whole match. None leaves a match alone."""
    text: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for match in pattern.finditer(traced.text):
        new = replace(match)
        if new is None or match.start() == match.end():
            continue
        a, b = match.span()
        text.append(traced.text[at:a])
        starts.extend(traced.starts[at:a])
        ends.extend(traced.ends[at:a])
        text.append(new)
        starts.extend([traced.starts[a]] * len(new))
        ends.extend([traced.ends[b - 1]] * len(new))
        at = b
    if at == 0:
        return traced
    text.append(traced.text[at:])
    return Traced("".join(text), (*starts, *traced.starts[at:]), (*ends, *traced.ends[at:]))
