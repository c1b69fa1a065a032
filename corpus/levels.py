"""Whose plan a document is: the nation's, the home city's or another's. Lexicon: corpus/lexicon/regions.tsv. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files

from corpus.schema import Document, Level

NATION = "中华人民共和国"
_NATIONAL = re.compile(r"中共中央|国务院|教育部|财政部|国家|全国|中央|中华人民共和国|中国人民解放军|最高人民")
# A title that opens with the name of a county or a city.
_LOCAL = re.compile(r"^(?!.{0,4}(?:关于|加强|推进|建设|发展|促进|深化|教育))[\u4e00-\u9fff]{2,6}?(?:县|市|区|州|旗|盟|乡|镇)(?!域)")


@lru_cache(maxsize=1)
def regions() -> dict[str, Level]:
    """Names of provinces and municipalities with the level they stand for."""
    table: dict[str, Level] = {}
    text = files("corpus.lexicon").joinpath("regions.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            name, level = line.split("\t")[:2]
            table[name] = Level(level)
    return table


def level_of(title: str, issuer: str | None, publisher: str | None, head: str, parent: Document | None) -> Level:
    """Whose document it is. head: its first characters; parent: the document it is attached to."""
    if parent is not None:
        return parent.level
    if title.startswith(NATION):
        return Level.NATIONAL
    for text in (title, issuer or ""):
        if (found := _region(text)) is not None:
            return found
    if _NATIONAL.search(title) or _NATIONAL.search(issuer or ""):
        return Level.NATIONAL
    if (found := _region(publisher or "")) is not None:
        return found
    # A county's plan cites national laws and conferences in its first sentence, as a national plan does.
    if not _LOCAL.match(title) and _NATIONAL.search(re.sub(r"《[^》]*》", "", head[:200])):
        return Level.NATIONAL
    return _region(head) or Level.OTHER


def _region(text: str) -> Level | None:
    places = [(text.find(name), level) for name, level in regions().items() if name in text]
    return min(places)[1] if places else None
