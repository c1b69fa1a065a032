"""Which words are chosen to answer, over a small library of two plans: one strategy for each kind of question."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from assistant.candidates import alike, overlaps, runs, same, sentences_of, speaks_of
from assistant.chain import Chain
from assistant.comparison import best_pair
from assistant.evidence import Chosen, EvidenceChooser
from assistant.spans import Span
from corpus.schema import ClauseKind
from index.library import Library
from index.retriever import Retriever
from index.schema import SearchResult
from tests.assistant.shapes import clause, hit, passage, row
from tests.tiny import BagEmbedding, make_library

CITY = """重庆市老年大学发展规划（2026—2035年）
一、总体要求
坚持“四个共同”：共同规划、共同建设、共同管理、共同分享。
到2030年，主要实现以下目标：
——办学网络更加健全。每个区县至少办好1所老年大学。
——师资队伍更加稳定。专职教师达到600名。
——课程资源更加丰富。在线课程达到900门。
二、重点任务
（一）扩大老年大学学位。鼓励高校开放场地，新增学位6万个。
牵头部门：市教委。
配合部门：市民政局、市卫生健康委。
（二）培育银龄讲师。“银龄讲师”是指为老年人授课的退休教师。
牵头部门：市人力社保局。
（三）建设云上课堂。云上课堂每节课时长不超过25分钟。平台教师由学校在编教师轮流担任。云上课堂不得插播任何广告。
三、进度安排
云上课堂平台分两步建设。平台2027年建成并免费开放。
平台用户2029年达到50万人并接入国家平台。
四、主要指标
老年大学发展主要指标
指标 2025年 2030年
老年大学学员（万人） 42 70
办学点覆盖街道比例（%） 81 ≥95
银龄讲师人数（人） — 3000
"""
NATION = """全国老年教育发展规划纲要（2026—2035年）
一、发展目标
到2030年，老年大学学员占老年人口的比例达到20%，每个县至少办好2所老年大学。
二、保障措施
（一）加强经费保障。按老年人口人均不低于5元安排老年教育经费。
（二）加强队伍建设。老年大学专职教师与学员之比不低于1:400。
"""


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Chain:
    embedder = BagEmbedding.open()
    library = make_library(tmp_path_factory.mktemp("plans"), {"city.txt": CITY, "nation.txt": NATION}, embedder)
    return Chain(library, Retriever(library, embedder))


@pytest.fixture(scope="module")
def chooser(chain: Chain) -> EvidenceChooser:
    return EvidenceChooser(chain.library, chain.search, chain.retriever.features.inverse_frequency, chain.read)


def choose(chain: Chain, chooser: EvidenceChooser, question: str) -> Chosen:
    """The evidence for a question, with what holds of all evidence checked."""
    query = chain.read(question)
    chosen = chooser.choose(query, chain.search(query))
    assert len(chosen.evidence) == len(chosen.hits)
    for item in chosen.evidence:
        assert item.clause.text[item.char_start : item.char_end] == item.quote
        assert item.quote.strip() and item.statement.strip()
        assert item.document == chain.library.document_of(item.clause)
    return chosen


def statements(chain: Chain, chooser: EvidenceChooser, question: str) -> list[str]:
    return [item.statement for item in choose(chain, chooser, question).evidence]


@pytest.mark.parametrize("question", [
    "老年大学学位由哪个部门牵头？", "国家和重庆的老年大学有什么不同？", "重点任务有哪些？", "学员2025年到2030年多多少？", "云上课堂",
    "火星上有几所大学？", "云上课堂每节课多长时间，可以插播广告吗？", "什么是银龄讲师？", "什么时候建成平台？", "？？？",
])
def test_every_quote_is_exact(chain: Chain, chooser: EvidenceChooser, question: str) -> None:
    choose(chain, chooser, question)


def test_nothing_retrieved_gives_no_evidence(chain: Chain, chooser: EvidenceChooser) -> None:
    assert chooser.choose(chain.read("云上课堂"), SearchResult((), ())) == Chosen((), ())


class TestDepartments:
    def test_who_leads_and_supports_is_the_field_of_the_clause(self, chain: Chain, chooser: EvidenceChooser) -> None:
        chosen = choose(chain, chooser, "扩大老年大学学位由哪个部门牵头？")
        assert [item.statement for item in chosen.evidence] == ["扩大老年大学学位由市教委牵头，配合部门是市民政局、市卫生健康委。"]
        assert chosen.evidence[0].quote == "牵头部门：市教委。\n配合部门：市民政局、市卫生健康委。"

    def test_a_clause_that_names_none_takes_no_other_clauses(self, chain: Chain, chooser: EvidenceChooser) -> None:
        assert not any("牵头" in said for said in statements(chain, chooser, "云上课堂每节课时长由谁牵头？"))


class TestRows:
    @pytest.mark.parametrize(("question", "said"), [
        ("办学点覆盖街道比例2025年是多少？", "办学点覆盖街道比例：2025年为81%。"),
        ("2025年和2030年老年大学学员分别是多少万人？", "老年大学学员：2025年为42万人，2030年为70万人。"),
        ("老年大学学员2025年到2030年多多少？", "老年大学学员：2025年为42万人，2030年为70万人，相差28万人。"),
        ("银龄讲师人数2025年和2030年各是多少人？", "银龄讲师人数：2025年没有数据（表中为“—”），2030年为3000人。"),
    ])
    def test_a_row_answers_alone(self, chain: Chain, chooser: EvidenceChooser, question: str, said: str) -> None:
        assert statements(chain, chooser, question) == [said]


class TestSides:
    """A comparison shows one statement a side, each under its document's name, about the same thing."""

    @pytest.mark.parametrize("question", [
        "国家和重庆对每个区县办几所老年大学有什么不同？",
        "国家要求每县办几所老年大学，重庆要求每个区县办几所？",
        "《重庆市老年大学发展规划》和《全国老年教育发展规划纲要》的办学数量有何不同？",
    ])
    def test_one_statement_a_side(self, chain: Chain, chooser: EvidenceChooser, question: str) -> None:
        nation, city = statements(chain, chooser, question)
        assert nation.startswith("《全国老年教育发展规划纲要》：")
        assert city.startswith("《重庆市老年大学发展规划》：")
        assert "2所" in nation and "1所" in city

    def test_the_name_is_no_part_of_the_quote(self, chain: Chain, chooser: EvidenceChooser) -> None:
        for item in choose(chain, chooser, "国家和重庆对每个区县办几所老年大学有什么不同？").evidence:
            assert "《" not in item.quote

    def test_one_side_without_documents_is_answered_as_any_question(self, tmp_path_factory: pytest.TempPathFactory) -> None:
        embedder = BagEmbedding.open()
        library = make_library(tmp_path_factory.mktemp("city"), {"city.txt": CITY}, embedder)
        alone = Chain(library, Retriever(library, embedder))
        own = EvidenceChooser(library, alone.search, alone.retriever.features.inverse_frequency, alone.read)
        said = statements(alone, own, "国家和重庆对每个区县办几所老年大学有什么不同？")
        assert said and not any(text.startswith("《") for text in said)


class TestParts:
    def test_each_part_has_its_statement(self, chain: Chain, chooser: EvidenceChooser) -> None:
        first, second = statements(chain, chooser, "云上课堂每节课多长时间，可以插播广告吗？")
        assert "25分钟" in first and "不得插播任何广告" in second

    def test_parts_may_lie_in_different_clauses(self, chain: Chain, chooser: EvidenceChooser) -> None:
        chosen = choose(chain, chooser, "云上课堂每节课多长时间？银龄讲师到底是指哪些人？")
        assert [item.clause.title for item in chosen.evidence] == ["（三）建设云上课堂", "（二）培育银龄讲师"]

    def test_a_sentence_that_serves_both_parts_is_shown_once(self, chain: Chain, chooser: EvidenceChooser) -> None:
        said = statements(chain, chooser, "按老年人口人均安排多少经费，人均不低于几元？")
        assert sum("5元" in text for text in said) == 1

    def test_a_year_each(self, chain: Chain, chooser: EvidenceChooser) -> None:
        said = statements(chain, chooser, "平台2027年和2029年的建设进度")
        assert said == ["平台2027年建成并免费开放。", "平台用户2029年达到50万人并接入国家平台。"]

    def test_a_sentence_that_names_its_own_year_speaks_of_no_other(self) -> None:
        own = clause("平台2027年建成并免费开放使用。平台用户2029年达到50万人。")
        found = replace(hit(own), passage=passage(own, "50万"))
        assert speaks_of(found, "2029")
        assert not speaks_of(found, "2027")


class TestLists:
    def test_what_a_heading_consists_of_is_its_children(self, chain: Chain, chooser: EvidenceChooser) -> None:
        assert statements(chain, chooser, "重点任务有哪些？") == ["扩大老年大学学位", "培育银龄讲师", "建设云上课堂"]
        assert statements(chain, chooser, "老年教育有哪些保障措施？") == ["加强经费保障", "加强队伍建设"]

    def test_a_heading_not_named_gives_no_children(self, chain: Chain, chooser: EvidenceChooser) -> None:
        assert "扩大老年大学学位" not in statements(chain, chooser, "“四个共同”指哪些？")

    def test_a_heading_asked_for_otherwise_gives_no_children(self, chain: Chain, chooser: EvidenceChooser) -> None:
        assert len(statements(chain, chooser, "重点任务能不能收费？")) <= 2

    def test_a_run_of_as_many_bullets_as_are_asked_for_is_the_list(self, chain: Chain, chooser: EvidenceChooser) -> None:
        assert statements(chain, chooser, "三方面更加是指哪3个更加？") == ["办学网络更加健全", "师资队伍更加稳定", "课程资源更加丰富"]

    def test_a_run_of_another_length_is_not(self, chain: Chain, chooser: EvidenceChooser) -> None:
        assert "办学网络更加健全" not in statements(chain, chooser, "更加是指哪5个方面？")

    def test_a_sentence_that_lists_them_itself_is_enough(self, chain: Chain, chooser: EvidenceChooser) -> None:
        assert statements(chain, chooser, "“四个共同”指哪4个？") == ["坚持“四个共同”：共同规划、共同建设、共同管理、共同分享。"]

    def test_runs_are_neighbours_of_one_kind_under_one_parent(self, chain: Chain) -> None:
        found = runs(chain.library)
        members = [[c.text[:6] for c in run] for listed in found.values() for run in listed]
        assert ["——办学网络", "——师资队伍", "——课程资源"] in members
        for listed in found.values():
            for run in listed:
                assert len(run) >= 3
                assert len({(c.doc_id, c.kind, c.parent_id) for c in run}) == 1


class TestSentences:
    def test_headings_and_whole_clauses_are_never_quoted(self, chain: Chain) -> None:
        result = chain.search(chain.read("云上课堂每节课多长时间？"))
        kept = sentences_of(result)
        assert kept and len(kept) < len(result.passages)
        assert not any(h.features["whole"] or h.clause.kind is ClauseKind.HEADING for h in kept)

    def test_two_statements_never_overlap_and_stay_short(self, chain: Chain, chooser: EvidenceChooser) -> None:
        for question in ("云上课堂", "老年大学", "平台教师由谁担任？", "专职教师要达到多少名？"):
            chosen = choose(chain, chooser, question)
            assert len(chosen.evidence) <= 2
            assert sum(len(item.statement) for item in chosen.evidence) <= 200
            spans = sorted((item.clause.clause_id, item.char_start, item.char_end) for item in chosen.evidence)
            assert all(a[0] != b[0] or a[2] <= b[1] for a, b in pairwise(spans))

    def test_a_reranker_that_is_not_sure_leaves_the_second_out(self, chain: Chain) -> None:
        query = chain.read("云上课堂")
        result = chain.search(query)
        for cross, kept in ((-0.9, 1), (0.5, 2)):
            seen = replace(result, passages=tuple(replace(h, features={**h.features, "cross": cross}) for h in result.passages))
            sure = EvidenceChooser(chain.library, chain.search, chain.retriever.features.inverse_frequency, chain.read, reranked=True)
            assert len(sure.choose(query, seen).evidence) == kept


class TestAlike:
    """What says the same is shown once."""

    def test_the_same_words_are_the_same(self) -> None:
        assert same("新增学位6万个", "到2030年新增学位6万个")
        assert not same("新增学位6万个", "不得插播任何广告")
        assert not same("", "新增学位")

    def test_two_rows_of_a_table_never_are(self) -> None:
        first, second = row({"2030": "70"}, indicator="城区老年大学学员"), row({"2030": "30"}, indicator="乡镇老年大学学员")
        span = Span(0, 1, "老年大学学员：2030年为70万人。")
        assert not alike(hit(first), span, hit(second), span)
        assert alike(hit(first), span, hit(first), span)

    def test_pieces_of_one_clause_overlap_only_where_they_share_characters(self) -> None:
        own = hit(clause("甲乙丙丁戊己庚辛。"))
        left, right = (replace(own, passage=replace(own.passage, char_start=a, char_end=b)) for a, b in ((0, 4), (4, 8)))
        assert not overlaps(left, [right])
        assert overlaps(left, [left])
        assert not overlaps(left, [hit(clause("另一条。"))])


class TestLikeness:
    """How much two passages say the same, which a comparison's sides are matched by."""

    @staticmethod
    def between(library: Library, first: str, second: str) -> float:
        found = [next(p for p in library.passages if words in p.text) for words in (first, second)]
        return library.likeness(*found)

    def test_a_passage_is_most_like_itself(self, chain: Chain) -> None:
        assert self.between(chain.library, "插播", "插播") == pytest.approx(1.0)

    def test_it_has_no_direction(self, chain: Chain) -> None:
        assert self.between(chain.library, "1所", "2所") == pytest.approx(self.between(chain.library, "2所", "1所"))

    def test_the_same_subject_is_more_alike_than_another(self, chain: Chain) -> None:
        near, far = self.between(chain.library, "2所老年大学", "1所老年大学"), self.between(chain.library, "2所老年大学", "插播")
        assert 0 <= far < near <= 1


class TestTwoThingsAtOnce:
    def test_they_are_told_of_alike_and_are_not_the_same(self, chain: Chain) -> None:
        first = sentences_of(chain.search(chain.read("老年大学学员2030年多少？")))
        second = sentences_of(chain.search(chain.read("办点覆盖街道比例2030年多少？")))
        one, other = best_pair(first, second, chain.library)
        assert one.passage != other.passage
        assert one.clause.row is not None and other.clause.row is not None

    def test_a_side_without_hits_leaves_the_other(self, chain: Chain) -> None:
        found = sentences_of(chain.search(chain.read("老年大学学员2030年多少？")))
        assert best_pair(found, [], chain.library) == found[:1]
        assert best_pair([], [], chain.library) == []
