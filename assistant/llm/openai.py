"""Any server that speaks the OpenAI wire format, through LlamaIndex's OpenAILike.

DeepSeek, DashScope, Zhipu, Ollama and vLLM differ in small ways; only what all share is relied on: text deltas
and a finish reason. Reasoning fields are passed over, usage may be missing. The key is never logged, shown or
put in a message.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from assistant.llm.base import Message, as_messages
from errors import ModelError

if TYPE_CHECKING:
    from llama_index.core.llms import ChatResponse
    from llama_index.llms.openai_like import OpenAILike

RETRIES = 2
# A server may ask for a longer pause than a person at a page will wait.
LONGEST_PAUSE = 8.0
_PLACEHOLDER_KEY = "none"


class OpenAIModel:
    """A chat model on an OpenAI-compatible server. timeout: seconds for each wait; retries: after the first try."""

    is_chat = True

    def __init__(
        self, *, base_url: str, model: str, api_key: str = "", timeout: float = 30.0, retries: int = RETRIES
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._model = model
        self._key = api_key
        self._timeout = timeout
        self._retries = retries
        self._llm: OpenAILike | None = None
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return self._model

    def __repr__(self) -> str:
        return f"OpenAIModel(base_url={shown_address(self._base_url)!r}, model={self._model!r})"

    def stream(
        self,
        prompt: str | Sequence[Message],
        *,
        max_tokens: int = 200,
        stop: Sequence[str] = (),
        grammar: str | None = None,
        cancel: threading.Event | None = None,
    ) -> Iterator[str]:
        """See TextModel; grammar is ignored. A try that fails before its first piece is repeated, at most retries times."""
        cancel = cancel or threading.Event()
        messages = as_messages(prompt)
        options: dict[str, Any] = {"max_tokens": max_tokens}
        if stop:
            options["stop"] = list(stop)
        tries = 0
        while True:
            started = False
            try:
                for piece in self._once(messages, options, cancel):
                    started = True
                    yield piece
                return
            except _Failed as failed:
                if failed.without_system and not started and any(m["role"] == "system" for m in messages):
                    messages = _merge_system(messages)
                    continue
                tries += 1
                if started or not failed.error.retryable or tries > self._retries or failed.pause > LONGEST_PAUSE:
                    raise failed.error from failed.__cause__
                if cancel.wait(failed.pause or 0.5 * tries):
                    return

    def as_llama_index(self) -> OpenAILike:
        """The LlamaIndex LLM underneath; its own repr shows the key, so never print it."""
        with self._lock:
            if self._llm is None:
                self._llm = self._build()
            return self._llm

    def _build(self) -> OpenAILike:
        import httpx
        from llama_index.llms.openai_like import OpenAILike

        # A proxy meant for the internet must not swallow calls to a server on this machine.
        local = urlsplit(self._base_url).hostname in ("127.0.0.1", "localhost", "::1")
        return OpenAILike(
            model=self._model, api_base=self._base_url, api_key=self._key or _PLACEHOLDER_KEY, is_chat_model=True,
            timeout=self._timeout, max_retries=0, temperature=0.0, context_window=8192,
            http_client=httpx.Client(timeout=self._timeout, trust_env=not local),
        )

    def _once(self, messages: list[Message], options: dict[str, Any], cancel: threading.Event) -> Iterator[str]:
        """One try. _Failed carries the message for the user, the pause asked for, and whether to drop the system role."""
        import httpx
        import openai
        from llama_index.core.llms import ChatMessage

        finished = False
        deadline = time.monotonic() + 4 * self._timeout
        try:
            replies = self.as_llama_index().stream_chat(
                [ChatMessage(role=m["role"], content=m["content"]) for m in messages], **options
            )
            for reply in replies:
                if cancel.is_set():
                    return
                finished = finished or _finish_reason(reply) is not None
                if reply.delta:
                    yield reply.delta
                if time.monotonic() > deadline:
                    raise _Failed(self._error("模型服务回答太慢", "请稍后再问，或调大超时设置。", retryable=True))
        except openai.APIStatusError as error:
            raise self._refused(error) from error
        except openai.APITimeoutError as error:
            raise _Failed(
                self._error("模型服务没有按时回答", "请稍后再问，或在设置里调大超时。", retryable=True)
            ) from error
        except openai.APIConnectionError as error:
            raise _Failed(
                self._error("连不上模型服务", "请检查地址和网络，并确认服务已经启动。", retryable=True)
            ) from error
        except (httpx.HTTPError, openai.APIError) as error:
            raise _Failed(self._error("模型服务的回答中途断开", "请再问一次。", retryable=True)) from error
        except (ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
            # The client library parses what the server sends; these are what unreadable replies end in.
            raise _Failed(
                self._error("模型服务的回答读不懂", "请确认地址指向 OpenAI 兼容接口（通常以 /v1 结尾）。")
            ) from error
        if not finished:
            raise _Failed(self._error("模型服务的回答中途断开", "请再问一次。", retryable=True))

    def _refused(self, error: Any) -> _Failed:
        """The failure that an HTTP status stands for."""
        status = error.status_code
        if status in (401, 403):
            return _Failed(self._error("模型服务不接受密钥", "请检查密钥是否正确、是否有权使用这个模型。"))
        if status == 404:
            return _Failed(self._error("模型服务没有这个模型或地址", f"请检查地址和模型名称（{self._model}）。"))
        if status == 429:
            pause = _seconds(error.response.headers.get("retry-after"))
            return _Failed(
                self._error("模型服务请求太多或额度用完", "请过一会儿再问，或检查账户额度。", retryable=True), pause
            )
        if status >= 500 or status == 408:
            return _Failed(self._error(f"模型服务出错（{status}）", "请稍后再问。", retryable=True))
        text = str(error.message)
        return _Failed(
            self._error(f"模型服务拒绝了请求（{status}）", "请检查模型名称与参数设置。"), without_system="system" in text.lower()
        )

    def _error(self, what: str, remedy: str, *, retryable: bool = False) -> ModelError:
        return ModelError(what, shown_address(self._base_url), f"{remedy}这次的回答改用原文摘录。", retryable=retryable)


def shown_address(url: str) -> str:
    """Scheme, host, port and path of an address: user names, passwords and queries are never shown."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return f"{parts.scheme}://{host}{f':{parts.port}' if parts.port else ''}{parts.path}"


class _Failed(Exception):
    """One failed try. pause: seconds the server asked for, 0 if none."""

    def __init__(self, error: ModelError, pause: float = 0.0, *, without_system: bool = False) -> None:
        super().__init__(error.message)
        self.error = error
        self.pause = pause
        self.without_system = without_system


def _finish_reason(reply: ChatResponse) -> str | None:
    choices = getattr(reply.raw, "choices", None) or ()
    return next((choice.finish_reason for choice in choices if choice.finish_reason), None)


def _merge_system(messages: list[Message]) -> list[Message]:
    """System text put before the first user turn, for servers whose template has no system role."""
    system = "\n\n".join(m["content"] for m in messages if m["role"] == "system")
    rest = [m for m in messages if m["role"] != "system"]
    first = rest[0] if rest else Message(role="user", content="")
    return [Message(role="user", content=f"{system}\n\n{first['content']}"), *rest[1:]]


def _seconds(value: str | None) -> float:
    """A Retry-After header in seconds; 0.0 for none, a date or nonsense."""
    try:
        return max(0.0, float(value or 0))
    except ValueError:
        return 0.0
