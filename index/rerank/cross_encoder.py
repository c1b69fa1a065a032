"""The shipped cross-encoder: reads question and candidate together, through onnxruntime on the processor.

Never trains and never downloads; index.training makes its files.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from index.rerank.base import RerankerUnavailable
from index.rerank.encoding import MAX_TOKENS, PADDING, Pair, encode_pairs

LOG = logging.getLogger(__name__)
MODEL_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"
# Pairs a run: small enough that candidates of like length meet, large enough to keep two cores busy.
BATCH = 6


class CrossEncoderReranker:
    """Scores candidates in batches of like length. Safe to share between threads.

    Args:
        folder: holds model.onnx and tokenizer.json.
        threads: processor cores to use.
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
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # A spinning pool would starve the embedding model between our runs.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
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

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """One logit a text, in order; higher is better, above 0 means "answers"."""
        pairs = encode_pairs(self._tokenizer, question, texts, self._max_tokens)
        order = sorted(range(len(pairs)), key=lambda i: len(pairs[i].ids))
        scores = np.zeros(len(pairs), np.float32)
        for at in range(0, len(order), BATCH):
            batch = order[at : at + BATCH]
            scores[batch] = self._run([pairs[i] for i in batch])
        return [float(score) for score in scores]

    def _run(self, pairs: Sequence[Pair]) -> np.ndarray:
        width = max(len(pair.ids) for pair in pairs)
        ids = np.full((len(pairs), width), PADDING, np.int64)
        types = np.zeros((len(pairs), width), np.int64)
        for row, pair in enumerate(pairs):
            ids[row, : len(pair.ids)] = pair.ids
            types[row, : len(pair.types)] = pair.types
        return self._session.run(["logits"], {"ids": ids, "types": types})[0]
