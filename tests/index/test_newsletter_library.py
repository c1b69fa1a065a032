"""The newsletter as built by make test: what must hold of every passage of a whole library. Nothing is embedded here."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from index.passages import is_searchable, quotable_end
from index.store import Store, text_hash
from index.tables import SCHEMA_VERSION

LIBRARY = Path(__file__).resolve().parents[2] / "var" / "library.db"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    if not LIBRARY.is_file():
        pytest.skip("var/library.db is not built; make test builds it")
    copy = tmp_path_factory.mktemp("newsletter") / "library.db"
    with closing(sqlite3.connect(f"file:{LIBRARY}?mode=ro", uri=True)) as source, closing(sqlite3.connect(copy)) as target:
        if source.execute("PRAGMA user_version").fetchone()[0] != SCHEMA_VERSION:
            pytest.skip("var/library.db is of another version")
        source.backup(target)
    made = Store(copy)
    if made.meta("embedder") is None:
        pytest.skip("var/library.db is not finished")
    yield made
    made.close()


def test_every_passage_is_its_span_and_every_clause_is_covered(store: Store) -> None:
    clauses = {clause.clause_id: clause for clause in store.clauses()}
    passages = store.passages({key: clause.text for key, clause in clauses.items()})
    covered: dict[str, set[int]] = {}
    for passage in passages:
        clause = clauses[passage.clause_id]
        assert 0 <= passage.char_start < passage.char_end <= len(clause.text)
        assert passage.text == clause.text[passage.char_start : passage.char_end]
        covered.setdefault(clause.clause_id, set()).update(range(passage.char_start, passage.char_end))
    for clause in clauses.values():
        if is_searchable(clause):
            bare = {i for i in range(quotable_end(clause)) if not clause.text[i].isspace()}
            assert bare <= covered.get(clause.clause_id, set()), clause.text


def test_every_passage_has_a_unit_vector(store: Store) -> None:
    clauses = {clause.clause_id: clause.text for clause in store.clauses()}
    hashes = sorted({text_hash(passage.embed_text) for passage in store.passages(clauses)})
    known = store.vectors(hashes, store.meta("embedder") or "")
    if len(known) < len(hashes):
        pytest.skip("var/library.db is being built")
    matrix = np.stack([known[key] for key in hashes])
    assert np.allclose(np.linalg.norm(matrix, axis=1), 1.0, atol=1e-2)


def test_clauses_belong_to_documents_in_order(store: Store) -> None:
    documents, clauses = store.documents(), store.clauses()
    assert len({d.doc_id for d in documents}) == len(documents) > 0
    for document in documents:
        orders = [clause.order for clause in clauses if clause.doc_id == document.doc_id]
        assert orders == sorted(set(orders)), document.title
