"""Drafts repaired, dropped and marked sentence by sentence; questions of which a part alone is answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.batch import to_record
from assistant.chain import Chain
from assistant.compose import without_missing_note
from assistant.schema import Status
from errors import ModelError
from tests.assistant.scripted_model import check, open_base, with_model

pytestmark = pytest.mark.models
ASKED = "夜间课堂每期最多多少人？"


@pytest.fixture(scope="module")
def base(data_folder: Path) -> Chain:
    return open_base(data_folder)


class TestRepair:
    """A sentence that fails is handed back once; what still fails goes."""

    def test_a_sentence_that_fails_is_asked_for_once_more_with_the_reason(self, base: Chain) -> None:
        chain, model = with_model(base, "夜间课堂每期不超过50人。[1]夜间课堂不得收取材料费。[1]", "夜间课堂每期不超过30人。[1]")
        answer = chain.ask(ASKED)
        check(answer)
        assert answer.text == "夜间课堂每期不超过30人。[1]夜间课堂不得收取材料费。[1]"
        assert answer.source == "model"
        assert [claim.verdict for claim in answer.claims] == ["repaired", "supported"]
        assert len(model.calls) == 2
        assert "夜间课堂每期不超过50人。（原文没有“50人”" in model.calls[1]
        assert "不得收取材料费" not in model.calls[1].split("核对不上的句子")[1]

    def test_a_sentence_that_fails_twice_is_dropped_where_the_rest_can_stand(self, base: Chain) -> None:
        chain, model = with_model(base, "夜间课堂每期不超过30人。[1]全市已开设夜间课堂二百个。[1]", "全市已有夜间课堂二百个。[1]")
        answer = chain.ask(ASKED)
        check(answer)
        assert answer.text == "夜间课堂每期不超过30人。[1]"
        assert (answer.source, len(model.calls)) == ("model", 2)

    def test_a_model_that_fails_when_asked_again_leaves_the_excerpt(self, base: Chain) -> None:
        chain, _ = with_model(base, "夜间课堂每期不超过50人。[1]", ModelError("模型服务出错（500）", "本机", "请稍后再问。", retryable=True))
        answer = chain.ask(ASKED)
        check(answer)
        assert (answer.text, answer.source) == (base.ask(ASKED).text, "excerpt")

    def test_each_sentence_marks_the_words_that_bear_it(self, base: Chain) -> None:
        chain, _ = with_model(base, "夜间课堂每期不超过30人。[1]夜间课堂由市总工会牵头。[1]")
        answer = chain.ask(ASKED)
        check(answer)
        assert answer.text == "夜间课堂每期不超过30人。[1]夜间课堂由市总工会牵头。[2]"
        assert [citation.label for citation in answer.citations] == [1, 2]
        assert answer.citations[0].quote == "夜间课堂每期不超过30人，不得收取材料费。"
        assert answer.citations[1].quote == "牵头部门：市总工会。"


TWO_PARTS = "夜间课堂每期最多多少人，2040年火星学校的名单是什么？"


class TestPartial:
    """A part that the documents do not answer is said to be missing beside the one that they do."""

    def test_the_answered_part_is_cited_and_the_other_named(self, base: Chain) -> None:
        answer = base.ask(TWO_PARTS)
        check(answer)
        assert answer.status is Status.PARTIAL
        assert not answer.refused
        assert "不超过30人" in answer.text
        assert answer.text.count("没有找到“") == 1
        assert "火星学校的名单" in answer.text.split("没有找到“")[1]
        assert {c.doc_title[:4] for c in answer.citations} == {"重庆市社"}
        assert to_record(1, answer)["status"] == "partial"
        assert without_missing_note(answer.text) == answer.text.split("没有找到“")[0]

    def test_a_model_words_the_answered_part_alone(self, base: Chain) -> None:
        chain, model = with_model(base, "夜间课堂每期不超过30人。[1]")
        answer = chain.ask(TWO_PARTS)
        check(answer)
        assert "火星" not in model.calls[0]
        assert (answer.source, answer.status) == ("model", Status.PARTIAL)
        assert answer.text.startswith("夜间课堂每期不超过30人。[1]没有找到“")

    def test_the_parts_keep_to_the_documents_asked_for(self, base: Chain) -> None:
        county = next(d.doc_id for d in base.library.documents.values() if "校车" in d.title)
        answer = base.ask(TWO_PARTS, doc_ids=[county])
        assert answer.status is not Status.PARTIAL
        assert {citation.doc_title for citation in answer.citations} <= {"青岚县校车管理办法"}

    @pytest.mark.parametrize("question", ["夜间课堂每期最多多少人，由谁牵头？", "2040年火星学校的名单是什么，月球大学有几所？", ASKED])
    def test_all_or_nothing_is_not_partial(self, base: Chain, question: str) -> None:
        assert base.ask(question).status is not Status.PARTIAL
