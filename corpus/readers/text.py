"""Plain text → Pages. Decodes UTF-8, UTF-16 and GB18030; finds page breaks the text itself shows.

Page breaks: a form feed, a running head that carries a page number, and, in texts exported from a
layout, the single blank that stands before each page's first line. The last is believed only when it
agrees with the printed page numbers everywhere they survive.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from corpus.schema import Page
from corpus.text import unforged
from errors import SourceError

PAGE_NUMBER = re.compile(
    r"^\s*(?:第\s*(\d{1,4})\s*页(?:\s*[,，/]?\s*共\s*\d{1,4}\s*页)?|[-—–]\s*(\d{1,4})\s*[-—–])\s*$"
)
_MAX_CHARACTERS = 50_000_000


def decode(data: bytes, where: str) -> str:
    """Bytes → text. Raises SourceError when they are not text in a known encoding."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif data.startswith(b"\xef\xbb\xbf"):
        encodings = ["utf-8-sig"]
    else:
        encodings = ["utf-8", "gb18030"]
    sample = data[:65536]
    binary = sum(1 for b in sample if b < 9 or 13 < b < 32)
    if encodings != ["utf-16"] and (b"\x00" in sample or binary > len(sample) // 50):
        raise SourceError("这不是文本文件（内容是二进制）", where, "请提供 txt、md、html、docx 或带文字层的 PDF。")
    for encoding in encodings:
        try:
            return unforged(data.decode(encoding))
        except UnicodeDecodeError as error:
            if encoding == "utf-8" and error.end >= len(data) - 3 and error.start > max(0, len(data) - 4):
                raise SourceError(
                    "文件在一个字的中间断开，像是没有下载完整", f"{where}，第 {error.start} 字节", "请重新下载后再试。"
                ) from error
            # Another encoding does not look like UTF-8 for long: this is UTF-8 with a torn place.
            if encoding == "utf-8" and sum(1 for b in data[: error.start] if b >= 0xE0) >= 20:
                raise SourceError(
                    "文件中间有损坏的字", f"{where}，第 {error.start} 字节", "请重新下载或另存为 UTF-8 后再试。"
                ) from error
    raise SourceError("认不出文件的编码", where, "请用文本编辑器另存为 UTF-8 编码后再试。")


def read(path: Path) -> list[Page]:
    """The pages of a text file; see the module for how breaks are found. Raises SourceError."""
    text = decode(path.read_bytes(), str(path))
    if not text.strip():
        raise SourceError("文件里没有文字", str(path), "请检查文件内容。")
    if len(text) > _MAX_CHARACTERS:
        raise SourceError(f"文件太大（{len(text)} 字）", str(path), f"请拆成每份不超过 {_MAX_CHARACTERS} 字。")
    return split_pages(text)


def split_pages(text: str) -> list[Page]:
    """Text → pages. Page.number is None where nothing in the text tells it."""
    lines: list[str] = []
    starts: list[int] = []
    position = 0
    for raw in text.splitlines(keepends=True):
        body = raw.rstrip("\r\n\v\x1c\x1d\x1e\x85\u2028\u2029")
        lines.append(body)
        starts.append(position)
        position += len(raw)
    breaks = _breaks(lines)
    numbers = _numbers(lines, breaks)
    pages = []
    for index, first in enumerate(breaks):
        last = breaks[index + 1] if index + 1 < len(breaks) else len(lines)
        body = tuple(line.replace("\f", "") for line in lines[first:last])
        shift = tuple(
            s + len(line) - len(line.lstrip("\f"))
            for s, line in zip(starts[first:last], lines[first:last], strict=True)
        )
        pages.append(Page(numbers[index], body, shift))
    return pages


def _breaks(lines: list[str]) -> list[int]:
    feeds = [i for i, line in enumerate(lines) if line.startswith("\f")]
    if feeds:
        return sorted({0, *feeds})
    heads = [i for i, line in enumerate(lines) if PAGE_NUMBER.match(line)]
    blanks = [i for i, line in enumerate(lines) if re.match(r"^ \S", line)]
    counts = Counter(line.strip() for line in lines) if heads else Counter()
    starts = {0, *(_head_start(lines, i, counts) for i in heads)}
    return sorted({*starts, *blanks} if _blank_breaks_agree(lines, heads, blanks) else starts)


def _head_start(lines: list[str], number_line: int, counts: Counter[str]) -> int:
    """First line of the running head whose page-number line is given: the non-empty lines right above it
    that recur elsewhere (counts: stripped line → how often) belong to it."""
    first = number_line
    for above in range(number_line - 1, max(-1, number_line - 4), -1):
        stripped = lines[above].strip()
        if not stripped:
            continue
        if counts[stripped] < 2:
            break
        first = above
    return first


def _blank_breaks_agree(lines: list[str], heads: list[int], blanks: list[int]) -> bool:
    """Whether counting blank-led lines and heads gives every head its printed number (two heads at least)."""
    if len(heads) < 2 or not blanks:
        return False
    page = 0 if blanks[0] == 0 else 1
    checked = 0
    for index in sorted({*heads, *blanks}):
        page += 1
        match = PAGE_NUMBER.match(lines[index])
        if match:
            if int(match.group(1) or match.group(2)) != page:
                return False
            checked += 1
    return checked >= 2


def _numbers(lines: list[str], breaks: list[int]) -> list[int | None]:
    """Printed numbers where a page shows one; between two of them counted when the count fits, else None."""
    known: list[int | None] = []
    for index, first in enumerate(breaks):
        last = breaks[index + 1] if index + 1 < len(breaks) else len(lines)
        match = next((m for line in lines[first:last] if (m := PAGE_NUMBER.match(line))), None)
        known.append(int(match.group(1) or match.group(2)) if match else None)
    anchors = [(i, n) for i, n in enumerate(known) if n is not None]
    if not anchors:
        return list(range(1, len(breaks) + 1)) if len(breaks) > 1 else [None]
    consistent = len({n - i for i, n in anchors}) == 1
    if consistent and len(anchors) > 1:
        shift = anchors[0][1] - anchors[0][0]
        return [i + shift if i + shift > 0 else None for i in range(len(breaks))]
    return known
