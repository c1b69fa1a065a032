"""What must hold after a kill: every commit that was told is there, nothing is there by half, search answers.

Runs in a forked child of the crash bench. Returns faults as sentences; an empty list means that nothing was lost.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from assistant.history import History
from corpus.parse import parse_pages
from corpus.readers.text import split_pages
from errors import AssistantError
from eval.bench import made
from eval.bench.crash_work import answer_to
from index.build import build
from index.library import Library, open_library
from index.retriever import Retriever
from index.schema import Request
from index.store import Store
from index.tokens import comparable, content_words

Revision = int | None  # of one document; None: not in the library


@dataclass
class Told:
    """What history's commits told. deleting: asked for, perhaps done; a conversation's names: any of these may stand."""

    names: dict[str, set[str]] = field(default_factory=dict)
    turns: dict[int, tuple[str, str]] = field(default_factory=dict)
    feedback: dict[int, bool] = field(default_factory=dict)
    deleting: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)

    def take(self, line: str) -> None:
        """One line told by crash_work.converse."""
        kind, _, rest = line.partition(" ")
        if kind == "conversation":
            self.names[rest] = set()
        elif kind == "turn":
            conversation, turn, question = json.loads(rest)
            self.turns[turn] = (conversation, question)
        elif kind == "feedback":
            turn_text, good = rest.split()
            self.feedback[int(turn_text)] = good == "1"
        elif kind == "name":
            self.names[rest.split()[0]] = {rest.split()[1]}
        elif kind in ("deleting", "deleted"):
            (self.deleting if kind == "deleting" else self.deleted).add(rest)


def source_name(number: int) -> str:
    """The file of a made document."""
    return f"{number:03d}.txt"


def revision_of(text: str) -> int:
    """The revision that a made document, or its last article, says it is."""
    return int(text.split("登记编号为LD")[1].split("，")[0].split("R")[1])


@lru_cache(maxsize=4096)
def texts_of(number: int, revision: int) -> tuple[str, ...]:
    """The clauses that one revision of a document is cut into."""
    return tuple(clause.text for clause in parse_pages(split_pages(made.document(number, revision)), source_name(number)).clauses)


def library_faults(folder: Path, allowed: Mapping[int, set[Revision]], wanted: Mapping[int, int]) -> list[str]:
    """Faults of the library as it was left, then of what the next build makes of it.

    allowed: what may stand of each document after the kill; wanted: what the files in folder/sources say.
    """
    try:
        store = Store(folder / "library.db")
        faults = _unsound(store)
        held, half = _revisions(store)
        faults += half
        faults += [f"文件 {n}：应为 {sorted(map(str, may))}，实为 {held.get(n)}" for n, may in allowed.items() if held.get(n) not in may]
        if held:
            faults += _search_faults(open_library(store, folder / "cache"), held)
        build(store, [folder / "sources"], made.HashEmbedding())
        rebuilt, half = _revisions(store)
        if rebuilt != dict(wanted):
            faults.append(f"重新建立之后：应为 {dict(wanted)}，实为 {rebuilt}")
        faults += half + _search_faults(open_library(store, folder / "cache"), rebuilt)
        store.close()
    except AssistantError as error:
        return [f"打不开：{error.message}"]
    return faults


def _unsound(store: Store) -> list[str]:
    with store.snapshot() as db:
        sound = db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        orphans = db.execute("PRAGMA foreign_key_check").fetchall()
    return ([] if sound else ["library.db 没有通过 integrity_check"]) + ([f"孤行：{orphans[:3]}"] if orphans else [])


def _revisions(store: Store) -> tuple[dict[int, int], list[str]]:
    """Number → revision of every document held, and a fault for each that is no revision as a whole."""
    clauses: dict[str, list[str]] = {}
    for clause in store.clauses():
        clauses.setdefault(clause.doc_id, []).append(clause.text)
    held: dict[int, int] = {}
    faults = [f"没有文件的来源 {name}" for name in set(store.sources()) - {d.source_path for d in store.documents()}]
    for document in store.documents():
        number, texts = int(document.source_path.removesuffix(".txt")), tuple(clauses.get(document.doc_id, ()))
        # The last clause names the revision; the rest must belong to it.
        revision = revision_of(texts[-1]) if texts and "登记编号为LD" in texts[-1] else None
        if revision is None or texts != texts_of(number, revision):
            faults.append(f"文件 {number} 不完整：{len(texts)} 条")
        else:
            held[number] = revision
    return held, faults


def _search_faults(library: Library, held: Mapping[int, int]) -> list[str]:
    retriever = Retriever(library, made.HashEmbedding())
    faults = []
    for number, revision in held.items():
        text = f"登记编号{made.code(number, revision)}"
        hits = retriever.search(Request(comparable(text), text, tuple((word,) for word in content_words(text))), limit=1).hits
        if not hits or made.code(number, revision) not in hits[0].clause.text:
            faults.append(f"搜不到文件 {number} 第 {revision} 版")
    return faults


def history_faults(path: Path, told: Told) -> list[str]:
    """Faults of the conversations: what was told is there, every record whole, what was deleted gone."""
    try:
        history = History(path)
        found = {item.conversation_id: item for item in history.conversations(limit=100_000)}
        turns = {turn.turn_id: turn for key in found for turn in history.turns(key)}
    except AssistantError as error:
        return [f"问答记录打不开：{error.message}"]
    faults = [f"会话丢失：{key}" for key in told.names if key not in found and key not in told.deleting]
    faults += [f"删了又回来：{key}" for key in told.deleted if key in found]
    faults += [f"会话名不对：{key}" for key, names in told.names.items() if names and key in found and found[key].name not in names]
    for turn_id, (conversation, question) in told.turns.items():
        if conversation not in told.deleting and (turn_id not in turns or turns[turn_id].question != question):
            faults.append(f"问答丢失：{turn_id}")
    faults += [f"意见丢失：{key}" for key, good in told.feedback.items() if key in turns and turns[key].feedback is not good]
    faults += [f"问答不完整：{t.turn_id}" for t in turns.values() if t.record.get("text") != answer_to(t.question)]
    return faults
