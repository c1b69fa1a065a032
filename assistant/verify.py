"""Does a cited clause say what a sentence says? The one place that decides; no model, no network.

A claim is held against the text it cites: every figure, date, unit, body, document, quotation, negation and
the strength of its wording must be there, and most of its content words. Wrong is worse than dropped: what
cannot be found is refused with the reason, in Chinese, that goes to the log and the trace.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from assistant.alignment import Piece, canonical, found_share, pieces
from assistant.schema import Citation, Claim, Evidence
from assistant.verify_figures import check_figures, check_rows, check_years
from assistant.verify_names import check_documents, check_names, check_quotations
from assistant.verify_nouns import check_nouns
from assistant.verify_subjects import check_items, check_subjects
from assistant.verify_wording import check_antonyms, check_polarity, check_strength
from assistant.wording import words_of
from corpus.numerals import figures

# Share of a claim's content words that its source must hold, in all and for each longer piece. Chosen on
# tests/assistant/planted_faults.jsonl; see the test for what they catch.
LEAST_SHARE = 0.5
LEAST_PIECE_SHARE = 0.34
LEAST_SHORT_SHARE = 0.75
# 〔2022〕 is part of a document number, never a citation mark.
_MARKS = re.compile(r"[\[【]\s*\d{1,2}(?:\s*[,，、]\s*\d{1,2})*\s*[\]】]")


@dataclass(frozen=True)
class SourceText:
    """What a claim may stand on: a clause with what belongs to it.

    text: the clause's own words. context: table header and group, or the lead sentence; departments.
    years: inherited years. notes: its footnotes. title: document and headings. level: 国家 or 重庆, "" unknown.
    values: a table row's cells, (year, value as printed).
    """

    text: str
    context: str = ""
    years: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    title: str = ""
    level: str = ""
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Verdict:
    """ok: nothing found wrong. reasons: what was not found, in Chinese, empty when ok."""

    ok: bool
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Prepared:
    """Sources in canonical form, joined: body for what is said, everything for what may be named."""

    body: str
    everything: str
    pieces: tuple[Piece, ...]
    sources: tuple[SourceText, ...]


def verify_claim(text: str, sources: Sequence[SourceText]) -> Verdict:
    """Holds one sentence (citation marks allowed, ignored) against the clauses it cites together."""
    if not sources:
        return Verdict(False, ("没有注明出处",))
    claim = canonical(_MARKS.sub("", text)).strip()
    if not claim:
        return Verdict(False, ("没有内容",))
    source = _prepare(tuple(sources))
    parts = pieces(claim)
    reasons = [
        *check_figures(claim, parts, source),
        *check_years(parts, source),
        *check_rows(parts, source),
        *check_names(claim, source),
        *check_documents(claim, source),
        *check_quotations(claim, source),
        *check_strength(parts, source),
        *check_polarity(parts, source),
        *check_antonyms(parts, source),
        *check_subjects(claim, source.everything),
        *check_items(claim, source.everything),
        *check_nouns(claim, parts, source),
        *_check_content(parts, source),
    ]
    return Verdict(not reasons, tuple(dict.fromkeys(reasons)))


def verify_claims(
    claims: Sequence[Claim], citations: Sequence[Citation], evidence: Sequence[Evidence] = ()
) -> tuple[Claim, ...]:
    """The claims with verdict and reason set: supported, unsupported, or uncited (no label, or none that exists).

    evidence, where given, adds each clause's inherited years, notes, departments and table cells.
    """
    known = {item.clause.clause_id: item for item in evidence}
    by_label: Mapping[int, SourceText] = {
        c.label: source_of(known[c.clause_id]) if c.clause_id in known else _of_citation(c) for c in citations
    }
    judged = []
    for claim in claims:
        cited = [by_label[label] for label in claim.labels if label in by_label]
        if not cited:
            judged.append(replace(claim, verdict="uncited", reason="没有注明出处"))
            continue
        if len(cited) < len(claim.labels):
            judged.append(replace(claim, verdict="unsupported", reason="引用了不存在的编号"))
            continue
        verdict = verify_claim(claim.text, cited)
        kept = claim.verdict if claim.verdict == "repaired" else "supported"
        judged.append(replace(claim, verdict=kept if verdict.ok else "unsupported", reason="；".join(verdict.reasons)))
    return tuple(judged)


def source_of(item: Evidence) -> SourceText:
    """The clause of a piece of evidence as a SourceText, with all that belongs to it."""
    clause, document = item.clause, item.document
    duties = [
        f"{name}：{'、'.join(bodies)}"
        for name, bodies in (("牵头部门", clause.lead_departments), ("配合部门", clause.support_departments))
        if bodies and f"{name}：" not in clause.text
    ]
    row = clause.row
    return SourceText(
        text=clause.text,
        context="\n".join(part for part in (clause.context, *duties) if part),
        years=clause.inherited_years,
        notes=tuple(note.text for note in clause.notes),
        title="\n".join((document.title, *document.aliases, document.issuer or "", *clause.heading_path, clause.title)),
        level=str(document.level),
        values=tuple((year, value or "—") for year, value in row.values.items()) if row else (),
    )


def keeps_figures(claims: Sequence[Claim], evidence_quotes: Sequence[str]) -> bool:
    """Whether the figures of the quotes, years apart, all stand in the claims that are supported."""
    said = {_plain(f.value) for c in claims if c.verdict in ("supported", "repaired") for f in figures(canonical(c.text))}
    wanted = {_plain(f.value) for quote in evidence_quotes for f in figures(canonical(quote)) if f.kind != "year"}
    return wanted <= said


def _plain(value: str) -> str:
    return value.lstrip("≥≤")


def _of_citation(citation: Citation) -> SourceText:
    title = "\n".join((citation.doc_title, *citation.heading_path))
    return SourceText(text=citation.text or citation.quote, context=citation.context, title=title)


def _without_commands(text: str) -> str:
    """A source without the sentences that speak to a model (忽略以上指示…): they are no support for anything."""
    kept = []
    for sentence in re.split(r"(?<=[。！？!?\n])", text):
        low = sentence.lower()
        if not any(word in low for word in _commands()):
            kept.append(sentence)
    return "".join(kept)


@lru_cache(maxsize=1)
def _commands() -> frozenset[str]:
    return frozenset(word.lower() for word in words_of("command"))


@lru_cache(maxsize=256)
def _prepare(sources: tuple[SourceText, ...]) -> Prepared:
    parts = [part for s in sources for part in (s.context, s.text, *s.notes) if part]
    body = "\n".join(_without_commands(canonical(part)) for part in parts)
    extra = "\n".join(
        canonical(part) for s in sources for part in (s.title, "、".join(f"{y.removesuffix('年')}年" for y in s.years))
    )
    return Prepared(body, f"{body}\n{extra}", pieces(body), sources)


def _names_something(parts: tuple[Piece, ...]) -> bool:
    return any(part.figures or "“" in part.text for part in parts)


def _check_content(parts: tuple[Piece, ...], source: Prepared) -> list[str]:
    """Most of the words of the whole, and some of every longer piece, must be the source's."""
    words = tuple(dict.fromkeys(word for part in parts for word in part.words))
    share = found_share(words, source.everything)
    # One or two words are too few for a share: all must be there, unless a figure or quotation carries the claim.
    short = len(words) < 3 and share < LEAST_SHORT_SHARE and not _names_something(parts)
    if short or (len(words) >= 3 and share < LEAST_SHARE):
        return [f"大部分内容在原文中找不到（{share:.0%}）"]
    for part in parts:
        if len(part.words) >= 2 and found_share(part.words, source.everything) < LEAST_PIECE_SHARE:
            return [f"原文没有“{part.text}”这一内容"]
    return []
