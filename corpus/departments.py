"""牵头部门/配合部门 lines → whole department names. Pure functions."""

from __future__ import annotations

import re

LINE = re.compile(r"^(牵头|牽頭|配合|责任|責任|主责|主責|主办|主辦|协办|協辦|参与|參與|协同|協同)(部门|部門|单位|單位)\s*[:：]")
_LEADING = frozenset({"牵头", "牽頭", "责任", "責任", "主责", "主責", "主办", "主辦"})


def is_department_line(text: str) -> bool:
    """Whether a line states who leads or supports."""
    return bool(LINE.match(text))


def split_departments(text: str) -> tuple[bool, tuple[str, ...]]:
    """("牵头部门：市教委、市财政局") → (True, ("市教委", "市财政局")). True means leading.

    Names in brackets stay with the name before them. Raises ValueError when text is no department line.
    """
    found = LINE.match(text)
    if not found:
        raise ValueError(f"not a department line: {text[:20]!r}")
    names: list[str] = []
    depth, current = 0, ""
    for char in text[found.end():]:
        depth += (char in "（(") - (char in "）)")
        if char in "、，,；;" and depth <= 0:
            names.append(current)
            current = ""
        else:
            current += char
    names.append(current)
    cleaned = tuple(name for raw in names if (name := re.sub(r"\s+", "", raw).rstrip("。．.")))
    return found.group(1) in _LEADING, cleaned
