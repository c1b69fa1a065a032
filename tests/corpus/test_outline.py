"""Numbering across schemes: what is a heading, what a reference; and properties that hold for any text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.check import check
from corpus.lines import to_lines
from corpus.parse import parse_pages
from corpus.readers import source_text
from corpus.readers.text import split_pages
from corpus.schema import Clause, ClauseKind, Level, ParsedSource
from corpus.text import clean, sentence_spans


def _parse(text: str) -> ParsedSource:
    return parse_pages(split_pages(text.strip("\n")), "test.txt")


def _labels(parsed: ParsedSource) -> list[str]:
    return [clause.label for clause in parsed.clauses if clause.label]


def _one(parsed: ParsedSource, label: str) -> Clause:
    return next(clause for clause in parsed.clauses if clause.label == label)


STATUTE = """
某省学前教育条例
第一章 总则
第一条 为了促进学前教育普及普惠，制定本条例。
第二条 本省行政区域内的下列活动适用本条例：
（一）举办幼儿园；
（二）对幼儿园的监督管理。
前款规定以外的活动，
第三条、第四条另有规定的，从其规定。
第三条 县级以上人民政府应当按照
第二条规定履行职责。
1.编制规划；
2.保障经费。
第四条之一 本条是插入的。
第二章 保障
第一节 经费
第四条 经费列入预算。
第二节 人员
第五条 按标准配备教职工。
第三章 附则
第六条 本条例自2026年1月1日起施行。
附表一
幼儿园收费项目一览表
"""


def test_an_article_is_one_clause_with_its_paragraphs_and_items() -> None:
    parsed = _parse(STATUTE)
    articles = [c for c in parsed.clauses if re.match(r"^第.+条", c.label)]
    assert [c.label for c in articles] == ["第一条", "第二条", "第三条", "第四条之一", "第四条", "第五条", "第六条"]
    assert articles[1].text.endswith("第三条、第四条另有规定的，从其规定。") and "（二）对幼儿园" in articles[1].text
    assert "2.保障经费。" in articles[2].text and "第二条规定履行职责" in articles[2].text
    assert articles[4].heading_path == ("第二章 保障", "第一节 经费")
    assert articles[5].heading_path == ("第二章 保障", "第二节 人员")
    assert articles[6].text == "第六条 本条例自2026年1月1日起施行。" and articles[6].heading_path == ("第三章 附则",)
    assert not check(parsed)


def test_a_missing_and_a_repeated_number_are_reported() -> None:
    parsed = _parse("某办法\n第一条 甲办法。\n第二条 乙办法。\n第四条 丙办法。\n")
    assert [(p.kind, "第四条" in p.where) for p in check(parsed)] == [("gap", True)]
    parsed = _parse("某办法\n一、总则\n正文一句。\n（一）甲事。\n（一）乙事。\n")
    assert [p.kind for p in check(parsed)] == ["repeat"]


def test_running_numbers_go_on_across_chapters() -> None:
    parsed = _parse(
        "某市规划（2026—2030年）\n一、甲\n（一）子。做。\n（二）丑。做。\n二、乙\n（三）寅。做。\n三、丙\n（四）卯。做。\n"
    )
    assert _labels(parsed) == ["一、", "（一）", "（二）", "二、", "（三）", "三、", "（四）"]
    assert _one(parsed, "（三）").heading_path == ("二、乙",) and _one(parsed, "（三）").depth == 2


def test_mixed_schemes_each_keep_their_level() -> None:
    parsed = _parse(
        "某市规划（2026—2030年）\n第一章 总则\n一、目标\n1.甲。做甲。\n（1）子。做子。\n2.乙。做乙。\n二、原则\n原则一句。\n第二章 任务\n一、甲任务\n1.丙。做丙。\n"
    )
    assert [(c.label, c.depth) for c in parsed.clauses if c.label] == [
        ("第一章", 1),
        ("一、", 2),
        ("1.", 3),
        ("（1）", 4),
        ("2.", 3),
        ("二、", 2),
        ("第二章", 1),
        ("一、", 2),
        ("1.", 3),
    ]


def test_numbers_inside_a_sentence_are_no_items() -> None:
    body = "要抓好三件事。一是加强领导，明确责任。二是加大投入，改善条件。三是强化督导，用好结果。"
    parsed = _parse(f"某校工作总结\n{body}\n另一段说别的事。\n")
    assert [c.text for c in parsed.clauses if c.kind is not ClauseKind.HEADING] == [body, "另一段说别的事。"]
    parsed = _parse("某校工作总结\n要抓好两件事。\n一是加强领导，明确责任。\n二是加大投入，改善条件。\n")
    assert [c.label for c in parsed.clauses if c.kind is ClauseKind.BULLET] == ["一是", "二是"]


def test_grades_and_figures_at_a_line_start_are_no_headings() -> None:
    wide = "全市小学一年级至三年级实行等级评价不公布分数并且逐步推广到初中阶段全面实施小学一年级和"
    parsed = _parse(
        "某市评价办法\n一、适用范围\n"
        + "\n".join([wide] * 9)
        + "\n二、三年级除外，其他年级照此办理，并报教育行政部门备案。\n二、附则\n自公布之日起施行。\n"
    )
    assert _labels(parsed) == ["一、", "二、"]
    assert "二、三年级除外" in _one(parsed, "一、").text


def test_a_notice_keeps_addressees_attachments_and_signature_apart() -> None:
    parsed = _parse(
        "某省教育厅 某省财政厅关于印发学生资助办法的通知\n各市（州）教育局、财政局：\n现将办法印发给你们，请遵照执行。\n"
        "附件：\n1.学生资助办法\n2.申请表\n某省教育厅\n某省财政厅\n2026年3月1日\n附件1\n学生资助办法\n第一条 为规范资助，制定本办法。\n第二条 自印发之日起施行。\n"
    )
    assert [d.title for d in parsed.documents] == ["某省教育厅某省财政厅关于印发学生资助办法的通知", "学生资助办法"]
    assert parsed.documents[0].issued_on == "2026年3月1日" and parsed.documents[1].issuer == parsed.documents[0].issuer
    texts = [c.text for c in parsed.clauses]
    assert "各市（州）教育局、财政局：" in texts and "2.申请表" in texts
    assert "某省教育厅\n某省财政厅\n2026年3月1日" in texts


def test_interviews_give_a_question_with_its_answer() -> None:
    parsed = _parse(
        "某部门负责人答记者问\n1.问：为何出台？\n答：因为需要。\n还有一段。\n2.问：怎样落实？\n答：抓好三件事。\n"
    )
    questions = [c for c in parsed.clauses if c.kind is ClauseKind.QUESTION]
    assert [c.title for c in questions] == ["1.问：为何出台？", "2.问：怎样落实？"]
    assert questions[0].text == "1.问：为何出台？\n答：因为需要。\n还有一段。"


def test_traditional_script_is_read_alike() -> None:
    parsed = _parse(
        "某市教育條例\n第一章 總則\n第一條 為了發展教育，制定本條例。\n第二條 下列事項適用本條例：\n（一）學校；\n（二）幼兒園。\n第二章 保障\n第三條 保障經費。\n牽頭部門：市教育局、市財政局\n配合部門：各區縣\n"
    )
    assert _labels(parsed) == ["第一章", "第一條", "第二條", "第二章", "第三條"]
    assert _one(parsed, "第三條").lead_departments == ("市教育局", "市財政局")


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("中华人民共和国教师法", Level.NATIONAL),
        ("教育部关于加强作业管理的通知", Level.NATIONAL),
        ("重庆市实施《中华人民共和国教师法》办法", Level.CITY),
        ("四川省教育厅关于课后服务的通知", Level.OTHER),
        ("中华人民共和国香港特别行政区基本法", Level.NATIONAL),
    ],
)
def test_levels_follow_the_issuer(title: str, level: Level) -> None:
    assert _parse(f"{title}\n第一条 内容一句。\n第二条 内容二句。\n").documents[0].level is level


def test_an_abbreviation_of_bodies_is_no_name_of_the_document() -> None:
    parsed = _parse(
        "甲部乙部关于实施强校计划的通知\n甲部、乙部（以下简称两部）决定实施强校建设计划（以下简称“强校计划”）。现通知如下。\n一、目标\n做好。\n"
    )
    assert parsed.documents[0].aliases == ("强校计划",) and parsed.documents[0].issuer == "甲部、乙部"


_MARKS = st.sampled_from(
    [
        "",
        "",
        "",
        "一、",
        "二、",
        "三、",
        "（一）",
        "（二）",
        "1.",
        "2.",
        "3.",
        "——",
        "一是",
        "第一条 ",
        "第二条 ",
        "问：",
        "牵头部门：",
    ]
)
_WORDS = st.text(alphabet="教育强市规划到年发展，。；、“”（）《》12 　abc", min_size=1, max_size=70)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(_MARKS, _WORDS), min_size=1, max_size=25))
def test_whatever_the_text_no_character_is_lost_or_misplaced(pieces: list[tuple[str, str]]) -> None:
    pages = split_pages("\n".join(mark + words for mark, words in pieces))
    parsed = parse_pages(pages, "test.txt")
    printed = "".join(clean(line.content).text for line in to_lines(pages))
    kept = "".join(clause.text for clause in parsed.clauses)
    assert re.sub(r"\s", "", kept) == re.sub(r"\s", "", printed)
    source = source_text(pages)
    for clause in parsed.clauses:
        assert source[clause.source_start] == clause.text[0] and source[clause.source_end - 1] == clause.text[-1]
        assert all(0 <= a < b <= len(clause.text) for a, b in sentence_spans(clause.text))
        covered = "".join(clause.text[a:b] for a, b in sentence_spans(clause.text))
        assert re.sub(r"\s", "", covered) == re.sub(r"\s", "", clause.text)
    assert len({clause.clause_id for clause in parsed.clauses}) == len(parsed.clauses)
