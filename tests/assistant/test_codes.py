"""A code of digits is explained by the sentences that count its digits off, and by nothing less."""

from __future__ import annotations

import pytest

from assistant.codes import explained
from corpus.schema import Clause
from tests.assistant.shapes import ask, clause, hit

PLAIN = clause("构建老年教育“136N”体系。")
WHOLE = clause(
    "构建老年教育“136N”体系。以办好身边的老年大学为总目标，坚持公益、普惠、就近三个定位，实施课程、师资、场地、平台、经费、评价六项行动，"
    "打造银龄课堂等N项品牌。全市共有办学点800个。"
)
ONE_SENTENCE = clause(
    f"1.完善服务体系。面向全体老年人{'，坚持公益普惠的办学方向' * 22}，抓好课程、师资2个重点，建立轮班、交接、值守3项制度，推进学校、社区、家庭、"
    f"平台、场馆5类阵地，形成“235”服务格局{'，推动老年教育高质量发展' * 9}。"
)


def told(question: str, *clauses: Clause) -> str:
    found = explained(ask(question), [hit(own) for own in clauses])
    if found is None:
        return ""
    own, span = found
    assert own.clause.text[span.start : span.end] == span.statement
    return span.statement


@pytest.mark.parametrize("question", ["“136N”是什么意思？", "“136N”里的3和6各指什么？", "老年教育“136N”怎么拆开理解？"])
def test_the_counting_sentence_is_told_not_the_one_that_writes_the_code(question: str) -> None:
    statement = told(question, PLAIN, WHOLE)
    assert statement.startswith("以办好身边的老年大学为总目标") and statement.endswith("N项品牌。")


def test_of_one_long_sentence_the_counting_pieces_are_told() -> None:
    statement = told("“235”服务格局指什么？", ONE_SENTENCE)
    assert statement.startswith("抓好课程、师资2个重点") and statement.endswith("5类阵地")


@pytest.mark.parametrize("question", [
    "“136N”体系由谁牵头？",  # what it means is not asked
    "“136N”体系由哪个部门负责？",
    "“136N”体系什么时候建成？",
    "“2030”是什么意思？",  # a year
    "136N是什么意思？",  # no name: any number may stand so
    "“246”是什么意思？",  # not in the clauses
    "老年大学有哪三个定位？",
])
def test_other_questions_are_left_alone(question: str) -> None:
    assert told(question, PLAIN, WHOLE) == ""


def test_a_clause_that_counts_too_few_of_the_digits_explains_nothing() -> None:
    assert told("“136N”是什么意思？", PLAIN, clause("落实“136N”，实施六项行动。")) == ""


def test_a_digit_of_a_larger_number_counts_nothing() -> None:
    assert told("“136N”是什么意思？", clause("落实“136N”，支持11个区县，建设13个中心，实施二十六项行动。")) == ""
