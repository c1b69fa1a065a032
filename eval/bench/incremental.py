"""How long one edited clause takes, from the changed file to a search that finds it, in a library of any size.

Documents are made up and embedded by hashing (eval/bench/made.py): embedding one sentence with a real model comes on
top. Times are wall-clock seconds. Returns figures; prints nothing.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from errors import AssistantError
from eval import machine
from eval.bench import made
from eval.bench.crash_check import source_name
from eval.metrics.statistics import percentile
from index.build import build
from index.library import Library, open_library
from index.retriever import Retriever
from index.schema import Request
from index.store import Store
from index.tokens import comparable, content_words

Progress = Callable[[str, int, int], None]
_CLAUSES = 200  # of a document


@dataclass(frozen=True)
class Edit:
    """One edit. build: file to commit; refresh: commit to a library of the new generation in an open program, its first
    search included; embedded: texts embedded; reading: of the build, what parsing the file took."""

    build: float
    refresh: float
    embedded: int

    @property
    def total(self) -> float:
        return self.build + self.refresh


@dataclass(frozen=True)
class Figures:
    """edits: one after the other, each in another document. whole: seconds of the first build and opening; reopened: of
    opening in a new process's way after an edit, the caches of the generation before at hand."""

    clauses: int
    passages: int
    whole: float
    edits: tuple[Edit, ...]
    reopened: float

    @property
    def median(self) -> float:
        return percentile([edit.total for edit in self.edits], 50)


def run(clauses: int, edits: int, progress: Progress) -> Figures:
    """Build a library of about so many clauses, then edit one clause so many times.

    Raises AssistantError when an edited clause is not found: the figures would mean nothing.
    """
    with tempfile.TemporaryDirectory(prefix="wengui-edit-") as folder:
        root, count = Path(folder), max(1, clauses // _CLAUSES)
        (root / "sources").mkdir()
        for number in range(count):
            _write(root, number, 0)
        embedder = made.HashEmbedding()
        with closing(Store(root / "library.db")) as store:
            started = time.perf_counter()
            report = build(store, [root / "sources"], embedder, progress=progress)
            library = open_library(store, root / "cache")
            _find(library, embedder, 0, 0)
            whole = time.perf_counter() - started
            done = []
            for turn in range(edits):
                number = turn * 7 % count
                _write(root, number, turn + 1)
                started = time.perf_counter()
                embedded = build(store, [root / "sources"], embedder).embedded
                built = time.perf_counter()
                library = open_library(store, root / "cache", library)
                _find(library, embedder, number, turn + 1)
                done.append(Edit(built - started, time.perf_counter() - built, embedded))
                progress("改一条", turn + 1, edits)
            _write(root, 0, edits + 1)
            build(store, [root / "sources"], embedder)
            started = time.perf_counter()
            library = open_library(store, root / "cache")
            reopened = time.perf_counter() - started
    return Figures(report.clauses, report.passages, whole, tuple(done), reopened)


def _write(root: Path, number: int, revision: int) -> None:
    (root / "sources" / source_name(number)).write_text(made.document(number, revision, _CLAUSES), encoding="utf-8")


def _find(library: Library, embedder: made.HashEmbedding, number: int, revision: int) -> None:
    text = f"登记编号{made.code(number, revision)}"
    request = Request(comparable(text), text, tuple((word,) for word in content_words(text)))
    hits = Retriever(library, embedder).search(request, limit=1).hits
    if not hits or made.code(number, revision) not in hits[0].clause.text:
        raise AssistantError("改过的条款搜不到", text, "请运行 make test。")


def table(figures: Figures) -> str:
    """The figures for a person to read."""
    edits = figures.edits
    return "\n".join([
        f"{figures.clauses} 条 {figures.passages} 段，从头建立并打开 {figures.whole:.1f} 秒",
        f"改一条到能搜到：中位 {figures.median:.2f} 秒，最长 {max(edit.total for edit in edits):.2f} 秒"
        f"（写进资料库 {percentile([e.build for e in edits], 50):.2f} 秒，换上新一代 {percentile([e.refresh for e in edits], 50):.2f} 秒），"
        f"每次新算向量 {max(edit.embedded for edit in edits)} 个",
        f"改一条后在新的进程里打开 {figures.reopened:.1f} 秒",
    ])


def as_plain(figures: Figures) -> dict[str, object]:
    """The figures with versions and machine, as JSON can hold them."""
    return {**asdict(figures), "median": figures.median, "versions": machine.versions(), "machine": machine.machine()}
