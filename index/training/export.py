"""The trained network → one ONNX file with 8-bit weights, written node by node.

Written by hand, not traced: the fused operators of onnxruntime (dynamic-quantised matrix product, skip
layer norm, multi-head attention) then stand in the file itself and run a third faster than a traced graph.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from index.training.network import CrossEncoder

# 7 bits: on processors without VNNI the u8×s8 product saturates at full range.
WEIGHT_RANGE = 63
TABLE_RANGE = 127
EXTENSION = "com.microsoft"
MASKED = -10000.0


@dataclass
class _Graph:
    """Nodes and constants while they are being written."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)
    serial: int = 0

    def constant(self, name: str, value: np.ndarray) -> str:
        """Register an initialiser, give back its name."""
        self.constants.append(numpy_helper.from_array(np.asarray(value, order="C"), name))
        return name

    def node(self, operator: str, inputs: list[str], domain: str = "", **attributes: object) -> str:
        """Append a node with one output, give back the output's name."""
        self.serial += 1
        output = f"{operator}_{self.serial}"
        self.nodes.append(helper.make_node(operator, inputs, [output], output, domain=domain, **attributes))
        return output


def _quantise(matrix: np.ndarray, bound: int, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """Symmetric int8 with one scale for each slice along the other axis."""
    scale = np.maximum(np.abs(matrix).max(axis=axis, keepdims=True), 1e-8) / bound
    return np.clip(np.round(matrix / scale), -bound, bound).astype(np.int8), scale.astype(np.float32)


def _linear(graph: _Graph, x: str, name: str, weight: np.ndarray, bias: np.ndarray) -> str:
    """x · weightᵀ + bias with weights quantised by output column, activations on the fly."""
    quantised, scale = _quantise(weight.T, WEIGHT_RANGE, axis=0)
    columns = quantised.shape[1]
    inputs = [
        x,
        graph.constant(f"{name}.w", quantised),
        graph.constant(f"{name}.scale", scale.reshape(columns)),
        graph.constant(f"{name}.zero", np.zeros(columns, np.int8)),
        graph.constant(f"{name}.b", bias.astype(np.float32)),
    ]
    return graph.node("DynamicQuantizeMatMul", inputs, EXTENSION)


def _norm(graph: _Graph, x: str, skip: str, name: str, state: dict[str, np.ndarray], key: str, epsilon: float) -> str:
    gamma = graph.constant(f"{name}.gamma", state[f"{key}.weight"])
    beta = graph.constant(f"{name}.beta", state[f"{key}.bias"])
    return graph.node("SkipLayerNormalization", [x, skip, gamma, beta], EXTENSION, epsilon=epsilon)


def _embed(graph: _Graph, state: dict[str, np.ndarray], epsilon: float) -> str:
    table, scale = _quantise(state["bert.embeddings.word_embeddings.weight"], TABLE_RANGE, axis=1)
    rows = graph.node("Gather", [graph.constant("words", table), "ids"])
    scales = graph.node("Gather", [graph.constant("words.scale", scale), "ids"])
    words = graph.node("Mul", [graph.node("Cast", [rows], to=TensorProto.FLOAT), scales])
    types = graph.node(
        "Gather", [graph.constant("types.table", state["bert.embeddings.token_type_embeddings.weight"]), "types"]
    )
    length = graph.node("Slice", [graph.node("Shape", ["ids"]), *_ints(graph, "length", [1], [2])])
    ends = [graph.constant("zero", np.array([0], np.int64)), length]
    positions = graph.constant("positions", state["bert.embeddings.position_embeddings.weight"][:256])
    placed = graph.node("Add", [types, graph.node("Slice", [positions, *ends])])
    return _norm(graph, words, placed, "embed", state, "bert.embeddings.LayerNorm", epsilon)


def _ints(graph: _Graph, name: str, *values: list[int]) -> list[str]:
    return [graph.constant(f"{name}.{i}", np.array(value, np.int64)) for i, value in enumerate(values)]


def _layer(graph: _Graph, x: str, bias: str, number: int, state: dict[str, np.ndarray], config: object) -> str:
    key, name = f"bert.encoder.layer.{number}", f"l{number}"
    parts = [f"{key}.attention.self.{part}" for part in ("query", "key", "value")]
    weight = np.concatenate([state[f"{part}.weight"] for part in parts])
    shift = np.concatenate([state[f"{part}.bias"] for part in parts])
    packed = _linear(graph, x, f"{name}.qkv", weight, shift)
    thirds = [f"{name}.q", f"{name}.k", f"{name}.v"]
    graph.nodes.append(helper.make_node("Split", [packed], thirds, f"{name}.split", axis=-1, num_outputs=3))
    seen = graph.node("MultiHeadAttention", [*thirds, "", "", bias], EXTENSION, num_heads=config.num_attention_heads)
    epsilon = config.layer_norm_eps
    mixed = _linear(
        graph,
        seen,
        f"{name}.out",
        state[f"{key}.attention.output.dense.weight"],
        state[f"{key}.attention.output.dense.bias"],
    )
    x = _norm(graph, mixed, x, f"{name}.n1", state, f"{key}.attention.output.LayerNorm", epsilon)
    inner = _linear(
        graph, x, f"{name}.in", state[f"{key}.intermediate.dense.weight"], state[f"{key}.intermediate.dense.bias"]
    )
    inner = graph.node("Gelu", [inner], EXTENSION)
    outer = _linear(graph, inner, f"{name}.ff", state[f"{key}.output.dense.weight"], state[f"{key}.output.dense.bias"])
    return _norm(graph, outer, x, f"{name}.n2", state, f"{key}.output.LayerNorm", epsilon)


def _head(graph: _Graph, x: str, mask: str, state: dict[str, np.ndarray]) -> None:
    """First vector and masked mean → logit, in full precision: it is small and decides."""
    first = graph.node("Gather", [x, graph.constant("first", np.array(0, np.int64))], axis=1)
    axes = _ints(graph, "axes", [1], [2])
    wide = graph.node("Unsqueeze", [mask, axes[1]])
    total = graph.node("ReduceSum", [graph.node("Mul", [x, wide]), axes[0]], keepdims=0)
    count = graph.node("ReduceSum", [mask, axes[0]], keepdims=1)
    pooled = graph.node("Concat", [first, graph.node("Div", [total, count])], axis=-1)
    for name, activation in (("dense", "Tanh"), ("out", "")):
        weight = graph.constant(f"head.{name}.w", state[f"{name}.weight"].T)
        pooled = graph.node("Gemm", [pooled, weight, graph.constant(f"head.{name}.b", state[f"{name}.bias"])])
        pooled = graph.node(activation, [pooled]) if activation else pooled
    graph.nodes.append(helper.make_node("Squeeze", [pooled, axes[0]], ["logits"], "logits"))


def write_onnx(model: CrossEncoder, path: Path) -> int:
    """Write the model file; its size in bytes comes back."""
    config = model.bert.config
    state = {key: value.detach().float().numpy() for key, value in model.state_dict().items()}
    graph = _Graph()
    mask = graph.node(
        "Cast",
        [graph.node("Not", [graph.node("Equal", ["ids", graph.constant("pad", np.array(1, np.int64))])])],
        to=TensorProto.FLOAT,
    )
    hidden = graph.node("Sub", [mask, graph.constant("one", np.array(1, np.float32))])
    hidden = graph.node("Mul", [hidden, graph.constant("far", np.array(-MASKED, np.float32))])
    bias = graph.node("Unsqueeze", [hidden, *_ints(graph, "spread", [1, 2])])
    length = graph.node("Shape", ["ids"], start=1, end=2)
    one = graph.constant("unit", np.array([1], np.int64))
    batch = graph.node("Shape", ["ids"], start=0, end=1)
    bias = graph.node("Expand", [bias, graph.node("Concat", [batch, one, length, length], axis=0)])
    x = _embed(graph, state, config.layer_norm_eps)
    for number in range(config.num_hidden_layers):
        x = _layer(graph, x, bias, number, state, config)
    _head(graph, x, mask, state)
    ids, types = (helper.make_tensor_value_info(n, TensorProto.INT64, ["batch", "length"]) for n in ("ids", "types"))
    output = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch"])
    proto = helper.make_graph(graph.nodes, "cross_encoder", [ids, types], [output], graph.constants)
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid(EXTENSION, 1)]
    built = helper.make_model(proto, opset_imports=opsets, ir_version=10, producer_name="wengui")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(built.SerializeToString())
    return path.stat().st_size
