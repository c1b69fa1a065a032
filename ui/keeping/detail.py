"""One file before it goes live, or as it is: problems found, what is said of each document, the clause tree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from corpus.check import KINDS
from corpus.edits import Edit, edit_of
from corpus.schema import Clause, Document, Level, Problem
from corpus.tree import KIND_NAMES, facts_of
from index.keeping.ledger import Held
from index.keeping.preview import Preview
from ui.answer_view import level_badge
from ui.html import Html, element
from ui.keeping.overview import act

_PROBLEMS = 60  # listed one by one
_TREE = 600  # clauses shown of one document
_LINE = 80  # characters of a clause


def held_detail(held: Held, preview: Preview) -> Html:
    """An upload to be looked at."""
    go = None if preview.blocked else act("上线", "publish", strong=True, data_held=held.held_id)
    tools = element("p", go, act("放弃", "discard", data_held=held.held_id, data_name=held.name), class_="kept-tools decide")
    renamed = element("p", f"已有同名文件，上线后叫 {preview.name}。", class_="notice") if preview.name != held.name else None
    replaces = element("p", f"上线后代替 {'、'.join(preview.replaces)}；旧的放进回收站，可以恢复。", class_="notice") if preview.replaces else None
    blocked = element("p", f"不能上线：{preview.blocked}", class_="problem", role="alert") if preview.blocked else None
    fault = element("p", held.message, class_="fault", role="alert") if held.message else None
    return _detail(held.name, preview, (blocked, fault, replaces, renamed), tools, data_held=held.held_id)


def live_detail(name: str, preview: Preview, *, own: bool) -> Html:
    """A source that is in the library."""
    save = act("保存信息", "amend", strong=True, data_name=name) if own else None
    tools = element("p", save, act("重建索引", "reindex", data_name=name), class_="kept-tools decide")
    return _detail(name, preview, (), tools, data_name=name, fixed=not own)


def _detail(name: str, preview: Preview, said: Sequence[Html | None], tools: Html, *, fixed: bool = False, **data: object) -> Html:
    documents, clauses = preview.parsed.documents, preview.parsed.clauses
    back = element("button", "‹ 返回", type="button", class_="act", data_lib="back")
    lead = element("p", f"读出 {len(documents)} 份文件，{len(clauses)} 条。", class_="hint")
    forms = [_document(preview, document, open_=len(documents) == 1, fixed=fixed) for document in documents]
    form = element("div", *forms, tools, class_="edits")
    return element(
        "section", back, element("h2", name, tabindex="-1"), lead, *said, _problems(preview.parsed.problems), form, class_="kept-detail", **data,
    )


def _problems(problems: Sequence[Problem]) -> Html:
    if not problems:
        return element("p", "没有发现问题：编号连续，每页都有文字。", class_="hint")
    counts = Counter(KINDS.get(problem.kind, problem.kind) for problem in problems)
    told = "、".join(f"{name} {count}" for name, count in counts.most_common())
    items = [
        element("li", element("b", KINDS.get(problem.kind, problem.kind)), f" {problem.where}：{problem.detail}") for problem in problems[:_PROBLEMS]
    ]
    rest = element("li", f"还有 {len(problems) - _PROBLEMS} 个，请用 wengui corpus show --check 查看。") if len(problems) > _PROBLEMS else None
    summary = element("summary", f"发现 {len(problems)} 个问题（{told}）；不妨碍上线，请对照原文看看")
    return element("details", summary, element("ul", *items, rest), class_="outline found", open=len(problems) <= 10)


def _document(preview: Preview, document: Document, *, open_: bool, fixed: bool) -> Html:
    counted = "、".join(f"{KIND_NAMES[kind]} {count}" for kind, count in preview.counts(document).items())
    clauses = preview.clauses_of(document)
    tree = element(
        "details", element("summary", f"条款树（{len(clauses)} 条：{counted}）"), element("ol", *_tree(clauses), class_="tree"), class_="outline", open=open_,
    )
    legend = element("legend", document.title.strip("《》"))
    if fixed:
        return element("fieldset", legend, _facts(edit_of(document)), tree)
    return element("fieldset", legend, *_fields(edit_of(document)), tree, data_document=document.doc_id)


def _facts(edit: Edit) -> Html:
    """What is said of a document that is not managed here."""
    told = [("发文单位", edit.issuer), ("期限", edit.period), ("印发日期", edit.issued_on)]
    return element("p", level_badge(edit.level.value), *(element("span", f"{name}：{value}") for name, value in told if value), class_="facts")


def _fields(edit: Edit) -> list[Html]:
    """What can be said of a document, as fields of one row each."""
    levels = [element("option", level.value, value=level.value, selected=level is edit.level) for level in Level]
    return [
        _field("名称", element("input", type="text", name="title", value=edit.title, required=True, maxlength=120)),
        _field("级别", element("select", *levels, name="level")),
        _field("发文单位", element("input", type="text", name="issuer", value=edit.issuer or "", maxlength=100)),
        _field("期限", element("input", type="text", name="period", value=edit.period or "", placeholder="例如 2026—2030", maxlength=40)),
        _field("印发日期", element("input", type="text", name="issued_on", value=edit.issued_on or "", placeholder="例如 2026年3月1日", maxlength=40)),
    ]


def _field(name: str, control: Html) -> Html:
    return element("label", element("span", name), control, class_="field")


def _tree(clauses: Sequence[Clause]) -> list[Html]:
    """Clauses as indented lines; what has no depth stands under the heading before it."""
    lines: list[Html] = []
    depth = 0
    for clause in clauses[:_TREE]:
        depth = clause.depth or depth
        level = min(clause.depth or depth + 1, 6)
        first = clause.text.split("\n", 1)[0]
        words = first if len(first) <= _LINE else f"{first[:_LINE]}…"
        facts = "；".join(facts_of(clause))
        lines.append(element("li", element("span", KIND_NAMES[clause.kind], class_="kind"), words, element("small", facts), class_=f"at{level}"))
    if len(clauses) > _TREE:
        lines.append(element("li", f"还有 {len(clauses) - _TREE} 条没有列出。", class_="at1"))
    return lines
