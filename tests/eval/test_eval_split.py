from __future__ import annotations

import random
from pathlib import Path
from types import SimpleNamespace

import pytest

from eval.quotes import FlatCorpus, load_corpus
from eval.schema import Quote
from eval.split import split_cases, to_units

COUNT = 40


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> list[FlatCorpus]:
    path = tmp_path_factory.mktemp("split") / "plan.txt"
    body = "\n\n".join(f"{n}. 任务{n}。到2030年建设学校{n}百所，并且培训教师{n}千名。" for n in range(1, COUNT + 1))
    path.write_text(f"甲市教育规划\n\n一、任务\n\n{body}\n", encoding="utf-8")
    return load_corpus([Path(path)])


def asked(make: SimpleNamespace) -> list:
    cases = []
    for n in range(1, COUNT + 1):
        cases.append(make.case(f"S-{n:03}", question=f"{n}甲", evidence=(Quote("甲市教育规划", f"建设学校{n}百所"),)))
        cases.append(make.case(f"P-{n:03}", question=f"{n}乙", evidence=(Quote("甲市教育规划", f"培训教师{n}千名"),)))
    return cases + [make.unanswerable(f"U-{n:03}") for n in range(1)]


def test_questions_on_one_clause_go_to_one_side(make: SimpleNamespace, corpora: list[FlatCorpus]) -> None:
    made = split_cases(asked(make), [], corpora)
    train = {unit[0].id for unit in made.train}
    for n in range(1, COUNT + 1):
        assert (f"S-{n:03}" in train) == (f"P-{n:03}" in train)
    assert 0.4 < len(made.train) / (2 * COUNT + 1) < 0.7


def test_no_text_is_shared_between_the_sides(make: SimpleNamespace, corpora: list[FlatCorpus]) -> None:
    made = split_cases(asked(make), [], corpora)
    touched = [
        {clause.clause_id for unit in side for c in unit for q in c.evidence for span in corpora[0].find(q.quote)
         for clause in corpora[0].clauses_at(span)}
        for side in (made.train, made.test)
    ]
    assert touched[0]
    assert touched[1]
    assert not touched[0] & touched[1]


def test_the_order_of_the_questions_does_not_matter(make: SimpleNamespace, corpora: list[FlatCorpus]) -> None:
    cases = asked(make)
    mixed = cases[:]
    random.Random(1).shuffle(mixed)
    assert split_cases(mixed, [], corpora) == split_cases(cases, [], corpora)


def test_clauses_of_dev_never_come_into_test(make: SimpleNamespace, corpora: list[FlatCorpus]) -> None:
    dev = [make.case("D-1", question="开放的", evidence=(Quote("甲市教育规划", "任务7"),))]
    made = split_cases(asked(make), dev, corpora)
    assert {"S-007", "P-007"} <= {unit[0].id for unit in made.train}
    assert "D-1" not in {unit[0].id for unit in (*made.train, *made.test)}


def test_a_question_asked_twice_is_kept_once(make: SimpleNamespace, corpora: list[FlatCorpus]) -> None:
    cases = [*asked(make), make.case("Z-9", question="1甲", evidence=(Quote("甲市教育规划", "建设学校1百所"),))]
    assert split_cases(cases, [], corpora).dropped == ("Z-9",)


def test_a_dialogue_stays_whole(make: SimpleNamespace) -> None:
    turns = [make.case(f"T#{n}", dialogue="T", turn=n) for n in (1, 2)]
    assert [len(unit) for unit in to_units([*turns, make.case("A")])] == [2, 1]
