"""Where evidence quotes stand in the corpus. White space does not count; nothing else is forgiven.

Reads the source as printed, running heads out, independently of how it was cut into clauses; clauses only
say which of them a place belongs to.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.schema import Clause
from eval.schema import Case

_FOLD = str.maketrans({
    "\u2236": ":", "\u2044": "/", "\u201c": '"', "\u201d": '"', "\u2018": "'", "\u2019": "'",
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2500", "-"),
})


def squeeze(text: str) -> str:
    """text without white space, NFKC; one kind of dash, colon, slash and quotation mark."""
    return "".join(unicodedata.normalize("NFKC", text).split()).translate(_FOLD)


@dataclass(frozen=True)
class FlatCorpus:
    """A source squeezed, with each character's offset in the source. clauses: in order of source_start."""

    text: str
    offsets: tuple[int, ...]
    clauses: tuple[Clause, ...]
    titles: dict[str, str]

    def find(self, quote: str) -> list[tuple[int, int]]:
        """Half-open spans in text where quote stands."""
        wanted = squeeze(quote)
        spans = []
        start = self.text.find(wanted) if wanted else -1
        while start >= 0:
            spans.append((start, start + len(wanted)))
            start = self.text.find(wanted, start + 1)
        return spans

    def clauses_at(self, span: tuple[int, int]) -> list[Clause]:
        """The clauses that a span of text touches."""
        first, last = self.offsets[span[0]], self.offsets[span[1] - 1]
        end = bisect_right([clause.source_start for clause in self.clauses], last)
        return [clause for clause in self.clauses[:end] if clause.source_end > first]

    def place(self, doc: str, quote: str) -> tuple[int, int] | None:
        """The span of quote, in the document named doc where it stands in several; None if nowhere."""
        spans = self.find(quote)
        for span in spans:
            if any(same_title(doc, self.titles[clause.doc_id]) for clause in self.clauses_at(span)):
                return span
        return spans[0] if spans else None


def same_title(one: str, other: str) -> bool:
    """Whether two titles name one document: one begins or ends with the other, 《》 and spaces apart."""
    a, b = (squeeze(title).strip("《》") for title in (one, other))
    return bool(a) and bool(b) and (a.startswith(b) or b.startswith(a) or a.endswith(b) or b.endswith(a))


def load_corpus(paths: Sequence[Path]) -> list[FlatCorpus]:
    """Each source squeezed. Raises SourceError when one cannot be read."""
    from corpus.lines import to_lines
    from corpus.parse import parse_pages
    from corpus.readers import read_source

    made = []
    for path in paths:
        pages = read_source(path)
        text: list[str] = []
        offsets: list[int] = []
        for line in to_lines(pages):
            for char, offset in zip(line.content.text, line.content.offsets, strict=True):
                folded = squeeze(char)
                text.append(folded)
                offsets.extend([offset] * len(folded))
        parsed = parse_pages(pages, path.name)
        clauses = tuple(sorted(parsed.clauses, key=lambda clause: clause.source_start))
        titles = {document.doc_id: document.title for document in parsed.documents}
        made.append(FlatCorpus("".join(text), tuple(offsets), clauses, titles))
    return made


def locate(case: Case, corpora: Sequence[FlatCorpus]) -> list[tuple[int, tuple[int, int]] | None]:
    """For each evidence quote of case: (number of the corpus, span in it), or None when it is nowhere."""
    places: list[tuple[int, tuple[int, int]] | None] = []
    for quote in case.evidence:
        spans = ((number, corpus.place(quote.doc, quote.quote)) for number, corpus in enumerate(corpora))
        places.append(next(((number, span) for number, span in spans if span is not None), None))
    return places
