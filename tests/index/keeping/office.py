"""A data folder with a librarian, over the tiny documents and the hand-made embedder."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from corpus.worker import Limits
from index.build import is_stale
from index.keeping.ledger import Held, Stage
from index.keeping.librarian import Librarian
from index.keeping.shelves import Shelves
from index.library import open_library
from index.store import Store
from tests.tiny import BagEmbedding, make_library

NIGHT = "青岚县夜校办法\n第一条 夜校每学期收费不超过100元。\n第二条 夜校教师每学期培训不少于8学时。\n"
NEWER = NIGHT.replace("100元", "80元")


class Office:
    """A data folder with the tiny documents: city.txt and nation.txt in a folder of others, county.txt managed here."""

    def __init__(self, folder: Path, **more: Any) -> None:
        self.folder, self.elsewhere = folder, folder / "elsewhere"
        make_library(folder)
        self.elsewhere.mkdir()
        for name in ("city.txt", "nation.txt"):
            (folder / "sources" / name).rename(self.elsewhere / name)
        self.embedder = BagEmbedding.open()
        self.changes = 0
        self.librarian = self.open(**more)

    def open(self, **more: Any) -> Librarian:
        shelves = Shelves(self.folder, (self.elsewhere, self.folder / "sources"))
        settings = {"limits": Limits(), "most": 10**6, "background": False, "on_change": self.changed} | more
        return Librarian(shelves, self.folder / "library.db", lambda: self.embedder, **settings)

    def changed(self) -> None:
        self.changes += 1

    def upload(self, name: str, text: str | bytes, replaces: str = "", actor: str = "王老师") -> Held:
        with self.librarian.receive(name) as incoming:
            incoming.write(text if isinstance(text, bytes) else text.encode())
            held = self.librarian.accept(incoming, actor, replaces)
        return self.librarian.ledger.find(held.held_id)

    def live(self, name: str, text: str, **more: Any) -> None:
        """Upload and let go live at once."""
        self.librarian.publish(self.upload(name, text, **more).held_id, {}, "王老师")

    def texts(self) -> str:
        """Every clause that is searched now; the library must open and its vectors fit."""
        store = Store(self.folder / "library.db")
        library = open_library(store, self.folder / "cache")
        assert not is_stale(store, [self.elsewhere, self.folder / "sources"])
        store.close()
        return "\n".join(clause.text for clause in library.clauses.values())

    def titles(self) -> set[str]:
        with_store = Store(self.folder / "library.db")
        titles = {document.title for document in with_store.documents()}
        with_store.close()
        return titles

    def bin(self) -> list[Held]:
        return [held for held in self.librarian.held() if held.stage is Stage.BIN]

    def done(self) -> list[str]:
        return [action.action for action in reversed(self.librarian.actions())]


def settle(office: Office, test: Callable[[], bool]) -> None:
    """Wait until test holds."""
    for _ in range(2000):
        if test():
            return
        threading.Event().wait(0.01)
    raise AssertionError(office.librarian.queue.jobs())
