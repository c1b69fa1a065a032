"""A model's own wording of the evidence. Prompts in, a draft out; nothing here is shown before it is verified.

Evidence and question are data: numbered, on one line each, with marks and control tokens taken out. A chat
model writes one or two sentences. A base model is confined by a grammar to whole statements of the evidence,
the leading one first, since left free it invents figures. Measured on the bundled 270M model, free to choose
among four candidate sentences of the newsletter: right for 15 of 42 (chance 10.5), for 6 of 21 where the right
one stood first; so it may not choose what leads, and worth_drafting says no to it.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence

from assistant.llm.base import Message, TextModel
from assistant.prompts import Prompt
from assistant.reply import visible
from assistant.schema import Claim, Draft, Evidence
from errors import ModelError

MAX_EVIDENCE = 8
# Characters of evidence that a prompt holds: a base model of 4096 tokens, and any chat model.
BASE_LIMIT, CHAT_LIMIT = 1200, 6000
_CONTROL = re.compile(r"<\|[^<>|]{0,40}\|>|</?[A-Za-z_\u4e00-\u9fff][^<>]{0,80}>|\[/?INST\]|<</?SYS>>", re.IGNORECASE)
_MARK = re.compile(r"[\[［【]\s*(?:资料|来源)?\s*(\d{1,2})\s*[\]］】]")
_SENTENCE_END = re.compile(r"[。！？]+[”’』」）)》]*(?:\s*[\[［【]\d{1,2}(?:\s*[,，、]\s*\d{1,2})*[\]］】])*")


def write_draft(
    question: str,
    evidence: Sequence[Evidence],
    model: TextModel,
    *,
    prompts: Mapping[str, Prompt],
    on_token: Callable[[str], None] | None = None,
    cancel: threading.Event | None = None,
) -> Draft:
    """What the model writes on the question from the evidence, with [n] marks (n: place in evidence, from 1).

    on_token gets the visible text so far at every step. A stream that breaks off, is cancelled, or hits the token
    limit gives its whole sentences, truncated=True. ModelError when the model writes nothing at all.
    """
    used = list(evidence)[:MAX_EVIDENCE]
    if not used:
        raise ValueError("a draft needs evidence")
    prompt, grammar = _ask(question, used, model, prompts)
    return _written(prompt, grammar, model, on_token, cancel)


def write_repair(
    question: str,
    evidence: Sequence[Evidence],
    failed: Sequence[Claim],
    model: TextModel,
    *,
    prompts: Mapping[str, Prompt],
    cancel: threading.Event | None = None,
) -> Draft:
    """What a chat model writes when told which of its sentences were not found, and why. ModelError as write_draft."""
    used = list(evidence)[:MAX_EVIDENCE]
    faults = "\n".join(f"- {as_data(claim.text)}（{as_data(claim.reason)}）" for claim in failed)
    prompt = prompts["answer_chat"]
    user = prompt.fill("repair", evidence=numbered(used, CHAT_LIMIT), question=as_data(question)[:500], faults=faults)
    messages = [Message(role="system", content=prompt.fill("system")), Message(role="user", content=user)]
    return _written(messages, None, model, None, cancel)


def _written(
    prompt: str | list[Message], grammar: str | None, model: TextModel, on_token: Callable[[str], None] | None,
    cancel: threading.Event | None,
) -> Draft:
    """The stream of one prompt as a draft: see write_draft."""
    text, cut = "", False
    try:
        stop = () if model.is_chat else ("\n", "资料：", "问题：")
        most = 320 if model.is_chat else 240
        for piece in model.stream(prompt, max_tokens=most, stop=stop, grammar=grammar, cancel=cancel):
            text += piece
            if on_token is not None:
                on_token(visible(text))
    except ModelError:
        if not _whole_sentences(visible(text)):
            raise
        cut = True
    shown = visible(text)
    cut = cut or (cancel is not None and cancel.is_set())
    whole = _whole_sentences(shown)
    if not cut and whole == shown.strip():
        return Draft(shown, model.name)
    # A sentence without its end may have lost a 不 or a figure's last digit.
    return Draft(whole, model.name, truncated=True) if cut or whole else Draft(shown, model.name, truncated=True)


def numbered(evidence: Sequence[Evidence], limit: int) -> str:
    """The evidence as lines "[1] …", within limit characters; always at least the first."""
    lines: list[str] = []
    size = 0
    for number, item in enumerate(evidence, start=1):
        line = f"[{number}] {as_data(item.statement or item.quote)}"
        size += len(line)
        if lines and size > limit:
            break
        lines.append(line[: limit + 8])
    return "\n".join(lines)


def as_data(text: str) -> str:
    """Outside text made harmless in a prompt: one line, no control tokens or tags, [1] written （1）."""
    text = _CONTROL.sub("", text)
    text = _MARK.sub(r"（\1）", text)
    return re.sub(r"\s+", " ", text).strip()


def worth_drafting(model: TextModel) -> bool:
    """Whether a draft of this model may be better than the excerpt: measured no for a base model (see above)."""
    return model.is_chat


def confine(evidence: Sequence[Evidence]) -> str:
    """A GBNF grammar: the first statement with its mark, then at most one of the others; no word of its own."""
    first, *others = [
        f"{_literal(as_data(item.statement or item.quote).rstrip('。') + '。')} \"[{number}]\""
        for number, item in enumerate(evidence, start=1)
    ]
    if not others:
        return f"root ::= {first}"
    return f"root ::= {first} other?\nother ::= {' | '.join(others)}"


def _ask(
    question: str, evidence: Sequence[Evidence], model: TextModel, prompts: Mapping[str, Prompt]
) -> tuple[str | list[Message], str | None]:
    asked = as_data(question)[:500]
    if model.is_chat:
        prompt = prompts["answer_chat"]
        user = prompt.fill("user", evidence=numbered(evidence, CHAT_LIMIT), question=asked)
        return [Message(role="system", content=prompt.fill("system")), Message(role="user", content=user)], None
    listed = numbered(evidence, BASE_LIMIT)
    text = prompts["answer_base"].fill("prompt", evidence=listed, question=asked)
    return text, confine(evidence[: listed.count("\n") + 1])


def _literal(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _whole_sentences(text: str) -> str:
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    return text[: ends[-1]].strip() if ends else ""
