"""The sides of a comparison: the answer's own sentences and cited table rows, by the document they stand on. Pure; no HTML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ui.turns import Source, Turn

MARKS = re.compile(r"((?:\[\d+\])+)")
_MOST = 4  # sides that can stand beside each other
_LEAD = re.compile(r"^《[^》]*》：")  # the document's name, which heads the side


@dataclass(frozen=True)
class Side:
    """One document's part. first: its first citation; sentences: each with what it stands on, as the answer has them."""

    first: Source
    sentences: tuple[tuple[str, tuple[Source, ...]], ...]

    @property
    def rows(self) -> tuple[Source, ...]:
        """The cited table rows, each once."""
        return tuple(dict.fromkeys(source for _, sources in self.sentences for source in sources if source.values))


def sides_of(turn: Turn) -> tuple[Side, ...]:
    """The sides, at least two; () where the answer compares nothing or a sentence stands on several documents at once."""
    if not turn.compares or turn.refused:
        return ()
    found: dict[str, list[tuple[str, tuple[Source, ...]]]] = {}
    for words, sources in sentences_of(turn.text, turn.sources):
        if not sources:
            continue  # what the documents do not say is said in the text
        if len({source.document for source in sources}) > 1:
            return ()
        found.setdefault(sources[0].document, []).append((_LEAD.sub("", words), sources))
    if not 2 <= len(found) <= _MOST:
        return ()
    return tuple(Side(sentences[0][1][0], tuple(sentences)) for sentences in found.values())


def sentences_of(text: str, sources: Sequence[Source]) -> list[tuple[str, tuple[Source, ...]]]:
    """An answer's text taken apart at its marks: each piece with the sources that its marks name."""
    known = {source.label: source for source in sources}
    pieces = MARKS.split(text)
    found = []
    for words, marks in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
        bare = words.strip().lstrip("；，、")
        if bare.strip("。"):
            found.append((bare, tuple(known[int(label)] for label in re.findall(r"\d+", marks) if int(label) in known)))
    return found
