"""牵头部门/配合部门 lines → whole department names. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

LINE = re.compile(r"^(牵头|牽頭|配合|责任|責任|主责|主責|主办|主辦|协办|協辦|参与|參與|协同|協同)(部门|部門|单位|單位)\s*[:：]")
_FIRST = frozenset({"牵头", "牽頭", "主责", "主責", "主办", "主辦"})
_NEXT_FIELD = re.compile(r"[；;。](?=\s*(?:牵头|牽頭|配合|责任|責任|主责|主責|主办|主辦|协办|協辦|参与|參與)(?:部门|部門|单位|單位)\s*[:：])")
# The last brackets of a paragraph, with brackets of names inside.
_TAIL = re.compile(r"[（(]((?:[^（）()]|[（(][^（）()]{1,30}[）)]){2,300})[）)][。；]?\s*$")
_TAIL_MAX = 320  # characters at a paragraph's end
_BODY = "[^，。；：]{2,200}?"
_SPOKEN = re.compile(
    rf"^(?:由)?(?:(?P<牵头>{_BODY})(?:牵头|牽頭)(?:负责|負責)?(?:[，,；;](?P<配合>{_BODY})(?:等)?(?:配合|参与|参加|參與|按职责分工负责|按職責分工負責))?"
    rf"|(?P<负责>{_BODY})(?:等)?(?:按职责分工|按職責分工|分别|分別)?(?:负责|負責))$"
)
# 校长 or 各年级 after （…负责 is no body.
_BODY_END = re.compile(r"(?:[部局委厅廳办辦府会會院校社处處室科股组組团團]|中心|单位|單位|部门|部門|机构|機構|公司|银行|各?区县|[)）])$")
_NAME_MAX = 20  # characters; longer "names" are a sentence
_LEADING = frozenset({"牵头", "牽頭", "责任", "責任", "主责", "主責", "主办", "主辦"})


def is_department_line(text: str) -> bool:
    """Whether a line states who leads or supports."""
    return bool(LINE.match(text))


def departments_of(parts: Sequence[tuple[bool, str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(lead, support) names that a clause states. parts: its paragraphs in order, whether each is a department line.

    A paragraph may end with them in brackets: （牵头单位：甲；配合单位：乙） or （甲牵头，乙、丙配合）. Where one body
    leads (牵头), those responsible (责任单位) beside it support.
    """
    fields: list[tuple[str, tuple[str, ...]]] = []
    for whole, text in parts:
        fields.extend(_fields(text) if whole else _bracketed(text))
    led = any(word in _FIRST for word, _ in fields)
    lead: list[str] = []
    support: list[str] = []
    for word, names in fields:
        (lead if word in (_FIRST if led else _LEADING) else support).extend(names)
    lead = list(dict.fromkeys(lead))
    return tuple(lead), tuple(name for name in dict.fromkeys(support) if name not in lead)


def _fields(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """牵头部门：甲；配合部门：乙 → [(牵头, (甲,)), (配合, (乙,))]."""
    cuts = [0, *(m.start() + 1 for m in _NEXT_FIELD.finditer(text)), len(text)]
    pieces = [text[a:b].strip().rstrip("；;。") for a, b in pairwise(cuts)]
    return [(LINE.match(piece).group(1), split_departments(piece)[1]) for piece in pieces if is_department_line(piece)]


def _bracketed(text: str) -> list[tuple[str, tuple[str, ...]]]:
    found = _TAIL.search(text[-_TAIL_MAX:])
    if not found:
        return []
    inner = found.group(1)
    if is_department_line(inner):
        return _fields(inner)
    spoken = _SPOKEN.match(inner)
    if not spoken:
        return []
    named = [(word, spoken.group(word)) for word in ("牵头", "配合", "负责") if spoken.group(word)]
    fields = [("责任" if word == "负责" else word, _names(names.removesuffix("等"))) for word, names in named]
    bodies = all(len(name) <= _NAME_MAX and _BODY_END.search(name) for _, names in fields for name in names)
    return fields if bodies else []


def split_departments(text: str) -> tuple[bool, tuple[str, ...]]:
    """("牵头部门：市教委、市财政局") → (True, ("市教委", "市财政局")). True means leading.

    Names in brackets stay with the name before them. Raises ValueError when text is no department line.
    """
    found = LINE.match(text)
    if not found:
        raise ValueError(f"not a department line: {text[:20]!r}")
    return found.group(1) in _LEADING, _names(text[found.end() :])


def _names(text: str) -> tuple[str, ...]:
    """Names parted by commas outside brackets."""
    names: list[str] = []
    depth, current = 0, ""
    for char in text:
        depth += (char in "（(") - (char in "）)")
        if char in "、，,；;" and depth <= 0:
            names.append(current)
            current = ""
        else:
            current += char
    names.append(current)
    return tuple(name for raw in names if (name := re.sub(r"\s+", "", raw).rstrip("。．.")))
