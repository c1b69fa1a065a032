"""What confines the questions and the list of documents: the conditions as chips that come off, and where they are put on."""

from __future__ import annotations

from collections.abc import Sequence

from corpus.schema import Level
from index.library import Library
from ui.html import Html, element
from ui.scope import Choice, Scope

LABEL = "筛选：只在一部分文件里查"


def chips_view(library: Library, choice: Choice, scope: Scope) -> Html:
    """The chosen conditions, each with its ×. The script hides the other documents of the list by data_docs."""
    chips = [_chip("level", level, f"{level}的文件") for level in choice.levels]
    chips += [_chip("document", doc_id, _title(library, doc_id)) for doc_id in choice.documents]
    chips += [_chip("year", choice.year, f"{choice.year} 年")] if choice.year else []
    if len(chips) > 1:
        chips.append(element("button", "全部去掉", type="button", class_="act", data_scope="all"))
    told = "没有文件同时符合这些条件，请去掉一个。" if scope.empty else f"{len(scope.doc_ids)} 份文件"
    count = element("span", told, class_="notice" if scope.empty else "count", role="alert" if scope.empty else "status")
    return element(
        "div", *((element("span", "只查", class_="count"), *chips, count) if chips else ()), class_="chips", role="group", aria_label="筛选条件",
        data_docs=" ".join(scope.doc_ids) if chips else None, data_levels=" ".join(choice.levels), data_year=choice.year,
    )


def _chip(kind: str, value: str, label: str) -> Html:
    return element(
        "button", element("span", label), element("b", "×"), type="button", class_="chip", data_scope=kind, data_value=value,
        title=f"去掉这个条件：{label}", aria_label=f"去掉这个条件：{label}",
    )


def _title(library: Library, doc_id: str) -> str:
    document = library.documents.get(doc_id)
    return f"《{document.title.strip('《》')}》" if document else "已不在资料库的文件"


def shelf_filters(levels: Sequence[Level], years: Sequence[str]) -> Html:
    """The conditions that the list of documents offers; they hold for the questions too."""
    buttons = [
        element("button", level.value, type="button", class_="act", data_scope="level", data_value=level.value, aria_pressed="false") for level in levels
    ]
    options = [element("option", "不限年份", value=""), *(element("option", f"{year} 年", value=year) for year in years)]
    year = element("select", *options, data_scope="year", aria_label="只看期限或数据包括这一年的文件")
    hint = element("p", "筛选对提问也有效。", class_="hint")
    return element("div", *buttons, year, hint, class_="filters", role="group", aria_label="筛选文件")
