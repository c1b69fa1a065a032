"""python -m index build|add|remove|restore|status|search: build the index, change what is in it, see its state, try it."""

from __future__ import annotations

import argparse
import dataclasses
import getpass
from collections.abc import Sequence
from pathlib import Path

import console
from corpus.check import KINDS
from corpus.worker import Limits, parse_confined
from errors import LibraryError, QuestionError, SettingsError, SourceError
from index.build import build, check_embedder, is_stale
from index.embedders import load_embedder
from index.keeping.ledger import Stage
from index.keeping.librarian import open_librarian
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
    add = commands.add_parser("add", parents=[common], help="加入文件：读取、列出问题、上线")
    add.add_argument("files", nargs="+", type=Path, metavar="文件", help="txt、md、html、docx 或 pdf")
    add.add_argument("--replaces", default="", metavar="文件名", help="是资料库里哪个文件的新版本（旧的进回收站）")
    remove = commands.add_parser("remove", parents=[common], help="移除文件：进回收站，可以恢复")
    remove.add_argument("name", metavar="文件名", help="status 里列出的文件名")
    restore = commands.add_parser("restore", parents=[common], help="从回收站恢复文件")
    restore.add_argument("name", metavar="文件名", help="移除时的文件名")
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
    if options.command == "add":
        return _add(settings, options.files, options.replaces)
    if options.command in ("remove", "restore"):
        return _move(settings, options.command, options.name)
    read_only_check(settings.library_path)
    return _status(settings, options.json) if options.command == "status" else _search(settings, options)


def _build(settings: Settings, rebuild: bool, if_stale: bool) -> int:
    _check_folders(settings)
    store = Store(settings.library_path)
    if if_stale and not rebuild and store.meta("embedder") and not is_stale(store, settings.source_folders):
        store.close()
        return 0
    embedder = load_embedder(settings.index.embedder, threads=settings.index.threads)
    limits = Limits(settings.library.parse_seconds, settings.library.parse_memory * 2**20)
    report = build(
        store, settings.source_folders, embedder, rebuild=rebuild, progress=console.progress_bar(),
        parse=lambda path: parse_confined(path, limits),
    )
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


def _add(settings: Settings, files: Sequence[Path], replaces: str) -> int:
    """Let files go live one by one. Raises AssistantError at the first that cannot; those before it are live."""
    librarian = open_librarian(settings, background=False)
    if replaces and len(files) > 1:
        raise SettingsError("--replaces 只能用于一个文件", "", "请一次只加入一个文件。")
    for file in files:
        if not file.is_file():
            raise SourceError("找不到这个文件", str(file), "请检查路径和文件名。")
        with librarian.receive(file.name) as incoming, file.open("rb") as stream:
            incoming.check(file.stat().st_size)
            while piece := stream.read(2**20):
                incoming.write(piece)
            held = librarian.accept(incoming, _actor(), replaces)
        preview = librarian.preview(held.held_id)
        for problem in preview.parsed.problems:
            console.write(f"  {KINDS.get(problem.kind, problem.kind)}  {problem.where}：{problem.detail}")
        librarian.publish(held.held_id, {}, _actor())
        console.write(f"已上线 {preview.name}：{len(preview.parsed.documents)} 份文件，{len(preview.parsed.clauses)} 条"
                      + (f"；代替 {'、'.join(preview.replaces)}（在回收站里）" if preview.replaces else ""))
    return 0


def _move(settings: Settings, command: str, name: str) -> int:
    librarian = open_librarian(settings, background=False)
    if command == "remove":
        librarian.remove(name, _actor())
        console.write(f"已移除 {name}；用 index restore {name} 可以恢复。")
        return 0
    found = [held for held in librarian.held() if held.stage is Stage.BIN and held.name == name]
    if not found:
        names = "、".join(held.name for held in librarian.held() if held.stage is Stage.BIN)
        raise LibraryError("回收站里没有这个文件", name, f"现有：{names}。" if names else "回收站是空的。")
    librarian.restore(found[0].held_id, _actor())
    console.write(f"已恢复 {name}。")
    return 0


def _actor() -> str:
    """Who runs the command, for the record."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


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
        console.write(f"  [{document.level.value}] {document.title}（{document.source_path}）")
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
