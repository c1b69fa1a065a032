"""Example questions made from the library's own clauses, each tried first: only those answered from their clause are offered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from assistant.chain import Chain
from corpus.schema import Clause, ClauseKind, Level

_TRIES = 5  # candidates of one kind that are asked before it is given up


def examples(chain: Chain) -> tuple[str, ...]:
    """Questions that the chain answers from the clause they were made from, at most one of each kind. The chain must have
    no model. What is found hangs on the library alone, not on how fast it is found.
    """
    found: list[str] = []
    used: set[str] = set()
    for kind in (_demands, _figures, _departments):
        fresh = (pair for pair in kind(chain) if pair[1].doc_id not in used)
        for question, clause in islice(fresh, _TRIES):
            answer = chain.ask(question)
            if not answer.refused and {citation.clause_id for citation in answer.citations} == {clause.clause_id}:
                found.append(question)
                used.add(clause.doc_id)
                break
    return tuple(found)


def _demands(chain: Chain) -> Iterator[tuple[str, Clause]]:
    """A national plan's clause with a number in a short first sentence: 国家要求……多久/多少？"""
    pattern = re.compile(r"([\u4e00-\u9fff“”]{4,16}?)(?:不低于|不少于|不超过|达到|保持在)(\d[\d.]*)(小时|%|％|分钟|年|人|所|个)")
    units = {"小时": "多少小时", "分钟": "多少分钟", "%": "百分之多少", "％": "百分之多少", "年": "多少年", "人": "多少人", "所": "多少所", "个": "多少个"}
    for clause in chain.library.clauses.values():
        level = chain.library.document_of(clause).level
        match = pattern.search(clause.text) if clause.kind is ClauseKind.ITEM and level is Level.NATIONAL else None
        if match and match.group(1)[0] not in "的和与及“”":
            yield f"国家规定{match.group(1).lstrip('使让把到')}是{units[match.group(3)]}？", clause


def _figures(chain: Chain) -> Iterator[tuple[str, Clause]]:
    """A table row with two years: what the later one is to be."""
    for clause in chain.library.clauses.values():
        years = sorted(year for year, value in clause.row.values.items() if value and re.fullmatch(r"\d{4}", year)) if clause.row else []
        if clause.row and len(years) >= 2 and 6 <= len(clause.row.indicator) <= 18:
            yield f"到{years[-1]}年，{clause.row.indicator}要达到多少？", clause


def _departments(chain: Chain) -> Iterator[tuple[str, Clause]]:
    """An item with a lead department: who leads."""
    for clause in chain.library.clauses.values():
        title = clause.title.removeprefix(clause.label).strip("。：； ")
        if clause.lead_departments and clause.support_departments and 6 <= len(title) <= 18:
            yield f"“{title}”由哪个部门牵头、哪些部门配合？", clause
