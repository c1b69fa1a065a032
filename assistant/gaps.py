"""What the question asks for and the evidence plainly lacks: the year, the cell, the unit, the reason, the list.

Such a gap is a refusal whatever the scores say, and its words tell the user what was looked for. Pure; rules of
form, never of topics.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from assistant.candidates import CHINESE_COUNT
from assistant.evidence import Chosen
from assistant.query import counts_of
from assistant.schema import Evidence, Query, Wanted
from corpus.agencies import find_agencies
from corpus.groups import word_groups
from corpus.levels import regions
from corpus.markers import chinese_number
from corpus.numerals import figures, normalise_numerals
from corpus.schema import ClauseKind, Level
from index.asked import lists_in
from index.passages import year_of

_NAMED_BY_YEAR = re.compile(r"((?:19|20)\d{2})\s*年?(?=的?(?:教育)?(?:规划|纲要|方案|计划|通知|行动))|(?:到|至|—|-|–)\s*((?:19|20)\d{2})\s*年?(?=的(?:教育)?(?:规划|纲要|方案))")
_WHY = re.compile(r"(?<![成作])为(?:什么(?!样)|啥子?|何)|凭什么|(?:出于|基于)(?:什么|啥)|什么(?:原因|缘故|考虑)|原因(?:是|在)|(?:怎么|咋个?)(?:就)?想起")
_REASON = re.compile(r"因为|由于|为了|旨在|意义|背景|以适应|鉴于|原因")
_REVERSAL = re.compile(r"取消|停办|停止|停了|叫停|废除|废止|撤销|恢复|不再|不准|禁止|降到|放弃|砍掉|缩减|终止|收回")
_MONEY = re.compile(r"(?:多少|好多|几)块?(?:钱|元|万元|亿元)|(?:工资|学费|安家费|奖金|补助|补贴|罚款).{0,6}(?:多少|好多|几)|罚(?:款)?(?:多少|好多)")
_MONEY_SAID = re.compile(r"\d\s*(?:元|万|亿)|元")
_SHARE = re.compile(r"百分之(?:几|多少)|几成|(?:比例|占比|比率|率)(?:是|要|为|达到?|到|占)?(?:多少|好多|多大|几|多高)|(?:占|到|达到)(?:百分之)?(?:好多|多少)(?:比例)?$")
_SHARE_SAID = re.compile(r"\d\s*[%％]|[一二三四五六七八九]成|\d\s?[:：∶/]\s?\d|一半|全覆盖")
_DATED = re.compile(r"\d{4}\s*年|\d{1,2}\s*月|学期|学年|周|每年|年底|年内|天")
_UNIT_ASKED = re.compile(r"(?:多少|好多|几)个?(分钟|小时|课时|学时|学分|岁|届|折|天|公里|平方米|平米)|(?:多少|好多)(年)(?!级|前|内|之|代)")
_SAME_UNIT = {"课时": "课时|学时|节", "学时": "课时|学时|节", "平米": "平方米|平米"}
_STEP = re.compile(r"怎么(?:个)?(报名|申请|报考|缴费|退费|下载|查询|办理|注册)|(名单)|(电话|地址|网址|联系方式|邮箱)")
_WHICH_N = re.compile(r"哪([四五六七八九十])")
_LISTING = re.compile(r"哪|分别|具体|各(?:是|指|叫)|列|依次")
_EXPLAIN = re.compile(r"哪|分别|具体|各(?:是|指|叫)|列|依次|指|(?:是|叫)(?:什么|啥)|(?:什么|啥)意思|含义|怎么(?:理解|回事)")
_QUOTED = re.compile(r"[“「『]([^”」』]{2,12})[”」』]")
_COUNTED = re.compile(r"(?:\d|[三四五六七八九十])[项个大条类种](?P<noun>[\u4e00-\u9fff]{2})")
_NUMERAL = re.compile(r"\d|[三四五六七八九十]")
_LAST_YEAR = re.compile(r"去年|前年|上一?年度|上年")
_SEPARATORS = ("、", "；", "，", "”“", "是")


def find_gap(query: Query, chosen: Chosen) -> str:
    """Why the evidence cannot answer, as a Chinese clause for the user; "" where no gap is plain."""
    if not chosen.evidence:
        return "没有找到相关的条款"
    for check in (_year_gap, _cell_gap, _reason_gap, _duty_gap, _kind_gap, _unit_gap, _step_gap, _list_gap, _name_gap, _scope_gap, _place_gap, _stage_gap):
        gap = check(query, chosen)
        if gap:
            return gap
    return ""


def unwritten_topic(query: Query, says: Callable[[re.Pattern[str]], bool]) -> str:
    """A matter of school life that the question names (corpus/lexicon/topics.tsv) and the documents never write, in any of
    its wordings, as a Chinese clause; "" for none. says: whether any clause holds a pattern."""
    for _, words in word_groups("topics.tsv"):
        named = words.search(query.text)
        if named and not says(words):
            return f"资料里没有提到“{named.group()}”"
    return ""


def asked_years(query: Query) -> tuple[str, ...]:
    """The years the question asks about; a year that names a plan (2035规划) is not one."""
    naming = {year for match in _NAMED_BY_YEAR.finditer(query.text) for year in match.groups() if year}
    return tuple(year for year in query.years if year not in naming)


def _speaks_of(item: Evidence) -> set[str]:
    """Years a piece of evidence speaks of: its own, its row's, or the one it stands under."""
    text = item.quote + item.statement
    own = set(re.findall(r"(?<!\d)(?:19|20)\d{2}(?!\d)", text))
    if item.clause.row is not None:
        return own | set(item.clause.row.values)
    if own:
        return own
    inherited = year_of(item.clause, item.char_start)
    return ({inherited} if inherited else set()) | set(item.clause.inherited_years)


def _year_gap(query: Query, chosen: Chosen) -> str:
    relative = query.wanted is Wanted.FIGURE and not query.years and _LAST_YEAR.search(query.text)
    if relative and not any(_LAST_YEAR.search(item.clause.text) for item in chosen.evidence):
        return "资料里没有去年、前年这样的说法"
    asked = asked_years(query)
    if query.rewritten_from and chosen.evidence[0].clause.row is None and not re.search(r"(?:19|20)\d{2}|\d{2}\s*年", query.rewritten_from):
        return ""  # the year was the last question's, and words say their own; a row has one cell for each year
    if not asked or query.wanted not in (Wanted.FIGURE, Wanted.OTHER, Wanted.LIST):
        return ""
    first = chosen.evidence[0]
    known = _speaks_of(first)
    # A figure that stands under no year at all may hold for any; one that names another year does not.
    if known and not known & set(asked) and (query.wanted is Wanted.FIGURE or first.clause.row is not None):
        return f"问的是{'、'.join(asked)}年，最接近的条款说的是{'、'.join(sorted(known))}年"
    period = re.findall(r"\d{4}", first.document.period or "")
    if not known and len(period) == 2 and not any(period[0] <= year <= period[1] for year in asked):
        return f"问的是{'、'.join(asked)}年，最接近的文件只管{period[0]}—{period[1]}年"
    return ""


def _cell_gap(query: Query, chosen: Chosen) -> str:
    row = chosen.evidence[0].clause.row
    asked = [year for year in asked_years(query) if row is not None and year in row.values]
    if row is not None and asked and all(row.values[year] is None for year in asked):
        return f"表里{'、'.join(asked)}年这一格是“—”，没有数据"
    return ""


def _reason_gap(query: Query, chosen: Chosen) -> str:
    if not _WHY.search(query.text) and not re.search(r"原因|缘由", query.text):
        return ""
    quotes = "".join(item.quote for item in chosen.evidence)
    reversal = _REVERSAL.search(query.text)
    if reversal and reversal.group() not in quotes:
        return f"资料里没有“{reversal.group()}”这回事"
    return "" if _REASON.search(quotes) else "资料里没有说明原因"


def _kind_gap(query: Query, chosen: Chosen) -> str:
    quotes = "".join(item.quote + item.statement + item.clause.context for item in chosen.evidence)
    if _MONEY.search(query.text) and not _MONEY_SAID.search(quotes):
        return "资料里没有给出金额"
    if _SHARE.search(query.text) and not _SHARE_SAID.search(quotes):
        return "资料里没有给出比例"
    if query.wanted is Wanted.DATE and not _DATED.search(quotes) and not any(item.clause.inherited_years for item in chosen.evidence):
        return "资料里没有给出时间"
    counts = [int(count) for count in counts_of(query.text)]
    if counts and any(_items(item.quote) >= counts[0] for item in chosen.evidence):
        return ""  # the things counted are listed
    if query.wanted is Wanted.FIGURE and not any(f.kind != "year" for f in figures(quotes)) and not CHINESE_COUNT.search(quotes):
        return "资料里没有给出数字"
    return ""


def _duty_gap(query: Query, chosen: Chosen) -> str:
    """Who leads or supports is asked for and no body is named."""
    if query.wanted is not Wanted.DEPARTMENT or not re.search(r"牵头|配合|部门|归谁|负责", query.text):
        return ""
    if any(item.clause.lead_departments or find_agencies(item.quote) for item in chosen.evidence):
        return ""
    return "资料里没有写明由哪个部门负责"


def _unit_gap(query: Query, chosen: Chosen) -> str:
    """A measure is asked for by its unit (几分钟, 几学分) and the evidence measures nothing in it."""
    asked = _UNIT_ASKED.search(query.text)
    if not asked:
        return ""
    named = asked.group(1) or asked.group(2)
    unit = _SAME_UNIT.get(named, named)
    said = normalise_numerals("".join(item.quote + item.statement + item.clause.context for item in chosen.evidence))
    number = r"(?<!\d)\d{1,2}" if named == "年" else r"\d"
    found = re.search(rf"(?:{number}|[一二两三四五六七八九十半])个?(?:{unit})|(?:{unit})[^，。；]{{0,8}}\d", said)
    return "" if found else f"资料里没有按“{named}”说的数字"


def _step_gap(query: Query, chosen: Chosen) -> str:
    """How to apply, a list of names, a telephone number: asked for and not there."""
    asked = _STEP.search(query.text)
    if not asked:
        return ""
    thing = next(group for group in asked.groups() if group)
    listed = thing == "名单" and any(_items(item.quote) >= 3 for item in chosen.evidence)
    return "" if listed or any(thing in item.quote for item in chosen.evidence) else f"资料里没有“{thing}”的内容"


def _list_gap(query: Query, chosen: Chosen) -> str:
    """A list of N things is asked for by name and nothing like N things is listed."""
    if query.wanted not in (Wanted.LIST, Wanted.DEFINITION) or not _LISTING.search(query.text):
        return ""
    said = [int(count) for count in counts_of(query.text)] + [chinese_number(n) or 0 for n in _WHICH_N.findall(query.text)]
    counts = [n for n in said if 4 <= n <= 20]
    if not counts or len(chosen.evidence) >= counts[0]:
        return ""
    listed = max((_items(item.quote) for item in chosen.evidence), default=0)
    return f"资料里提到了，但没有列出这{counts[0]}项的内容" if listed < counts[0] - 1 else ""


def _name_gap(query: Query, chosen: Chosen) -> str:
    """What a name with a number in it (“135E”, 六项机制) stands for is asked, and the evidence only mentions it."""
    if query.wanted not in (Wanted.LIST, Wanted.DEFINITION, Wanted.OTHER) or not _EXPLAIN.search(query.text):
        return ""
    said = [int(count) for count in counts_of(query.text)]
    longest = max((len(items) for item in chosen.evidence for items in lists_in(item.quote)), default=1)
    for name in (*_QUOTED.findall(query.text), *_counted_names(query, chosen)):
        numbers = [int(n) if n.isdigit() else chinese_number(n) or 0 for n in _NUMERAL.findall(name)]
        counts = [number for number in numbers if 3 <= number <= 12]
        if not counts or len(chosen.evidence) >= min(counts) or (said and not set(said) & set(counts)):
            continue
        if longest < min(counts):
            return f"资料里提到了“{name}”，但没有说明它包括什么"
    return ""


def _counted_names(query: Query, chosen: Chosen) -> list[str]:
    """六项机制 where the evidence says so and the question asks which 机制 they are."""
    if not re.search(r"哪几|哪些|具体", query.text):
        return []
    found = _COUNTED.finditer("。".join(item.quote for item in chosen.evidence))
    return [match.group() for match in found if match["noun"] in query.text]


def _items(text: str) -> int:
    """How many things a sentence lists, by its most frequent separator."""
    return max(text.count(separator) for separator in _SEPARATORS) + 1


def _place_gap(query: Query, chosen: Chosen) -> str:
    """Another province is asked about and nothing in the evidence speaks of it."""
    for name, level in regions().items():
        if level is not Level.OTHER or name not in query.text or len(name) < 2:
            continue
        if not any(name in item.clause.text + item.document.title + item.clause.context for item in chosen.evidence):
            return f"资料里没有{name}的这项内容"
        return ""
    return ""


def _stage_gap(query: Query, chosen: Chosen) -> str:
    """A figure of one kind of school is asked for and all the evidence is about other kinds."""
    if query.wanted is not Wanted.FIGURE:
        return ""
    stages = word_groups("stages.tsv")
    asked = {stage for stage, words in stages if words.search(query.text)}
    said: set[str] = set()
    for item in chosen.evidence:
        text = item.quote + item.clause.context + item.clause.title + "".join(item.clause.heading_path) + item.document.title
        said |= {stage for stage, words in stages if words.search(text)}
    return "最接近的条款说的是别的学段或学校" if asked and said and not asked & said else ""


def _scope_gap(query: Query, chosen: Chosen) -> str:
    """One level is asked about, and all the evidence is another level's."""
    if len(query.levels) != 1 or chosen.evidence[0].clause.kind is ClauseKind.NOTE:
        return ""
    others = {Level.NATIONAL, Level.CITY} - set(query.levels)
    if query.wanted is Wanted.FIGURE and all(item.document.level in others for item in chosen.evidence):
        return f"资料里没有{query.levels[0].value}的这项内容"
    return ""
