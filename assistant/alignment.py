"""Which words of a source a sentence goes back to: pieces, content words, overlap. Pure; jieba cuts the words.

A piece is what stands between commas and sentence marks, and between 、 or 和 where both sides hold a figure.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from assistant.wording import words_of
from corpus.numerals import Figure, figures, normalise_numerals

_BREAK = re.compile(r"[，,。；;：:！？!?\n（）()]|——")
_STOP_BREAK = re.compile(r"[。；;！？!?\n]")
_SENTENCE = re.compile(r"[^。；！？!?\n]+[。；！？!?\n]?")
_ASIDE = re.compile(r"[（(][^（()）。，；]{1,6}[）)]")
_JOIN = re.compile(r"[、和及与]")
_QUOTES = str.maketrans({"『": "“", "』": "”", "「": "“", "」": "”", "＂": '"'})
_HAN_OR_LATIN = re.compile(r"[\u4e00-\u9fffA-Za-z]")


@dataclass(frozen=True)
class Piece:
    """A stretch of a canonical text. sentence: which sentence it belongs to, from 0; span half-open in that text."""

    text: str
    start: int
    end: int
    sentence: int
    figures: tuple[Figure, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """Content words, figures left out."""
        return content_words(without_figures(self.text))


def canonical(text: str) -> str:
    """text as compared: NFKC for letters and signs, numerals as digits, one kind of quote, no layout spaces."""
    text = normalise_numerals(text)
    text = "".join(unicodedata.normalize("NFKC", c) if c.isalnum() and not c.isdigit() else c for c in text)
    text = re.sub(r"[\u200b-\u200f\u2060\ufeff]", "", text)
    text = re.sub(r"(?<![0-9A-Za-z%—≥≤.]) +| +(?![0-9A-Za-z≥≤—])", "", text)
    text = text.translate(_QUOTES)
    return re.sub(r'"([^"\n]*)"', r"“\1”", text)


@lru_cache(maxsize=2048)
def pieces(text: str) -> tuple[Piece, ...]:
    """The pieces of a canonical text, in order; empty ones left out."""
    found: list[Piece] = []
    start = sentence = 0
    # Short brackets hold a unit or an aside ("（%）"): they part nothing.
    asides = [m.span() for m in _ASIDE.finditer(text)]
    marks = [
        m for m in _BREAK.finditer(text)
        if not _inside_figure(text, m) and not any(a <= m.start() < b for a, b in asides)
    ]
    for mark in [*marks, None]:
        end = mark.start() if mark else len(text)
        found.extend(_split_lists(text, start, end, sentence))
        if mark is not None:
            sentence += bool(_STOP_BREAK.match(mark.group()))
            start = mark.end()
    return tuple(found)


@lru_cache(maxsize=8192)
def content_words(text: str) -> tuple[str, ...]:
    """Words that carry meaning, in order, without repeats: two characters or more, stop words left out."""
    import jieba

    jieba.setLogLevel("ERROR")
    stop = words_of("stop")
    words = (w.strip().lower() for w in jieba.cut(text))
    return tuple(dict.fromkeys(w for w in words if len(w) > 1 and w not in stop and _HAN_OR_LATIN.search(w)))


@lru_cache(maxsize=4096)
def verbs(text: str) -> frozenset[str]:
    """The verbs of text, two characters or more."""
    from jieba import posseg

    return frozenset(pair.word for pair in posseg.cut(text) if pair.flag == "v" and len(pair.word) > 1)


def found_share(words: tuple[str, ...], text: str) -> float:
    """Share of words that stand in text, 0..1; half a point for a word whose halves stand there. 1.0 for no words."""
    if not words:
        return 1.0
    low = text.lower()
    return sum(_found(word, low) for word in words) / len(words)


def best_pieces(words: tuple[str, ...], source: tuple[Piece, ...], least: float) -> list[tuple[float, Piece]]:
    """Source pieces by share of words found, best first, those under least left out."""
    scored = [(found_share(words, piece.text), piece) for piece in source]
    return sorted((pair for pair in scored if pair[0] >= least), key=lambda pair: -pair[0])


def sentences(text: str) -> list[tuple[int, int]]:
    """Half-open spans of what stands between full stops, semicolons and line ends, end mark included."""
    return [match.span() for match in _SENTENCE.finditer(text)]


def without_figures(text: str) -> str:
    """text of the same length with a comma for every character of a figure and its unit."""
    out = list(text)
    for figure in figures(text):
        out[figure.start : figure.end] = "，" * (figure.end - figure.start)
    return "".join(out)


def _found(word: str, low: str) -> float:
    if word in low:
        return 1.0
    if len(word) >= 4:
        pairs = [word[i : i + 2] for i in range(len(word) - 1)]
        return sum(pair in low for pair in pairs) / len(pairs)
    # 入学率 for 入学, 教师们 for 教师: the stem of a three-character word.
    return 0.5 if len(word) == 3 and (word[:2] in low or word[1:] in low) else 0.0


def _inside_figure(text: str, mark: re.Match[str]) -> bool:
    around = text[max(0, mark.start() - 1) : mark.end() + 1]
    return mark.group() in ",:：" and len(around) == 3 and around[0].isdigit() and around[2].isdigit()


def _split_lists(text: str, start: int, end: int, sentence: int) -> list[Piece]:
    """One piece, or several where figures are listed (100项…、50个…) and not given 分别."""
    whole = _piece(text, start, end, sentence)
    if whole is None:
        return []
    if len(whole.figures) < 2 or "分别" in whole.text:
        return [whole]
    cuts = [start]
    for one, two in zip(whole.figures, whole.figures[1:], strict=False):
        mark = _JOIN.search(text, start + one.end, start + two.start)
        if mark:
            cuts.append(mark.end())
    parts = [_piece(text, a, b, sentence) for a, b in zip(cuts, [*cuts[1:], end], strict=True)]
    return [part for part in parts if part is not None]


def _piece(text: str, start: int, end: int, sentence: int) -> Piece | None:
    body = text[start:end]
    return Piece(body, start, end, sentence, figures(body)) if body.strip("、 “”") else None
