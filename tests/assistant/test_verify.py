"""Planted faults are caught, honest sentences pass, and each kind of fault is named in its reason.

planted_faults.jsonl: claims on clauses of the newsletter. Honest ones are answers that people wrote to
questions, sentences as printed, and answers with their figures respelt; faults are the same claims with one
thing changed (kind says what). Chosen by a seed, not by what the verifier makes of them. Kinds noun and
honest-reworded were written by hand, also on texts of our own; half says when the verifier met them: tuned on it,
judged by it once, fresh (written after the last change that they could have led to).
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from assistant.schema import Citation, Claim
from assistant.verify import SourceText, keeps_figures, verify_claim, verify_claims

HERE = Path(__file__).parent


def _rows(name: str) -> list[dict]:
    return [json.loads(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines() if line]


@pytest.fixture(scope="module")
def judged() -> list[tuple[dict, bool]]:
    sources = {
        row["id"]: SourceText(
            row["text"], row["context"], tuple(row["years"]), tuple(row["notes"]), row["title"], row["level"],
            tuple((year, value) for year, value in row["values"]),
        )
        for row in _rows("planted_sources.jsonl")
    }
    return [
        (row, verify_claim(row["claim"], [sources[key] for key in row["sources"]]).ok)
        for row in _rows("planted_faults.jsonl")
    ]


def test_the_table_is_large_and_covers_every_kind(judged: list[tuple[dict, bool]]) -> None:
    kinds = Counter(row["kind"] for row, _ in judged)
    assert sum(n for kind, n in kinds.items() if not kind.startswith("honest")) >= 300
    assert sum(n for kind, n in kinds.items() if kind.startswith("honest")) >= 120
    assert {"number", "year", "agency", "unit", "negation", "strength", "document", "quotation", "noun"} <= set(kinds)
    assert kinds["noun"] >= 80 <= kinds["honest-reworded"]


def test_planted_faults_are_caught(judged: list[tuple[dict, bool]]) -> None:
    missed = [row for row, ok in judged if not row["ok"] and ok]
    total = sum(not row["ok"] for row, _ in judged)
    assert len(missed) <= 0.01 * total, [row["claim"] for row in missed]


def test_honest_sentences_pass(judged: list[tuple[dict, bool]]) -> None:
    refused = [row for row, ok in judged if row["ok"] and not ok]
    total = sum(row["ok"] for row, _ in judged)
    assert len(refused) <= 0.02 * total, [row["claim"] for row in refused]


def test_near_miss_nouns_are_caught_and_rewordings_pass(judged: list[tuple[dict, bool]]) -> None:
    caught = [not ok for row, ok in judged if row["kind"] == "noun"]
    passed = [ok for row, ok in judged if row["kind"] == "honest-reworded"]
    assert sum(caught) >= 0.93 * len(caught)
    assert sum(passed) >= 0.93 * len(passed)


CLAUSE = SourceText(
    "中小学生每天综合体育活动时间不低于2小时。鼓励有条件的学校开设足球课程。严禁提前教授小学课程。"
    "探索建立“校聘”机制。到2027年，建设足球学校100所。到2035年，建设足球学校300所。\n"
    "牵头部门：市教委\n配合部门：市体育局、市财政局",
    title="某市体育规划", level="重庆",
)


@pytest.mark.parametrize(
    ("claim", "word"),
    [
        ("中小学生每天综合体育活动时间不低于3小时。", "3小时"),
        ("中小学生每天综合体育活动时间不低于2天。", "单位"),
        ("中小学生每天综合体育活动时间不超过2小时。", "上下限"),
        ("有条件的学校必须开设足球课程。", "必须"),
        ("要求有条件的学校开设足球课程。", "鼓励"),
        ("鼓励建立“校聘”机制。", "语气强"),
        ("提前教授小学课程。", "严禁"),
        ("中小学生每天综合体育活动时间不再低于2小时。", ""),
        ("到2035年，建设足球学校100所。", "年份"),
        ("到2030年，建设足球学校100所。", "2030"),
        ("由市体育局牵头，市教委配合。", "牵头"),
        ("牵头部门是市教委，配合部门是市公安局。", "市公安局"),
        ("《教师法》要求每天综合体育活动时间不低于2小时。", "教师法"),
        ("探索建立“县聘”机制。", "县聘"),
        ("国家规定，每天综合体育活动时间不低于2小时。", "国家"),
        ("家长要给孩子购买保险并接送上学。", "内容"),
        ("可以。严禁提前教授小学课程。", "禁止"),
        ("", "内容"),
    ],
)
def test_each_kind_of_fault_is_named(claim: str, word: str) -> None:
    verdict = verify_claim(claim, [CLAUSE])
    assert not verdict.ok
    assert any(word in reason for reason in verdict.reasons)


@pytest.mark.parametrize(
    "claim",
    [
        "中小学生每天综合体育活动时间不低于两个小时[1]。",
        "每天的综合体育活动至少 ２ 小时。",
        "鼓励有条件的学校开设足球课程【1】。",
        "不能，严禁提前教授小学课程。",
        "牵头部门是市教委，配合部门是市体育局和市财政局。",
        "由市教委牵头，市体育局、市财政局配合。",
        "到二〇二七年，建设足球学校一百所。",
    ],
)
def test_the_same_in_other_words_passes(claim: str) -> None:
    assert verify_claim(claim, [CLAUSE]).reasons == ()


ROW = SourceText("累计建成示范校（所） 12 ≥30", context="主要指标 · 2023年 2027年", title="某方案", level="重庆")


def test_a_table_cell_belongs_to_its_year() -> None:
    assert verify_claim("示范校2023年累计12所，2027年要达到30所以上。", [ROW]).ok
    assert not verify_claim("示范校2023年累计30所。", [ROW]).ok
    assert verify_claim("多18所：2023年累计12所，2027年30所。", [ROW]).ok
    assert not verify_claim("多17所：2023年累计12所，2027年30所。", [ROW]).ok


def test_years_inherited_from_the_lead_sentence_count() -> None:
    bullet = SourceText("——教育普及水平明显提升，入学率达到99%。", years=("2027",), title="某规划")
    assert verify_claim("到2027年，教育普及水平明显提升，入学率达到99%。", [bullet]).ok
    assert not verify_claim("到2035年，教育普及水平明显提升，入学率达到99%。", [bullet]).ok


def test_claims_get_their_verdicts_by_label() -> None:
    citation = Citation(1, "c1", "某市体育规划", (), None, "", 0, 0, CLAUSE.text)
    claims = (
        Claim("中小学生每天综合体育活动时间不低于2小时。", (1,)),
        Claim("中小学生每天综合体育活动时间不低于3小时。", (1,)),
        Claim("中小学生每天综合体育活动时间不低于2小时。", ()),
        Claim("中小学生每天综合体育活动时间不低于2小时。", (7,)),
        Claim("中小学生每天综合体育活动时间不低于2小时。", (1, 7)),
    )
    assert [c.verdict for c in verify_claims(claims, [citation])] == [
        "supported", "unsupported", "uncited", "uncited", "unsupported",
    ]


def test_a_draft_must_keep_the_figure_of_the_evidence() -> None:
    quote = "到2027年，建设足球学校100所"
    assert keeps_figures([Claim("建设足球学校一百所。", (1,))], [quote])
    assert not keeps_figures([Claim("建设一批足球学校。", (1,))], [quote])
    assert not keeps_figures([Claim("建设足球学校100所。", (1,), "unsupported")], [quote])
    assert keeps_figures([Claim("建设一批足球学校。", (1,))], ["建设一批足球学校"])
