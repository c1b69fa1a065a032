"""A benchmark: documents in, questions in, answers out. Plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class PoolDocument:
    """One document to search. Either text, or the file it lies in."""

    name: str
    text: str = ""
    path: Path | None = None


@dataclass(frozen=True)
class BenchmarkQuestion:
    """One question. pool: which pool of documents it is asked over.

    references: groups of alternatives; every group is needed (one group for span questions). gold: texts that
    show a retrieved unit to be right, any of them; () where the benchmark does not say. wrong: answers that show
    the system followed a planted falsehood. answerable: false where the right reply is to decline.
    """

    id: str
    question: str
    pool: str
    references: tuple[tuple[str, ...], ...]
    gold: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    answerable: bool = True


@dataclass(frozen=True)
class Benchmark:
    """name, its pools of documents, its questions. note: what is not comparable with published rows, in Chinese.

    passages: the documents cut the way the benchmark cuts them, for plain baselines; () where they are passages already.
    """

    name: str
    pools: dict[str, tuple[PoolDocument, ...]]
    questions: tuple[BenchmarkQuestion, ...]
    note: str = ""
    passages: tuple[PoolDocument, ...] = ()
