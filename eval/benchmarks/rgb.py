"""RGB (Chen et al., AAAI 2024), Chinese files: noise robustness and negative rejection (zh.json), information
integration (zh_int.json), counterfactual robustness (zh_fact.json). Each question has its own small pool.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Sequence
from pathlib import Path

from eval.benchmarks.schema import Benchmark, BenchmarkQuestion, PoolDocument
from eval.cases import CaseError

POOL = 5
_NOTE = (
    "公开成绩让大模型直接读 5 段资料再作答；这里资料要先经检索，回答由条款原文组成。噪声为 1 时资料里没有答案，"
    "拒答才算对；反事实一项另计“照搬错误资料”的比例。"
)


def load_rgb(path: Path, *, noise: float = 0.4, seed: int = 0) -> Benchmark:
    """Questions with pools of five passages, noise of them (rounded down, as published) irrelevant.

    noise: 0..1; at 1 there is nothing to find and declining is right. Passages are drawn and shuffled with seed.
    Raises CaseError.
    """
    if not 0 <= noise <= 1:
        raise CaseError(f"噪声比例 {noise} 不在 0 到 1 之间", "", "请给 0 到 1 之间的数。")
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
        pools: dict[str, tuple[PoolDocument, ...]] = {}
        questions = []
        for row in rows:
            identity = str(row["id"])
            draw = random.Random(f"{seed}:{identity}")
            passages = _pool(row, noise, draw)
            draw.shuffle(passages)
            pools[identity] = tuple(PoolDocument(f"{identity}-{n}", text) for n, text in enumerate(passages))
            questions.append(_question(row, identity, noise))
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError, IndexError) as error:
        raise CaseError("评测数据的格式不对", str(path), "应是 RGB 的 zh.json、zh_int.json 或 zh_fact.json。") from error
    return Benchmark(f"rgb-{path.stem}-{noise:g}", pools, tuple(questions), _NOTE)


def _pool(row: dict, noise: float, draw: random.Random) -> list[str]:
    negatives = POOL if noise == 1 else math.floor(POOL * noise)
    positives = POOL - negatives
    if "positive_wrong" in row:
        good = list(row["positive_wrong"])
    elif row["positive"] and isinstance(row["positive"][0], list):
        return _integrated(row, negatives, positives)
    else:
        good = list(row["positive"])
    draw.shuffle(good)
    chosen = good[:positives]
    return chosen + list(row["negative"])[: POOL - len(chosen)]


def _integrated(row: dict, negatives: int, positives: int) -> list[str]:
    """One passage of each group first, then more of each group in turn until the share is reached."""
    groups = [list(group) for group in row["positive"]]
    ordered = [group[n] for n in range(max(map(len, groups))) for group in groups if n < len(group)]
    chosen = ordered[: max(positives, len(groups))] if positives else []
    return chosen + list(row["negative"])[: max(POOL - len(chosen), 0)]


def _question(row: dict, identity: str, noise: float) -> BenchmarkQuestion:
    wrong = row.get("fakeanswer", ())
    return BenchmarkQuestion(
        identity, row["query"], identity, _references(row["answer"]), (),
        tuple([wrong] if isinstance(wrong, str) else wrong), noise < 1,
    )


def _references(answer: object) -> tuple[tuple[str, ...], ...]:
    """RGB writes one answer, a list of answers all needed, or lists of alternatives within it."""
    listed: Sequence[object] = [answer] if isinstance(answer, str) else list(answer)  # type: ignore[call-overload]
    return tuple(tuple(map(str, item)) if isinstance(item, list) else (str(item),) for item in listed)
