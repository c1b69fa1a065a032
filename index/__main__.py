"""python -m index build|status|search: build the index, see its state, try a search."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Sequence
from pathlib import Path

import console
from errors import QuestionError, SettingsError
from index.build import build, check_embedder, is_stale
from index.embedders import load_embedder
from index.library import open_library
from index.retriever import Retriever
from index.schema import Request
from index.store import Store, read_only_check
from index.tokens import comparable, content_words
from settings import Settings, load_settings


def parser() -> argparse.ArgumentParser:
    """The command line, help in Chinese."""
    top = argparse.ArgumentParser(prog="python -m index", description="建立、查看和试用索引。")
    # Also after the command's name, where wengui users write it; SUPPRESS keeps what was given before it.
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--settings", type=Path, default=argparse.SUPPRESS, help="设置文件（TOML）")
    top.add_argument("--settings", type=Path, help="设置文件（TOML）")
    commands = top.add_subparsers(dest="command", required=True, metavar="命令")
    make = commands.add_parser("build", parents=[common], help="建立或更新索引：只处理有变化的文件")
    make.add_argument("--rebuild", action="store_true", help="全部重新读取（换了向量模型时用）")
    make.add_argument("--if-stale", action="store_true", help="没有变化就什么也不做")
    status = commands.add_parser("status", parents=[common], help="索引的状态")
    status.add_argument("--json", action="store_true", help="输出 JSON")
    search = commands.add_parser("search", parents=[common], help="按问题检索条款")
    search.add_argument("question", help="问题或关键词")
    search.add_argument("--limit", type=int, default=5, help="显示几条（默认 5）")
    search.add_argument("--json", action="store_true", help="输出 JSON")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code; raises AssistantError for console.run to show."""
    options = parser().parse_args(arguments)
    settings = load_settings(options.settings)
    if options.command == "build":
        return _build(settings, options.rebuild, options.if_stale)
    read_only_check(settings.library_path)
    return _status(settings, options.json) if options.command == "status" else _search(settings, options)


def _build(settings: Settings, rebuild: bool, if_stale: bool) -> int:
    _check_folders(settings)
    store = Store(settings.library_path)
    if if_stale and not rebuild and store.meta("embedder") and not is_stale(store, settings.source_folders):
        store.close()
        return 0
    embedder = load_embedder(settings.index.embedder, threads=settings.index.threads)
    report = build(store, settings.source_folders, embedder, rebuild=rebuild, progress=console.progress_bar())
    open_library(store, settings.cache_folder)
    store.close()
    console.write(
        f"索引已就绪：{report.clauses} 条，{report.passages} 段；新读 {len(report.added)} 个文件，"
        f"未变 {len(report.unchanged)} 个，移除 {len(report.removed)} 个，新算向量 {report.embedded} 个。"
    )
    for name, message in report.failed:
        console.write(f"没有读成 {name}：{message}")
    # A file that cannot be read must not keep the page from starting with the others (make run).
    return 1 if report.failed and not if_stale else 0


def _check_folders(settings: Settings) -> None:
    """Raise SettingsError when a folder the settings name is not there: a typing error must not empty the library."""
    for folder in settings.data.sources:
        if not Path(folder).expanduser().is_dir():
            raise SettingsError("找不到设置里的文件夹", f"data.sources：{folder}", "请检查路径；资料库没有改动。")


def _status(settings: Settings, as_json: bool) -> int:
    store = Store(settings.library_path)
    documents = store.documents()
    state = {
        "library": str(settings.library_path), "generation": store.generation, "embedder": store.meta("embedder"),
        "documents": [dataclasses.asdict(d) for d in documents], "clauses": len(store.clauses()),
        "stale": is_stale(store, settings.source_folders),
    }
    store.close()
    if as_json:
        console.write_json(state)
        return 0
    console.write(f"资料库 {state['library']}（第 {state['generation']} 代，向量模型 {state['embedder']}）")
    console.write(f"{len(documents)} 份文件，{state['clauses']} 条；{'文件有变化，请运行 build' if state['stale'] else '与文件一致'}")
    for document in documents:
        console.write(f"  [{document.level.value}] {document.title}")
    return 0


def _search(settings: Settings, options: argparse.Namespace) -> int:
    if not options.question.strip():
        raise QuestionError("没有写要找什么", "", "请在命令后面写上问题或关键词。")
    store = Store(settings.library_path)
    embedder = load_embedder(settings.index.embedder, threads=settings.index.threads)
    check_embedder(store, embedder.model_name)
    retriever = Retriever(open_library(store, settings.cache_folder), embedder)
    text = options.question.strip()
    request = Request(comparable(text), text, tuple((word,) for word in dict.fromkeys(content_words(text))))
    hits = retriever.search(request, limit=options.limit).hits
    store.close()
    if options.json:
        console.write_json([
            {"rank": h.rank, "score": h.score, "clause_id": h.clause.clause_id, "document": h.document.title,
             "path": list(h.clause.heading_path), "page": h.clause.page_start, "text": h.clause.text, "best": h.passage.text}
            for h in hits
        ])
        return 0
    for hit in hits:
        page = f"，第 {hit.clause.page_start} 页" if hit.clause.page_start else ""
        console.write(f"{hit.rank}. 《{hit.document.title}》{' › '.join((*hit.clause.heading_path, hit.clause.title))}{page}")
        console.write(f"   {hit.passage.text.replace(chr(10), ' ')}")
    return 0


if __name__ == "__main__":
    console.run(main)
