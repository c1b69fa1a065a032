"""The shipped reranker and its encoding."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tokenizers import Tokenizer
from tokenizers.models import Unigram
from tokenizers.pre_tokenizers import Metaspace

from index.rerank import Reranker, RerankerUnavailable, load_reranker
from index.rerank.encoding import encode_pairs

ROW = "基础教育公平优质行动方案 · 综合｜儿童青少年总体近视率（%） 2023年 49.97 2027年 ≤47.5"
OTHERS = (
    "基础教育公平优质行动方案 · 综合｜专门学校数（所） 2023年 5 2027年 12",
    "高等教育突破跃升行动方案 · 推动产学研深度融合｜牵头部门：市教委",
    "教育强国建设规划纲要 · 总体要求｜坚持教育优先发展，全面贯彻党的教育方针。",
)


def tiny_tokenizer() -> Tokenizer:
    pieces = ["<s>", "<pad>", "</s>", "<unk>", "▁", "近视", "率", "多少", "降", "到"]
    tokenizer = Tokenizer(Unigram([(piece, -float(i)) for i, piece in enumerate(pieces)], unk_id=3))
    tokenizer.pre_tokenizer = Metaspace(split=False)
    return tokenizer


def test_both_sides_are_laid_out_and_repeats_marked() -> None:
    (pair,) = encode_pairs(tiny_tokenizer(), "近视率多少", ["近视降到"])
    assert pair.ids == (0, 4, 5, 6, 7, 2, 2, 4, 5, 8, 9, 2)
    assert pair.types == (0, 0, 2, 0, 0, 0, 3, 3, 5, 3, 3, 3)


def test_a_long_text_is_cut_to_the_bound() -> None:
    (pair,) = encode_pairs(tiny_tokenizer(), "近视率" * 200, ["降到" * 500], max_tokens=100)
    assert len(pair.ids) == len(pair.types) == 100


def test_a_missing_file_is_named_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(RerankerUnavailable, match=r"model\.onnx.*请"):
        load_reranker(tmp_path)


def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("model.onnx", "tokenizer.json"):
        (tmp_path / name).write_bytes(b"")
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(RerankerUnavailable, match="onnxruntime"):
        load_reranker(tmp_path)


def test_a_broken_file_is_reported(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    for name in ("model.onnx", "tokenizer.json"):
        (tmp_path / name).write_bytes(b"not a model")
    with pytest.raises(RerankerUnavailable, match="无法读取"):
        load_reranker(tmp_path)


@pytest.mark.models
def test_the_row_that_answers_comes_first_and_above_zero() -> None:
    reranker = load_reranker()
    assert isinstance(reranker, Reranker)
    scores = reranker.score("娃儿的近视率2027年要压到多少", [*OTHERS, ROW])
    assert scores[-1] == max(scores)
    assert scores[-1] > 0 > max(scores[:-1])


@pytest.mark.models
def test_scores_do_not_depend_on_company_and_keep_the_order_given() -> None:
    reranker = load_reranker()
    together = reranker.score("近视率是多少", [ROW, *OTHERS])
    alone = [reranker.score("近视率是多少", [text])[0] for text in (ROW, *OTHERS)]
    assert together == pytest.approx(alone, abs=0.3)


@pytest.mark.models
def test_no_texts_give_no_scores() -> None:
    assert load_reranker().score("近视率是多少", []) == []
