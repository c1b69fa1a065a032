"""Questions made from the plans themselves by rule: rows, departments, figures, quoted names.

They teach where answers stand in such documents (which row, which year, whose plan), and from changed years
and places, when there is none. The wording is poor; real questions follow in the same stage.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.training.plan import VALUE, Sentence

FIGURE = re.compile(
    r"(?:[≥≤]|不低于|不少于|不超过|超过|达到|达)?\s?(\d[\d.]*\s?)(%|个百分点|万|个|所|名|门|人|小时|年|项|家|元|次|周|天|期)(以上|以内)?"
)
YEAR = re.compile(r"20\d\d\s?年")
NAMED = re.compile(r"“([^”]{2,14})”")
UNIT = re.compile(r"（[^）]{1,6}）$")
UNTOLD_SHARE = 0.2
OTHER_PLACES = ("全国", "四川", "成都", "上海", "北京", "贵州", "湖北", "浙江", "广东")
OTHER_YEARS = ("2026年", "2028年", "2030年", "2032年", "2040年", "2021年")
ROW_FORMS = (
    "{place}{name}{year}要达到多少？",
    "到{year}，{name}目标是多少？",
    "{name} {year}",
    "{year}{place}{name}是多少",
    "{name}要从多少提到多少？",
    "{place}{name}现在什么水平，{year}要到多少？",
)
FIELD_FORMS = (
    "{head}由哪个部门牵头？",
    "{head}归谁管？",
    "谁负责{head}？",
    "{head}的{field}有哪些？",
    "{head} {field}",
)
NAME_FORMS = ("“{name}”是什么？", "{name}是啥意思", "{name}指什么？", "{name}怎么搞？", "{name}有什么要求？")
CONTRARY = (
    ("扩大", "缩小"),
    ("建设", "停建"),
    ("推进", "叫停"),
    ("加强", "取消"),
    ("完善", "废除"),
    ("实施", "停止实施"),
    ("健全", "取消"),
    ("支持", "不再支持"),
    ("开展", "停办"),
    ("提高", "降低"),
    ("严控", "放开"),
)
WHY_FORMS = ("{place}为什么要{act}？", "{place}为啥{act}", "{place}咋个想起来{act}了呢？", "为什么{place}{act}？")
UNTOLD = (
    "{place}{name}一年学费多少钱？",
    "{name}哪天开始报名？",
    "{name}每人补助多少钱？",
    "{place}{name}现在有多少在校学生？",
    "{name}在哪条街，电话是多少？",
    "{name}拿不到会被罚多少钱？",
    "{name}一共花了多少钱？",
    "{place}{name}{year}具体数字是多少？",
    "{name}一个班最多坐几个人？",
    "{name}各占多少分？",
    "{name}几年评一次，评几个等级？",
)


@dataclass(frozen=True)
class Made:
    """A question made by rule; sentence is the index of its answer, None when it has none."""

    text: str
    sentence: int | None


def _row(sentence: Sentence, chance: random.Random) -> tuple[str, bool]:
    """A question about a table row, and whether the row answers it."""
    name = UNIT.sub("", re.split(rf"\s(?:{VALUE})", sentence.text)[0]).strip()
    name = name.removeprefix("累计") if chance.random() < 0.5 else name
    spoiled = chance.random()
    year = chance.choice(OTHER_YEARS) if spoiled < 0.15 else chance.choice(YEAR.findall(sentence.shown))
    place = chance.choice(OTHER_PLACES) if 0.15 <= spoiled < 0.25 else chance.choice(("", "重庆", "全市", ""))
    form = chance.choice(ROW_FORMS)
    shown = ("{year}" in form or spoiled >= 0.15) and ("{place}" in form or not 0.15 <= spoiled < 0.25)
    if spoiled < 0.25 and not shown:
        form = "{year}{place}{name}是多少"
    return form.format(place=place, name=name, year=year), spoiled >= 0.25


def _figure(sentence: Sentence, chance: random.Random) -> str | None:
    """The clause with a figure, the figure replaced by 多少."""
    clauses = [c for c in re.split(r"[，；。：]", sentence.text) if 8 <= len(c) <= 45]
    found = [(c, m) for c in clauses for m in FIGURE.finditer(c) if not YEAR.match(m[0].strip())]
    if not found:
        return None
    clause, match = chance.choice(found)
    asked = chance.choice(("多少", "几", "好多")) + ("" if match[2] == "%" else match[2])
    question = clause[: match.start(1)] + asked + clause[match.end() :]
    year = YEAR.search(sentence.text)
    if year and year[0] not in question and chance.random() < 0.5:
        question = f"到{year[0]}，{question}"
    whose = ""
    if "规划" in sentence.title:
        whose = "重庆" if sentence.title.startswith("重庆") else "国家"
    return (whose if chance.random() < 0.4 else "") + question + chance.choice(("？", "", "？"))


def _fragment(sentence: Sentence, chance: random.Random) -> str | None:
    """One clause of the sentence asked about as a whole."""
    clauses = [c for c in re.split(r"[，；。：、]", sentence.text) if 6 <= len(c) <= 24]
    if not clauses:
        return None
    form = chance.choice(("{}有什么要求？", "怎么{}？", "{}是怎么说的？", "关于{}，文件怎么规定？", "要不要{}？", "{}"))
    return form.format(chance.choice(clauses))


def _untold(sentence: Sentence, chance: random.Random) -> str | None:
    """A question the plans do not answer: a measure turned round, or a particular of it that plans never give."""
    place = chance.choice(("", "重庆", "国家", *OTHER_PLACES[:3]))
    clauses = [c for c in re.split(r"[，；。：]", sentence.text) if 6 <= len(c) <= 22]
    turned = [c.replace(verb, other, 1) for c in clauses for verb, other in CONTRARY if verb in c]
    if turned and chance.random() < 0.55:
        return chance.choice(WHY_FORMS).format(place=place, act=chance.choice(turned))
    names = NAMED.findall(sentence.text) + re.findall(
        r"[一-鿿]{2,8}(?:学校|大学|学院|中心|基地|计划|工程|平台|教师)", sentence.text
    )
    if not names:
        return None
    return chance.choice(UNTOLD).format(place=place, name=chance.choice(names), year=chance.choice(OTHER_YEARS))


def make_questions(sentences: Sequence[Sentence], seed: int = 3) -> Iterator[Made]:
    """At most one question of each kind for a sentence; fragments only for some."""
    chance = random.Random(seed)
    for index, sentence in enumerate(sentences):
        if not sentence.shown.endswith(sentence.text):
            for _ in range(2):
                text, answered = _row(sentence, chance)
                yield Made(text, index if answered else None)
            continue
        field = re.match(r"(牵头部门|配合部门)：", sentence.text)
        if field:
            forms = FIELD_FORMS[:3] if field[1] == "牵头部门" else FIELD_FORMS[3:]
            if sentence.heading and chance.random() < 0.6:
                yield Made(chance.choice(forms).format(head=sentence.heading, field=field[1]), index)
            continue
        if sentence.heading and len(sentence.text) < len(sentence.heading) + 8:
            continue
        made = _figure(sentence, chance)
        if made:
            yield Made(made, index)
        names = NAMED.findall(sentence.text)
        if names and chance.random() < 0.4:
            yield Made(chance.choice(NAME_FORMS).format(name=chance.choice(names)), index)
        untold = _untold(sentence, chance) if chance.random() < UNTOLD_SHARE else None
        if untold:
            yield Made(untold, None)
        fragment = _fragment(sentence, chance)
        if fragment and chance.random() < 0.25:
            yield Made(fragment, index)
