"""Follow-up questions → questions that stand alone, by rules. Pure; the rewritten question is shown to the user.

A follow-up keeps what the last question was about and changes one thing: a year, a level, the subject, or
what is asked. A question with a topic of its own is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus.levels import regions
from corpus.schema import Level
from index.tokens import comparable, content_words

_OPENER = re.compile(r"^(?:(?:那么?(?![些个项种里边样年])|那末|哦|嗯|好的?[，。,]?|还有|另外|再问(?:一下)?|请问|然后|而|至于)[，,、\s]*)+")
_NEW_TOPIC = re.compile(r"换个|不问|别的|另一个(?:问题|话题|事)|再问个")
# "不问青海了。国家规定…": what is given up is no part of the new question.
_GIVEN_UP = re.compile(
    r"^(?:好[的吧了]?|行|那|嗯)?[，,、\s]*(?:(?:不|别)再?(?:问|说|聊|谈)[^，,。！!；;？?]{0,14}了|先(?:不|别)(?:问|说|聊|谈)[^，,。！!；;？?]{0,14}"
    r"|换(?:个|一个)(?:话题|问题|事|方向|角度)[^，,。！!；;：:？?]{0,4})[，,。！!；;：:\s]+"
)
_PRONOUN = re.compile(r"它们?|这个|那个|这项|那项|该|这些|那些|这件事|这事|上面|前面|刚才|这样的|那样的|其中|最后的|里面|里头")
_YEAR = re.compile(r"(?:19|20)\d{2}\s*年?|(?<!\d)[23]\d年")
_NATIONAL = re.compile(r"国家(?!级)|全国|中央|我国|国家层面")
_CITY = re.compile(r"重庆(?!市?[^，。？]{0,6}(?:学院|大学|职院))|我市|市里|本市")
_ASKING = re.compile(
    r"(?:是|有|为|要|占|达到?|会|能)?(?:多少(?:个|所|人|名|项|家|门)?|好多(?:个|所|人|名|钱)?|几(?:个|所|人|名|项|家|门|年|次|位|种|成)|百分之几|多大(?:比例)?|多高|多久|哪(?:一|些|几|个|两|三)?(?:个|年|项|所|些|种|类)?|"
    r"什么(?:时候|时间)?|啥(?:时候|子)?|谁(?:来)?(?:牵头|负责|管|配合)?|归谁(?:牵头|管)?|由谁|怎么(?:样|办)?|咋(?:个|样)?|如何|吗|呢|么|嘛|是不是|能不能|有没有|分别|各)+"
)
_BARE_ASKING = re.compile(
    r"^(?:.{0,4}(?:多少|几|哪|谁|什么|啥|怎么|为什么|为啥|具体|分别|都有|还有|包括|到哪年|何时|牵头|配合|负责|比).{0,14})$"
)
_THING_ASKED = re.compile(r"^(?P<subject>.{1,24}?)(?:呢|怎么样|怎样|如何|又是.{0,6})[？?。！!，,]?(?P<rest>.*)$")
_DUTY = re.compile(r"牵头|配合|协助|负责|部门|主管")
_DEFINING = re.compile(r"^(?:什么|啥)(?:叫|是)[\u4e00-\u9fff“]{2,}")
_SHORT = 26  # characters; a longer question is taken to stand alone unless it points back


def rewrite(question: str, history: Sequence[str]) -> str | None:
    """question as it would stand alone after history (earlier questions, oldest first, each standing alone);
    None when it stands alone already."""
    if not history or not question.strip():
        return None
    last = re.sub(r"（上一问：.*）$", "", history[-1].strip()).rstrip("？?。！! ")
    bare = question.strip()
    new = _GIVEN_UP.sub("", bare)
    if new != bare:
        # What is left points back to what is given up only by mistake of ours: such a question is left as it is.
        return new if new and not _points_back(_OPENER.sub("", new), last) else None
    if _NEW_TOPIC.search(bare) and not re.match(r"^(?:那|还有)?.{0,6}别的呢", bare):
        return None
    opened = bool(_OPENER.match(bare))
    core = _OPENER.sub("", bare).strip()
    if len(core) > _SHORT or not (opened or _points_back(core, last)):
        return None
    if len([w for w in content_words(core) if len(w) >= 2 and not _YEAR.fullmatch(w)]) >= 4 and not _PRONOUN.search(core):
        return None
    changed = _swap(core, last)
    return changed if changed and comparable(changed) != comparable(bare) else None


def _points_back(core: str, last: str) -> bool:
    """Whether core needs what came before: a pronoun, 呢, or an asking phrase with no topic of its own."""
    if _PRONOUN.search(core) or re.search(r"呢[？?，,]?|呢$", core):
        return True
    if _DEFINING.search(core):
        return False
    stripped = _YEAR.sub("", core)
    topic = [w for w in content_words(_ASKING.sub("", stripped)) if len(w) >= 2]
    if not topic:
        return True
    # Short, and its few words ask rather than name a topic.
    return len(core) <= 14 and (bool(_BARE_ASKING.match(core)) and len(topic) <= 2)


def _swap(core: str, last: str) -> str:
    year = _YEAR.search(core)
    level = "国家" if _NATIONAL.search(core) else "重庆" if _CITY.search(core) else ""
    rest = _ASKING.sub("", _CITY.sub("", _NATIONAL.sub("", _YEAR.sub("", core))))
    words = [w for w in content_words(rest) if len(w) >= 2]
    if year and not words:
        base = re.sub(r"[，,]?到?是多少$", "", _YEAR.sub("", last)) if _YEAR.search(last) else last
        asking = core if _ASKING.search(core) and not core.rstrip("？?").endswith("呢") else ""
        return f"{_tidy(base)}，{asking or year.group() + '是多少？'}"
    if level and not words:
        other = _CITY.sub("国家", last) if level == "国家" else _NATIONAL.sub("重庆", last)
        return f"{other}？" if other != last else f"{level}{last}？"
    duty = _DUTY.search(core)
    if duty and not [w for w in words if not _DUTY.search(w)]:
        return f"{_topic(last)}，{'配合部门有哪些？' if re.search('配合|协助|参与', core) else '谁牵头？'}"
    subject = _THING_ASKED.match(core)
    if subject and words and not subject.group("rest").strip("？?"):
        return _with_subject(subject.group("subject"), last)
    topic = _topic(last)
    return f"{topic}，{core}" if topic else core


def _with_subject(subject: str, last: str) -> str:
    """The last question asked about another subject: its years, level and asking phrase stay."""
    years = "、".join(dict.fromkeys(m.group() for m in _YEAR.finditer(last)))
    level = "国家" if _NATIONAL.search(last) and not _NATIONAL.search(subject) else ""
    level = "重庆" if not level and _CITY.search(last) and not _CITY.search(subject) else level
    asking = re.search(r"(?:谁|哪[^，。？]{0,3}(?:部门|单位)|由谁|归谁).{0,6}(?:牵头|负责|配合|管)?|牵头|配合", last)
    tail = asking.group() if asking else (m.group() if (m := _last_asking(last)) else "是多少")
    place = _place(last)
    return f"{place or level}{years}{subject}{tail}？（上一问：{_topic(last)}）" if not place else f"{place}{subject}{tail}？"


def _last_asking(text: str) -> re.Match[str] | None:
    found = list(_ASKING.finditer(text))
    return found[-1] if found else None


def _place(text: str) -> str:
    """The institution or province the question is about, if it opens with one."""
    found = re.match(r"[\u4e00-\u9fff]{1,10}?(?:职院|学院|大学)", text)
    if found:
        return found.group()
    return next((name for name, level in regions().items() if level is Level.OTHER and text.startswith(name)), "")


def _topic(text: str) -> str:
    """The question without its asking phrases, duties and what they leave hanging."""
    bare = re.sub(r"(?:谁|归谁|由谁)?(?:来)?(?:牵头|配合|负责)(?:的|部门)?(?:是|还是.*)?", "", text)
    return _tidy(_ASKING.sub("", bare))


def _tidy(text: str) -> str:
    joined = re.sub(r"到(?=要|，|,|$)", "", re.sub(r"\s+", " ", text))
    return re.sub(r"(?:，|,)\s*(?=，|,)", "", joined).strip("，,、 ？?")
