"""The exact words quoted and the sentence shown for them: rows, department lines, sentences, lists, years."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.spans import (
    LABEL,
    Span,
    best_window,
    children_span,
    department_span,
    opening_span,
    row_statement,
    sentence_span,
    source_name,
)
from corpus.schema import Clause, ClauseKind, TableRow
from index.passages import sentence_pieces
from index.schema import Passage
from tests.assistant.shapes import ask, clause, document, passage, row

STUDENTS = TableRow("老年大学在校学员", "万人", None, {"2025": "42", "2030": "70"})


def shown(own: Clause, question: str, words: str = "") -> str:
    """The statement of the sentence of own that holds words."""
    return sentence_span(passage(own, words), own, ask(question)).statement


class TestRow:
    """A row's cells become one sentence; no cell is left out that the question needs."""

    def test_one_year_alone_where_only_that_year_is_asked_about(self) -> None:
        assert row_statement(STUDENTS, ask("2025年老年大学在校学员是多少？")) == "老年大学在校学员：2025年为42万人。"

    @pytest.mark.parametrize("question", ["老年大学在校学员是多少？", "2025年和2030年在校学员分别是多少？", "2030年在校学员要达到多少？"])
    def test_both_years_where_none_or_both_are_named_or_a_goal_is_asked_for(self, question: str) -> None:
        assert row_statement(STUDENTS, ask(question)) == "老年大学在校学员：2025年为42万人，2030年为70万人。"

    def test_a_year_the_row_has_not_shows_all_it_has(self) -> None:
        assert row_statement(STUDENTS, ask("2028年在校学员多少？")) == "老年大学在校学员：2025年为42万人，2030年为70万人。"

    @pytest.mark.parametrize(("cells", "unit", "apart"), [
        (("42", "70"), "万人", "相差28万人"),
        (("81", "95"), "%", "相差14个百分点"),
        (("81", "≥95"), "%", "相差至少14个百分点"),
        (("11.5", "13—14"), "年", "相差1.5—2.5年"),
        (("300", "280"), "所", "相差20所"),
    ])
    def test_the_difference_stands_beside_both_cells(self, cells: tuple[str, str], unit: str, apart: str) -> None:
        said = row_statement(TableRow("某指标", unit, None, {"2025": cells[0], "2030": cells[1]}), ask("五年间要增加多少？"))
        assert said.endswith(f"，{apart}。")
        assert all(cell in said for cell in cells)

    def test_no_difference_unless_it_is_asked_for_or_can_be_worked_out(self) -> None:
        assert "相差" not in row_statement(STUDENTS, ask("在校学员是多少？"))
        assert "相差" not in row_statement(TableRow("银龄讲师", "人", None, {"2025": None, "2030": "3000"}), ask("增加多少人？"))

    def test_an_empty_cell_is_told_as_such(self) -> None:
        said = row_statement(TableRow("银龄讲师", "人", None, {"2025": None, "2030": "3000"}), ask("银龄讲师有多少人？"))
        assert said == "银龄讲师：2025年没有数据（表中为“—”），2030年为3000人。"

    def test_a_ratio_has_no_unit_and_a_long_group_names_what_its_parts_are_parts_of(self) -> None:
        assert row_statement(TableRow("师生比", "∶", None, {"2030": "1∶20"}), ask("师生比？")) == "师生比：2030年为1∶20。"
        grouped = TableRow("（1）城市", "%", "常住老年人口中学员所占比例", {"2030": "20"})
        assert row_statement(grouped, ask("比例？")).startswith("常住老年人口中学员所占比例（1）城市：")
        assert row_statement(TableRow("学员", None, "规模", {"2030": "7"}), ask("多少？")) == "学员：2030年为7。"

    def test_the_whole_printed_row_is_quoted(self) -> None:
        own = row({"2025": "42", "2030": "70"})
        span = sentence_span(passage(own), own, ask("2025年在校学员多少？"))
        assert own.text[span.start : span.end] == own.text == "老年大学在校学员（万人） 42 70"


class TestDepartments:
    """Who leads and who supports, from the clause's fields, with its department lines as the quote."""

    TEXT = "（一）扩大学位。新增学位6万个。\n牵头部门：市教委。\n配合部门：市民政局、市财政局。"

    def full(self, **more: object) -> Clause:
        values = {"title": "（一）扩大学位", "lead_departments": ("市教委",), "support_departments": ("市民政局", "市财政局"), **more}
        return clause(self.TEXT, **values)

    def test_the_lines_are_quoted_and_said_as_a_sentence(self) -> None:
        own = self.full()
        span = department_span(own, ask("扩大学位谁牵头？"))
        assert span is not None
        assert own.text[span.start : span.end] == "牵头部门：市教委。\n配合部门：市民政局、市财政局。"
        assert span.statement == "扩大学位由市教委牵头，配合部门是市民政局、市财政局。"

    def test_without_a_title_the_leader_is_the_subject(self) -> None:
        span = department_span(self.full(title="", support_departments=()), ask("谁牵头？"))
        assert span is not None
        assert span.statement == "牵头部门是市教委。"

    def test_missing_supporters_are_told_only_to_who_asks_for_them(self) -> None:
        own = self.full(support_departments=())
        for question, told in (("谁配合？", True), ("谁牵头？", False)):
            span = department_span(own, ask(question))
            assert span is not None
            assert ("没有列出配合部门" in span.statement) is told

    def test_no_span_without_a_leader_or_without_a_line_to_quote(self) -> None:
        assert department_span(self.full(lead_departments=()), ask("谁牵头？")) is None
        bare = clause("扩大学位（市教委牵头）。", lead_departments=("市教委",))
        assert department_span(bare, ask("谁牵头？")) is None


class TestSentence:
    """Sentences: the number dropped, long ones cut, short ones given what they lean on."""

    def test_the_number_is_not_shown(self) -> None:
        for label in ("（一）", "一、", "3.", "——", "一是", "(2)"):
            own = clause(f"{label}建设云上课堂，每节课时长不超过25分钟。")
            assert shown(own, "每节课多长") == "建设云上课堂，每节课时长不超过25分钟。"
        assert LABEL.match("3.5万人") is None

    def test_a_long_sentence_is_cut_to_the_pieces_that_answer(self) -> None:
        filler = "统筹推进老年教育资源共建共享和各类场馆面向老年人开放服务"
        own = clause(f"{filler}，{filler}，{filler}，{filler}，云上课堂每节课时长不超过25分钟，{filler}，{filler}，{filler}。")
        span = sentence_span(passage(own), own, ask("云上课堂每节课时长不超过多少分钟？"))
        assert span.end - span.start <= 150 < len(own.text)
        assert "云上课堂每节课时长不超过25分钟" in span.statement
        assert not span.statement.endswith(("，", "；", "："))

    def test_a_short_sentence_is_left_whole(self) -> None:
        own = clause("鼓励高校开放场地，新增学位6万个。")
        assert shown(own, "新增学位多少个") == own.text

    @pytest.mark.parametrize("announces", ["以下", "下列", "如下"])
    def test_a_sentence_that_announces_a_list_takes_the_next_along(self, announces: str) -> None:
        own = clause(f"老年大学应当具备{announces}条件。一是有固定场地，二是有专职教师，三是有稳定经费。另行通知的除外。")
        said = shown(own, "老年大学要具备哪些条件", "应当具备")
        assert "三是有稳定经费" in said
        assert "另行通知" not in said

    def test_a_list_takes_its_announcement_along(self) -> None:
        own = clause("老年大学应当具备以下各项基本办学条件。一是有固定场地，二是有专职教师，三是有稳定经费。")
        assert shown(own, "老年大学要具备哪些条件", "固定场地").startswith("老年大学应当具备")

    def test_without_an_announcement_the_sentence_stands_alone(self) -> None:
        own = clause("老年大学面向全体老年居民开放办学。招生对象包括本地户籍和常住的老年人。")
        assert shown(own, "老年大学面向谁开放", "面向全体") == "老年大学面向全体老年居民开放办学。"

    def test_a_sentence_that_points_back_takes_what_it_points_to(self) -> None:
        own = clause("全市老年大学专职教师达到600名以上。其中取得高级职称的教师不少于80名。")
        assert shown(own, "高级职称教师多少名", "高级职称") == own.text

    def test_what_a_distant_sentence_says_is_not_fetched(self) -> None:
        before = "各区县应当根据常住老年人口数量和分布情况统筹安排老年大学和老年学校的办学网点并且向社会公布名录和联系方式以便老年人就近报名入学和参加各类学习活动，做好各项日常管理服务。"
        own = clause(f"{before}其中取得高级职称的教师不少于80名。")
        assert shown(own, "高级职称教师多少名", "高级职称") == "其中取得高级职称的教师不少于80名。"

    def test_line_breaks_are_not_shown(self) -> None:
        own = clause("鼓励高校开放场地，\n新增学位6万个。")
        said = sentence_span(Passage("p", own.clause_id, own.text, own.text, 0, len(own.text)), own, ask("新增学位多少个")).statement
        assert "\n" not in said


    def test_a_title_line_and_its_sentence_stay_apart(self) -> None:
        own = clause("一、发展目标\n到2030年，学员占老年人口的比例达到20%。", kind=ClauseKind.ITEM, title="一、发展目标")
        assert "目标到2030年" not in shown(own, "学员占老年人口的比例是多少？")


class TestYears:
    """A figure's year may stand above it: it is put before the words, never into the quote."""

    BULLET = clause("——师资更加稳定。专职教师达到600名。", kind=ClauseKind.BULLET, inherited_years=("2030",))

    def test_an_inherited_year_leads(self) -> None:
        span = sentence_span(passage(self.BULLET, "600"), self.BULLET, ask("专职教师要达到多少名？"))
        assert span.statement.startswith("到2030年，")
        assert "2030" not in self.BULLET.text[span.start : span.end]

    def test_the_same_year_in_the_question_keeps_the_lead(self) -> None:
        assert shown(self.BULLET, "2030年专职教师要达到多少名？", "600").startswith("到2030年，")

    def test_another_year_in_the_question_gets_no_lead(self) -> None:
        assert not shown(self.BULLET, "2028年专职教师要达到多少名？", "600").startswith("到")

    GOALS = clause(
        "主要目标是：到2028年，老年大学建设取得重要的阶段性成效。专职教师达到500名，兼职教师队伍更加稳定。到2030年，老年大学在城乡全面普及开来。"
        "专职教师达到600名，兼职教师队伍更加充实。\n另有银龄讲师900名，在社区和村里轮流授课。"
    )

    @pytest.mark.parametrize(("words", "lead"), [("500", "到2028年，专职"), ("600", "到2030年，专职"), ("900", "另有银龄")])
    def test_the_sentence_that_opens_a_goal_leads_those_after_it_in_its_paragraph(self, words: str, lead: str) -> None:
        assert shown(self.GOALS, "教师要达到多少名？", words).startswith(lead)

    @pytest.mark.parametrize("before", ["2028年启用新的老年大学校区和附属图书馆。", "从2020年到2028年，陆续建成一批社区学校。", "办学规模要比2028年的时候更大更稳。"])
    def test_a_year_that_sets_no_goal_leads_nothing(self, before: str) -> None:
        assert not shown(clause(f"{before}专职教师达到500名，兼职教师队伍更加稳定。"), "专职教师多少名？", "500").startswith("到")

    @pytest.mark.parametrize("now", ["目前全市专职教师达到500名", "去年专职教师达到500名，在职培训也已铺开", "每年培训专职教师500名，轮流进行"])
    def test_what_is_said_of_another_time_gets_no_goals_year(self, now: str) -> None:
        assert not shown(clause(f"到2028年，老年大学建设取得重要的阶段性成效。{now}。"), "专职教师多少名？", "500").startswith("到2028年，" + now[:2])

    def test_a_year_of_its_own_needs_no_lead(self) -> None:
        own = clause("到2028年专职教师达到500名。", inherited_years=("2030",))
        assert shown(own, "专职教师多少名？") == own.text

    def test_no_year_is_made_up(self) -> None:
        assert shown(clause("专职教师达到500名。"), "专职教师多少名？") == "专职教师达到500名。"

    def test_a_date_is_answered_from_the_near_sentence_that_names_it(self) -> None:
        own = clause("2029年启用新的老年大学校区。届时全部课程迁入新校区授课。")
        assert shown(own, "课程什么时候迁入新校区？", "迁入") == own.text


class TestRatio:
    """What a ratio asks for is worked out beside it, only for a number of people that the question gives."""

    OWN = clause("老年大学按专职教师与学员之比不低于1:400配备教师，按师生总数不低于1:2000配备校医。")

    def test_the_sum_follows_the_words(self) -> None:
        said = shown(self.OWN, "有900名学员的老年大学要配多少名专职教师？")
        assert said == f"{self.OWN.text.rstrip('。')}；按900人计算，900÷400，至少要3名。"

    def test_the_piece_nearest_the_question_gives_the_ratio(self) -> None:
        assert "4500÷2000，至少要3名" in shown(self.OWN, "师生总数4500人要配几名校医？")

    def test_what_is_counted_decides_between_two_ratios(self) -> None:
        own = clause("老年大学按专职教师与学员之比不低于1:400配备教师，按不低于1:2000配备校医。")
        assert "4500÷2000，至少要3名" in shown(own, "4500名学员要配备几名校医？")

    def test_nothing_is_worked_out_without_people(self) -> None:
        assert shown(self.OWN, "专职教师怎么配？") == self.OWN.text


class TestOutline:
    """Titles and openings that stand in a list."""

    def test_children_give_their_bare_titles(self) -> None:
        children = [clause("（一）扩大学位。新增6万个。", title="（一）扩大学位"), clause("（二）培育讲师", title="（二）培育讲师")]
        spans = children_span(children)
        assert [span.statement for span in spans] == ["扩大学位", "培育讲师"]
        assert [c.text[s.start : s.end] for c, s in zip(children, spans, strict=True)] == ["扩大学位", "培育讲师"]

    def test_an_opening_is_short_and_bare(self) -> None:
        own = clause("——师资更加稳定。专职教师达到600名。")
        assert opening_span(own) == Span(2, 8, "师资更加稳定")
        assert opening_span(clause("统筹推进老年教育资源共建共享和各类场馆面向老年人开放服务，不断完善办学网络。")) is None
        assert opening_span(clause("好。")) is None

    def test_a_source_is_named_by_its_short_name(self) -> None:
        assert source_name(document()) == "《青岚县老年大学发展规划》"


# -- properties ----------------------------------------------------------------------------------------------------------

_PIECES = ["（一）", "——", "一是", "其中", "以下事项：", "到2030年，", "老年大学", "学员达到42万人", "每节课25分钟", "比例不低于1:400", "，", "；", "。", "\n",
           "“银龄讲师”", "不得收费", "统筹推进各类场馆面向老年人开放服务"]
_QUESTIONS = ["学员要达到多少？", "什么时候达到？", "有哪些事项？", "什么是银龄讲师？", "可以收费吗？", "800名学员要配几名教师？", "2030年呢？", "国家和重庆有什么不同？"]


@settings(deadline=None, max_examples=150)
@given(st.lists(st.sampled_from(_PIECES), min_size=1, max_size=30).map("".join), st.sampled_from(_QUESTIONS), st.booleans())
def test_a_span_is_the_clauses_own_words(text: str, question: str, dated: bool) -> None:
    own = clause(text, inherited_years=("2030",) if dated else ())
    for start, end in sentence_pieces(own):
        span = sentence_span(Passage("p", own.clause_id, text[start:end], text[start:end], start, end), own, ask(question))
        assert 0 <= span.start <= span.end <= len(text)
        if span.start == span.end:
            assert not LABEL.sub("", text[start:end]).strip()  # a number alone says nothing
            continue
        words = re.sub(r"\s*\n\s*", "", text[span.start : span.end]).strip()
        bare = re.sub(r"^到\d{4}年，(?=.)", "", span.statement) if not words.startswith("到") else span.statement
        assert bare.startswith(words.rstrip("。"))
        # Beside the words, only a lead of ours with a year and a sum of ours with its terms.
        assert re.fullmatch(r"。*|；按\d+人计算，\d+÷\d+，至少要\d+名。", bare[len(words.rstrip("。")) :])


@settings(deadline=None, max_examples=100)
@given(st.lists(st.sampled_from(_PIECES), min_size=1, max_size=40).map("".join), st.sampled_from(_QUESTIONS))
def test_a_window_lies_inside_and_ends_on_no_comma(text: str, question: str) -> None:
    start, end = best_window(text, 0, len(text), ask(question))
    assert 0 <= start <= end <= len(text)
    assert end == start or text[end - 1] not in "，；："
