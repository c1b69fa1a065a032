"""The errors a user may meet. Each says what went wrong, where, and what to do next.

Holds no logic: entry points turn an AssistantError into one Chinese message, nothing else prints.
"""

from __future__ import annotations


class AssistantError(Exception):
    """Base of all errors shown to users.

    what: the fault in plain Chinese; where: file, setting or address it concerns ("" if none);
    remedy: the next step in plain Chinese.
    """

    def __init__(self, what: str, where: str = "", remedy: str = "") -> None:
        self.what, self.where, self.remedy = what, where, remedy
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """One paragraph: what（where）。remedy。"""
        place = f"（{self.where}）" if self.where else ""
        advice = f" {self.remedy}" if self.remedy else ""
        return f"{self.what}{place}。{advice}".replace("。。", "。").strip()


class SettingsError(AssistantError):
    """A settings file or environment variable is not usable."""


class SourceError(AssistantError):
    """A source document cannot be read."""


class LibraryError(AssistantError):
    """library.db is missing, of another version, or built with another embedding model."""


class ModelError(AssistantError):
    """A model (embedding, reranking or language model) is missing or does not answer.

    retryable: whether asking again later may help.
    """

    def __init__(self, what: str, where: str = "", remedy: str = "", *, retryable: bool = False) -> None:
        self.retryable = retryable
        super().__init__(what, where, remedy)


class QuestionError(AssistantError):
    """A question that cannot be asked: empty, or far too long."""
