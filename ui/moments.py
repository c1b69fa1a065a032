"""One question asked in a thread of its own, its stages handed on as they happen. Knows no page.

The words a model writes are never handed on before they are checked: only how many there are.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from assistant.chain import Chain, Progress
from assistant.draft import worth_drafting
from assistant.schema import Answer
from errors import AssistantError
from ui.turns import Turn, to_turn

_LEAST_WAIT = 0.25  # seconds between two counts of written characters
LIMIT, GRACE = 120.0, 5.0  # seconds that one question may take, and that the excerpt then has to come forward
UNFORESEEN = "出了意料之外的问题，没有答成。请再问一次；还不行，请把后台窗口里的记录告诉管理员。"


class Stage(StrEnum):
    """excerpt: the clauses' own words are ready, and a model goes on from them; drafting: it is rewriting; done; failed."""

    EXCERPT = "excerpt"
    DRAFTING = "drafting"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class Moment:
    """One stage. turn: for excerpt and done; written: characters so far; message: why it failed, in Chinese."""

    stage: Stage
    turn: Turn | None = None
    written: int = 0
    message: str = ""


def moments(
    chain: Chain, question: str, earlier: Sequence[str] = (), *, doc_ids: Sequence[str] = (), scope: str = "",
    cancel: threading.Event | None = None, limit: float = LIMIT,
) -> Iterator[Moment]:
    """The stages of one question; the last is done or failed. cancel: set it, and the excerpt stands. limit: seconds
    after which it is stopped; the excerpt stands if there is one."""
    stages: queue.SimpleQueue[Moment | None] = queue.SimpleQueue()
    stop = cancel or threading.Event()
    drafts = chain.model is not None and worth_drafting(chain.model)
    told = 0.0

    def on_excerpt(answer: Answer) -> None:
        if drafts:  # else it is the answer, and comes as such at once
            stages.put(Moment(Stage.EXCERPT, to_turn(answer, chain.library, scope)))
            stages.put(Moment(Stage.DRAFTING))

    def on_token(so_far: str) -> None:
        nonlocal told
        if time.monotonic() - told >= _LEAST_WAIT:
            told = time.monotonic()
            stages.put(Moment(Stage.DRAFTING, written=len(so_far)))

    def work() -> None:
        try:
            answer = chain.ask(question, earlier, doc_ids=doc_ids, progress=Progress(on_excerpt, on_token, stop))
            stages.put(Moment(Stage.DONE, to_turn(answer, chain.library, scope)))
        except AssistantError as error:
            stages.put(Moment(Stage.FAILED, message=error.message))
        finally:
            stages.put(None)

    threading.Thread(target=work, name="question", daemon=True).start()
    try:
        yield from _timed(stages, stop, limit)
    finally:
        stop.set()  # a page that has gone wants no more words


def _timed(stages: queue.SimpleQueue[Moment | None], stop: threading.Event, limit: float) -> Iterator[Moment]:
    """The stages as they come; the last is done or failed, and comes at most GRACE after limit."""
    ends, late = time.monotonic() + limit, False
    while True:
        try:
            moment = stages.get(timeout=max(ends - time.monotonic(), 0.0))
        except queue.Empty:
            if late:
                yield Moment(Stage.FAILED, message=late_message(limit))
                return
            stop.set()
            ends, late = ends + GRACE, True
            continue
        if moment is None:
            yield Moment(Stage.FAILED, message=UNFORESEEN)
            return
        if late and moment.turn is not None and moment.turn.kind == "excerpt":
            moment = replace(moment, turn=replace(moment.turn, notices=(*moment.turn.notices, late_notice(limit))))
        yield moment
        if moment.stage in (Stage.DONE, Stage.FAILED):
            return


def late_notice(limit: float) -> str:
    """What is said with an excerpt whose model was stopped."""
    return f"超过 {limit:g} 秒，语言模型没有写完，改用原文摘录。"


def late_message(limit: float) -> str:
    """Why there is no answer."""
    return f"超过 {limit:g} 秒没有答完，已停止。请过一会儿再问，或把问题问得短些。"
