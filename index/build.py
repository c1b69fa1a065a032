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
CUT_VERSION = 6  # raise it when clauses or passages come out differently from the same file


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
    elif store.meta("embedder") == embedder.model_name:
        # The same model once more: its vectors are what is to be repaired. After a change of model, those an
        # interrupted rebuild left are good.
        store.drop_vectors(embedder.model_name)
    known = store.sources()
    present, failed = _by_name(source_files(folders))
    removed = [name for name in known if name not in present]
    if not present and known:
        raise LibraryError("文件夹里没有可用的文件，资料库没有改动", "、".join(map(str, folders)), "请检查文件夹；要清空资料库，请删除 library.db。")
    # First, so that a renamed file does not meet its old self.
    for name in removed:
        store.remove_source(name)
    added, unchanged = [], []
    embedded = 0
    for number, (name, path) in enumerate(present.items()):
        progress("读取文件", number, len(present))
        try:
            digest = _digest(path)
            if known.get(name) == digest and not rebuild:
                unchanged.append(name)
                continue
            embedded += _add(store, name, path, digest, embedder, progress)
            added.append(name)
        except SourceError as error:
            failed.append((name, error.message))
    progress("读取文件", len(present), len(present))
    if not store.sources():
        remedy = failed[0][1] if failed else "请放入 txt、md、html、docx 或 PDF 文件后再建立索引。"
        raise LibraryError("没有可用的文件", "、".join(map(str, folders)), remedy)
    passages = store.passages({clause.clause_id: clause.text for clause in store.clauses()})
    # Also the passages of a source that failed now and was kept: they have no vectors of a new model yet.
    embedded += _embed(store, passages, embedder, progress)
    if store.meta("embedder") != embedder.model_name:
        store.set_meta("embedder", embedder.model_name)
    store.drop_stale_vectors()
    return BuildReport(
        tuple(added), tuple(removed), tuple(unchanged), tuple(failed), embedded, len(store.clauses()), len(passages)
    )


def _by_name(files: Sequence[Path]) -> tuple[dict[str, Path], list[tuple[str, str]]]:
    """Files by name (so that a library moves with its folder), and those left out because the name is taken."""
    present: dict[str, Path] = {}
    clashes: list[tuple[str, str]] = []
    for path in files:
        if path.name in present:
            clashes.append((str(path), f"已有同名文件（{present[path.name]}）。 请改名后再建立索引。"))
        else:
            present[path.name] = path
    return present, clashes


def _digest(path: Path) -> str:
    """SHA-256 of a file and of how it is cut: a new way of cutting makes every file new. Raises SourceError
    when it cannot be read."""
    try:
        return hashlib.sha256(f"cut {CUT_VERSION}\n".encode() + path.read_bytes()).hexdigest()
    except OSError as error:
        raise SourceError("打不开这个文件", str(path), f"请检查文件和权限（{error.strerror}）。") from error


def _add(store: Store, name: str, path: Path, digest: str, embedder: BaseEmbedding, progress: Progress) -> int:
    """Read, embed and store one source. Returns how many texts were embedded; raises SourceError."""
    parsed = parse_file(path)
    documents = {document.doc_id: document for document in parsed.documents}
    passages = [p for clause in parsed.clauses for p in to_passages(clause, documents[clause.doc_id])]
    embedded = _embed(store, passages, embedder, progress)
    store.replace_source(name, digest, parsed, passages)
    return embedded


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
    present, _ = _by_name(source_files(folders))
    known = store.sources()
    if set(present) != set(known):
        return True
    try:
        return any(_digest(path) != known[name] for name, path in present.items())
    except SourceError:
        return True
