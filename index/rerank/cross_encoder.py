"""The shipped cross-encoder: reads question and candidate together, through onnxruntime on the processor.

Never trains and never downloads; index.training makes its files.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

import numpy as np

from index.rerank.base import RerankerUnavailable
from index.rerank.encoding import MAX_TOKENS, PADDING, Pair, encode_pairs

LOG = logging.getLogger(__name__)
MODEL_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"
# Pairs a run: small enough that candidates of like length meet and that a question keeps every core busy.
BATCH = 6
# Questions whose logits are remembered: a follow-up looks up again what was asked before it, and many ask the same.
_REMEMBERED = 64


class CrossEncoderReranker:
    """Scores candidates in batches of like length. Safe to share between threads: the batches of all of them wait in one
    line for the cores, because more runs at once than cores take longer than one after the other.

    Args:
        folder: holds model.onnx and tokenizer.json.
        threads: processor cores to use, each for a batch of its own: one batch on two cores costs a sixth more.
        max_tokens: question and candidate together, 32–160; what is longer is cut at its end.
    """

    def __init__(self, folder: Path, threads: int = 2, max_tokens: int = MAX_TOKENS) -> None:
        if not 32 <= max_tokens <= MAX_TOKENS:
            raise ValueError(f"max_tokens must be 32–{MAX_TOKENS}, not {max_tokens}")
        for name in (MODEL_FILE, TOKENIZER_FILE):
            if not (folder / name).is_file():
                remedy = "请重新取得仓库中的 index/rerank/model，或执行 python -m index.training all"
                raise RerankerUnavailable("重排模型文件缺失", str(folder / name), remedy)
        try:
            import onnxruntime
            from tokenizers import Tokenizer
        except ImportError as error:
            remedy = "请执行 pip install onnxruntime tokenizers，或在设置中关闭重排"
            raise RerankerUnavailable(f"缺少软件包 {error.name}", "index.rerank", remedy) from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        # onnxruntime's exceptions share no base of their own.
        state = onnxruntime.capi.onnxruntime_pybind11_state
        broken = (state.InvalidProtobuf, state.InvalidGraph, state.Fail, state.NotImplemented, state.RuntimeException)
        try:
            self._session = onnxruntime.InferenceSession(
                str(folder / MODEL_FILE), options, providers=["CPUExecutionProvider"]
            )
        except broken as error:
            remedy = "请重新取得仓库中的 index/rerank/model，并使用 onnxruntime==1.32.0"
            raise RerankerUnavailable("重排模型文件无法读取", str(folder / MODEL_FILE), remedy) from error
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        self._max_tokens = max_tokens
        self._cores = ThreadPoolExecutor(threads, "rerank")
        # The logits of a text depend a little on what is read with it, so the whole list is the key.
        self._scored = lru_cache(maxsize=_REMEMBERED)(self._score)

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """One logit a text, in order; higher is better, above 0 means "answers"."""
        return list(self._scored(question, tuple(texts)))

    def _score(self, question: str, texts: tuple[str, ...]) -> tuple[float, ...]:
        pairs = encode_pairs(self._tokenizer, question, texts, self._max_tokens)
        order = sorted(range(len(pairs)), key=lambda i: len(pairs[i].ids))
        scores = np.zeros(len(pairs), np.float32)
        batches = [order[at : at + BATCH] for at in range(0, len(order), BATCH)]
        for batch, found in zip(batches, self._cores.map(lambda batch: self._run([pairs[i] for i in batch]), batches), strict=True):
            scores[batch] = found
        return tuple(float(score) for score in scores)

    def _run(self, pairs: Sequence[Pair]) -> np.ndarray:
        width = max(len(pair.ids) for pair in pairs)
        ids = np.full((len(pairs), width), PADDING, np.int64)
        types = np.zeros((len(pairs), width), np.int64)
        for row, pair in enumerate(pairs):
            ids[row, : len(pair.ids)] = pair.ids
            types[row, : len(pair.types)] = pair.types
        return self._session.run(["logits"], {"ids": ids, "types": types})[0]
