"""Train and test out of the written questions, parted by clause, so that fitting on train cannot see test.

Questions whose evidence lies in one clause, or whose quotes overlap, form one group (union–find); a group goes
to one side as a whole. Groups with a dev question go to train: dev is open to whoever tunes. Sides are chosen by
hash, so the same questions give the same split. Unanswerable questions and dialogues have no clause of their own
to leak and go by the hash of their id; a dialogue with evidence follows its clauses.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from eval.check import question_key
from eval.quotes import FlatCorpus
from eval.schema import Case

TRAIN_SHARE = 0.55
Unit = tuple[Case, ...]  # a question, or all turns of a dialogue


@dataclass(frozen=True)
class Split:
    """units: questions and dialogues of each side, in order of id. dropped: ids that repeat another's question."""

    train: tuple[Unit, ...]
    test: tuple[Unit, ...]
    dropped: tuple[str, ...]
    largest_group: int


def split_cases(cases: Sequence[Case], dev: Sequence[Case], corpora: Sequence[FlatCorpus]) -> Split:
    """Part cases into train and test. dev: the open set; its clauses keep their questions out of test."""
    units, dropped = _unique(to_units(cases), {question_key(case) for case in dev})
    groups = _groups([*units, *to_units(dev)], corpora)
    dev_ids = {case.id for case in dev}
    sides: dict[str, str] = {}
    open_groups = []
    for group in groups:
        own = [unit for unit in group if unit[0].id not in dev_ids]
        if len(own) < len(group):
            sides |= {unit[0].id: "train" for unit in own}
        else:
            open_groups.append(own)
    sides |= _fill(open_groups, sum(map(len, units)), sum(len(u) for u in units if u[0].id in sides))
    ordered = sorted(units, key=lambda unit: unit[0].id)
    return Split(
        tuple(u for u in ordered if sides[u[0].id] == "train"),
        tuple(u for u in ordered if sides[u[0].id] == "test"),
        tuple(dropped),
        max((sum(map(len, group)) for group in open_groups), default=0),
    )


def to_units(cases: Sequence[Case]) -> list[Unit]:
    """Turns of one dialogue together, other questions alone, in the order of their first turn."""
    units: dict[str, list[Case]] = {}
    for case in cases:
        units.setdefault(case.dialogue or case.id, []).append(case)
    return [tuple(unit) for unit in units.values()]


def fraction(text: str) -> float:
    """A number in [0, 1) that depends on text alone."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") / 2**64


def _unique(units: Sequence[Unit], taken: set[tuple[str, ...]]) -> tuple[list[Unit], list[str]]:
    kept: list[Unit] = []
    dropped: list[str] = []
    for unit in units:
        key = question_key(unit[-1])
        if key in taken:
            dropped.append(unit[0].dialogue or unit[0].id)
            continue
        taken.add(key)
        kept.append(unit)
    return kept, dropped


def _groups(units: Sequence[Unit], corpora: Sequence[FlatCorpus]) -> list[list[Unit]]:
    """Units joined wherever two of them touch the same clause or the same characters."""
    parent = list(range(len(units)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    owner: dict[object, int] = {}
    for index, unit in enumerate(units):
        for key in _touched(unit, corpora):
            parent[root(index)] = root(owner.setdefault(key, index))
    groups: dict[int, list[Unit]] = {}
    for index, unit in enumerate(units):
        groups.setdefault(root(index), []).append(unit)
    return list(groups.values())


def _touched(unit: Unit, corpora: Sequence[FlatCorpus]) -> set[object]:
    keys: set[object] = set()
    for case in unit:
        for quote in case.evidence:
            # Every place of the quote counts: an interview repeats the sentences of the plan it explains.
            for number, corpus in enumerate(corpora):
                for span in corpus.find(quote.quote):
                    keys |= {(number, clause.clause_id) for clause in corpus.clauses_at(span)}
                    # Characters themselves too: a change of the clause cut must not let overlapping quotes part.
                    keys |= {(number, offset) for offset in range(*span)}
    return keys


def _fill(groups: Sequence[Sequence[Unit]], total: int, in_train: int) -> dict[str, str]:
    """Sides for groups, large ones first so that small ones can even out the shares; ties and order by hash."""
    key = [(-sum(map(len, group)), fraction(min(unit[0].id for unit in group)), group) for group in groups]
    test = 0
    sides: dict[str, str] = {}
    for negative, draw, group in sorted(key, key=lambda item: item[:2]):
        size = -negative
        room_train = TRAIN_SHARE * total - in_train
        room_test = (1 - TRAIN_SHARE) * total - test
        # A draw in proportion to the room left keeps both sides mixed and ends at the wanted share.
        side = "train" if draw * (max(room_train, 0) + max(room_test, 0)) < max(room_train, 0) else "test"
        if side == "train":
            in_train += size
        else:
            test += size
        sides |= {unit[0].id: side for unit in group}
    return sides
