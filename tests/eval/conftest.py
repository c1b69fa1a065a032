"""Three-line builders for cases, answers and runs; real parts, made by hand. Tests get them as `make`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from assistant.schema import Answer, Citation, Evidence, Status
from corpus.schema import Clause, ClauseKind, Document, Level
from eval.runner import make_run_record
from eval.schema import Case, Quote, RunRecord
from index.schema import Hit, Passage

DOCUMENT = Document("d1", "甲市教育规划", None, Level.OTHER, None, None, None, None, "a.txt", "0")
TEXT = "（一）强化体育。小学生每天运动不少于2小时，每周体育课5节。牵头部门：市教委。"


def clause(text: str = TEXT, identity: str = "c1") -> Clause:
    return Clause(identity, "d1", 0, ClauseKind.ITEM, "（一）", "强化体育", ("一、任务",), text)


def hit(text: str = TEXT, identity: str = "c1", rank: int = 1) -> Hit:
    return Hit(clause(text, identity), DOCUMENT, Passage(identity, identity, text, text, 0, len(text)), rank, 1.0 / rank)


def case(identity: str = "A-1", **changes: object) -> Case:
    values: dict[str, object] = {
        "id": identity, "question": "小娃儿一天要耍好久运动？", "type": "number", "answer": "每天不少于2小时。",
        "key_points": (("2小时", "两小时"),), "evidence": (Quote("甲市教育规划", "小学生每天运动不少于2小时"),),
    }
    return Case(**{**values, **changes})  # type: ignore[arg-type]


def unanswerable(identity: str = "U-1") -> Case:
    return case(identity, question="火星上有几所学校？", type="unanswerable", answer="资料中没有说明。", key_points=(),
                evidence=(), answerable=False)


def answer(text: str, *, quote: str = "小学生每天运动不少于2小时", confidence: float = 0.9, body: str = TEXT) -> Answer:
    start = body.index(quote)
    own = clause(body)
    citation = Citation(1, "c1", DOCUMENT.title, own.heading_path, None, quote, start, start + len(quote), body)
    evidence = Evidence(own, DOCUMENT, start, start + len(quote), quote, confidence)
    return Answer("问", text, Status.GROUNDED, citations=(citation,), evidence=(evidence,), retrieved=(hit(body),),
                  seconds={"retrieve": 0.1, "answer": 0.2, "total": 0.3})


def refusal() -> Answer:
    return Answer("问", "资料中没有说明。", Status.REFUSED, nearest=(hit(),), seconds={"total": 0.1})


def run_record(cases: Sequence[Case], name: str = "t", settings: dict[str, object] | None = None) -> RunRecord:
    return make_run_record(name, "dev", cases, settings=settings or {"k": (1, 2)}, seed=0, folder=Path("/"),
                           now=datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC))


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    """The builders above, under one name."""
    return SimpleNamespace(
        document=DOCUMENT, text=TEXT, clause=clause, hit=hit, case=case, unanswerable=unanswerable, answer=answer,
        refusal=refusal, run_record=run_record, now=datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC),
    )
