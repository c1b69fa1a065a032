"""How sure the evidence answers: a calibrated logistic model over few features, and the refusal threshold.

The weights (assistant/confidence.json) are fitted on labelled questions, answerable and not, with the cost
written there; below the threshold the question is refused. Pure.
"""

from __future__ import annotations

import json
import math
import re
from functools import lru_cache
from importlib.resources import files

from assistant.evidence import Chosen
from assistant.schema import Query, Wanted
from corpus.numerals import figures
from index.schema import SearchResult

NAMES: tuple[str, ...] = (
    "cross", "dense", "cover", "cover_text", "cover_rare", "phrase", "words", "margin", "year_clash", "level_clash", "missing_kind",
    "missing_quoted", "missing_number", "why", "score", "top_mean",
)
_WHY = re.compile(r"为(?:什么|啥|何)|凭什么|怎么(?:办|弄|做|治|修)|咋(?:办|弄|做)")
_DATEISH = re.compile(r"\d{4}\s*年|\d{1,2}\s*月|学期|年底")


@lru_cache(maxsize=1)
def _model() -> dict:
    return json.loads(files("assistant").joinpath("confidence.json").read_text(encoding="utf-8"))


def threshold() -> float:
    """The probability below which a question is refused."""
    return float(_model()["threshold"])


def features(query: Query, result: SearchResult, chosen: Chosen) -> dict[str, float]:
    """What the model sees; all zero when nothing was chosen."""
    found = dict.fromkeys(NAMES, 0.0)
    if not chosen.hits:
        return found
    best = chosen.hits[0]
    seen = best.features
    for name in ("cross", "dense", "cover", "cover_text", "cover_rare", "phrase", "words", "year_clash", "level_clash"):
        found[name] = seen[name]
    others = [hit.score for hit in result.passages if hit.clause.clause_id != best.clause.clause_id]
    found["margin"] = min(2.0, best.score - others[0]) if others else 1.0
    found["score"] = best.score
    found["top_mean"] = sum(hit.score for hit in result.passages[:5]) / max(1, len(result.passages[:5]))
    quotes = "".join(item.quote + item.statement for item in chosen.evidence)
    found["missing_kind"] = float(_lacks(query.wanted, quotes))
    quoted = re.findall(r"[“\"「]([^”\"」]{2,16})[”\"」]", query.text)
    context = "".join(hit.passage.embed_text for hit in chosen.hits)
    found["missing_quoted"] = float(any(q not in context and q not in quotes for q in quoted))
    found["missing_number"] = float(_missing_years(query, chosen))
    found["why"] = float(bool(_WHY.search(query.text)))
    return found


def _lacks(wanted: Wanted, quotes: str) -> bool:
    """Whether what is shown lacks the kind of thing asked for."""
    if wanted is Wanted.FIGURE:
        return not any(f.kind != "year" for f in figures(quotes))
    if wanted is Wanted.DATE:
        return not _DATEISH.search(quotes)
    return False


def _missing_years(query: Query, chosen: Chosen) -> bool:
    """Whether a year of the question stands neither in the evidence nor in what it inherits."""
    if not query.years:
        return False
    known = "".join(item.quote + item.statement + "".join(item.clause.inherited_years) + item.clause.context for item in chosen.evidence)
    known += "".join(item.clause.text[: item.char_end] + item.document.title for item in chosen.evidence)
    return not any(year in known for year in query.years)


def probability(found: dict[str, float]) -> float:
    """Calibrated probability that the evidence answers, 0..1."""
    model = _model()
    total = float(model["bias"]) + sum(float(model["weights"].get(name, 0.0)) * found[name] for name in NAMES)
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))
