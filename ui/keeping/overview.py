"""The library's administration at a glance: upload, what waits, what is live, the bin, who did what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from index.keeping.ledger import Action, Held, Stage
from index.keeping.librarian import Shelved
from index.keeping.shelves import readable
from ui.answer_view import level_badge
from ui.html import Child, Html, element

STEPS = ("上传", "读取", "核对", "上线")
_AT = {Stage.RECEIVED: 1, Stage.PARSING: 1, Stage.FAILED: 1, Stage.READY: 2, Stage.GOING: 3}
_SAID = {
    Stage.RECEIVED: "等待读取", Stage.PARSING: "正在读取", Stage.FAILED: "没有读成", Stage.READY: "读好了，等你核对", Stage.GOING: "正在上线",
}
_STATES = {"changed": "文件有变化，还没有更新", "new": "还没有加入资料库"}


def act(label: str, do: str, *, strong: bool = False, **data: object) -> Html:
    """A button that ui/library.js knows. data: what it needs, as data-… attributes and others."""
    return element("button", label, type="button", class_="act strong" if strong else "act", data_lib=do, **data)


def library_shell() -> Html:
    """The empty part; the script fills it when it is opened."""
    return element(
        "div", element("div", id="library-now", class_="library-now", role="status", aria_live="polite"),
        element("div", id="library", class_="library-page", tabindex="-1"),
    )


def closed_view(message: str) -> Html:
    """Why documents cannot be managed now."""
    return element("section", element("h2", "管理资料库", tabindex="-1"), element("p", message, class_="problem", role="alert"), data_overview=True)


def overview(shelf: Sequence[Shelved], held: Sequence[Held], actions: Sequence[Action], most: int) -> Html:
    """Everything, the latest first within each part. most: bytes that one upload may have."""
    waiting = [item for item in held if item.stage is not Stage.BIN]
    removed = [item for item in held if item.stage is Stage.BIN]
    lead = element("p", "上传的文件先读出来给你核对，点了“上线”才用来回答。上线的时候，提问照常。", class_="hint")
    return element(
        "section", element("h2", "管理资料库", tabindex="-1"), lead, _undo(removed, actions), _drop(most),
        _part("等待上线", [_waiting(item) for item in waiting]) if waiting else None,
        _part("资料库里的文件", [_shelved(item) for item in shelf], "还没有文件。把第一份拖到上面的框里。"),
        _part("回收站", [_removed(item) for item in removed]) if removed else None,
        _history(actions), data_overview=True,
    )


def _part(title: str, items: Sequence[Html], empty: str = "") -> Html:
    count = element("span", f"{len(items)} 个", class_="count") if items else None
    body = element("ul", *(element("li", item) for item in items), class_="kept-list") if items else element("p", empty, class_="hint")
    return element("section", element("h3", f"{title} ", count), body, class_="kept-part")


def _drop(most: int) -> Html:
    """Where files are dropped or chosen."""
    choose = element(
        "label", element("span", "选择文件", class_="act strong"),
        element("input", type="file", multiple=True, accept=readable(), id="library-files", class_="unseen"), for_="library-files",
    )
    kinds = f"Word（docx）、PDF、网页、Markdown、文本；每个不超过 {most / 2**20:.3g} MB。宏和脚本不会运行。"
    return element(
        "div", element("p", element("b", "把文件拖到这里"), "，或", choose), element("small", kinds),
        element("input", type="file", accept=readable(), id="library-version", class_="unseen", tabindex="-1", aria_hidden="true"),
        class_="drop", data_most=most,
    )


def _undo(removed: Sequence[Held], actions: Sequence[Action]) -> Html | None:
    """The last step taken back with one click, when it was a removal."""
    last = actions[0] if actions else None
    if last is None or last.action != "移除" or not removed or removed[0].name != last.name:
        return None
    return element(
        "p", f"已移除 {removed[0].title}，回答不再用它。", act("撤销", "restore", data_held=removed[0].held_id), class_="kept-undo", role="status",
    )


def _steps(stage: Stage) -> Html:
    at, here = _AT[stage], "now failed" if stage is Stage.FAILED else "now"
    items = [
        element("li", name, class_="done" if place < at else here if place == at else None, aria_current="step" if place == at else None)
        for place, name in enumerate(STEPS)
    ]
    return element("ol", *items, class_="kept-steps", aria_label="进度")


def _waiting(held: Held) -> Html:
    ready = held.stage is Stage.READY
    busy = held.stage in (Stage.PARSING, Stage.GOING, Stage.RECEIVED)
    message = element("p", held.message, class_="fault", role="alert") if held.message else None
    tools = element(
        "p", act("核对并上线", "open", strong=True, data_held=held.held_id) if ready else None,
        None if busy else act("放弃", "discard", data_held=held.held_id, data_name=held.name), class_="kept-tools",
    )
    return _card(
        element("b", held.title), held.name if held.title != held.name else None, _by(held),
        below=(_steps(held.stage), element("p", _SAID[held.stage], class_="kept-state", role="status"), message, tools),
        data_upload=held.held_id, data_stage=held.stage.value,
    )


def _shelved(item: Shelved) -> Html:
    names = [element("span", level_badge(document.level.value), document.title.strip("《》"), class_="kept-title") for document in item.documents]
    shown = names[:3] + ([element("span", f"等 {len(names)} 份", class_="kept-title")] if len(names) > 3 else [])
    state = element("span", _STATES[item.state], class_="badge wrong") if item.state in _STATES else None
    if item.problems is None:
        found: Child = element("span", "正在检查", class_="badge quiet")
    elif item.problems:
        found = act(f"{len(item.problems)} 个问题", "document", data_name=item.name, title="看发现的问题")
    else:
        found = element("span", "没有发现问题")
    facts = element("p", element("span", item.name), element("span", f"{item.clauses} 条"), found, state, None if item.own else element("span", "随附或另存的文件"), class_="facts")
    own = (
        act("换新版本", "version", data_name=item.name), act("移除", "remove", data_name=item.name),
    ) if item.own else ()
    tools = element(
        "p", act("看内容" if not item.own else "内容和信息", "document", data_name=item.name),
        act("重建索引" if item.state != "new" else "加入资料库", "reindex", data_name=item.name), *own, class_="kept-tools",
    )
    return element("article", element("div", *(shown or [element("b", item.name)])), facts, tools, class_="kept", data_source=item.name)


def _removed(held: Held) -> Html:
    tools = element(
        "p", act("恢复", "restore", strong=True, data_held=held.held_id), act("彻底删除", "erase", data_held=held.held_id, data_name=held.name),
        class_="kept-tools",
    )
    message = element("p", held.message, class_="fault", role="alert") if held.message else None
    return _card(element("b", held.title), held.name, _by(held), below=(message, tools))


def _card(title: Html, name: str | None, by: str, *, below: Sequence[Child], **data: object) -> Html:
    facts = element("p", element("span", name) if name else None, element("span", by), class_="facts")
    return element("article", title, facts, *below, class_="kept", **data)


def _by(held: Held) -> str:
    return " · ".join(part for part in (moment(held.at), held.actor) if part)


def _history(actions: Sequence[Action]) -> Html | None:
    if not actions:
        return None
    head = element("tr", *(element("th", name, scope="col") for name in ("时间", "谁", "做了什么", "文件", "说明")))
    rows = [
        element("tr", element("td", moment(item.at)), element("td", item.actor or "本机"), element("td", item.action), element("td", item.name), element("td", item.detail))
        for item in actions
    ]
    table = element("table", element("thead", head), element("tbody", *rows), class_="kept-history")
    return element("details", element("summary", f"操作记录（{len(actions)} 条）"), element("div", table, class_="scroll"), class_="outline")


def moment(at: str) -> str:
    """A moment kept in UTC as the clock of this machine shows it."""
    try:
        return datetime.fromisoformat(at).replace(tzinfo=UTC).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return at
