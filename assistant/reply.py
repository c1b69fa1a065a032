"""A model's reply → claims with their citation labels. Tolerant of every way models mark sources; pure.

Reads only; whether a claim is true is decided in assistant/verify.py. Until then a claim counts as unsupported.
"""

from __future__ import annotations

import re

from assistant.schema import Claim

UNCHECKED = "尚未核对"
_LIMIT = 20_000
_THINK = re.compile(r"<(think|thinking|reasoning)>.*?(</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_STRAY_END = re.compile(r"\A.*?</(?:think|thinking|reasoning)>", re.DOTALL | re.IGNORECASE)
_TOKEN = re.compile(r"<\|[^<>|]{1,40}\|>|</?s>|<(?:start|end)_of_turn>|<eos>|<bos>|\[/?INST\]|<</?SYS>>", re.IGNORECASE)
_LINK = re.compile(r"!?\[([^\[\]]*)\]\((?:[^()\s]|\([^()]*\))*(?:\s+\"[^\"]*\")?\)")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,300}>|<!--.*?-->", re.DOTALL)
_FENCE = re.compile(r"^\s*(?:```|~~~).*$", re.MULTILINE)
_LINE_HEAD = re.compile(r"^\s*(?:#{1,6}\s+|>+\s*|[-*+•·]\s+|\|)", re.MULTILINE)
_SPEAKER = re.compile(r"^\s*(?:回答|答案|答|助手|assistant|model|answer)\s*[:：]\s*", re.IGNORECASE | re.MULTILINE)
_NUMBERS = r"\d{1,2}(?:\s*[,，、;；]\s*\d{1,2})*"
_MARK = re.compile(
    rf"[\[［【]\s*\^?(?:资料|来源|引用|条款|source|ref)?\s*({_NUMBERS})\s*(?:[†:：][^\]］】]{{0,40}})?[\]］】]", re.IGNORECASE
)
_END = re.compile(r"[。！？!?]+[”’』」）)》]*|\n+")
_NO_ANSWER = re.compile(r"^(?:根据)?(?:以上|所给|提供的)?资料(?:中|里)?(?:没有|未)(?:说明|提及|提到|给出)")


def parse_reply(text: str) -> tuple[Claim, ...]:
    """The sentences of a reply with their labels, in order, repeats left out, mark-up removed.

    A sentence without marks takes those of the next marked sentence of its line: models often cite once, at
    the end; the claim is checked against that clause all the same.
    """
    found: list[Claim] = []
    for line in _plain(text[:_LIMIT]).split("\n"):
        sentences = _sentences(line)
        labels: tuple[int, ...] = ()
        marked: list[tuple[str, tuple[int, ...]]] = []
        for body, own in reversed(sentences):
            labels = own or labels
            marked.append((body, labels))
        found.extend(
            Claim(body, own, "unsupported" if own else "uncited", UNCHECKED) for body, own in reversed(marked) if body
        )
    unique: dict[str, Claim] = {}
    for claim in found:
        unique.setdefault(claim.text, claim)
    return tuple(unique.values())


def is_refusal(text: str) -> bool:
    """Whether a reply says that the documents do not answer."""
    return bool(_NO_ANSWER.match(_MARK.sub("", _plain(text)).strip()))


def visible(text: str) -> str:
    """A reply, whole or still streaming, as it may be shown: no reasoning, no tags, no links; marks kept."""
    return _plain(text).strip()


def _plain(text: str) -> str:
    text = _THINK.sub("", text)
    text = _STRAY_END.sub("", text)
    text = _TOKEN.sub("", text)
    text = _LINK.sub(lambda m: "" if m.group(0).startswith("!") else m.group(1), text)
    text = _TAG.sub("", text)
    text = _FENCE.sub("", text)
    text = _LINE_HEAD.sub("", text)
    text = _SPEAKER.sub("", text)
    text = re.sub(r"\*\*|__|`+", "", text)
    return re.sub(r"[ \t\u00a0]+", " ", text)


def _sentences(line: str) -> list[tuple[str, tuple[int, ...]]]:
    """(sentence without marks, labels) of one line; marks right after an end mark belong to that sentence."""
    pieces: list[str] = []
    start = 0
    for match in _END.finditer(line):
        pieces.append(line[start : match.end()])
        start = match.end()
    pieces.append(line[start:])
    out: list[tuple[str, tuple[int, ...]]] = []
    for piece in pieces:
        lead = re.match(rf"(?:\s*{_MARK.pattern})+", piece, re.IGNORECASE)
        if lead and out:
            body, labels = out[-1]
            out[-1] = (body, _merge(labels, _labels(lead.group())))
            piece = piece[lead.end() :]
        body = re.sub(r"\s+([。！？，；])", r"\1", _MARK.sub("", piece)).strip(" \t、，,;；|")
        if re.search(r"\w", body):
            out.append((body, _labels(piece)))
    return out


def _labels(text: str) -> tuple[int, ...]:
    numbers = [int(n) for match in _MARK.finditer(text) for n in re.findall(r"\d+", match.group(1))]
    return tuple(dict.fromkeys(n for n in numbers if n > 0))


def _merge(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(dict.fromkeys((*one, *other)))
