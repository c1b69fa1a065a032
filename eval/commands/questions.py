"""python -m eval check|split: the question files themselves."""

from __future__ import annotations

import argparse
import dataclasses
import json

import console
from eval import product
from eval.cases import CaseError, data_folder, load_cases, split_path
from settings import Settings


def check(settings: Settings, options: argparse.Namespace) -> int:
    """Check question files against the corpus and against each other; exit code 1 when something is wrong."""
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


def split(settings: Settings, options: argparse.Namespace) -> int:
    """Write train.jsonl and test.jsonl, parted by clause, from the raw files."""
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
