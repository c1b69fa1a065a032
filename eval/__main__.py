"""python -m eval check|split|run|score|report|compare|gate|fit|bench|baselines|benchmark."""

from __future__ import annotations

import argparse
import dataclasses
import json
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import console
from eval import machine, product, tables
from eval.arguments import parser
from eval.cases import CaseError, data_folder, load_cases, select, split_path
from eval.runner import Ask, failed_ids, make_run_record, run_cases
from eval.runs import load_run, parse_records, score_records
from eval.schema import Case, CaseResult
from eval.scoring import by_type, latency, summarise
from eval.uses import new_use, record_use
from settings import Settings, load_settings

ROOT = Path(__file__).resolve().parent.parent
CONFIDENCE = ROOT / "assistant" / "confidence.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code; raises AssistantError for console.run to show."""
    options = parser().parse_args(arguments)
    settings = load_settings(options.settings)
    commands = {
        "check": _check, "split": _split, "run": _run, "score": _score, "report": _report, "compare": _compare,
        "gate": _gate, "fit": _fit, "bench": _bench, "baselines": _baselines, "benchmark": _benchmark,
    }
    return commands[options.command](settings, options)


def _check(settings: Settings, options: argparse.Namespace) -> int:
    from eval.check import check_cases
    from eval.quotes import load_corpus

    files = options.files or sorted(data_folder().glob("*.jsonl"))
    files = [file for file in files if file.name != "test_uses.jsonl"]
    whole = {"train.jsonl", "test.jsonl"}
    if not options.files and any(file.name.startswith("raw_") for file in files):
        # train and test are made of the raw files: together every question would count as repeated.
        files = [file for file in files if file.name not in whole]
    cases = [case for file in files for case in load_cases(file)]
    faults = check_cases(cases, load_corpus(product.corpus_paths(settings)))
    if options.json:
        console.write_json([dataclasses.asdict(fault) for fault in faults])
    else:
        for fault in faults:
            console.write(f"{fault.id}  {fault.detail}")
        console.write(f"{len(files)} 个文件，{len(cases)} 题，{len(faults)} 处问题。")
    return 1 if faults else 0


def _split(settings: Settings, options: argparse.Namespace) -> int:
    from eval.quotes import load_corpus
    from eval.split import split_cases

    folder = data_folder()
    files = [*sorted(folder.glob("raw_*.jsonl")), *folder.glob("dialogues.jsonl")]
    if not files:
        raise CaseError("没有要分的问题文件", str(folder), "请放入 raw_*.jsonl。")
    cases = [case for file in files for case in load_cases(file)]
    made = split_cases(cases, load_cases(split_path("dev")), load_corpus(product.corpus_paths(settings)))
    lines = {}
    for file in files:
        for line in file.read_text(encoding="utf-8").split("\n"):
            if line.strip():
                lines[json.loads(line)["id"]] = line.strip()
    for name, units in (("train", made.train), ("test", made.test)):
        if not options.dry_run:
            chosen = [lines[unit[0].dialogue or unit[0].id] for unit in units]
            (folder / f"{name}.jsonl").write_text("\n".join(chosen) + "\n", encoding="utf-8")
        types: dict[str, int] = {}
        for unit in units:
            for case in unit:
                types[case.type] = types.get(case.type, 0) + 1
        shown = "，".join(f"{kind} {count}" for kind, count in sorted(types.items()))
        console.write(f"{name}：{sum(types.values())} 题（对话 {sum(u[0].dialogue is not None for u in units)} 组）：{shown}")
    console.write(f"重复而去掉：{'、'.join(made.dropped) or '无'}；同条款的最大一组 {made.largest_group} 题。")
    return 0


def _run(settings: Settings, options: argparse.Namespace) -> int:
    cases = select(_cases(options.split), types=options.types, docs=options.docs, ids=options.ids)
    if options.failed:
        wrong = set(failed_ids(load_run(options.failed)[1]))
        cases = [case for case in cases if case.id in wrong]
    cases = cases[: options.limit]
    if not cases:
        raise CaseError("没有符合条件的问题", "", "请放宽 --type、--doc、--id 或 --failed。")
    folder, results = _ask(settings, cases, product.open_ask(settings), options, options.name, options.out, options.seed)
    _show(results, options.seed, options.json, str(folder))
    return 0


def _score(settings: Settings, options: argparse.Namespace) -> int:
    cases = _cases(options.split)
    _log_test_use(options, len(cases))
    try:
        lines = options.results.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError as error:
        raise CaseError("找不到结果文件", str(options.results), "请先运行 python -m assistant batch。") from error
    results = score_records(cases, parse_records(lines, str(options.results)))
    if not results:
        raise CaseError("结果里没有这个问题集的编号", str(options.results), "请检查 --split。")
    _show(results, 0, options.json, str(options.results))
    return 0


def _report(settings: Settings, options: argparse.Namespace) -> int:
    from eval.report import render_report

    record, results = load_run(options.run)
    out = options.out or options.run / "report.html"
    out.write_text(render_report(record, results), encoding="utf-8")
    console.write(f"报告已写到 {out}")
    return 0


def _compare(settings: Settings, options: argparse.Namespace) -> int:
    from eval.compare import compare_runs

    (_, before), (_, after) = load_run(options.before), load_run(options.after)
    result = compare_runs(before, after)
    if not result.shared:
        raise CaseError("两次运行没有共同的题", "", "请比较同一问题集的两次运行。")
    if options.json:
        console.write_json(dataclasses.asdict(result))
        return 0
    console.write(tables.comparison(result))
    questions = {r.case.id: r.case.question for r in after}
    for title, ids in (("变对", result.gained), ("变错", result.lost)):
        console.write(f"\n{title}（{len(ids)} 题）")
        for identity in ids:
            console.write(f"  {identity}  {questions[identity]}")
    console.write(f"\n共同的题 {result.shared}，只在前一次 {result.only_before}，只在后一次 {result.only_after}；* 表示 p < 0.05。")
    return 0


def _gate(settings: Settings, options: argparse.Namespace) -> int:
    from eval import gate

    path = options.floors or gate.default_path()
    floors = gate.load_floors(path)
    if options.run:
        results = load_run(options.run)[1]
    else:
        cases = [case for split in floors.splits for case in gate.subset(_cases(split), floors.share)]
        options.split = "+".join(floors.splits)
        results = _ask(settings, cases, product.open_ask(settings), options, "gate", None, 0)[1]
    summary = summarise(results)
    if options.update:
        gate.save_floors(path, gate.raised(floors, summary, results, options.note or floors.note))
        console.write(f"底线已更新：{path}")
        return 0
    verdicts = gate.judge(floors, summary, results)
    console.write(tables.verdicts(verdicts))
    failed = [verdict for verdict in verdicts if not verdict.holds]
    lost = gate.lost_cases(floors, results) if failed else []
    if lost:
        console.write(f"原来答对、这次没有答对：{'、'.join(lost)}")
    console.write("守住底线。" if not failed else f"{len(failed)} 项低于底线。")
    return 1 if failed else 0


def _fit(settings: Settings, options: argparse.Namespace) -> int:
    from eval import fitting
    from eval.labelled import fit_models, shown

    cases = [case for name in options.questions for case in _cases(name)]
    fitted = fit_models(settings, cases, console.progress_bar())
    if options.json:
        console.write_json(dataclasses.asdict(fitted))
    else:
        console.write(shown(fitted))
    if options.write:
        fitting.write(fitted.reranked, fitted.plain, CONFIDENCE)
        if not options.json:
            console.write(f"已写到 {CONFIDENCE}")
    return 0


def _bench(settings: Settings, options: argparse.Namespace) -> int:
    from eval import bench, bench_corpus

    if options.part == "corpus":
        console.write(bench_corpus.run(options.pages, options.memory_pages, options.laws, console.progress_bar(), as_json=options.json))
        return 0
    questions = [case.question for case in _cases("dev") if not case.history][: max(options.questions, 2)]
    parts: dict[str, bench.Command | bench.Warm] = {"cold_ask": bench.cold_ask(questions[0])}
    if options.build:
        with tempfile.TemporaryDirectory() as folder:
            parts["build"] = bench.cold_build(Path(folder))
    parts["warm"] = bench.warm(lambda: product.open_ask(settings), questions)
    if options.json:
        console.write_json(bench.figures(**parts))
        return 0
    names = {"cold_ask": "冷启动问一题", "build": "从头建索引", "warm": "热问答"}
    for name, part in parts.items():
        values = "，".join(f"{k} {v:.3f}" if isinstance(v, float) else f"{k} {v}" for k, v in dataclasses.asdict(part).items())
        console.write(f"{names[name]}：{values}")
    return 0


def _baselines(settings: Settings, options: argparse.Namespace) -> int:
    from eval.baselines import DEFAULT, make_baseline
    from eval.baselines.answering import nearest_sentence
    from index.embedders import load_embedder

    cases = _cases(options.split)[: options.limit]
    embedder = load_embedder(settings.index.embedder, threads=settings.index.threads)
    documents = product.plain_documents(settings)
    reader = product.model_reader(settings) if options.model else nearest_sentence(embedder)
    now = f"{datetime.now():%Y%m%d-%H%M%S}"
    out = options.out or settings.folder / "eval" / f"{now}-baselines"
    columns = {}
    for name in options.names or DEFAULT:
        baseline = make_baseline(name, documents, lambda: embedder, reader)
        columns[name] = summarise(_ask(settings, cases, baseline.ask, options, name, out / name, 0)[1])
    if not options.no_product:
        columns["问规"] = summarise(_ask(settings, cases, product.open_ask(settings), options, "product", out / "product", 0)[1])
    if options.json:
        console.write_json({n: {m: dataclasses.asdict(v) for m, v in t.items()} for n, t in columns.items()})
    else:
        console.write(tables.side_by_side(columns))
        console.write(f"\n各题结果在 {out}")
    return 0


def _benchmark(settings: Settings, options: argparse.Namespace) -> int:
    from eval.benchmarks import load_benchmark
    from eval.benchmarks.runner import LABELS, run_benchmark, summarise_benchmark

    made = load_benchmark(options.name, options.data, extra=options.extra, noise=options.noise)
    bar = console.progress_bar()
    records = run_benchmark(
        made, product.folder_opener(settings, bar), limit=options.limit, progress=lambda done, total: bar("提问", done, total)
    )
    table = summarise_benchmark(records)
    if options.out:
        options.out.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records), encoding="utf-8")
    if options.json:
        console.write_json({metric: dataclasses.asdict(value) for metric, value in table.items()})
        return 0
    console.write(f"{made.name}：{len(records)} 题\n")
    console.write(tables.summary(table, LABELS))
    console.write(f"\n{made.note}")
    return 0


def _cases(split: str) -> list[Case]:
    path = Path(split)
    return load_cases(path if path.suffix == ".jsonl" else split_path(split))


def _log_test_use(options: argparse.Namespace, count: int) -> None:
    if Path(options.split).stem == "test":
        commit, dirty = machine.commit(ROOT)
        now = datetime.now().astimezone()
        use = new_use(now=now, commit=commit, dirty=dirty, who=options.who, why=options.why, cases=count)
        record_use(data_folder() / "test_uses.jsonl", use)


def _ask(
    settings: Settings, cases: list[Case], ask: Ask, options: argparse.Namespace, name: str, out: Path | None, seed: int,
) -> tuple[Path, list[CaseResult]]:
    """Run cases with a progress bar; the run's folder and results. A use of the test questions is written down first."""
    _log_test_use(options, len(cases))
    now = datetime.now().astimezone()
    record = make_run_record(name, options.split, cases, settings=settings.shown(), seed=seed, folder=ROOT, now=now)
    folder = out or settings.folder / "eval" / record.run_id
    bar = console.progress_bar()
    workers = getattr(options, "workers", 1)
    results = run_cases(cases, ask, folder, record, workers=workers, progress=lambda done, total: bar(name, done, total))
    return folder, results


def _show(results: list[CaseResult], seed: int, as_json: bool, where: str) -> None:
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


if __name__ == "__main__":
    console.run(main)
