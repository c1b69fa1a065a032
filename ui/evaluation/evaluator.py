"""Evaluations asked for on the page: one at a time, in the background, to be looked at and stopped."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from eval.cases import CaseError, load_cases, split_path, spread
from eval.runner import make_run_record, run_cases
from eval.schema import Case
from index.keeping.jobs import Job, JobQueue
from ui.desk import Desk
from ui.evaluation.shelf import Runs
from ui.feedback import FILE

FOLDER = "eval"  # below the data folder, as the command has it
_CODE = Path(__file__).resolve().parents[2]
_LONGEST_NAME = 30
# The test questions are asked by command alone: every use of them is written down with its reason.
_SPLITS = {"dev": "开发集", "train": "训练集"}
_OWN = "feedback"


@dataclass(frozen=True)
class QuestionSet:
    """A set that can be asked. key: how a run's record calls it."""

    key: str
    label: str
    count: int


class Evaluator:
    """The runs of a desk's data folder, and the one that is being made."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.runs = Runs(desk.settings.folder / FOLDER)
        self._queue = JobQueue()
        self._starting = threading.Lock()
        self._cancel = threading.Event()

    def sets(self) -> list[QuestionSet]:
        """The sets that can be asked; those that cannot be read are left out."""
        found = []
        for key, label in {**_SPLITS, _OWN: "从意见收下的题"}.items():
            try:
                found.append(QuestionSet(key, label, len(self._cases(key))))
            except CaseError:
                continue
        return found

    def start(self, key: str, limit: int, name: str) -> None:
        """Ask limit questions of a set, evenly chosen. name: what the run is called, "" for none of its own.

        Raises CaseError when a run is being made, when there is no such set, and for a limit below 1.
        """
        if limit < 1:
            raise CaseError("题数至少是 1", "", "请改一下题数。")
        cases = spread(self._cases(key), limit)
        called = re.sub(r"[^\w]+", "-", name).strip("-")[:_LONGEST_NAME] or "page"
        with self._starting:
            if self._queue.busy():
                raise CaseError("已有一次评测在进行", "", "请等它做完，或先停止它。")
            self._cancel = cancel = threading.Event()
            self._queue.submit("评测", called, lambda job: self._run(job, key, called, cases, cancel))

    def cancel(self) -> None:
        """Stop after the question that is being asked; what was answered stays. Nothing when none is being made."""
        self._cancel.set()

    def state(self) -> dict[str, Any]:
        """The run that is being made or was made last, as plain values."""
        jobs = self._queue.jobs()
        if not jobs:
            return {"busy": False, "number": 0}
        job = jobs[-1]
        return {
            "busy": not job.outcome, "number": job.number, "name": job.name, "step": job.step, "done": job.done, "total": job.total,
            "stopping": self._cancel.is_set() and not job.outcome, "outcome": job.outcome, "message": job.message,
        }

    def _cases(self, key: str) -> list[Case]:
        if key in _SPLITS:
            return load_cases(split_path(key))
        if key == _OWN:
            return load_cases(self._desk.settings.folder / FILE)
        raise CaseError("没有这个问题集", key, "请从列表里选；测试集请用命令 python -m eval run --split test --why 原因。")

    def _run(self, job: Job, key: str, called: str, cases: list[Case], cancel: threading.Event) -> None:
        job.progress("打开资料库", 0, len(cases))
        chain = self._desk.another_chain()
        settings = self._desk.settings.shown()
        record = make_run_record(called, key, cases, settings=settings, seed=0, folder=_CODE, now=datetime.now().astimezone())
        results = run_cases(
            cases, chain.ask, self.runs.folder / record.run_id, record, cancel=cancel,
            progress=lambda done, total: job.progress("提问", done, total),
        )
        whole = len(results) == len(cases)
        job.message = f"评测做完了，共 {len(results)} 题。" if whole else f"已停止，问了 {len(results)}/{len(cases)} 题。"
