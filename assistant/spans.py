"""A retrieved passage → the exact span of its clause to quote, and the sentence shown. Pure.

The span is the author's own words; the statement is the span with a lead of ours where grammar or the
question needs one (an inherited year, a row's cells as a sentence). Nothing else is added.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.arithmetic import by_ratio, difference
from assistant.schema import Query, Wanted
from corpus.departments import is_department_line
from corpus.schema import Clause, ClauseKind, Document, TableRow
from corpus.text import sentence_spans
from index.passages import quotable_end, year_of
from index.schema import Passage
from index.tokens import comparable

_LONG = 150  # characters; a longer sentence is cut to the pieces that answer
_LONG_LIST = 190  # a list may be longer before it is cut
_LONG_BY_KIND = {Wanted.LIST: _LONG_LIST, Wanted.COMPARE: 110}
_WINDOW = 120
_ASIDE = 14  # characters of a sentence short enough to have been joined to the one before
LABEL = re.compile(r"^(?:[一二三四五六七八九十]+、|[（(][一二三四五六七八九十百\d]+[)）]|\d{1,2}[.．、](?!\d)|——|[一二三四五六七八九十]+是(?=\S))")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_DATE = re.compile(r"\d{4}\s*年|\d{1,2}\s*月|[本上下前后]学期|年底|年内")
_DIFFERENCE = re.compile(
    r"(?:多|增|涨|提高|提升|上升|下降|降低|减少|差|净增|新增|增加|增长|扩大|翻|添|补|加)(?:出|了|加|长|幅|上)?(?:了|要|去|出)?.{0,6}(?:多少|好多|几)"
    r"|相差|净增|增量|增幅|多出|变化多少|差(?:距|值|多少)|再(?:添|补|加|增)|还(?:要|得|需)?(?:添|补|差)|哪个(?:加|增|涨|降)"
)
_ONE_YEAR_ONLY = re.compile(r"基数|底数|现状|当年|不是目标|不要目标|只要|只问")
_CUT = re.compile(r"[，；：]")
_ANNOUNCES = re.compile(r"以下|下列|如下")
_PRESENT = re.compile(r"目前|现有|现已|已[经有建达成形]|去年|今年|近年|每年|截至|同期|此前|过去")
_BY_YEAR = re.compile(r"(?:[^，。：]{0,12}：|《[^》]{1,20}》[\u4e00-\u9fff]{0,4}|\S{0,4}[.．、）)])?[到至]\s*(?:19|20)\d{2}\s*年")
_BACKWARD = re.compile(r"^(?:其中|其|该|此|这|他们|它|同时|并|前者|后者|上述)")


@dataclass(frozen=True)
class Span:
    """char_start:char_end of the clause's text, and the sentence shown for it."""

    start: int
    end: int
    statement: str


def row_statement(row: TableRow, query: Query) -> str:
    """A table row as a sentence: the asked year, or all years; the difference when it is asked for."""
    name = f"{row.group}{row.indicator}" if row.group and len(row.group) > 8 else row.indicator
    years = list(row.values)
    asked = [year for year in years if year in query.years]
    wants_difference = bool(_DIFFERENCE.search(query.text))
    # One year alone is shown only where the question is about nothing else: 2023年…要提高到多少 needs both.
    single = len(asked) == 1 and not wants_difference and (
        bool(_ONE_YEAR_ONLY.search(query.text)) or not re.search(r"要|目标|到(?!底)|再|想|后|达|升|降|变", query.text)
    )
    shown = asked if single or len(asked) >= 2 else years
    parts = []
    for year in shown:
        value = row.values[year]
        parts.append(f"{year}年为{_with_unit(value, row.unit)}" if value is not None else f"{year}年没有数据（表中为“—”）")
    text = f"{name}：{'，'.join(parts)}"
    if wants_difference and len(years) >= 2:
        first, last = (asked[0], asked[-1]) if len(asked) >= 2 else (years[0], years[-1])
        ratio = row.unit in ("∶", ":", "：")
        apart = None if ratio else difference(row.values[first], row.values[last], row.unit)
        text += f"，相差{apart}" if apart else ""
    return f"{text}。"


def _with_unit(value: str, unit: str | None) -> str:
    if not unit or unit in ("∶", ":", "：") or value.endswith(unit):
        return value
    return f"{value}{unit}"


def department_span(clause: Clause, query: Query) -> Span | None:
    """The clause's department lines as quoted, and who leads and supports as a sentence; None without a leader."""
    if not clause.lead_departments:
        return None
    start = quotable_end(clause)
    while start < len(clause.text) and clause.text[start] == "\n":
        start += 1
    if not is_department_line(clause.text[start:].split("\n")[0]):
        return None
    subject = re.sub(LABEL, "", clause.title).rstrip("。") if clause.title else ""
    lead = "、".join(clause.lead_departments)
    text = f"{subject}由{lead}牵头" if subject else f"牵头部门是{lead}"
    if clause.support_departments:
        text += f"，配合部门是{'、'.join(clause.support_departments)}"
    elif re.search(r"配合|协助|参与|出力", query.text):
        text += "；这一条没有列出配合部门"
    return Span(start, len(clause.text), f"{text}。")


def sentence_span(passage: Passage, clause: Clause, query: Query) -> Span:
    """The passage's words, cut or widened to what answers."""
    if clause.kind is ClauseKind.TABLE_ROW and clause.row is not None:
        return Span(0, len(clause.text), row_statement(clause.row, query))
    start, end = passage.char_start, passage.char_end
    start = _with_antecedent(clause, start)
    if query.wanted in (Wanted.LIST, Wanted.OTHER, Wanted.DEFINITION):
        start, end = _whole_sentence(clause, start, end)
    label = LABEL.match(clause.text[start:end])
    if label and (start == 0 or clause.text[start - 1] == "\n"):
        start += label.end()
    head = clause.text[start:end].find("\n")
    if head > 0 and not re.search(r"[。！？；：]", clause.text[start : start + head]):
        start += head + 1  # a title on a line of its own is not part of the sentence under it
    start, end = _with_list(clause, start, end)
    end = _without_aside(clause, start, end, query)
    if end - start > _LONG_BY_KIND.get(query.wanted, _LONG):
        start, end = best_window(clause.text, start, end, query)
    lead = ""
    if query.wanted in (Wanted.DATE, Wanted.FIGURE, Wanted.COMPARE, Wanted.OTHER):
        start, lead = _dated(clause, start, end, query)
    words = re.sub(r"\s*\n\s*", "", clause.text[start:end]).strip()
    worked = _worked_out(clause.text[start:end], query)
    return Span(start, end, f"{lead}{words.rstrip('。')}；{worked}。" if worked else f"{lead}{words}")


def _worked_out(text: str, query: Query) -> str:
    """What a ratio of the sentence asks for, taken from the piece that shares most with the question."""
    pieces = [piece for piece in _CUT.split(text) if by_ratio(query.text, piece)]
    if not pieces:
        return ""
    terms = (*query.terms, *query.expansions)
    asked = re.search(r"(?:几|多少|好多)[名个位]?([\u4e00-\u9fff]{2,4})", query.text)
    noun = asked.group(1)[:2] if asked else ""
    best = max(pieces, key=lambda piece: (bool(noun) and noun in piece, sum(len(term) for term in terms if term in comparable(piece))))
    return by_ratio(query.text, best)


def _whole_sentence(clause: Clause, start: int, end: int) -> tuple[int, int]:
    """The whole sentence of a piece that was cut at a semicolon, where it is not too long: a list goes on after it."""
    for a, b in sentence_spans(clause.text[: quotable_end(clause)]):
        if a <= start < b and b - a <= _LONG_LIST:
            return min(a, start), max(b, end)
    return start, end


def _without_aside(clause: Clause, start: int, end: int, query: Query) -> int:
    """The end without a short last sentence that shares no word with the question: it only travels with its neighbour."""
    spans = sentence_spans(clause.text[start:end])
    if len(spans) < 2:
        return end
    last = comparable(clause.text[start + spans[-1][0] : start + spans[-1][1]])
    terms = (*query.terms, *query.expansions)
    if len(last) > _ASIDE or any(len(term) >= 2 and term in last for term in terms):
        return end
    return start + spans[-2][1]


def _with_list(clause: Clause, start: int, end: int) -> tuple[int, int]:
    """A sentence that announces a list (以下…) takes the next along; one that opens a list takes its announcement."""
    spans = sentence_spans(clause.text[: quotable_end(clause)])
    for number, (a, b) in enumerate(spans):
        if not (a <= start < b):
            continue
        if _ANNOUNCES.search(clause.text[start:end]) and number + 1 < len(spans) and spans[number + 1][1] - start <= _LONG_LIST:
            return start, max(end, spans[number + 1][1])
        if number and re.match(r"一是", clause.text[start:end]) and _ANNOUNCES.search(clause.text[spans[number - 1][0] : a]):
            return spans[number - 1][0], end
    return start, end


def _with_antecedent(clause: Clause, start: int) -> int:
    """A sentence that opens with 其, 该 … takes the sentence before it along."""
    if start == 0 or not _BACKWARD.match(clause.text[start:]):
        return start
    before = [span for span in sentence_spans(clause.text[:start]) if span[1] <= start]
    return before[-1][0] if before and start - before[-1][0] <= 80 else start


def _dated(clause: Clause, start: int, end: int, query: Query) -> tuple[int, str]:
    """The start moved back to a near sentence that names the year, or a lead with the inherited year.

    A bullet's lead sentence and a paragraph's 到YYYY年 set a year for what follows. Any other year that an earlier sentence
    happens to name is quoted with that sentence or not at all: it need not be this sentence's.
    """
    text = clause.text[start:end]
    if _YEAR.search(text) or (query.wanted is Wanted.DATE and _DATE.search(text)):
        return start, ""
    year = year_of(clause, start)
    if not year or (query.years and year not in query.years and query.wanted is not Wanted.DATE):
        return start, ""
    before = [span for span in sentence_spans(clause.text[:start]) if year in clause.text[span[0] : span[1]]]
    if before and end - before[-1][0] <= _LONG and query.wanted is Wanted.DATE:
        return before[-1][0], ""
    if query.wanted in (Wanted.DATE, Wanted.FIGURE, Wanted.COMPARE):
        return start, f"到{year}年，" if year in clause.inherited_years or _governs(clause, year, start, end) else ""
    return start, ""


def _governs(clause: Clause, year: str, start: int, end: int) -> bool:
    """Whether start:end stands in a paragraph under 到YYYY年: the last sentence before it that names a year opens so, names no
    other, no paragraph ends between, and the words speak of no other time (目前, 已, 每年). Plans state their goals this way: 到2027年，…。…。到2035年，…。"""
    before = [span for span in sentence_spans(clause.text[:start]) if _YEAR.search(clause.text[span[0] : span[1]])]
    if _PRESENT.search(clause.text[start:end]) or not before or "\n" in clause.text[before[-1][0] : start].lstrip():
        return False
    words = clause.text[before[-1][0] : before[-1][1]]
    opening = _BY_YEAR.match(words)
    return bool(opening) and set(_YEAR.findall(words)) == {year}


def best_window(text: str, start: int, end: int, query: Query) -> tuple[int, int]:
    """The contiguous pieces of text[start:end], at most _WINDOW characters, that hold most of the question's
    terms (and a figure where one is wanted). Ties go to the earlier and longer."""
    cuts = [start, *(start + m.end() for m in _CUT.finditer(text[start:end])), end]
    terms = [t for t in (*query.terms, *query.expansions) if len(t) >= 2]
    best = (-1.0, start, end)
    for i in range(len(cuts) - 1):
        for j in range(i + 1, len(cuts)):
            a, b = cuts[i], cuts[j]
            if b - a > _WINDOW and j > i + 1:
                break
            piece = comparable(text[a:b])
            score = sum(len(t) for t in terms if t in piece) + (1.5 if query.wanted is Wanted.FIGURE and re.search(r"\d", piece) else 0)
            score += min(b - a, _WINDOW) / 400
            if score > best[0] + 1e-9:
                best = (score, a, b)
    _, a, b = best
    while b > a and text[b - 1] in "，；：":
        b -= 1
    return a, b


def children_span(children: list[Clause]) -> list[Span]:
    """Where the children of a heading are the list asked for: one span for each child's title."""
    spans = []
    for child in children:
        title = child.title or child.text.split("\n")[0]
        at = child.text.find(LABEL.sub("", title))
        bare = LABEL.sub("", title).rstrip("。；")
        if at >= 0 and bare:
            spans.append(Span(at, at + len(bare), bare))
    return spans


_OPENING_MAX = 32


def opening_span(clause: Clause) -> Span | None:
    """The clause's first sentence without its number, where it is short enough to stand in a list."""
    spans = sentence_spans(clause.text[: quotable_end(clause)])
    if not spans:
        return None
    start, end = spans[0]
    label = LABEL.match(clause.text[start:end])
    start += label.end() if label else 0
    while end > start and clause.text[end - 1] in "。；：":
        end -= 1
    return Span(start, end, clause.text[start:end]) if 4 <= end - start <= _OPENING_MAX else None


def source_name(document: Document) -> str:
    """The document's name as shown before a compared statement."""
    return f"《{document.aliases[0] if document.aliases else document.title}》"
