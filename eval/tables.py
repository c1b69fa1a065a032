"""Figures as plain text tables for a terminal; Chinese counts two columns. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from corpus.text import display_width
from eval import judge
from eval.compare import Comparison
from eval.gate import Verdict
from eval.judge import Agreement
from eval.schema import Interval
from eval.scoring import COUNTS, LABELS, REFUSAL_LABELS

ALL_LABELS = LABELS | REFUSAL_LABELS


def grid(rows: Sequence[Sequence[str]]) -> str:
    """Rows with aligned columns; the first row is the head."""
    widths = [max(display_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell + " " * (w - display_width(cell)) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "  ".join("─" * width for width in widths), *lines[1:]])


def summary(table: Mapping[str, Interval], labels: Mapping[str, str] = ALL_LABELS) -> str:
    """One run's metrics with 95 % intervals."""
    rows = [("指标", "数值", "95% 区间", "题数")]
    for metric, label in labels.items():
        if metric in table:
            value = table[metric]
            between = "" if value.low == value.high else f"{value.low:.3f}–{value.high:.3f}"
            rows.append((label, _number(metric, value.mean), between, str(value.n)))
    return grid(rows)


def side_by_side(columns: Mapping[str, Mapping[str, Interval]], labels: Mapping[str, str] = ALL_LABELS) -> str:
    """Several runs, one column each."""
    rows = [("指标", *columns)]
    for metric, label in labels.items():
        if any(metric in table for table in columns.values()):
            rows.append((label, *(_number(metric, t[metric].mean) if metric in t else "—" for t in columns.values())))
    return grid(rows)


def types(table: Mapping[str, Interval]) -> str:
    """strict by type of question."""
    rows = [("题型", "严格正确", "95% 区间", "题数")]
    rows += [(k, f"{v.mean:.3f}", f"{v.low:.3f}–{v.high:.3f}", str(v.n)) for k, v in table.items()]
    return grid(rows)


def stages(table: Mapping[str, Mapping[str, float]]) -> str:
    """Latency by stage, seconds."""
    names = list(next(iter(table.values()), {}))
    return grid([("步骤（秒）", *names), *((stage, *(f"{values[n]:.3f}" for n in names)) for stage, values in table.items())])


def comparison(result: Comparison) -> str:
    """What moved between two runs; a star marks p < 0.05."""
    rows = [("指标", "前", "后", "变化", "p", "升/降（题）")]
    for change in result.changes:
        star = "*" if change.p < 0.05 else ""
        rows.append((
            LABELS[change.metric], f"{change.before:.3f}", f"{change.after:.3f}", f"{change.delta:+.3f} {change.verdict}".strip(),
            f"{change.p:.3f}{star}", f"{change.up}/{change.down}",
        ))
    return grid(rows)


def verdicts(listed: Sequence[Verdict]) -> str:
    """Floors and what the run reached."""
    labels = ALL_LABELS | {"paired": "逐题退步的机会概率"}
    rows = [("指标", "本次", "底线", "允许偏差", "")]
    for verdict in listed:
        value = "—" if verdict.value is None else f"{verdict.value:.3f}"
        rows.append((
            labels.get(verdict.metric, verdict.metric), value, f"{verdict.floor.value:.3f}", f"{verdict.floor.tolerance:.3f}",
            "守住" if verdict.holds else "失守",
        ))
    return grid(rows)


def agreement(table: Mapping[str, Agreement]) -> str:
    """A judging model beside the fixed metrics."""
    rows = [("模型评判", "固定指标", "一致的比例", "Cohen κ", "题数")]
    for metric, value in table.items():
        kappa = "—" if value.kappa is None else f"{value.kappa:.3f}"
        rows.append((judge.LABELS[metric], judge.FIXED[metric], f"{value.share:.3f}", kappa, str(value.n)))
    return grid(rows)


def _number(metric: str, value: float) -> str:
    return f"{value:.0f}" if metric in COUNTS else f"{value:.3f}"
