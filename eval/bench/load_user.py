"""A user of the page without a browser: the requests that the page's own script sends, in its order.

Knows Gradio's queue protocol (join, then a stream of messages of which all but the first are differences) and the few
parts of the page that hold an answer. Times are wall-clock seconds.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from errors import AssistantError
from eval.bench.load_server import PASSWORD

if TYPE_CHECKING:
    import httpx

_PATIENCE = 180.0  # seconds without a byte
_LOOK = 0.2  # seconds between two looks at the background work


class PageFault(AssistantError):
    """The page did not do what it should; what says it in a word or two, so that faults can be counted."""


@dataclass(frozen=True)
class Clause:
    """What a mark of an answer opens."""

    clause_id: str
    start: str
    end: str


@dataclass(frozen=True)
class Shown:
    """One answer on the page. text: question, answer and sources as the page would copy them. earlier: the same of the
    answers above it. leaning: whether the question was read together with those before it. first: seconds until any of it stood there; total: until it was done; ahead: the most questions
    that the page said were waiting before this one."""

    text: str
    earlier: tuple[str, ...]
    clauses: tuple[Clause, ...]
    leaning: bool
    first: float
    total: float
    ahead: int


@dataclass(frozen=True)
class Used:
    """Resident memory of the server, MiB, and processor seconds since it started; 0 where it does not tell."""

    memory: float
    processor: float


class PageUser:
    """One browser tab of one signed-in user."""

    def __init__(self, address: str, name: str) -> None:
        import httpx

        self.name = name
        # As a browser says it of the page's own requests.
        self.client: httpx.AsyncClient = httpx.AsyncClient(base_url=address, headers={"Origin": address}, timeout=_PATIENCE)
        self._tab = ""
        self._handlers: dict[str, Mapping[str, Any]] = {}
        self._parts: dict[str, int] = {}
        self._values: dict[int, Any] = {}

    async def sign_in(self) -> None:
        """Raises PageFault when the page does not let the user in."""
        reply = await self.client.post("/login", data={"name": self.name, "password": PASSWORD})
        if reply.status_code != 303:
            raise PageFault(f"登录 {reply.status_code}")

    async def open(self) -> None:
        """Open the page in a new tab: a new conversation."""
        self._tab = uuid.uuid4().hex[:12]
        for path in ("/", "/config"):
            reply = await self.client.get(path)
            if reply.status_code != 200:
                raise PageFault(f"打开页面 {reply.status_code}")
        config = reply.json()
        self._handlers = {handler["api_name"]: handler for handler in config["dependencies"]}
        self._parts = {part["props"]["elem_id"]: part["id"] for part in config["components"] if part["props"].get("elem_id")}
        self._values = {part["id"]: part["props"].get("value") for part in config["components"]}
        async for _ in self._call("load", ""):
            pass

    async def ask(self, question: str) -> Shown:
        """The answer as it stands on the page in the end. Raises PageFault when there is none."""
        started, first, ahead = time.perf_counter(), 0.0, 0
        live = log = ""
        async for values in self._call("ask", question):
            live, log = values.get("live", live), values.get("log", log)
            ahead = max(ahead, _ahead(values.get("pulse", "")))
            if not first and "data-copy" in live:
                first = time.perf_counter() - started
        texts, clauses = _read(live)
        if not texts:
            raise PageFault("没有回答")
        earlier, _ = _read(log)
        return Shown(texts[-1], tuple(earlier), tuple(clauses), 'class="rewritten"' in live, first, time.perf_counter() - started, ahead)

    async def read(self, clause: Clause) -> None:
        """Open a cited clause. Raises PageFault when it does not come with its passage marked."""
        reply = await self.client.get(f"/reader/{clause.clause_id}", params={"start": clause.start, "end": clause.end})
        if reply.status_code != 200 or "<mark" not in reply.text:
            raise PageFault(f"打开原文 {reply.status_code}")

    async def close(self) -> None:
        """Let the connections go."""
        await self.client.aclose()

    async def _call(self, handler: str, first: str) -> AsyncIterator[dict[str, str]]:
        """elem_id → HTML or text of the parts a handler fills, each time it fills some. first: what stands in the first of
        its fields; the others are as the page opens with them."""
        from gradio_client.utils import apply_diff

        known = self._handlers[handler]
        data = [first, *(self._values.get(number) for number in known["inputs"][1:])]
        asked = {"data": data, "fn_index": known["id"], "session_hash": self._tab, "trigger_id": known["targets"][0][0], "event_data": None}
        joined = await self.client.post("/gradio_api/queue/join", json=asked)
        if joined.status_code != 200:
            raise PageFault(f"排队 {joined.status_code}")
        so_far: list[Any] = []
        async for message in self._messages():
            kind, output = message["msg"], message.get("output") or {}
            if kind == "process_generating" and so_far:
                so_far = [apply_diff(before, change) for before, change in zip(so_far, output["data"], strict=True)]
                yield self._named(known, so_far)
            elif kind in ("process_generating", "process_completed"):
                if not message.get("success"):
                    raise PageFault("处理出错")
                so_far = output.get("data", [])
                yield self._named(known, so_far)
            if kind == "process_completed":
                return
        raise PageFault("中途断开")

    async def _messages(self) -> AsyncIterator[dict[str, Any]]:
        async with self.client.stream("GET", "/gradio_api/queue/data", params={"session_hash": self._tab}) as stream:
            if stream.status_code != 200:
                raise PageFault(f"取结果 {stream.status_code}")
            async for line in stream.aiter_lines():
                if line.startswith("data:"):
                    yield json.loads(line.removeprefix("data:"))

    def _named(self, handler: Mapping[str, Any], values: Sequence[Any]) -> dict[str, str]:
        by_id = dict(zip(handler["outputs"], values, strict=True))
        found = {name: by_id[number] for name, number in self._parts.items() if number in by_id}
        values = {name: given.get("value") if isinstance(given, dict) else given for name, given in found.items()}
        return {name: value for name, value in values.items() if isinstance(value, str)}


class Administrator(PageUser):
    """A user who lets files go live and sees what the server counts."""

    async def publish(self, name: str, text: str) -> None:
        """Upload a file, let it be read, let it go live. Raises PageFault when it does not."""
        received = await self.client.put("/library/uploads", params={"name": name}, content=text.encode())
        if received.status_code != 200:
            raise PageFault(f"上传 {received.status_code}")
        await self._idle("读取")
        live = await self.client.post(f"/library/uploads/{received.json()['id']}/live", json={"edits": {}})
        if live.status_code != 200:
            raise PageFault(f"上线 {live.status_code}")
        await self._idle("上线")

    async def finds(self, words: str) -> bool:
        """Whether the first clause found for some words holds them."""
        reply = await self.client.post("/api/v1/search", json={"question": words, "limit": 1})
        return reply.status_code == 200 and any(words in hit["text"] for hit in reply.json()["hits"])

    async def used(self) -> Used:
        """What the server has used."""
        reply = await self.client.get("/metrics")
        told = dict(line.split(" ", 1) for line in reply.text.splitlines() if line.startswith("process_"))
        memory, processor = (float(told.get(f"process_{name}", 0.0)) for name in ("resident_memory_bytes", "cpu_seconds_total"))
        return Used(memory / 2**20, processor)

    async def _idle(self, step: str) -> None:
        """Wait until the background work is done. Raises PageFault when the last of it failed."""
        while True:
            state = (await self.client.get("/library/state")).json()
            if not state["busy"]:
                break
            await asyncio.sleep(_LOOK)
        own = [job for job in state["jobs"] if not job["quiet"]]
        if not own or own[-1]["outcome"] != "done":
            raise PageFault(f"{step}没有做成")


def _read(html: str) -> tuple[list[str], list[Clause]]:
    """(the answers as the page would copy them, what their marks open)."""
    if not html.strip():
        return [], []
    from lxml.html import fromstring

    tree = fromstring(html)
    marks = (Clause(mark.get("data-clause"), mark.get("data-start"), mark.get("data-end")) for mark in tree.xpath("//button[@class='mark']"))
    return tree.xpath("//button[@data-do='copy']/@data-copy"), list(marks)


def _ahead(html: str) -> int:
    """How many questions the page says are waiting before one's own."""
    from lxml.html import fromstring

    found = fromstring(html).xpath("//*[@data-ahead]/@data-ahead") if html.strip() else []
    return int(found[0]) if found else 0
