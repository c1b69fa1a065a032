"""Pages → Lines: running heads, dotted contents lines, empty lines out; offsets kept, the right margin learnt."""

from __future__ import annotations

import re
from collections import Counter

from corpus.markers import is_content
from corpus.readers.text import PAGE_NUMBER
from corpus.schema import Line, MappedText, Page
from corpus.text import display_width, strip

_CONTENTS = re.compile(
    r"(?:\.\s?){5,}\s*\d{1,4}$|(?:…\s?){2,}\s*\d{1,4}$|(?:·\s?){5,}\s*\d{1,4}$"
)  # a table of contents
_INDENT = re.compile(r"^(?:\u3000{2}| {4})\S")
_DIGITS = re.compile(r"\d+")
_HEAD_ZONE = 3  # running heads stand among the first or last three non-empty lines of a page
_MARGIN_SLACK = 7  # columns a full line may stop short of the margin (a word or a figure that did not fit)


def to_lines(pages: list[Page]) -> list[Line]:
    """The cleaned lines of a document's pages, in order.

    Pages with hints come from a format that knows its paragraphs: there "+" alone says that a line goes on.
    """
    heads = _running_heads([page for page in pages if not page.hints])
    rows: list[tuple[MappedText, int | None, bool, str, bool]] = []
    drawn: set[int] = set()  # rows whose indent is printed
    for page in pages:
        first = True
        filled = [i for i, line in enumerate(page.lines) if line.strip()]
        zone = set(filled[:_HEAD_ZONE]) | set(filled[-_HEAD_ZONE:])
        for index in filled:
            raw = page.lines[index]
            if (
                PAGE_NUMBER.match(raw)
                or _CONTENTS.search(raw.rstrip()[-40:])
                or (not page.hints and index in zone and not is_content(raw.strip()) and _DIGITS.sub("#", raw.strip()) in heads)
            ):
                continue
            start = page.starts[index]
            hint = page.hints[index] if page.hints else ""
            mapped = MappedText(raw, tuple(range(start, start + len(raw))))
            mapped = mapped if hint == "row" else strip(mapped)  # an empty first cell counts
            if _INDENT.match(raw):
                drawn.add(len(rows))
            rows.append((mapped, page.number, first and page is not pages[0], hint, bool(page.hints)))
            first = False
    # A page that only finishes the previous page's line still starts a page, but no paragraph.
    texts = [row[0].text for row in rows if not row[4]]
    margin = _margin(texts)
    first_widths = _indented_widths(texts, margin)
    # An indent on nearly every line is a margin, not the start of a paragraph.
    drawn = drawn if len(drawn) <= 0.7 * len(rows) else set()
    lines: list[Line] = []
    for k, (mapped, number, top, hint, hinted) in enumerate(rows):
        width = display_width(mapped.text)
        goes_on = k + 1 < len(rows) and rows[k + 1][3] == "+"
        full = goes_on if hinted else width >= margin - _MARGIN_SLACK
        indented = not hinted and (width in first_widths or k in drawn)
        lines.append(Line(mapped, number, full, top, "" if hint in ("p", "+") else hint, indented))
    return lines


def _indented_widths(texts: list[str], margin: int) -> frozenset[int]:
    """Widths of full lines that a two-character indent made shorter; empty when the text shows no such lines.

    An export that drops indents leaves the first line of each paragraph four columns short of the margin:
    a second peak in the widths.
    """
    widths = Counter(display_width(text) for text in texts)
    peak = widths.get(margin - 4, 0)
    if margin >= 10**6 or peak < 5 or peak < 2 * max(widths.get(margin - 3, 0), 1):
        return frozenset()
    return frozenset({margin - 5, margin - 4})


def _running_heads(pages: list[Page]) -> set[str]:
    """Lines (digits folded to #) that stand at the edge of three or more pages, or beside a page number."""
    seen: Counter[str] = Counter()
    beside: Counter[str] = Counter()
    for page in pages:
        filled = [i for i, line in enumerate(page.lines) if line.strip()]
        edge = {*filled[:_HEAD_ZONE], *filled[-_HEAD_ZONE:]}
        numbered = any(PAGE_NUMBER.match(page.lines[i]) for i in edge)
        for key in {_DIGITS.sub("#", text) for i in edge if not is_content(text := page.lines[i].strip())}:
            seen[key] += 1
            if numbered:
                beside[key] += 1
    return {key for key, count in beside.items() if count >= 2 and count == seen[key]} | {
        key for key, count in seen.items() if count >= 3 and count > len(pages) * 0.5
    }


def _margin(texts: list[str]) -> int:
    """The column most long lines end at; 10**6 when lines are whole paragraphs and nothing wraps."""
    widths = Counter(display_width(text) for text in texts if len(text) > 12)
    if not widths:
        return 10**6
    longest = max(widths)
    # In wrapped text a few neighbouring widths hold most lines and nothing is much longer.
    best, _ = max(widths.items(), key=lambda item: sum(widths.get(item[0] + d, 0) for d in range(-4, 3)))
    mass = sum(widths.get(best + d, 0) for d in range(-4, 3))
    if mass >= 0.4 * sum(widths.values()) and longest <= best * 1.5 and sum(widths.values()) >= 8:
        return best
    return 10**6
