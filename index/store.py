"""library.db: the only truth. Documents, clauses, passages and vectors in one SQLite file (WAL).

FAISS and BM25 files are caches made from it. Every change is one transaction and raises the generation.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from corpus.schema import Clause, Document, ParsedSource
from errors import LibraryError, SourceError
from index import records
from index.migrations import migrate
from index.schema import Passage
from index.tables import APPLICATION_ID, SCHEMA, SCHEMA_VERSION, STEPS
from index.transactions import Transaction, as_library_errors, damaged

_WITHOUT_VECTOR = "FROM passages p WHERE NOT EXISTS (SELECT 1 FROM vectors v WHERE v.text_hash = p.text_hash AND v.model = ?)"


def text_hash(text: str) -> str:
    """Identity of an embedded text: an unchanged text is never embedded twice."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _vector_rows(vectors: Mapping[str, np.ndarray], model: str) -> list[tuple[str, str, bytes]]:
    return [(key, model, np.asarray(vector, dtype=np.float32).tobytes()) for key, vector in vectors.items()]


class Store:
    """One library.db. Reading methods return plain values; writing ones are one transaction each."""

    def __init__(self, path: Path) -> None:
        """Open or create path. Raises LibraryError when it is no library of this version, damaged or out of reach."""
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LibraryError("建不了资料文件夹", str(path.parent), f"请检查设置 data.folder 和权限（{error.strerror}）。") from error
        new = not path.exists()
        with as_library_errors(path):
            self._connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
            self._connection.execute("PRAGMA foreign_keys = ON")
            version = self._connection.execute("PRAGMA user_version").fetchone()[0]
            tables = self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if new or (version == 0 and tables == 0):
                self._create()
            else:
                self._check_version(version)
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")

    def _create(self) -> None:
        with self.transaction() as db:
            for statement in SCHEMA.split(";\n"):
                if statement.strip():
                    db.execute(statement)
            db.execute("INSERT INTO meta VALUES ('generation', '0')")
            db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")

    def _check_version(self, version: int) -> None:
        marked = self._connection.execute("PRAGMA application_id").fetchone()[0]
        if marked != APPLICATION_ID:
            raise LibraryError("这个文件不是问规的资料库", str(self.path), "请检查设置 data.folder，或把它移到别处。")
        if version > SCHEMA_VERSION:
            raise LibraryError(
                f"资料库由更新的版本建立（第 {version} 版，本程序认到第 {SCHEMA_VERSION} 版）", str(self.path),
                "请升级问规；资料库没有改动。",
            )
        if version < SCHEMA_VERSION:
            with self.transaction() as db:
                migrate(db, STEPS, SCHEMA_VERSION)

    def close(self) -> None:
        """Close the file; unfinished transactions are rolled back by SQLite."""
        self._connection.close()

    def transaction(self) -> Transaction:
        """A context manager: everything inside happens, or nothing."""
        return Transaction(self._connection, self.path)

    def snapshot(self) -> Transaction:
        """A context manager: everything read inside is of one moment, whatever another process writes."""
        return Transaction(self._connection, self.path, "DEFERRED")

    def _rows(self, query: str, values: Sequence[object] = ()) -> list[tuple]:
        """All rows of a query. Raises LibraryError when the file turns out to be damaged."""
        with as_library_errors(self.path):
            return self._connection.execute(query, values).fetchall()

    def _decoded(self, make: Callable[[dict], Any], body: str) -> Any:
        try:
            return make(json.loads(body))
        except (ValueError, TypeError, KeyError) as error:
            raise damaged(str(self.path), error) from error

    # -- reading ---------------------------------------------------------------------------------------------

    @property
    def generation(self) -> int:
        """Raised by one with every change."""
        return int(self.meta("generation") or 0)

    def meta(self, key: str) -> str | None:
        """A value of the meta table, None if absent."""
        rows = self._rows("SELECT value FROM meta WHERE key = ?", (key,))
        return rows[0][0] if rows else None

    def set_meta(self, key: str, value: str) -> None:
        """Write a value of the meta table."""
        with self.transaction() as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def sources(self) -> dict[str, str]:
        """Source path → SHA-256 of the file it was read from."""
        return dict(self._rows("SELECT path, sha256 FROM sources ORDER BY ord"))

    def documents(self) -> list[Document]:
        """All documents in order."""
        rows = self._rows("SELECT d.body FROM documents d JOIN sources s ON d.source = s.path ORDER BY s.ord, d.ord")
        return [self._decoded(records.document, body) for (body,) in rows]

    def clauses(self) -> list[Clause]:
        """All clauses in reading order."""
        rows = self._rows(
            "SELECT c.body FROM clauses c JOIN documents d ON c.doc_id = d.doc_id JOIN sources s ON d.source = s.path "
            "ORDER BY s.ord, d.ord, c.ord"
        )
        return [self._decoded(records.clause, body) for (body,) in rows]

    def passages(self, texts: Mapping[str, str]) -> list[Passage]:
        """All passages in clause order. texts: clause_id → clause text, to cut the passages from."""
        rows = self._rows(
            "SELECT p.passage_id, p.clause_id, p.char_start, p.char_end, p.embed_text FROM passages p "
            "JOIN clauses c ON p.clause_id = c.clause_id JOIN documents d ON c.doc_id = d.doc_id "
            "JOIN sources s ON d.source = s.path ORDER BY s.ord, d.ord, c.ord, p.ord"
        )
        return [Passage(pid, cid, texts[cid][a:b], embed, a, b) for pid, cid, a, b, embed in rows]

    def read_source(self, path: str) -> tuple[list[Clause], list[Passage], list[str]]:
        """One source's clauses and passages in reading order, and each passage's text hash."""
        bodies = self._rows("SELECT c.body FROM documents d JOIN clauses c ON c.doc_id = d.doc_id WHERE d.source = ? ORDER BY d.ord, c.ord", (path,))
        clauses = [self._decoded(records.clause, body) for (body,) in bodies]
        texts = {clause.clause_id: clause.text for clause in clauses}
        rows = self._rows(
            "SELECT p.passage_id, p.clause_id, p.char_start, p.char_end, p.embed_text, p.text_hash FROM documents d "
            "JOIN clauses c ON c.doc_id = d.doc_id JOIN passages p ON p.clause_id = c.clause_id WHERE d.source = ? ORDER BY d.ord, c.ord, p.ord",
            (path,),
        )
        return clauses, [Passage(pid, cid, texts[cid][a:b], embed, a, b) for pid, cid, a, b, embed, _ in rows], [row[5] for row in rows]

    def vectors(self, hashes: Sequence[str], model: str) -> dict[str, np.ndarray]:
        """Known vectors by text hash, float32."""
        found: dict[str, np.ndarray] = {}
        for start in range(0, len(hashes), 500):
            chunk = list(hashes[start : start + 500])
            marks = ",".join("?" * len(chunk))
            query = f"SELECT text_hash, vector FROM vectors WHERE model = ? AND text_hash IN ({marks})"  # nosec B608: question marks
            for key, blob in self._rows(query, [model, *chunk]):
                found[key] = np.frombuffer(blob, dtype=np.float32)
        return found

    def counts(self) -> tuple[int, int]:
        """How many clauses and passages there are."""
        return tuple(self._rows("SELECT (SELECT count(*) FROM clauses), (SELECT count(*) FROM passages)")[0])

    def clause_counts(self) -> dict[str, int]:
        """doc_id → how many clauses it has."""
        return dict(self._rows("SELECT doc_id, count(*) FROM clauses GROUP BY doc_id"))

    def texts_without_vector(self, model: str) -> dict[str, str]:
        """Texts of passages that have no vector of a model, by their hash."""
        return dict(self._rows(f"SELECT p.text_hash, p.embed_text {_WITHOUT_VECTOR}", (model,)))

    # -- writing ---------------------------------------------------------------------------------------------

    def save_vectors(self, vectors: Mapping[str, np.ndarray], model: str) -> None:
        """Keep embedded texts; safe to repeat. Does not raise the generation: nothing searchable changes."""
        with self.transaction() as db:
            db.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", _vector_rows(vectors, model)
            )

    def replace_source(
        self, path: str, sha256: str, parsed: ParsedSource, passages: Iterable[Passage], vectors: Mapping[str, np.ndarray] | None = None,
        *, model: str = "", gone: Collection[str] = (), instead_of: Collection[str] = (),
    ) -> None:
        """Put one source's documents, and the vectors of its passages, in place of what was there. One transaction.

        model: the embedder of the vectors, which an empty library takes as its own. gone: sources whose files are no
        more; one of them that holds a document of this source (a file renamed) makes way for it. instead_of: sources
        that this one replaces, whatever they hold.
        Raises SourceError when another source holds one of the documents already, LibraryError when parsed
        holds one clause twice or the library has another embedder by now; the library stays as it was.
        """
        with self.transaction() as db:
            for replaced in instead_of:
                if replaced != path:
                    self._remove(db, replaced)
            for document in parsed.documents:
                other = db.execute("SELECT source FROM documents WHERE doc_id = ? AND source <> ?", (document.doc_id, path)).fetchone()
                if other and other[0] in gone:
                    self._remove(db, other[0])
                elif other:
                    raise SourceError(f"《{document.title}》已经在 {other[0]} 里", path, "同一份文件请只留一个；资料库没有改动。")
            row = db.execute("SELECT ord FROM sources WHERE path = ?", (path,)).fetchone()
            order = row[0] if row else db.execute("SELECT coalesce(max(ord), -1) + 1 FROM sources").fetchone()[0]
            before = self._texts_of(db, path)
            db.execute("DELETE FROM sources WHERE path = ?", (path,))
            db.execute("INSERT INTO sources VALUES (?, ?, ?)", (path, sha256, order))
            for i, document in enumerate(parsed.documents):
                db.execute("INSERT INTO documents VALUES (?, ?, ?, ?)", (document.doc_id, path, i, records.dump(document)))
            db.executemany(
                "INSERT INTO clauses VALUES (?, ?, ?, ?)", [(c.clause_id, c.doc_id, c.order, records.dump(c)) for c in parsed.clauses]
            )
            db.executemany(
                "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(p.passage_id, p.clause_id, i, p.char_start, p.char_end, p.embed_text, text_hash(p.embed_text))
                 for i, p in enumerate(passages)],
            )
            self._add_vectors(db, vectors or {}, model)
            self._drop_unused(db, before)
            self._raise_generation(db)

    def remove_source(self, path: str) -> None:
        """Take one source and all that was read from it out. One transaction."""
        with self.transaction() as db:
            self._remove(db, path)
            self._raise_generation(db)

    def switch_embedder(self, model: str) -> None:
        """Search with the vectors of another model from now on; those of all others go. One transaction.

        Raises LibraryError when a passage has no vector of that model.
        """
        with self.transaction() as db:
            missing = db.execute(f"SELECT count(*) {_WITHOUT_VECTOR}", (model,)).fetchone()[0]
            if missing:
                raise LibraryError(f"还有 {missing} 段没有 {model} 的向量", str(self.path), "请再运行 python -m index build --rebuild。")
            db.execute("INSERT OR REPLACE INTO meta VALUES ('embedder', ?)", (model,))
            db.execute("DELETE FROM vectors WHERE model <> ?", (model,))
            self._raise_generation(db)

    def drop_stale_vectors(self) -> int:
        """Delete vectors no passage uses; the number deleted."""
        with self.transaction() as db:
            return db.execute("DELETE FROM vectors WHERE text_hash NOT IN (SELECT text_hash FROM passages)").rowcount

    def _add_vectors(self, db: sqlite3.Connection, vectors: Mapping[str, np.ndarray], model: str) -> None:
        if not vectors:
            return
        db.execute("INSERT OR IGNORE INTO meta VALUES ('embedder', ?)", (model,))
        built = db.execute("SELECT value FROM meta WHERE key = 'embedder'").fetchone()[0]
        if built != model:
            raise LibraryError(f"资料库已改用向量模型 {built}", str(self.path), "另一个程序刚刚换了模型，请再运行一次。")
        db.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?, ?)", _vector_rows(vectors, model))

    def _remove(self, db: sqlite3.Connection, path: str) -> None:
        before = self._texts_of(db, path)
        db.execute("DELETE FROM sources WHERE path = ?", (path,))
        self._drop_unused(db, before)

    @staticmethod
    def _texts_of(db: sqlite3.Connection, path: str) -> list[tuple[str]]:
        return db.execute(
            "SELECT p.text_hash FROM passages p JOIN clauses c ON p.clause_id = c.clause_id JOIN documents d ON c.doc_id = d.doc_id "
            "WHERE d.source = ?", (path,)
        ).fetchall()

    @staticmethod
    def _drop_unused(db: sqlite3.Connection, hashes: Iterable[tuple[str]]) -> None:
        """Forget the vectors of those texts that no passage holds any more."""
        db.executemany(
            "DELETE FROM vectors WHERE text_hash = ?1 AND NOT EXISTS (SELECT 1 FROM passages WHERE text_hash = ?1)", hashes
        )

    @staticmethod
    def _raise_generation(db: sqlite3.Connection) -> None:
        db.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'generation'")


def read_only_check(path: Path) -> None:
    """Raise LibraryError when path is no file; used before asking."""
    if not path.is_file():
        raise LibraryError("还没有建立资料库", str(path), "请先运行 python -m index build（make run 会自动做）。")
