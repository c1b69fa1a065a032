"""One evaluation run: its figures, by type too, and every question not answered rightly with what should have been."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from eval.matching import forbidden_found, key_points_found
from eval.metrics.answers import strip_marks
from eval.metrics.retrieval import quote_ranks
from eval.schema import TYPE_LABELS, CaseResult
from eval.scoring import LABELS, REFUSAL_LABELS
from ui.charts import Share, share_chart
from ui.evaluation.shelf import Figures
from ui.evaluation.words import between, moment_of, set_of, value_of
from ui.html import Child, Html, element

_HITS = 5  # retrieved clauses shown of a question
_WORDS = 200  # characters of one
_SHOWN = 200  # questions shown at once
BACK = element("button", "‹ 全部评测", type="button", class_="act", data_eval="overview")
_STAGES = {"retrieve": "检索与取证", "answer": "成文与核对", "total": "合计"}


def run_view(figures: Figures, results: Sequence[CaseResult], known: Collection[str]) -> Html:
    """A run. known: ids of the clauses that can be opened now."""
    record = figures.record
    wrong = [result for result in results if result.scores["strict"] < 1]
    commit = (record.commit[:10] or "无") + ("（有未提交的改动）" if record.dirty else "")
    told = (moment_of(record), set_of(record), f"共用 {record.seconds:.0f} 秒", f"提交 {commit}")
    half = f"这次只问了 {figures.answered}/{record.cases} 题：还在进行，或中途停止了。"
    return element(
        "section", BACK, element("h2", record.name, tabindex="-1"), element("p", *(element("span", words) for words in told), class_="facts"),
        None if figures.whole else element("p", half, class_="notice"), _types(figures), _table(figures), _seconds(figures), _wrong(wrong, known),
        data_run_shown=figures.name,
    )


def figures_table(heads: Sequence[str], rows: Sequence[Html]) -> Html:
    """A table under its heads."""
    head = element("tr", *(element("th", name, scope="col") for name in heads))
    return element("table", element("thead", head), element("tbody", *rows), class_="figures")


def _types(figures: Figures) -> Html | None:
    if not figures.types:
        return None
    shares = [
        Share(label, f"{found.mean:.1%}（{found.n} 题）", found.mean, found.low, found.high)
        for kind, label in TYPE_LABELS.items() if (found := figures.types.get(kind)) is not None
    ]
    title = "各题型答对的比例（细线是 95% 区间）"
    return element("figure", element("figcaption", title), share_chart(title, shares), class_="chart eval-types")


def _table(figures: Figures) -> Html:
    rows = [
        element("tr", element("th", label, scope="row"), *map(_cell, (value_of(metric, found.mean), between(metric, found), found.n)))
        for metric, label in (REFUSAL_LABELS | LABELS).items() if (found := figures.metrics.get(metric)) is not None
    ]
    table = figures_table(("指标", "数值", "95% 区间", "题数"), rows)
    return element("details", element("summary", f"全部指标（{len(rows)} 项）"), element("div", table, class_="scroll"), class_="outline")


def _seconds(figures: Figures) -> Html | None:
    stages = {name: figures.seconds[key] for key, name in _STAGES.items() if key in figures.seconds}
    if not stages:
        return None
    names = list(next(iter(stages.values())))
    rows = [
        element("tr", element("th", stage, scope="row"), *(_cell(f"{found[name]:.2f}") for name in names)) for stage, found in stages.items()
    ]
    table = figures_table(("步骤（秒）", *({"max": "最慢"}.get(name, name) for name in names)), rows)
    return element("details", element("summary", "用时"), element("div", table, class_="scroll"), class_="outline")


def _cell(value: Child) -> Html:
    return element("td", value)


def _wrong(wrong: Sequence[CaseResult], known: Collection[str]) -> Html:
    if not wrong:
        return element("p", "没有答错的题。", class_="hint")
    counts = Counter(result.case.type for result in wrong)
    chips = [_chip("全部", "", len(wrong), pressed=True)]
    chips += [_chip(TYPE_LABELS.get(kind, kind), kind, count) for kind, count in counts.most_common()]
    more = f"只列出前 {_SHOWN} 题，其余请看 python -m eval report 写出的报告。"
    rest = element("p", more, class_="hint") if len(wrong) > _SHOWN else None
    title = element("h3", "没有答对的题 ", element("span", f"{len(wrong)} 题", class_="count"))
    return element(
        "section", title, element("p", *chips, class_="eval-chips", role="group", aria_label="只看一种题型"),
        *(case_view(result, known) for result in wrong[:_SHOWN]), rest,
    )


def _chip(label: str, kind: str, count: int, *, pressed: bool = False) -> Html:
    return element(
        "button", f"{label} {count}", type="button", class_="act", data_eval="type", data_type=kind, aria_pressed="true" if pressed else "false",
    )


def case_view(result: CaseResult, known: Collection[str]) -> Html:
    """One question: the answer, what was retrieved and what was expected, side by side."""
    case = result.case
    kind = element("span", TYPE_LABELS.get(case.type, case.type), class_="badge quiet")
    before = element("p", f"之前问过：{' ／ '.join(case.history)}", class_="hint") if case.history else None
    found = _objects(result.record, "retrieved")
    ranks = quote_ranks([quote.quote for quote in case.evidence], [str(hit.get("text") or "") for hit in found])
    hits = [_hit(hit, place in ranks, known) for place, hit in enumerate(found[:_HITS], 1)]
    return element(
        "details", element("summary", element("code", case.id), " ", kind, " ", element("span", case.question, class_="asked-text")), before,
        element(
            "div", element("section", element("h4", "回答"), *_answered(result)),
            element("section", element("h4", f"检索到的前 {len(hits)} 条"), element("ol", *hits)),
            element("section", element("h4", "应有的依据"), *_expected(result, ranks)), class_="eval-sides",
        ), class_="eval-case", data_type=case.type,
    )


def answer_text(result: CaseResult) -> str:
    """What came back, in words."""
    error = str(result.record.get("error") or "")
    return f"出错：{error}" if error else str(result.record.get("answer") or "（没有回答）")


def _answered(result: CaseResult) -> list[Child]:
    words = answer_text(result)
    plain, case = strip_marks(words), result.case
    marks = [
        element("li", f"{'✓ 有' if found else '✗ 缺'}：{'／'.join(entry)}", class_="hit" if found else "miss")
        for entry, found in zip(case.key_points, key_points_found(plain, case.key_points), strict=True)
    ]
    marks += [element("li", f"✗ 不该说：{phrase}", class_="miss") for phrase in forbidden_found(plain, case.forbidden)]
    if not case.answerable:
        marks.append(element("li", "✗ 应当拒答", class_="miss"))
    elif result.refused:
        marks.append(element("li", "✗ 不该拒答", class_="miss"))
    return [element("p", words, class_="eval-words"), element("ul", *marks, class_="eval-points")]


def _hit(hit: Mapping[str, object], right: bool, known: Collection[str]) -> Html:
    """A retrieved clause; right: it holds what was expected."""
    words = " ".join(str(hit.get("text") or "").split())
    shown = words if len(words) <= _WORDS else f"{words[:_WORDS]}…"
    title = element("b", f"《{str(hit.get('document') or '').strip('《》')}》")
    badge = element("span", "含依据", class_="badge") if right else None
    clause_id = str(hit.get("clause_id") or "")
    if clause_id in known:
        return element("li", element("button", title, " ", shown, " ", badge, type="button", class_="eval-hit", data_clause=clause_id))
    return element("li", element("div", title, " ", shown, " ", badge, class_="eval-hit"))


def _expected(result: CaseResult, ranks: Sequence[int | None]) -> list[Child]:
    case = result.case
    quotes = []
    for quote, rank in zip(case.evidence, ranks, strict=True):
        told = element("span", f"检索到，第 {rank} 条" if rank else "没有检索到", class_="hit" if rank else "miss")
        quotes.append(element("li", element("b", f"《{quote.doc.strip('《》')}》"), " ", quote.quote, told))
    return [element("p", f"参考答案：{case.answer}", class_="eval-words"), element("ul", *quotes, class_="eval-points") if quotes else None]


def _objects(record: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    listed = record.get(name)
    return [item for item in listed if isinstance(item, Mapping)] if isinstance(listed, list) else []
