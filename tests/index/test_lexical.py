"""BM25 by words and by bigrams."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import tokens
from index.lexical import LexicalIndex

TEXTS = ["校车司机每年培训", "夜间课堂开放", "夜间课堂夜间课堂收费标准公示", "……"]


def test_scores_are_lucenes_bm25_worked_out_by_hand() -> None:
    """Words alone in their texts, so that the parts are plain: df, tf, length."""
    index = LexicalIndex.build(["苹果", "苹果 苹果 香蕉", "香蕉"])
    k1, b, lengths = 1.2, 0.6, [1, 3, 1]
    mean = sum(lengths) / 3
    idf = math.log(1 + (3 - 2 + 0.5) / (2 + 0.5))

    def expected(tf: int, length: int) -> float:
        return idf * tf / (tf + k1 * (1 - b + b * length / mean))

    assert index.word_scores(["苹果"]).tolist() == pytest.approx([expected(1, 1), expected(2, 3), 0.0], rel=1e-4)


def test_rows_with_the_words_score_and_others_do_not() -> None:
    index = LexicalIndex.build(TEXTS)
    words, grams = index.word_scores(["夜间", "课堂"]), index.bigram_scores("夜间课堂")
    for scores in (words, grams):
        assert scores.shape == (4,)
        assert scores[0] == scores[3] == 0
        assert scores[1] > 0
        assert scores[2] > 0


def test_unknown_words_and_empty_queries_score_nothing() -> None:
    index = LexicalIndex.build(TEXTS)
    assert not index.word_scores(["火星"]).any()
    assert not index.word_scores([]).any()
    assert not index.bigram_scores("").any()
    assert index.word_scores(["火星", "收费"]).argmax() == 2


def test_no_rows_give_no_scores() -> None:
    assert LexicalIndex.build([]).word_scores(["夜间"]).shape == (0,)


def test_a_saved_index_scores_the_same(tmp_path: Path) -> None:
    index = LexicalIndex.build(TEXTS)
    index.save(tmp_path)
    again = LexicalIndex.load(tmp_path, len(TEXTS))
    assert np.array_equal(index.word_scores(["培训"]), again.word_scores(["培训"]))
    assert np.array_equal(index.bigram_scores("培训"), again.bigram_scores("培训"))


def _every_score(index: LexicalIndex) -> list[list[float]]:
    return [index.word_scores(tokens.words(text)).tolist() for text in MANY] + [index.bigram_scores(text).tolist() for text in MANY]


MANY = ["校车司机每年培训", "夜间课堂开放", "夜间课堂夜间课堂收费标准公示", "……", "A级 5.5% 校车", "培训学校开放日", "夜间课堂开放"]


def test_the_scores_are_those_of_bm25s_own_indexing() -> None:
    import bm25s

    for tokenize, scores in ((tokens.words, "word_scores"), (tokens.bigrams, "bigram_scores")):
        peer = bm25s.BM25(method="lucene", k1=1.2, b=0.6)
        peer.index([tokenize(text) or ["∅"] for text in MANY], show_progress=False)
        index = LexicalIndex.build(MANY)
        for text in MANY:
            known = [token for token in tokenize(text) if token in peer.vocab_dict]
            expected = peer.get_scores(known) if known else np.zeros(len(MANY))
            mine = getattr(index, scores)(tokenize(text) if scores == "word_scores" else text)
            assert mine.tolist() == pytest.approx(expected.tolist(), rel=1e-5, abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 6), max_size=9), st.lists(st.integers(0, 6), max_size=9))
def test_an_index_made_from_another_is_as_one_made_anew(before: list[int], after: list[int]) -> None:
    def texts(rows: list[int]) -> tuple[list[str], list[str]]:
        return [MANY[row] for row in rows], [f"k{row}" for row in rows]

    old = LexicalIndex.build(*texts(before))
    grown, anew = LexicalIndex.build(*texts(after), previous=old), LexicalIndex.build(*texts(after))
    assert np.allclose(_every_score(grown), _every_score(anew), atol=1e-6)
    assert grown.keys == anew.keys


def test_only_new_and_renewed_rows_are_cut_into_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    keys = [str(row) for row in range(len(MANY))]
    LexicalIndex.build(MANY, keys).save(tmp_path)
    seen: list[str] = []
    plain = tokens.words_of
    monkeypatch.setattr(tokens, "words_of", lambda text: seen.append(text) or plain(text))
    old = LexicalIndex.load(tmp_path, len(MANY))
    LexicalIndex.build([*MANY[1:], "新的一条"], [*keys[1:], "new"], previous=old, renewed=[3])
    assert seen == [tokens.comparable(MANY[4]), "新的一条"]
