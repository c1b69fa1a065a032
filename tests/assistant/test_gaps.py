"""Every rule of what is plainly missing: a question that must trip it, and one like it that must not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.evidence import Chosen
from assistant.gaps import asked_years, find_gap, unwritten_topic
from assistant.schema import Evidence
from corpus.schema import ClauseKind, Document, Level
from tests.assistant.shapes import ask, chosen, clause, document, row

LECTURERS = row({"2025": None, "2030": "3000"}, indicator="银龄讲师人数", unit="人")
PLAN = document(period="2026—2035")


def gap(question: str, text: str, about: Document | None = None, **more: object) -> str:
    return find_gap(ask(question), chosen(clause(text, **more), about=about))


@pytest.mark.parametrize(("question", "written", "words"), [
    ("中学生每天要睡够几个小时？", "每天运动2小时。", "睡够"),
    ("校服多少钱一套？", "每天运动2小时。", "校服"),
    ("中学生每天要睡够几个小时？", "保证学生每天睡眠9小时。", ""),  # in another wording
    ("每天运动几个小时？", "每天运动2小时。", ""),
])
def test_a_matter_the_documents_never_speak_of_is_told(question: str, written: str, words: str) -> None:
    told = unwritten_topic(ask(question), lambda pattern: bool(pattern.search(written)))
    assert (words in told) if words else told == ""


def test_nothing_found_is_a_gap() -> None:
    assert find_gap(ask("火星上有几所大学？"), Chosen((), ())) == "没有找到相关的条款"


# (rule, what the clause says, question that trips, words of the gap, text of the other side, question that does not)
RULES: tuple[tuple[str, tuple[str, str], str, tuple[str, str]], ...] = (
    ("year", ("2035年要新增多少学位？", "到2030年，新增学位6万个。"), "2035年", ("2030年要新增多少学位？", "到2030年，新增学位6万个。")),
    ("last year", ("去年新增了多少学位？", "到2030年，新增学位6万个。"), "去年", ("去年新增了多少学位？", "去年新增学位6万个。")),
    ("reason", ("为什么要办老年大学？", "办好老年大学。"), "没有说明原因", ("为什么要办老年大学？", "为了满足学习需求，办好老年大学。")),
    ("reversal", ("为什么取消老年大学？", "为了满足学习需求，办好老年大学。"), "取消", ("为什么取消老年大学？", "由于场地不足，取消老年大学。")),
    ("money", ("老年大学学费多少钱？", "老年大学开设30门课程。"), "金额", ("老年大学学费多少钱？", "每学期学费不超过200元。")),
    ("share", ("学员占老年人口的比例是多少？", "学员达到70万人。"), "比例", ("学员占老年人口的比例是多少？", "学员占老年人口的20%。")),
    ("share in words", ("老年学员占几成？", "学员达到70万人。"), "比例", ("老年学员占几成？", "学员占三成。")),
    ("date", ("老年大学什么时候开学？", "老年大学面向全体老年人。"), "时间", ("老年大学什么时候开学？", "老年大学每年3月开学。")),
    ("figure", ("老年大学有多少门课程？", "老年大学开设多种课程。"), "数字", ("老年大学有多少门课程？", "老年大学开设30门课程。")),
    ("figure in words", ("讲师分几级？", "讲师分级管理。"), "数字", ("讲师分几级？", "讲师分为三级。")),
    ("a year is no figure", ("经费是多少？", "2026年经费到位。"), "数字", ("经费是多少？", "2026年经费8元。")),
    ("unit", ("每节课几分钟？", "每周上课3次。"), "分钟", ("每节课几分钟？", "每节课40分钟。")),
    ("unit by another name", ("要修多少学时？", "要修3门课。"), "学时", ("要修多少学时？", "修满20课时。")),
    ("step", ("怎么报名老年大学？", "老年大学面向全体老年人。"), "报名", ("怎么报名老年大学？", "老年人凭身份证报名。")),
    ("telephone", ("老年大学的电话是多少？", "老年大学有40所。"), "电话", ("老年大学的电话是多少？", "老年大学电话：12345。")),
    ("names", ("示范校名单有哪些？", "公布示范校。"), "名单", ("示范校名单有哪些？", "示范校有甲校、乙校、丙校。")),
    ("list", ("老年大学有哪四个特点？", "老年大学有四个特点。"), "4项", ("老年大学有哪四个特点？", "老年大学公益、普惠、就近、便利。")),
    ("name with a number", ("“3+2”具体指什么？", "落实“3+2”。"), "“3+2”", ("“3+2”具体指什么？", "落实“3+2”：办好课、食堂、操场、图书馆、社团。")),
    ("counted name", ("具体是哪几项制度？", "落实六项制度。"), "“六项制度”", ("具体是哪几项制度？", "落实轮班、交接、值守、登记、公示、回访六项制度。")),
    ("place", ("青海省老年大学有多少所？", "全市老年大学40所。"), "青海省", ("青海省老年大学有多少所？", "青海省老年大学40所。")),
    ("stage", ("幼儿园每班多少人？", "高校每班不超过30人。"), "别的学段", ("幼儿园每班多少人？", "幼儿园每班不超过30人。")),
)


@pytest.mark.parametrize(("trips", "words"), [(rule[1], rule[2]) for rule in RULES], ids=[rule[0] for rule in RULES])
def test_what_is_missing_is_told(trips: tuple[str, str], words: str) -> None:
    assert words in gap(*trips)


@pytest.mark.parametrize("holds", [rule[3] for rule in RULES], ids=[rule[0] for rule in RULES])
def test_what_is_there_is_no_gap(holds: tuple[str, str]) -> None:
    assert gap(*holds) == ""


class TestYears:
    @pytest.mark.parametrize(("question", "years"), [
        ("2035年要建多少所？", ("2035",)),
        ("2035年规划里要建多少所？", ()),
        ("2026到2035年的规划要建多少所？", ("2026",)),
        ("2030年规划要建多少所，2028年呢？", ("2028",)),
    ])
    def test_a_year_that_names_a_plan_is_not_asked_about(self, question: str, years: tuple[str, ...]) -> None:
        assert asked_years(ask(question)) == years

    def test_a_year_taken_over_from_the_last_question_is_no_demand(self) -> None:
        found = chosen(clause("到2030年，新增学位6万个。"))
        follow_up = replace(ask("2035年新增学位多少个？"), rewritten_from="那新增学位呢？")
        assert find_gap(follow_up, found) == ""
        assert "2035年" in find_gap(replace(follow_up, rewritten_from="那2035年呢？"), found)

    def test_an_inherited_year_is_a_year_of_the_clause(self) -> None:
        text = "专职教师达到600名。"
        assert gap("2030年专职教师多少名？", text, inherited_years=("2030",)) == ""
        assert "2030年" in gap("2028年专职教师多少名？", text, inherited_years=("2030",))

    def test_a_year_outside_the_plans_period_is_told(self) -> None:
        text = "专职教师不少于600名。"
        assert "只管2026—2035年" in gap("2045年专职教师多少名？", text, PLAN)
        assert gap("2030年专职教师多少名？", text, PLAN) == ""
        assert gap("2045年专职教师多少名？", text) == ""

    def test_a_sentence_that_names_its_own_year_speaks_of_no_other(self) -> None:
        own = clause("平台2027年建成并免费开放使用。平台用户2029年达到50万人。")
        start = own.text.index("平台用户")
        item = Evidence(own, document(), start, len(own.text), own.text[start:], 1.0)
        assert "2029年" in find_gap(ask("2027年平台用户达到多少人？"), Chosen((item,), ()))

    def test_a_definition_is_not_held_to_a_year(self) -> None:
        assert gap("2035年的“银龄讲师”是什么意思？", "“银龄讲师”是指退休教师，到2030年达到3000人。") == ""


class TestRows:
    def test_an_empty_cell_is_told(self) -> None:
        assert find_gap(ask("2025年银龄讲师有多少人？"), chosen(LECTURERS)) == "表里2025年这一格是“—”，没有数据"

    @pytest.mark.parametrize("question", ["2030年银龄讲师有多少人？", "银龄讲师有多少人？", "2025年和2030年银龄讲师各有多少人？"])
    def test_a_filled_cell_is_none(self, question: str) -> None:
        assert find_gap(ask(question), chosen(LECTURERS)) == ""

    def test_a_year_that_is_no_column_is_told(self) -> None:
        assert "2025、2030年" in find_gap(ask("2028年银龄讲师有多少人？"), chosen(LECTURERS))


class TestScope:
    """One level asked about, another's evidence."""

    ASKED = "国家要求办多少所老年大学？"
    TEXT = "老年大学达到40所。"

    def test_the_other_level_alone_is_a_gap(self) -> None:
        assert "国家" in gap(self.ASKED, self.TEXT, document(level=Level.CITY))
        assert "重庆" in gap("重庆要办多少所老年大学？", self.TEXT, document(level=Level.NATIONAL))

    @pytest.mark.parametrize("level", [Level.NATIONAL, Level.OTHER])
    def test_its_own_level_or_nobodys_is_none(self, level: Level) -> None:
        assert gap(self.ASKED, self.TEXT, document(level=level)) == ""

    def test_both_levels_asked_about_are_none(self) -> None:
        assert gap("国家和重庆各要求办多少所老年大学？", self.TEXT, document(level=Level.CITY)) == ""

    def test_a_note_serves_all_levels(self) -> None:
        assert gap(self.ASKED, self.TEXT, document(level=Level.CITY), kind=ClauseKind.NOTE) == ""


class TestLists:
    def test_as_many_pieces_of_evidence_as_things_asked_for_are_the_list(self) -> None:
        four = [clause(text) for text in ("公益办学", "普惠共享", "就近入学", "便利学习")]
        assert find_gap(ask("老年大学有哪四个特点？"), chosen(*four)) == ""
        assert "4项" in find_gap(ask("老年大学有哪四个特点？"), chosen(*four[:2]))

    def test_a_list_counted_by_its_name_is_looked_for(self) -> None:
        assert "6项" in gap("“六大工程”具体是哪些？", "实施“六大工程”。")

    def test_one_item_short_is_let_pass(self) -> None:
        assert gap("老年大学有哪四个特点？", "老年大学公益、普惠、就近。") == ""

    def test_two_or_three_things_are_not_counted(self) -> None:
        assert gap("老年大学有哪三个特点？", "老年大学有三个特点。") == ""

    def test_without_a_wish_for_the_list_there_is_no_gap(self) -> None:
        assert gap("老年大学的四个特点是什么意思？", "四个特点体现公益性质。") == ""


def test_a_stage_not_asked_about_is_no_gap() -> None:
    assert gap("每班多少人？", "高校每班不超过30人。") == ""
    assert gap("幼儿园每班多少人？", "每班不超过30人。", heading_path=("二、学前教育",)) == ""


def test_the_context_of_a_row_counts_as_said() -> None:
    assert gap("学员要修多少学分？", "学员修满12。", context="单位：学分12") == ""


def test_a_leader_that_is_nowhere_named_is_a_gap() -> None:
    assert gap("云上课堂由哪个部门牵头？", "云上课堂每节课时长不超过25分钟。")
