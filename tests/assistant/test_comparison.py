"""The sides of a comparison stay within the documents that the user chose."""

from __future__ import annotations

import pytest

from assistant.chain import Chain
from assistant.comparison import compares, sides_of
from index.retriever import Retriever
from tests.assistant.test_evidence import CITY, NATION
from tests.tiny import BagEmbedding, make_library

BOTH = "每个区县要办好几所老年大学，国家和重庆的要求有什么不同？"
PARTS = "新增学位多少个，云上课堂每节课多少分钟？"


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Chain:
    embedder = BagEmbedding.open()
    library = make_library(tmp_path_factory.mktemp("plans"), {"city.txt": CITY, "nation.txt": NATION}, embedder)
    return Chain(library, Retriever(library, embedder))


def test_each_level_is_a_side_with_its_own_documents(chain: Chain) -> None:
    query = chain.read(BOTH)
    assert compares(query)
    national, city = sides_of(query, chain.library)
    assert national.doc_ids and city.doc_ids and not set(national.doc_ids) & set(city.doc_ids)


def test_a_side_outside_the_documents_chosen_has_none(chain: Chain) -> None:
    query = chain.read(BOTH)
    national, city = sides_of(query, chain.library)
    confined = sides_of(query, chain.library, city.doc_ids)
    assert [side.doc_ids for side in confined] == [(), city.doc_ids]
    assert [side.text for side in confined] == [national.text, city.text]


@pytest.mark.parametrize("question", [BOTH, PARTS])
def test_a_confined_question_cites_no_other_document(chain: Chain, question: str) -> None:
    for doc_id in chain.library.documents:
        answer = chain.ask(question, doc_ids=(doc_id,))
        assert {item.clause.doc_id for item in answer.evidence} <= {doc_id}
        assert {item.clause.doc_id for item in answer.nearest} <= {doc_id}
