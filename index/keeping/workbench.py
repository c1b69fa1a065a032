"""What the librarian's jobs do: read, publish, remove, read again, examine, settle. Each runs alone, in the queue.

The files are the truth and library.db follows them: a step moves the file first and commits the library after, and moves
it back where that fails.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.edits import Edit, write_edits
from corpus.schema import Document, ParsedSource, Problem
from corpus.worker import Limits, parse_confined
from errors import AssistantError, LibraryError
from index.build import Prepared, build, check_embedder, digest_of, prepare_source
from index.keeping.jobs import Job
from index.keeping.ledger import Held, KeepingError, Ledger, Stage
from index.keeping.preview import Preview, keep_parsed, kept_parsed, preview_of, with_problems
from index.keeping.shelves import Shelves
from index.store import Store

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding


class Workbench:
    """Holds what the jobs work with. Every method raises AssistantError.

    open_embedder: the model that the library is built with, opened when first needed. on_change: called when there is a
    new generation to search. actor: who does it, "" on a machine without users.
    """

    def __init__(
        self, shelves: Shelves, ledger: Ledger, library_path: Path, open_embedder: Callable[[], BaseEmbedding], limits: Limits,
        on_change: Callable[[], None],
    ) -> None:
        self.shelves, self.ledger, self.library_path = shelves, ledger, library_path
        self._open_embedder, self._limits, self._on_change = open_embedder, limits, on_change
        self._embedder: BaseEmbedding | None = None

    # -- looking ---------------------------------------------------------------------------------------------

    def parse(self, path: Path) -> ParsedSource:
        """What stands in a file, read in a worker, with all problems found."""
        return with_problems(parse_confined(path, self._limits, shown=path.name))

    def documents(self) -> list[Document]:
        """The library's documents, none where there is no library yet."""
        if not self.library_path.is_file():
            return []
        with closing(Store(self.library_path)) as store:
            return store.documents()

    def preview(self, held: Held) -> Preview:
        """What a held file holds and what it would replace."""
        place = self.shelves.place(held)
        parsed = self.parse(place) if held.stage is Stage.BIN else kept_parsed(place)
        return preview_of(parsed, held.name, self.shelves, self.documents(), held.replaces)

    def path_of(self, name: str) -> Path:
        """Where a source lies. Raises LibraryError when there is none."""
        path = self.shelves.live().get(name)
        if path is None:
            raise LibraryError("没有这份文件", name[:200], "它可能已经移除；请刷新页面。")
        return path

    def own_path(self, name: str) -> Path:
        """Where a source that is managed here lies. Raises KeepingError for others."""
        path = self.path_of(name)
        if not self.shelves.is_own(path):
            raise KeepingError("这份文件不由本页管理", name, f"它在 {path.parent} 里；请在那边增减文件，再运行 python -m index build。")
        return path

    # -- jobs ------------------------------------------------------------------------------------------------

    def read(self, job: Job, held: Held) -> None:
        """Read an upload and keep what was read beside it."""
        job.progress("读取")
        self.ledger.advance(held.held_id, Stage.PARSING)
        place = self.shelves.place(held)
        try:
            parsed = self.parse(place)
            keep_parsed(place, parsed)
        except AssistantError as error:
            self.ledger.advance(held.held_id, Stage.FAILED, message=error.message)
            raise
        except OSError as error:
            self.ledger.advance(held.held_id, Stage.FAILED, message="读出的内容没有存下，请再传一次。")
            raise KeepingError("读出的内容没有存下", held.name, f"请检查磁盘空间（{error.strerror}），再传一次。") from error
        self.ledger.advance(held.held_id, Stage.READY, title=_titles(parsed.documents))

    def publish(self, job: Job, held: Held, edits: Mapping[str, Edit] | None, actor: str, action: str) -> None:
        """Put a held file on the shelf and in the library. edits: None keeps those it has."""
        try:
            self._publish(job, held, edits, actor, action)
        except AssistantError as error:
            back = Stage.BIN if held.stage is Stage.BIN else Stage.READY
            self.ledger.advance(held.held_id, back, message=error.message)
            raise
        self._changed(job)

    def _publish(self, job: Job, held: Held, edits: Mapping[str, Edit] | None, actor: str, action: str) -> None:
        place = self.shelves.place(held)
        job.progress("核对")
        shown = self.preview(held)
        if shown.blocked:
            raise KeepingError("不能上线", held.name, shown.blocked)
        if edits is not None:
            _keep_edits(place, edits)
        parsed = replace(shown.parsed, documents=tuple(replace(d, source_path=shown.name) for d in shown.parsed.documents))
        with closing(Store(self.library_path)) as store:
            prepared = prepare_source(store, place, self._model(store), job.progress, parse=lambda _: parsed)
            job.progress("写入资料库")
            self._exchange(store, place, shown, prepared, actor)
        self.ledger.let_go(held.held_id)
        self.shelves.clear(held)
        self.ledger.keep_findings(shown.name, prepared.digest, parsed.problems)
        detail = f"代替 {'、'.join(shown.replaces)}（旧的在回收站里）" if shown.replaces else _titles(prepared.parsed.documents)
        self.ledger.record(actor, action, shown.name, detail)

    def _exchange(self, store: Store, place: Path, shown: Preview, prepared: Prepared, actor: str) -> None:
        """The old versions to the bin, the new one on the shelf and in the library; all as before where that fails."""
        target = self.shelves.own / shown.name
        away: list[tuple[Held, Path]] = []
        try:
            for name in shown.replaces:
                path = self.shelves.live().get(name)
                if path is not None:  # else its file is gone already, and only the library still has it
                    away.append((self.to_bin(name, actor, shown.name), path))
            self.shelves.move(place, target)
            prepared.put(store, shown.name, instead_of=shown.replaces)
        except AssistantError:
            if not place.exists():
                self.shelves.move(target, place)
            for held, path in away:
                self.shelves.move(self.shelves.place(held), path)
                self.ledger.let_go(held.held_id)
            raise

    def to_bin(self, name: str, actor: str, replaced_by: str = "") -> Held:
        """Move one of our own sources to the bin; the library keeps it until the next commit. replaced_by: the source
        that makes way when it comes back."""
        path = self.own_path(name)
        title = _titles([document for document in self.documents() if document.source_path == name])
        held = self.ledger.hold(Stage.BIN, name, title or name, actor, replaced_by)
        try:
            self.shelves.move(path, self.shelves.place(held))
        except AssistantError:
            self.ledger.let_go(held.held_id)
            raise
        return held

    def remove(self, job: Job, name: str, actor: str) -> None:
        """Take a source out of the library, into the bin."""
        path = self.own_path(name)
        with closing(Store(self.library_path)) as store:
            if set(store.sources()) == {name}:
                raise KeepingError("这是资料库里最后一份文件", name, "请先上线另一份，再移除它。")
            held = self.to_bin(name, actor)
            try:
                store.remove_source(name)
            except AssistantError:
                self.shelves.move(self.shelves.place(held), path)
                self.ledger.let_go(held.held_id)
                raise
        self.ledger.record(actor, "移除", name, f"{held.title}（在回收站里，可以恢复）")
        self._changed(job)

    def reindex(self, job: Job, name: str, actor: str, action: str = "重建索引", edits: Mapping[str, Edit] | None = None) -> None:
        """Read one source again, with new edits where they are given, and put it in the library."""
        path = self.path_of(name)
        if edits is not None:
            _keep_edits(path, edits)
        job.progress("读取")
        parsed = self.parse(path)
        with closing(Store(self.library_path)) as store:
            prepared = prepare_source(store, path, self._model(store), job.progress, parse=lambda _: parsed)
            job.progress("写入资料库")
            prepared.put(store, name)
        self.ledger.keep_findings(name, prepared.digest, parsed.problems)
        self.ledger.record(actor, action, name, _titles(prepared.parsed.documents))
        self._changed(job)

    def examine(self, job: Job, names: Sequence[str]) -> None:
        """Find the problems of sources that were not looked at since they changed."""
        for number, name in enumerate(names):
            job.progress("检查文件", number, len(names))
            path = self.shelves.live().get(name)
            if path is None:
                continue
            digest = digest_of(path)
            try:
                problems = self.parse(path).problems
            except AssistantError as error:
                problems = (Problem("unread", "整份文件", error.message),)
            self.ledger.keep_findings(name, digest, problems)

    def settle(self, job: Job) -> None:
        """Bring the library in line with the files, as python -m index build does."""
        with closing(Store(self.library_path)) as store:
            build(
                store, self.shelves.sources, self._model(store), parse=lambda path: parse_confined(path, self._limits), progress=job.progress,
            )
        self._changed(job)

    # -- parts -----------------------------------------------------------------------------------------------

    def _changed(self, job: Job) -> None:
        job.progress("启用新的资料库")
        self._on_change()

    def _model(self, store: Store) -> BaseEmbedding:
        if self._embedder is None:
            self._embedder = self._open_embedder()
        check_embedder(store, self._embedder.model_name)
        return self._embedder


def _titles(documents: Sequence[Document]) -> str:
    return "、".join(f"《{document.title.strip('《》')}》" for document in documents)


def _keep_edits(path: Path, edits: Mapping[str, Edit]) -> None:
    try:
        write_edits(path, edits)
    except OSError as error:
        raise KeepingError("文件信息没有存下", str(path), f"请检查磁盘和权限（{error.strerror}）。") from error
