"""What a claim speaks of: every noun that it says must be the clause's, and beside its figure where it has one.

艺术活动时间不低于2小时 shares all but one word with a clause on 体育活动; that word is the fault. Only a wording
that the lexicon gives for the clause's own counts as the same. The question is no support: what it asks may be
the very thing that the clause does not say. Pure; jieba cuts and tags the words.
"""

from __future__ import annotations

import re
from functools import lru_cache

from assistant.alignment import Piece, canonical, sentences, without_figures
from assistant.verify_figures import Source, counts_list
from assistant.wording import cues, same_words, words_of
from corpus.agencies import find_agencies, find_places

# A sentence that opens so has its subject in the one before.
_LEANS_BACK = re.compile(r"^[（(\d）).、\s]*(?:其|该|此|每|上述|前述|同时|各|共|平均|累计)")
_TAGS = re.compile(r"^(?:n(?!s)|vn|an|b|j|l|s|eng)")
_NOUN, _BEFORE, _AFTER = re.compile(r"^(?:n|vn|b)"), re.compile(r"^[nvbmqpu]"), re.compile(r"^[nv]")
# 五级, 每人每年: they count, whatever the tagger calls them.
_COUNTING = "一二两三四五六七八九十百每"
_NAMED = r"[\u4e00-\u9fff]{0,12}?(?:大学|学院|研究院|学校|中学|医院|集团|公司|实验室)"
# How close a sentence of the source must come to a piece to be the one that it was taken from, and what counts as
# equally close. Chosen on the half of the planted faults marked tuned.
_CLOSE, _TIE = 0.6, 0.15


def check_nouns(claim: str, parts: tuple[Piece, ...], source: Source) -> list[str]:
    """Reasons, one for each noun of the claim that neither the sentences it goes back to nor a synonym in them hold."""
    reasons = []
    for part in parts:
        # 小学生均藏书 speaks of 小学, not of 小学生.
        text = _without_names(part.text.replace("生均", "，均"), source)
        scope = _scope(claim, part, text, source)
        reasons.extend(f"原文这一句没有说“{word}”" for word in nouns(text) if not _held(word, scope))
    return reasons


@lru_cache(maxsize=4096)
def nouns(text: str) -> tuple[str, ...]:
    """The nouns of a canonical text and the words before nouns that tell their kind; two characters or more, once each."""
    empty = words_of("stop") | words_of("plain")
    pairs = _tagged(without_figures(text))
    found = []
    for at, (word, tag) in enumerate(pairs):
        if len(word) < 2 or word in empty or word[0] in _COUNTING:
            continue
        if _TAGS.match(tag) or (tag == "v" and _tells_kind(word, pairs, at)):
            found.append(word)
    return tuple(dict.fromkeys(found))


def _tagged(text: str) -> list[tuple[str, str]]:
    """(word, tag) of text; what the tagger takes for a name of four characters or more (高中学生, 明显提高) is two words."""
    from jieba import posseg

    found: list[tuple[str, str]] = []
    for pair in posseg.cut(text):
        if pair.flag != "nr" or len(pair.word) < 4:
            found.append((pair.word.lower(), pair.flag))
        else:
            middle = len(pair.word) // 2
            found.extend((p.word.lower(), p.flag) for half in (pair.word[:middle], pair.word[middle:]) for p in posseg.cut(half))
    return found


def _tells_kind(word: str, pairs: list[tuple[str, str]], at: int) -> bool:
    """Whether a verb stands where a noun or its kind does (公派|访学|项目, 年度|绩效|审计), not where something is done."""
    if at == 0 or word in words_of("act") or cues(word):
        return False
    after, tag = pairs[at + 1] if at + 1 < len(pairs) else ("", "")
    if not after:
        return bool(_NOUN.match(pairs[at - 1][1]))
    return bool(_BEFORE.match(pairs[at - 1][1]) and _AFTER.match(tag) and len(after) > 1)


def _without_names(text: str, source: Source) -> str:
    """text without the bodies and schools of a place: whether those are the source's is verify_names' to say."""
    spans = [(a.start, a.end) for a in find_agencies(text)]
    for place in find_places(text):
        short = place.rstrip("省市")
        spans += [m.span() for m in re.finditer(re.escape(short) + _NAMED, text) if m.group() in source.everything]
    out = list(text)
    for start, end in spans:
        out[start:end] = "，" * (end - start)
    return "".join(out)


def _scope(claim: str, part: Piece, text: str, source: Source) -> str:
    """The source sentences that a piece goes back to, with what holds for all; everything where none is close.

    They are those that hold its figure, else those whose words come closest to it.
    """
    spans = sentences(source.body)
    values = {f.value.lstrip("≥≤") for f in part.figures if f.kind not in ("year", "date") and not counts_list(claim, f)}
    held = [p.start for p in source.pieces if values & {f.value.lstrip("≥≤") for f in p.figures}]
    chosen = [i for i, (start, end) in enumerate(spans) if any(start <= at < end for at in held)]
    if not chosen:
        shares = [_likeness(text, source.body[start:end]) for start, end in spans]
        best = max(shares, default=0.0)
        chosen = [i for i, share in enumerate(shares) if share >= best - _TIE] if best >= _CLOSE else []
    if not chosen:
        return source.everything
    leaning = [i - 1 for i in chosen if i and _LEANS_BACK.match(source.body[slice(*spans[i])])]
    kept = [source.body[slice(*spans[i])] for i in sorted({*chosen, *leaning})]
    return "\n".join([*kept, _around(source)])


def _likeness(text: str, sentence: str) -> float:
    """Share of the neighbouring characters of text that stand in sentence."""
    pairs = {text[i : i + 2] for i in range(len(text) - 1) if "，" not in text[i : i + 2]}
    return sum(pair in sentence for pair in pairs) / len(pairs) if pairs else 0.0


def _around(source: Source) -> str:
    """Titles, headings and leads: what a clause's sentences stand under."""
    return source.everything.removeprefix(source.body) + "\n".join(canonical(s.context) for s in source.sources)


def _held(word: str, scope: str) -> bool:
    low = scope.lower()
    if word in low or any(other in low for other in same_words().get(word, ())):
        return True
    pairs = [word[i : i + 2] for i in range(len(word) - 1)]
    return len(word) > 2 and all(pair in low for pair in pairs)
