"""A noun that the clause does not say of its figure is a fault, however near it comes; another word for it is not."""

from __future__ import annotations

import pytest

from assistant.verify import SourceText, verify_claim
from assistant.verify_nouns import nouns

SPORT = SourceText("推广体育课+大课间的教学模式。中小学生每天综合体育活动时间不低于2小时。校长每学期听课不少于10节。支持中职学校开展试点。")
CAMP = SourceText("小学夏令营每期不超过40人，领队由退休教师担任。夏令营经费由青岚少年宫承担。", title="青岚县夏令营办法")


@pytest.mark.parametrize(("claim", "source", "word"), [
    ("每天体育课时间不低于2小时。", SPORT, "体育课"),
    ("中小学生每天综合艺术活动时间不低于2小时。", SPORT, "艺术"),
    ("教师每学期听课不少于10节。", SPORT, "教师"),
    ("支持高职学校开展试点。", SPORT, "高职"),
    ("学前夏令营每期不超过40人。", CAMP, "学前"),
    ("小学冬令营每期不超过40人。", CAMP, "冬令营"),
    ("领队由在职教师担任。", CAMP, "在职"),
])
def test_a_near_miss_is_named(claim: str, source: SourceText, word: str) -> None:
    verdict = verify_claim(claim, [source])
    assert not verdict.ok
    assert any(word in reason for reason in verdict.reasons)


@pytest.mark.parametrize(("claim", "source"), [
    ("每天的综合体育活动至少2小时。", SPORT),
    ("校长每学期至少听课10节。", SPORT),
    ("支持中等职业学校开展试点。", SPORT),
    ("小学夏令营每期最多40人。", CAMP),
    ("领队由退休老师担任。", CAMP),
    ("青岚县的夏令营，经费由青岚少年宫承担。", CAMP),
])
def test_the_same_thing_in_other_words_is_supported(claim: str, source: SourceText) -> None:
    assert verify_claim(claim, [source]).reasons == ()


def test_a_verb_before_a_noun_tells_its_kind_and_one_that_acts_does_not() -> None:
    assert "访学" in nouns("发挥公派访学项目引领作用")
    assert nouns("学校采用平台") == ("学校", "平台")
