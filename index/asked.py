"""What a question's own form says its answer looks like: the measure word, the thing counted, the list's length.

多少对 is answered by a number with 对; 好多个专业群 by a number before 专业群; 哪六个“力” by six things that end in 力.
Pure; form only, never topics.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from corpus.markers import chinese_number
from index.tokens import content_words

_MEASURES = (
    "个百分点|百分点|平方米|个小时|小时|分钟|个学期|学期|学年|课时|学时|学分|个月|人次|万元|亿元|块钱|元|年|天|周|次|倍|岁|届|期|"
    "名|人|位|所|家|项|门|种|类|档|条|批|支|座|处|套|件|台|本|册|篇|间|场|节|轮|级|份|对|组|例|户|村|张|班|个"
)
_ALIKE = ("名人位", "种类档", "回次")  # measure words that stand for one another
_COMMON = frozenset({"个", "年", "级", "次", "期"})  # they count everything, or stand in dates and names
_HOW_MANY = re.compile(rf"(?:多少|好多|几)(?:个)?(?P<measure>{_MEASURES})?(?P<noun>[\u4e00-\u9fff]{{0,10}})")
_NOT_A_NOUN = re.compile(r"[吗嘛呢吧呀啊哦哟了的才算是要到达为有在和与及、]|以上|以下|左右|多|少|大|高|各|分别")
_COUNTED = "(?:个方面|方面|个|种|项|类|条|大|对|样)"
_WHICH = re.compile(
    rf"(?:(?:哪|那|这)(?P<which>[二两三四五六七八九十]{{1,2}}|\d{{1,2}}){_COUNTED}?|(?P<count>[二两三四五六七八九十]{{1,2}}|\d{{1,2}}){_COUNTED})"
    r"的?[“\"「]?(?P<noun>[\u4e00-\u9fff]{0,8})"
)
_MARKED = re.compile(r"(?:哪|几|[二两三四五六七八九十])[^，。？]{0,6}[“\"「](?P<mark>[\u4e00-\u9fff])[”\"」]")
_ITEMS = re.compile(r"[^，。；：？！、]{1,16}(?:[、][^，。；：？！、]{1,16}){2,}")
_QUOTES = re.compile(r"(?:“[^”]{1,16}”、?){3,}")
_NUMBER = r"(?:\d|[一二两三四五六七八九十百千])(?:多|余|来)?"
_WRAPPING = "“”‘’\"「」『』（）()和与及等"


@dataclass(frozen=True)
class Asked:
    """measure: the measure word after 多少 (所, 对), "" if none or one that counts everything; counted: the thing
    counted; length: how many things a list has, 0 if not said; ending: the noun or character they share."""

    measure: str = ""
    counted: str = ""
    length: int = 0
    ending: str = ""


def asked(text: str) -> Asked:
    """What the form of a question says of its answer."""
    measure = counted = ""
    found = _HOW_MANY.search(text)
    if found:
        measure = "" if found["measure"] in _COMMON else found["measure"] or ""
        counted = next((part for part in reversed(_NOT_A_NOUN.split(found["noun"])) if len(part) >= 2), "")
    which, mark = _WHICH.search(text), _MARKED.search(text)
    length, ending = 0, mark["mark"] if mark else ""
    if which:
        number = which["which"] or which["count"]
        length = int(number) if number.isdigit() else chinese_number(number) or 0
        ending = ending or next(iter(content_words(which["noun"])), "")
    return Asked(measure, counted, length, ending)


def measured(asked_: Asked, text: str, unit: str = "") -> float:
    """1 where text has a number with the measure word asked for (a row: in its unit), or before the thing counted."""
    alike = next((f"[{group}]" for group in _ALIKE if asked_.measure in group and asked_.measure), asked_.measure)
    if asked_.measure and (unit == asked_.measure or re.search(rf"{_NUMBER}(?:个)?{alike}", text)):
        return 1.0
    if asked_.counted and re.search(rf"{_NUMBER}[^，。；、\d]{{0,12}}{re.escape(asked_.counted[-2:])}", text):
        return 1.0
    return 0.0


def listed(asked_: Asked, text: str) -> float:
    """Up to 1: text lists as many things as the question says there are, and they share its noun."""
    if not asked_.length and not asked_.ending:
        return 0.0
    best = 0.0
    for items in lists_in(text):
        whole = 0.5 * (asked_.length == len(items))
        shared = sum(asked_.ending in (item[-len(asked_.ending):], item[: len(asked_.ending)]) for item in items[1:]) if asked_.ending else 0
        best = max(best, whole + 0.5 * (shared >= max(2, 0.6 * (len(items) - 1))))
    return best


def lists_in(text: str) -> list[list[str]]:
    """The lists of three or more in a text: what 、 joins, and names in quotation marks side by side."""
    joined = [[item.strip(_WRAPPING) for item in run.split("、")] for run in _ITEMS.findall(text)]
    quoted = [re.findall(r"“([^”]+)”", run) for run in _QUOTES.findall(text)]
    return joined + quoted
