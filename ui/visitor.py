"""Who makes a request, as the guard has found out, or why it does not go on (ui/guard.py)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from access.rate import Rate

KEY = "wengui.visitor"  # in the scope of every request that passed the guard


@dataclass(frozen=True)
class Visitor:
    """owner: whose conversations this visitor sees; questions: how many may be asked, None for any number."""

    owner: str = ""
    name: str = ""
    administrator: bool = True
    questions: Rate | None = None

    def wait(self) -> float:
        """Count one question. Returns 0 when it may be asked, else the seconds until it may."""
        return self.questions.take(self.owner) if self.questions else 0.0


@dataclass(frozen=True)
class Refusal:
    """Why a request does not go on: what is wrong, what to do next. wait: seconds, for Retry-After."""

    status: int
    what: str
    remedy: str = ""
    wait: float = 0.0

    @property
    def message(self) -> str:
        """In one line."""
        return f"{self.what}。{self.remedy}"


LOCAL = Visitor()  # without users, whoever sits at this machine


def visitor_of(request: Any) -> Visitor:
    """The visitor of a request, FastAPI's or Gradio's. Raises KeyError for one that did not pass the guard."""
    visitor: Visitor = getattr(request, "request", request).scope[KEY]
    return visitor
