"""A school notice, a county's action plan and an interview, each written for these tests and read clause by clause."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.check import check
from corpus.departments import departments_of
from corpus.parse import parse_file, parse_pages
from corpus.readers.text import split_pages
from corpus.schema import Clause, ClauseKind, Level, ParsedSource

NOTICE = """清泉县教育局
清教发〔2026〕18号
清泉县教育局关于做好2026年秋季学期课后服务工作的通知
各乡镇中心校，县直各学校：
为进一步规范中小学课后服务，切实减轻学生课业负担，现就有关工作通知如下。
一、服务内容
学校应当开设下列两类活动：
1．基本托管，包括做作业、自主阅读；
2．素质拓展，包括体育、艺术、科普、劳动。
严禁利用课后服务讲授新课。
二、经费保障
课后服务经费由财政补助和服务性收费共同承担，收费标准见附件2。
附件：1．清泉县课后服务学校名单
2．清泉县课后服务收费标准表
清泉县教育局
2026年8月20日
（此件公开发布）
附件1
清泉县课后服务学校名单
（共2所）
1．清泉县实验小学
2．石桥镇九年一贯制学校
附件2
清泉县课后服务收费标准表
学段 服务形式 收费标准（元/生·学期） 备注
小学 基本托管 180 困难学生免收
小学 素质拓展 320 含材料费
初中 晚自习 300 自愿参加
"""
PLAN = """柳河县学前教育发展提升三年行动计划
（2026—2028年）
为推进学前教育普及普惠，根据《中华人民共和国学前教育法》和全国教育大会精神，结合我县实际，制定本行动计划。
一、总体要求
（一）主要目标
到2028年，全县学前三年毛入园率达到96%以上，实现以下目标。
——资源更加充足。三年新建、改扩建公办园14所，新增公办学位3240个。
柳河县学前教育发展主要指标
序号 指标 单位 2026年 2027年 2028年
1 学前三年毛入园率 % 94.5 95.2 96
2 普惠性幼儿园覆盖率 % 91 92 ≥93
3 新增公办学位 个 960 1080 1200
二、重点任务
（一）优化资源布局
1.编制布局专项规划。按照服务人口1万人左右设置1所幼儿园的要求编制专项规划。
责任单位：县教体局、县自然资源局，各乡镇人民政府
完成时限：2026年6月
（二）健全投入机制
2.落实生均公用经费。公办园标准不低于每生每年600元。
牵头单位：县财政局
责任单位：县教体局
3.规范收费管理。收费标准每三年评估一次。（责任单位：县发展改革局、县市场监管局）
三、保障措施
一是加强组织领导。领导小组每季度至少召开1次会议。
二是强化督导问责。将落实情况纳入对乡镇政府履行教育职责评价。
"""
TALK = """让家门口的学校更优质
——县教育局负责人就义务教育优质均衡发展答记者问
近日，县政府印发了实施方案。围绕社会关注的问题，记者采访了县教育局负责人。
记者：请介绍一下方案出台的背景。
负责人：2025年，全县义务教育阶段在校生3.2万人，城区学位紧张。
记者：方案有哪些重点任务？
负责人：主要有两项。
第一，扩学位。到2028年新增学位4500个。
第二，强师资。每年交流轮岗教师不少于符合条件总数的15%。
（记者 王芳）
（来源：清泉日报）
"""


def _read(text: str, suffix: str, folder: Path) -> ParsedSource:
    """text as a file: of plain lines, or of Word paragraphs and, where columns stand, a Word table."""
    path = folder / f"file.{suffix}"
    if suffix == "txt":
        path.write_text(text, encoding="utf-8")
        return parse_file(path)
    import docx

    document, table, width = docx.Document(), None, 0
    for line in text.splitlines():
        cells = line.split()
        if len(cells) < 4:
            table = None
            document.add_paragraph(line)
            continue
        if table is None or width != len(cells):
            table, width = document.add_table(rows=0, cols=len(cells)), len(cells)
        for cell, shown in zip(table.add_row().cells, cells, strict=True):
            cell.text = shown
    document.save(str(path))
    return parse_file(path)


def _one(parsed: ParsedSource, start: str) -> Clause:
    return next(clause for clause in parsed.clauses if clause.text.startswith(start))


@pytest.mark.parametrize("suffix", ["txt", "docx"])
def test_a_notice_with_letterhead_attachments_and_a_table(suffix: str, tmp_path: Path) -> None:
    parsed = _read(NOTICE, suffix, tmp_path)
    assert [d.title for d in parsed.documents] == [
        "清泉县教育局关于做好2026年秋季学期课后服务工作的通知", "清泉县课后服务学校名单", "清泉县课后服务收费标准表",
    ]
    notice = parsed.documents[0]
    assert (notice.issuer, notice.doc_number, notice.issued_on) == ("清泉县教育局", "清教发〔2026〕18号", "2026年8月20日")
    assert {d.issuer for d in parsed.documents} == {"清泉县教育局"} and {d.level for d in parsed.documents} == {Level.OTHER}
    assert _one(parsed, "2．清泉县课后服务收费标准表").text == "2．清泉县课后服务收费标准表"
    assert _one(parsed, "清泉县教育局\n2026年8月20日")
    rows = [c.row for c in parsed.clauses if c.row]
    assert [row.indicator for row in rows] == ["小学", "小学", "初中"]
    assert rows[1].values == {"服务形式": "素质拓展", "收费标准（元/生·学期）": "320", "备注": "含材料费"}
    assert _one(parsed, "初中").text == "初中 晚自习 300 自愿参加" and not check(parsed)


@pytest.mark.parametrize("suffix", ["txt", "docx"])
def test_an_action_plan_with_units_responsible_and_an_indicator_table(suffix: str, tmp_path: Path) -> None:
    parsed = _read(PLAN, suffix, tmp_path)
    (document,) = parsed.documents
    assert document.level is Level.OTHER and document.period == "2026—2028"
    rows = [(c.row.indicator, c.row.unit, c.row.values) for c in parsed.clauses if c.row]
    assert rows == [
        ("学前三年毛入园率", "%", {"2026": "94.5", "2027": "95.2", "2028": "96"}),
        ("普惠性幼儿园覆盖率", "%", {"2026": "91", "2027": "92", "2028": "≥93"}),
        ("新增公办学位", "个", {"2026": "960", "2027": "1080", "2028": "1200"}),
    ]
    assert _one(parsed, "2 普惠性").text == "2 普惠性幼儿园覆盖率 % 91 92 ≥93"
    first, second, third = (_one(parsed, f"{n}.") for n in (1, 2, 3))
    assert first.lead_departments == ("县教体局", "县自然资源局", "各乡镇人民政府") and first.text.endswith("\n完成时限：2026年6月")
    assert (second.lead_departments, second.support_departments) == (("县财政局",), ("县教体局",))
    assert third.lead_departments == ("县发展改革局", "县市场监管局")
    years = {c.label: c.inherited_years for c in parsed.clauses if c.kind is ClauseKind.BULLET}
    assert years == {"——": ("2028",), "一是": (), "二是": ()}  # the deadline of an item above is not theirs
    assert not check(parsed)


@pytest.mark.parametrize("suffix", ["txt", "docx"])
def test_an_interview_told_by_speakers(suffix: str, tmp_path: Path) -> None:
    parsed = _read(TALK, suffix, tmp_path)
    (document,) = parsed.documents
    assert document.title == "让家门口的学校更优质——县教育局负责人就义务教育优质均衡发展答记者问"
    questions = [c for c in parsed.clauses if c.kind is ClauseKind.QUESTION]
    assert [c.title for c in questions] == ["记者：请介绍一下方案出台的背景。", "记者：方案有哪些重点任务？"]
    assert questions[1].text.endswith("不少于符合条件总数的15%。") and "第一，扩学位" in questions[1].text
    assert _one(parsed, "（记者王芳）").text == "（记者王芳）"


@pytest.mark.parametrize(
    ("parts", "lead", "support"),
    [
        ([(True, "责任部门：甲局、乙局")], ("甲局", "乙局"), ()),
        ([(True, "牵头部门：甲局；配合部门：乙局、丙局（丁办）")], ("甲局",), ("乙局", "丙局（丁办）")),
        ([(False, "做好某事。（牵头单位：甲局；责任单位：乙局，各县（市、区））")], ("甲局",), ("乙局", "各县（市、区）")),
        ([(False, "做好某事。（教育部牵头，财政部、人力资源社会保障部等配合）")], ("教育部",), ("财政部", "人力资源社会保障部")),
        ([(False, "做好某事（教育部、财政部按职责分工负责）。")], ("教育部", "财政部"), ()),
        ([(False, "实行集体领导（校长负责）。"), (False, "详见附件（另行印发）。")], (), ()),
        ([(False, "由教育部牵头，财政部配合，做好某事。")], (), ()),
    ],
)
def test_departments_in_lines_and_brackets(parts: list[tuple[bool, str]], lead: tuple[str, ...], support: tuple[str, ...]) -> None:
    assert departments_of(parts) == (lead, support)


def test_text_that_comes_again_at_each_page_is_no_running_head() -> None:
    """What opens each page alike (an item and its departments) stays; a head over it goes."""
    page = "某市教育公报\n1.推进第{n}项工作。\n牵头部门：市教育局\n这一页的第{n}段正文，说的是别的事情。\n"
    parsed = parse_pages(split_pages("\f".join(page.format(n=n) for n in range(1, 6))), "test.txt")
    whole = "".join(clause.text for clause in parsed.clauses)
    assert whole.count("牵头部门：市教育局") == 5 and whole.count("项工作。") == 5 and "公报" not in whole
