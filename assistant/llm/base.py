"""What the chain asks of a language model: a name, and text as it is written. One file per provider beside this."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import Protocol, TypedDict


class Message(TypedDict):
    """One turn. role: system, user or assistant."""

    role: str
    content: str


class TextModel(Protocol):
    """A model that writes.

    name: shown to the user. is_chat: follows instructions in messages; False for a base model that only
    continues text.
    """

    @property
    def name(self) -> str: ...

    @property
    def is_chat(self) -> bool: ...

    def stream(
        self,
        prompt: str | Sequence[Message],
        *,
        max_tokens: int = 200,
        stop: Sequence[str] = (),
        grammar: str | None = None,
        cancel: threading.Event | None = None,
    ) -> Iterator[str]:
        """Text in pieces as written, until done, a stop string, max_tokens, or cancel is set.

        grammar: GBNF that confines the text, for models that take one; others ignore it. Raises ModelError,
        before or between pieces, when the model is missing, does not answer, or breaks off.
        """
        ...


def as_text(prompt: str | Sequence[Message]) -> str:
    """A prompt for a base model: the contents one under the other."""
    return prompt if isinstance(prompt, str) else "\n\n".join(message["content"] for message in prompt)


def as_messages(prompt: str | Sequence[Message]) -> list[Message]:
    """A prompt for a chat model: a bare string is one user turn."""
    return [Message(role="user", content=prompt)] if isinstance(prompt, str) else list(prompt)
