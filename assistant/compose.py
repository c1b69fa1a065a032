"""Evidence → the excerpt answer: statements with their marks, and the citations they stand on. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.schema import Citation, Claim, Evidence

REFUSAL = "资料中没有说明。"
NEAREST_LEAD = "下面是最接近的条款，供核对："
_MISSING = re.compile(r"没有找到“[^“”。]*”的依据(?:：[^。]*)?。")


def missing_note(parts: Sequence[tuple[str, str]]) -> str:
    """What a partial answer says of the parts (text as asked, why there is no answer) that the documents do not answer."""
    return "".join(f"没有找到“{_unquoted(text)}”的依据{f'：{gap}' if gap else ''}。" for text, gap in parts)


def without_missing_note(text: str) -> str:
    """An answer without what missing_note added: it repeats the question, and is no statement about the documents."""
    return _MISSING.sub("", text)


def _unquoted(text: str) -> str:
    return re.sub(r"[“”。？?！!]", "", text).strip()


def to_citation(evidence: Evidence, label: int) -> Citation:
    """The citation of one piece of evidence under its label."""
    clause = evidence.clause
    path = (*clause.heading_path, clause.title) if clause.title and clause.title not in clause.heading_path else clause.heading_path
    return Citation(
        label, clause.clause_id, evidence.document.title, path, clause.page_start, evidence.quote, evidence.char_start, evidence.char_end,
        clause.text, clause.context,
    )


def excerpt(evidence: Sequence[Evidence]) -> tuple[str, tuple[Claim, ...], tuple[Citation, ...]]:
    """(text with [n] marks, claims, citations) of the excerpt answer. A list of short parts becomes one sentence."""
    citations = tuple(to_citation(item, n) for n, item in enumerate(evidence, start=1))
    if len(evidence) > 2 and all(len(item.statement) <= 40 and not re.search(r"[。！？：]", item.statement) for item in evidence):
        marked = [f"{item.statement}[{n}]" for n, item in enumerate(evidence, start=1)]
        text = f"{'；'.join(marked)}。"
        claims = tuple(Claim(item.statement, (n,)) for n, item in enumerate(evidence, start=1))
        return text, claims, citations
    parts, claims_list = [], []
    for n, item in enumerate(evidence, start=1):
        sentence = finish(item.statement)
        parts.append(f"{sentence}[{n}]")
        claims_list.append(Claim(sentence, (n,)))
    return "".join(parts), tuple(claims_list), citations


def finish(statement: str) -> str:
    """The statement with a full stop at its end."""
    bare = re.sub(r"[，、；：,;:]+$", "", statement.strip())
    return bare if re.search(r"[。！？!?][”’』」）)]*$", bare) else f"{bare}。"
