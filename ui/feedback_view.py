"""The administrator's list of judged answers: what was asked, what was wrong, and what becomes an evaluation case."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from urllib.parse import quote

from assistant.history import StoredTurn
from ui.feedback import FILE, case_id
from ui.html import Html, element
from ui.turns import from_record

_SHOWN = 180  # characters of an answer


def judged_view(judged: Sequence[StoredTurn], kept: Collection[str], where: str) -> Html:
    """All judged turns, latest judgement first. kept: ids of cases already in the file; where: that file's path."""
    if not judged:
        lead = element("p", "还没有人评价过回答。在回答下面点“有用”或“有误”，就会列在这里。", class_="hint")
        return element("div", element("h2", "收到的意见", tabindex="-1"), lead)
    wrong = sum(1 for item in judged if not item.feedback)
    lead = element("p", f"共 {len(judged)} 条：有误 {wrong}，有用 {len(judged) - wrong}。收下的评测题写在 ", element("code", where), "。", class_="hint")
    items = [element("li", _judged(item, case_id(item) in kept)) for item in judged]
    return element("div", element("h2", "收到的意见", tabindex="-1"), lead, element("ul", *items, class_="judged-list"))


def closed_view(message: str) -> Html:
    """Why there is no list."""
    return element("div", element("h2", "收到的意见", tabindex="-1"), element("p", message, class_="hint", role="alert"))


def _judged(stored: StoredTurn, kept: bool) -> Html:
    turn = from_record(stored.question, stored.record)
    good = bool(stored.feedback)
    badge = element("span", "有用" if good else "有误", class_="badge" if good else "badge wrong")
    head = element(
        "header", badge, element("span", stored.asked[:10], class_="date"),
        element("a", "看这次会话", href=f"/?chat={quote(stored.conversation_id, errors='replace')}", class_="act"),
    )
    words = " ".join(turn.text.split())
    reason = element("p", element("b", "意见："), stored.reason, class_="reason") if stored.reason else None
    return element(
        "article", head, element("h3", element("span", turn.question, class_="asked-text")),
        element("p", words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…", class_="said"), reason,
        element("p", "已收为评测题", class_="taken") if kept else _offer(stored, good, turn.refused), class_="judged", data_judged=stored.turn_id,
    )


def _offer(stored: StoredTurn, good: bool, refused: bool) -> Html:
    """What makes it a case: one click for a useful answer, the right clause's link or a refusal for a wrong one."""
    if good:
        return element("p", _button("收为评测题", title=f"写进 {FILE}"))
    label = element(
        "label", element("span", "正确依据的固定链接"),
        element("input", type="text", class_="right", placeholder="在原文里复制后贴到这里", autocomplete="off"),
    )
    refuse = None if refused else _button("应当拒答", title="资料里没有答案：收为应当拒答的评测题", unanswerable=True)
    return element("div", label, _button("收为评测题", title=f"写进 {FILE}"), refuse, class_="offer")


def _button(label: str, *, title: str, unanswerable: bool = False) -> Html:
    return element("button", label, type="button", class_="act strong" if not unanswerable else "act", data_do="case",
                   data_unanswerable="true" if unanswerable else None, title=title)
