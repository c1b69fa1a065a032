"""The shipped ONNX file → the network's weights again, so that training can go on from them.

The inverse of index.training.export: 8-bit weights times their scales. What rounding took is lost, which a few
hundred steps of training do not notice.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from index.training.network import CrossEncoder

_LINEAR = {"out": "attention.output.dense", "in": "intermediate.dense", "ff": "output.dense"}
_NORMS = {"n1": "attention.output.LayerNorm", "n2": "output.LayerNorm"}
_PARTS = ("query", "key", "value")


def restore(model: CrossEncoder, path: Path) -> None:
    """Load the weights of an exported file into model, which must have the same shape.

    Raises FileNotFoundError, and KeyError for a file that index.training.export did not write.
    """
    constants = {item.name: numpy_helper.to_array(item) for item in onnx.load(str(path)).graph.initializer}
    state = {key: value.clone() for key, value in model.state_dict().items()}

    def put(key: str, value: np.ndarray) -> None:
        state[key][: len(value)] = torch.from_numpy(np.array(value, dtype=np.float32))

    put("bert.embeddings.word_embeddings.weight", constants["words"] * constants["words.scale"])
    put("bert.embeddings.token_type_embeddings.weight", constants["types.table"])
    put("bert.embeddings.position_embeddings.weight", constants["positions"])
    _norm(put, "bert.embeddings.LayerNorm", constants, "embed")
    for number in range(model.bert.config.num_hidden_layers):
        key, name = f"bert.encoder.layer.{number}", f"l{number}"
        weight, bias = _matrix(constants, f"{name}.qkv"), constants[f"{name}.qkv.b"]
        for part, own, shift in zip(_PARTS, np.split(weight, 3), np.split(bias, 3), strict=True):
            put(f"{key}.attention.self.{part}.weight", own)
            put(f"{key}.attention.self.{part}.bias", shift)
        for short, long in _LINEAR.items():
            put(f"{key}.{long}.weight", _matrix(constants, f"{name}.{short}"))
            put(f"{key}.{long}.bias", constants[f"{name}.{short}.b"])
        for short, long in _NORMS.items():
            _norm(put, f"{key}.{long}", constants, f"{name}.{short}")
    for name in ("dense", "out"):
        put(f"{name}.weight", constants[f"head.{name}.w"].T)
        put(f"{name}.bias", constants[f"head.{name}.b"])
    model.load_state_dict(state)


def _matrix(constants: dict[str, np.ndarray], name: str) -> np.ndarray:
    """A quantised weight as torch keeps it: output by input."""
    return (constants[f"{name}.w"].astype(np.float32) * constants[f"{name}.scale"]).T


def _norm(put: Callable[[str, np.ndarray], None], key: str, constants: dict[str, np.ndarray], name: str) -> None:
    put(f"{key}.weight", constants[f"{name}.gamma"])
    put(f"{key}.bias", constants[f"{name}.beta"])
