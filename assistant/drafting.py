"""A model's wording in place of the excerpt: write, verify, repair once, drop, mark. The excerpt stands where that fails.

What the model says reaches the user only sentence by sentence, each found in the clause it cites. A sentence that is
not found is handed back once with the reason; what still fails is dropped, where the rest can stand without it.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from assistant.draft import write_draft, write_repair
from assistant.llm.base import TextModel
from assistant.prompts import Prompt
from assistant.reply import is_refusal, parse_reply
from assistant.schema import Answer, Citation, Claim, Draft
from assistant.support import support_span
from assistant.verify import keeps_figures, verify_claims
from errors import ModelError

log = logging.getLogger(__name__)
_HELD = ("supported", "repaired")
# A sentence that opens so means something else without the one before it.
_LEANS = re.compile(r"^(?:其|该|此|这|但|不过|然而|因此|所以|同时|另外|此外|并|也|还|而|否则|前者|后者|上述)")


def reworded(
    question: str, answer: Answer, model: TextModel, *, prompts: Mapping[str, Prompt], every_side: bool = False,
    on_token: Callable[[str], None] | None = None, cancel: threading.Event | None = None,
) -> Answer:
    """answer, an excerpt, in the model's words where every sentence of them holds; else answer, with a notice when the
    model failed. every_side: whether each quote's figures must be kept, as in a comparison, not the first one's alone."""
    try:
        draft = write_draft(question, answer.evidence, model, prompts=prompts, on_token=on_token, cancel=cancel)
    except ModelError as error:
        log.warning("model %s: %s", model.name, error.what)
        return replace(answer, model=model.name, notices=(*answer.notices, error.message), trace={**answer.trace, "model_failure": error.what})
    claims = verify_claims(parse_reply(draft.text), answer.citations, answer.evidence)
    trace: dict[str, object] = {**answer.trace, "draft": draft.text, "verdicts": _verdicts(claims)}
    stopped = draft.truncated or is_refusal(draft.text) or (cancel is not None and cancel.is_set())
    if claims and not stopped and not all(c.verdict in _HELD for c in claims):
        claims, trace = _repaired(question, answer, draft, claims, model, prompts, cancel, trace)
    kept = tuple(c for c in claims if c.verdict in _HELD)
    quotes = [item.quote for item in answer.evidence]
    holds = bool(kept) and not stopped and _stands(claims) and keeps_figures(kept, quotes if every_side else quotes[:1])
    shown = "".join(claim.text for claim in kept)
    if not holds or shown == "".join(claim.text for claim in answer.claims if claim.labels):
        return replace(answer, model=model.name, trace=trace)
    marked, citations = _with_own_spans(kept, answer.citations)
    rest = tuple(claim for claim in answer.claims if not claim.labels)  # what is said to be missing
    text = "".join(f"{claim.text}{''.join(f'[{n}]' for n in claim.labels)}" for claim in (*marked, *rest))
    return replace(answer, text=text, claims=(*marked, *rest), citations=citations, source="model", model=model.name, trace=trace)


def _repaired(
    question: str, answer: Answer, draft: Draft, claims: tuple[Claim, ...], model: TextModel, prompts: Mapping[str, Prompt],
    cancel: threading.Event | None, trace: dict[str, object],
) -> tuple[tuple[Claim, ...], dict[str, object]]:
    """The claims with the failed ones asked for again, once; those that hold now are "repaired", in their places."""
    failed = [claim for claim in claims if claim.verdict not in _HELD]
    try:
        reply = write_repair(question, answer.evidence, failed, model, prompts=prompts, cancel=cancel)
    except ModelError as error:
        log.warning("model %s, asked again: %s", model.name, error.what)
        return claims, {**trace, "model_failure": error.what}
    again = () if reply.truncated or is_refusal(reply.text) else verify_claims(parse_reply(reply.text), answer.citations, answer.evidence)
    trace = {**trace, "repair": reply.text, "repair_verdicts": _verdicts(again)}
    said = {claim.text for claim in claims if claim.verdict in _HELD}
    better = [replace(c, verdict="repaired") for c in again if c.verdict in _HELD and c.text not in said]
    out: list[Claim] = []
    for claim in claims:
        out.append(better.pop(0) if claim.verdict not in _HELD and better else claim)
    return (*out, *better), trace


def _stands(claims: Sequence[Claim]) -> bool:
    """Whether what was kept means the same without what was dropped: it cites as much, and leans on nothing dropped."""
    kept = {n for c in claims if c.verdict in _HELD for n in c.labels}
    dropped = {n for c in claims if c.verdict == "unsupported" for n in c.labels}
    leaning = any(
        one.verdict not in _HELD and other.verdict in _HELD and _LEANS.match(other.text)
        for one, other in pairwise(claims)
    )
    return dropped <= kept and not leaning


def _with_own_spans(claims: Sequence[Claim], citations: Sequence[Citation]) -> tuple[tuple[Claim, ...], tuple[Citation, ...]]:
    """Each claim's citations marking the words that bear it, numbered anew in the order of their marks."""
    known = {citation.label: citation for citation in citations}
    numbers: dict[tuple[str, int, int], int] = {}
    made: list[Citation] = []
    marked: list[Claim] = []
    for claim in claims:
        labels = []
        for label in claim.labels:
            citation = known[label]
            span = support_span(claim.text, citation.text) or (citation.char_start, citation.char_end)
            key = (citation.clause_id, *span)
            if key not in numbers:
                numbers[key] = len(numbers) + 1
                made.append(replace(citation, label=numbers[key], char_start=span[0], char_end=span[1], quote=citation.text[slice(*span)]))
            labels.append(numbers[key])
        marked.append(replace(claim, labels=tuple(dict.fromkeys(labels))))
    return tuple(marked), tuple(made)


def _verdicts(claims: Sequence[Claim]) -> list[tuple[str, str, str]]:
    return [(claim.text, claim.verdict, claim.reason) for claim in claims]
