"""Wording of a claim against its source: no stronger than written, and not the other way round.

Every check takes canonical pieces and returns reasons in Chinese, none when nothing is wrong. Pure.
"""

from __future__ import annotations

import re

from assistant.alignment import Piece, content_words, found_share, verbs
from assistant.verify_figures import Source
from assistant.wording import Cue, antonyms, cues, words_of

_ALIGNED = 0.6
_YES = ("可以", "能", "会", "允许", "是", "对", "有", "可")
_ORDER = re.compile("要求|推行|全面|强制")
_QUOTED = re.compile(r"“[^“”]*”")


def check_strength(parts: tuple[Piece, ...], source: Source) -> list[str]:
    """必须 needs a duty in the source; 鼓励, 支持, 探索 and 可以 of the source must not be dropped or raised."""
    reasons = []
    parts = _after_lead(parts)
    for part in parts:
        words = _plain_words(part)
        said = [c.strength for c in _modals(part.text)]
        aligned = _aligned(words, source.pieces)
        strong = [c for c in _modals(part.text) if c.strength == 3]
        if strong and not any(_duty_over(piece, source) for piece in aligned or source.pieces) and not _banned_there(part, strong, source):
            reasons.append(f"原文的语气没有“{strong[0].word}”这么强")
            continue
        # A name in quotation marks carries no mood of its own.
        if not aligned or len(content_words(_QUOTED.sub("", part.text))) < 2 or (said and max(said) == 3):
            continue
        acts = verbs(_QUOTED.sub("，", part.text)) - {c.word for c in _modals(part.text)}
        if _ORDER.search(part.text):
            acts |= frozenset(words)
        weak = [max(ranks) for piece in aligned if (ranks := _weak_before(piece, words, acts))]
        if weak and len(weak) == len(aligned):
            allowed = max(weak)
            over = [c.strength for p in parts if p.sentence == part.sentence and p.start <= part.start
                    for c in _modals(p.text)]
            if not said and min(over, default=9) > allowed:
                reasons.append(f"“{part.text}”在原文中只是{'鼓励、支持' if allowed == 2 else '允许、探索'}")
            elif said and min(said) > allowed:
                reasons.append(f"“{part.text}”比原文语气强")
    return reasons


def check_polarity(parts: tuple[Piece, ...], source: Source) -> list[str]:
    """A negation here must be one there, and one there must not be lost here."""
    reasons = []
    stated = [(piece, cue) for piece in source.pieces for cue in _negations(piece.text)]
    lead = parts[0].text.strip("“” ") if parts else ""
    if len(parts) > 1 and lead in _YES and any(c.kind == "prohibition" for p in parts[1:] for c in cues(p.text)):
        reasons.append("先说可以，后面却是禁止")
    parts = _after_lead(parts)
    for part in parts:
        for cue in _negations(part.text):
            if not _negated_there(part, cue, stated):
                reasons.append(f"原文没有“{part.text[cue.start:cue.end + 6]}”这样的否定")
    claim_words = {word for part in parts for word in part.words}
    for piece, cue in stated:
        scope = _scope(piece.text, cue, 2)
        if not scope or not all(word in claim_words or any(word in p.text for p in parts) for word in scope):
            continue
        here = [p for p in parts if any(word in p.text for word in scope)]
        if found_share(piece.words, "".join(p.text for p in here)) < _ALIGNED or _affirmed_there(scope, source, piece):
            continue
        if not any(_negations(p.text) or any(w in p.text for w in ("免", "禁", "控", "防")) for p in [*here, parts[0]]):
            reasons.append(f"漏掉了原文的“{cue.word}”")
    return reasons


def check_antonyms(parts: tuple[Piece, ...], source: Source) -> list[str]:
    """A word must not stand where the source has its opposite."""
    reasons = []
    for text in (item for part in parts for item in part.text.split("、") if len(item) > 3):
        aligned: list[Piece] | None = None
        for word, opposite in antonyms():
            if word not in text or opposite in text or opposite not in source.everything:
                continue
            if aligned is None:
                rest = tuple(w for w in content_words(text) if word not in w)
                aligned = _aligned(rest, source.pieces, 0.5)
            if not any(word in p.text for p in aligned) and any(opposite in p.text for p in aligned):
                reasons.append(f"原文是“{opposite}”，不是“{word}”")
    claim = "，".join(part.text for part in parts)
    reasons.extend(
        f"原文是“{opposite}”，不是“{word}”" for word, opposite in antonyms() if _flipped(claim, word, opposite, source)
    )
    return reasons


def _flipped(claim: str, word: str, opposite: str, source: Source) -> bool:
    """Whether the claim has word just where the source has its opposite: the same characters before or after."""
    for match in re.finditer(re.escape(word), claim):
        before, after = claim[max(0, match.start() - 2) : match.start()], claim[match.end() : match.end() + 2]
        if len(before) == 2 and before + word not in source.body and before + opposite in source.body:
            return word + after not in source.body
        if len(after) == 2 and word + after not in source.body and opposite + after in source.body:
            return before + word not in source.body
    return False


def _after_lead(parts: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """The pieces after a bare 不能。 or 可以， that opens an answer: what follows it is what is checked."""
    bare = len(parts) > 1 and len(parts[0].text) <= 4 and not parts[0].figures
    return parts[1:] if bare and not any(c.kind == "obligation" for c in cues(parts[0].text)) else parts


# --- strength --------------------------------------------------------------------------------------------

def _modals(text: str) -> list[Cue]:
    """Cues with a strength; a 支持 after a noun (政策支持) is itself a noun and has none."""
    found = []
    for cue in cues(text):
        if not cue.strength:
            continue
        before = text[: cue.start]
        if cue.kind == "encouragement" and any(before.endswith(noun) for noun in words_of("noun")):
            continue
        found.append(cue)
    return found


def _plain_words(part: Piece) -> tuple[str, ...]:
    modal = {c.word for c in _modals(part.text)}
    return tuple(w for w in part.words if w not in modal)


def _aligned(words: tuple[str, ...], source: tuple[Piece, ...], least: float = _ALIGNED) -> list[Piece]:
    """The source pieces that hold most of the words, none below the best by more than a little."""
    if not words:
        return []
    scored = [(found_share(words, piece.text), piece) for piece in source]
    best = max((score for score, _ in scored), default=0.0)
    return [piece for score, piece in scored if score >= max(least, best - 0.05)]


def _duty_over(piece: Piece, source: Source) -> bool:
    """Whether a duty or ban stands in the piece or before it in its sentence."""
    return any(
        c.strength == 3 for p in source.pieces
        if p.sentence == piece.sentence and p.start <= piece.start for c in _modals(p.text)
    )


def _banned_there(part: Piece, strong: list[Cue], source: Source) -> bool:
    """Whether what the piece forbids is forbidden in the source too, though more of its words stand elsewhere."""
    bans = [(piece, cue) for piece in source.pieces for cue in cues(piece.text) if cue.kind == "prohibition"]
    return all(cue.kind == "prohibition" and _negated_there(part, cue, bans) for cue in strong)


def _weak_before(piece: Piece, words: tuple[str, ...], acts: frozenset[str]) -> list[int]:
    """Strengths of the weak modals of a piece that rule an act of the claim and most of its words.

    A claim that only names things (a list of schools) does nothing and drops no mood.
    """
    ranks = []
    for cue in _modals(piece.text):
        after = piece.text[cue.end :]
        if cue.strength in (1, 2) and any(act in after for act in acts) and found_share(words, after) >= 0.5:
            ranks.append(cue.strength)
    return ranks


# --- polarity --------------------------------------------------------------------------------------------

def _negations(text: str) -> list[Cue]:
    return [c for c in cues(text) if c.kind in ("negation", "prohibition", "cancel")]


def _scope(text: str, cue: Cue, count: int) -> tuple[str, ...]:
    """The first content words after a negation."""
    return content_words(text[cue.end :])[:count]


def _negated_there(part: Piece, cue: Cue, stated: list[tuple[Piece, Cue]]) -> bool:
    scope = _scope(part.text, cue, 1) or part.words[-1:]
    for piece, other in stated:
        if {cue.kind, other.kind} == {"cancel", "negation"} or (cue.kind == "cancel") != (other.kind == "cancel"):
            continue
        after = piece.text[other.end : other.end + 24]
        # A ban said in other words will do, unless the word negated here is plainly affirmed there.
        fits = found_share(part.words, piece.text) >= _ALIGNED and not (scope and scope[0] in piece.text)
        same = part.text[cue.start : cue.end + 2].rstrip("”") in piece.text
        if not scope or scope[0] in after or same or fits:
            return True
    return False


def _affirmed_there(scope: tuple[str, ...], source: Source, negated: Piece) -> bool:
    """Whether the words also stand in a source piece without a negation."""
    return any(
        piece is not negated and all(word in piece.text for word in scope) and not _negations(piece.text)
        for piece in source.pieces
    )
