"""What a code of digits (“158N”) stands for: the sentences of a clause that count off its digits one after the other.

Plans number their own structure and name it after the numbers: one goal, five positions, eight actions, N projects.
Asked what a code means, the answer is where the clause counts those things, not where it only writes the code. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.schema import Query
from assistant.spans import LABEL, Span
from corpus.schema import Clause
from corpus.text import sentence_spans
from index.passages import quotable_end
from index.schema import PassageHit

_CODE = re.compile(r"[“\"「『‘]\s*(?P<code>\d{2,6}[A-Z]?|\d{1,5}[A-Z])\s*[”\"」』’]")
_YEAR = re.compile(r"(?:19|20)\d{2}")
_ASKS = re.compile(r"指|代表|意思|含义|拆|理解|解释|是(?:什么|啥)|构成|组成|包括|包含")
_ASKS_ELSE = re.compile(r"牵头|负责|配合|部门|单位|什么时候|哪一?年|何时")
_COUNTED = "[个项大类条种支套级步批张座]"
_CHINESE = dict(zip("123456789", "一二三四五六七八九", strict=True))
_ONE = "总目标|总体目标|总抓手"  # what stands first in such a code is often not counted but called the whole
_LONGEST = 320  # characters quoted
_PIECE = re.compile(r"[^，；]+[，；]?")
_RUN = 3  # sentences in a row


def explained(query: Query, hits: Sequence[PassageHit]) -> tuple[PassageHit, Span] | None:
    """The hit and the span of its clause that counts off the digits of the code asked about; None where there is no such
    code, or no clause among the hits counts at least all but one of its digits."""
    found = _CODE.search(query.text)
    if not found or _YEAR.fullmatch(found["code"]) or not _ASKS.search(query.text) or _ASKS_ELSE.search(query.text):
        return None
    code = found["code"]
    patterns = [_pattern(character) for character in code]
    best: tuple[tuple[int, int], PassageHit, Span] | None = None
    seen: set[str] = set()
    for hit in hits:
        if hit.clause.clause_id in seen or code not in hit.clause.text:
            continue
        seen.add(hit.clause.clause_id)
        span, counted = _counted(hit.clause, patterns)
        # The more digits the better, then the shorter; the first hit of equals.
        rank = (counted, -(span.end - span.start))
        if counted >= max(2, len(code) - 1) and (best is None or rank > best[0]):
            best = (rank, hit, span)
    return None if best is None else (best[1], best[2])


def _pattern(character: str) -> re.Pattern[str]:
    said = "二两" if character == "2" else _CHINESE.get(character, "")
    written = f"(?<![\\d十百千万{''.join(_CHINESE.values())}])[{character}{said}]\\s?{_COUNTED}"
    return re.compile(f"{written}|{_ONE}" if character == "1" else written)


def _counted(clause: Clause, patterns: Sequence[re.Pattern[str]]) -> tuple[Span, int]:
    """The run of sentences, or of pieces of one sentence, that counts most of the digits in order, and how many.

    Sentences before pieces of them, the shorter of equals.
    """
    best = (0, 0, 0, Span(0, 0, ""))
    sentences = sentence_spans(clause.text[: quotable_end(clause)])
    pieces = [(a + m.start(), a + m.end()) for a, b in sentences for m in _PIECE.finditer(clause.text[a:b])]
    for whole, units in ((1, sentences), (0, pieces)):
        for first in range(len(units)):
            for last in range(first, min(first + (_RUN if whole else len(units)), len(units))):
                start, end = units[first][0], units[last][1]
                if end - start > _LONGEST:
                    break
                label = LABEL.match(clause.text[start:end])
                start += label.end() if label and first == 0 else 0
                words = clause.text[start:end].rstrip("，；")
                rank = (_in_order(words, patterns), whole, -(end - start))
                if rank > best[:3]:
                    best = (*rank, Span(start, start + len(words), re.sub(r"\s*\n\s*", "", words).strip()))
    return best[3], best[0]


def _in_order(text: str, patterns: Sequence[re.Pattern[str]]) -> int:
    """How many of the patterns are found one after the other; one that is not found is skipped."""
    at = count = 0
    for pattern in patterns:
        found = pattern.search(text, at)
        if found:
            at, count = found.end(), count + 1
    return count
