"""Exact match and F1 for short answer spans, by the definition of CMRC 2018 (Cui et al., EMNLP 2019), written anew.

Texts are cut into Chinese characters and runs of other letters and digits; punctuation and case are dropped. Overlap
is the longest common contiguous run of units; F1 is the best over the references.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_UNIT = re.compile(r"[\u4e00-\u9fff]|[^\s\u4e00-\u9fff]+")


def units(text: str) -> list[str]:
    """Chinese characters one by one, other words whole; lower case, punctuation and symbols dropped."""
    kept = "".join(" " if unicodedata.category(c)[0] in "PSZC" else c for c in text.lower())
    return _UNIT.findall(kept)


def exact(answer: str, references: Sequence[str]) -> float:
    """1 when answer equals a reference, punctuation, white space and case apart, else 0."""
    return float(any("".join(units(answer)) == "".join(units(r)) for r in references))


def f1(answer: str, references: Sequence[str]) -> float:
    """The best F1 of answer against any reference, 0..1."""
    return max((_f1(units(answer), units(reference)) for reference in references), default=0.0)


def included(answer: str, references: Sequence[str]) -> float:
    """1 when answer contains a reference, punctuation apart: fair to systems that answer in sentences."""
    body = "".join(units(answer))
    return float(any(wanted in body for wanted in ("".join(units(r)) for r in references) if wanted))


def _f1(answer: Sequence[str], reference: Sequence[str]) -> float:
    common = _longest_common_run(answer, reference)
    if not common:
        return 0.0
    precision, recall = common / len(answer), common / len(reference)
    return 2 * precision * recall / (precision + recall)


def _longest_common_run(one: Sequence[str], other: Sequence[str]) -> int:
    best = 0
    previous = [0] * (len(other) + 1)
    for left in one:
        current = [0]
        for index, right in enumerate(other):
            current.append(previous[index] + 1 if left == right else 0)
        best = max(best, max(current))
        previous = current
    return best
