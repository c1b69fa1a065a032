"""What an evaluation is made of: questions, results, runs. Plain frozen values; no files, no scoring here."""

from __future__ import annotations

from dataclasses import dataclass, field

TYPES = (
    "number", "table", "department", "deadline", "list", "definition", "yesno", "compare", "multi", "unanswerable",
)
# What a reader sees; follow-up: a dialogue's turns after the first.
TYPE_LABELS = {
    "number": "数字", "table": "指标表", "department": "部门", "deadline": "期限", "list": "清单", "definition": "定义",
    "yesno": "是非", "compare": "对比", "multi": "多处", "unanswerable": "应拒答", "follow-up": "追问",
}


@dataclass(frozen=True)
class Quote:
    """Words of the corpus that answer. doc: the document's title, with or without its years."""

    doc: str
    quote: str


@dataclass(frozen=True)
class Case:
    """One question with what its answer must hold.

    key_points: every entry is needed, any alternative of an entry serves. forbidden: strings that betray a
    wrong answer. history: the user's earlier questions of a dialogue, oldest first; dialogue: its id, None
    for a question on its own; turn counts from 1.
    """

    id: str
    question: str
    type: str
    answer: str
    key_points: tuple[tuple[str, ...], ...] = ()
    evidence: tuple[Quote, ...] = ()
    forbidden: tuple[str, ...] = ()
    answerable: bool = True
    history: tuple[str, ...] = ()
    dialogue: str | None = None
    turn: int = 1


@dataclass(frozen=True)
class CaseResult:
    """What came back for one case, with its scores.

    record: the batch contract's object plus source, evidence, claims, notices, trace and error (records.py).
    scores: metric → value; a metric that does not apply to the case is absent, never 0.
    """

    case: Case
    record: dict[str, object]
    scores: dict[str, float] = field(default_factory=dict)

    @property
    def refused(self) -> bool:
        return bool(self.record.get("refused"))


@dataclass(frozen=True)
class RunRecord:
    """What produced a run, so that it can be repeated.

    started: ISO 8601 with offset; seconds: wall time of the last session; cases_digest: of the questions
    asked; settings: without secrets; versions: package → version; commit: "" outside a repository.
    """

    run_id: str
    name: str
    split: str
    started: str
    seconds: float
    cases: int
    cases_digest: str
    seed: int
    commit: str
    dirty: bool
    settings: dict[str, object] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    machine: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Interval:
    """A mean with its bootstrap 95 % interval over n values."""

    mean: float
    low: float
    high: float
    n: int
