"""Narrow table columns printed one or two characters a line → heading lines. Pure functions.

A three-column framework (要素 | 二级要素 | 内涵) comes out of a text export as "1." "专" "业", "1.1 专业" "建设",
then the third column's numbered items. The first two become headings (hints h1, h2); repeated column
heads are dropped.
"""

from __future__ import annotations

import re

from corpus.schema import Line, MappedText
from corpus.text import clean

_NARROW = 2  # characters a line in the narrowest column holds at most
_HEADS_MAX = 12  # lines the heads of the other columns take at most
_NEAR = 400  # lines within which a page's column heads come again
_TALLEST = 40  # lines one vertical cell holds at most
_CELL = 6  # characters a line in the second column holds at most
_LEVEL_ONE = re.compile(r"^\d{1,2}[.．]$")
_LEVEL_TWO = re.compile(r"^\d{1,2}[.．]\d{1,2}\s*[\u4e00-\u9fff]")


def join_columns(lines: list[Line]) -> list[Line]:
    """Lines with narrow columns joined; unchanged when the document has none."""
    tall = (i for i in range(len(lines)) if _vertical(lines, i) >= 3)
    if next(tall, None) is None or next(tall, None) is None:
        return lines
    joined: list[Line] = []
    seen_heads: set[str] = set()
    index = 0
    while index < len(lines):
        run = _vertical(lines, index)
        if run >= 2:
            head = _merge(lines[index : index + run], "h1")
            index += run
            if re.match(r"^\d", head.text):
                joined.append(head)
                continue
            # A column head such as 一级要素 with the heads of the other columns behind it.
            rest = index
            while (
                rest < min(len(lines), index + _HEADS_MAX)
                and not re.match(r"^\d", lines[rest].text)
                and len(lines[rest].text) <= 10
            ):
                rest += 1
            row = _merge([head, *lines[index:rest]], "column-head", " ")
            if row.text in seen_heads:
                index = rest
                continue
            rest = rest if _repeats(lines, lines[index:rest], rest) else index
            row = _merge([head, *lines[index:rest]], "column-head", " ")
            seen_heads.add(row.text)
            joined.append(row)
            index = rest
        elif _LEVEL_TWO.match(lines[index].text) and len(lines[index].text) <= _CELL + 5:
            end = index + 1
            while end < len(lines) and len(lines[end].text) <= _CELL and not re.match(r"^\d", lines[end].text):
                end += 1
            joined.append(_merge(lines[index:end], "h2"))
            index = end
        else:
            joined.append(lines[index])
            index += 1
    return joined


def _vertical(lines: list[Line], start: int) -> int:
    """How many lines from start on form one vertical cell (0 when it is none)."""
    end = start
    if end < len(lines) and _LEVEL_ONE.match(lines[end].text):
        end += 1
    first = end
    while (
        end < min(len(lines), first + _TALLEST)
        and len(lines[end].text) <= _NARROW - 1
        and re.match(r"[\u4e00-\u9fff]", lines[end].text)
    ):
        end += 1
    return end - start if end - first >= 2 else 0


def _repeats(lines: list[Line], block: list[Line], after: int) -> bool:
    """Whether the short lines of block come again further on: then they are column heads."""
    texts = [line.text for line in block]
    if not texts:
        return False
    later = [line.text for line in lines[after : after + _NEAR]]
    return any(later[i : i + len(texts)] == texts for i in range(len(later)))


def _merge(lines: list[Line], hint: str, separator: str = "") -> Line:
    content = clean(MappedText.join([line.content for line in lines], separator), keep_spaces=bool(separator))
    return Line(content, lines[0].page, False, lines[0].page_start, hint)
