"""Speed and memory of reading documents, and whether the articles of statutes come out complete.

Pages are those of the files made (eval/bench/corpus_files.py), about 700 characters each; times are wall-clock seconds on
one core. Returns figures; prints nothing.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from corpus.markers import match_marker
from corpus.parse import parse_file
from corpus.readers import supported_suffixes
from corpus.schema import ClauseKind, ParsedSource
from errors import SourceError
from eval import machine
from eval.bench.answers import Command, run_command
from eval.bench.corpus_files import WRITERS, write_pdf

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Speed:
    """Reading and cutting one file. characters: of its clauses."""

    pages: int
    characters: int
    clauses: int
    seconds: float
    pages_a_second: float
    characters_a_second: float


@dataclass(frozen=True)
class Laws:
    """Statutes read. complete: files whose 第一条 … 第N条 come once each and in order; broken: (file, reason) of the
    others; skipped: (file, message) of files without a text."""

    files: int
    complete: int
    share: float
    broken: tuple[tuple[str, str], ...]
    skipped: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Figures:
    """What was measured. memory: of a PDF of memory_pages pages; laws: None when no folder was given."""

    formats: dict[str, Speed]
    memory_pages: int
    memory: Command
    laws: Laws | None


def formats(pages: int, *, runs: int = 3) -> dict[str, Speed]:
    """Each format's speed over a file of that many pages: the fastest of several runs, after one on a small file.

    Raises ValueError without pages or runs.
    """
    if pages < 1 or runs < 1:
        raise ValueError("pages and runs count from 1")
    found: dict[str, Speed] = {}
    with tempfile.TemporaryDirectory() as folder:
        for suffix, write in WRITERS.items():
            path, small = Path(folder) / f"plan.{suffix}", Path(folder) / f"small.{suffix}"
            write(small, 1)
            parse_file(small)  # imports and compiles what this format needs
            write(path, pages)
            times = []
            for _ in range(runs):
                started = time.perf_counter()
                parsed = parse_file(path)
                times.append(time.perf_counter() - started)
            characters, seconds = sum(len(clause.text) for clause in parsed.clauses), min(times)
            found[suffix] = Speed(
                pages, characters, len(parsed.clauses), round(seconds, 3), round(pages / seconds, 1), round(characters / seconds)
            )
    return found


def memory(pages: int = 2000) -> Command:
    """`python -m corpus show` of a PDF of that many pages in a process of its own. Raises AssistantError if it fails."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "long.pdf"
        write_pdf(path, pages)
        return run_command(["-m", "corpus", "show", str(path)])


def laws(folder: Path, progress: Progress) -> Laws:
    """Whether the articles of every statute under folder are complete.

    Raises SourceError when no file under it can be read. A file that begins where another of its folder ends is a
    volume of a longer code.
    """
    numbers: dict[Path, list[int]] = {}
    skipped: list[tuple[str, str]] = []
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in supported_suffixes())
    for done, path in enumerate(paths, 1):
        try:
            numbers[path] = article_numbers(parse_file(path))
        except SourceError as error:
            skipped.append((str(path.relative_to(folder)), error.what))
        progress("法规", done, len(paths))
    if not numbers:
        raise SourceError("没有可以读取的法规文件", str(folder), "请检查 --laws 后面的路径。")
    ends = {(path.parent, found[-1]) for path, found in numbers.items() if found}
    broken = []
    for path, found in numbers.items():
        begins = 1 if not found or (path.parent, found[0] - 1) not in ends else found[0]
        if reason := fault(found, begins):
            broken.append((str(path.relative_to(folder)), reason))
    complete = len(numbers) - len(broken)
    return Laws(len(numbers), complete, round(complete / len(numbers), 4), tuple(broken), tuple(skipped))


def article_numbers(parsed: ParsedSource) -> list[int]:
    """The numbers of a source's articles in order; inserted ones (第四条之一) apart."""
    markers = [match_marker(clause.text) for clause in parsed.clauses if clause.kind is ClauseKind.ITEM]
    return [m.number for m in markers if m and m.family == "article" and not m.inserted and m.number is not None]


def fault(numbers: list[int], first: int) -> str:
    """What is wrong with a sequence that should run from first without gap or repeat, in Chinese; "" for nothing."""
    if not numbers:
        return "没有找到条文"
    for expected, number in enumerate(numbers, first):
        if number != expected:
            return f"应为第 {expected} 条，读到第 {number} 条"
    return ""


def run(pages: int, memory_pages: int, folder: Path | None, progress: Progress, *, as_json: bool) -> str:
    """Everything, for a person or as JSON with versions and machine. folder: of statutes, None for none.

    Raises AssistantError, ValueError as the parts do.
    """
    made = Figures(formats(pages), memory_pages, memory(memory_pages), laws(folder, progress) if folder else None)
    if not as_json:
        return table(made)
    whole = asdict(made) | {"versions": machine.versions(), "machine": machine.machine()}
    return json.dumps(whole, ensure_ascii=False)


def table(made: Figures) -> str:
    """The figures for a person to read."""
    lines = [
        f"{name:5} {speed.pages} 页 {speed.seconds:.2f} 秒，每秒 {speed.pages_a_second:.0f} 页、{speed.characters_a_second:.0f} 字"
        for name, speed in made.formats.items()
    ]
    lines.append(f"{made.memory_pages} 页的 PDF：{made.memory.seconds:.1f} 秒，内存最多 {made.memory.peak_mib:.0f} MiB")
    if made.laws:
        lines.append(f"法规 {made.laws.files} 份，条文完整的 {made.laws.complete} 份（{made.laws.share:.2%}）")
        lines += [f"  {name}：{reason}" for name, reason in (*made.laws.broken, *made.laws.skipped)]
    return "\n".join(lines)
