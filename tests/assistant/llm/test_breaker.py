"""The breaker opens after repeated failures, lets one request try after the pause, and closes when it succeeds."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from assistant.llm import load_model
from assistant.llm.breaker import LONGEST_PAUSE, BreakerModel
from errors import ModelError
from tests.assistant.llm.scripted_server import ScriptedServer, Step


class Clock:
    """Seconds that pass when the test says so."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


class Flaky:
    """A chat model that fails while down is true; calls counts requests."""

    name, is_chat = "时好时坏", True

    def __init__(self) -> None:
        self.down, self.calls = True, 0

    def stream(self, prompt: object, **_: object) -> Iterator[str]:
        self.calls += 1
        yield "字"
        if self.down:
            raise ModelError("断了", retryable=True)
        yield "句"


@pytest.fixture
def parts() -> tuple[BreakerModel, Flaky, Clock]:
    flaky, clock = Flaky(), Clock()
    return BreakerModel(flaky, failures=3, pause=30.0, clock=clock), flaky, clock


def fail(model: BreakerModel, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(ModelError):
            list(model.stream("问"))


def test_it_opens_after_three_failures_and_then_asks_no_more(parts: tuple[BreakerModel, Flaky, Clock]) -> None:
    model, flaky, _ = parts
    fail(model, 3)
    with pytest.raises(ModelError, match=r"暂时不用.*约 30 秒后.*原文摘录"):
        list(model.stream("问"))
    assert flaky.calls == 3


def test_a_success_between_failures_keeps_it_closed(parts: tuple[BreakerModel, Flaky, Clock]) -> None:
    model, flaky, _ = parts
    for _ in range(3):
        flaky.down = True
        fail(model, 2)
        flaky.down = False
        assert "".join(model.stream("问")) == "字句"
    assert flaky.calls == 9


def test_after_the_pause_one_request_tries_and_success_closes_it(parts: tuple[BreakerModel, Flaky, Clock]) -> None:
    model, flaky, clock = parts
    fail(model, 3)
    clock.now += 31
    flaky.down = False
    trial = model.stream("问")
    assert next(trial) == "字"
    fail(model)  # one try at a time
    assert flaky.calls == 4
    assert list(trial) == ["句"]
    assert "".join(model.stream("问")) == "字句"


def test_a_failed_try_opens_it_for_longer_up_to_a_bound(parts: tuple[BreakerModel, Flaky, Clock]) -> None:
    model, flaky, clock = parts
    fail(model, 3)
    clock.now += 31
    fail(model)
    clock.now += 31
    fail(model)
    assert flaky.calls == 4, "the pause has doubled"
    for _ in range(8):
        clock.now += LONGEST_PAUSE + 1
        fail(model)
    assert flaky.calls == 12
    clock.now += LONGEST_PAUSE + 1
    flaky.down = False
    assert "".join(model.stream("问")) == "字句"


def test_a_cancelled_try_leaves_the_next_one_free(parts: tuple[BreakerModel, Flaky, Clock]) -> None:
    model, flaky, clock = parts
    fail(model, 3)
    clock.now += 31
    flaky.down = False
    broken = model.stream("问")
    next(broken)
    broken.close()
    cancel = threading.Event()
    cancel.set()
    list(model.stream("问", cancel=cancel))
    assert "".join(model.stream("问")) == "字句"


def test_a_provider_from_settings_has_one_and_its_key_stays_hidden() -> None:
    with ScriptedServer([Step(status=401)]) as server:
        model = load_model("openai", base_url=server.base_url, model="m", api_key="sk-secret-42")
        for _ in range(5):
            with pytest.raises(ModelError):
                list(model.stream("问"))
        assert len(server.requests) == 3
    assert "sk-secret-42" not in repr(model)
