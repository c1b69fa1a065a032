"""The two sums an answer may do: a difference of two cells, and how many a ratio asks for. Pure.

Both values that go in are shown beside the result, so that a reader can check it.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal

from corpus.numerals import figures

_RATIO = re.compile(r"1\s?[:：∶]\s?(\d{2,6})")
_HEADS = frozenset({"人", "名", "位"})
_STAFF = re.compile(r"的?(?:教师|老师|教职工|职工|员工)")
_LEARNERS = re.compile(r"学生|学员|在校生|幼儿|儿童")


def difference(first: str | None, last: str | None, unit: str | None) -> str | None:
    """last − first of two table cells with the unit, without its sign; a range gives a range, a bound (≥, ≤)
    "至少". None when a cell holds no number."""
    if first is None or last is None:
        return None
    base = re.fullmatch(r"\d+(?:\.\d+)?", first)
    ends = re.fullmatch(r"([≥≤]?)(\d+(?:\.\d+)?)(?:[—–\-](\d+(?:\.\d+)?))?", last)
    if not base or not ends:
        return None  # from a bound (≥90) nothing follows
    start, low = Decimal(base.group()), Decimal(ends.group(2))
    suffix = "个百分点" if unit == "%" else (unit or "")
    if ends.group(3):
        near, far = sorted((abs(low - start), abs(Decimal(ends.group(3)) - start)))
        return f"{_plain(near)}—{_plain(far)}{suffix}"
    # ≥ above the start, or ≤ below it, is at least as far away; the other way round at most.
    away = {"≥": low >= start, "≤": low <= start}.get(ends.group(1))
    bound = "" if away is None else "至少" if away else "至多"
    return f"{bound}{_plain(abs(low - start))}{suffix}"


def _counts_learners(question: str, start: int, end: int) -> bool:
    """Whether the figure at start:end counts learners: the word stands right behind it or shortly before."""
    return bool(_LEARNERS.match(question[end : end + 4]) or _LEARNERS.search(question[max(0, start - 8) : start]))


def _plain(value: Decimal) -> str:
    text = format(value.normalize(), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def by_ratio(question: str, piece: str) -> str:
    """For "比例不低于1:200" and a question that gives a number of people: what the ratio asks for, as a clause of
    our own; "" where there is nothing to work out."""
    ratio = _RATIO.search(piece)
    if not ratio or not re.search(r"不低于|不少于|至少|以上|配备|设置", piece):
        return ""
    each = int(ratio.group(1))
    people = [
        int(f.value) for f in figures(question)
        if f.kind == "number" and f.unit in _HEADS and f.value.isdigit() and int(f.value) >= each and ((f.unit == "人" and not _STAFF.match(question[f.end:])) or _counts_learners(question, f.start, f.end))
    ]
    if not people:
        return ""
    needed = math.ceil(people[0] / each)
    return f"按{people[0]}人计算，{people[0]}÷{each}，至少要{needed}名"
