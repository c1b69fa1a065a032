"""python -m eval bench: how fast, how large, and what withstands. One function a part."""

from __future__ import annotations

import argparse
import dataclasses
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

import console
from eval import product
from eval.bench import answers, corpus, crash, incremental, load, load_plot, scale
from eval.commands import shared
from settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    """The part of the bench that the options name."""
    parts = {"answers": _answers, "corpus": _corpus, "crash": _crash, "incremental": _incremental, "index": _index, "load": _load}
    return parts[options.part](settings, options)


def _answers(settings: Settings, options: argparse.Namespace) -> int:
    questions = [case.question for case in shared.cases("dev") if not case.history][: max(options.questions or 30, 2)]
    parts: dict[str, answers.Command | answers.Warm] = {"cold_ask": answers.cold_ask(questions[0])}
    if options.build:
        with tempfile.TemporaryDirectory() as folder:
            parts["build"] = answers.cold_build(Path(folder))
    parts["warm"] = answers.warm(lambda: product.open_ask(settings), questions)
    if options.json:
        console.write_json(answers.figures(**parts))
        return 0
    names = {"cold_ask": "冷启动问一题", "build": "从头建索引", "warm": "热问答"}
    for name, part in parts.items():
        values = "，".join(f"{k} {v:.3f}" if isinstance(v, float) else f"{k} {v}" for k, v in dataclasses.asdict(part).items())
        console.write(f"{names[name]}：{values}")
    return 0


def _corpus(settings: Settings, options: argparse.Namespace) -> int:
    console.write(corpus.run(options.pages, options.memory_pages, options.laws, console.progress_bar(), as_json=options.json))
    return 0


def _crash(settings: Settings, options: argparse.Namespace) -> int:
    figures = crash.run(options.kills, options.seconds or 900, console.progress_bar(), seed=options.seed)
    _show(crash, figures, options.json)
    return 1 if figures.losses else 0


def _incremental(settings: Settings, options: argparse.Namespace) -> int:
    _show(incremental, incremental.run(options.clauses, max(options.edits, 1), console.progress_bar()), options.json)
    return 0


def _index(settings: Settings, options: argparse.Namespace) -> int:
    _show(scale, scale.run(options.sizes, max(options.questions or 30, 2), console.progress_bar()), options.json)
    return 0


def _load(settings: Settings, options: argparse.Namespace) -> int:
    cases = [*shared.cases("dev"), *shared.cases("train")]
    questions = list(dict.fromkeys(case.question for case in cases if not case.history))[: max(options.questions or 120, 2)]
    figures = load.run(settings, options.users, options.seconds or 15, questions, console.progress_bar(), pause=options.pause)
    if options.plot:
        options.plot.write_text(load_plot.plot(figures), encoding="utf-8")
    _show(load, figures, options.json)
    return 1 if figures.faults else 0


def _show(bench: ModuleType, figures: Any, as_json: bool) -> None:
    """The figures of one of the benches, by its own table or as it puts them into JSON."""
    if as_json:
        console.write_json(bench.as_plain(figures))
    else:
        console.write(bench.table(figures))
