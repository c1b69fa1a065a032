"""An open library: documents, clauses, passages and the two search indexes, all of one generation.

FAISS and BM25 files are caches with a stamp (generation, model, checksum); a cache that does not fit is
rebuilt from library.db without a word to the user.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np

from corpus.schema import Clause, Document
from errors import LibraryError
from index import tokens
from index.lexical import LexicalIndex
from index.schema import Passage
from index.store import Store, text_hash
from index.tables import SCHEMA_VERSION
from index.vectors import VectorIndex

log = logging.getLogger(__name__)
CACHE_FORMAT = 2
_ABANDONED = 3600  # seconds


@dataclass(frozen=True)
class Library:
    """Row i of both indexes is passages[i]."""

    generation: int
    embedder: str
    documents: dict[str, Document]
    clauses: dict[str, Clause]
    passages: tuple[Passage, ...]
    matrix: np.ndarray
    vectors: VectorIndex
    lexical: LexicalIndex
    rows_of_clause: dict[str, tuple[int, ...]]

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


def open_library(store: Store, cache_folder: Path) -> Library:
    """The library as it stands. Raises LibraryError when it is empty or a vector is missing."""
    with store.snapshot():
        generation = store.generation
        documents = {document.doc_id: document for document in store.documents()}
        clauses = {clause.clause_id: clause for clause in store.clauses()}
        passages = store.passages({key: clause.text for key, clause in clauses.items()})
        model = store.meta("embedder")
        hashes = [text_hash(p.embed_text) for p in passages]
        known = store.vectors(sorted(set(hashes)), model or "")
    if not passages or model is None:
        raise LibraryError("资料库还是空的", str(store.path), "请先运行 python -m index build。")
    missing = sum(1 for key in hashes if key not in known)
    if missing:
        raise LibraryError(f"资料库缺 {missing} 段的向量", str(store.path), "请运行 python -m index build 补上。")
    if len({known[key].shape for key in hashes}) > 1:
        raise LibraryError("资料库里的向量长短不一", str(store.path), "请运行 python -m index build --rebuild 重算。")
    tokens.learn(names_in(clauses.values()))
    matrix = np.stack([known[key] for key in hashes])
    stamp = {
        "format": CACHE_FORMAT, "schema": SCHEMA_VERSION, "generation": generation, "embedder": model, "rows": len(passages),
        "lexicon": _lexicon_digest(), "content": hashlib.sha256("".join(hashes).encode()).hexdigest(),
    }
    vectors, lexical = _load_caches(cache_folder, stamp, matrix.shape[1]) or _make_caches(cache_folder, stamp, matrix, passages)
    rows: dict[str, list[int]] = {}
    for row, passage in enumerate(passages):
        rows.setdefault(passage.clause_id, []).append(row)
    return Library(
        generation, model, documents, clauses, tuple(passages), matrix, vectors, lexical, {k: tuple(v) for k, v in rows.items()}
    )


def _lexicon_digest() -> str:
    """What the segmenter's own word lists hold: other words make other tokens."""
    digest = hashlib.sha256()
    for name in ("words.tsv", "agencies.tsv", "stopwords.txt"):
        digest.update(files("corpus.lexicon").joinpath(name).read_bytes())
    return digest.hexdigest()


_QUOTED = re.compile(r"[“《]([\u4e00-\u9fff]{2,8})[”》]")


def names_in(clauses: Iterable[Clause]) -> set[str]:
    """The names documents themselves set apart: what stands in quotation marks, and short indicator names."""
    names: set[str] = set()
    for clause in clauses:
        names.update(_QUOTED.findall(clause.text))
        if clause.row is not None and len(clause.row.indicator) <= 6:
            names.add(clause.row.indicator)
    return names


def checksums(folder: Path) -> dict[str, str]:
    """Relative path → SHA-256 of every cache file but the stamp."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "stamp.json"
    }


def _load_caches(folder: Path, stamp: dict, dimension: int) -> tuple[VectorIndex, LexicalIndex] | None:
    """The caches when their stamp and checksums fit, else None."""
    try:
        written = json.loads((folder / "stamp.json").read_text(encoding="utf-8"))
        if not isinstance(written, dict) or written.get("stamp") != stamp or written.get("files") != checksums(folder):
            return None
        loaded = VectorIndex.load(folder / "vectors.faiss", stamp["rows"], dimension), LexicalIndex.load(folder / "bm25", stamp["rows"])
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


def _make_caches(folder: Path, stamp: dict, matrix: np.ndarray, passages: list[Passage]) -> tuple[VectorIndex, LexicalIndex]:
    """Indexes made from the library, written beside a stamp where the folder can be written."""
    vectors = VectorIndex.build(matrix)
    lexical = LexicalIndex.build([p.embed_text for p in passages])
    fresh: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        sweep(folder.parent, ".cache-*", ".old-*")
        fresh = Path(tempfile.mkdtemp(prefix=".cache-", dir=folder.parent))
        vectors.save(fresh / "vectors.faiss")
        lexical.save(fresh / "bm25")
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
    return vectors, lexical
