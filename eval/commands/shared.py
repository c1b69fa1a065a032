"""What several commands of python -m eval do: load questions, ask them, show the figures."""

from __future__ import annotations

import argparse
import dataclasses
from datetime import datetime
from pathlib import Path

import console
from eval import machine, tables
from eval.cases import data_folder, load_cases, split_path
from eval.runner import Ask, make_run_record, run_cases
from eval.schema import Case, CaseResult
from eval.scoring import by_type, latency, summarise
from eval.uses import new_use, record_use
from settings import Settings

ROOT = Path(__file__).resolve().parents[2]


def cases(split: str) -> list[Case]:
    """The questions of a split by name, or of a .jsonl file. Raises CaseError."""
    path = Path(split)
    return load_cases(path if path.suffix == ".jsonl" else split_path(split))


def log_test_use(options: argparse.Namespace, count: int) -> None:
    """Write down that the test questions were used, when they are. Raises CaseError when no reason is given."""
    if Path(options.split).stem == "test":
        commit, dirty = machine.commit(ROOT)
        now = datetime.now().astimezone()
        use = new_use(now=now, commit=commit, dirty=dirty, who=options.who, why=options.why, cases=count)
        record_use(data_folder() / "test_uses.jsonl", use)


def ask(
    settings: Settings, asked: list[Case], ask_one: Ask, options: argparse.Namespace, name: str, out: Path | None, seed: int,
) -> tuple[Path, list[CaseResult]]:
    """Run cases with a progress bar; the run's folder and results. A use of the test questions is written down first."""
    log_test_use(options, len(asked))
    now = datetime.now().astimezone()
    record = make_run_record(name, options.split, asked, settings=settings.shown(), seed=seed, folder=ROOT, now=now)
    folder = out or settings.folder / "eval" / record.run_id
    bar = console.progress_bar()
    workers = getattr(options, "workers", 1)
    results = run_cases(asked, ask_one, folder, record, workers=workers, progress=lambda done, total: bar(name, done, total))
    return folder, results


def show(results: list[CaseResult], seed: int, as_json: bool, where: str) -> None:
    """The figures of some results, for a person or as JSON. where: what holds the single results."""
    table, types, stages = summarise(results, seed=seed), by_type(results, seed=seed), latency(results)
    if as_json:
        plain = {name: {k: dataclasses.asdict(v) for k, v in t.items()} for name, t in (("metrics", table), ("types", types))}
        console.write_json({**plain, "latency": stages, "where": where})
        return
    console.write(tables.summary(table))
    console.write("\n" + tables.types(types))
    if stages:
        console.write("\n" + tables.stages(stages))
    console.write(f"\n每题结果：{where}")
