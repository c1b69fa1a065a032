"""python -m index.training: makes the reranker's files again from the backbone and the training questions."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from errors import AssistantError
from index.rerank import SHIPPED, load_reranker
from index.training import pipeline

ROOT = Path(__file__).parents[2]


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(prog="python -m index.training", description="训练、导出、评测重排模型")
    made.add_argument(
        "command",
        choices=("public", "plans", "adapt", "export", "evaluate", "all"),
        help="public：公开数据；plans：规划问题；adapt：从随包的模型接着学；export、evaluate：导出、评测；all：public、plans、export、evaluate 依次做",
    )
    made.add_argument("--external", type=Path, help="公开数据（drcd、cmrc2018、stard、laws）所在文件夹；adapt 可以不给")
    made.add_argument(
        "--newsletter", type=Path, default=ROOT / "corpus" / "sources" / "newsletter-2025-02.txt", help="规划文本"
    )
    made.add_argument(
        "--questions", type=Path, nargs="*", default=None, help="问题文件（每行一题），默认 index/training/data/plans.jsonl 和 eval/data/train.jsonl"
    )
    made.add_argument("--work", type=Path, default=ROOT / "var" / "training", help="中间文件夹")
    made.add_argument("--out", type=Path, default=SHIPPED, help="模型输出文件夹")
    made.add_argument("--layers", type=int, default=8, choices=range(2, 13), help="保留的层数")
    return made


def main(arguments: list[str] | None = None) -> int:
    """Run one command; exit status."""
    chosen = parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    if chosen.external is None and chosen.command in ("public", "plans", "all"):
        sys.stderr.write("这一步要用公开数据，请用 --external 指明它所在的文件夹。\n")
        return 2
    own = Path(__file__).parent / "data" / "plans.jsonl"
    questions = chosen.questions or [own, ROOT / "eval" / "data" / "train.jsonl"]
    inputs = pipeline.Inputs(chosen.external, chosen.newsletter, tuple(questions), chosen.work, chosen.layers)
    try:
        if chosen.command in ("public", "all"):
            pipeline.train_public(inputs)
        if chosen.command in ("plans", "all"):
            pipeline.train_plans(inputs)
        if chosen.command == "adapt":
            pipeline.adapt(inputs, SHIPPED)
        if chosen.command in ("export", "all"):
            pipeline.export(inputs, chosen.out)
        if chosen.command in ("evaluate", "all"):
            sys.stdout.write("\n".join(pipeline.evaluate(inputs, load_reranker(chosen.out).score)) + "\n")
    except AssistantError as error:
        sys.stderr.write(error.message + "\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
