"""The librarian: receives files, has them read in a worker, shows what was read, lets them go live, takes them away and
brings them back. What takes long is a job in the background; who did what is recorded. Knows no page and no command.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.edits import Edit, apply, checked, edit_of, read_edits
from corpus.schema import Document, Problem
from corpus.worker import Limits
from errors import SourceError
from index.build import digest_of
from index.keeping.jobs import Job, JobQueue
from index.keeping.ledger import Action, Held, KeepingError, Ledger, Stage
from index.keeping.preview import Preview
from index.keeping.shelves import Incoming, Shelves
from index.keeping.workbench import Workbench
from index.store import Store

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

Edits = Mapping[str, Mapping[str, Any]]  # doc_id → what somebody typed, by field


@dataclass(frozen=True)
class Shelved:
    """A source as it stands. own: managed here; state: "live", "changed" (the file is newer than the library), "new"
    (not in the library yet). problems: None while it has not been looked at."""

    name: str
    own: bool
    state: str
    documents: tuple[Document, ...]
    clauses: int
    problems: tuple[Problem, ...] | None


class Librarian:
    """One for a data folder; safe for several threads. Every method raises AssistantError; a job in the background keeps
    its own. actor: who does it, "" on a machine without users. most: bytes that an upload may have.
    """

    def __init__(
        self, shelves: Shelves, library_path: Path, open_embedder: Callable[[], BaseEmbedding], *, limits: Limits, most: int,
        on_change: Callable[[], None] = lambda: None, background: bool = True,
    ) -> None:
        self.most = most
        self.ledger = Ledger(shelves.folder / "keeping.db")
        self.queue = JobQueue(background=background)
        self._shelves = shelves
        self._bench = Workbench(shelves, self.ledger, library_path, open_embedder, limits, on_change)

    # -- looking ---------------------------------------------------------------------------------------------

    def held(self) -> list[Held]:
        """Uploads on their way and the bin, latest first."""
        return self.ledger.held()

    def actions(self) -> list[Action]:
        """What was done, latest first."""
        return self.ledger.actions()

    def shelf(self) -> list[Shelved]:
        """Every source, in the order of the index; those not looked at yet are looked at in the background."""
        live, findings = self._shelves.live(), self.ledger.findings()
        documents, known, counts = self._in_library()
        found, unseen = [], []
        for name, path in live.items():
            try:
                digest = digest_of(path)
            except SourceError:
                if not path.exists():
                    continue  # just on its way to the bin
                digest = ""
            own = tuple(document for document in documents if document.source_path == name)
            state = "live" if known.get(name) == digest else "changed" if name in known else "new"
            seen, problems = findings.get(name, (None, ()))
            if seen != digest and digest:
                unseen.append(name)
            clauses = sum(counts.get(document.doc_id, 0) for document in own)
            found.append(Shelved(name, self._shelves.is_own(path), state, own, clauses, problems if seen == digest else None))
        if unseen and not self.queue.busy():
            self.queue.submit("检查文件", unseen[0], lambda job: self._bench.examine(job, unseen), quiet=True)
        return found

    def _in_library(self) -> tuple[list[Document], dict[str, str], dict[str, int]]:
        """(documents, SHA-256 by source, clauses by document), all empty where there is no library yet."""
        if not self._bench.library_path.is_file():
            return [], {}, {}
        with closing(Store(self._bench.library_path)) as store, store.snapshot():
            return store.documents(), store.sources(), store.clause_counts()

    def preview(self, held_id: str) -> Preview:
        """What a held file holds."""
        return self._bench.preview(self.ledger.find(held_id))

    def preview_live(self, name: str) -> Preview:
        """What a source holds, read again, with its edits."""
        path = self._bench.path_of(name)
        return Preview(apply(self._bench.parse(path), read_edits(path)), name)

    def owns(self, name: str) -> bool:
        """Whether a source is managed here."""
        return self._shelves.is_own(self._bench.path_of(name))

    # -- doing -----------------------------------------------------------------------------------------------

    def receive(self, name: str) -> Incoming:
        """A file to write to; accept() what comes of it. Raises SourceError for a name that is not read."""
        return Incoming(self._shelves, self.ledger, name, self.most)

    def accept(self, incoming: Incoming, actor: str, replaces: str = "") -> Held:
        """Hold a received file and have it read. replaces: the source it is a new version of, "" for none."""
        if replaces:
            self._bench.own_path(replaces)
        held = incoming.finish(actor, replaces)
        self.ledger.record(actor, "上传", held.name, f"{replaces} 的新版本" if replaces else "")
        self._read(held)
        return held

    def _read(self, held: Held) -> None:
        self.queue.submit("读取", held.name, lambda job: self._bench.read(job, held), held_id=held.held_id)

    def discard(self, held_id: str, actor: str) -> None:
        """Delete a held file for good."""
        held = self.ledger.find(held_id)
        if held.stage in (Stage.PARSING, Stage.GOING):
            raise KeepingError("这个文件正在处理", held.name, "请等它处理完再删。")
        self.ledger.let_go(held_id)
        self._shelves.clear(held)
        self.ledger.record(actor, "彻底删除" if held.stage is Stage.BIN else "放弃上传", held.name, held.title)

    def publish(self, held_id: str, edits: Edits, actor: str) -> Job:
        """Let an upload go live with these edits by doc_id. Raises SourceError for an edit that is not usable."""
        held = self.ledger.find(held_id)
        if held.stage is not Stage.READY:
            raise KeepingError("这个文件现在不能上线", held.name, "读完、没有问题的文件才能上线；请刷新页面。")
        read = {document.doc_id: edit_of(document) for document in self.preview(held_id).parsed.documents}
        kept = {doc_id: edit for doc_id, edit in _usable(edits).items() if doc_id in read and edit != read[doc_id]}
        self.ledger.advance(held_id, Stage.GOING)
        return self.queue.submit("上线", held.name, lambda job: self._bench.publish(job, held, kept, actor, "上线"), held_id=held_id)

    def restore(self, held_id: str, actor: str) -> Job:
        """Bring a removed document back with its edits; what stands in its place goes to the bin."""
        held = self.ledger.find(held_id)
        if held.stage is not Stage.BIN:
            raise KeepingError("这个文件不在回收站里", held.name, "请刷新页面。")
        return self.queue.submit("恢复", held.name, lambda job: self._bench.publish(job, held, None, actor, "恢复"), held_id=held_id)

    def remove(self, name: str, actor: str) -> Job:
        """Take a document out of the library, into the bin."""
        self._bench.own_path(name)
        return self.queue.submit("移除", name, lambda job: self._bench.remove(job, name, actor))

    def reindex(self, name: str, actor: str) -> Job:
        """Read one document again and put what is read now in the library."""
        self._bench.path_of(name)
        return self.queue.submit("重建索引", name, lambda job: self._bench.reindex(job, name, actor))

    def amend(self, name: str, edits: Edits, actor: str) -> Job:
        """Change what is said of a live source's documents, by doc_id."""
        kept = read_edits(self._bench.own_path(name)) | _usable(edits)
        return self.queue.submit("改信息", name, lambda job: self._bench.reindex(job, name, actor, "改信息", kept))

    def recover(self) -> None:
        """Finish what a crash or a closed window left half done; once, when a server starts."""
        self._shelves.sweep()
        live, known, unsettled = self._shelves.live(), self._in_library()[1], False
        for held in self.held():
            if not self._shelves.place(held).is_file():
                # It went on its way between the move and the commit: the library follows the files below.
                self.ledger.let_go(held.held_id)
                unsettled = True
            elif held.stage in (Stage.RECEIVED, Stage.PARSING):
                self._read(held)
            elif held.stage is Stage.GOING:
                self.ledger.advance(held.held_id, Stage.READY, message="上线时程序关闭了，请再点一次“上线”。")
                unsettled = True
            elif held.stage is Stage.BIN and held.name in known and held.name not in live:
                unsettled = True
        if unsettled:
            self.queue.submit("整理", "资料库", self._bench.settle, quiet=True)


def _usable(edits: Edits) -> dict[str, Edit]:
    return {doc_id: checked(raw) for doc_id, raw in edits.items()}


def open_librarian(settings: Any, *, on_change: Callable[[], None] = lambda: None, background: bool = True) -> Librarian:
    """The librarian of settings' data folder. Raises KeepingError when its records cannot be used."""
    from index.embedders import load_embedder

    chosen = settings.library
    return Librarian(
        Shelves(settings.folder, settings.source_folders), settings.library_path,
        lambda: load_embedder(settings.index.embedder, threads=settings.index.threads),
        limits=Limits(chosen.parse_seconds, chosen.parse_memory * 2**20), most=chosen.upload_limit * 2**20,
        on_change=on_change, background=background,
    )
