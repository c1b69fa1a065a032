"""Whom a claim speaks of: kinds of school and of people must be the clause's. Data: stages.tsv, roles.tsv. Pure."""

from __future__ import annotations

import re

from corpus.groups import word_groups


def check_subjects(claim: str, everything: str) -> list[str]:
    """Reasons, one for each kind of school or people that claim names and its sources nowhere do."""
    reasons = []
    # 小学生均藏书 says nothing of 学生: 生均 is one word.
    claim = claim.replace("生均", "，均")
    for group, words in (*word_groups("stages.tsv"), *word_groups("roles.tsv")):
        said = words.search(claim)
        if said and not words.search(everything):
            reasons.append(f"原文没有说到“{said.group()}”（{group}）")
    return reasons


def check_items(claim: str, everything: str) -> list[str]:
    """Reasons for the things a claim lists (A、B、C) of which the sources hold not one character pair."""
    reasons = []
    for match in re.finditer(r"[\u4e00-\u9fff]{2,8}(?:、[\u4e00-\u9fff]{2,8})+", claim):
        for item in match.group().split("、")[1:-1]:
            pairs = [item[i : i + 2] for i in range(len(item) - 1)]
            if not any(pair in everything for pair in pairs):
                reasons.append(f"原文没有“{item}”")
    return reasons
