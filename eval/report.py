"""A run as one self-contained HTML page: figures with intervals, plots, and every case's trace. Pure; no files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape

from eval import svg
from eval.matching import forbidden_found, key_points_found
from eval.metrics.answers import strip_marks
from eval.metrics.retrieval import quote_ranks
from eval.schema import CaseResult, Interval, RunRecord
from eval.scoring import COUNTS, LABELS, REFUSAL_LABELS, by_type, latency, risk_points, summarise

_STYLE = """
:root{color-scheme:light dark}body{font:15px/1.6 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;max-width:1000px;
margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;margin:1rem 0}td,th{border-bottom:1px solid #8884;padding:.25rem .7rem;
text-align:left;vertical-align:top}td.n{text-align:right;font-variant-numeric:tabular-nums}svg{max-width:100%;height:auto;font-size:12px;
fill:currentColor}.title{font-weight:600}.track{fill:#8882}.bar{fill:#3b78b8}.whisker{stroke:#c33;stroke-width:2}.grid{stroke:#8883}
.line{fill:none;stroke:#3b78b8;stroke-width:2}.dot{fill:#3b78b8}details{border:1px solid #8884;border-radius:6px;margin:.4rem 0;
padding:.3rem .7rem}summary{cursor:pointer}.bad>summary{border-left:4px solid #c33;padding-left:.5rem}
.good>summary{border-left:4px solid #393;padding-left:.5rem}pre{white-space:pre-wrap;overflow-wrap:anywhere;font-size:12px;background:#8881;
padding:.5rem}.muted{opacity:.7}.miss{color:#c33}.hit{color:#393}
"""


def render_report(record: RunRecord, results: Sequence[CaseResult]) -> str:
    """The page. Every text that came from outside is escaped."""
    title = f"评测报告 {record.run_id}"
    wrong = [result for result in results if result.scores["strict"] < 1]
    right = [result for result in results if result.scores["strict"] >= 1]
    return "\n".join([
        '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style><h1>{escape(title)}</h1>",
        _facts(record, len(results)),
        "<h2>总表</h2>", summary_table(summarise(results, seed=record.seed)),
        svg.interval_bars([(k, v) for k, v in by_type(results, seed=record.seed).items()], "各题型严格正确率（线为 95% 区间）"),
        svg.curve(risk_points(results), "风险—覆盖曲线", "覆盖（回答把握最大的一部分）", "错误率"),
        "<h2>用时（秒）</h2>", _latency_table(results),
        svg.histogram([_total(result) for result in results], "每题用时", "秒"),
        f"<h2>答错的题（{len(wrong)}）</h2>", *map(_case, wrong),
        f"<h2>答对的题（{len(right)}）</h2>", *map(_case, right), "</html>",
    ])


def summary_table(table: Mapping[str, Interval]) -> str:
    """Metrics with means and intervals as an HTML table."""
    rows = []
    for metric, label in (LABELS | REFUSAL_LABELS).items():
        if metric in table:
            value = table[metric]
            shown = f"{value.mean:.0f}" if metric in COUNTS else f"{value.mean:.3f}"
            between = "" if value.low == value.high else f"{value.low:.3f} – {value.high:.3f}"
            rows.append(
                f'<tr><td>{escape(label)}<td class="n">{shown}<td class="n">{between}<td class="n">{value.n}</tr>'
            )
    return "<table><tr><th>指标<th>数值<th>95% 区间<th>题数</tr>" + "".join(rows) + "</table>"


def _facts(record: RunRecord, count: int) -> str:
    commit = (record.commit[:12] or "无") + ("（有未提交的改动）" if record.dirty else "")
    facts = {
        "问题集": f"{record.split}，{count}/{record.cases} 题，指纹 {record.cases_digest}",
        "开始": record.started, "共用": f"{record.seconds:.1f} 秒", "提交": commit, "随机种子": str(record.seed),
    }
    rows = "".join(f"<tr><th>{escape(k)}<td>{escape(v)}</tr>" for k, v in facts.items())
    settings = {"设置": record.settings, "版本": record.versions, "机器": record.machine}
    return f"<table>{rows}</table><details><summary>设置、版本与机器</summary>{_json(settings)}</details>"


def _latency_table(results: Sequence[CaseResult]) -> str:
    stages = latency(results)
    if not stages:
        return '<p class="muted">没有用时记录。</p>'
    head = list(next(iter(stages.values())))
    rows = "".join(
        f"<tr><td>{escape(stage)}" + "".join(f'<td class="n">{values[name]:.3f}' for name in head) + "</tr>"
        for stage, values in stages.items()
    )
    return "<table><tr><th>步骤" + "".join(f"<th>{name}" for name in head) + f"</tr>{rows}</table>"


def _case(result: CaseResult) -> str:
    case, record = result.case, result.record
    answer = str(record.get("answer") or "")
    good = result.scores["strict"] >= 1
    parts = [
        f'<details class="{"good" if good else "bad"}"><summary>{escape(case.id)} <span class="muted">[{case.type}]</span> ',
        f"{escape(case.question)}</summary>",
    ]
    if case.history:
        parts.append(f"<p><b>之前问过</b> {escape(' ／ '.join(case.history))}</p>")
    parts.append(f"<p><b>参考</b> {escape(case.answer)}</p><p><b>回答</b> {escape(answer)} "
                 f'<span class="muted">{escape(str(record.get("status") or ""))} · {escape(str(record.get("model") or ""))}</span></p>')
    if record.get("error"):
        parts.append(f'<p class="miss"><b>出错</b> {escape(str(record["error"]))}</p>')
    parts.append(_judgement(result, answer))
    parts.append(_hits(result))
    detail = {
        name: record[name]
        for name in ("evidence", "claims", "citations", "notices", "nearest", "trace", "seconds") if record.get(name)
    }
    parts.append(f"<details><summary>经过：检索、证据、草稿、核对</summary>{_json(detail)}</details>")
    scores = "，".join(f"{LABELS.get(k, k)} {v:.3g}" for k, v in result.scores.items())
    parts.append(f'<p class="muted">{escape(scores)}</p></details>')
    return "".join(parts)


def _judgement(result: CaseResult, answer: str) -> str:
    case = result.case
    plain = strip_marks(answer)
    marks = [
        f'<span class="{"hit" if found else "miss"}">{"✓" if found else "✗"} {escape("／".join(entry))}</span>'
        for entry, found in zip(case.key_points, key_points_found(plain, case.key_points), strict=True)
    ]
    marks += [f'<span class="miss">禁用：{escape(phrase)}</span>' for phrase in forbidden_found(plain, case.forbidden)]
    return f"<p><b>要点</b> {'　'.join(marks) or '应当拒答'}</p>"


def _hits(result: CaseResult) -> str:
    listed = result.record.get("retrieved")
    hits = [hit for hit in listed if isinstance(hit, dict)] if isinstance(listed, list) else []
    ranks = quote_ranks([q.quote for q in result.case.evidence], [str(hit.get("text") or "") for hit in hits])
    evidence = "".join(
        f'<li class="{"hit" if rank else "miss"}">{"第 " + str(rank) + " 条" if rank else "没有检索到"}：'
        f"《{escape(quote.doc)}》{escape(quote.quote)}</li>"
        for quote, rank in zip(result.case.evidence, ranks, strict=True)
    )
    rows = "".join(
        f"<li>《{escape(str(hit.get('document') or ''))}》{escape(str(hit.get('text') or '')[:160])}</li>" for hit in hits[:10]
    )
    return f"<p><b>证据</b></p><ul>{evidence}</ul><details><summary>检索到的前 10 条</summary><ol>{rows}</ol></details>"


def _total(result: CaseResult) -> float:
    seconds = result.record.get("seconds")
    total = seconds.get("total") if isinstance(seconds, Mapping) else None
    return float(total if total is not None else result.record.get("wall") or 0.0)


def _json(value: object) -> str:
    return f"<pre>{escape(json.dumps(value, ensure_ascii=False, indent=1, default=str))}</pre>"
