"""Servers differ and fail in many ways; each gives the same text or one clear Chinese message, and never the key."""

from __future__ import annotations

import logging
import threading
import time

import pytest

from assistant.llm import load_model
from assistant.llm.openai import OpenAIModel
from assistant.reply import visible
from errors import ModelError, SettingsError
from tests.assistant.llm.scripted_server import QUIRKS, ScriptedServer, Step

KEY = "sk-secret-0123456789"
TEXT = "中小学生每天综合体育活动时间不低于2小时。[1]"


def _model(server: ScriptedServer, **more: float) -> OpenAIModel:
    return OpenAIModel(base_url=server.base_url, model="scripted", api_key=KEY, **{"timeout": 5.0, **more})


def _text(server: ScriptedServer, **more: float) -> str:
    return "".join(_model(server, **more).stream("问"))


@pytest.mark.parametrize("quirk", QUIRKS)
def test_every_server_gives_the_same_text(quirk: str) -> None:
    with ScriptedServer([Step(TEXT, quirk=quirk)]) as server:
        assert _text(server) == TEXT
        assert server.keys == [f"Bearer {KEY}"]
        assert server.requests[0]["stream"] is True


@pytest.mark.parametrize("quirk", ["deepseek", "dashscope", "zhipu", "vllm"])
def test_reasoning_fields_are_passed_over(quirk: str) -> None:
    with ScriptedServer([Step(TEXT, quirk=quirk, think="先想一想")]) as server:
        assert _text(server) == TEXT


@pytest.mark.parametrize(
    ("step", "word", "retryable"),
    [
        (Step(status=401, error=f"Incorrect API key provided: {KEY}"), "密钥", False),
        (Step(status=403, error="denied"), "密钥", False),
        (Step(status=404, error="no such model"), "模型", False),
        (Step(status=400, error=f"bad {KEY}"), "拒绝", False),
        (Step(status=429, error="slow down"), "请求太多", True),
        (Step(status=500, error="boom"), "500", True),
        (Step(status=503, error="busy"), "503", True),
        (Step(TEXT, cut_after=3), "断开", True),
        (Step("", cut_after=0), "断开", True),
        (Step(garbage=b"data: {not json\n\n"), "读不懂", False),
        (Step(garbage=b"<html>login</html>"), "断开", True),
        (Step(garbage=b'data: {"choices": 5}\n\n'), "读不懂", False),
        (Step(garbage=b'data: {"error": {"message": "overloaded"}}\n\n'), "断开", True),
        (Step(garbage=b"\xff\xfe\x00data"), "读不懂", False),
        (Step(garbage=b"data: [DONE]\n\n"), "断开", True),
    ],
)
def test_a_fault_gives_a_chinese_message_without_the_key(step: Step, word: str, retryable: bool) -> None:
    with ScriptedServer([step]) as server, pytest.raises(ModelError) as caught:
        _text(server, retries=0)
    assert word in caught.value.message and "原文摘录" in caught.value.message
    assert caught.value.retryable is retryable
    assert KEY not in caught.value.message


@pytest.mark.parametrize("quirk", ["plain", "ollama"])
def test_reasoning_written_among_the_words_is_never_shown(quirk: str) -> None:
    """Servers without a field of its own for reasoning send <think>…</think>, piece by piece."""
    with ScriptedServer([Step(TEXT, quirk=quirk, think="答案是3小时[1]。")]) as server:
        pieces = list(_model(server).stream("问"))
    so_far = ["".join(pieces[: n + 1]) for n in range(len(pieces))]
    assert visible(so_far[-1]) == TEXT
    assert not any("3小时" in visible(text) for text in so_far)


def test_a_silent_server_times_out() -> None:
    with ScriptedServer([Step(TEXT, silence=1.5)]) as server, pytest.raises(ModelError, match="按时"):
        _text(server, timeout=0.3, retries=0)


def test_a_server_that_is_not_there_is_named() -> None:
    with ScriptedServer([Step(TEXT)]) as server:
        url = server.base_url
    with pytest.raises(ModelError, match="连不上"):
        list(OpenAIModel(base_url=url, model="m", timeout=1.0, retries=0).stream("问"))


def test_retry_after_is_waited_for_and_tries_are_bounded() -> None:
    busy = Step(status=429, headers=(("Retry-After", "0.2"),))
    with ScriptedServer([busy, Step(TEXT)]) as server:
        begun = time.monotonic()
        assert _text(server) == TEXT
        assert time.monotonic() - begun >= 0.2
    with ScriptedServer([busy]) as server:
        with pytest.raises(ModelError):
            _text(server, retries=2)
        assert len(server.requests) == 3
    with ScriptedServer([Step(status=429, headers=(("Retry-After", "600"),))]) as server:
        with pytest.raises(ModelError):
            _text(server)
        assert len(server.requests) == 1


def test_a_wrong_key_is_not_tried_again_and_a_stream_never_starts_over() -> None:
    with ScriptedServer([Step(status=401)]) as server:
        with pytest.raises(ModelError):
            _text(server)
        assert len(server.requests) == 1
    with ScriptedServer([Step(TEXT, cut_after=4), Step(TEXT)]) as server:
        seen: list[str] = []
        with pytest.raises(ModelError):
            seen.extend(_model(server).stream("问"))
        assert len(server.requests) == 1


def test_a_template_without_a_system_role_gets_one_user_turn() -> None:
    with ScriptedServer([Step(status=400, error="System role not supported"), Step(TEXT)]) as server:
        messages = [{"role": "system", "content": "规则"}, {"role": "user", "content": "问题"}]
        assert "".join(_model(server).stream(messages)) == TEXT
        assert [m["role"] for m in server.requests[1]["messages"]] == ["user"]
        assert "规则" in server.requests[1]["messages"][0]["content"]


def test_cancelling_stops_the_stream() -> None:
    cancel = threading.Event()
    with ScriptedServer([Step("字" * 300, pause=0.02)]) as server:
        pieces = []
        for piece in _model(server).stream("问", cancel=cancel):
            pieces.append(piece)
            if len(pieces) == 3:
                cancel.set()
        assert 3 <= len(pieces) <= 4


def test_questions_at_the_same_time_do_not_mix() -> None:
    def echo(body: dict) -> str:
        return body["messages"][-1]["content"] * 5

    with ScriptedServer([Step(echo, pause=0.005)]) as server:
        model, answers = _model(server), {}

        def ask(name: str) -> None:
            answers[name] = "".join(model.stream(name))

        threads = [threading.Thread(target=ask, args=(c,)) for c in "甲乙丙丁"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answers == {c: c * 5 for c in "甲乙丙丁"}


def test_the_key_is_in_no_repr_and_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with ScriptedServer([Step(TEXT)]) as server:
        model = _model(server)
        list(model.stream("问"))
        assert KEY not in repr(model) and KEY not in str(model)
    assert KEY not in caplog.text


def test_settings_name_the_provider() -> None:
    assert load_model("none") is None
    with pytest.raises(SettingsError):
        load_model("openai", model="m")
    with pytest.raises(SettingsError):
        load_model("cloud")
    assert load_model("openai", base_url="http://127.0.0.1:1/v1", model="m", api_key=KEY).name == "m"
