"""BM25 by words and by bigrams."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

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
