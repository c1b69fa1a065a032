"""What stands round the conversation: header, welcome, messages, the list of conversations, the empty reader."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from assistant.history import Conversation
from corpus.schema import Level
from errors import AssistantError
from index.library import Library
from ui.answer_view import export_menu
from ui.html import Html, element, join
from ui.visitor import LOCAL, Visitor


def header_view(visitor: Visitor = LOCAL) -> Html:
    """The bar on top: name, the views that are the visitor's, the theme, who is signed in."""
    views = element(
        "nav",
        element("button", "问答", type="button", data_do="view", data_view="talk", aria_current="page"),
        element("button", "文件", type="button", data_do="view", data_view="files"),
        *((
            element("button", "意见", type="button", data_do="view", data_view="judged", title="收到的意见（管理员）"),
            element("button", "管理", type="button", data_do="view", data_view="library", title="上传、移除、恢复文件（管理员）"),
            element("button", "评测", type="button", data_do="view", data_view="evaluation", title="拿有答案的题考一考（管理员）"),
        ) if visitor.administrator else ()),
        class_="views", aria_label="页面",
    )
    menu = element("button", "☰", type="button", class_="glyph menu", data_do="drawer", aria_label="打开会话列表", aria_expanded="false")
    theme = element("button", "◐", type="button", class_="glyph", data_do="theme", aria_label="换成浅色或深色", title="浅色／深色")
    name = element("h1", "问规", element("small", "教育规划条款问答"))
    return element("div", menu, name, views, theme, _signed_in(visitor), class_="bar")


def _signed_in(visitor: Visitor) -> Html | None:
    if not visitor.name:
        return None
    out = element("button", "退出", type="submit", title=f"退出 {visitor.name} 的登录")
    return element("form", element("span", visitor.name), out, method="post", action="/logout", class_="signed-in")


def judged_shell() -> Html:
    """The empty list of judged answers; the script fills it when it is opened."""
    return element("div", id="judged", class_="judged-page", tabindex="-1")


def reader_shell() -> Html:
    """The empty reader; the script fills it."""
    close = element("button", "×", type="button", class_="glyph close", data_do="close", aria_label="关闭原文（Esc）", title="关闭（Esc）")
    bar = element("div", element("strong", "原文"), close, class_="reader-bar")
    return element(
        "aside", bar, element("div", id="reader-body", class_="reader-body", tabindex="-1", aria_live="polite"), id="reader", aria_label="原文",
        hidden=True,
    )


def welcome_view(library: Library, examples: Sequence[str]) -> Html:
    """What can be asked, with a few questions to click."""
    counts = [
        f"{level.value} {sum(1 for d in library.documents.values() if d.level is level)} 份" for level in Level
        if any(d.level is level for d in library.documents.values())
    ]
    lead = element(
        "p", f"资料库里有 {len(library.documents)} 份文件（{'、'.join(counts)}），{len(library.clauses)} 条。",
        "答案只用这些文件里的话，点句末的数字就能看到原文。",
    )
    items = [
        element("li", element("button", question, type="button", class_="example", data_do="ask", data_question=question)) for question in examples
    ]
    listed = join((element("h2", "可以这样问"), element("ul", *items, class_="examples"))) if items else None
    return element("section", element("h2", "想核对哪条规定？", class_="greeting"), lead, listed, class_="welcome")


def problem_view(error: AssistantError) -> Html:
    """Why nothing can be asked yet, and what to run."""
    where = element("p", element("code", error.where)) if error.where else None
    again = element("button", "已经处理，重新检查", type="button", class_="act strong", data_do="reload")
    return element(
        "section", element("h2", "还不能提问"), element("p", error.what, "。"), where, element("p", error.remedy or "请运行 python -m assistant doctor 检查。"),
        again, class_="answer problem", role="alert",
    )


def notices_view(notices: Sequence[str]) -> Html:
    """What is missing though the page works."""
    return join(element("p", notice, class_="notice", role="status") for notice in notices)


def line_view(ahead: int) -> Html | str:
    """How many questions are answered before one's own."""
    if not ahead:
        return ""
    return element("p", f"前面还有 {ahead} 个问题，轮到了就查。", class_="stage", role="status", data_ahead=ahead)


def drafting_view(written: int) -> Html:
    """That a model is rewriting, and how far it is; its words are shown only once they are checked."""
    progress = f"，已写 {written} 字" if written else ""
    return element("p", f"语言模型正在改写{progress}；写完逐句核对，核对不上就保留摘录。", class_="stage", role="status")


def conversations_view(conversations: Sequence[Conversation], current: str | None, search: str = "") -> Html:
    """The kept conversations, last changed first."""
    if not conversations:
        return element("p", "没有找到。" if search.strip() else "问过的会留在这里。", class_="hint")
    return element("ul", *(_conversation(item, item.conversation_id == current) for item in conversations), class_="conversations")


def _conversation(item: Conversation, current: bool) -> Html:
    key = item.conversation_id
    open_ = element(
        "button", element("span", item.name), element("small", f"{item.changed[:10]} · {item.turns} 问"), type="button", class_="open",
        data_conversation=key, data_act="open", aria_current="true" if current else None,
    )
    rename = element("button", "✎", type="button", class_="glyph", data_conversation=key, data_act="rename", data_name=item.name,
                     aria_label=f"改名：{item.name}")
    delete = element("button", "×", type="button", class_="glyph", data_conversation=key, data_act="delete", data_name=item.name,
                     aria_label=f"删除：{item.name}")
    export = export_menu(f"/export/conversation/{quote(key, safe='', errors='replace')}", "导出整个会话", "导出整个会话") if current and item.turns else None
    return element("li", open_, rename, delete, export, class_="current" if current else None)


def conversation_anchor(conversation_id: str | None) -> Html:
    """An empty element that tells the script which conversation the page shows."""
    return element("span", hidden=True, id="now", data_now=conversation_id or "")
