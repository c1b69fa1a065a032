"""Text → search tokens: jieba words with the lexicon's names, and character bigrams. No state but jieba's own."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from typing import Any

from corpus.numerals import normalise_numerals
from corpus.text import fold

_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z0-9.%:/\-]+")
_HAN = re.compile(r"[\u3400-\u9fff]+")


@lru_cache(maxsize=1)
def segmenter() -> Any:
    """jieba's tokenizer with the lexicon's words; loaded once, quietly."""
    import jieba

    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    tokenizer.initialize()
    for name in ("words.tsv", "agencies.tsv"):
        source = files("corpus.lexicon").joinpath(name)
        if not source.is_file():
            continue
        for line in source.read_text(encoding="utf-8").splitlines():
            if line.strip() and not line.startswith("#"):
                word = line.split("\t")[0].strip()
                if _HAN.fullmatch(word) and 2 <= len(word) <= 10:
                    tokenizer.add_word(word)
    return tokenizer


def learn(terms: Iterable[str]) -> None:
    """Make names of a library (quoted terms, indicators) words of the segmenter. Safe to repeat."""
    for term in terms:
        if _HAN.fullmatch(term) and 2 <= len(term) <= 8:
            segmenter().add_word(term)


@lru_cache(maxsize=1)
def stopwords() -> frozenset[str]:
    """Words that carry no topic: particles, question words, politeness (corpus/lexicon/stopwords.txt)."""
    text = files("corpus.lexicon").joinpath("stopwords.txt").read_text(encoding="utf-8")
    return frozenset(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


def comparable(text: str) -> str:
    """Text as compared: one width, one numeral system, no white space, lower case."""
    return fold(normalise_numerals(text))


def words(text: str) -> list[str]:
    """Search tokens of text: overlapping jieba words of two characters or more, Latin words and numbers;
    stop words left out."""
    return words_of(comparable(text))


def words_of(folded: str) -> list[str]:
    """The same of a text that is comparable() already."""
    stop = stopwords()
    result: list[str] = []
    for run in _RUN.findall(folded):
        if not _HAN.match(run):
            result.append(run.strip(".-:/") or run)
            continue
        for token in segmenter().cut_for_search(run):
            if token not in stop and (len(token) > 1):
                result.append(token)
    return result


def content_words(text: str) -> list[str]:
    """The plain (not overlapping) content words of text, in order; single characters kept when they stand
    alone between others and are no stop words."""
    stop = stopwords()
    result: list[str] = []
    for run in _RUN.findall(comparable(text)):
        tokens = segmenter().cut(run) if _HAN.match(run) else [run.strip(".-:/") or run]
        result.extend(token for token in tokens if token not in stop)
    return result


def bigrams(text: str) -> list[str]:
    """Character bigrams of the Chinese runs of text, for words jieba does not know."""
    return bigrams_of(comparable(text))


def bigrams_of(folded: str) -> list[str]:
    """The same of a text that is comparable() already."""
    return [run[i : i + 2] for run in _HAN.findall(folded) for i in range(len(run) - 1)]
