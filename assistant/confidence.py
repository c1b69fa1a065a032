"""How sure the evidence answers: a calibrated logistic model over two signals, and the refusal threshold.

cross is the reranker's squashed logit, dense the centred cosine of the best passage. More signals (coverage,
margins, fused score) were tried and did not help on folds kept back (docs/evaluation.md). The weights
(assistant/confidence.json) are fitted by `python -m eval fit` on labelled questions, with the cost written
there. What is plainly missing is assistant/gaps.py's business. Pure.
"""

from __future__ import annotations

import json
import math
from functools import lru_cache
from importlib.resources import files

from assistant.evidence import Chosen

NAMES: dict[bool, tuple[str, ...]] = {True: ("cross", "dense"), False: ("dense",)}  # with and without a reranker
_KEYS = {True: "reranked", False: "plain"}


@lru_cache(maxsize=1)
def _models() -> dict:
    return json.loads(files("assistant").joinpath("confidence.json").read_text(encoding="utf-8"))


def threshold(reranked: bool) -> float:
    """The probability below which a question is refused."""
    return float(_models()[_KEYS[reranked]]["threshold"])


def features(chosen: Chosen) -> dict[str, float]:
    """What the models see of the evidence; all zero when nothing was chosen."""
    if not chosen.hits:
        return dict.fromkeys(NAMES[True], 0.0)
    return {name: chosen.hits[0].features[name] for name in NAMES[True]}


def probability(found: dict[str, float], reranked: bool) -> float:
    """Calibrated probability that the evidence answers, 0..1, by the model for retrieval with or without a reranker."""
    model = _models()[_KEYS[reranked]]
    total = float(model["bias"]) + sum(float(model["weights"][name]) * found[name] for name in NAMES[reranked])
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))
