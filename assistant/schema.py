"""One question's way out: Query → Evidence → Draft → Claims → Answer. Plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from corpus.schema import Clause, Document, Level
from index.schema import Hit


class Status(StrEnum):
    """grounded: every sentence is supported; partial: a part of the question is not answered by the
    documents, and the answer says so; refused: the documents do not answer."""

    GROUNDED = "grounded"
    PARTIAL = "partial"
    REFUSED = "refused"


class Wanted(StrEnum):
    """The kind of answer a question asks for."""

    FIGURE = "figure"
    DATE = "date"
    DEPARTMENT = "department"
    LIST = "list"
    DEFINITION = "definition"
    YESNO = "yesno"
    COMPARE = "compare"
    SCAN = "scan"
    OTHER = "other"


@dataclass(frozen=True)
class Query:
    """A question understood.

    text: normalised; search_text: text with lexicon expansions and typo corrections, for the lexical leg;
    terms: content words; years: four-digit strings; levels: levels named or hinted; doc_ids: documents
    named; rewritten_from: the original follow-up when it was rewritten from a conversation, else None;
    near_clauses, near_documents: where the question it follows up was answered.
    """

    question: str
    text: str
    search_text: str
    wanted: Wanted
    terms: tuple[str, ...] = ()
    expansions: tuple[str, ...] = ()
    corrections: tuple[tuple[str, str], ...] = ()
    years: tuple[str, ...] = ()
    levels: tuple[Level, ...] = ()
    doc_ids: tuple[str, ...] = ()
    rewritten_from: str | None = None
    near_clauses: tuple[str, ...] = ()
    near_documents: tuple[str, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """One exact span of one clause that answers. clause.text[char_start:char_end] is the span.

    lead: a phrase of ours before the quote ("" for none); statement: the sentence shown, made of the lead
    and the clause's own words. confidence: 0..1, calibrated.
    """

    clause: Clause
    document: Document
    char_start: int
    char_end: int
    statement: str
    confidence: float
    also: tuple[str, ...] = ()

    @property
    def quote(self) -> str:
        return self.clause.text[self.char_start : self.char_end]


@dataclass(frozen=True)
class Citation:
    """The clause a sentence stands on. label counts from 1 in the answer; clause text[char_start:char_end] == quote."""

    label: int
    clause_id: str
    doc_title: str
    heading_path: tuple[str, ...]
    page: int | None
    quote: str
    char_start: int
    char_end: int
    text: str = ""
    context: str = ""


@dataclass(frozen=True)
class Claim:
    """One sentence of an answer or draft with the citation labels it carries.

    verdict: supported, repaired, unsupported or uncited; reason: what was not found, in Chinese, "" if supported.
    """

    text: str
    labels: tuple[int, ...]
    verdict: str = "supported"
    reason: str = ""


@dataclass(frozen=True)
class Draft:
    """What a model wrote. text carries [n] marks; truncated: the stream ended early."""

    text: str
    model: str
    truncated: bool = False


@dataclass(frozen=True)
class Answer:
    """What the user gets.

    text: sentences each followed by its [n] marks. source: "excerpt" (the clauses' own words) or "model"
    (a model's wording, every claim checked). notices: Chinese sentences for the page (model did not answer…).
    nearest: nearest clauses when refused. seconds: retrieve, answer, total. trace: what each step did.
    """

    question: str
    text: str
    status: Status
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    retrieved: tuple[Hit, ...] = ()
    nearest: tuple[Hit, ...] = ()
    source: str = "excerpt"
    model: str = "none"
    notices: tuple[str, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    trace: dict[str, object] = field(default_factory=dict)

    @property
    def refused(self) -> bool:
        return self.status is Status.REFUSED
