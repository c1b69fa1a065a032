"""Names of government bodies in a text, under one name each. The names are data: corpus/lexicon/agencies.tsv.

Finds and names; never decides who leads a task. A local body keeps its place ("四川省教育厅"); the home
city's bodies are written with 市 alone ("市教委" for 重庆市教育委员会).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from errors import SettingsError

HOME = "重庆市"
_KINDS = ("name", "stem", "group", "place")
# A 市 that ends another word (城市委…, 全市教委…) is no body's first character.
_NOT_BEFORE_CITY = "城都门超夜股楼菜辖"
# 委 alone is a body only where no word goes on from it (市委托…, 市委员…).
_NOT_AFTER_PARTY = "托员派培"


@dataclass(frozen=True)
class Agency:
    """One body named in a text: its canonical name and the half-open span that names it."""

    name: str
    start: int
    end: int


@dataclass(frozen=True)
class _Lexicon:
    names: dict[str, str]
    stems: dict[str, str]
    places: dict[str, str]
    groups: frozenset[str]
    pattern: re.Pattern[str]


def find_agencies(text: str) -> tuple[Agency, ...]:
    """The bodies named in text, in order, longest name first, without overlap."""
    lexicon = _lexicon()
    return tuple(
        Agency(_canonical(match, lexicon), match.start(), match.end()) for match in lexicon.pattern.finditer(text)
    )


def find_places(text: str) -> tuple[str, ...]:
    """Full names of the provinces and cities named in text, in order of first mention."""
    places = _lexicon().places
    return tuple(dict.fromkeys(places[m.group()] for m in re.finditer(_either(list(places)), text)))


def is_group(name: str) -> bool:
    """Whether a canonical name is a general term (有关部门, 各区县) and names no body of its own."""
    return name in _lexicon().groups


def same_agency(one: str, other: str) -> bool:
    """Whether two canonical names may mean one body: equal, or one is the other without its place (财政局)."""
    return one == other or (len(one) > 2 and len(other) > 2 and (one.endswith(other) or other.endswith(one)))


def _canonical(match: re.Match[str], lexicon: _Lexicon) -> str:
    if match.group("name"):
        return lexicon.names[match.group("name")]
    stem = lexicon.stems[match.group("stem") or match.group("bare")]
    place = match.group("place") or ""
    if not place:
        return stem
    if place in ("市", "本市", "我市"):
        return "市" + stem
    if place in ("区", "县", "区县", "省"):
        return place + stem
    full = lexicon.places.get(place, place)
    return "市" + stem if full == HOME else full + stem


@lru_cache(maxsize=1)
def _lexicon() -> _Lexicon:
    names: dict[str, str] = {}
    stems: dict[str, str] = {}
    places: dict[str, str] = {}
    groups: set[str] = set()
    source = files("corpus").joinpath("lexicon", "agencies.tsv")
    for number, line in enumerate(source.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [*line.split("\t"), "", ""][:3]
        name, aliases, kind = cells[0].strip(), [a for a in cells[1].strip().split("、") if a], cells[2].strip()
        if kind not in _KINDS or not name:
            raise SettingsError("机构词表有一行不合格式", f"agencies.tsv 第 {number} 行", "请按表头说明改正这一行。")
        target = {"name": names, "group": names, "stem": stems, "place": places}[kind]
        target.update({form: name for form in (name, *aliases)})
        if kind == "group":
            groups.add(name)
    return _Lexicon(names, stems, places, frozenset(groups), _pattern(names, stems, places))


def _pattern(names: dict[str, str], stems: dict[str, str], places: dict[str, str]) -> re.Pattern[str]:
    # A stem without a place must be long and plain enough to stand alone ("教委", "发改委", not "委").
    bare = [stem for stem in stems if len(stem) > 2 and stem[0] != "委"] + [
        stem for stem in stems if len(stem) == 2 and stem[-1] in "委协联" and stem[0] != "委"
    ]
    return re.compile(
        rf"(?P<name>{_either(list(names))})(?!(?<=部)[门分署队])"
        rf"|(?P<place>{_either(list(places))}|本市|我市|区县|区|县|(?<![{_NOT_BEFORE_CITY}])市)(?P<stem>{_either(list(stems))})"
        rf"(?<!市委(?=[{_NOT_AFTER_PARTY}]))"
        rf"|(?P<bare>{_either(bare)})"
    )


def _either(forms: list[str]) -> str:
    return "|".join(map(re.escape, sorted(forms, key=len, reverse=True)))
