"""library.db: the only truth. Documents, clauses, passages and vectors in one SQLite file (WAL).

FAISS and BM25 files are caches made from it. Every change is one transaction and raises the generation.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from corpus.schema import Clause, ClauseKind, Document, Level, Note, ParsedSource, TableRow
from errors import LibraryError, SourceError
from index.schema import Passage
from index.transactions import Transaction, as_library_errors, damaged

SCHEMA_VERSION = 1
_APPLICATION_ID = 0x57474C42  # "WGLB"
_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE sources (path TEXT PRIMARY KEY, sha256 TEXT NOT NULL, ord INTEGER NOT NULL);
CREATE TABLE documents (doc_id TEXT PRIMARY KEY, source TEXT NOT NULL REFERENCES sources(path) ON DELETE CASCADE,
                        ord INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE clauses (clause_id TEXT PRIMARY KEY, doc_id TEXT NOT NULL REFERENCES documents(doc_id) ON DELETE CASCADE,
                      ord INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE passages (passage_id TEXT PRIMARY KEY, clause_id TEXT NOT NULL REFERENCES clauses(clause_id) ON DELETE CASCADE,
                       ord INTEGER NOT NULL, char_start INTEGER NOT NULL, char_end INTEGER NOT NULL, embed_text TEXT NOT NULL,
                       text_hash TEXT NOT NULL);
CREATE TABLE vectors (text_hash TEXT NOT NULL, model TEXT NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (text_hash, model));
CREATE INDEX clauses_by_document ON clauses(doc_id, ord);
CREATE INDEX passages_by_clause ON passages(clause_id, ord);
"""


def text_hash(text: str) -> str:
    """Identity of an embedded text: an unchanged text is never embedded twice."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


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
            for statement in _SCHEMA.split(";\n"):
                if statement.strip():
                    db.execute(statement)
            db.execute("INSERT INTO meta VALUES ('generation', '0')")
            db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            db.execute(f"PRAGMA application_id = {_APPLICATION_ID}")

    def _check_version(self, version: int) -> None:
        marked = self._connection.execute("PRAGMA application_id").fetchone()[0]
        if marked != _APPLICATION_ID:
            raise LibraryError("这个文件不是问规的资料库", str(self.path), "请检查设置 data.folder，或把它移到别处。")
        if version > SCHEMA_VERSION:
            raise LibraryError(
                f"资料库由更新的版本建立（第 {version} 版，本程序认到第 {SCHEMA_VERSION} 版）", str(self.path),
                "请升级问规；资料库没有改动。",
            )

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
        return [self._decoded(_document, body) for (body,) in rows]

    def clauses(self) -> list[Clause]:
        """All clauses in reading order."""
        rows = self._rows(
            "SELECT c.body FROM clauses c JOIN documents d ON c.doc_id = d.doc_id JOIN sources s ON d.source = s.path "
            "ORDER BY s.ord, d.ord, c.ord"
        )
        return [self._decoded(_clause, body) for (body,) in rows]

    def passages(self, texts: Mapping[str, str]) -> list[Passage]:
        """All passages in clause order. texts: clause_id → clause text, to cut the passages from."""
        rows = self._rows(
            "SELECT p.passage_id, p.clause_id, p.char_start, p.char_end, p.embed_text FROM passages p "
            "JOIN clauses c ON p.clause_id = c.clause_id JOIN documents d ON c.doc_id = d.doc_id "
            "JOIN sources s ON d.source = s.path ORDER BY s.ord, d.ord, c.ord, p.ord"
        )
        return [Passage(pid, cid, texts[cid][a:b], embed, a, b) for pid, cid, a, b, embed in rows]

    def vectors(self, hashes: Sequence[str], model: str) -> dict[str, np.ndarray]:
        """Known vectors by text hash, float32."""
        found: dict[str, np.ndarray] = {}
        for start in range(0, len(hashes), 500):
            chunk = list(hashes[start : start + 500])
            marks = ",".join("?" * len(chunk))
            query = f"SELECT text_hash, vector FROM vectors WHERE model = ? AND text_hash IN ({marks})"
            for key, blob in self._rows(query, [model, *chunk]):
                found[key] = np.frombuffer(blob, dtype=np.float32)
        return found

    # -- writing ---------------------------------------------------------------------------------------------

    def save_vectors(self, vectors: Mapping[str, np.ndarray], model: str) -> None:
        """Keep embedded texts; safe to repeat. Does not raise the generation: nothing searchable changes."""
        with self.transaction() as db:
            db.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)",
                [(key, model, np.asarray(v, dtype=np.float32).tobytes()) for key, v in vectors.items()],
            )

    def replace_source(self, path: str, sha256: str, parsed: ParsedSource, passages: Iterable[Passage]) -> None:
        """Put one source's documents in place of what was there under the same path. One transaction.

        Raises SourceError when another source holds one of the documents already, LibraryError when parsed
        holds one clause twice; the library stays as it was.
        """
        with self.transaction() as db:
            for document in parsed.documents:
                other = db.execute("SELECT source FROM documents WHERE doc_id = ? AND source <> ?", (document.doc_id, path)).fetchone()
                if other:
                    raise SourceError(f"《{document.title}》已经在 {other[0]} 里", path, "同一份文件请只留一个；资料库没有改动。")
            row = db.execute("SELECT ord FROM sources WHERE path = ?", (path,)).fetchone()
            order = row[0] if row else db.execute("SELECT coalesce(max(ord), -1) + 1 FROM sources").fetchone()[0]
            db.execute("DELETE FROM sources WHERE path = ?", (path,))
            db.execute("INSERT INTO sources VALUES (?, ?, ?)", (path, sha256, order))
            for i, document in enumerate(parsed.documents):
                db.execute("INSERT INTO documents VALUES (?, ?, ?, ?)", (document.doc_id, path, i, _dump(document)))
            db.executemany(
                "INSERT INTO clauses VALUES (?, ?, ?, ?)", [(c.clause_id, c.doc_id, c.order, _dump(c)) for c in parsed.clauses]
            )
            db.executemany(
                "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(p.passage_id, p.clause_id, i, p.char_start, p.char_end, p.embed_text, text_hash(p.embed_text))
                 for i, p in enumerate(passages)],
            )
            self._raise_generation(db)

    def remove_source(self, path: str) -> None:
        """Take one source and all that was read from it out. One transaction."""
        with self.transaction() as db:
            db.execute("DELETE FROM sources WHERE path = ?", (path,))
            self._raise_generation(db)

    def drop_vectors(self, model: str) -> None:
        """Forget all vectors of one embedding model."""
        with self.transaction() as db:
            db.execute("DELETE FROM vectors WHERE model = ?", (model,))

    def drop_stale_vectors(self) -> int:
        """Delete vectors no passage uses; the number deleted."""
        with self.transaction() as db:
            return db.execute("DELETE FROM vectors WHERE text_hash NOT IN (SELECT text_hash FROM passages)").rowcount

    @staticmethod
    def _raise_generation(db: sqlite3.Connection) -> None:
        db.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'generation'")


def _dump(value: object) -> str:
    return json.dumps(dataclasses.asdict(value), ensure_ascii=False)  # type: ignore[call-overload]


def _document(body: dict) -> Document:
    body["level"] = Level(body["level"])
    body["aliases"] = tuple(body["aliases"])
    return Document(**body)


def _clause(body: dict) -> Clause:
    body["kind"] = ClauseKind(body["kind"])
    for key in ("heading_path", "lead_departments", "support_departments", "inherited_years"):
        body[key] = tuple(body[key])
    body["notes"] = tuple(Note(**note) for note in body["notes"])
    body["row"] = TableRow(**body["row"]) if body["row"] else None
    return Clause(**body)


def read_only_check(path: Path) -> None:
    """Raise LibraryError when path is no file; used before asking."""
    if not path.is_file():
        raise LibraryError("还没有建立资料库", str(path), "请先运行 python -m index build（make run 会自动做）。")
