"""Tables → typed rows: indicator tables printed as flat lines, and tables whose cells the format states.

Pure functions on Lines.

Such a table is a header with two or more years, then rows "label（unit） value value"; labels wrap over
lines, group names (规模, 结构) stand on lines of their own or before a label, headers repeat at page breaks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from corpus.markers import match_marker
from corpus.schema import Line, MappedText, TableRow
from corpus.text import MARK, clean, ends_sentence, strip

_YEAR = re.compile(r"(?:19|20)\d{2}\s*年?(?:\s*[（(][^）)]{1,6}[）)])?")
_HEADER_WORD = re.compile(r"指标|指標|项目|項目|名称|名稱|类型|類型|类别|類別|序号|序號|内容|內容")
_COLUMN_WORD = re.compile(r"^(?:备注|備註|单位|單位|姓名|学校|學校|地址|电话|電話|联系|数量|數量|时间|時間|标准|標準|学段|學段|年级|年級|金额|金額)")
_VALUE = r"(?:[≥≤<>＜＞约]?\s?\d[\d,，]*(?:\.\d+)?%?(?:\s?[—–\-~～至∶:]\s?\d[\d,.]*%?)?|[—–\-/]{1,2}|无)"
_UNIT = re.compile(r"[（(]([^（）()]{1,8})[）)]$")
_UNIT_COLUMN = re.compile(r"(?:^|\s)(?:计量)?单\s?位(?=\s)")
_GROUP_MAX = 8  # characters of a group name in its narrow column
_LABEL_PIECE_MIN = 12  # a longer line without values is a label that wraps


@dataclass(frozen=True)
class PrintedRow:
    """A table row with the text it was printed as. before: cells printed before the indicator (number, group)."""

    row: TableRow
    content: MappedText
    before: tuple[MappedText, ...]
    lines: tuple[Line, ...]
    header: str


@dataclass(frozen=True)
class Table:
    """start:end are indices into the document's lines; caption and header lines are inside."""

    start: int
    end: int
    caption: Line | None
    header: Line
    rows: tuple[PrintedRow, ...]


def find_tables(lines: list[Line]) -> list[Table]:
    """The indicator tables among a document's lines, in order."""
    tables: list[Table] = []
    index = 0
    while index < len(lines):
        if spread := _spread(lines, index):
            # A table without years that an export left as words parted by spaces.
            cells = [_tabbed(line) for line in lines[index : index + spread]]
            captioned = index > 0 and _is_caption(lines[index - 1])
            start, caption = (index - 1, lines[index - 1]) if captioned else (index, None)
            tables.append(Table(start, index + spread, caption, cells[0], tuple(_ruled_rows(cells))))
            index += spread
            continue
        ruled = lines[index].hint == "row"
        if not ruled and not _is_header(lines[index].text):
            index += 1
            continue
        captioned = index > 0 and _is_caption(lines[index - 1])
        caption = lines[index - 1] if captioned else None
        if ruled:
            end = next((i for i in range(index, len(lines)) if lines[i].hint != "row"), len(lines))
            rows = _ruled_rows(lines[index:end])
        else:
            end = _table_end(lines, index + 1)
            rows = _rows(lines[index:end])
        if rows:
            tables.append(Table(index - (caption is not None), end, caption, lines[index], tuple(rows)))
        index = max(end, index + 1)
    return tables


def _spread(lines: list[Line], start: int) -> int:
    """How many lines from start on have three or more cells each, as many as the first; 0 when they are no table.

    The first must look like column names: a word that heads columns, or no figure where the two below have one.
    """
    if lines[start].hint or _YEAR.search(lines[start].text):
        return 0
    width = len(lines[start].text.split())
    if not 3 <= width <= 12 or not _is_row(lines[start]):
        return 0
    first = [line.text.split() for line in lines[start : start + 3] if _is_row(line)]
    if len(first) < 3 or any(len(cells) != width for cells in first):
        return 0
    names, *rows = first
    figures = any(
        all(re.match(r"[\d≥≤]", row[i]) for row in rows) and not re.search(r"\d", names[i]) for i in range(width)
    )
    headed = sum(bool(_HEADER_WORD.search(name) or _COLUMN_WORD.search(name)) for name in names) >= 2
    if not figures and not headed:
        return 0
    end = start + 3
    while end < len(lines) and _is_row(lines[end]) and len(lines[end].text.split()) == width:
        end += 1
    return end - start


def _is_row(line: Line) -> bool:
    cells = line.text.split()
    plain = not line.hint and len(line.text) <= 80 and not re.search(r"[。；：！？，]", line.text)
    return plain and not match_marker(line.text) and all(len(cell) <= 24 for cell in cells)


def _tabbed(line: Line) -> Line:
    """The line with its cells parted by tabs, as the readers of structured formats give rows."""
    parts = [line.content.slice(m.start(), m.end()) for m in re.finditer(r"\S+", line.text)]
    return replace(line, content=MappedText.join(parts, "\t"), hint="row")


def _is_caption(line: Line) -> bool:
    text = line.text
    return (
        2 <= len(text) <= 30
        and line.hint in ("", "h6", "h5", "h4")
        and not ends_sentence(text)
        and not match_marker(text)
    )


def _is_header(text: str) -> bool:
    return (
        len(_YEAR.findall(text)) >= 2
        and bool(_HEADER_WORD.search(text))
        and len(text) <= 60
        and not ends_sentence(text)
    )


def _table_end(lines: list[Line], start: int) -> int:
    for index in range(start, len(lines)):
        text = lines[index].text
        marker = match_marker(text)
        if ends_sentence(text) or (marker and marker.family in ("zh", "zh_paren", "chapter", "article")):
            return index
        if len(text) > 60:
            return index
    return len(lines)


@dataclass
class _State:
    years: list[str]
    header: str
    group: list[Line] = field(default_factory=list)
    group_used: bool = False
    label: list[Line] = field(default_factory=list)
    pending_group_lines: list[Line] = field(default_factory=list)


def _rows(lines: list[Line]) -> list[PrintedRow]:
    """Rows of one table; lines[0] is its header."""
    years = [m.group()[:4] for m in _YEAR.finditer(lines[0].text)]
    values_at_end = re.compile(rf"(?:^|(?<=\s)|(?<=[）)]))({_VALUE})" + rf"\s+({_VALUE})" * (len(years) - 1) + r"\s*$")
    state = _State(years, lines[0].text)
    rows: list[PrintedRow] = []
    for line in lines[1:]:
        text = line.text
        if _is_header(text):
            continue
        found = values_at_end.search(text)
        if not found:
            _take_label(state, line)
            continue
        head = text[: found.start()].strip()
        row = _make_row(state, line, head, found)
        rows.append(row)
    return rows


def _take_label(state: _State, line: Line) -> None:
    """A line without values: a unit or a long piece belongs to the next row's label, a short one to the group."""
    text = line.text
    if state.label or _UNIT.search(text) or len(text) >= _LABEL_PIECE_MIN:
        state.label.append(line)
    elif len(text) <= _GROUP_MAX:
        if state.group_used:
            state.group, state.group_used = [], False
        state.group.append(line)
    else:
        state.label.append(line)


def _make_row(state: _State, line: Line, head: str, found: re.Match[str]) -> PrintedRow:
    pieces = [item.content for item in state.label]
    own = line.content.slice(0, line.text.find(head) + len(head)) if head else line.content.slice(0, 0)
    before: list[MappedText] = []
    number = re.match(r"^\d{1,3}\s+(?=\D)", own.text)
    if number and not pieces:
        before.append(own.slice(0, number.end()))
        own = own.slice(number.end(), len(own))
    # "队伍建设 生师比（∶）": a group cell and a label share the line; both are Chinese on either side of the gap.
    inline = re.match(rf"^([\u4e00-\u9fff]{{2,{_GROUP_MAX}}})\s+(?=[\u4e00-\u9fff]{{2,}})", own.text)
    if inline and not pieces:
        before.append(own.slice(0, inline.end()))
        state.group, state.group_used = [], True
        group_text = inline.group(1)
        own = own.slice(inline.end(), len(own))
    else:
        if not state.group_used and state.group:
            before.extend(item.content for item in state.group)
        state.group_used = True
        group_text = "".join(item.text for item in state.group)
    # "毛入园率 % 94.5": the header names a column of units, the cell before the values is one.
    stated = re.search(r"\s+(\S{1,6})$", own.text) if _UNIT_COLUMN.search(state.header) else None
    unit_cell = own.slice(stated.start(1), len(own)) if stated else own.slice(0, 0)
    own = own.slice(0, stated.start()) if stated else own
    label = clean(MappedText.join([*pieces, own])) if len(pieces) or len(own) else own
    if len(group_text) > _GROUP_MAX and label.text[:2] == group_text[:2]:
        # A merged cell that holds half an indicator ("累计培育…典型" over 区县, 学校) ends where a label opens alike.
        group_text, state.group = "", []
    values = line.content.slice(found.start(1), len(line.content))
    # The row's own number is part of the row as printed; a group cell is not.
    numbered = [strip(cell) for cell in before if number and cell.text.strip().isdigit()]
    printed = [part for part in (*numbered, label, unit_cell, clean(values, keep_spaces=True)) if part.text]
    content = MappedText.join(printed, " ")
    cells = [_cell(value) for value in found.groups()]
    unit = _UNIT.search(label.text)
    indicator = label.text[: unit.start()] if unit else label.text
    row = TableRow(
        indicator, unit_cell.text or (unit.group(1) if unit else None), group_text or None, dict(zip(state.years, cells, strict=True))
    )
    lines = (*state.label, line)
    state.label = []
    return PrintedRow(row, content, tuple(before), lines, state.header)


def _cell(text: str) -> str | None:
    bare = re.sub(r"\s+", "", text)
    return None if not bare or re.fullmatch(r"[—–\-/]{1,2}|无", bare) else bare


def _ruled_rows(lines: list[Line]) -> list[PrintedRow]:
    """Rows of a table whose cells are parted by tabs; lines[0] holds the column names.

    A table with years in its header is an indicator table; any other gives each row its cells by column name.
    """
    names = [cell.text for cell in _cells(lines[0])]
    years = {i: found.group()[:4] for i, name in enumerate(names) if (found := _YEAR.search(name))}
    first = min(years, default=len(names))
    numbers = {i for i, name in enumerate(names) if re.fullmatch(r"序\s*号|编\s*号", name)}
    units = {i for i, name in enumerate(names[:first]) if re.sub(r"\s", "", name) in ("单位", "计量单位")}
    labels = [i for i in range(min(first, len(names))) if i not in numbers | units]
    key = labels[-1] if years and labels else labels[0] if labels else 0
    groups = [i for i in labels if i < key] if years else []
    rows: list[PrintedRow] = []
    group = ""
    for line in lines[1:]:
        cells = _cells(line)
        if [cell.text for cell in cells] == names:
            continue  # the header again, on the next page
        cells += [MappedText("", ())] * (len(names) - len(cells))
        group = " ".join(dict.fromkeys(cells[i].text for i in groups if cells[i].text)) or group
        unit = _UNIT.search(cells[key].text)
        shown = [cell for i, cell in enumerate(cells) if i not in groups and len(cell)]
        if not shown:
            continue
        indicator = cells[key].text[: unit.start()] if unit and years else cells[key].text
        stated = next((cells[i].text for i in sorted(units) if cells[i].text), None)
        if years:
            values = {year: _cell(cells[i].text) for i, year in years.items()}
        else:
            values = {name or str(i + 1): cells[i].text or None for i, name in enumerate(names) if i != key}
        row = TableRow(indicator, stated or (unit.group(1) if unit and years else None), group or None, values)
        before = tuple(cells[i] for i in groups if len(cells[i]))
        rows.append(PrintedRow(row, MappedText.join(shown, " "), before, (line,), " ".join(names)))
    return rows


def _cells(line: Line) -> list[MappedText]:
    """The cells of a row line, cleaned; note marks are left out of them."""
    cells: list[MappedText] = []
    start = 0
    for piece in line.text.split("\t"):
        cell = clean(
            line.content.slice(start, start + len(piece)), keep_spaces=not re.search(r"[\u4e00-\u9fff]", piece)
        )
        for mark in reversed(list(MARK.finditer(cell.text))):
            cell = MappedText.join([cell.slice(0, mark.start()), cell.slice(mark.end(), len(cell))])
        cells.append(cell)
        start += len(piece) + 1
    return cells
