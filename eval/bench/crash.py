"""Kill -9 at random moments of a build, a document added, changed or removed, a re-index, a migration,
a restore and a conversation.

After each kill a fresh process opens what is left, as a restart would. A kill comes at a random file operation, SQL
statement or step inside one, or after a random time. Returns figures; prints nothing.
"""

from __future__ import annotations

import copy
import json
import multiprocessing
import os
import random
import shutil
import signal
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path

from errors import AssistantError
from eval import machine
from eval.bench import made
from eval.bench.crash_check import Revision, Told, history_faults, library_faults, revision_of, source_name, texts_of
from eval.bench.crash_work import archive_of, perform

Progress = Callable[[str, int, int], None]
_DOCUMENTS = 4
_HANGS = 60  # seconds after which a process counts as hung
# Name of an operation → what the killed process does.
OPERATIONS = {"build": "update", "add": "update", "change": "update", "remove": "update", "reindex": "reindex", "migrate": "update",
              "history": "converse", "restore": "bring_back"}
LABELS = {"build": "建索引", "add": "加文件", "change": "改文件", "remove": "删文件", "reindex": "全部重建", "migrate": "旧版升级",
          "history": "问答记录", "restore": "恢复备份"}


@dataclass
class Figures:
    """kills: by operation; finished: runs that ended before their kill; losses: (operation, what was wrong)."""

    kills: dict[str, int] = field(default_factory=dict)
    finished: int = 0
    seconds: float = 0.0
    losses: list[tuple[str, str]] = field(default_factory=list)

    @property
    def killed(self) -> int:
        return sum(self.kills.values())


class _Trial:
    """One data folder that is killed again and again. wanted: revision of each file; told: of history's commits;
    kept: both as the backup beside the folder has them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.told = folder, Told()
        self.wanted: dict[int, int] = {}
        self.kept: tuple[dict[int, int], Told] = ({}, Told())
        (folder / "sources").mkdir(parents=True)
        for number in range(_DOCUMENTS):
            self._write(number, 0)

    def _write(self, number: int, revision: int) -> None:
        self.wanted[number] = revision
        (self.folder / "sources" / source_name(number)).write_text(made.document(number, revision), encoding="utf-8")
        texts_of(number, revision)  # cut here, once, for every process forked from now on

    def prepare(self, operation: str, chance: random.Random) -> tuple[dict[int, Revision], dict[int, Revision]]:
        """Change the files as the operation needs. Returns each document's revision in the library before and after."""
        before: dict[int, Revision] = dict(self.wanted)
        if operation == "build":
            for path in self.folder.glob("library.db*"):
                path.unlink()
            before = {}
        elif operation == "add":
            self._write(max(self.wanted) + 1, 0)
        elif operation == "change":
            number = chance.choice(list(self.wanted))
            self._write(number, self.wanted[number] + 1)
        elif operation == "remove" and len(self.wanted) > 1:
            number = chance.choice(list(self.wanted))
            del self.wanted[number]
            (self.folder / "sources" / source_name(number)).unlink()
        elif operation == "migrate":
            make_old(self.folder / "library.db")
        elif operation == "restore":
            for aside in self.folder.glob("before-restore-*"):
                shutil.rmtree(aside)
            return before, dict(self.kept[0])
        return before, dict(self.wanted)

    def look(self) -> None:
        """Take what the files say now for what is wanted: a restore that was killed may have put back only some."""
        self.wanted = {int(path.stem): revision_of(path.read_text(encoding="utf-8")) for path in (self.folder / "sources").glob("*.txt")}


def make_old(path: Path) -> None:
    """Turn a library back into the first version's."""
    with closing(sqlite3.connect(path)) as db:
        for index in ("passages_by_text", "documents_by_source"):
            db.execute(f"DROP INDEX {index}")
        db.execute("PRAGMA user_version = 1")
        db.commit()


def run(kills: int, seconds: float, progress: Progress, *, seed: int = 0) -> Figures:
    """That many kills, or as many as fit into the seconds.

    Raises AssistantError where processes cannot be forked. FAISS must not have searched in this process before: its
    threads do not outlive a fork.
    """
    if not hasattr(os, "fork"):
        raise AssistantError("这个系统不能复制进程，做不了断电测试", "", "请在 Linux 或 macOS 上运行。")
    _warm()
    chance, figures, started = random.Random(seed), Figures(), time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="wengui-crash-") as root:
        points = {name: _measure(Path(root), name, chance) for name in OPERATIONS}
        trial, serial = _fresh(Path(root), 0), 0
        while figures.killed < kills and time.perf_counter() - started < seconds:
            operation = chance.choice(list(OPERATIONS))
            faults = _once(trial, operation, points[operation], chance, figures)
            figures.losses += [(operation, fault) for fault in faults]
            if faults or len(trial.wanted) > 2 * _DOCUMENTS or figures.killed % 50 == 49:
                _remove(trial)
                serial += 1
                trial = _fresh(Path(root), serial)
            progress("断电", figures.killed, kills)
    figures.seconds = round(time.perf_counter() - started, 1)
    return figures


def _warm() -> None:
    """Load once what every forked process needs."""
    import bm25s  # noqa: F401
    import faiss  # noqa: F401
    import llama_index.vector_stores.faiss  # noqa: F401

    from index.retriever import load_weights
    from index.tokens import segmenter, stopwords

    segmenter()
    stopwords()
    load_weights()


def _fresh(root: Path, serial: int) -> _Trial:
    """A folder with a library and conversations in order."""
    trial = _Trial(root / f"trial{serial}")
    for work in ("update", "converse", "keep"):
        code, lines, _ = _fork(trial.folder, work, None, None)
        if code:
            raise AssistantError("断电测试准备不好资料库", str(trial.folder), "请先运行 make test。")
        _take(trial, lines)
    trial.kept = dict(trial.wanted), copy.deepcopy(trial.told)
    return trial


def _measure(root: Path, operation: str, chance: random.Random) -> tuple[int, float]:
    """(points, seconds) of an operation that is not killed."""
    trial = _fresh(root, 10_000 + len(operation))
    trial.prepare(operation, chance)
    _, lines, seconds = _fork(trial.folder, OPERATIONS[operation], None, None)
    _remove(trial)
    return next(int(line.split()[1]) for line in lines if line.startswith("points ")), seconds


def _once(trial: _Trial, operation: str, size: tuple[int, float], chance: random.Random, figures: Figures) -> list[str]:
    """One operation, killed; the faults found afterwards."""
    before, after = trial.prepare(operation, chance)
    by_point = chance.random() < 0.6
    at = chance.randint(1, size[0]) if by_point else None
    delay = None if by_point else chance.uniform(0, size[1])
    code, lines, _ = _fork(trial.folder, OPERATIONS[operation], at, delay)
    if code == -signal.SIGKILL:
        figures.kills[operation] = figures.kills.get(operation, 0) + 1
    elif code == 0:
        figures.finished += 1
    else:
        return [f"没有断电却以 {code} 结束"]
    _take(trial, lines)
    committed = {int(line.split()[1].removesuffix(".txt")) for line in lines if line.startswith("source ")}
    allowed = {
        number: {after.get(number)} if number in committed or code == 0 else {before.get(number), after.get(number)}
        for number in {*before, *after}
    }
    # Of a restore, all of the conversations are there as before, or all as in the backup.
    may = [trial.told, trial.kept[1]] if operation == "restore" else [trial.told]
    if operation == "restore":
        trial.look()
        may = may[1:] if code == 0 else may
    reader, writer = os.pipe()
    process = multiprocessing.get_context("fork").Process(target=_check, args=(trial, allowed, may, writer))
    process.start()
    os.close(writer)
    process.join(_HANGS)
    if process.exitcode is None:
        process.kill()
        process.join()
    text = _read(reader)
    if process.exitcode:
        return [f"检查没有做完（{process.exitcode}）"]
    found = json.loads(text)
    trial.told = copy.deepcopy(may[found["told"]])
    return found["faults"]


def _check(trial: _Trial, allowed: dict[int, set[Revision]], may: list[Told], pipe: int) -> None:
    """Tell the faults, and which of the states that the conversations may be in they are in."""
    faults = [history_faults(trial.folder / "history.db", told) for told in may]
    told = min(range(len(may)), key=lambda number: len(faults[number]))
    found = library_faults(trial.folder, allowed, trial.wanted) + faults[told]
    os.write(pipe, json.dumps({"faults": found[:20], "told": told}, ensure_ascii=False).encode())


def _remove(trial: _Trial) -> None:
    shutil.rmtree(trial.folder)
    archive_of(trial.folder).unlink(missing_ok=True)


def _take(trial: _Trial, lines: list[str]) -> None:
    for line in lines:
        trial.told.take(line)


def _fork(folder: Path, work: str, at: int | None, delay: float | None) -> tuple[int, list[str], float]:
    """Do the work in a forked process, killed at a point or after a delay. (exit code, lines told, seconds)."""
    reader, writer = os.pipe()
    started = time.perf_counter()
    process = multiprocessing.get_context("fork").Process(target=perform, args=(work, folder, writer, at))
    process.start()
    os.close(writer)
    process.join(_HANGS if delay is None else delay)
    if process.exitcode is None:
        process.kill()
        process.join()
    seconds = time.perf_counter() - started
    return process.exitcode or 0, _read(reader).splitlines(), seconds


def _read(descriptor: int) -> str:
    with os.fdopen(descriptor, "rb") as stream:
        return stream.read().decode()


def table(figures: Figures) -> str:
    """The figures for a person to read."""
    lines = [f"{LABELS[name]:6} {count} 次" for name, count in sorted(figures.kills.items())]
    lines.append(f"共断电 {figures.killed} 次（另有 {figures.finished} 次先做完了），{figures.seconds:.0f} 秒；丢失或不一致 {len(figures.losses)} 处。")
    lines += [f"  {LABELS[name]}：{fault}" for name, fault in figures.losses]
    return "\n".join(lines)


def as_plain(figures: Figures) -> dict[str, object]:
    """The figures with versions and machine, as JSON can hold them."""
    return {**asdict(figures), "killed": figures.killed, "versions": machine.versions(), "machine": machine.machine()}
