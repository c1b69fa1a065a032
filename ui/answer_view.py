"""One turn of a conversation as HTML: the question, the answer with its marks, its sources, what can be done with it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ui.html import Html, element, join
from ui.sides import MARKS, Side, sides_of
from ui.tables import column_title
from ui.turns import Near, Source, Turn, copy_text

_STEPS = {
    "retrieve": "检索与取证", "retrieve.legs": "　其中：两路检索", "retrieve.features": "　其中：特征排序",
    "retrieve.rerank": "　其中：重排", "answer": "成文与核对", "total": "合计",
}


def turn_view(turn: Turn, *, fresh: bool = False, drafting: bool = False) -> Html:
    """A whole turn. fresh: sentences appear one after another; drafting: a model is still rewriting."""
    body = refusal_view(turn) if turn.refused else answered_view(turn, fresh=fresh, drafting=drafting)
    return element("article", question_view(turn), body, class_="turn", data_turn=turn.turn_id, aria_label="一问一答")


def waiting_view(question: str, scope: str = "") -> Html:
    """A turn whose answer is being looked for."""
    lines = join(element("span", class_="bone") for _ in range(3))
    waiting = element("div", element("p", "正在查找原文…", class_="stage"), lines, class_="answer waiting", role="status")
    return element("article", question_view(Turn(question, "", "", scope=scope)), waiting, class_="turn", aria_busy="true")


def failed_view(message: str, question: str = "") -> Html:
    """Why a question was not answered; the question stays in the box."""
    asked = element("p", element("span", question[:200] + ("…" if len(question) > 200 else ""), class_="asked-text"), class_="asked")
    card = element("div", element("p", message), class_="answer problem", role="alert")
    return element("article", asked if question.strip() else None, card, class_="turn")


def question_view(turn: Turn) -> Html:
    """The question as asked, and how it was understood when that differs."""
    rewritten = element("p", "结合上文，按这个问题查找：", element("q", turn.rewritten), class_="rewritten") if turn.rewritten else None
    scope = element("p", f"只查：{turn.scope}", class_="rewritten") if turn.scope else None
    return element(
        "header", element("h2", element("span", turn.question, class_="asked-text"), class_="asked"), rewritten, scope, class_="question",
    )


def answered_view(turn: Turn, *, fresh: bool = False, drafting: bool = False) -> Html:
    """The sentences with their marks, whose they are, the sources, the actions."""
    partial = element("p", "资料只回答了问题的一部分。", class_="notice") if turn.status == "partial" else None
    sides = sides_of(turn)
    table = _sides(sides) if sides else _table(turn.sources)
    return element(
        "section", element("p", *_provenance(turn), class_="provenance"), partial, _words(turn, fresh), table, _notices(turn),
        _sources(turn.sources), _actions(turn, drafting), class_="answer fresh" if fresh else "answer", aria_label="回答",
    )


def refusal_view(turn: Turn) -> Html:
    """What was not found, and the nearest clauses as cards."""
    cards = element("ul", *(element("li", _card(near)) for near in turn.nearest), class_="cards") if turn.nearest else None
    return element(
        "section", element("p", element("span", "没有找到依据", class_="badge quiet"), class_="provenance"), element("p", turn.text, class_="said"),
        _notices(turn), cards, _actions(turn, False), class_="answer refused", aria_label="没有答案",
    )


def _provenance(turn: Turn) -> Sequence[Html | None]:
    """Which kind of answer this is, and which plan, level, period and years it speaks for."""
    model = turn.kind == "model"
    kind = element("span", "模型改写，逐句核对过" if model else "原文摘录", class_="badge model" if model else "badge", title=_kind_title(turn))
    seen = {(s.document, s.level, s.period): s for s in turn.sources}
    plans = [_plan(source) for source in seen.values()]
    years = sorted({year for source in turn.sources for year in source.years})
    return [kind, *plans, element("span", f"说的是 {'、'.join(years)} 年", class_="years") if years else None]


def _kind_title(turn: Turn) -> str:
    if turn.kind == "model":
        return f"由 {turn.model} 组织语言，每一句都在所引条款中核对过"
    return "答案用的是条款自己的话"


def _plan(source: Source) -> Html:
    title = source.document.strip("《》")
    period = f" · {source.period}年" if source.period and source.period not in title else ""
    return element("span", level_badge(source.level), f"《{title}》{period}", class_="plan")


def level_badge(level: str) -> Html:
    """国家, 重庆 or 其他 as a small label."""
    kinds = {"国家": "national", "重庆": "city"}
    return element("span", level, class_=f"level {kinds.get(level, 'other')}")


def _words(turn: Turn, fresh: bool) -> Html:
    """The answer's text, each [n] a button that opens its clause; sentences part into paragraphs."""
    known = {source.label: source for source in turn.sources}
    pieces = MARKS.split(turn.text)
    paragraphs: list[Html] = []
    current: list[Html | str] = []
    for words, marks in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
        if current and words.lstrip()[:1] not in "；，、。）”" and current_ends(current):
            paragraphs.append(element("p", *current, class_="said"))
            current = []
        current.append(words)
        for label in re.findall(r"\d+", marks):
            source = known.get(int(label))
            current.append(mark_button(source) if source else f"[{label}]")
    if "".join(str(part) for part in current).strip():
        paragraphs.append(element("p", *current, class_="said"))
    return element("div", *paragraphs, class_="words", aria_live="off" if not fresh else "polite")


def current_ends(parts: Sequence[Html | str]) -> bool:
    """Whether the words so far end a sentence."""
    words = [part for part in parts if not isinstance(part, Html)]
    return bool(words) and words[-1].rstrip().endswith(("。", "！", "？", "!", "?", "”", "」"))


def mark_button(source: Source) -> Html:
    """The [n] that opens its clause beside the answer."""
    where = f"依据 {source.label}：《{source.document.strip('《》')}》{' › '.join(source.path)}"
    return element(
        "button", source.label, type="button", class_="mark", data_clause=source.clause_id, data_start=source.start, data_end=source.end,
        aria_label=where, title=where,
    )


def _table(sources: Sequence[Source]) -> Html | None:
    """Cited table rows side by side, when there are any."""
    rows = [source for source in sources if source.values]
    if not rows:
        return None
    years = list(dict.fromkeys(year for source in rows for year, _ in source.values))
    titles = ["指标", *map(column_title, years)]
    head = element("tr", *(element("th", title, scope="col") for title in titles))
    body = [
        element(
            "tr", element("th", source.indicator, f"（{source.unit}）" if source.unit else "", mark_button(source), scope="row"),
            *(element("td", dict(source.values).get(year, "—")) for year in years),
        )
        for source in rows
    ]
    table = element("table", element("thead", head), element("tbody", *body), class_="figures")
    return element("div", table, class_="wide", tabindex="0", role="region", aria_label="所引指标")


def _sides(sides: Sequence[Side]) -> Html:
    """A comparison's sentences a second time, a column for each document, every cell with its marks."""
    head = element("tr", element("td"), *(element("th", _plan(side.first), scope="col") for side in sides))
    said = [element("td", *(element("p", words, *map(mark_button, sources)) for words, sources in side.sentences)) for side in sides]
    body = [element("tr", element("th", "怎么说", scope="row"), *said)]
    for column in dict.fromkeys(year for side in sides for row in side.rows for year, _ in row.values):
        body.append(element("tr", element("th", column_title(column), scope="row"), *(_cell(side, column) for side in sides)))
    table = element("table", element("thead", head), element("tbody", *body), class_="figures sides")
    return element("div", table, class_="wide", tabindex="0", role="region", aria_label="两边对照")


def _cell(side: Side, column: str) -> Html:
    """What a side's cited rows have in a column, "—" where there is none."""
    values = [
        element("p", f"{row.indicator} ", element("b", dict(row.values)[column], row.unit if dict(row.values)[column] != "—" else ""), mark_button(row))
        for row in side.rows if column in dict(row.values)
    ]
    return element("td", *(values or ["—"]))


def _notices(turn: Turn) -> Html | None:
    return join(element("p", notice, class_="notice", role="status") for notice in turn.notices) if turn.notices else None


def _sources(sources: Sequence[Source]) -> Html | None:
    if not sources:
        return None
    return element("ol", *(element("li", _source(source)) for source in sources), class_="sources", aria_label="出处")


def _source(source: Source) -> Html:
    where = element("span", element("b", f"《{source.document.strip('《》')}》"), " › ".join(source.path), class_="where")
    page = element("span", f"第 {source.page} 页", class_="page") if source.page else None
    return element(
        "button", element("span", source.label, class_="number"), where, page, type="button", class_="source",
        data_clause=source.clause_id, data_start=source.start, data_end=source.end,
    )


def _card(near: Near) -> Html:
    title = element("span", level_badge(near.level), element("b", f"《{near.document.strip('《》')}》"), class_="where")
    path = element("span", " › ".join(near.path), class_="path") if near.path else None
    note = element("span", near.note, class_="note") if near.note else None
    return element(
        "button", title, path, element("span", near.text, class_="quote"), note, type="button", class_="card",
        data_clause=near.clause_id, data_start=near.start, data_end=near.end,
    )


def _actions(turn: Turn, drafting: bool) -> Html | None:
    """Copy, ask again, edit, feedback, timings; nothing while a model still writes."""
    if drafting:
        return None
    buttons = [
        _button("复制", "copy", "复制答案和出处", copy=copy_text(turn)),
        _button("重问", "again", "再问一次", question=turn.question),
        _button("改一改", "edit", "改一改再问", question=turn.question),
    ]
    if turn.turn_id is not None:
        buttons += [
            _button("有用", "good", "这个回答有用", pressed="true" if turn.feedback is True else "false"),
            _button("有误", "bad", "这个回答有问题", pressed="true" if turn.feedback is False else "false"),
            export_menu(f"/export/turn/{turn.turn_id}", "导出", "导出这一问"),
        ]
    return element("footer", *buttons, _timings(turn), class_="actions")


_KINDS = {"docx": "Word 文档（脚注）", "md": "Markdown"}


def export_menu(address: str, label: str, title: str, kinds: Mapping[str, str] = _KINDS, query: str = "") -> Html:
    """A fold with one link for each kind of file. address: the export's, without its ending; kinds: ending → what it is called."""
    links = [element("a", name, href=f"{address}.{kind}{query}", class_="act", download=True) for kind, name in kinds.items()]
    return element("details", element("summary", label, class_="act", title=title, aria_label=title), element("div", *links, class_="pop"), class_="export")


def _button(label: str, do: str, title: str, *, copy: str | None = None, question: str | None = None, pressed: str | None = None) -> Html:
    return element(
        "button", label, type="button", class_="act", data_do=do, data_copy=copy, data_question=question, title=title, aria_label=title,
        aria_pressed=pressed,
    )


def _timings(turn: Turn) -> Html | None:
    if not turn.seconds:
        return None
    rows = [element("tr", element("th", name, scope="row"), element("td", f"{turn.seconds[key]:.2f} 秒"))
            for key, name in _STEPS.items() if key in turn.seconds]
    summary = element("summary", f"用时 {turn.seconds.get('total', 0.0):.1f} 秒")
    model = element("p", f"语言模型：{turn.model}") if turn.model != "none" else None
    return element("details", summary, element("div", element("table", element("tbody", *rows)), model, class_="steps"), class_="timings")
