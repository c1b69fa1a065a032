"""python -m corpus show FILE: what the program reads in a file, as a tree, as JSON, or its faults."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Sequence
from pathlib import Path

import console
from corpus.check import KINDS, check
from corpus.parse import parse_file
from corpus.schema import Clause, Document, ParsedSource
from corpus.tree import KIND_NAMES, facts_of

_SHOWN = 46  # characters of a clause's first line in the tree


def parser() -> argparse.ArgumentParser:
    """The command line, help in Chinese."""
    top = argparse.ArgumentParser(prog="python -m corpus", description="查看程序从文件里读出的文件、标题和条款。")
    commands = top.add_subparsers(dest="command", required=True, metavar="命令")
    show = commands.add_parser("show", help="显示一个文件的条款树")
    show.add_argument("file", type=Path, help="文件：txt、md、html、docx 或 pdf")
    show.add_argument("--json", action="store_true", help="输出 JSON（文件、条款、问题）")
    show.add_argument("--check", action="store_true", help="只列出发现的问题：缺号、重号、跳号、孤行、没有文字的页")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code: 1 when --check finds something. Raises AssistantError."""
    options = parser().parse_args(arguments)
    parsed = parse_file(options.file)
    problems = check(parsed)
    if options.json:
        shown = dataclasses.asdict(dataclasses.replace(parsed, problems=problems))
        console.write_json(shown if not options.check else shown["problems"])
    elif options.check:
        for problem in problems:
            console.write(f"{KINDS.get(problem.kind, problem.kind)}  {problem.where}：{problem.detail}")
        console.write(f"共 {len(problems)} 个问题。" if problems else "没有发现问题。")
    else:
        _show_tree(parsed)
        if problems:
            console.write(f"\n发现 {len(problems)} 个问题，加 --check 查看。")
    return 1 if options.check and problems else 0


def _show_tree(parsed: ParsedSource) -> None:
    for document in parsed.documents:
        own = [clause for clause in parsed.clauses if clause.doc_id == document.doc_id]
        console.write(f"《{document.title}》 {_about(document)}")
        depth = 0
        for clause in own:
            depth = clause.depth or depth
            console.write(f"{'  ' * (clause.depth or depth + 1)}{_line(clause)}")
        console.write(f"  共 {len(own)} 条\n")


def _about(document: Document) -> str:
    facts = (
        ("级别", document.level.value),
        ("发文机关", document.issuer),
        ("文号", document.doc_number),
        ("日期", document.issued_on),
        ("期限", document.period),
        ("来源", document.publisher),
    )
    return " ".join(f"{name}：{value}" for name, value in facts if value)


def _line(clause: Clause) -> str:
    first = clause.text.split("\n", 1)[0]
    shown = first if len(first) <= _SHOWN else f"{first[:_SHOWN]}…"
    return f"[{KIND_NAMES[clause.kind]}] {shown}  （{'；'.join(facts_of(clause))}）"



if __name__ == "__main__":
    console.run(main)
