"""What a program may ask of the desk, each as a plain function: request model in, response model out.

The HTTP routes and the MCP tools call these and add nothing. All raise AssistantError: ClosedError when there is no
library, UnknownError for a document or clause that is not there, QuestionError for a question nobody can answer.
"""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

from assistant.batch import to_record
from assistant.chain import Chain, Progress
from assistant.schema import Answer
from corpus.schema import Clause, Document
from errors import AssistantError
from index.library import Library
from ui.api import models
from ui.desk import Desk
from ui.document_view import clauses_of
from ui.turns import clause_path

_NAMED = 8  # titles that an error lists


class ClosedError(AssistantError):
    """There is no open library."""


class UnknownError(AssistantError):
    """A document or clause that the library does not hold. field: where the request names it, None for the address."""

    def __init__(self, what: str, remedy: str, field: str | None = None) -> None:
        self.field = field
        super().__init__(what, "", remedy)


def opened(desk: Desk) -> Chain:
    """The chain, opened now if it was not or if the library has changed since. Raises ClosedError."""
    desk.open()
    if desk.chain is None:
        # The problem's place is a path of this machine: for its log, not for whoever asks from elsewhere.
        what, remedy = (desk.problem.what, desk.problem.remedy) if desk.problem else ("", "")
        raise ClosedError(f"资料库没有打开{f'：{what}' if what else ''}", "", remedy or "请稍等片刻再试。")
    return desk.chain


def answer(desk: Desk, asked: models.AskRequest, cancel: threading.Event | None = None) -> Answer:
    """The chain's answer. cancel: set it, and a model stops writing; the excerpt stands."""
    chain = opened(desk)
    earlier = [question for question in asked.history if question.strip()]
    doc_ids = scope(chain.library, asked)
    return chain.ask(asked.question, earlier, doc_ids=doc_ids, progress=Progress(cancel=cancel))


def reply(given: Answer) -> models.Reply:
    """An answer without what was retrieved."""
    return models.Reply(**_record(None, given))


def full_reply(given: Answer, case_id: str | int | None) -> models.AskResponse:
    """An answer in the batch contract, with how the question was rewritten and what the user should be told."""
    return models.AskResponse(**_record(case_id, given))


def _record(case_id: str | int | None, given: Answer) -> dict[str, Any]:
    return {**to_record(case_id, given), "rewritten": given.trace.get("rewritten"), "notices": given.notices}


def search(desk: Desk, asked: models.SearchRequest) -> models.SearchResponse:
    """The clauses that the chain finds, best first."""
    chain = opened(desk)
    hits = chain.search(chain.read(asked.question), scope(chain.library, asked)).hits[: asked.limit]
    return models.SearchResponse(question=asked.question, hits=[
        models.Found(
            rank=hit.rank, clause_id=hit.clause.clause_id, document=hit.document.title, document_id=hit.document.doc_id,
            level=hit.document.level, label=hit.clause.label, path=list(clause_path(hit.clause.heading_path, hit.clause.title)),
            page=hit.clause.page_start, text=hit.clause.text, start=hit.passage.char_start, end=hit.passage.char_end,
            score=round(hit.score, 4),
        )
        for hit in hits
    ])


def clause(desk: Desk, clause_id: str) -> models.ClauseRecord:
    """One clause with its document and its neighbours."""
    library = opened(desk).library
    found = library.clauses.get(clause_id)
    if found is None:
        raise UnknownError("现在的资料库里没有这一条", "文件更新过以后，旧的编号会失效；请重新检索。")
    around = [other.clause_id for other in clauses_of(library, found.doc_id)]
    at = around.index(clause_id)
    before, after = around[at - 1 : at] if at else [], around[at + 1 : at + 2]
    return models.ClauseRecord(
        clause_id=clause_id, document=_document(library.document_of(found), len(around)), kind=found.kind, label=found.label, title=found.title,
        path=list(clause_path(found.heading_path, found.title)), text=found.text, page_start=found.page_start, page_end=found.page_end,
        lead_departments=list(found.lead_departments), support_departments=list(found.support_departments),
        inherited_years=list(found.inherited_years), context=found.context, row=_row(found),
        notes=[models.Note(number=note.number, text=note.text, position=note.position) for note in found.notes],
        previous=before[0] if before else None, next=after[0] if after else None, link=f"/?clause={clause_id}",
    )


def _row(found: Clause) -> models.Row | None:
    row = found.row
    return models.Row(indicator=row.indicator, unit=row.unit, group=row.group, values=dict(row.values)) if row else None


def documents(desk: Desk) -> models.DocumentsResponse:
    """All documents of the library."""
    library = opened(desk).library
    held = Counter(clause.doc_id for clause in library.clauses.values())
    return models.DocumentsResponse(
        generation=library.generation, documents=[_document(document, held[doc_id]) for doc_id, document in library.documents.items()],
    )


def _document(document: Document, clauses: int) -> models.DocumentRecord:
    return models.DocumentRecord(
        document_id=document.doc_id, title=document.title, issuer=document.issuer, level=document.level, number=document.doc_number,
        issued_on=document.issued_on, period=document.period, publisher=document.publisher, clauses=clauses,
    )


def scope(library: Library, asked: models.Scope) -> tuple[str, ...]:
    """The doc_ids a request is confined to, () for no limit. Raises UnknownError: a scope that cannot be kept to
    must never widen to everything."""
    if asked.documents:
        return tuple(dict.fromkeys(_doc_id(library, named, f"documents.{at}") for at, named in enumerate(asked.documents)))
    if not asked.levels:
        return ()
    held = tuple(d.doc_id for d in library.documents.values() if d.level in asked.levels)
    if not held:
        there = "、".join(dict.fromkeys(d.level.value for d in library.documents.values()))
        raise UnknownError(f"资料库里没有这一级的文件：{'、'.join(asked.levels)}", f"现有的是{there}。", "levels")
    return held


def _doc_id(library: Library, named: str, field: str) -> str:
    if named in library.documents:
        return named
    bare = named.strip().strip("《》")
    found = [d.doc_id for d in library.documents.values() if d.title.strip("《》") == bare or bare in d.aliases]
    if len(found) == 1:
        return found[0]
    titles = [document.title.strip("《》") for document in library.documents.values()]
    some = "、".join(f"《{title}》" for title in titles[:_NAMED]) + ("等" if len(titles) > _NAMED else "")
    what = "这个名称对得上几份文件" if found else "资料库里没有这份文件"
    raise UnknownError(f"{what}：{named[:60]}", f"请用文件列表里的编号或标题。现有{some}。", field)
