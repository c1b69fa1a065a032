"""Made-up documents and a cheap embedder for benches that need many of both. Deterministic; writes no files."""

from __future__ import annotations

import hashlib

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding

from index.tokens import bigrams

DIMENSION = 64
_SUBJECTS = ("学习中心", "夜间课堂", "校车线路", "阅读角", "实训基地", "家长学校", "食堂", "运动场")


def document(number: int, revision: int = 0, clauses: int = 6) -> str:
    """A statute of so many articles. Its code, the same in no other document or revision, stands in the last article."""
    lines = [f"青岚县第{number}号学习点管理办法"]
    for n in range(1, clauses):
        subject = _SUBJECTS[(number + n) % len(_SUBJECTS)]
        lines.append(f"第{n}条 第{number}号学习点的{subject}{n}每周开放{10 + (number + n) % 50}小时，经费每年{number * 7 + n}万元。")
    lines.append(f"第{clauses}条 本办法的登记编号为{code(number, revision)}，自公布之日起施行。")
    return "\n".join(lines) + "\n"


def code(number: int, revision: int) -> str:
    """What only one revision of one document says."""
    return f"LD{number}R{revision}"


class HashEmbedding(BaseEmbedding):
    """Bigrams and Latin words hashed into 64 places, length one: cosines mean shared words. No model is loaded."""

    model_name: str = f"hash-{DIMENSION}"

    def _get_query_embedding(self, query: str) -> list[float]:
        return _hashed(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return _hashed(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return _hashed(text)


def _hashed(text: str) -> list[float]:
    vector = np.full(DIMENSION, 1e-3)
    for token in bigrams(text):
        vector[hashlib.blake2b(token.encode(), digest_size=2).digest()[0] % DIMENSION] += 1.0
    return (vector / np.linalg.norm(vector)).tolist()
