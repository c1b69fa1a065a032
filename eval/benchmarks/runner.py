"""Run a benchmark through the product's public interface: documents into a folder, an answerer opened over it.

How a folder becomes an answerer is given (open_folder); this module knows nothing of libraries or settings.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from assistant.schema import Answer, Status
from errors import AssistantError
from eval.benchmarks.schema import Benchmark, BenchmarkQuestion, PoolDocument
from eval.cases import spread
from eval.metrics import spans
from eval.metrics.answers import strip_marks
from eval.metrics.statistics import bootstrap
from eval.quotes import squeeze
from eval.records import to_record
from eval.runner import Ask, Progress, silent
from eval.schema import Interval

# Documents folder → an answerer, closed when the context ends.
OpenFolder = Callable[[Path], AbstractContextManager[Ask]]
_UNSAFE = re.compile(r"[^\w\u4e00-\u9fff（）()-]+")
LABELS = {
    "passage1": "R@1（所属段落）", "passage5": "R@5（所属段落）", "passage10": "R@10（所属段落）", "mrr": "MRR",
    "found5": "前 5 条含答案", "em": "EM", "f1": "F1", "included": "回答含答案", "declined": "拒答", "errors": "出错（题）",
    "misled": "照搬错误资料", "seconds": "每题用时（秒）",
}


def run_benchmark(
    benchmark: Benchmark, open_folder: OpenFolder, *, limit: int | None = None, progress: Progress = silent,
    found: Callable[[dict[str, object]], object] = lambda record: None,
) -> list[dict[str, object]]:
    """The record of every question, its scores under "scores". limit: at most so many questions, evenly spread.

    found: called with each record as it comes, so that a run broken off keeps what it has. A question that the product
    rejects (an empty one, say) is a record with its error, neither right nor declined.
    """
    questions = spread(benchmark.questions, limit)
    by_pool: dict[str, list[BenchmarkQuestion]] = {}
    for question in questions:
        by_pool.setdefault(question.pool, []).append(question)
    records = []
    for pool, asked in by_pool.items():
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_documents(benchmark.pools[pool], folder)
            with open_folder(folder) as ask:
                for question in asked:
                    record = _ask(question, ask)
                    records.append(record)
                    found(record)
                    progress(len(records), len(questions))
    return records


def _ask(question: BenchmarkQuestion, ask: Ask) -> dict[str, object]:
    try:
        record = to_record(question.id, ask(question.question, ()))
    except AssistantError as fault:
        record = to_record(question.id, Answer(question.question, "", Status.REFUSED), error=fault.message)
    return {**record, "scores": score_question(question, record)}


def write_documents(documents: Sequence[PoolDocument], folder: Path) -> None:
    """Each document as a file of folder, as a user would put it there."""
    for number, document in enumerate(documents):
        stem = f"{number:05d}-{_UNSAFE.sub('_', document.name)[:60]}"
        if document.path is not None:
            shutil.copyfile(document.path, folder / f"{stem}{document.path.suffix}")
        else:
            (folder / f"{stem}.txt").write_text(document.text + "\n", encoding="utf-8")


def score_question(question: BenchmarkQuestion, record: Mapping[str, object]) -> dict[str, float]:
    """Scores of one answer; those that the benchmark's data do not allow are absent."""
    answer = strip_marks(str(record.get("answer") or ""))
    refused = bool(record.get("refused"))
    listed = record.get("retrieved")
    units = [squeeze(str(unit.get("text") or "")) for unit in listed] if isinstance(listed, list) else []
    scores: dict[str, float] = {"declined": float(refused), "errors": float(bool(record.get("error")))}
    seconds = record.get("seconds")
    if isinstance(seconds, Mapping) and "total" in seconds:
        scores["seconds"] = float(seconds["total"])
    if question.gold:
        gold = [squeeze(text) for text in question.gold]
        rank = next((n for n, unit in enumerate(units, 1) if any(_belongs(unit, text) for text in gold)), None)
        scores |= {f"passage{k}": float(rank is not None and rank <= k) for k in (1, 5, 10)}
        scores["mrr"] = 1 / rank if rank else 0.0
    if question.references:
        needed = [[squeeze(option) for option in group] for group in question.references]
        scores["found5"] = float(all(any(o in unit for o in group for unit in units[:5]) for group in needed))
        body = "" if refused else answer
        scores["included"] = float(all(spans.included(body, group) for group in question.references))
        if len(question.references) == 1:
            scores["em"] = spans.exact(body, question.references[0])
            scores["f1"] = spans.f1(body, question.references[0])
    if question.wrong and not refused:
        scores["misled"] = float(any(spans.included(answer, [wrong]) for wrong in question.wrong))
    return scores


def summarise_benchmark(records: Sequence[Mapping[str, object]], *, seed: int = 0) -> dict[str, Interval]:
    """Means with 95 % intervals, errors as their number, in the order of LABELS."""
    table = {}
    for metric in LABELS:
        found = [record["scores"] for record in records]
        values = [float(scores[metric]) for scores in found if isinstance(scores, Mapping) and metric in scores]
        if metric == "errors" and values:
            table[metric] = Interval(sum(values), sum(values), sum(values), len(values))
        elif values:
            table[metric] = bootstrap(values, seed=seed)
    return table


def _belongs(unit: str, passage: str) -> bool:
    """Whether a retrieved unit is the passage, a piece of it, or holds it whole."""
    return len(unit) >= min(8, len(passage)) and (unit in passage or passage in unit)
