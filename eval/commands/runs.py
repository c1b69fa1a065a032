"""python -m eval run|score|report|compare|judge|gate|fit: runs of the product over questions, and what is made of them."""

from __future__ import annotations

import argparse
import dataclasses

import console
from eval import product, tables
from eval.cases import CaseError, select
from eval.commands import shared
from eval.runner import failed_ids
from eval.runs import load_run, parse_records, score_records
from eval.scoring import summarise
from settings import Settings

CONFIDENCE = shared.ROOT / "assistant" / "confidence.json"


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Ask the chosen questions and show the figures."""
    cases = select(shared.cases(options.split), types=options.types, docs=options.docs, ids=options.ids)
    if options.failed:
        wrong = set(failed_ids(load_run(options.failed)[1]))
        cases = [case for case in cases if case.id in wrong]
    cases = cases[: options.limit]
    if not cases:
        raise CaseError("没有符合条件的问题", "", "请放宽 --type、--doc、--id 或 --failed。")
    folder, results = shared.ask(settings, cases, product.open_ask(settings), options, options.name, options.out, options.seed)
    shared.show(results, options.seed, options.json, str(folder))
    return 0


def score(settings: Settings, options: argparse.Namespace) -> int:
    """Score a file that the batch command wrote."""
    cases = shared.cases(options.split)
    shared.log_test_use(options, len(cases))
    try:
        lines = options.results.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError as error:
        raise CaseError("找不到结果文件", str(options.results), "请先运行 python -m assistant batch。") from error
    results = score_records(cases, parse_records(lines, str(options.results)))
    if not results:
        raise CaseError("结果里没有这个问题集的编号", str(options.results), "请检查 --split。")
    shared.show(results, 0, options.json, str(options.results))
    return 0


def report(settings: Settings, options: argparse.Namespace) -> int:
    """One HTML page of a run."""
    from eval.report import render_report

    record, results = load_run(options.run)
    out = options.out or options.run / "report.html"
    out.write_text(render_report(record, results), encoding="utf-8")
    console.write(f"报告已写到 {out}")
    return 0


def compare(settings: Settings, options: argparse.Namespace) -> int:
    """Two runs of the same questions: what changed, and whether by chance."""
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


def judge(settings: Settings, options: argparse.Namespace) -> int:
    """The answers of a run judged by the language model of settings, and how far it agrees with the fixed metrics."""
    from eval import judge as judging

    model = product.text_model(settings)
    if not model.is_chat:
        raise CaseError("评判要用能照说明回答的对话模型", "model.provider", "请设为 openai，并填写 base_url 和 model。")
    record, results = load_run(options.run)
    results = [result for result in results if judging.is_judged(result)][: options.limit]
    if not results:
        raise CaseError("这次运行里没有可评的回答", str(options.run), "拒答和出错的题不评；请换一次运行。")
    cache = judging.VerdictCache(settings.folder / "eval" / "judge.jsonl")
    bar = console.progress_bar()
    verdicts = judging.judge(results, model, cache, progress=lambda done, total: bar("评判", done, total))
    table, agreed = judging.summarise_verdicts(verdicts, seed=record.seed), judging.agreements(verdicts)
    if options.json:
        console.write_json({
            "model": model.name,
            "metrics": {metric: dataclasses.asdict(value) for metric, value in table.items()},
            "agreement": {metric: dataclasses.asdict(value) for metric, value in agreed.items()},
            "cases": [{"id": v.result.case.id, **v.scores} for v in verdicts],
        })
        return 0
    console.write(f"评判模型：{model.name}，{len(verdicts)} 题\n")
    console.write(tables.summary(table, judging.LABELS))
    console.write("\n" + tables.agreement(agreed))
    unread = sum(metric not in verdict.scores for verdict in verdicts for metric in judging.LABELS)
    if unread:
        console.write(f"\n有 {unread} 处评判读不懂，没有计入；再运行一次会重新评。")
    return 0


def gate(settings: Settings, options: argparse.Namespace) -> int:
    """Exit code 1 when a fixed part of the questions falls below the floors."""
    from eval import gate

    path = options.floors or gate.default_path()
    floors = gate.load_floors(path)
    if options.run:
        results = load_run(options.run)[1]
    else:
        cases = [case for split in floors.splits for case in gate.subset(shared.cases(split), floors.share)]
        options.split = "+".join(floors.splits)
        results = shared.ask(settings, cases, product.open_ask(settings), options, "gate", None, 0)[1]
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


def fit(settings: Settings, options: argparse.Namespace) -> int:
    """Fit the models of refusal on labelled questions."""
    from eval import fitting
    from eval.labelled import fit_models, shown

    cases = [case for name in options.questions for case in shared.cases(name)]
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
