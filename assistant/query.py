"""Question → Query: one way of writing, what is asked for, years, levels, documents, expansions, typos.

Pure but for the lexicon and the corpus vocabulary it is given. Nothing is searched here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace

from assistant.lexicon import Speller, expand
from assistant.schema import Query, Wanted
from corpus.levels import regions
from corpus.markers import chinese_number
from corpus.numerals import figures
from corpus.schema import Clause, Document, Level
from errors import QuestionError
from index.schema import Request
from index.tokens import comparable, content_words

_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)")
_SHORT_YEAR = re.compile(r"(?<![\d.])([2-3]\d)年(?!级|制|内|来|前|以)")
_NATIONAL = re.compile(
    r"国家(?!级|队|公派|助学|[“\"]?双高)|全国(?!性|[^，。？]{0,8}(?:展演|大会|竞赛|比赛|大赛|先进|重镇|名师|第一|前列))|我国|中央(?!音乐|美术|财经)|教育部(?!门|选|组织)"
)
_CITY = re.compile(r"重庆|我市|市里|全市|本市|咱市|渝")
_TAGS = re.compile(r"</?[A-Za-z][^<>]{0,200}>")
_QUOTED = re.compile(r"[“\"「『《]([^”\"」』》]{2,20})[”\"」』》]")
_NUMBERED = r"(?:几|哪|两|二|三|四|五|六|七|八|九|十|\d+)"

# In order: the first that matches decides. Patterns are about form, never about topics.
_WANTED: tuple[tuple[Wanted, re.Pattern[str]], ...] = (
    (Wanted.SCAN, re.compile(r"(?:多少|几|哪些?)(?:条|处|个地方|个条款).{0,8}(?:提到|提及|涉及|出现)|(?:提到|提及|涉及).{0,12}的(?:条款|地方)")),
    (Wanted.DEPARTMENT, re.compile(
        r"牵头(?!人)|挑头|搭把手|(?:哪|谁|由|还有|教委|以外|之外).{0,12}(?:配合|搭手|协办)|配合(?:部门|单位|的)|哪[个几些一两三四家]*.{0,4}(?:部门|单位|(?<!布)局(?!面)|委(?!员)|厅)"
        r"|哪[几两些]?家.{0,6}(?:负责|管|抓|配合|参与|协助|来)|归(?:谁|哪)|谁(?:来|在)?(?:负责|管|抓|推进|主抓|打头)|责任(?:部门|单位)|主抓|打头"
        r"|(?:部门|单位|(?<!布)局)(?:有|是)?(?:哪|谁|什么|啥)")),
    (Wanted.COMPARE, re.compile(
        r"区别|差别|不同|不一样|相比|对比|比较|哪个(?:更|高|多|低|大|早|晚)|谁(?:更|高|多)|(?:国家|全国(?!第一|性|重镇|前列|先进)|纲要).{0,24}(?:重庆|规划|方案|我市|市里).{0,30}(?:分别|各|呢|还是|哪)"
        r"|(?:重庆|我市).{0,24}(?:国家|全国(?!第一|性|重镇|前列|先进)|纲要|教育部(?!门)).{0,30}(?:分别|各|呢|还是|哪)|差多少|哪一?样.{0,6}(?:更|加)|谁多谁少|多，?还是.{1,20}多|(?:一样|相同|一致)(?:吗|么|不)|是不是一(?:回事|样|致)|对得上|有出入")),
    (Wanted.DATE, re.compile(
        r"哪(?:一|个)?(?:年|月|天|日|一天|个月|时候)|(?:什么|啥子?|么子)(?:时候|时间|日子)|何时|几时|几(?:月|号)|多久(?:之前|前)|最迟|最晚|截止|期限|(?:时间|哪个?)(?:点|节点|表)|(?:年份|年限)$|哪(?:一)?(?:届|期)")),
    (Wanted.YESNO, re.compile(
        r"(?:吗|(?<![什怎这那多])么|嘛|不|没|没得|没有)[？?。！!\s]*$|能不能|可不可以|是不是|会不会|有没有|要不要|行不行|能否|是否|准不准|该不该|可以.{0,20}吗|得不得|允不允许|对不对|算不算|还能.{0,20}[吗不]|吗[，,？?]")),
    (Wanted.FIGURE, re.compile(
        rf"多少|好多(?!地方)|(?<![哪好])几(?:个|所|名|人|项|门|种|家|次|天|年|岁|成|节|小时|课时|学分|条|处|座|张|对|期|批|级|倍|位|支|亿|万|百|千|件|场|篇|本|份|分|档|步|部分)(?!{_NUMBERED}?是|.{{0,8}}分别|.{{0,4}}哪)|百分之几"
        r"|多(?:大|高|长|久|快|宽)|(?:比例|占比|比率|覆盖率|率|数量|人数|总数|规模|目标值?|指标|下限|上限|标准|课时|学时|金额|经费)(?:是|为|要|目标|下限|上限)?[？?。\s]*$|(?:比例|占比|率).{0,8}(?:多|几|怎么)")),
    (Wanted.DEFINITION, re.compile(
        r"(?:(?<!分别)(?<![都各])是|指|算)(?:什么|啥|个什么|个啥|么子)|(?:什么|啥子?)意思|(?:什么|啥)叫|^(?:什么|啥子?)是|何为|怎么回事|咋回事|指的?(?:是)?(?:什么|啥|哪)|怎么理解|含义|定义|解释|是干(?:什么|啥|嘛)|(?:什么|怎)样的.{0,12}(?:才?算|叫)|什么(?:计划|系统|平台|机制|工程|制度|模式|体系|项目|行动)|[”\"」]$")),
    (Wanted.LIST, re.compile(
        rf"哪(?:些|{_NUMBERED}|里|样)|有(?:哪|什么|啥)|包(?:括|含)(?:什么|啥|哪)?|列(?:一|举|出|全)|分别|一条条|都有(?:什么|啥|谁)|名单|几(?:项|个|类|种|大)?.{{0,6}}(?:都|各)?是|依次|(?<!为)什么(?!时|意|样)|(?<!为)啥")),
)
_BIG = re.compile(r"([二三四五六七八九十]{1,2})大(?=[\u4e00-\u9fff])")
_ASKS_MORE = re.compile(r"哪[些几两三四五六七八九十]|多少|[，,].{0,12}几[个项种条类]")
_BARE_FIGURE = re.compile(r"净增|增量|增幅|差值|比例|占比|率|数|人数|目标|下限|上限|课时|学时|多少|指标|\d{4}$")


_DEPARTMENT_WORDS = re.compile(
    r"(?:市教委|教委)(?:以外|之外|外)?|牵头(?:的|部门|单位)?|配合(?:的|部门|单位)?|主管部门|责任部门|哪[个几些一两三四家]*(?:市级|主管|职能)?(?:部门|单位|局|委|家)|部门|协助|参与|出力|搭手|打头|主抓|挑头|搭把手|负责|谁来?"
)


def normalise(question: str) -> str:
    """The question in one width and numeral system, short years written out, white space kept single."""
    # Width first, so that ３０年 is a year; markup is no topic.
    wide = unicodedata.normalize("NFKC", _TAGS.sub(" ", question)).replace("?", "？").replace("!", "！")
    text = re.sub(r"\s+", " ", re.sub(r"(?<=[\u4e00-\u9fff]),", "，", wide)).strip()
    return _SHORT_YEAR.sub(lambda m: f"20{m.group(1)}年", text)


def wanted(text: str) -> Wanted:
    """The kind of answer asked for, from the form of the question alone."""
    bare = text.strip()
    for kind, pattern in _WANTED:
        # A yes-or-no phrase before 哪, 多少 is only the way in: what is asked for comes last.
        if pattern.search(bare) and not (kind is Wanted.YESNO and _ASKS_MORE.search(bare)):
            return kind
    if _BARE_FIGURE.search(bare):
        return Wanted.FIGURE
    return Wanted.OTHER


class QueryReader:
    """Reads questions against one library's documents and vocabulary."""

    def __init__(self, documents: Sequence[Document], clauses: Iterable[Clause], *, max_length: int = 1000) -> None:
        self._documents = tuple(documents)
        self._speller = Speller([*(c.text for c in clauses), *(d.title for d in documents)])
        self._max_length = max_length

    def read(self, question: str, *, rewritten_from: str | None = None) -> Query:
        """The question understood. Raises QuestionError when it is empty or far too long."""
        if not question.strip():
            raise QuestionError("问题是空的", "", "请写下想问的内容，例如：国家要求中小学生每天运动多久？")
        if len(question) > self._max_length:
            raise QuestionError(
                f"问题太长了（{len(question)} 字，最多 {self._max_length} 字）", "", "请只留下最想知道的一两句话。"
            )
        text = normalise(question)
        corrections = self._speller.corrections(text)
        corrected = text
        for typed, written in corrections:
            corrected = corrected.replace(typed, written)
        compared = comparable(corrected)
        groups = expand(compared, content_words(corrected))
        expansions = tuple(dict.fromkeys(word for group in groups for word in group[1:]))
        years = tuple(dict.fromkeys(_YEAR.findall(compared)))
        return Query(
            question=question, text=corrected, search_text=" ".join((corrected, *expansions)), wanted=wanted(corrected),
            terms=tuple(group[0] for group in groups), expansions=expansions, corrections=tuple(corrections), years=years,
            levels=levels_of(corrected), doc_ids=self._named(corrected), rewritten_from=rewritten_from,
        )

    def request(self, query: Query) -> Request:
        """What the retriever is asked for this query."""
        text, search_text = query.text, query.search_text
        if query.wanted is Wanted.DEPARTMENT:
            # Who leads is a field of the clause; the clause is found by what it is about.
            text = _DEPARTMENT_WORDS.sub(" ", text).strip() or text
            search_text = _DEPARTMENT_WORDS.sub(" ", search_text)
        compared = comparable(text)
        groups = tuple(expand(compared, content_words(text)))
        return Request(
            text, search_text, groups, query.years, tuple(level.value for level in query.levels), query.doc_ids,
            query.wanted.value, tuple(comparable(q) for q in _QUOTED.findall(query.text)), query.near_clauses, query.near_documents,
            counts_of(text),
        )

    def _named(self, text: str) -> tuple[str, ...]:
        """Documents the question names: by title, short name, institution, region, or kind and topic."""
        compared = comparable(text)
        strength = {d.doc_id: _naming(d, compared) for d in self._documents}
        sure = [doc_id for doc_id, value in strength.items() if value >= _SURE]
        # Hints by topic words: the documents hinted at most strongly, one for each level at most two in all.
        hinted = sorted((doc_id for doc_id, value in strength.items() if 0 < value < _SURE), key=lambda d: -strength[d])
        best = strength[hinted[0]] if hinted else 0
        return tuple(dict.fromkeys([*sure, *(d for d in hinted if strength[d] == best)]))[:4]


def as_part(own: Query, whole: Query) -> Query:
    """A part of a question, read as one of its own (own), with what it does not say itself taken from the whole."""
    return replace(
        own, wanted=own.wanted if own.wanted not in (Wanted.OTHER, Wanted.COMPARE) else whole.wanted, years=own.years or whole.years,
        levels=own.levels or _only(whole.levels), doc_ids=own.doc_ids or _only(whole.doc_ids),
    )


def _only(items: tuple) -> tuple:
    """items where there is just one: of two, neither is sure to be the part's."""
    return items if len(items) == 1 else ()


def counts_of(text: str) -> tuple[str, ...]:
    """Small whole numbers of things the question speaks of: "6" for 那六大工程."""
    written = [f.value for f in figures(text) if f.kind == "number"] + [str(chinese_number(n) or 0) for n in _BIG.findall(text)]
    return tuple(dict.fromkeys(value for value in written if value.isdigit() and 2 <= int(value) <= 30))


def levels_of(text: str) -> tuple[Level, ...]:
    """Levels the question speaks of, in the order of the enumeration."""
    levels = []
    if _NATIONAL.search(text):
        levels.append(Level.NATIONAL)
    if _CITY.search(text):
        levels.append(Level.CITY)
    return tuple(levels)


_KIND = re.compile(r"(规划纲要|纲要|规划|行动方案|方案|通知|框架|答记者问|解读|标准|办法|意见|条例|法)")


_SURE = 100


def _naming(document: Document, text: str) -> int:
    """How strongly a comparable text names document: 100 by name, else characters of topic words, 0 not at all."""
    title = comparable(document.title)
    if any(len(name) >= 4 and comparable(name) in text for name in (document.title, *document.aliases)):
        return _SURE
    for name, level in regions().items():
        if level is Level.OTHER and title.startswith(name) and name in text:
            return _SURE
    place = re.match(r"[\u4e00-\u9fff]{2,12}?(?:学院|大学|学校|职院)", title)
    if place and _abbreviated(place.group(), text):
        return _SURE
    kinds, kind = _KIND.findall(text), _KIND.search(title)
    if not kinds or not kind or (re.search(r"答记者问|解读", title) and not re.search(r"答记者问|解读|负责人", text)):
        return 0
    if kind.group() in ("规划纲要", "规划") and any(k in ("规划纲要", "纲要", "规划") for k in kinds):
        levels = levels_of(text)
        said = {"纲要", "规划纲要"} & set(kinds)
        if document.level in levels and (bool(said) == ("纲要" in title) or len(levels) > 1):
            return _SURE
        return _SURE if said and "纲要" in title else 0
    if not any(k in kind.group() or kind.group() in k for k in kinds):
        return 0
    own = [w for w in content_words(re.sub(r"[（(].*?[)）]", "", document.title)) if len(w) >= 2 and w not in kinds]
    return sum(len(w) for w in own if w in text and w not in _EVERYWHERE)


_EVERYWHERE = frozenset({"教育", "重庆", "国家", "行动", "建设", "计划", "工作", "实施", "学校"})


def _abbreviated(name: str, text: str) -> bool:
    """Whether text uses name or a shortening of it (重庆城市职院 for 重庆城市职业学院)."""
    places = sorted(regions(), key=len, reverse=True)
    full = name.replace("职院", "职业学院")
    for said in re.findall(r"[\u4e00-\u9fff]{1,10}?(?:职院|学院|大学)", text):
        place = next((p for p in places if p in said), "")
        core = said[said.find(place) + len(place) :] if place else said
        core = core.replace("职院", "职业学院") if "职业" in full else core
        # What stands before the name in the question (我在…, 听说…) is cut off character by character.
        if any(len(core) - i >= 4 and _subsequence(core[i:], full) for i in range(max(1, len(core) - 3))):
            return True
    return False


def _subsequence(short: str, long: str) -> bool:
    position = 0
    for char in short:
        position = long.find(char, position) + 1
        if not position:
            return False
    return True
