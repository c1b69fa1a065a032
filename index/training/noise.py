"""Questions made worse on purpose: homophone typos, dialect words, dropped characters, as people type them."""

from __future__ import annotations

import random
from collections.abc import Iterable

DIALECT = (
    ("什么时候", "好久"),
    ("什么", "啥子"),
    ("多少", "好多"),
    ("怎么", "咋个"),
    ("怎样", "咋样"),
    ("哪里", "哪点"),
    ("为什么", "为啥子"),
    ("孩子", "娃儿"),
    ("学生", "娃儿"),
    ("谁", "哪个"),
    ("是否", "是不是"),
    ("什么", "啥"),
)
OPENINGS = ("请问", "想问一下，", "我想知道", "帮我查一下", "领导要，", "那个，")
ENDINGS = ("啊", "呢", "嘛", "哦", "？谢谢")


class Noise:
    """Applies each kind of damage with its own probability; one random source, so runs repeat."""

    def __init__(self, texts: Iterable[str], seed: int = 0) -> None:
        self._random = random.Random(seed)
        self._homophones = _homophones("".join(texts))

    def apply(self, question: str) -> str:
        """The question, most often unchanged."""
        draw = self._random.random
        if draw() < 0.15:
            for plain, spoken in DIALECT:
                if plain in question and draw() < 0.7:
                    question = question.replace(plain, spoken)
        if draw() < 0.12:
            question = self._misspell(question)
        if draw() < 0.06:
            question = self._drop(question)
        if draw() < 0.08:
            question = self._random.choice(OPENINGS) + question
        if draw() < 0.08:
            question = question.rstrip("？?") + self._random.choice(ENDINGS)
        return question.rstrip("？?。") if draw() < 0.2 else question

    def _misspell(self, question: str) -> str:
        places = [i for i, c in enumerate(question) if len(self._homophones.get(c, "")) > 1]
        if not places:
            return question
        at = self._random.choice(places)
        return question[:at] + self._random.choice(self._homophones[question[at]]) + question[at + 1 :]

    def _drop(self, question: str) -> str:
        if len(question) < 8:
            return question
        at = self._random.randrange(len(question))
        return question[:at] + question[at + 1 :]


def _homophones(text: str) -> dict[str, str]:
    """Character → the common characters sounding alike, tones ignored."""
    from pypinyin import lazy_pinyin

    sounds: dict[str, list[str]] = {}
    characters = sorted({c for c in text if "一" <= c <= "鿿"})
    for character in characters:
        sounds.setdefault(lazy_pinyin(character)[0], []).append(character)
    return {c: "".join(o for o in group if o != c) for group in sounds.values() for c in group}
