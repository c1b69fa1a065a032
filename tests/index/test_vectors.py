"""The FAISS index against a plain matrix product."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.vectors import VectorIndex

MATRIX = np.array([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]], dtype=np.float32)


def test_the_nearest_rows_come_first_with_their_cosines() -> None:
    rows, scores = VectorIndex.build(MATRIX).search(np.array([0.8, 0.6], dtype=np.float32), 2)
    assert rows.tolist() == [1, 0]
    assert scores.tolist() == pytest.approx([0.96, 0.8])


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 40), st.integers(1, 8), st.integers(1, 60), st.integers(0, 2**31))
def test_search_agrees_with_the_matrix_product(count: int, dimension: int, k: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    matrix = random.normal(size=(count, dimension)).astype(np.float32)
    query = random.normal(size=dimension).astype(np.float32)
    rows, scores = VectorIndex.build(matrix).search(query, k)
    exact = np.sort(matrix @ query)[::-1][:k]
    assert len(rows) == len(set(rows.tolist())) == min(k, count)
    assert np.allclose(scores, exact, atol=1e-4)


def test_no_rows_give_no_hits() -> None:
    rows, scores = VectorIndex.build(np.zeros((0, 2), dtype=np.float32)).search(MATRIX[0], 5)
    assert rows.size == scores.size == 0


def test_a_saved_index_is_read_back_and_a_wrong_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "v.faiss"
    VectorIndex.build(MATRIX).save(path)
    assert VectorIndex.load(path, 3, 2).search(MATRIX[2], 1)[0].tolist() == [2]
    for rows, dimension in ((4, 2), (3, 5)):
        with pytest.raises(ValueError, match="expected"):
            VectorIndex.load(path, rows, dimension)


def _crowd(rows: int = 4000, dimension: int = 32) -> np.ndarray:
    """Vectors in a few hundred groups, as passages on a few hundred subjects are."""
    chance = np.random.default_rng(3)
    made = chance.normal(size=(rows // 20, dimension))[chance.integers(0, rows // 20, rows)] + 0.6 * chance.normal(size=(rows, dimension))
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def graph() -> VectorIndex:
    return VectorIndex.build(_crowd(), exact=1000)


def test_many_rows_are_searched_without_comparing_all_and_nearly_nothing_is_missed(graph: VectorIndex) -> None:
    matrix, found = _crowd(), []
    assert not graph.is_exact and VectorIndex.build(matrix).is_exact
    questions = np.random.default_rng(4).normal(size=(50, 32)).astype(np.float32)
    for question in questions / np.linalg.norm(questions, axis=1, keepdims=True):
        rows, scores = graph.search(question, 50)
        assert scores.tolist() == pytest.approx((matrix[rows] @ question).tolist(), abs=1e-5), "scores are exact"
        assert (np.diff(scores) <= 0).all()
        found.append(len(set(rows.tolist()) & set(np.argsort(-(matrix @ question))[:50].tolist())) / 50)
    assert np.mean(found) >= 0.98


def test_a_saved_graph_walks_as_far_and_a_wrong_one_is_refused(graph: VectorIndex, tmp_path: Path) -> None:
    graph.save(tmp_path / "v.faiss")
    again = VectorIndex.load(tmp_path / "v.faiss", 4000, 32)
    question = _crowd()[17]
    assert again.search(question, 20)[0].tolist() == graph.search(question, 20)[0].tolist()
    np.save(tmp_path / "v.npy", _crowd(1000))
    with pytest.raises(ValueError, match="expected 4000"):
        VectorIndex.load(tmp_path / "v.faiss", 4000, 32)
    (tmp_path / "v.npy").unlink()
    with pytest.raises(OSError):
        VectorIndex.load(tmp_path / "v.faiss", 4000, 32)
