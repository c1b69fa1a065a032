"""An open library: documents, clauses, passages and the two search indexes, all of one generation.

FAISS and BM25 files are caches with a stamp (generation, model, checksum); a cache that does not fit is
rebuilt from library.db without a word to the user.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import Protocol

import numpy as np

from corpus.schema import Clause, Document
from errors import LibraryError
from index import tokens
from index.lexical import LexicalIndex
from index.parts import Part, read_parts, rows_naming
from index.schema import Passage
from index.store import Store
from index.tables import SCHEMA_VERSION
from index.vectors import VectorIndex

log = logging.getLogger(__name__)
CACHE_FORMAT = 3
_NAMES = "names.json"
_ABANDONED = 3600  # seconds


class Vectors(Protocol):
    """Row number → vector. search() returns (rows, scores), best first."""

    def search(self, vector: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """The k rows nearest to vector by inner product, and their scores; fewer where fewer are found."""
        ...


class Place(Protocol):
    """Where vectors are kept but in FAISS files (index/milvus.py)."""

    def index(self, matrix: np.ndarray, keys: Sequence[str], made_by: str, previous: object = None) -> Vectors:
        """The index of a library. Raises LibraryError when the place cannot be reached."""
        ...


@dataclass(frozen=True)
class Library:
    """Row i of both indexes is passages[i]. parts: the same by source; names: what the texts set apart as names;
    folded: clause_id → comparable text with title and headings, filled as it is needed;
    repaired: which time the vectors of unchanged texts were made anew, None for never."""

    generation: int
    embedder: str
    documents: dict[str, Document]
    clauses: dict[str, Clause]
    passages: tuple[Passage, ...]
    matrix: np.ndarray
    vectors: Vectors
    lexical: LexicalIndex
    rows_of_clause: dict[str, tuple[int, ...]]
    parts: tuple[Part, ...] = ()
    names: frozenset[str] = frozenset()
    folded: dict[str, str] = field(default_factory=dict)
    repaired: str | None = None

    def document_of(self, clause: Clause) -> Document:
        """The document a clause belongs to."""
        return self.documents[clause.doc_id]

    def likeness(self, first: Passage, second: Passage) -> float:
        """How much two passages say the same, about 0..1: half the centred cosine, half the shared bigrams."""
        a, b = self.matrix[self._row(first)], self.matrix[self._row(second)]
        cosine = (float(a @ b) - 0.82) / 0.15
        left, right = set(tokens.bigrams(first.text)), set(tokens.bigrams(second.text))
        shared = len(left & right) / max(1, min(len(left), len(right)))
        return 0.5 * max(0.0, min(1.0, cosine)) + 0.5 * shared

    def _row(self, passage: Passage) -> int:
        return next(row for row in self.rows_of_clause[passage.clause_id] if self.passages[row].passage_id == passage.passage_id)


def open_library(store: Store, cache_folder: Path, previous: Library | None = None, *, place: Place | None = None) -> Library:
    """The library as it stands. Raises LibraryError when it is empty or a vector is missing.

    previous: the same library of an earlier generation; what it holds of sources that did not change is taken over, so
    that one changed document costs little in a library of thousands. place: where its vectors are searched, None for FAISS.
    """
    with store.snapshot():
        generation, model, repaired = store.generation, store.meta("embedder"), store.meta("repaired")
        documents = {document.doc_id: document for document in store.documents()}
        usable = previous is not None and (previous.embedder, previous.repaired) == (model, repaired)
        kept = {part.path: part for part in previous.parts} if previous and usable else {}
        parts = read_parts(store, model or "", kept)
    passages = tuple(passage for part in parts for passage in part.passages)
    if not passages or model is None:
        raise LibraryError("资料库还是空的", str(store.path), "请先运行 python -m index build。")
    matrix = np.concatenate([part.vectors for part in parts if part.passages])
    names = frozenset().union(*(part.names for part in parts))
    tokens.learn(names)
    keys = [key for part in parts for key in part.keys]
    stamp = {
        "format": CACHE_FORMAT, "schema": SCHEMA_VERSION, "generation": generation, "embedder": model, "rows": len(passages),
        "lexicon": _lexicon_digest(), "content": hashlib.sha256("".join(keys).encode()).hexdigest(),
    }
    if place is not None:
        stamp["vectors"] = "elsewhere"
    made = _load_caches(cache_folder, stamp, matrix.shape[1])
    if made is None:
        vectors = VectorIndex.build(matrix) if place is None else None
        base = (previous.lexical, previous.names) if kept and previous else _stale_lexical(cache_folder, stamp)
        renewed = rows_naming(names - base[1], passages) if base else []
        lexical = LexicalIndex.build([p.embed_text for p in passages], keys, previous=base[0] if base else None, renewed=renewed)
        made = vectors, lexical
        _write_caches(cache_folder, stamp, vectors, lexical, names)
    if place is not None:
        made = place.index(matrix, keys, f"{model} {repaired}", previous.vectors if previous else None), made[1]
    rows: dict[str, list[int]] = {}
    for row, passage in enumerate(passages):
        rows.setdefault(passage.clause_id, []).append(row)
    clauses = {clause.clause_id: clause for part in parts for clause in part.clauses}
    folded = {key: text for key, text in previous.folded.items() if clauses.get(key) is previous.clauses[key]} if kept and previous else {}
    return Library(
        generation, model, documents, clauses, passages, matrix, *made, {k: tuple(v) for k, v in rows.items()}, _on(matrix, parts), names, folded, repaired
    )


def _on(matrix: np.ndarray, parts: list[Part]) -> tuple[Part, ...]:
    """The parts with their vectors as views of the matrix, so that they are held once."""
    placed, start = [], 0
    for part in parts:
        placed.append(replace(part, vectors=matrix[start : start + len(part.passages)]))
        start += len(part.passages)
    return tuple(placed)


def _lexicon_digest() -> str:
    """What the segmenter's own word lists hold: other words make other tokens."""
    digest = hashlib.sha256()
    for name in ("words.tsv", "agencies.tsv", "stopwords.txt"):
        digest.update(files("corpus.lexicon").joinpath(name).read_bytes())
    return digest.hexdigest()


def checksums(folder: Path) -> dict[str, str]:
    """Relative path → SHA-256 of every cache file but the stamp."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "stamp.json"
    }


def _load_caches(folder: Path, stamp: dict, dimension: int) -> tuple[VectorIndex | None, LexicalIndex] | None:
    """The caches when their stamp and checksums fit, else None. Vectors that are elsewhere are not among them."""
    try:
        written = json.loads((folder / "stamp.json").read_text(encoding="utf-8"))
        if not isinstance(written, dict) or written.get("stamp") != stamp or written.get("files") != checksums(folder):
            return None
        vectors = None if "vectors" in stamp else VectorIndex.load(folder / "vectors.faiss", stamp["rows"], dimension)
        loaded = vectors, LexicalIndex.load(folder / "bm25", stamp["rows"])
        # Another process may have put its own in their place while these were read.
        return loaded if json.loads((folder / "stamp.json").read_text(encoding="utf-8")) == written else None
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        log.info("cache in %s is not usable (%s); rebuilding it", folder, type(error).__name__)
        return None


def sweep(folder: Path, *patterns: str) -> None:
    """Take away what processes killed while they wrote have left in a folder; what is younger may still be written."""
    for pattern in patterns:
        for path in folder.glob(pattern):
            if time.time() - path.stat().st_mtime > _ABANDONED:
                shutil.rmtree(path, ignore_errors=True)


def _stale_lexical(folder: Path, stamp: dict) -> tuple[LexicalIndex, frozenset[str]] | None:
    """The word index of an earlier generation and the names it knew, where its rows can serve again."""
    try:
        written = json.loads((folder / "stamp.json").read_text(encoding="utf-8"))
        same = all(written["stamp"][key] == stamp[key] for key in ("format", "schema", "lexicon"))
        if not same or written["files"] != checksums(folder):
            return None
        names = json.loads((folder / _NAMES).read_text(encoding="utf-8"))
        tokens.learn(names)
        return LexicalIndex.load(folder / "bm25", written["stamp"]["rows"]), frozenset(names)
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.info("cache in %s cannot serve again (%s)", folder, type(error).__name__)
        return None


def _write_caches(folder: Path, stamp: dict, vectors: VectorIndex | None, lexical: LexicalIndex, names: frozenset[str]) -> None:
    """Write the indexes beside a stamp, where the folder can be written."""
    fresh: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        sweep(folder.parent, ".cache-*", ".old-*")
        fresh = Path(tempfile.mkdtemp(prefix=".cache-", dir=folder.parent))
        if vectors is not None:
            vectors.save(fresh / "vectors.faiss")
        lexical.save(fresh / "bm25")
        (fresh / _NAMES).write_text(json.dumps(sorted(names), ensure_ascii=False), encoding="utf-8")
        (fresh / "stamp.json").write_text(json.dumps({"stamp": stamp, "files": checksums(fresh)}), encoding="utf-8")
        if folder.exists():
            old = Path(tempfile.mkdtemp(prefix=".old-", dir=folder.parent)) / "cache"
            os.replace(folder, old)
            shutil.rmtree(old.parent, ignore_errors=True)
        os.replace(fresh, folder)
    except (OSError, RuntimeError) as error:
        # A read-only folder or a full disk costs a rebuild at the next start, nothing else. FAISS raises RuntimeError.
        log.warning("cannot write the cache in %s: %s", folder, error)
        if fresh is not None:
            shutil.rmtree(fresh, ignore_errors=True)
