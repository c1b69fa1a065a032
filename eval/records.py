"""An Answer as one JSON object: the batch contract's fields, and beside them what a report shows.

The contract's fields come first and mean what it says; outside results that hold only those can be scored too.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from assistant import batch
from assistant.schema import Answer, Evidence


def to_record(identity: str, answer: Answer, *, error: str = "") -> dict[str, object]:
    """The record of one answer. error: the message when no answer came; it then counts as neither right nor
    refused."""
    return {
        **batch.to_record(identity, answer),
        "refused": answer.refused and not error,
        "status": "error" if error else answer.status.value,
        "seconds": dict(answer.seconds),
        "source": answer.source,
        "evidence": [_evidence(item) for item in answer.evidence],
        "claims": [dataclasses.asdict(claim) for claim in answer.claims],
        "notices": list(answer.notices),
        "trace": plain(answer.trace),
        "error": error,
    }


def plain(value: object) -> object:
    """value as JSON can hold it: dataclasses as objects, sets sorted, anything else by its text."""
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(map(str, value))
    if isinstance(value, Sequence):
        return [plain(item) for item in value]
    return str(value)


def confidence(record: Mapping[str, object]) -> float:
    """How sure the answer was: its strongest evidence, 0 without any; a refusal is the least sure of all, −1."""
    if record.get("refused"):
        return -1.0
    evidence = record.get("evidence")
    values = [item.get("confidence", 0.0) for item in evidence] if isinstance(evidence, list) else []
    return max((float(value) for value in values), default=0.0)


def _evidence(item: Evidence) -> dict[str, object]:
    return {
        "clause_id": item.clause.clause_id,
        "document": item.document.title,
        "quote": item.quote,
        "statement": item.statement,
        "confidence": float(item.confidence),
    }
