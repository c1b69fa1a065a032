"""Numbering marks of Chinese documents: what stands at a line's start, and whether it continues its sequence.

The families are those of GB/T 9704 official documents, statutes (编章节条) and interviews. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from corpus.departments import is_department_line

_CN = "零〇一二三四五六七八九十百千两"
_DIGIT = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNIT = {"十": 10, "百": 100, "千": 1000}
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"

FAMILIES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("part", re.compile(rf"^第([{_CN}\d]+)(?:分)?[编編](?=[\s\u3000]|$)")),
    ("chapter", re.compile(rf"^第([{_CN}\d]+)章(?=[\s\u3000]|$|[^\d，。、的])")),
    ("section", re.compile(rf"^第([{_CN}\d]+)[节節](?=[\s\u3000]|$|[^\d，。、的])")),
    ("article", re.compile(rf"^第([{_CN}\d]+)[条條](之[{_CN}])?(?=[\s\u3000：:]|$|[^\d，。、的至和或第款规規项項所及與与])")),
    # A byline (记者：某某) asks nothing: what an interviewer says is longer.
    ("question", re.compile(r"^(?:(\d{1,3})[.．、])?\s*(?:[问問][:：]|(?:记者|記者|主持人)[:：](?=.{6}))")),
    ("answer", re.compile(r"^答[:：]")),
    ("zh", re.compile(rf"^([{_CN}]+)、")),
    ("zh_paren", re.compile(rf"^[（(]([{_CN}]+)[)）]")),
    ("decimal", re.compile(r"^(\d{1,2}(?:[.．]\d{1,2}){1,3})(?=[\s\u3000]|[^\d%％.．:：年万亿个])")),
    ("num_paren", re.compile(r"^[（(](\d{1,3})[)）]")),
    ("num_dot", re.compile(r"^(\d{1,3})(?:[.．](?!\d)|、)")),
    ("circled", re.compile(rf"^([{_CIRCLED}])")),
    ("ordinal", re.compile(rf"^(?:第)?([{_CN}]+)(?:是|要)(?=[^否不的])")),
    ("dash", re.compile(r"^(?:——|[•●▪■◆])\s*")),
)
BULLETS = frozenset({"dash", "ordinal"})
STATUTE = ("part", "chapter", "section", "article")  # outermost first
STRUCTURAL = frozenset({"part", "chapter", "section", "article", "zh", "zh_paren"})


def chinese_number(text: str) -> int | None:
    """Value of a Chinese or ASCII integer such as 三十八, 一百零二, 12; None when it is not one."""
    if text.isdigit():
        return int(text)
    total, digit = 0, 0
    for char in text:
        if char in _DIGIT:
            digit = digit * 10 + _DIGIT[char] if digit and not total else _DIGIT[char]
        elif char in _UNIT:
            total += (digit or 1) * _UNIT[char]
            digit = 0
        else:
            return None
    return total + digit if text else None


@dataclass(frozen=True)
class Marker:
    """A mark at a line's start. label: as printed; number: its place in the sequence, None for dashes and
    unnumbered questions; suffix: 之一 of an inserted article."""

    family: str
    label: str
    number: int | None
    inserted: bool = False


def match_marker(text: str) -> Marker | None:
    """The numbering mark that text starts with, or None."""
    for family, pattern in FAMILIES:
        found = pattern.match(text)
        if not found:
            continue
        raw = found.group(1) if pattern.groups else None
        if family == "circled":
            number = _CIRCLED.index(raw) + 1
        elif family == "decimal":
            number = int(re.split("[.．]", raw)[-1])
        else:
            number = chinese_number(raw) if raw else None
            if raw and number is None:
                continue
        inserted = family == "article" and bool(found.group(2))
        return Marker(family, found.group().strip(), number, inserted)
    return None


def is_content(text: str) -> bool:
    """Whether a line at a page's edge is text for certain, and no running head, however often it comes again: an
    item, a department line or the end of a sentence. A chapter's name may run along the top of its pages."""
    marker = match_marker(text)
    numbered = marker is not None and marker.family not in STATUTE
    return numbered or is_department_line(text) or text.endswith(("。", "；", "：", "？", "！"))


@dataclass
class Sequence:
    """Remembers each family's last number in one document and judges the next mark.

    A mark counts when it opens a sequence (1), continues it, or, at a paragraph's start, jumps a little
    ahead; a reference to another clause at a line's start does none of these.
    """

    last: dict[str, int] = field(default_factory=dict)
    accepted_gap: str = ""

    def accepts(self, marker: Marker, *, paragraph_start: bool, after_heading: bool = False) -> bool:
        """Whether marker is a heading or item here; updates the memory when it is. accepted_gap then says
        what is missing, "" for nothing."""
        self.accepted_gap = ""
        family, number = marker.family, marker.number
        if family in ("dash", "question", "answer"):
            if number is not None:
                self.last[family] = number
            return paragraph_start or after_heading
        if number is None:
            return False
        previous = self.last.get(family)
        continues = previous is not None and number == previous + 1
        loose = family in STRUCTURAL
        if marker.inserted:
            return previous is not None and number <= previous + 1
        if not (paragraph_start or after_heading):
            return False
        if number == 1 or continues:
            self.last[family] = number
            return True
        if family == "decimal":
            self.last[family] = number
            return True
        if previous is not None and loose and previous < number <= previous + 3:
            self.accepted_gap = f"{marker.label} 前面缺 {number - previous - 1} 条"
            self.last[family] = number
            return True
        if loose and number == 2 and previous is not None and family != "article":
            self.accepted_gap = f"{marker.label} 前面没有第一条"
            self.last[family] = number
            return True
        if previous is None and family in ("article", "chapter"):
            # An excerpt or a volume that starts in the middle of a statute.
            self.last[family] = number
            return True
        return False
