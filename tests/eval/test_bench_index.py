"""The benches of one edit and of large indexes measure what they say they measure."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from eval.__main__ import main
from eval.bench import made, scale


def test_an_edit_embeds_one_sentence_and_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "incremental", "--clauses", "600", "--edits", "2", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["clauses"] >= 600 and [edit["embedded"] for edit in shown["edits"]] == [1, 1]
    assert shown["median"] > 0 and all(edit["build"] > 0 and edit["refresh"] > 0 for edit in shown["edits"])


def test_a_size_is_built_saved_loaded_and_searched(tmp_path: Path) -> None:
    built, exact = scale._build(tmp_path, 400, 6)
    searched = scale._search(tmp_path, 400, 6)
    assert exact and searched.recall == (1.0, 1.0)
    assert built.files_mib > 0 and searched.p95 >= searched.p50 > 0
    shown = scale.table([scale.Size(400, exact, built, searched)])
    assert "400 段（逐一比较）" in shown and "召回@10 1.000" in shown


def test_the_vectors_made_are_of_length_one_and_lie_as_the_models_do() -> None:
    matrix = scale.vectors(2000)
    assert np.allclose(np.linalg.norm(matrix, axis=1), 1, atol=1e-5)
    cosines = (matrix[:1000] @ matrix[1000:].T).ravel()
    assert 0.75 < cosines.mean() < 0.85 and cosines.max() > 0.9


def test_made_documents_differ_only_in_the_code_of_their_revision() -> None:
    first, second = made.document(3, 0).splitlines(), made.document(3, 1).splitlines()
    assert first[:-1] == second[:-1] and made.code(3, 1) in second[-1] and made.code(3, 1) not in first[-1]
    vectors = [made.HashEmbedding().get_text_embedding(text) for text in (first[1], first[2], "全无关系")]
    assert np.dot(vectors[0], vectors[1]) > np.dot(vectors[0], vectors[2])
