"""What a file holds that is not read, and characters that mislead the eye: said once for each file, never acted upon.

Scripts, macros, embedded files and outside templates are neither run nor opened; invisible characters are taken out
(corpus.text.clean); look-alike characters stay as printed, because a quote must match its source.
"""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from corpus.readers.word import DAMAGED
from corpus.schema import Page, Problem
from corpus.text import INVISIBLE

_WHOLE_FILE = "整份文件"
_EXAMPLES = 3  # characters or words named in one notice
_PART_MAX = 20 * 2**20  # bytes of a package's part looked at
_MACROS = re.compile(r"(?:^|/)vbaProject\.bin$|(?:^|/)activeX/", re.IGNORECASE)
_EMBEDDED = re.compile(r"^word/embeddings/|(?:^|/)(?:oleObject|afchunk)[^/]*$", re.IGNORECASE)
_OUTSIDE = re.compile(rb'TargetMode\s*=\s*"External"', re.IGNORECASE)
_LINK = re.compile(rb"relationships/hyperlink", re.IGNORECASE)
_RELATION = re.compile(rb"<Relationship\b[^>]*>", re.IGNORECASE)
_HIDDEN = re.compile(rb'<w:vanish\s*/>|<w:vanish\s+w:val\s*=\s*"(?:1|true|on)"', re.IGNORECASE)
_PDF_ACTION = re.compile(rb"/S\s*/(?:JavaScript|Launch)\b")  # a shorter pattern would be met in packed data by chance
_CONCEALED = re.compile(rb"""style\s*=\s*["'][^"'<>]*(?:display\s*:\s*none|visibility\s*:\s*hidden)|<[a-z][^<>]{0,2000}?\shidden(?=[\s>=/])""", re.IGNORECASE)
_RADICAL = re.compile("[\u2e80-\u2fd5]")  # CJK and Kangxi radicals: ⼈ for 人
_WORD = re.compile(r"[^\W\d_]{2,40}")
_LETTER_FOR_DIGIT = re.compile(r"\d[OoОоΟοlI]\d")


def notices(path: Path, pages: Sequence[Page]) -> tuple[Problem, ...]:
    """All notices of one file and its pages, those of the file first. The file was read without an error before."""
    # The reader has gone by the suffix and refused contents that differ from it; looking at the contents again, and
    # otherwise than it did, takes a web page that mentions %PDF for a PDF.
    look = _BY_SUFFIX.get(path.suffix.lower())
    found = look(path) if look else ()
    return (*found, *_characters(pages))


def _package(path: Path) -> Iterator[Problem]:
    """What a Word package carries besides its text."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        if any(_MACROS.search(name) for name in names):
            yield Problem("unread", _WHOLE_FILE, "文件带有宏或控件；没有读取，也没有运行")
        embedded = sum(1 for name in names if _EMBEDDED.search(name))
        if embedded:
            yield Problem("unread", _WHOLE_FILE, f"嵌入了 {embedded} 个其他文件；没有打开，里面的文字不在资料里")
        relations = [_start(archive, name) for name in names if name.endswith(".rels")]
        outside = [tag for data in relations for tag in _RELATION.findall(data) if _OUTSIDE.search(tag) and not _LINK.search(tag)]
        if outside:
            yield Problem("unread", _WHOLE_FILE, f"引用了 {len(outside)} 处外部模板、图片或对象；没有访问")
        hidden = len(_HIDDEN.findall(_start(archive, "word/document.xml")))
        if hidden:
            yield Problem("unread", _WHOLE_FILE, f"有 {hidden} 处设为隐藏的文字；打印出来看不到，没有读入")


def _start(archive: zipfile.ZipFile, name: str) -> bytes:
    """A part's first bytes; none where it is missing or damaged, which the reader did not mind."""
    try:
        with archive.open(name) as stream:
            return stream.read(_PART_MAX)
    except (*DAMAGED, KeyError):
        return b""


def _pdf(path: Path) -> Iterator[Problem]:
    """What a PDF carries besides its pages."""
    import pypdfium2
    from pypdfium2 import raw

    document = pypdfium2.PdfDocument(path)
    try:
        scripts = raw.FPDFDoc_GetJavaScriptActionCount(document)
        attached = raw.FPDFDoc_GetAttachmentCount(document)
    finally:
        document.close()
    if scripts > 0 or _PDF_ACTION.search(path.read_bytes()):
        yield Problem("unread", _WHOLE_FILE, "PDF 带有脚本或启动程序的动作；没有运行")
    if attached > 0:
        yield Problem("unread", _WHOLE_FILE, f"PDF 里附有 {attached} 个其他文件；没有打开，里面的文字不在资料里")


def _web(path: Path) -> Iterator[Problem]:
    """What a saved web page holds that a browser does not show: whether it is, only a style sheet could tell for sure."""
    concealed = len(_CONCEALED.findall(path.read_bytes()))
    if concealed:
        yield Problem("hidden", _WHOLE_FILE, f"网页里有 {concealed} 处设为隐藏的内容，浏览器里看不到，但读进来了；请核对")


_BY_SUFFIX: dict[str, Callable[[Path], Iterator[Problem]]] = {".docx": _package, ".pdf": _pdf, ".html": _web, ".htm": _web}


def _characters(pages: Sequence[Page]) -> Iterator[Problem]:
    """Invisible and look-alike characters of the pages' text."""
    text = "\n".join(line for page in pages for line in page.lines)
    invisible = INVISIBLE.findall(text.removeprefix("\ufeff"))
    if invisible:
        yield Problem("invisible", _WHOLE_FILE, f"清除了 {len(invisible)} 个看不见的字符（{_named(invisible)}）")
    mixed = [word for word in _WORD.findall(text) if not word.isascii() and len(_scripts(word)) > 1]
    if mixed:
        yield Problem("lookalike", _WHOLE_FILE, f"有 {len(mixed)} 个词混用了形状相近的外文字母（{_listed(mixed)}）；按原样保留，检索可能找不到")
    radicals = _RADICAL.findall(text)
    if radicals:
        yield Problem("lookalike", _WHOLE_FILE, f"有 {len(radicals)} 个部首代替了汉字（{_listed(radicals)}）；按原样保留，检索可能找不到")
    digits = [char for char in set(text) if unicodedata.category(char) == "Nd" and not char.isascii() and not "０" <= char <= "９"]
    if digits:
        yield Problem("lookalike", _WHOLE_FILE, f"用了不常见的数字（{_listed(digits)}）；按原样保留，请核对")
    letters = _LETTER_FOR_DIGIT.findall(text)
    if letters:
        yield Problem("lookalike", _WHOLE_FILE, f"数字里夹着字母（{_listed(letters)}）；按原样保留，请核对")


def _scripts(word: str) -> set[str]:
    """Which of the alphabets that look alike a word mixes."""
    names = (unicodedata.name(char, "").split(" ", 1)[0] for char in word)
    return {name for name in names if name in ("LATIN", "CYRILLIC", "GREEK")}


def _named(characters: Sequence[str]) -> str:
    return "、".join(f"U+{ord(char):04X}" for char in list(dict.fromkeys(characters))[:_EXAMPLES])


def _listed(words: Sequence[str]) -> str:
    return "、".join(list(dict.fromkeys(words))[:_EXAMPLES])
