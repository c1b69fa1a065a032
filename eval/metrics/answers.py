"""How right an answer is. Answers come without their citation marks (strip_marks)."""

from __future__ import annotations

import re

from eval.matching import forbidden_found, key_points_found, strict
from eval.schema import Case

_MARK = re.compile(r"\s*\[\d{1,3}\]")


def strip_marks(answer: str) -> str:
    """answer without its [n] marks."""
    return _MARK.sub("", answer).strip()


def score_answer(case: Case, answer: str, refused: bool) -> dict[str, float]:
    """strict for every case; points, forbidden (1: something forbidden) and length for answerable ones."""
    plain = strip_marks(answer)
    scores = {"strict": float(strict(case, plain, refused))}
    if case.answerable:
        found = key_points_found(plain, case.key_points)
        scores["points"] = 0.0 if refused else sum(found) / len(found)
        if not refused:
            scores["forbidden"] = float(bool(forbidden_found(plain, case.forbidden)))
            scores["length"] = float(len(plain))
            scores["length_ratio"] = len(plain) / len(case.answer)
    return scores
