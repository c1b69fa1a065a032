"""How strongly and which way a sentence speaks: duty, ban, encouragement, permission, negation, bounds.

The words are data (corpus/lexicon/wording.tsv). Pure once read; judges nothing, assistant/verify.py does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from errors import SettingsError

STRENGTH = {"obligation": 3, "prohibition": 3, "encouragement": 2, "permission": 1}
# One-character modals and negators hide in other words (适应, 可能, 不同): these count only as words of their own.
_SINGLE = re.compile(
    r"(?<![适响供相对反效感回顺理报呼策])应(?![用对急届变邀试聘答运该对有])|(?<![必军])须(?![眉知])"
    r"|(?<![许认不宁尚是即便均])可(?![能持靠视量见复靠信信操推比评控以])"
)


_BOUND_BEFORE = re.compile(r"((?:不得|不能|不应|不)[少低小超高大多][于过])[\u4e00-\u9fff]{2,20}$")


@dataclass(frozen=True)
class Cue:
    """A word that sets strength or polarity. kind: a category of wording.tsv; half-open span in the text."""

    kind: str
    word: str
    start: int
    end: int

    @property
    def strength(self) -> int:
        """3 duty or ban, 2 encouragement, 1 permission or trial, 0 for other kinds."""
        return STRENGTH.get(self.kind, 0)


def words_of(kind: str) -> frozenset[str]:
    """The words of one category of the table; empty for an unknown one."""
    return _table().get(kind, frozenset())


@lru_cache(maxsize=1)
def antonyms() -> tuple[tuple[str, str], ...]:
    """Pairs of words of opposite meaning, each pair both ways round."""
    pairs = [tuple(pair.split("=", 1)) for pair in sorted(words_of("antonym"))]
    return tuple(dict.fromkeys([(a, b) for a, b in pairs] + [(b, a) for a, b in pairs]))


@lru_cache(maxsize=1)
def same_words() -> dict[str, tuple[str, ...]]:
    """Word → the words that say the same of the same thing; narrower than the search lexicon, which also associates."""
    table: dict[str, list[str]] = {}
    for pair in sorted(words_of("same")):
        one, other = pair.split("=", 1)
        table.setdefault(one, []).append(other)
        table.setdefault(other, []).append(one)
    return {word: tuple(others) for word, others in table.items()}


@lru_cache(maxsize=4096)
def cues(text: str) -> tuple[Cue, ...]:
    """Modal and negating words of text in order. Bounds (不低于) and fixed words (不断, 未来) are no negations."""
    found: list[Cue] = []
    for match in _cue_pattern().finditer(text):
        kind = _kind_of().get(match.group())
        if kind is not None:
            found.append(Cue(kind, match.group(), match.start(), match.end()))
    for match in _SINGLE.finditer(text):
        if not any(c.start <= match.start() < c.end for c in found) and not _inside_fixed(text, match.start()):
            kind = "permission" if match.group() == "可" else "obligation"
            found.append(Cue(kind, match.group(), match.start(), match.end()))
    return tuple(sorted(found, key=lambda c: c.start))


def bound_at(text: str, start: int, end: int) -> str:
    """"lower", "upper", "about" or "": the bound that the words around the figure text[start:end] set."""
    before, after = text[max(0, start - 6) : start], text[end : end + 7]
    sign = text[start : start + 1]
    if sign in "≥≤" and sign:
        return "lower" if sign == "≥" else "upper"
    stem = before.removesuffix("每年").rstrip("到了为在")
    # Longest first, so that 不超过 is not read as 超过.
    for word in sorted(words_of("lower") | words_of("upper"), key=len, reverse=True):
        if stem.endswith(word) or before.endswith(word):
            return "lower" if word in words_of("lower") else "upper"
    # 不低于在校生总数的10%: what the figure is a share of stands between.
    between = _BOUND_BEFORE.search(text[max(0, start - 24) : start])
    if between:
        return "lower" if between.group(1) in words_of("lower") else "upper"
    match = re.match(r"[\u4e00-\u9fff]{0,3}?(以上|以内|以下|之内|范围内|左右|上下)", after)
    if match:
        word = match.group(1)
        return "lower" if word == "以上" else "about" if word in ("左右", "上下") else "upper"
    return "about" if any(before.endswith(word) for word in ("约", "大约", "近")) else ""


@lru_cache(maxsize=1)
def _table() -> dict[str, frozenset[str]]:
    source = files("corpus").joinpath("lexicon", "wording.tsv")
    table: dict[str, frozenset[str]] = {}
    for number, line in enumerate(source.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        kind, tab, words = line.partition("\t")
        if not tab:
            raise SettingsError("措辞词表有一行不合格式", f"wording.tsv 第 {number} 行", "请按表头说明改正这一行。")
        table[kind] = table.get(kind, frozenset()) | frozenset(w for w in words.strip().split("、") if w)
    return table


@lru_cache(maxsize=1)
def _kind_of() -> dict[str, str]:
    kinds = ("negation", "cancel", "permission", "encouragement", "obligation", "prohibition")
    singles = {"应", "须", "可"}
    return {word: kind for kind in kinds for word in words_of(kind) if word not in singles}


@lru_cache(maxsize=1)
def _cue_pattern() -> re.Pattern[str]:
    # Fixed words and bounds stand in the pattern so that their 不 is passed over; they have no kind.
    words = set(_kind_of()) | words_of("fixed") | words_of("lower") | words_of("upper")
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))


def _inside_fixed(text: str, at: int) -> bool:
    return any(text.find(word, max(0, at - len(word) + 1), at + len(word)) >= 0 for word in words_of("fixed"))
