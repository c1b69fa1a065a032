"""A newsletter of plans → candidate sentences with the title and heading they stand under.

A rough reader for training only, on purpose independent of corpus/: the model must not learn the quirks of
one splitter. Runs on the printed lines: joins wrapped ones, drops running heads, reads indicator tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.training.examples import split_sentences, with_context

RUNNING = re.compile(r"^教育要闻 职教动态|^第 ?\d+ ?页 共")
SOURCE = re.compile(r"^（来源：")
PLAN_TITLE = re.compile(r"^[一-鿿]{4,14}行动方案$")
SECTION = re.compile(r"^[一二三四五六七八九十]+、(.+)$")
ITEM = re.compile(r"^(?:（[一二三四五六七八九十]+）|\d{1,2}[.．](?![\d]))\s*(.+)$")
FIELD = re.compile(r"^(牵头部门|配合部门)：")
START = re.compile(
    r"^(?:[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）|\d{1,2}[.．](?!\d)|——|问：|答：|牵头部门：|配合部门：|注：)"
)
HEADER = re.compile(r"(?:主要|具体)指标((?:\s*\d{4}\s*年)+)$")
VALUE = r"[≥≤<>＜＞]?\s?\d[\d.,，∶:—/%+]*|—"
ROW = re.compile(rf"^(.*?)\s*((?:(?:{VALUE})\s+)*(?:{VALUE}))$")
YEARS = re.compile(r"[（(]?20\d\d[—─-]+\s*20\d\d\s?年?[）)]?")
FULL_LINE = 24
LONGEST_TITLE = 34


@dataclass(frozen=True)
class Sentence:
    """One candidate. text as printed (wrapped lines joined); shown adds title, heading and a row's years."""

    title: str
    heading: str
    text: str
    shown: str


def _lines(source: str) -> list[str]:
    """Printed lines without blanks and running heads."""
    stripped = (line.strip() for line in source.splitlines())
    return [line for line in stripped if line and not RUNNING.match(line)]


def _documents(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Title and lines of each document."""
    title, body, fresh = "", [], True
    for at, line in enumerate(lines):
        following = lines[at + 1] if at + 1 < len(lines) else ""
        annex = line.startswith("附件 ") and len(line) < 6
        opens = PLAN_TITLE.match(line) and YEARS.match(following)
        if SOURCE.match(line) or annex or opens:
            if title and body:
                yield title, body
            title, body, fresh = (line, [], False) if opens else ("", [], True)
        elif fresh:
            title += line
            wrapped = len(line) >= FULL_LINE - 2 and not following.endswith("。") and len(following) < FULL_LINE
            fresh = (wrapped and len(title) < 2 * LONGEST_TITLE) and title.count("《") >= title.count("》")
        else:
            body.append(line)
    if title and body:
        yield title, body


def short_title(title: str) -> str:
    """The title as people say it: without years, issuer's phrase and outer marks."""
    inner = re.search(r"印发《([^》]+)》", title)
    return YEARS.sub("", inner[1] if inner else title).strip(" （）()")[:LONGEST_TITLE]


def _paragraphs(lines: list[str]) -> Iterator[str]:
    """Wrapped lines joined; a short line or a numbered start ends what was before."""
    held = ""
    for line in lines:
        if held and (START.match(line) or HEADER.search(line)):
            yield held
            held = ""
        held += line
        if len(line) < FULL_LINE and not FIELD.match(held):
            yield held
            held = ""
    if held:
        yield held


def _table(lines: list[str], at: int, title: str, years: list[str]) -> tuple[list[Sentence], int]:
    """Rows from line at on, and where the table ends. A short line without values names a group."""
    rows, group, label = [], "", ""
    while at < len(lines) and not SECTION.match(lines[at]) and not lines[at].endswith("。"):
        line = lines[at]
        at += 1
        if HEADER.search(line):
            continue
        found = ROW.match(line)
        values = found[2].split() if found else []
        if found and len(values) >= len(years):
            name = re.sub(r"^\d{1,2} ", "", (label + " ".join([found[1], *values[: -len(years)]])).strip())
            values = values[-len(years) :]
            cells = " ".join(f"{y} {v}" for y, v in zip(years, values, strict=True))
            printed = f"{name} {' '.join(values)}"
            rows.append(Sentence(title, group, printed, with_context(title, group, f"{name} {cells}")))
            label = ""
        elif len(line) <= 5 and not label:
            group = line
        else:
            label += line
    return rows, at


def _body(title: str, lines: list[str]) -> Iterator[Sentence]:
    section = item = ""
    for paragraph in _paragraphs(lines):
        opened, numbered = SECTION.match(paragraph), ITEM.match(paragraph)
        if opened and len(paragraph) < 50 and not paragraph.endswith("。"):
            section, item = opened[1], ""
            continue
        if opened or numbered:
            item = re.split(r"[。；：？]", (opened or numbered)[1])[0][:40]
        for sentence in [paragraph] if FIELD.match(paragraph) else split_sentences(paragraph):
            if len(sentence) >= 6:
                heading = item or section
                yield Sentence(title, heading, sentence, with_context(title, heading, sentence))


def read_plans(source: str) -> list[Sentence]:
    """All candidate sentences and rows of the newsletter, in order."""
    sentences: list[Sentence] = []
    for full_title, lines in _documents(_lines(source)):
        title, at, held = short_title(full_title), 0, []
        while at < len(lines):
            header = HEADER.search(lines[at])
            if header is None:
                held.append(lines[at])
                at += 1
                continue
            sentences += _body(title, held)
            held = []
            rows, at = _table(lines, at + 1, title, re.findall(r"\d{4}年", header[1].replace(" ", "")))
            sentences += rows
        sentences += _body(title, held)
    return sentences
