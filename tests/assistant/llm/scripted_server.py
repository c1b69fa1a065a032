"""A scripted server on a loopback port that speaks the OpenAI wire format, quirks and faults included.

Each request takes the next step of the script (the last step repeats). Requests are kept for the test to read.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

QUIRKS = ("plain", "deepseek", "dashscope", "zhipu", "ollama", "vllm", "proxy")


@dataclass(frozen=True)
class Step:
    """One answer. text: what the model writes, or a function of the request body that gives it.

    quirk: whose habits to play. status: HTTP status; other than 200 sends error and headers. cut_after: pieces
    after which the connection drops without an end. garbage: bytes sent instead of a stream. pause: seconds before
    every piece; silence: seconds before the answer starts. think: reasoning, sent the server's own way.
    """

    text: str | Callable[[dict[str, Any]], str] = ""
    quirk: str = "plain"
    status: int = 200
    error: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    cut_after: int | None = None
    garbage: bytes | None = None
    pause: float = 0.0
    silence: float = 0.0
    think: str = ""


@dataclass
class ScriptedServer:
    """Context manager: starts on a free port, stops at the end. requests: bodies received; keys: bearer tokens."""

    script: Sequence[Step]
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    base_url: str = ""

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.base_url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        owner = self
        lock = threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.0"

            def log_message(self, *_: object) -> None:
                """Silent."""

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with lock:
                    step = owner.script[min(len(owner.requests), len(owner.script) - 1)]
                    owner.requests.append(body)
                    owner.keys.append(self.headers.get("Authorization", ""))
                time.sleep(step.silence)
                try:
                    _answer(self, step, body)
                except (BrokenPipeError, ConnectionResetError):
                    return  # The client hung up, as a cancelling one does.

        return Handler


def _answer(handler: BaseHTTPRequestHandler, step: Step, body: dict[str, Any]) -> None:
    if step.status != 200:
        payload = json.dumps({"error": {"message": step.error, "type": "error", "code": str(step.status)}}).encode()
        _head(handler, step.status, "application/json", (*step.headers, ("Content-Length", str(len(payload)))))
        handler.wfile.write(payload)
        return
    _head(handler, 200, "text/event-stream", step.headers)
    if step.garbage is not None:
        handler.wfile.write(step.garbage)
        return
    text = step.text(body) if callable(step.text) else step.text
    for number, event in enumerate(_events(text, step)):
        if step.cut_after is not None and number >= step.cut_after:
            return
        time.sleep(step.pause)
        handler.wfile.write(event)
        handler.wfile.flush()


def _head(handler: BaseHTTPRequestHandler, status: int, kind: str, headers: Sequence[tuple[str, str]]) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    for name, value in headers:
        handler.send_header(name, value)
    handler.end_headers()


def _events(text: str, step: Step) -> list[bytes]:
    """The stream of one answer the way the server named by step.quirk sends it."""
    quirk = step.quirk
    deltas: list[dict[str, Any]] = [] if quirk == "ollama" else [{"role": "assistant", "content": ""}]
    if step.think:
        if quirk in ("ollama", "plain"):
            text = f"<think>{step.think}</think>\n{text}"
        else:
            name = "reasoning" if quirk == "vllm" else "reasoning_content"
            deltas.append({name: step.think, "content": None})
    size = 1 if quirk == "ollama" else 3
    deltas.extend({"content": text[i : i + size]} for i in range(0, len(text), size))
    if quirk == "proxy":
        # Gateways repeat the role in chunks of its own, send empty and null pieces, and comment while they wait.
        deltas = [d for delta in deltas for d in ({"role": "assistant"}, delta, {"content": None}, {})]
    chunks = [_chunk([{"index": 0, "delta": delta, "finish_reason": None}]) for delta in deltas]
    last: dict[str, Any] = {"index": 0, "delta": {}, "finish_reason": "stop"}
    if quirk == "zhipu":
        last["delta"] = {"role": "assistant", "content": ""}
    if quirk == "vllm":
        last["stop_reason"] = None
    chunks.append(_chunk([last]))
    if quirk in ("dashscope", "deepseek"):
        # Usage in a chunk of its own, without choices.
        chunks.append({**_chunk([]), "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}})
    events = [b"data: " + json.dumps(c, ensure_ascii=quirk == "zhipu").encode() + b"\n\n" for c in chunks]
    if quirk == "deepseek":
        events.insert(0, b": keep-alive\n\n")
    if quirk == "proxy":
        events = [b": waiting\n\n", *(event.replace(b"\n", b"\r\n") for event in events)]
    return events if quirk == "zhipu" else [*events, b"data: [DONE]\n\n"]


def _chunk(choices: list[dict[str, Any]]) -> dict[str, Any]:
    return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "scripted", "choices": choices}
