"""Answer → the JSON line that outside evaluators rely on. Pure."""

from __future__ import annotations

from typing import Any

from assistant.schema import Answer
from index.schema import Hit

RETRIEVED = 20


def to_record(case_id: object, answer: Answer) -> dict[str, Any]:
    """One answer in the batch contract: id, question, answer, refused, status, citations, retrieved, nearest,
    model, seconds. A table row's text is its row as printed; header, unit and group go to context."""
    return {
        "id": case_id, "question": answer.question, "answer": answer.text, "refused": answer.refused, "status": answer.status.value,
        "citations": [
            {"label": c.label, "clause_id": c.clause_id, "document": c.doc_title, "path": list(c.heading_path), "page": c.page,
             "text": c.text, "quote": c.quote, "start": c.char_start, "end": c.char_end, "context": c.context}
            for c in answer.citations
        ],
        "retrieved": [_hit(hit) for hit in answer.retrieved[:RETRIEVED]],
        "nearest": [_hit(hit) for hit in answer.nearest] if answer.refused else [],
        "model": answer.model if answer.source == "model" else "none",
        "seconds": {name: round(answer.seconds.get(name, 0.0), 4) for name in ("retrieve", "answer", "total")},
    }


def failed_record(case_id: object, question: str, message: str) -> dict[str, Any]:
    """The record of a question that could not be asked (empty, too long): refused, with the reason as the answer."""
    return {
        "id": case_id, "question": question, "answer": message, "refused": True, "status": "refused", "citations": [], "retrieved": [],
        "nearest": [], "model": "none", "seconds": {"retrieve": 0.0, "answer": 0.0, "total": 0.0},
    }


def _hit(hit: Hit) -> dict[str, Any]:
    return {"clause_id": hit.clause.clause_id, "document": hit.document.title, "text": hit.clause.text, "score": round(hit.score, 4)}
