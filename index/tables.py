"""The tables of library.db in SQL, their version, and the way there from each earlier one. No code."""

from __future__ import annotations

from index.migrations import Steps

SCHEMA_VERSION = 2
APPLICATION_ID = 0x57474C42  # "WGLB"
SCHEMA = """
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
CREATE INDEX passages_by_text ON passages(text_hash);
CREATE INDEX documents_by_source ON documents(source, ord);
"""
# What made each version from the one before; version 1 is that of release 0.1.0.
STEPS: Steps = {
    2: ("CREATE INDEX passages_by_text ON passages(text_hash)", "CREATE INDEX documents_by_source ON documents(source, ord)"),
}
