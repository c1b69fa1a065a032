"""The API when more is asked of it than it can do, and when the one who asked has gone."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from assistant.chain import Chain, open_chain
from assistant.prompts import load_prompts
from tests.browser import served
from tests.ui.conftest import settings_for
from ui.desk import Desk
from ui.line import Line
from ui.serve import build_app, listen

ASKED = {"question": "社区学习中心每周开放多少小时？"}


class WaitingModel:
    """A chat model that writes nothing until it is let go or told to stop."""

    name, is_chat = "慢模型", True

    def __init__(self) -> None:
        self.begun, self.let_go, self.stopped = threading.Event(), threading.Event(), threading.Event()

    def stream(self, prompt: object, *, cancel: threading.Event | None = None, **_: object) -> Iterator[str]:
        self.begun.set()
        while not self.let_go.wait(0.02):
            if cancel is not None and cancel.is_set():
                self.stopped.set()
                return
        yield "每周开放不少于40小时。[1]"


@pytest.fixture
def model() -> WaitingModel:
    return WaitingModel()


def address_of(page_folder: Path, model: WaitingModel, seconds: int = 120) -> Any:
    """An API with one place, one seat to wait on, and that model, as a context manager that gives its address."""
    base = settings_for(page_folder)
    chain = open_chain(base)
    settings = replace(base, page=replace(base.page, question_seconds=seconds))
    desk = Desk(settings, lambda _: Chain(chain.library, chain.retriever, model=model, prompts=load_prompts()), remember=False)
    desk.line = Line(1, 1)
    desk.open()
    return served(build_app(desk), listen("127.0.0.1", 0))


@pytest.fixture
def slow(page_folder: Path, model: WaitingModel) -> Iterator[str]:
    with address_of(page_folder, model) as url:
        yield f"{url}api/v1/ask"


def test_who_finds_no_seat_is_told_to_come_back(slow: str, model: WaitingModel) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = as_completed([pool.submit(httpx.post, slow, json=ASKED, timeout=60) for _ in range(6)])
        turned_away = [next(answers).result() for _ in range(4)]
        model.let_go.set()
        served_later = [answer.result() for answer in answers]
    assert [answer.status_code for answer in turned_away] == [503] * 4
    assert {answer.json()["error"]["code"] for answer in turned_away} == {"busy"}
    assert all(int(answer.headers["retry-after"]) > 0 for answer in turned_away)
    assert [answer.status_code for answer in served_later] == [200, 200]
    assert all("40小时" in answer.json()["answer"] for answer in served_later)


def test_no_model_writes_on_for_a_client_that_has_gone(slow: str, model: WaitingModel) -> None:
    with socket.create_connection(("127.0.0.1", urlsplit(slow).port or 0)) as client:
        body = json.dumps(ASKED).encode()
        head = f"POST /api/v1/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        client.sendall(head.encode() + body)
        assert model.begun.wait(30)
    assert model.stopped.wait(30)
    model.let_go.set()
    assert httpx.post(slow, json=ASKED, timeout=60).status_code == 200


def test_a_model_that_takes_too_long_leaves_the_excerpt(page_folder: Path, model: WaitingModel) -> None:
    with address_of(page_folder, model, seconds=1) as url:
        answered = httpx.post(f"{url}api/v1/ask", json=ASKED, timeout=60).json()
    assert model.stopped.is_set() and "40小时" in answered["answer"] and "超过 1 秒" in answered["notices"][-1]


def test_what_does_not_even_stop_is_given_up(page_folder: Path, model: WaitingModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.api.http.GRACE", 0.1)
    monkeypatch.setattr(model, "stream", lambda *_, **__: iter([""] if model.let_go.wait(30) else []))
    with address_of(page_folder, model, seconds=1) as url:
        late = httpx.post(f"{url}api/v1/ask", json=ASKED, timeout=60)
        model.let_go.set()
        again = httpx.post(f"{url}api/v1/ask", json=ASKED, timeout=60)
    assert (late.status_code, late.json()["error"]["code"]) == (504, "late") and again.status_code == 200


def test_who_has_gone_while_waiting_is_not_answered(page_folder: Path, model: WaitingModel) -> None:
    asked: list[str] = []
    chain = open_chain(settings_for(page_folder))
    chain.model, chain._prompts = model, load_prompts()
    desk = Desk(settings_for(page_folder), lambda _: chain, remember=False)
    desk.line = Line(1, 5)
    desk.open()
    chain.observers.append(lambda answer: asked.append(answer.question))
    with served(build_app(desk), listen("127.0.0.1", 0)) as url, ThreadPoolExecutor(1) as pool:
        first = pool.submit(httpx.post, f"{url}api/v1/ask", json=ASKED, timeout=60)
        assert model.begun.wait(30)
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(f"{url}api/v1/ask", json={"question": "没有人等的问题"}, timeout=0.3)
        while desk.line.waiting:
            threading.Event().wait(0.05)
        model.let_go.set()
        assert first.result().status_code == 200
        assert httpx.post(f"{url}api/v1/ask", json=ASKED, timeout=60).status_code == 200
    assert asked == [ASKED["question"]] * 2
