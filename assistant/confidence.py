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

NAMES: tuple[str, ...] = ("cross", "dense")


@lru_cache(maxsize=1)
def _model() -> dict:
    return json.loads(files("assistant").joinpath("confidence.json").read_text(encoding="utf-8"))


def threshold() -> float:
    """The probability below which a question is refused."""
    return float(_model()["threshold"])


def features(chosen: Chosen) -> dict[str, float]:
    """What the model sees of the evidence; all zero when nothing was chosen."""
    if not chosen.hits:
        return dict.fromkeys(NAMES, 0.0)
    return {name: chosen.hits[0].features[name] for name in NAMES}


def probability(found: dict[str, float]) -> float:
    """Calibrated probability that the evidence answers, 0..1."""
    model = _model()
    total = float(model["bias"]) + sum(float(model["weights"].get(name, 0.0)) * found[name] for name in NAMES)
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))
