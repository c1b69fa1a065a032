"""Small text operations that keep offsets: widths, cleaning, folding. Pure functions, no files."""

from __future__ import annotations

import re
import unicodedata

from corpus.schema import MappedText

TERMINAL = "。！？；：…!?"
# A note mark whose place the format itself states stands between these two private-use characters.
MARK_OPEN, MARK_CLOSE = "\ue000", "\ue001"
MARK = re.compile(f"{MARK_OPEN}(\\d{{1,3}}){MARK_CLOSE}")
_ARTICLE_LABEL = re.compile(
    r"(?:^|\n)第[零〇一二三四五六七八九十百千两\d]{1,9}(?:分[编編]|[编編章节節条條])(?:之[一二三四五六七八九十]{1,3})?$"
)
CLOSERS = "”’』」）)》】]"
_ASCII_WORD = re.compile(r"[A-Za-z0-9]")
# Characters without a look of their own: zero width, direction, soft hyphen, variation, tags, fillers, annotation.
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_FORGED = str.maketrans({MARK_OPEN: "\ufffd", MARK_CLOSE: "\ufffd"})


def unforged(text: str) -> str:
    """text as a file has it, with the characters that only readers may set (note marks) replaced one for one."""
    return text.translate(_FORGED)


def display_width(text: str) -> int:
    """Columns of text on a terminal: 2 for wide and ambiguous-wide characters, else 1."""
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def ends_sentence(text: str) -> bool:
    """Whether text ends with a sentence mark, closing quotes and brackets apart."""
    bare = MARK.sub("", text[-64:]).rstrip()
    while bare and bare[-1] in CLOSERS:
        bare = bare[:-1]
    return bool(bare) and bare[-1] in TERMINAL


def strip(text: MappedText) -> MappedText:
    """Leading and trailing white space removed."""
    left = len(text.text) - len(text.text.lstrip())
    right = len(text.text.rstrip())
    return text.slice(left, max(left, right))


def clean(text: MappedText, *, keep_spaces: bool = False) -> MappedText:
    """White space that only a layout made is removed; invisible and direction marks too.

    A run of spaces stays as one space where it parts two Latin words or numbers, after the number of an
    article or chapter (第三条 …), and everywhere when keep_spaces is true (table rows). Newlines stay.
    """
    chars: list[str] = []
    offsets: list[int] = []
    source, n = text.text, len(text.text)
    i = 0
    while i < n:
        char = source[i]
        if INVISIBLE.match(char) or (unicodedata.category(char) == "Cc" and char not in "\n\t "):
            i += 1
            continue
        if char != "\n" and char.isspace():
            j = i
            while j < n and source[j] != "\n" and source[j].isspace():
                j += 1
            before = chars[-1] if chars else ""
            after = source[j] if j < n else ""
            latin = bool(_ASCII_WORD.match(before or " ") and _ASCII_WORD.match(after or " "))
            # "2027 年" is layout; "Web of Science" and "40 000" are not.
            labelled = (
                bool(before)
                and before in "编編章节節条條一二三四五六七八九十"
                and _ARTICLE_LABEL.search("".join(chars[-18:])) is not None
            )
            if before and after and before != "\n" and after != "\n" and (keep_spaces or latin or labelled):
                chars.append(" ")
                offsets.append(text.offsets[i])
            i = j
            continue
        chars.append(char)
        offsets.append(text.offsets[i])
        i += 1
    return MappedText("".join(chars), tuple(offsets))


def fold(text: str) -> str:
    """Text for comparison: NFKC, lower case, no white space, one kind of dash, colon and quote."""
    folded = unicodedata.normalize("NFKC", text).lower()
    folded = re.sub(r"\s+", "", folded)
    folded = re.sub(r"[—–―─‐‑−]+", "-", folded)
    folded = folded.replace("∶", ":").replace("“", '"').replace("”", '"').replace("‘", "'").replace("’", "'")
    return folded.replace("〈", "<").replace("〉", ">")


_SENTENCE_END = re.compile(r"[。！？!?]+[”’』」）)》]*|\n+")


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Half-open spans of the sentences of text, end marks included, newlines excluded.

    A mark inside brackets or quotes does not end a sentence unless the quote closes right after it.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        end = match.start() if match.group().startswith("\n") else match.end()
        if text[start:end].strip():
            spans.append((start, end))
        start = match.end()
    if text[start:].strip():
        spans.append((start, len(text)))
    return [_trim(text, a, b) for a, b in spans]


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
