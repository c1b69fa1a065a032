"""Readers turn a file into Pages. One module per format; the registry chooses by suffix and content.

Heavy packages are imported inside the readers, so that plain text needs none of them.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from corpus.schema import Page
from errors import SourceError

# suffix → module with a function read(path) -> list[Page]
READERS: dict[str, str] = {
    ".txt": "corpus.readers.text",
    ".text": "corpus.readers.text",
    ".md": "corpus.readers.markdown",
    ".markdown": "corpus.readers.markdown",
    ".html": "corpus.readers.html",
    ".htm": "corpus.readers.html",
    ".pdf": "corpus.readers.pdf",
    ".docx": "corpus.readers.word",
}
_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", ".pdf", "PDF"),
    (b"PK\x03\x04", ".docx", "Word（docx）"),
    (b"\xd0\xcf\x11\xe0", ".doc", "旧版 Word（doc）"),
    (b"{\\rtf", ".rtf", "RTF"),
)


def supported_suffixes() -> tuple[str, ...]:
    """Suffixes that can be read, each with its dot."""
    return tuple(READERS)


def read_source(path: Path) -> list[Page]:
    """The pages of one file.

    Raises SourceError when the file is missing, empty, of a kind that is not read, or its content
    contradicts its name.
    """
    where = str(path)
    if not path.is_file():
        raise SourceError("找不到这个文件", where, "请检查路径和文件名。")
    size = path.stat().st_size
    if size == 0:
        raise SourceError("文件是空的", where, "请重新下载或另存后再试。")
    suffix = path.suffix.lower()
    try:
        with path.open("rb") as stream:
            head = stream.read(8)
    except OSError as error:
        raise SourceError("打不开这个文件", where, f"请检查权限（{error.strerror}）。") from error
    if suffix == ".pdf" and not head.startswith(b"%PDF"):
        head = _late_pdf_head(path) or head  # some writers put a few bytes before %PDF
    if suffix == ".docx" and not head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"{\\rtf")):
        raise SourceError("文件内容不是 Word（docx）", where, "文件可能已损坏，请用 Word 打开后另存为 docx 再试。")
    if suffix == ".pdf" and not any(head.startswith(magic) for magic, _, _ in _MAGIC):
        raise SourceError("文件内容不是 PDF", where, "文件可能已损坏，请重新导出或下载后再试。")
    for magic, real, name in _MAGIC:
        if head.startswith(magic) and suffix != real:
            raise SourceError(
                f"文件内容是 {name}，但后缀是 {suffix or '（无）'}",
                where,
                "请把后缀改成与内容一致，或另存为 docx、PDF 或文本。",
            )
    if suffix not in READERS:
        raise SourceError(f"还不能读取 {suffix or '没有后缀的'} 文件", where, f"请另存为 {'、'.join(READERS)} 之一。")
    return list(import_module(READERS[suffix]).read(path))


def _late_pdf_head(path: Path) -> bytes | None:
    with path.open("rb") as stream:
        start = stream.read(1024)
    return start[start.index(b"%PDF") :] if b"%PDF" in start else None


def source_text(pages: list[Page]) -> str:
    """The text that Line and Clause offsets point into, rebuilt from the pages: what stands at starts, all else blank.

    For formats with hints this is the pages' lines joined by newlines; for plain text it is the decoded file with
    line ends and form feeds as newlines.
    """
    size = max(
        (start + len(line) for page in pages for start, line in zip(page.starts, page.lines, strict=True)), default=0
    )
    text = ["\n"] * size
    for page in pages:
        for start, line in zip(page.starts, page.lines, strict=True):
            text[start : start + len(line)] = line
    return "".join(text)
