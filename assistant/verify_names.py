"""Names of a claim against its source: bodies and their part, places, schools, addresses, documents, quotations.

Every check takes canonical text and returns reasons in Chinese, none when nothing is wrong. Pure.
"""

from __future__ import annotations

import re

from assistant.verify_figures import Source
from assistant.wording import words_of
from corpus.agencies import Agency, find_agencies, find_places, is_group, same_agency
from corpus.text import fold

_ROLE = re.compile(r"(牵头|配合|主办|协办)(?:负责)?(部门|单位)?(:|：|是|为|有|包括|分别是)?")
_DOCUMENT = re.compile(r"《([^《》]{2,60})》")
_QUOTED = re.compile(r"“([^“”]{2,60})”")
_NUMBER = re.compile(r"[〔\[]\d+[〕\]](?:第?\d+号)?")
_ADDRESS = re.compile(r"(?:https?:/*|www\.)[\w./?=&%-]*|[\w.+-]+@[\w-]+\.\w+|\b[\w-]+\.(?:com|cn|net|org|io)\b", re.IGNORECASE)
_SCHOOL = re.compile(r"([\u4e00-\u9fff]{2})(大学|学院|研究院|中学|医院|集团)(?![校生习期段科者术])")


def check_names(claim: str, source: Source) -> list[str]:
    """Bodies, places and schools named must be named in the source; who leads and who supports must agree."""
    reasons = []
    stated = find_agencies(source.everything)
    for agency in find_agencies(claim):
        if not is_group(agency.name) and not any(same_agency(agency.name, s.name) for s in stated):
            reasons.append(f"原文没有提到“{claim[agency.start:agency.end]}”")
    reasons.extend(_check_roles(claim, source))
    levels = "".join(s.level for s in source.sources)
    here = set(find_places(source.everything + levels))
    reasons.extend(f"原文没有提到“{place}”" for place in find_places(claim) if place not in here and place != "重庆市")
    for match in _SCHOOL.finditer(claim):
        if match.group(1) not in words_of("generic") and match.group() not in source.everything and (
            match.group(1)[1] + match.group(2) not in source.everything
        ):
            reasons.append(f"原文没有提到“{match.group()}”")
    low = source.everything.lower()
    reasons.extend(f"原文没有“{m.group()}”" for m in _ADDRESS.finditer(claim) if m.group().lower() not in low)
    return reasons


def check_documents(claim: str, source: Source) -> list[str]:
    """Documents in 《》 must be named in the source; 国家纲要 must not be said of the city's plan, nor the reverse."""
    reasons = []
    everything = _bare(source.everything)
    for match in _DOCUMENT.finditer(claim):
        if _bare(match.group(1)) not in everything:
            reasons.append(f"原文没有提到《{match.group(1)}》")
    levels = {s.level for s in source.sources if s.level}
    if levels and len(levels) == len({s.level for s in source.sources}):
        for kind, level, name in (("source_lead", "国家", "国家"), ("city_lead", "重庆", "重庆")):
            said = next((lead for lead in words_of(kind) if lead in claim), None)
            if said and level not in levels and said not in source.everything:
                reasons.append(f"原文不是{name}的文件")
    return reasons


def check_quotations(claim: str, source: Source) -> list[str]:
    """What stands between quotation marks, and a document's number, must stand in the source word for word."""
    everything = _bare(source.everything)
    said = [m.group(1) for m in _QUOTED.finditer(claim)] + [m.group() for m in _NUMBER.finditer(claim)]
    return [f"原文没有“{text}”这一说法" for text in said if _bare(text) not in everything]


def _bare(text: str) -> str:
    return re.sub(r"[“”\"'\s,，、。；;:·《》<>〈〉]", "", fold(text))


def _check_roles(claim: str, source: Source) -> list[str]:
    stated = _roles(source.body)
    if not any(stated.values()):
        return []
    reasons = []
    for role, agencies in _roles(claim).items():
        for agency in agencies:
            if not any(same_agency(agency, s) for s in stated.get(role, ())):
                reasons.append(f"“{agency}”在原文中不是{role}部门")
    return reasons


def _roles(text: str) -> dict[str, list[str]]:
    """Role → canonical names. A role word followed by : or 是 rules what comes after it, else what came before."""
    roles: dict[str, list[str]] = {}
    marks = list(_ROLE.finditer(text))
    agencies = find_agencies(text)
    for index, mark in enumerate(marks):
        forward = bool(mark.group(3)) or text[mark.end() : mark.end() + 1] in ":："
        if forward:
            limit = marks[index + 1].start() if index + 1 < len(marks) else len(text)
            stop = re.search(r"[。；\n]", text[mark.end() : limit])
            span = (mark.end(), mark.end() + stop.start() if stop else limit)
        else:
            floor = marks[index - 1].end() if index else 0
            cut = max((text.rfind(c, floor, mark.start()) + 1 for c in "。；\n"), default=floor)
            span = (max(floor, cut), mark.start())
        roles.setdefault(mark.group(1), []).extend(_within(agencies, *span))
    return roles


def _within(agencies: tuple[Agency, ...], start: int, end: int) -> list[str]:
    return [a.name for a in agencies if start <= a.start and a.end <= end]
