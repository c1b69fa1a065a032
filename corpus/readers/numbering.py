"""Word's automatic numbering (numbering.xml) → the labels a reader of the printed page sees. Pure, on XML trees.

Method: ECMA-376 Part 1, 17.9 (numbering): each abstract definition keeps a counter per level; a paragraph of a
level raises it and resets the deeper ones; lvlText says how the counters are written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DIGITS = "零一二三四五六七八九"
_CHINESE = frozenset(
    [
        "chineseCounting",
        "chineseCountingThousand",
        "japaneseCounting",
        "taiwaneseCounting",
        "taiwaneseCountingThousand",
        "japaneseDigitalTenThousand",
        "koreanCounting",
        "ideographDigital",
        "chineseLegalSimplified",
        "ideographLegalTraditional",
    ]
)
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"


@dataclass
class _Level:
    start: int = 1
    form: str = "decimal"
    text: str = ""
    legal: bool = False
    restart: int | None = None


@dataclass
class Numbering:
    """All numbering definitions of a document, with the counters as they stand."""

    levels: dict[str, dict[int, _Level]] = field(default_factory=dict)  # numId → level → definition
    abstracts: dict[str, str] = field(default_factory=dict)  # numId → abstract id, whose counters it shares
    counters: dict[str, dict[int, int]] = field(default_factory=dict)
    overridden: set[str] = field(default_factory=set)

    def label(self, num_id: str, level: int) -> tuple[str, bool]:
        """(label, is a bullet) of the next paragraph at this level; ("", False) when it is not numbered."""
        levels = self.levels.get(num_id)
        if not levels or level not in levels:
            return "", False
        own = levels[level]
        if own.form == "bullet":
            return "", True
        counters = self.counters.setdefault(num_id if num_id in self.overridden else self.abstracts[num_id], {})
        counters[level] = counters.get(level, own.start - 1) + 1
        for deeper in [k for k in counters if k > level]:
            if levels.get(deeper, _Level()).restart != 0:
                del counters[deeper]
        if own.form == "none":
            return "", False
        text = own.text
        for k in range(9):
            if f"%{k + 1}" in text:
                shown = levels.get(k, _Level())
                value = counters.get(k, shown.start)
                text = text.replace(f"%{k + 1}", str(value) if own.legal else write_number(value, shown.form))
        return text.strip(), False


def read_numbering(root: Any) -> Numbering:
    """Definitions of a parsed numbering.xml (None when the document has none)."""
    numbering = Numbering()
    if root is None:
        return numbering
    abstract: dict[str, dict[int, _Level]] = {}
    for node in root.iter(f"{W}abstractNum"):
        abstract[node.get(f"{W}abstractNumId") or ""] = {
            _int(level.get(f"{W}ilvl")): _level(level) for level in node.iter(f"{W}lvl")
        }
    for node in root.iter(f"{W}num"):
        num_id = node.get(f"{W}numId") or ""
        base = node.find(f"{W}abstractNumId")
        key = base.get(f"{W}val") if base is not None else ""
        levels = dict(abstract.get(key or "", {}))
        for override in node.iter(f"{W}lvlOverride"):
            index = _int(override.get(f"{W}ilvl"))
            redefined = override.find(f"{W}lvl")
            if redefined is not None:
                levels[index] = _level(redefined)
            start = override.find(f"{W}startOverride")
            if start is not None:
                old = levels.get(index, _Level())
                levels[index] = _Level(_int(start.get(f"{W}val")), old.form, old.text, old.legal, old.restart)
                numbering.overridden.add(num_id)
        numbering.levels[num_id] = levels
        numbering.abstracts[num_id] = f"abstract {key}"
    return numbering


def _level(node: Any) -> _Level:
    def value(name: str, default: str) -> str:
        child = node.find(f"{W}{name}")
        return (child.get(f"{W}val") or default) if child is not None else default

    legal = node.find(f"{W}isLgl")
    restart = node.find(f"{W}lvlRestart")
    return _Level(
        _int(value("start", "1")),
        value("numFmt", "decimal"),
        value("lvlText", ""),
        legal is not None and legal.get(f"{W}val", "1") not in ("0", "false"),
        _int(restart.get(f"{W}val")) if restart is not None else None,
    )


def _int(text: str | None) -> int:
    return int(text) if text and text.lstrip("-").isdigit() and len(text) < 8 else 0


def write_number(value: int, form: str) -> str:
    """A counter as Word writes it in a number format; decimal for formats that Chinese documents do not use."""
    if form in _CHINESE:
        return _chinese(value)
    if form == "decimalZero":
        return f"{value:02d}"
    if form in ("decimalEnclosedCircle", "decimalEnclosedCircleChinese") and 1 <= value <= 20:
        return chr(0x245F + value)
    if form == "decimalEnclosedParen" and 1 <= value <= 20:
        return f"({value})"
    if form == "decimalEnclosedFullstop":
        return f"{value}."
    if form in ("decimalFullWidth", "decimalFullWidth2"):
        return str(value).translate({48 + i: 0xFF10 + i for i in range(10)})
    if form in ("upperLetter", "lowerLetter") and value > 0:
        letter = chr(65 + (value - 1) % 26) * ((value - 1) // 26 + 1)
        return letter if form == "upperLetter" else letter.lower()
    if form in ("upperRoman", "lowerRoman") and 0 < value < 4000:
        return _roman(value) if form == "upperRoman" else _roman(value).lower()
    if form == "ideographTraditional" and value > 0:
        return _STEMS[(value - 1) % 10]
    if form == "ideographZodiac" and value > 0:
        return _BRANCHES[(value - 1) % 12]
    return str(value)


def _chinese(value: int) -> str:
    if not 0 < value < 10000:
        return str(value) if value else "零"
    text, zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // unit % 10
        if digit:
            text += ("零" if zero and text else "") + _DIGITS[digit] + name
            zero = False
        else:
            zero = bool(text)
    return text[1:] if text.startswith("一十") else text


def _roman(value: int) -> str:
    text = ""
    for number, letters in (
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ):
        text += letters * (value // number)
        value %= number
    return text
