"""A chat model that says what it was given to say, the chain over the tiny library with it, what holds of every answer."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from assistant.chain import Chain, open_chain
from assistant.llm import Message
from assistant.prompts import load_prompts
from assistant.schema import Answer
from errors import ModelError
from settings import load_settings


def open_base(data_folder: Path) -> Chain:
    """The chain as the commands open it, without a language model or a reranker."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WENGUI_DATA_FOLDER", str(data_folder))
        patch.setenv("WENGUI_INDEX_RERANK", "false")
        return open_chain(load_settings(preset="excerpt"))


class ScriptedModel:
    """A chat model that says what it was given to say, a few characters at a time; calls keeps what it was asked."""

    name = "scripted"
    is_chat = True

    def __init__(self, *replies: str | ModelError) -> None:
        self._replies = list(replies)
        self.calls: list[str] = []

    def stream(self, prompt: str | Sequence[Message], *, max_tokens: int = 200, stop: Sequence[str] = (), grammar: str | None = None,
               cancel: threading.Event | None = None) -> Iterator[str]:
        self.calls.append(prompt if isinstance(prompt, str) else prompt[-1]["content"])
        reply = self._replies.pop(0)
        if isinstance(reply, ModelError):
            raise reply
        for start in range(0, len(reply), 5):
            if cancel is not None and cancel.is_set():
                return
            yield reply[start : start + 5]


def with_model(base: Chain, *replies: str | ModelError) -> tuple[Chain, ScriptedModel]:
    model = ScriptedModel(*replies)
    return Chain(base.library, base.retriever, model=model, prompts=load_prompts()), model


def check(answer: Answer) -> None:
    """What holds of every answer, whoever wrote it."""
    marks = {int(n) for n in re.findall(r"\[(\d+)\]", answer.text)}
    assert marks == {citation.label for citation in answer.citations}
    for citation in answer.citations:
        assert citation.text[citation.char_start : citation.char_end] == citation.quote
        assert citation.quote.strip()
    assert {"retrieve", "answer", "total"} <= set(answer.seconds)
    assert answer.seconds["total"] >= answer.seconds["retrieve"] >= 0
