"""What the page works with: the open chain or why there is none, the conversations, the running questions."""

from __future__ import annotations

import dataclasses
import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any

from assistant.chain import Chain, open_chain
from assistant.history import History, StoredTurn
from assistant.schema import Answer
from errors import AssistantError, ModelError
from index.library import Library
from index.store import Store
from ui.line import Line
from ui.parallels import Parallels
from ui.turns import Turn, from_record, to_record

log = logging.getLogger(__name__)
_PARTS = ("语言模型", "向量模型", "重排模型")  # notices of these are told anew with each opening
_EARLIER = 6  # earlier questions that a follow-up may lean on


class Desk:
    """One for the whole page; safe for several threads.

    problem: why there is no chain, None when there is one. notices: Chinese sentences about what is missing though
    the page works. remember: whether conversations are kept in history.db. observers: told of every answer, whichever
    chain gave it. line: where questions wait, whoever asks. Nothing here raises for a missing library, model or history: the page says so instead.
    """

    def __init__(self, settings: Any, opener: Callable[[Any], Chain] | None = None, *, remember: bool = True) -> None:
        self.settings = settings
        self._opener = opener or (lambda chosen: open_chain(chosen, self.chain))
        self._opening = threading.Lock()
        self._running: dict[str, threading.Event] = {}
        self.chain: Chain | None = None
        self.problem: AssistantError | None = None
        self.notices: tuple[str, ...] = ()
        self.examples: tuple[str, ...] = ()
        self.history: History | None = None
        self.observers: list[Callable[[Answer], None]] = []
        self.line = Line()
        self._parallels: Parallels | None = None
        if remember:
            self._open_history()

    def _open_history(self) -> None:
        try:
            self.history = History(self.settings.folder / "history.db")
        except AssistantError as error:
            log.warning("history: %s", error.message)
            self.history = None
            self.notices = (*self.notices, f"{error.message} 这次的问答不会保存。")

    def open(self) -> None:
        """Open the chain when there is none, or again when the library has changed since. Questions meanwhile go on."""
        with self._opening:
            if self.chain is not None and not self._is_outdated(self.chain.library):
                return
            try:
                chain = self._open_chain()
            except AssistantError as error:
                log.warning("page without a library: %s", error.message)
                self.problem = error if self.chain is None else None
                return
            chain.observers = self.observers
            self.examples = _examples(chain)
            self._parallels = Parallels(chain.library)
            self.chain, self.problem = chain, None

    def parallels(self) -> Parallels | None:
        """Where the open library's documents say the same; None while another library is being opened."""
        made = self._parallels
        return made if made is not None and self.chain is not None and made.library is self.chain.library else None

    def another_chain(self) -> Chain:
        """A chain of its own over the library as it now stands, for work whose answers are nobody's: they are not counted.
        Raises AssistantError, also where only the language model is missing."""
        return self._opener(self.settings)

    def _open_chain(self) -> Chain:
        """The chain; without its language model when only that is missing."""
        self.notices = tuple(notice for notice in self.notices if not any(part in notice for part in _PARTS))
        try:
            chain = self._opener(self.settings)
        except ModelError as error:
            if self.settings.model.provider == "none":
                raise
            bare = dataclasses.replace(self.settings, model=dataclasses.replace(self.settings.model, provider="none"))
            chain = self._opener(bare)
            self.notices = (*self.notices, f"语言模型用不了：{error.message} 现在只摘录原文。")
        self.notices = (*self.notices, *chain.notices)
        return chain

    def _is_outdated(self, library: Library) -> bool:
        if not self.settings.library_path.is_file():
            return False
        try:
            store = Store(self.settings.library_path)
            try:
                return store.generation != library.generation
            finally:
                store.close()
        except AssistantError:
            return False

    # -- running questions -----------------------------------------------------------------------------------

    def start(self, page: str) -> threading.Event:
        """A stop flag for the question that this page (browser tab) now asks; an earlier one of it is stopped."""
        self.stop(page)
        self._running[page] = threading.Event()
        return self._running[page]

    def stop(self, page: str) -> None:
        """Stop the page's question: the excerpt stands."""
        running = self._running.pop(page, None)
        if running is not None:
            running.set()

    # -- conversations ---------------------------------------------------------------------------------------

    def history_of(self, owner: str) -> History | None:
        """The conversations of one user, those of this machine's own user for ""; None when history cannot be used."""
        return self.history.of(owner) if self.history else None

    def turns(self, conversation_id: str | None, owner: str = "") -> tuple[Turn, ...]:
        """The stored turns of an owner's conversation, none when it is unknown or history cannot be read."""
        history = self.history_of(owner)
        if not conversation_id or history is None:
            return ()
        try:
            return tuple(_shown(stored) for stored in history.turns(conversation_id))
        except AssistantError as error:
            log.warning("history: %s", error.message)
            return ()

    def keep(self, conversation_id: str | None, turn: Turn, owner: str = "") -> tuple[str | None, Turn]:
        """Store a turn, in a new conversation when the owner has none of this id. Returns (conversation id, turn with
        its id); when it cannot be stored, the turn says so."""
        history = self.history_of(owner)
        if history is None:
            return conversation_id, turn
        try:
            if not conversation_id or not history.exists(conversation_id):
                conversation_id = history.create(turn.question)
            turn_id = history.add_turn(conversation_id, turn.question, turn.text, to_record(turn))
        except AssistantError as error:
            return conversation_id, dataclasses.replace(turn, notices=(*turn.notices, error.message))
        return conversation_id, dataclasses.replace(turn, turn_id=turn_id)


def earlier_questions(turns: Sequence[Turn]) -> list[str]:
    """The last few questions of a conversation, oldest first."""
    return [turn.question for turn in turns[-_EARLIER:]]


def _shown(stored: StoredTurn) -> Turn:
    return from_record(stored.question, stored.record, stored.turn_id, stored.feedback)


def _examples(chain: Chain) -> tuple[str, ...]:
    """Example questions, tried with the excerpt alone; asking them also warms up what the first question needs."""
    from ui.examples import examples

    return examples(Chain(chain.library, chain.retriever))
