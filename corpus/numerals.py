"""Figures in Chinese text: one way of writing them, and where they stand. Pure functions, no files.

Used to compare texts ("百分之九十五" and "95%", "两个小时" and "2 小时", "1.5万" and "15000") and to list the
figures of a sentence. It never judges what a figure means. Chinese numerals become digits only where they
count something, so 一体化, 三全育人, 第一书记, 十四五 and the labels 一、（二） stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from corpus.traced import Traced, substitute, trace

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
_POWERS = {"十": 10, "百": 100, "千": 1000}
_GROUPS = {"万": 10**4, "亿": 10**8}
_NUMERAL = "零〇一二三四五六七八九两十百千万亿"
# Measure words, longest first; what follows a number in a plan. Ambiguous nouns (部, 体, 大, 流) are left out.
_UNIT = (
    "个百分点|平方千米|平方公里|个工作日|百分点|平方米|立方米|个小时|工作日|个学期|个学年|个学时|学期|学年|学时|学分|课时|个月|人次|人天|万元|亿元|年级|小时|分钟|"
    "公里|千米|千克|公斤|方面|阶段|元|年|月|日|天|周(?!期|边|密|到)|秒|次|倍|岁|名|人|位|所|个|家|项|门|种|类|条|批|期|届|支|座|处|套|件|台|亩|"
    "吨|米|本|册|篇|间|场|课|章|节|轮|级|份|对|组|例|户|村|点|分|片|步|页|款"
)
# "一个", "一批", "一条" are mostly articles; before these units 一 is a number.
_ONE_UNIT = (
    "个百分点|百分点|个小时|个工作日|工作日|个学期|学期|个学年|学年|学时|学分|课时|个月|人次|年|天|周(?!期|边|密|到)|小时|分钟|次(?!性)|"
    "倍|岁|名|所|门|万|亿"
)
_ORDINAL_UNIT = "期|批|届|条|款|章|节|次|年|季度|学期|页|个|名|位|项|阶段|轮|步|周|天|级"
_MORE = "超过|低于|少于|高于|达到|至少|共计|约|达|近"


@dataclass(frozen=True)
class Figure:
    """One figure of a text.

    kind: number, percent, year, date, ratio or range. value: canonical: "15000", "80", "2027", "2025-03-end",
    "--03-03", "1:350", "1/4", "13—14". unit: measure word, "%" for percents, "年" for years; an ordinal's
    starts with 第 ("第期"); "" if none. text == source[start:end], a leading ≥ or 第 included.
    """

    kind: str
    value: str
    unit: str
    start: int
    end: int
    text: str


def normalise_numerals(text: str) -> str:
    """text with its figures written one way, for comparing; never for showing.

    Full-width letters, digits and signs become ASCII, ∶ becomes :, dashes between digits become —, spaces
    beside a digit go, Chinese numerals that count become digits, 万 and 亿 are multiplied out.
    """
    return _normalise(text).text


def parse_chinese(numeral: str) -> int | None:
    """Value of a Chinese numeral, positional (二〇二七) or with powers (一百零五, 两万三千); None if ill-formed."""
    if not numeral or any(c not in _NUMERAL for c in numeral):
        return None
    if all(c in _DIGITS for c in numeral):
        return _DIGITS[numeral] if len(numeral) == 1 else _positional(numeral)
    total = section = digit = 0
    last_power, last_group, fresh = 10**4, 10**12, False
    for char in numeral:
        if char in _DIGITS:
            if fresh:
                return None
            digit, fresh = _DIGITS[char], char not in "零〇"
        elif char in _POWERS:
            power = _POWERS[char]
            if power >= last_power or (not fresh and not (char == "十" and section == 0)):
                return None
            section += (digit if fresh else 1) * power
            digit, fresh, last_power = 0, False, power
        else:
            group = _GROUPS[char]
            if group >= last_group or section + digit == 0:
                return None
            total += (section + digit) * group
            section, digit, fresh, last_power, last_group = 0, 0, False, 10**4, group
    return total + section + digit


def figures(text: str) -> tuple[Figure, ...]:
    """The figures of text in order, without overlap. Clause labels at a line's start (13. （2）) are not figures."""
    traced = _normalise(text)
    found: list[Figure] = []
    for match in _FIGURE.finditer(traced.text):
        kind = match.lastgroup or ""
        if kind == "label" or match.start() == match.end():
            continue
        start, end = traced.starts[match.start()], traced.ends[match.end() - 1]
        made = _MAKERS[kind](match.group(kind))
        if made is not None:
            found.append(Figure(*made, start, end, text[start:end]))
    return tuple(found)


# --- normalising -----------------------------------------------------------------------------------------

def _normalise(text: str) -> Traced:
    traced = trace("".join(map(_fold_char, text)))
    for pattern, replace in _RULES:
        traced = substitute(traced, pattern, replace)
    return traced


def _fold_char(char: str) -> str:
    code = ord(char)
    if char.isspace():
        return "\n" if char == "\n" else " "
    if 0xFF10 <= code <= 0xFF19 or 0xFF21 <= code <= 0xFF3A or 0xFF41 <= code <= 0xFF5A or char in "％＋／＜＞＝．～":
        return chr(code - 0xFEE0)
    return {"∶": ":", "﹪": "%", "〇": "〇", "○": "〇", "⁄": "/", "∕": "/", "≧": "≥", "≦": "≤"}.get(char, char)


def _positional(numeral: str) -> int | None:
    # 三四 means "three or four": only four places (a year) are read digit by digit.
    return int("".join(str(_DIGITS[c]) for c in numeral)) if len(numeral) == 4 and "两" not in numeral else None


def _digits(numeral: str) -> str | None:
    if re.fullmatch(r"\d+(?:\.\d+)?", numeral):
        return numeral
    whole, point, rest = numeral.partition("点")
    value = parse_chinese(whole)
    if value is None or not point:
        return None if value is None else str(value)
    return f"{value}." + "".join(str(_DIGITS[c]) for c in rest)


def _percent(match: re.Match[str]) -> str | None:
    value = "100" if match.group(1) == "百" else _digits(match.group(1))
    return None if value is None else f"{value}%"


def _fraction(match: re.Match[str]) -> str | None:
    below, above = _digits(match.group(1)), _digits(match.group(2))
    return f"{above}/{below}" if below and above else None


def _tenths(match: re.Match[str]) -> str | None:
    whole = _digits(match.group(1))
    if whole is None or not 0 < int(whole) <= 10:
        return None
    return f"{whole}{_DIGITS[match.group(2)]}%" if match.group(2) else f"{whole}0%"


def _counted(match: re.Match[str]) -> str | None:
    return _digits(match.group())


def _half(match: re.Match[str]) -> str:
    return f"{match.group(1)}.5{match.group(2)}"


def _multiplied(match: re.Match[str]) -> str:
    value = Decimal(match.group(1))
    for char in match.group(2):
        value *= {"百": 10**2, "千": 10**3, "万": 10**4, "亿": 10**8}[char]
    return _plain(value)


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    whole, _, rest = text.partition(".")
    rest = rest.rstrip("0")
    return (whole.lstrip("0") or "0") + (f".{rest}" if rest else "")


def _whole_year(match: re.Match[str]) -> str | None:
    value = parse_chinese(match.group())
    return str(value) if value is not None and 1000 <= value <= 2999 else None


_N = f"[{_NUMERAL}]"
_AFTER_MORE = (
    "(?:" + "|".join(f"(?<={word})" for word in _MORE.split("|"))
    + rf")[一二三四五六七八九两]{_N}*[十百千万亿]{_N}*(?![{_NUMERAL}大、])"
)
_CLOSED = r"(?![为立果员长人绩就功效型本品分熟形都交])"
_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str | None]], ...] = tuple(
    (re.compile(pattern), replace)
    for pattern, replace in (
        (r"(?<=\d) +(?=[年月日%:/\u4e00-\u9fff])|(?<=[\u4e00-\u9fff:/≥≤]) +(?=\d)", lambda m: ""),
        (r"(?<=\d)：(?=\d)", lambda m: ":"),
        (r"(?<=[\d%年]) ?[—–―─‐‑−~～-]+ ?(?=[\d])", lambda m: "—"),
        (r"(?<=\d),(?=\d{3}(?!\d))", lambda m: ""),
        (r"[〇零一二三四五六七八九]{4}(?=年)", _whole_year),
        (rf"百分之({_N}+(?:点[〇零一二三四五六七八九]+)?|\d+(?:\.\d+)?)", _percent),
        (r"(百)分(?:之)?百", _percent),
        (rf"(?<![百千万]分)({_N}+|\d+)分之({_N}+|\d+)", _fraction),
        (rf"(?<![{_NUMERAL}第])([一二三四五六七八九十])成([一二三四五六七八九])?{_CLOSED}(?!不变)", _tenths),
        (r"(?<![\u4e00-\u9fff])一半|(?<=[过约近达占有的])一半", lambda m: "50%"),
        (rf"(?<=第){_N}+(?={_ORDINAL_UNIT})", _counted),
        (rf"(?<![{_NUMERAL}第双初高大])[二三四五六七八九两](?={_UNIT})(?!级[^别以])", _counted),
        (rf"(?<![{_NUMERAL}第初高大])一(?={_ONE_UNIT})(?!年一)", _counted),
        (rf"(?<![{_NUMERAL}第初高大])[一二三四五六七八九两]?[十百千万亿]{_N}*(?={_UNIT})", _counted),
        (rf"(?<![{_NUMERAL}第])[一二三四五六七八九两]{_N}*[十百千万亿]{_N}*(?={_UNIT})", _counted),
        (_AFTER_MORE, _counted),
        (rf"{_N}+比{_N}+(?=[\u4e00-\u9fff]?[，。；、）]|$)", lambda m: _ratio(m.group())),
        (r"(?<=\d)比(?=\d)", lambda m: ":"),
        (r"(?<![\d.])(\d+)(年|小时|个月)半(?!年)", _half),
        (r"(?<![\d.])(\d+)个半(小时|月)", _half),
        (r"(\d+(?:\.\d+)?)([百千]?[万亿]+|[百千](?![分瓦克米帕卡]))(?!州|盛|达|方)", _multiplied),
    )
)


def _ratio(text: str) -> str | None:
    left, _, right = text.partition("比")
    a, b = _digits(left), _digits(right)
    return f"{a}:{b}" if a and b else None


# --- figures ---------------------------------------------------------------------------------------------

_NUM = r"\d+(?:\.\d+)?"
_MARK = "底|初|中旬|上旬|下旬|末"
_END = rf"(?:{_UNIT}|[A-Za-z]{{1,4}}(?![A-Za-z]))"
_FIGURE = re.compile(
    rf"(?P<label>(?:^|(?<=\n))\s*(?:\d{{1,3}}[.、．](?!\d)|[（(]\d{{1,3}}[）)]))"
    rf"|(?P<date>(?:\d{{4}}年)?\d{{1,2}}月(?:\d{{1,2}}[日号]|{_MARK})?(?!份额)|\d{{4}}年(?:底|初|末|年底|年初)"
    rf"|\d{{4}}[-/.—]\d{{1,2}}[-/.—]\d{{1,2}}(?!\d))"
    rf"|(?P<range>[≥≤]?{_NUM}%?年?(?:—|至|到|-)(?:\d+年?)?(?<=[\d—至到年-]){_NUM}(?:%|{_END})?)"
    rf"|(?P<ratio>\d+(?:\.\d+)?:\d+(?:\.\d+)?|\d+/\d+)"
    rf"|(?P<percent>[≥≤]?{_NUM}[%‰])"
    rf"|(?P<year>(?:1[89]|20|21)\d{{2}}年(?!级))"
    rf"|(?P<number>[≥≤]?第?{_NUM}(?:[多余]?(?:{_END}))?)"
)


def _make_date(text: str) -> tuple[str, str, str] | None:
    numeric = re.fullmatch(r"(\d{4})[-/.—](\d{1,2})[-/.—](\d{1,2})", text)
    if numeric:
        return "date", f"{numeric[1]}-{int(numeric[2]):02d}-{int(numeric[3]):02d}", ""
    match = re.fullmatch(rf"(?:(\d{{4}})年)?(?:(\d{{1,2}})月)?(?:(\d{{1,2}})[日号])?({_MARK}|年底|年初)?", text)
    if match is None:
        return None
    year, month, day, mark = match.groups()
    mark = {"底": "end", "末": "end", "年底": "end", "初": "start", "年初": "start"}.get(mark or "", mark)
    parts = [year or "-", f"{int(month):02d}" if month else "", f"{int(day):02d}" if day else "", mark or ""]
    return "date", "-".join(p for p in parts if p), ""


def _make_range(text: str) -> tuple[str, str, str] | None:
    match = re.fullmatch(rf"[≥≤]?({_NUM})(%?)(年?)[—至到-]({_NUM})(%|{_END})?", text)
    if match is None:
        return None
    unit = match[5] or match[2] or match[3]
    return "range", f"{_canon(match[1])}—{_canon(match[4])}", unit


def _make_ratio(text: str) -> tuple[str, str, str]:
    return "ratio", text, ""


def _make_percent(text: str) -> tuple[str, str, str]:
    return "percent", _canon(text.strip("≥≤%‰")), text[-1]


def _make_year(text: str) -> tuple[str, str, str]:
    return "year", text[:-1], "年"


def _make_number(text: str) -> tuple[str, str, str] | None:
    match = re.fullmatch(rf"[≥≤]?(第?)({_NUM})[多余]?(.*)", text)
    if match is None:
        return None
    unit = re.sub(r"^个(?=小时|百分点|工作日|学)", "", match[3])
    return "number", _canon(match[2]), match[1] + unit


def _canon(number: str) -> str:
    return _plain(Decimal(number))


_MAKERS: dict[str, Callable[[str], tuple[str, str, str] | None]] = {
    "date": _make_date, "range": _make_range, "ratio": _make_ratio,
    "percent": _make_percent, "year": _make_year, "number": _make_number,
}
