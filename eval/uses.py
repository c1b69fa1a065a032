"""The record of every use of the test questions: a set that is looked at often stops being a test."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from eval.cases import CaseError

MINIMUM_REASON = 4


@dataclass(frozen=True)
class Use:
    """One use. when: ISO 8601; commit: "" outside a repository; cases: how many questions were asked."""

    when: str
    commit: str
    dirty: bool
    who: str
    why: str
    cases: int


def record_use(path: Path, use: Use) -> None:
    """Append one line. Raises CaseError when the reason is missing."""
    if len(use.why.strip()) < MINIMUM_REASON:
        raise CaseError("使用测试集要说明原因", "", "请加上 --why，例如 --why 发布前终评；平时请用 --split dev 或 train。")
    line = json.dumps(use.__dict__, ensure_ascii=False)
    with path.open("a", encoding="utf-8") as stream:
        stream.write(line + "\n")


def new_use(*, now: datetime, commit: str, dirty: bool, who: str, why: str, cases: int) -> Use:
    """A use that happens now (with time zone)."""
    return Use(now.isoformat(timespec="seconds"), commit, dirty, who, why.strip(), cases)
