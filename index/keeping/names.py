"""Names of files that come from elsewhere, made safe for a folder of ours. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from pathlib import PurePosixPath

from corpus.readers import supported_suffixes
from corpus.text import INVISIBLE
from errors import SourceError

_BYTES_MAX = 180  # of a name; most file systems take 255, and .meta.json comes behind it
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"|?*\ud800-\udfff]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)|(?:sources|readme)", re.IGNORECASE)  # Windows; not documents to the build


def safe_name(name: str) -> str:
    """The last part of a path as the name of a file in our own folder: no folders, no controls, a suffix that is read.

    Raises SourceError when the suffix is none that is read.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    last = _UNSAFE.sub("_", INVISIBLE.sub("", last)).strip(" .")
    suffix = PurePosixPath(last).suffix.lower()
    if suffix not in supported_suffixes():
        macro = "（带宏的 Word）" if suffix in (".docm", ".dotm") else ""
        kinds = "、".join(supported_suffixes())
        raise SourceError(f"还不能读取 {suffix[:20] or '没有后缀的'} 文件{macro}", last[:80], f"请另存为 {kinds} 之一。")
    stem = last[: -len(suffix)].strip(" .") or "文件"
    if _RESERVED.match(stem):
        stem = f"文件 {stem}"
    while len(f"{stem}{suffix}".encode()) > _BYTES_MAX:
        stem = stem[:-1]
    return f"{stem.strip()}{suffix}"


def free_name(name: str, taken: Collection[str]) -> str:
    """name, or name (2), name (3)… where it is taken, however it is written."""
    used = {other.casefold() for other in taken}
    path, number, free = PurePosixPath(name), 1, name
    while free.casefold() in used:
        number += 1
        free = f"{path.stem} ({number}){path.suffix}"
    return free
