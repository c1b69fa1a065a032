"""CMRC 2018 and DRCD as open-pool question answering: every passage of the file is one document to search."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from eval.benchmarks.schema import Benchmark, BenchmarkQuestion, PoolDocument
from eval.cases import CaseError

_NOTE = (
    "公开成绩给定原文、只找答案片段；这里先在全部段落里检索再回答，回答是带引用的句子，EM 和 F1 因此偏低，"
    "“含答案”一项更可比。"
)
Passage = tuple[str, str, list[tuple[str, str, list[str]]]]  # id, text, [(question id, question, answers)]


def load_reading(name: str, path: Path) -> Benchmark:
    """The benchmark in a CMRC 2018 trial file (a list of contexts) or a SQuAD-like file. Raises CaseError."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        passages = list(_trial(raw) if isinstance(raw, list) else _squad(raw))
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError) as error:
        raise CaseError("评测数据的格式不对", str(path), "应是 CMRC 2018 或 DRCD 的原始 JSON 文件。") from error
    documents = tuple(PoolDocument(identity, text) for identity, text, _ in passages)
    questions = tuple(
        BenchmarkQuestion(question_id, question, "all", (tuple(dict.fromkeys(answers)),), (text,))
        for _, text, asked in passages
        for question_id, question, answers in asked
    )
    return Benchmark(name, {"all": documents}, questions, _NOTE)


def _trial(raw: list) -> Iterator[Passage]:
    for entry in raw:
        asked = [(q["query_id"], q["query_text"], list(q["answers"])) for q in entry["qas"]]
        yield entry["context_id"], entry["context_text"].strip(), asked


def _squad(raw: dict) -> Iterator[Passage]:
    for article in raw["data"]:
        for number, paragraph in enumerate(article["paragraphs"]):
            asked = [(str(q["id"]), q["question"], [a["text"] for a in q["answers"]]) for q in paragraph["qas"]]
            yield str(paragraph.get("id") or f"{article.get('id', '')}-{number}"), paragraph["context"].strip(), asked
