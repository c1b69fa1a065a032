"""python -m eval baselines|benchmark: the product beside common practice, and on evaluations made by others."""

from __future__ import annotations

import argparse
import dataclasses
import json
from contextlib import nullcontext
from datetime import datetime
from functools import partial

import console
from eval import product, tables
from eval.cases import CaseError
from eval.commands import shared
from eval.scoring import summarise
from settings import Settings


def baselines(settings: Settings, options: argparse.Namespace) -> int:
    """The same questions to common ways of building such a system, side by side."""
    from eval.baselines import DEFAULT, make_baseline
    from eval.baselines.answering import nearest_sentence
    from index.embedders import load_embedder

    cases = shared.cases(options.split)[: options.limit]
    embedder = load_embedder(settings.index.embedder, threads=settings.index.threads)
    documents = product.plain_documents(settings)
    reader = product.model_reader(settings) if options.model else nearest_sentence(embedder)
    now = f"{datetime.now():%Y%m%d-%H%M%S}"
    out = options.out or settings.folder / "eval" / f"{now}-baselines"
    columns = {}
    for name in options.names or DEFAULT:
        baseline = make_baseline(name, documents, lambda: embedder, reader)
        columns[name] = summarise(shared.ask(settings, cases, baseline.ask, options, name, out / name, 0)[1])
    if not options.no_product:
        columns["问规"] = summarise(shared.ask(settings, cases, product.open_ask(settings), options, "product", out / "product", 0)[1])
    if options.json:
        console.write_json({n: {m: dataclasses.asdict(v) for m, v in t.items()} for n, t in columns.items()})
    else:
        console.write(tables.side_by_side(columns))
        console.write(f"\n各题结果在 {out}")
    return 0


def benchmark(settings: Settings, options: argparse.Namespace) -> int:
    """One evaluation made by others, over its own documents."""
    from eval.benchmarks import load_benchmark
    from eval.benchmarks.runner import LABELS, run_benchmark, summarise_benchmark

    made = load_benchmark(options.name, options.data, extra=options.extra, noise=options.noise)
    bar = console.progress_bar()
    openers = {name: product.baseline_opener(name, made.passages, settings) for name in options.beside}
    if not options.no_product:
        openers["问规"] = product.folder_opener(settings, bar)
    if not openers:
        raise CaseError("没有要跑的", "--no-product", "请用 --beside 写明跑哪种常见做法，或去掉 --no-product。")
    columns = {}
    records: list[dict[str, object]] = []
    with options.out.open("w", encoding="utf-8") if options.out else nullcontext() as file:

        def keep(name: str, record: dict[str, object]) -> None:
            if file is not None:
                file.write(json.dumps({"by": name, **record}, ensure_ascii=False) + "\n")
                file.flush()

        for name, opener in openers.items():
            records = run_benchmark(made, opener, limit=options.limit, progress=partial(bar, name), found=partial(keep, name))
            columns[name] = summarise_benchmark(records)
    if options.json:
        console.write_json({n: {m: dataclasses.asdict(v) for m, v in t.items()} for n, t in columns.items()})
        return 0
    console.write(f"{made.name}：{len(records)} 题\n")
    if len(columns) > 1:
        console.write(tables.side_by_side(columns, LABELS) + "\n")
    console.write(f"{name}：\n{tables.summary(columns[name], LABELS)}")
    console.write(f"\n{made.note}")
    return 0
