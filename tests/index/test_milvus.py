"""The vectors in Milvus: the same retriever, the same answers, changed in place. Against milvus-lite, a real Milvus in a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.chain import open_chain
from assistant.doctor import examine
from errors import LibraryError, SettingsError
from index.build import build
from index.embedders import load_embedder
from index.library import Library, open_library
from index.milvus import MilvusPlace, MilvusVectors
from index.places import place_of
from index.retriever import Retriever
from index.schema import Request
from index.store import Store
from index.tokens import comparable, content_words
from settings import IndexSettings, LibrarySettings, load_settings
from tests.tiny import CITY, TEXTS, Workshop, make_library
from tests.ui.conftest import settings_for

pytest.importorskip("milvus_lite", reason="没有安装 Milvus：pip install -e '.[test]'")
pytest.importorskip("llama_index.vector_stores.milvus", reason="没有安装 Milvus：pip install -e '.[test]'")
QUESTIONS = ("社区学习中心每周开放多少小时？", "夜间课堂每期不超过多少人？", "校车最高车速是多少？", "火星上有几所大学？")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[MilvusPlace]:
    yield MilvusPlace(str(tmp_path / "milvus.db"))
    from milvus_lite.server_manager import server_manager_instance

    server_manager_instance.release_all()


def opened(shop: Workshop, place: MilvusPlace, previous: Library | None = None) -> Library:
    return open_library(shop.store, shop.folder / "cache", previous, place=place)


def held(library: Library) -> set[str]:
    """What Milvus holds."""
    assert isinstance(library.vectors, MilvusVectors)
    return set(library.vectors._listed())


def found(library: Library, embedder: Any, text: str) -> list[tuple[str, float]]:
    request = Request(comparable(text), text, tuple((word,) for word in content_words(text)))
    return [(hit.passage.passage_id, round(hit.score, 3)) for hit in Retriever(library, embedder).search(request).passages]


def test_the_same_rows_as_an_exact_search(place: MilvusPlace) -> None:
    chance = np.random.default_rng(3)
    matrix = chance.normal(size=(300, 16)).astype(np.float32)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    keys = [f"k{row // 2}" for row in range(300)]  # texts that stand twice
    matrix[1::2] = matrix[::2]
    index = place.index(matrix, keys, "model")
    rows, scores = index.search(matrix[7], 20)
    assert set(rows[:2]) == {6, 7} and list(scores) == sorted(scores, reverse=True) and len(rows) == 20
    assert {keys[row] for row in rows} == {keys[row] for row in np.argsort(-(matrix @ matrix[7]), kind="stable")[:20]}
    assert np.allclose(scores, matrix[rows] @ matrix[7])


def test_the_retriever_finds_the_same_and_a_change_touches_only_what_changed(tmp_path: Path, place: MilvusPlace) -> None:
    with Workshop(tmp_path / "shop") as shop:
        shop.build()
        plain, library = open_library(shop.store, shop.folder / "plain"), opened(shop, place)
        for question in QUESTIONS:
            assert found(library, shop.embedder, question) == found(plain, shop.embedder, question)
        before = held(library)
        shop.write("city.txt", CITY.replace("30人", "25人"))
        shop.build()
        added: list[str] = []
        store = library.vectors.store  # type: ignore[attr-defined]
        object.__setattr__(store, "add", lambda nodes, real=store.add: (added.extend(node.node_id for node in nodes), real(nodes))[1])
        later = opened(shop, place, library)
        after = held(later)
        assert set(added) == after - before and 0 < len(added) <= 4 and 0 < len(before - after) <= 4
        assert "25人" in later.passages[later.vectors.search(np.asarray(shop.embedder.get_query_embedding("夜间课堂每期不超过25人"), dtype=np.float32), 1)[0][0]].text


def test_what_milvus_has_lost_is_put_back_and_a_reader_puts_nothing(tmp_path: Path, place: MilvusPlace) -> None:
    with Workshop(tmp_path / "shop") as shop:
        shop.build()
        library = opened(shop, place)
        whole = held(library)
        library.vectors.store.delete_nodes(sorted(whole)[:3])  # type: ignore[attr-defined]
        assert len(held(opened(shop, replace(place, writes=False)))) == len(whole) - 3
        assert held(opened(shop, place)) == whole


def test_two_libraries_on_one_server_leave_each_other_alone(tmp_path: Path, place: MilvusPlace) -> None:
    with Workshop(tmp_path / "one") as one, Workshop(tmp_path / "two", {"city.txt": TEXTS["city.txt"]}) as two:
        one.build()
        two.build()
        first = opened(one, place)
        whole = held(first)
        assert held(opened(two, replace(place, collection="other"))) < whole and held(first) == whole


def test_while_milvus_is_away_the_vectors_at_hand_are_compared(tmp_path: Path, place: MilvusPlace) -> None:
    from pymilvus.exceptions import MilvusException

    class Away:
        def search(self, *_: object, **__: object) -> None:
            raise MilvusException(message="server unavailable")

    with Workshop(tmp_path / "shop") as shop:
        shop.build()
        library = opened(shop, place)
        expected = {question: found(library, shop.embedder, question) for question in QUESTIONS}
        object.__setattr__(library.vectors.store, "_milvusclient", Away())  # type: ignore[attr-defined]
        assert {question: found(library, shop.embedder, question) for question in QUESTIONS} == expected


def test_a_server_that_is_not_there_is_one_message_with_the_remedy() -> None:
    with pytest.raises(LibraryError, match="Milvus 用不了") as refused:
        MilvusPlace("http://127.0.0.1:1").index(np.eye(2, dtype=np.float32), ["a", "b"], "model")
    assert "index.milvus_uri" in refused.value.remedy and "http://127.0.0.1:1" in refused.value.where


@pytest.mark.models
def test_a_setting_chooses_it_for_the_chain_and_the_doctor(tmp_path: Path, place: MilvusPlace) -> None:
    make_library(tmp_path, embedder=load_embedder())
    base = settings_for(tmp_path)
    plain = open_chain(base)
    settings = replace(base, index=IndexSettings(rerank=False, threads=1, vectors="milvus", milvus_uri=place.uri))
    chain = open_chain(settings)
    assert isinstance(chain.library.vectors, MilvusVectors)
    assert [chain.ask(question).text for question in QUESTIONS] == [plain.ask(question).text for question in QUESTIONS]
    with closing(Store(tmp_path / "library.db")) as store:
        (tmp_path / "sources" / "county.txt").write_text(TEXTS["county.txt"].replace("60公里", "45公里"), encoding="utf-8")
        build(store, [tmp_path / "sources"], load_embedder())
    assert "45公里" in open_chain(settings, chain).ask("校车最高车速是多少？").text
    assert next(item for item in examine(settings) if item.name == "资料库").severity == "ok"


def test_the_settings_are_checked_and_the_token_is_hidden() -> None:
    for given, words in (({"WENGUI_INDEX_VECTORS": "redis"}, "index.vectors"), ({"WENGUI_INDEX_VECTORS": "milvus"}, "index.milvus_uri")):
        with pytest.raises(SettingsError, match=words):
            place_of(load_settings(environment=given))
    given = {"WENGUI_INDEX_VECTORS": "milvus", "WENGUI_INDEX_MILVUS_URI": "http://milvus:19530", "WENGUI_INDEX_MILVUS_TOKEN": "planted-token"}
    settings = load_settings(environment=given)
    assert place_of(settings) == MilvusPlace("http://milvus:19530", "planted-token") and "planted-token" not in repr(settings)
    assert "planted-token" not in str(settings.shown())
    assert place_of(replace(settings, library=LibrarySettings(manage=False))) == MilvusPlace("http://milvus:19530", "planted-token", writes=False)
    assert place_of(load_settings(environment={})) is None
