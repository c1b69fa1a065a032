"""A library opened on top of its last generation is the library opened anew, and reads only what changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from index import tokens
from index.lexical import LexicalIndex
from index.library import Library, open_library
from index.retriever import Retriever
from index.store import Store
from tests.tiny import CITY, COUNTY, BagEmbedding, Workshop

EVENING = "青岚县夜校办法\n第一条 夜校每学期收费不超过100元，“夜间课堂”另行收费。\n"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workshop]:
    with Workshop(tmp_path) as made:
        made.build()
        yield made


def _same(one: Library, other: Library) -> None:
    assert (one.generation, one.embedder, one.documents, one.names) == (other.generation, other.embedder, other.documents, other.names)
    assert list(one.clauses.items()) == list(other.clauses.items())
    assert one.passages == other.passages and one.rows_of_clause == other.rows_of_clause
    assert np.array_equal(one.matrix, other.matrix)
    assert one.lexical.keys == other.lexical.keys
    for passage in one.passages:
        words = tokens.words(passage.text)
        assert np.allclose(one.lexical.word_scores(words), other.lexical.word_scores(words), atol=1e-5)
        assert np.allclose(one.lexical.bigram_scores(passage.text), other.lexical.bigram_scores(passage.text), atol=1e-5)
        row, _ = one.vectors.search(one.matrix[0], 3)
        assert row.tolist() == other.vectors.search(other.matrix[0], 3)[0].tolist()


def _edit(shop: Workshop, what: str) -> None:
    if what == "changed":
        shop.write("city.txt", CITY.replace("不超过30人", "不超过25人"))
    elif what == "longer":
        shop.write("city.txt", CITY + "（四）开放校园。每所学校每周开放操场不少于20小时。\n")
    elif what == "removed":
        (shop.sources / "county.txt").unlink()
    elif what == "renamed":
        (shop.sources / "city.txt").rename(shop.sources / "zz.txt")
    elif what == "added, with a name others use":
        shop.write("a.txt", EVENING)
    elif what == "nothing":
        shop.write("county.txt", COUNTY)
    shop.build()


@pytest.mark.parametrize("what", ["changed", "longer", "removed", "renamed", "added, with a name others use", "nothing"])
def test_opened_on_the_last_generation_or_on_its_caches_or_anew_it_is_the_same(shop: Workshop, tmp_path: Path, what: str) -> None:
    before = open_library(shop.store, tmp_path / "cache")
    _edit(shop, what)
    warm = open_library(shop.store, tmp_path / "elsewhere", before)
    cold = open_library(shop.store, tmp_path / "cache")
    anew = open_library(shop.store, tmp_path / "empty")
    _same(warm, anew)
    _same(cold, anew)


def test_only_the_changed_source_is_read_and_cut_into_words(shop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = open_library(shop.store, tmp_path / "cache")
    Retriever(before, BagEmbedding.open()).features.inverse_frequency("校车")
    _edit(shop, "changed")
    read, cut = [], []
    plain_read, plain_cut = Store.read_source, tokens.words_of
    monkeypatch.setattr(Store, "read_source", lambda self, path: read.append(path) or plain_read(self, path))
    monkeypatch.setattr(tokens, "words_of", lambda text: cut.append(text) or plain_cut(text))
    after = open_library(shop.store, tmp_path / "cache", before)
    assert read == ["city.txt"]
    assert len(cut) == 1 and "25人" in cut[0]
    kept = [key for key, clause in after.clauses.items() if before.clauses.get(key) is clause]
    assert set(after.folded) == set(kept) and len(kept) > 5


def test_the_last_generation_still_answers_as_before(shop: Workshop, tmp_path: Path) -> None:
    before = open_library(shop.store, tmp_path / "cache")
    texts, scores = [p.text for p in before.passages], before.lexical.word_scores(["夜间", "课堂"]).tolist()
    _edit(shop, "changed")
    open_library(shop.store, tmp_path / "cache", before)
    assert [p.text for p in before.passages] == texts
    assert before.lexical.word_scores(["夜间", "课堂"]).tolist() == scores


def test_another_embedders_library_is_taken_over_in_nothing(shop: Workshop, tmp_path: Path) -> None:
    before = open_library(shop.store, tmp_path / "cache")
    shop.embedder = BagEmbedding.open("bag-other")
    shop.build(rebuild=True)
    after = open_library(shop.store, tmp_path / "cache", before)
    assert after.embedder == "bag-other"
    assert not any(before.clauses[key] is clause for key, clause in after.clauses.items())


def test_vectors_made_anew_are_taken_over_in_nothing(shop: Workshop, tmp_path: Path) -> None:
    before = open_library(shop.store, tmp_path / "cache")
    with shop.store.transaction() as db:
        db.execute("UPDATE vectors SET vector = zeroblob(length(vector))")
    spoilt = open_library(shop.store, tmp_path / "cache")
    shop.build(rebuild=True)
    after = open_library(shop.store, tmp_path / "cache", spoilt)
    assert not spoilt.matrix.any() and np.array_equal(after.matrix, before.matrix)


def test_a_row_kept_is_never_counted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    old = LexicalIndex.build(["校车司机", "夜间课堂"], ["a", "b"])
    monkeypatch.setattr(tokens, "comparable", lambda text: pytest.fail("counted again"))
    assert LexicalIndex.build(["夜间课堂", "夜间课堂", "校车司机"], ["b", "b", "a"], previous=old).rows == 3
