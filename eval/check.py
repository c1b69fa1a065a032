"""Faults of a question set that a machine can find. Pure functions; nothing is changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eval.matching import contains, forbidden_found, key_points_found, length_limit
from eval.quotes import FlatCorpus, locate, same_title, squeeze
from eval.schema import Case

COPY_LENGTH = 15


@dataclass(frozen=True)
class Fault:
    """One fault of one case. kind: quote, document, point, forbidden, length, copy or duplicate; detail in Chinese."""

    id: str
    kind: str
    detail: str


def check_cases(cases: Sequence[Case], corpora: Sequence[FlatCorpus]) -> list[Fault]:
    """Every fault of cases, in their order. An empty list: the set is sound."""
    faults = [fault for case in cases for fault in (*_check_answer(case), *_check_evidence(case, corpora))]
    return faults + duplicates(cases)


def duplicates(cases: Sequence[Case]) -> list[Fault]:
    """Cases that ask what an earlier one asks in the same words (and, in dialogues, after the same questions)."""
    seen: dict[tuple[str, ...], str] = {}
    ids: set[str] = set()
    faults = []
    for case in cases:
        key = question_key(case)
        if key in seen:
            faults.append(Fault(case.id, "duplicate", f"与 {seen[key]} 的问题相同"))
        if case.id in ids:
            faults.append(Fault(case.id, "duplicate", "编号重复"))
        seen.setdefault(key, case.id)
        ids.add(case.id)
    return faults


def question_key(case: Case) -> tuple[str, ...]:
    """What makes two questions the same: their words without punctuation, and those asked before."""
    return tuple("".join(c for c in squeeze(q) if c.isalnum()) for q in (*case.history, case.question))


def copied(question: str, text: str, length: int = COPY_LENGTH) -> str | None:
    """The first run of length characters that question copies from text (both squeezed), None if none."""
    wanted = squeeze(question)
    for start in range(len(wanted) - length + 1):
        if wanted[start : start + length] in text:
            return wanted[start : start + length]
    return None


def _check_answer(case: Case) -> list[Fault]:
    faults = []
    for entry, found in zip(case.key_points, key_points_found(case.answer, case.key_points), strict=True):
        if not found:
            faults.append(Fault(case.id, "point", f"要点“{'／'.join(entry)}”不在参考答案里"))
    for phrase in forbidden_found(case.answer, case.forbidden):
        faults.append(Fault(case.id, "forbidden", f"参考答案含有禁用说法“{phrase}”"))
    for phrase in case.forbidden:
        if any(contains(option, phrase) for entry in case.key_points for option in entry):
            faults.append(Fault(case.id, "forbidden", f"禁用说法“{phrase}”与要点冲突"))
    if len(case.answer) > length_limit(case.answer):
        faults.append(Fault(case.id, "length", "参考答案过长"))
    return faults


def _check_evidence(case: Case, corpora: Sequence[FlatCorpus]) -> list[Fault]:
    faults = []
    for quote, place in zip(case.evidence, locate(case, corpora), strict=True):
        if place is None:
            faults.append(Fault(case.id, "quote", f"资料里找不到引文“{quote.quote}”"))
            continue
        corpus, span = corpora[place[0]], place[1]
        clauses = corpus.clauses_at(span)
        titles = {corpus.titles[clause.doc_id] for clause in clauses}
        if not any(same_title(quote.doc, title) for title in titles):
            faults.append(Fault(case.id, "document", f"引文在《{'》《'.join(sorted(titles))}》，不在《{quote.doc}》"))
        body = "".join(squeeze(clause.text) for clause in clauses) + corpus.text[span[0] : span[1]]
        run = copied(case.question, body)
        if run is not None:
            faults.append(Fault(case.id, "copy", f"问题照抄了原文“{run}”"))
    return faults


