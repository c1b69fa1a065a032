"""All evaluation runs: what can be asked, figures over time, the list, two of them held against each other."""

from __future__ import annotations

from collections.abc import Sequence

from eval.compare import Change, Comparison
from eval.schema import CaseResult
from eval.scoring import LABELS, REFUSAL_LABELS
from ui.charts import Share, trend_chart
from ui.evaluation.detail import BACK, answer_text, figures_table
from ui.evaluation.evaluator import QuestionSet
from ui.evaluation.shelf import Figures
from ui.evaluation.words import between, difference, moment_of, set_of, value_of
from ui.html import Html, element

# Drawn over time, with what each says.
_TRENDS = {"all": "答对的题；应拒答的题，拒了才算对", "r5": "应有的依据里，检索排进前 5 条的", "refusal_recall": "资料里没有答案的题，拒答了的"}
_COLUMNS = ("all", "r5", "refusal_recall", "false_refusals")
_CHANCE = 0.05
_FIRST = 50  # questions offered at first


def evaluation_shell() -> Html:
    """The empty part; the script fills it when it is opened."""
    return element(
        "div", element("div", id="evaluation-now", class_="eval-now", role="status", aria_live="polite"),
        element("div", id="evaluation", class_="eval-page", tabindex="-1"),
    )


def failed_view(message: str) -> Html:
    """Why something cannot be shown."""
    return element("section", BACK, element("h2", "打不开", tabindex="-1"), element("p", message, class_="problem", role="alert"))


def overview(runs: Sequence[Figures], unreadable: Sequence[str], sets: Sequence[QuestionSet], folder: str) -> Html:
    """Everything, the latest run first. folder: where the runs lie."""
    lead = element("p", "拿有标准答案的题来问，看答得对不对、依据找得准不准、该拒的拒了没有。", class_="hint")
    lost = element("p", f"这些评测读不出来，可能来自别的版本：{'、'.join(unreadable)}", class_="notice") if unreadable else None
    return element(
        "section", element("h2", "评测", tabindex="-1"), lead, _form(sets), lost, _trends(runs), _listed(runs, folder), data_evaluations=True,
    )


def _form(sets: Sequence[QuestionSet]) -> Html:
    """What starts a run."""
    options = [element("option", f"{item.label}（{item.count} 题）", value=item.key, data_count=item.count) for item in sets]
    most = max((item.count for item in sets), default=1)
    limit = element("input", type="number", name="limit", min=1, max=most, value=min(_FIRST, most), inputmode="numeric")
    name = element("input", type="text", name="name", maxlength=30, autocomplete="off", placeholder="例如 换模型以后")
    hint = "一次只做一个，提问照常，可以随时停止。测试集只能用命令评测，并要写明原因。"
    return element(
        "form", _field("问题集", element("select", *options, name="set")), _field("题数（均匀抽取）", limit), _field("名称（可不写）", name),
        element("button", "开始评测", type="submit", class_="act strong"), element("p", hint, class_="hint"), class_="eval-form", data_form="start",
    )


def _field(name: str, control: Html) -> Html:
    return element("label", element("span", name), control, class_="field")


def _trends(runs: Sequence[Figures]) -> Html | None:
    """Figures over time, for each set of the same questions that was asked more than once to its end."""
    groups: dict[tuple[str, str], list[Figures]] = {}
    for run in reversed(runs):
        if run.whole:
            groups.setdefault((run.record.split, run.record.cases_digest), []).append(run)
    drawn = [_group(group) for group in groups.values() if len(group) > 1]
    return element("section", element("h3", "同样的题，历次结果"), *drawn, class_="eval-trends") if drawn else None


def _group(runs: Sequence[Figures]) -> Html:
    charts = []
    for metric, meaning in _TRENDS.items():
        shares = [
            Share(moment_of(run.record)[5:], value_of(metric, found.mean), found.mean, found.low, found.high)
            for run in runs if (found := run.metrics.get(metric)) is not None
        ]
        if len(shares) > 1:
            name = (LABELS | REFUSAL_LABELS)[metric]
            charts.append(element("figure", element("figcaption", name, element("small", meaning)), trend_chart(name, shares), class_="chart"))
    return element("div", element("h4", set_of(runs[-1].record), f"，{len(runs)} 次"), element("div", *charts, class_="eval-charts"))


def _listed(runs: Sequence[Figures], folder: str) -> Html:
    if not runs:
        return element("p", "还没有做过评测。在上面选一个问题集，点“开始评测”。", class_="hint")
    labels = LABELS | REFUSAL_LABELS
    heads = ("时间", "名称", "问题集", *(labels[metric] for metric in _COLUMNS), "用时中位数", "")
    table = figures_table(heads, [_row(run) for run in runs])
    where = element("p", "每次评测的全部记录在 ", element("code", folder), "。", class_="hint")
    return element(
        "section", element("h3", "历次评测 ", element("span", f"{len(runs)} 次", class_="count")), _chooser(runs),
        element("div", table, class_="wide", tabindex="0", role="region", aria_label="历次评测"), where,
    )


def _row(run: Figures) -> Html:
    cells = []
    for metric in _COLUMNS:
        found = run.metrics.get(metric)
        small = element("small", between(metric, found)) if found and between(metric, found) else None
        cells.append(element("td", value_of(metric, found.mean) if found else "—", small))
    half = element("span", f"只问了 {run.answered} 题", class_="badge quiet") if not run.whole else None
    told = f"看 {run.name} 的错题和全部指标"
    look = element("button", "看错题", type="button", class_="act", data_eval="run", data_run=run.name, title=told, aria_label=told)
    median = run.seconds.get("total", {}).get("p50")
    return element(
        "tr", element("td", moment_of(run.record)), element("th", run.record.name, scope="row"), element("td", set_of(run.record), half), *cells,
        element("td", f"{median:.2f} 秒" if median is not None else "—"),
        element("td", look), data_run=run.name,
    )


def _chooser(runs: Sequence[Figures]) -> Html | None:
    """Two runs to be compared: at first the latest and the one before it over the same questions."""
    if len(runs) < 2:
        return None
    after = runs[0]
    before = next((run for run in runs[1:] if run.record.cases_digest == after.record.cases_digest), runs[1])

    def choice(label: str, name: str, first: Figures) -> Html:
        options = [
            element("option", f"{moment_of(run.record)[5:]} {run.record.name}（{set_of(run.record)}）", value=run.name, selected=run is first)
            for run in runs
        ]
        return _field(label, element("select", *options, name=name))

    chosen = choice("先前的", "before", before), choice("后来的", "after", after)
    return element("form", *chosen, element("button", "比较", type="submit", class_="act strong"), class_="eval-form", data_form="compare")


# -- two runs ----------------------------------------------------------------------------------------------------


def comparison_view(before: Figures, after: Figures, result: Comparison, old: Sequence[CaseResult], new: Sequence[CaseResult]) -> Html:
    """What moved from one run to the other, and the questions that became right or wrong with both answers. old and new:
    the results of before and after."""
    sides = "".join(f"{side}：{moment_of(run.record)} {run.record.name}（{set_of(run.record)}）。" for side, run in (("先前", before), ("后来", after)))
    shared = f"共同的题 {result.shared}，只在先前的 {result.only_before}，只在后来的 {result.only_after}。"
    head = BACK, element("h2", "两次评测相比", tabindex="-1"), element("p", sides, shared, class_="hint")
    if not result.shared:
        none = element("p", "两次评测没有共同的题，比不了。请选同一个问题集的两次。", class_="problem", role="alert")
        return element("section", *head, none)
    table = figures_table(("指标", "先前", "后来", "变化", "升／降的题", "p"), [_change(change) for change in result.changes])
    before_of, after_of = ({item.case.id: item for item in results} for results in (old, new))
    return element(
        "section", *head, element("div", table, class_="wide", tabindex="0", role="region", aria_label="各项指标的变化"),
        element("p", "p 小于 0.05 的变化不大像是碰巧（成对置换检验）。", class_="hint"),
        *(_moved(title, [(before_of[key], after_of[key]) for key in keys]) for title, keys in (("变对", result.gained), ("变错", result.lost))),
    )


def _change(change: Change) -> Html:
    verdict = element("span", change.verdict, class_="better" if change.verdict == "变好" else "worse") if change.verdict else None
    moved = difference(change.metric, change.delta) if change.verdict else "没有变化"
    return element(
        "tr", element("th", LABELS[change.metric], scope="row"), element("td", value_of(change.metric, change.before)),
        element("td", value_of(change.metric, change.after)), element("td", moved, " ", verdict),
        element("td", f"{change.up}／{change.down}"),
        element("td", element("b", f"{change.p:.3f}") if change.p < _CHANCE else f"{change.p:.3f}"),
    )


def _moved(title: str, pairs: Sequence[tuple[CaseResult, CaseResult]]) -> Html:
    items = [
        element(
            "details", element("summary", element("code", new.case.id), " ", element("span", new.case.question, class_="asked-text")),
            element("div", *(
                element("section", element("h4", name), element("p", words, class_="eval-words"))
                for name, words in (("先前的回答", answer_text(old)), ("后来的回答", answer_text(new)), ("参考答案", new.case.answer))
            ), class_="eval-sides"), class_="eval-case",
        )
        for old, new in pairs
    ]
    return element("section", element("h3", f"{title} ", element("span", f"{len(pairs)} 题", class_="count")), *items)
