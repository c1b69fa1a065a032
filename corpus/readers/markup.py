"""HTML text → tags and the text between them, handed on in order. Builds no tree, knows no element but raw text.

One pass without backtracking: malformed markup costs no more than its length (the standard library's parser takes
quadratic time there).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Protocol

# Every part stops at the next "<", so a scan never runs over the same text twice.
_TOKEN = re.compile(
    r"""<!--|<!\[CDATA\[|<(?P<end>/?)(?P<tag>[A-Za-z][A-Za-z0-9:-]*)(?P<rest>(?:[^<>"']|"[^"<]*"|'[^'<]*')*)>"""
    r"""|<(?P<end2>/?)(?P<tag2>[A-Za-z][A-Za-z0-9:-]*)(?P<rest2>[^<>]*)>|<[!?/][^<>]*>"""
)
_NUMBER = re.compile(r"\b(start|value|rowspan|colspan)\s*=\s*[\"']?\s*(\d{1,11})\b", re.IGNORECASE)
_RAW = {tag: re.compile(rf"</{tag}\b[^<>]*>", re.IGNORECASE) for tag in ("script", "style")}


class Handler(Protocol):
    """What is told of a page's markup."""

    def start(self, tag: str, values: dict[str, str]) -> None:
        """An opening tag, lower case, with its numeric attributes."""

    def end(self, tag: str) -> None:
        """A closing tag, lower case."""

    def data(self, data: str) -> None:
        """Text between tags, entities decoded."""


def scan(text: str, handler: Handler) -> None:
    """Hands the tags and the text between them to the handler, in order."""
    at = 0
    ends = {"<!--": True, "<![CDATA[": True}  # whether an end of these may still come
    while at < len(text):
        token = _TOKEN.search(text, at)
        if token is None:
            break
        handler.data(unescape(text[at : token.start()]))
        at = token.end()
        opener = token.group()
        if opener in ends:
            at = _skip_section(text, at, opener, ends, handler.data)
            continue
        tag = (token.group("tag") or token.group("tag2") or "").lower()
        if not tag:
            continue
        if token.group("end") or token.group("end2"):
            handler.end(tag)
            continue
        rest = token.group("rest") if token.group("tag") else token.group("rest2")
        if tag in _RAW:
            close = _RAW[tag].search(text, at)
            at = close.end() if close else len(text)
        elif not (rest or "").rstrip().endswith("/"):
            handler.start(tag, {m.group(1).lower(): m.group(2) for m in _NUMBER.finditer(rest or "")})
        else:
            handler.start(tag, {})
            handler.end(tag)
    handler.data(unescape(text[at:]))


def _skip_section(text: str, at: int, opener: str, ends: dict[str, bool], data: Callable[[str], None]) -> int:
    """Where a comment (dropped) or a CDATA section (its text kept) ends; an unclosed one ends at once, so that
    nothing after it is lost."""
    closer = "-->" if opener == "<!--" else "]]>"
    end = text.find(closer, at) if ends[opener] else -1
    if end < 0:
        ends[opener] = False
        return at
    if closer == "]]>":
        data(text[at:end])
    return end + 3
