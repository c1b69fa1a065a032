"""The evaluation runs below a folder, scored. What a run's files say is kept in memory until they change. Writes nothing."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from eval.cases import CaseError
from eval.runs import load_run
from eval.schema import CaseResult, Interval, RunRecord
from eval.scoring import by_type, latency, summarise


@dataclass(frozen=True)
class Figures:
    """One run at a glance. name: its folder's; answered: of record.cases, those that have a result; metrics and types as
    eval.scoring gives them; seconds: stage → percentile → seconds."""

    name: str
    record: RunRecord
    answered: int
    metrics: Mapping[str, Interval]
    types: Mapping[str, Interval]
    seconds: Mapping[str, Mapping[str, float]]

    @property
    def whole(self) -> bool:
        return self.answered >= self.record.cases


class Runs:
    """The runs whose folders lie directly in a folder, which need not exist. Safe for several threads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._kept: dict[str, tuple[tuple[int, ...], Figures]] = {}
        self._lock = threading.Lock()

    def names(self) -> list[str]:
        """The folders that hold a run, the latest first."""
        if not self.folder.is_dir():
            return []
        return sorted((path.name for path in self.folder.iterdir() if (path / "run.json").is_file()), reverse=True)

    def all(self) -> tuple[list[Figures], list[str]]:
        """(every run at a glance, the latest first; the names of those that cannot be read)."""
        found, unreadable = [], []
        for name in self.names():
            try:
                found.append(self.figures(name))
            except CaseError:
                unreadable.append(name)
        return sorted(found, key=lambda run: run.record.started, reverse=True), unreadable

    def figures(self, name: str) -> Figures:
        """One run at a glance. Raises CaseError when there is none of that name or it cannot be read."""
        stamp = self._stamp(name)
        with self._lock:
            kept = self._kept.get(name)
        if kept is not None and kept[0] == stamp:
            return kept[1]
        figures = figures_of(name, *self.load(name))
        with self._lock:
            self._kept[name] = (stamp, figures)
        return figures

    def load(self, name: str) -> tuple[RunRecord, list[CaseResult]]:
        """A run with all its results. Raises CaseError when there is none of that name or it cannot be read."""
        if name not in self.names():
            raise CaseError("没有这次评测", "", "它可能已被删除；请回到列表再选。")
        return load_run(self.folder / name)

    def _stamp(self, name: str) -> tuple[int, ...]:
        """Changes when a run's files change."""
        stamp: list[int] = []
        for file in ("run.json", "results.jsonl"):
            path = self.folder / name / file
            if path.is_file():
                state = path.stat()
                stamp += [state.st_mtime_ns, state.st_size]
        return tuple(stamp)


def figures_of(name: str, record: RunRecord, results: list[CaseResult]) -> Figures:
    """The figures of one run's results."""
    return Figures(name, record, len(results), summarise(results, seed=record.seed), by_type(results, seed=record.seed), latency(results))
