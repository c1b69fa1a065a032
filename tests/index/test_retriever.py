"""The right clause of a tiny library comes first, and only from where it may."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.library import Library
from index.retriever import Retriever, llama_index_retriever, top
from index.schema import Request
from index.tokens import comparable, content_words
from tests.tiny import BagEmbedding, make_library


def to_request(text: str) -> Request:
    return Request(comparable(text), text, tuple((word,) for word in dict.fromkeys(content_words(text))))


@pytest.fixture(scope="module")
def retriever(library: Library) -> Retriever:
    return Retriever(library, BagEmbedding.open())


@pytest.mark.parametrize(("question", "words"), [
    ("校车最高车速是多少", "车速不得超过"),
    ("校车驾驶员培训多少学时", "16学时"),
    ("夜间课堂能收材料费吗", "不得收取材料费"),
    ("什么是银发讲师", "“银发讲师”是指"),
    ("社区学习经费人均多少元", "人均不低于8元"),
    ("社区学习中心每周开放多久", "每周开放不少于40小时"),
])
def test_the_clause_that_answers_comes_first(retriever: Retriever, question: str, words: str) -> None:
    result = retriever.search(to_request(question))
    assert words in result.hits[0].clause.text
    assert words in result.passages[0].passage.text


def test_ranks_count_from_one_and_scores_fall(retriever: Retriever) -> None:
    result = retriever.search(to_request("社区学习中心"), limit=4)
    assert [hit.rank for hit in result.hits] == [1, 2, 3, 4]
    for listed in (result.hits, result.passages):
        assert [item.rank for item in listed] == list(range(1, len(listed) + 1))
        assert all(a.score >= b.score for a, b in pairwise(listed))
    assert len({hit.clause.clause_id for hit in result.hits}) == 4
    for hit in result.hits:
        assert hit.passage.text == hit.clause.text[hit.passage.char_start : hit.passage.char_end]
        assert hit.document.doc_id == hit.clause.doc_id
        assert hit.passage in hit.passages


def test_a_search_confined_to_documents_stays_there(retriever: Retriever, library: Library) -> None:
    for doc_id in library.documents:
        result = retriever.search(to_request("社区学习中心覆盖多少"), doc_ids=[doc_id])
        assert result.hits
        assert {hit.clause.doc_id for hit in result.hits} == {doc_id}
        assert {hit.clause.doc_id for hit in result.passages} == {doc_id}
    assert retriever.search(to_request("社区"), doc_ids=["none"]).hits == ()


def test_words_alone_find_the_clause_without_an_embedder(library: Library) -> None:
    result = Retriever(library, None).search(to_request("校车行驶路线"))
    assert "行驶路线" in result.hits[0].clause.text
    assert result.hits[0].lexical_rank == 1


def test_a_question_no_word_of_which_occurs_still_gives_ranked_hits(retriever: Retriever) -> None:
    assert retriever.search(to_request("火星")).hits
    assert retriever.search(to_request("？？？")).hits


def test_the_second_reader_may_change_the_order(library: Library) -> None:
    class Picky:
        """Likes one clause alone; keeps what it was shown."""

        shown: tuple[str, ...] = ()

        def score(self, question: str, texts: list[str]) -> list[float]:
            self.shown = tuple(texts)
            return [20.0 if "银发讲师" in text else -20.0 for text in texts]

    picky = Picky()
    weights = {"words": 1.0, "cross": 5.0}
    result = Retriever(library, BagEmbedding.open(), reranker=picky, weights=weights).search(to_request("校车驾驶员"))
    assert "银发讲师" in result.hits[0].clause.text
    assert len(picky.shown) > 5
    assert all(a.score >= b.score for a, b in pairwise(result.passages))


@settings(max_examples=20, deadline=None)
@given(st.text(alphabet="社区学习中心校车夜间课堂？2028年多少", min_size=1, max_size=30))
def test_the_same_question_gives_the_same_answer(library_retriever: Retriever, text: str) -> None:
    first, second = (library_retriever.search(to_request(text)) for _ in range(2))
    assert [(h.clause.clause_id, h.score) for h in first.hits] == [(h.clause.clause_id, h.score) for h in second.hits]


@pytest.fixture(scope="module")
def library_retriever(library: Library) -> Retriever:
    return Retriever(library, BagEmbedding.open())


def test_a_library_of_one_sentence_is_searched(tmp_path: Path) -> None:
    library = make_library(tmp_path, {"a.txt": "青岚县夜校办法\n第一条 夜校每学期收费不超过100元。\n"})
    hits = Retriever(library, BagEmbedding.open()).search(to_request("夜校收费")).hits
    assert [hit.clause.text for hit in hits] == ["第一条 夜校每学期收费不超过100元。"]


def test_llama_index_gets_the_same_clauses(retriever: Retriever) -> None:
    from llama_index.core.retrievers import BaseRetriever

    wrapped = llama_index_retriever(lambda text: retriever.search(to_request(text)), limit=3)
    assert isinstance(wrapped, BaseRetriever)
    nodes = wrapped.retrieve("校车驾驶员培训多少学时")
    hits = retriever.search(to_request("校车驾驶员培训多少学时"), limit=3).hits
    assert [node.node.node_id for node in nodes] == [hit.clause.clause_id for hit in hits]
    assert [node.score for node in nodes] == pytest.approx([hit.score for hit in hits])
    assert nodes[0].node.get_content() == hits[0].clause.text
    assert nodes[0].node.metadata["document"] == "青岚县校车管理办法"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([-1.0, 0.0, 0.25, 0.5, 0.75, 1.0]), max_size=30), st.integers(1, 12), st.booleans(), st.integers(0, 3))
def test_the_first_rows_are_those_of_a_whole_sort(scores: list[float], k: int, positive: bool, every: int) -> None:
    array = np.asarray(scores, dtype=np.float32)
    allowed = np.arange(len(scores)) % every == 0 if every else None
    usable = [row for row in range(len(scores)) if allowed is None or allowed[row]]
    expected = [row for row in sorted(usable, key=lambda row: -scores[row])[:k] if not positive or scores[row] > 0]
    assert top(array, k, allowed, positive=positive) == expected
