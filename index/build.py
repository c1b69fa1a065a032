"""Source files → library.db → caches. Reads only what changed, embeds only what is new, in one transaction a source."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from corpus.parse import parse_file
from corpus.readers import supported_suffixes
from errors import LibraryError, SourceError
from index.passages import to_passages
from index.schema import Passage
from index.store import Store, text_hash

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

Progress = Callable[[str, int, int], None]  # (stage, done, total)
_BATCH = 16


def silent(stage: str, done: int, total: int) -> None:
    """A Progress that shows nothing."""


@dataclass(frozen=True)
class BuildReport:
    """What a build did. failed: (file, message) of sources that could not be read; their old state is kept."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    failed: tuple[tuple[str, str], ...]
    embedded: int
    clauses: int
    passages: int


def source_files(folders: Sequence[Path]) -> list[Path]:
    """The readable source files under folders, sorted by name; SOURCES.md and README files are not documents."""
    found: list[Path] = []
    for folder in folders:
        if folder.is_dir():
            found.extend(
                p for p in sorted(folder.iterdir())
                if p.suffix.lower() in supported_suffixes() and not p.name.upper().startswith(("SOURCES", "README"))
            )
    return found


def check_embedder(store: Store, model: str) -> None:
    """Raise LibraryError when the library was built with another embedding model."""
    built = store.meta("embedder")
    if built is not None and built != model:
        raise LibraryError(
            f"资料库是用向量模型 {built} 建立的，现在的设置是 {model}", str(store.path),
            "请改回原设置，或运行 python -m index build --rebuild 用新模型重建。",
        )


def build(
    store: Store, folders: Sequence[Path], embedder: BaseEmbedding, *, rebuild: bool = False, progress: Progress = silent
) -> BuildReport:
    """Bring the library up to date with the files in folders.

    Raises LibraryError when no document can be read at all or the embedder differs (unless rebuild).
    """
    if not rebuild:
        check_embedder(store, embedder.model_name)
    files = source_files(folders)
    known = store.sources()
    # Paths are kept by name, so that a library moves with its folder.
    present = {path.name: path for path in files}
    added, unchanged, failed = [], [], []
    embedded = 0
    for number, (name, path) in enumerate(present.items()):
        progress("读取文件", number, len(present))
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if known.get(name) == digest and not rebuild:
            unchanged.append(name)
            continue
        try:
            parsed = parse_file(path)
        except SourceError as error:
            failed.append((name, error.message))
            continue
        documents = {document.doc_id: document for document in parsed.documents}
        passages = [p for clause in parsed.clauses for p in to_passages(clause, documents[clause.doc_id])]
        embedded += _embed(store, passages, embedder, progress)
        store.replace_source(name, digest, parsed, passages)
        added.append(name)
    progress("读取文件", len(present), len(present))
    removed = [name for name in known if name not in present]
    for name in removed:
        store.remove_source(name)
    if not store.sources():
        raise LibraryError("没有可用的文件", "、".join(map(str, folders)), failed[0][1] if failed else "请放入 txt、md、html、docx 或 PDF 文件后再建立索引。")
    if store.meta("embedder") != embedder.model_name:
        store.set_meta("embedder", embedder.model_name)
    clauses = store.clauses()
    count = len(store.passages({clause.clause_id: clause.text for clause in clauses}))
    return BuildReport(tuple(added), tuple(removed), tuple(unchanged), tuple(failed), embedded, len(clauses), count)


def _embed(store: Store, passages: Sequence[Passage], embedder: BaseEmbedding, progress: Progress) -> int:
    """Embed the passages whose text has no vector yet; vectors are saved as they come. Returns how many."""
    texts = {text_hash(p.embed_text): p.embed_text for p in passages}
    known = store.vectors(list(texts), embedder.model_name)
    # Like lengths together: a batch is as slow as its longest text.
    todo = sorted((key for key in texts if key not in known), key=lambda key: len(texts[key]))
    for start in range(0, len(todo), _BATCH):
        batch = todo[start : start + _BATCH]
        vectors = embedder.get_text_embedding_batch([texts[key] for key in batch])
        store.save_vectors({k: np.asarray(v, dtype=np.float32) for k, v in zip(batch, vectors, strict=True)}, embedder.model_name)
        progress("计算向量", min(start + _BATCH, len(todo)), len(todo))
    return len(todo)


def is_stale(store: Store, folders: Sequence[Path]) -> bool:
    """Whether files were added, changed or removed since the last build."""
    present = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in source_files(folders)}
    return present != store.sources()
