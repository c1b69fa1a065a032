"""Ask every case and write down what came back. Resumable: one JSON line a case, a torn last line forgotten.

The callable that answers is given; this module opens no model and no library.
"""

from __future__ import annotations

import dataclasses
import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import datetime
from pathlib import Path

from assistant.schema import Answer, Status
from errors import AssistantError
from eval import machine
from eval.cases import digest
from eval.records import plain, to_record
from eval.runs import cut_torn_line, read_records, score_records, take_up, write_run
from eval.schema import Case, CaseResult, RunRecord

Ask = Callable[[str, Sequence[str]], Answer]
Progress = Callable[[int, int], None]  # (done, total)


def silent(done: int, total: int) -> None:
    """A Progress that shows nothing."""


def make_run_record(
    name: str, split: str, cases: Sequence[Case], *, settings: dict[str, object], seed: int, folder: Path, now: datetime,
) -> RunRecord:
    """The record of a run that is about to start. folder: where the code's repository is; now: with time zone."""
    commit, dirty = machine.commit(folder)
    # Settings as JSON gives them back, so that a run taken up again compares equal.
    seen = {name: plain(value) for name, value in settings.items()}
    return RunRecord(
        run_id=f"{now:%Y%m%d-%H%M%S}-{name}", name=name, split=split, started=now.isoformat(timespec="seconds"),
        seconds=0.0, cases=len(cases), cases_digest=digest(cases), seed=seed, commit=commit, dirty=dirty,
        settings=seen, versions=machine.versions(), machine=machine.machine(),
    )


def run_cases(
    cases: Sequence[Case], ask: Ask, folder: Path, record: RunRecord, *, workers: int = 1, progress: Progress = silent,
    cancel: threading.Event | None = None,
) -> list[CaseResult]:
    """Ask the cases that folder has no result for, and return all results in the order of cases.

    workers: questions asked at once, for providers that allow it. cancel: set it, and no further case is asked; the run
    can be taken up again. An AssistantError is written down as that
    case's result; any other error ends the run, which can then be taken up again. Raises CaseError when folder
    holds a run over other questions or with other settings.
    """
    record = take_up(folder, record, cases)
    cut_torn_line(folder)
    done = {str(item["id"]) for item in read_records(folder)}
    todo = [case for case in cases if case.id not in done]
    finished = len(cases) - len(todo)
    progress(finished, len(cases))
    started = time.perf_counter()
    with (folder / "results.jsonl").open("a", encoding="utf-8") as stream:
        for item in _ask_all(todo, ask, workers):
            stream.write(json.dumps(item, ensure_ascii=False) + "\n")
            stream.flush()
            finished += 1
            progress(finished, len(cases))
            if cancel is not None and cancel.is_set():
                break
    seconds = record.seconds + time.perf_counter() - started
    write_run(folder, dataclasses.replace(record, seconds=round(seconds, 3)))
    return score_records(cases, read_records(folder))


def failed_ids(results: Iterable[CaseResult]) -> list[str]:
    """Ids of the cases that were not answered rightly."""
    return [result.case.id for result in results if result.scores["strict"] < 1]


def _ask_all(cases: Sequence[Case], ask: Ask, workers: int) -> Iterator[dict[str, object]]:
    if workers <= 1:
        for case in cases:
            yield _ask_one(case, ask)
        return
    with ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(_ask_one, case, ask) for case in cases]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            for future in futures:
                future.cancel()


def _ask_one(case: Case, ask: Ask) -> dict[str, object]:
    started = time.perf_counter()
    try:
        answer, error = ask(case.question, case.history), ""
    except AssistantError as fault:
        answer, error = Answer(case.question, "", Status.REFUSED), fault.message
    item = to_record(case.id, answer, error=error)
    item["wall"] = round(time.perf_counter() - started, 6)
    return item
