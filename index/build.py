"""Source files → library.db → caches. Reads only what changed, embeds only what is new, in one transaction a source."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from corpus.edits import apply, beside, read_edits
from corpus.parse import parse_file
from corpus.readers import supported_suffixes
from corpus.schema import ParsedSource
from errors import LibraryError, SourceError
from index.passages import to_passages
from index.schema import Passage
from index.store import Store, text_hash

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

Progress = Callable[[str, int, int], None]  # (stage, done, total)
Parse = Callable[[Path], ParsedSource]  # raises SourceError
_BATCH = 16
CUT_VERSION = 7  # raise it when clauses or passages come out differently from the same file


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
    store: Store, folders: Sequence[Path], embedder: BaseEmbedding, *, rebuild: bool = False, progress: Progress = silent,
    parse: Parse = parse_file,
) -> BuildReport:
    """Bring the library up to date with the files in folders. parse: how a file is read (corpus.worker.parse_confined
    reads it in a process of its own).

    Raises LibraryError when no document can be read at all or the embedder differs (unless rebuild).
    """
    model = embedder.model_name
    done: set[str] = set()
    embedded = 0
    # The same model once more: its vectors are what is to be repaired. Those an interrupted change of model left are good.
    repair = rebuild and store.meta("embedder") == model
    if not rebuild:
        check_embedder(store, model)
    elif store.meta("embedder") not in (None, model):
        # Search goes on with the old model's vectors until every passage has one of the new.
        embedded += len(_embed(store, store.texts_without_vector(model), embedder, progress, done))
        store.switch_embedder(model)
    known = store.sources()
    present, failed = _by_name(source_files(folders))
    removed = [name for name in known if name not in present]
    if not present and known:
        raise LibraryError("文件夹里没有可用的文件，资料库没有改动", "、".join(map(str, folders)), "请检查文件夹；要清空资料库，请删除 library.db。")
    added, unchanged = [], []
    for number, (name, path) in enumerate(present.items()):
        progress("读取文件", number, len(present))
        try:
            digest = digest_of(path)
            if known.get(name) == digest and not rebuild:
                unchanged.append(name)
                continue
            before = len(done)
            prepare_source(store, path, embedder, progress, parse=parse, done=done, again=repair).put(store, name, gone=removed)
            embedded += len(done) - before
            added.append(name)
        except SourceError as error:
            failed.append((name, error.message))
    for name in set(removed) & set(store.sources()):
        store.remove_source(name)
    progress("读取文件", len(present), len(present))
    if not store.sources():
        remedy = failed[0][1] if failed else "请放入 txt、md、html、docx 或 PDF 文件后再建立索引。"
        raise LibraryError("没有可用的文件", "、".join(map(str, folders)), remedy)
    # Also the passages of a source that failed now and was kept, should they have lost their vectors.
    embedded += len(_embed(store, store.texts_without_vector(model), embedder, progress, done))
    store.drop_stale_vectors()
    if repair:
        store.set_meta("repaired", str(store.generation))
    clauses, passages = store.counts()
    return BuildReport(tuple(added), tuple(removed), tuple(unchanged), tuple(failed), embedded, clauses, passages)


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


def digest_of(path: Path) -> str:
    """SHA-256 of a file, of its edits and of how it is cut: a new way of cutting makes every file new. Raises SourceError
    when it cannot be read."""
    edits = beside(path)
    try:
        edited = edits.read_bytes() if edits.is_file() else b""
        return hashlib.sha256(f"cut {CUT_VERSION}\n".encode() + path.read_bytes() + edited).hexdigest()
    except OSError as error:
        raise SourceError("打不开这个文件", str(path), f"请检查文件和权限（{error.strerror}）。") from error


@dataclass(frozen=True)
class Prepared:
    """A source read and embedded, ready to be put in the library. digest: of the file it was read from."""

    digest: str
    parsed: ParsedSource
    passages: tuple[Passage, ...]
    vectors: Mapping[str, np.ndarray]
    model: str

    def put(self, store: Store, name: str, *, gone: Collection[str] = (), instead_of: Collection[str] = ()) -> None:
        """Put it in the library under name, in one transaction; see Store.replace_source for what it raises."""
        store.replace_source(
            name, self.digest, self.parsed, self.passages, self.vectors, model=self.model, gone=gone, instead_of=instead_of,
        )


def prepare_source(
    store: Store, path: Path, embedder: BaseEmbedding, progress: Progress = silent, *, parse: Parse = parse_file,
    done: set[str] | None = None, again: bool = False,
) -> Prepared:
    """Read and embed one source, its edits applied; search notices nothing of it. done: hashes of the texts embedded so
    far, added to; again: embed also what has a vector. Raises SourceError."""
    done = set() if done is None else done
    digest = digest_of(path)
    parsed = apply(parse(path), read_edits(path))
    documents = {document.doc_id: document for document in parsed.documents}
    passages = tuple(p for clause in parsed.clauses for p in to_passages(clause, documents[clause.doc_id]))
    texts = {text_hash(p.embed_text): p.embed_text for p in passages}
    known = {key: vector for key, vector in store.vectors(list(texts), embedder.model_name).items() if not again or key in done}
    made = _embed(store, {key: text for key, text in texts.items() if key not in known}, embedder, progress, done)
    return Prepared(digest, parsed, passages, known | made, embedder.model_name)


def _embed(store: Store, texts: dict[str, str], embedder: BaseEmbedding, progress: Progress, done: set[str]) -> dict[str, np.ndarray]:
    """The vectors of texts (by hash), saved as they come so that a build broken off resumes; done: added to."""
    # Like lengths together: a batch is as slow as its longest text.
    todo = sorted(texts, key=lambda key: len(texts[key]))
    made: dict[str, np.ndarray] = {}
    for start in range(0, len(todo), _BATCH):
        batch = todo[start : start + _BATCH]
        vectors = embedder.get_text_embedding_batch([texts[key] for key in batch])
        fresh = {key: np.asarray(vector, dtype=np.float32) for key, vector in zip(batch, vectors, strict=True)}
        store.save_vectors(fresh, embedder.model_name)
        made |= fresh
        done.update(fresh)
        progress("计算向量", min(start + _BATCH, len(todo)), len(todo))
    return made


def is_stale(store: Store, folders: Sequence[Path]) -> bool:
    """Whether files were added, changed or removed since the last build."""
    present, _ = _by_name(source_files(folders))
    known = store.sources()
    if set(present) != set(known):
        return True
    try:
        return any(digest_of(path) != known[name] for name, path in present.items())
    except SourceError:
        return True
