"""A case and its record → scores; many scores → one table of means with intervals. No files, no models."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from assistant.compose import without_missing_note
from eval.metrics import citations as cited
from eval.metrics import grounding, refusal, retrieval
from eval.metrics.answers import score_answer, strip_marks
from eval.metrics.statistics import bootstrap, percentile
from eval.records import confidence
from eval.schema import Case, CaseResult, Interval

_LABEL = re.compile(r"\[(\d{1,3})\]")
# Metric → what a reader sees; the order is the order of tables. "count" metrics are summed, not averaged.
LABELS: dict[str, str] = {
    "strict": "严格正确",
    "points": "要点命中率",
    "forbidden": "出现禁用说法",
    "length": "回答长度（字）",
    "length_ratio": "回答长度÷参考长度",
    "r1": "R@1",
    "r5": "R@5",
    "r10": "R@10",
    "any5": "前 5 条至少有一处证据",
    "mrr": "MRR",
    "ndcg10": "nDCG@10",
    "r1500": "前 1,500 字含证据",
    "citation_precision": "引用准确率",
    "citation_recall": "引用召回率",
    "exact_quotes": "引文逐字一致",
    "marks": "角标有对应引用",
    "figures": "无依据数字（个）",
    "agencies": "无依据部门（个）",
    "quotations": "无依据引语（个）",
    "errors": "出错（题）",
}
COUNTS = frozenset({"figures", "agencies", "quotations", "errors"})
LOWER_IS_BETTER = COUNTS | {"forbidden", "length", "length_ratio", "false_refusals", "risk_area"}


def score(case: Case, record: Mapping[str, object]) -> dict[str, float]:
    """Every metric that applies to this case. Retrieval and citation metrics need evidence, grounding an answer."""
    answer = str(record.get("answer") or "")
    refused = bool(record.get("refused"))
    failed = bool(record.get("error"))
    scores = score_answer(case, "" if failed else answer, refused)
    scores["errors"] = float(failed)
    quotes = [quote.quote for quote in case.evidence]
    if quotes:
        texts = [str(unit.get("text") or "") for unit in _objects(record, "retrieved")]
        scores |= _retrieval(quotes, texts)
    if refused or failed:
        return scores
    citations = _objects(record, "citations")
    if quotes:
        scores |= _present(
            citation_precision=cited.precision(citations, quotes), citation_recall=cited.recall(citations, quotes)
        )
    labels = [int(label) for label in _LABEL.findall(answer)]
    scores |= _present(exact_quotes=cited.exact_quotes(citations), marks=cited.marks_resolve(labels, citations))
    sources = [source for citation in citations for source in _source_texts(citation)]
    body = without_missing_note(strip_marks(answer))
    scores["figures"] = float(len(grounding.unsupported_figures(body, sources)))
    scores["agencies"] = float(len(grounding.unsupported_agencies(body, sources)))
    scores["quotations"] = float(len(grounding.unsupported_quotations(body, sources)))
    return scores


def summarise(results: Sequence[CaseResult], *, seed: int = 0) -> dict[str, Interval]:
    """Each metric's mean and 95 % interval over the cases it applies to; counts as sums over all cases.

    strict is over answerable cases alone (unanswerable ones are what refusal figures are for); all is over both.
    """
    table: dict[str, Interval] = {}
    for metric in LABELS:
        chosen = [r for r in results if metric in r.scores and (metric != "strict" or r.case.answerable)]
        values = [r.scores[metric] for r in chosen]
        if not values:
            continue
        if metric in COUNTS:
            total = sum(values)
            table[metric] = Interval(total, total, total, len(values))
        else:
            table[metric] = bootstrap(values, seed=seed)
    if results:
        table["all"] = bootstrap([r.scores["strict"] for r in results], seed=seed)
    return table | _refusals(results, seed)


def by_type(results: Sequence[CaseResult], *, seed: int = 0) -> dict[str, Interval]:
    """strict for each type of question, and for dialogue turns after the first."""
    groups: dict[str, list[float]] = {}
    for result in results:
        groups.setdefault(result.case.type, []).append(result.scores["strict"])
        if result.case.history:
            groups.setdefault("follow-up", []).append(result.scores["strict"])
    return {name: bootstrap(values, seed=seed) for name, values in sorted(groups.items())}


def latency(results: Sequence[CaseResult]) -> dict[str, dict[str, float]]:
    """stage → p50, p90, p95, p99 and max, in seconds, over the cases that timed it."""
    stages: dict[str, list[float]] = {}
    for result in results:
        seconds = result.record.get("seconds")
        for stage, value in seconds.items() if isinstance(seconds, Mapping) else ():
            stages.setdefault(str(stage), []).append(float(value))
    return {
        stage: {f"p{q}": percentile(values, q) for q in (50, 90, 95, 99)} | {"max": max(values)}
        for stage, values in stages.items()
    }


def risk_points(results: Sequence[CaseResult]) -> list[tuple[float, float]]:
    """The risk–coverage curve of a run."""
    return refusal.risk_coverage(
        [confidence(result.record) for result in results], [result.scores["strict"] == 1 for result in results]
    )


def _refusals(results: Sequence[CaseResult], seed: int) -> dict[str, Interval]:
    figures = refusal.refusal_figures([r.refused for r in results], [r.case.answerable for r in results])
    chosen: dict[str, list[float]] = {
        "refusal_precision": [float(not r.case.answerable) for r in results if r.refused],
        "refusal_recall": [float(r.refused) for r in results if not r.case.answerable],
        "false_refusals": [float(r.refused) for r in results if r.case.answerable],
    }
    table = {name: bootstrap(chosen[name], seed=seed) for name, value in figures.items() if value is not None}
    area = refusal.area_under_risk(risk_points(results))
    if area is not None:
        table["risk_area"] = Interval(area, area, area, len(results))
    return table


def _retrieval(quotes: Sequence[str], texts: Sequence[str]) -> dict[str, float]:
    ranks = retrieval.quote_ranks(quotes, texts)
    return {
        "r1": retrieval.recall_at(ranks, 1),
        "r5": retrieval.recall_at(ranks, 5),
        "r10": retrieval.recall_at(ranks, 10),
        "any5": retrieval.any_at(ranks, 5),
        "mrr": retrieval.reciprocal_rank(ranks),
        "ndcg10": retrieval.ndcg_at(ranks, 10),
        "r1500": retrieval.recall_in_characters(quotes, texts),
    }


def _objects(record: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    value = record.get(name)
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _source_texts(citation: Mapping[str, object]) -> list[str]:
    path = citation.get("path")
    headings = [str(part) for part in path] if isinstance(path, list) else []
    return [str(citation.get(name) or "") for name in ("text", "context", "document")] + headings


def _present(**values: float | None) -> dict[str, float]:
    return {name: value for name, value in values.items() if value is not None}


REFUSAL_LABELS = {
    "all": "严格正确（含应拒答题）",
    "refusal_precision": "拒答准确率",
    "refusal_recall": "应拒尽拒率",
    "false_refusals": "误拒率",
    "risk_area": "风险—覆盖曲线下面积",
}
