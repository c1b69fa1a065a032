"""The lexicon of wordings (corpus/lexicon/synonyms*.tsv) ready for look-up, and typo correction by sound.

Correction: a stretch of the question that the corpus never writes, but that sounds like one it does write
(same pinyin without tones), is taken for a homophone typo. Method: pypinyin readings of all character
n-grams of the corpus. Entries serve any education plan; administrators add lines to the file.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files

from index.tokens import comparable, segmenter, stopwords

_HAN = re.compile(r"[\u4e00-\u9fff]+")
_QUOTED = re.compile(r"[“\"「『《]([\u4e00-\u9fff]{2,10})[”\"」』》]")
_COMMON = 60  # occurrences in jieba's dictionary from which a word is everybody's


@lru_cache(maxsize=1)
def synonyms() -> dict[str, tuple[str, ...]]:
    """Wording → the wordings documents use for it, from all synonyms*.tsv; a wording given twice has both."""
    table: dict[str, tuple[str, ...]] = {}
    sources = sorted((f for f in files("corpus.lexicon").iterdir() if f.name.startswith("synonyms") and f.name.endswith(".tsv")), key=lambda f: f.name)
    for source in sources:
        for line in source.read_text(encoding="utf-8").splitlines():
            if line.strip() and not line.startswith("#") and "\t" in line:
                said, written = line.split("\t")[:2]
                key = comparable(said)
                table[key] = tuple(dict.fromkeys((*table.get(key, ()), *(comparable(word) for word in written.split()))))
    return table


def expand(text: str, words: Iterable[str]) -> list[tuple[str, ...]]:
    """Content words of a comparable text, each with the wordings that may stand for it, the word first.

    Entries of several words found in the text come as a group of their own.
    """
    table = synonyms()
    groups: list[tuple[str, ...]] = []
    covered: set[str] = set()
    for said in sorted((s for s in table if len(s) >= 2 and s in text), key=len, reverse=True):
        if any(said in longer for longer in covered):
            continue
        covered.add(said)
        groups.append(tuple(dict.fromkeys((said, *table[said]))))
    for word in dict.fromkeys(words):
        if any(word in said for said in covered):
            continue
        groups.append(tuple(dict.fromkeys((word, *table.get(word, ())))))
    return groups


@lru_cache(maxsize=200_000)
def _sound(char: str) -> str:
    from pypinyin import Style, lazy_pinyin

    return lazy_pinyin(char, style=Style.NORMAL)[0]


def pinyin(text: str) -> tuple[str, ...]:
    """Toneless syllables of a Chinese text, one for each character."""
    return tuple(_sound(char) for char in text)


class Speller:
    """Finds homophone typos against one corpus. texts: everything the documents say."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._written: dict[str, int] = defaultdict(int)
        for text in texts:
            for run in _HAN.findall(text):
                for size in (2, 3, 4):
                    for i in range(len(run) - size + 1):
                        self._written[run[i : i + size]] += 1
        self._by_sound: dict[tuple[str, ...], list[str]] | None = None

    def _sounds(self) -> dict[tuple[str, ...], list[str]]:
        if self._by_sound is None:
            table: dict[tuple[str, ...], list[str]] = defaultdict(list)
            for gram, count in self._written.items():
                if len(gram) >= 3 or count >= 3:
                    table[pinyin(gram)].append(gram)
            self._by_sound = table
        return self._by_sound

    def corrections(self, text: str) -> list[tuple[str, str]]:
        """(as typed, as the documents write it) for each likely typo of text, no overlaps."""
        found: list[tuple[str, str]] = []
        taken: set[int] = set()
        for match in _QUOTED.finditer(text):
            # What stands in quotation marks is a name; a name that only sounds right is misspelt.
            name = match.group(1)
            if 3 <= len(name) <= 4 and name not in self._written and (better := self._better(name)):
                found.append((name, better))
                taken |= set(range(match.start(1), match.end(1)))
        for match in _HAN.finditer(text):
            run, base = match.group(), match.start()
            words = self._words_at(run)
            for size in (4, 3):
                for i in range(len(run) - size + 1):
                    gram = run[i : i + size]
                    span = set(range(base + i, base + i + size))
                    if span & taken or gram in self._written:
                        continue
                    better = self._better(gram)
                    if not better:
                        continue
                    changed = [k for k in range(size) if gram[k] != better[k]]
                    # A character of a known word is no typo, whatever it sounds like; and what it is changed to
                    # must make a word of the documents.
                    if not any(self._known(words[i + k]) for k in changed) and self._sits(run, i, better, changed):
                        found.append((gram, better))
                        taken |= span
        return found

    def _words_at(self, run: str) -> list[str]:
        """For each character of run, the word it is part of."""
        words: list[str] = []
        for token in segmenter().cut(run):
            words.extend([token] * len(token))
        return words

    def _known(self, word: str) -> bool:
        """Whether a word of two characters or more needs no correction: the documents write it, or everybody does, or it
        is too long a word of the dictionary to have come about by a slip (联系电话)."""
        frequency = segmenter().FREQ.get(word) or 0
        return len(word) > 1 and (word in self._written or len(word) > 4 or word in synonyms() or frequency >= (_COMMON if len(word) < 3 else 1))

    def _sits(self, run: str, i: int, better: str, changed: list[int]) -> bool:
        """Whether each changed character falls inside a word of the documents once better stands in place."""
        words = self._words_at(run[:i] + better + run[i + len(better) :])
        return all(len(words[i + k]) > 1 and (words[i + k] in self._written or len(words[i + k]) > 4) for k in changed)

    def _better(self, gram: str) -> str | None:
        """The corpus's writing of gram, when it differs in few characters and gram is no word of its own."""
        if gram[0] in stopwords() or gram[-1] in stopwords():
            return None
        if len(gram) == 2 and segmenter().FREQ.get(gram):
            return None
        candidates = [
            (sum(a != b for a, b in zip(gram, other, strict=True)), -self._written[other], other)
            for other in self._sounds().get(pinyin(gram), ()) if other != gram
        ]
        if not candidates:
            return None
        different, _, other = min(candidates)
        # A typo changes one character, seldom two; more is another word that happens to sound alike.
        return other if different <= (1 if len(gram) <= 3 else 2) else None
