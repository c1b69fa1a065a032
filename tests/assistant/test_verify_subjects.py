"""Whom a claim speaks of, and what it lists, must be in the clause it cites."""

from __future__ import annotations

import pytest

from assistant.verify import SourceText, verify_claim

SOURCE = [SourceText(text="老年大学学员每天上机时间不低于1小时，加强社区书法课程建设，有效控制缺课率、退学率。")]


@pytest.mark.parametrize("claim", [
    "老年大学教师每天上机时间不低于1小时",
    "幼儿园学员每天上机时间不低于1小时",
    "有效提升缺课率、退学率",
    "加强社区书法、舞蹈、太极课程建设",
])
def test_another_subject_or_a_thing_never_listed_is_not_supported(claim: str) -> None:
    assert not verify_claim(claim, SOURCE).ok


@pytest.mark.parametrize("claim", ["老年大学学员每天上机不低于1小时", "加强社区书法课程建设", "有效控制缺课率、退学率"])
def test_what_the_clause_says_is_supported(claim: str) -> None:
    assert verify_claim(claim, SOURCE).ok
