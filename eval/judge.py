"""Answers of a run judged by a language model through LlamaIndex's evaluators, beside what the fixed metrics say.

A verdict is kept on disk under a hash of everything it depends on, so that judging again asks only what is new.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.llm.base import TextModel
from eval.metrics.agreement import cohen_kappa
from eval.metrics.answers import strip_marks
from eval.metrics.statistics import bootstrap
from eval.runner import Progress, silent
from eval.schema import CaseResult, Interval

if TYPE_CHECKING:
    from llama_index.core.llms import CustomLLM

# metric → what a reader sees, and from which score on (0..1) it counts as passed
LABELS = {"faithfulness": "忠实于所引条款", "correctness": "与参考答案相符", "helpfulness": "切题有用"}
FIXED = {"faithfulness": "无依据的数字、部门、引语为 0", "correctness": "严格正确", "helpfulness": "要点全部答到"}
PASSED = {"faithfulness": 1.0, "correctness": 0.75, "helpfulness": 1.0}
_GRADE = re.compile(r"\s*\D{0,12}?([1-5](?:\.\d+)?)(?!\d)")
_REPLY_TOKENS = 400


@dataclass(frozen=True)
class Verdicts:
    """One case's scores by metric, 0..1; a metric whose reply could not be read is absent."""

    result: CaseResult
    scores: Mapping[str, float]


@dataclass(frozen=True)
class Agreement:
    """Judge and fixed metric on the same cases. share: of cases where both say the same; kappa: None if undefined."""

    share: float
    kappa: float | None
    n: int


class VerdictCache:
    """Verdicts in a file of JSON lines, by key. A torn last line, from a run broken off, is passed over."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, float] = {}
        for line in path.read_text(encoding="utf-8").split("\n") if path.is_file() else ():
            try:
                item = json.loads(line)
                self._known[item["key"]] = float(item["score"])
            except (json.JSONDecodeError, KeyError, TypeError, ValueError):
                continue

    def get(self, key: str, ask: Callable[[], float | None]) -> float | None:
        """The verdict under key, asked for and kept where there is none yet. One that could not be read is not kept."""
        if key not in self._known:
            score = ask()
            if score is None:
                return None
            self._known[key] = score
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                # The line end in front parts this line from one that was torn off.
                file.write("\n" + json.dumps({"key": key, "score": score}) + "\n")
        return self._known[key]


def is_judged(result: CaseResult) -> bool:
    """Whether there is an answer to judge: not for refusals and failures, nor where refusing would have been right."""
    return result.case.answerable and not result.refused and not result.record.get("error")


def judge(results: Sequence[CaseResult], model: TextModel, cache: VerdictCache, *, progress: Progress = silent) -> list[Verdicts]:
    """Verdicts on every answer given; refusals and failed cases are left out, the refusal figures cover them.

    Raises ModelError when the model does not answer; what was judged till then is in the cache.
    """
    judged = [result for result in results if is_judged(result)]
    evaluators = _evaluators(model)
    found = []
    for number, result in enumerate(judged, 1):
        inputs = _inputs(result)
        scores = {}
        for metric, evaluate in evaluators.items():
            score = cache.get(_key(model.name, metric, inputs), partial(evaluate, **inputs))
            if score is not None:
                scores[metric] = score
        found.append(Verdicts(result, scores))
        progress(number, len(judged))
    return found


def summarise_verdicts(verdicts: Sequence[Verdicts], *, seed: int = 0) -> dict[str, Interval]:
    """Each metric's mean score with its 95 % interval."""
    values = {metric: [v.scores[metric] for v in verdicts if metric in v.scores] for metric in LABELS}
    return {metric: bootstrap(scores, seed=seed) for metric, scores in values.items() if scores}


def agreements(verdicts: Sequence[Verdicts]) -> dict[str, Agreement]:
    """The judge against the fixed metric nearest in meaning: nothing unsupported, strict, all key points."""
    table = {}
    for metric in LABELS:
        pairs = [(v.scores[metric] >= PASSED[metric], _fixed(metric, v.result.scores)) for v in verdicts if metric in v.scores]
        if pairs:
            share = sum(a == b for a, b in pairs) / len(pairs)
            table[metric] = Agreement(share, cohen_kappa([a for a, _ in pairs], [b for _, b in pairs]), len(pairs))
    return table


def grade(reply: str) -> tuple[float | None, str]:
    """The 1–5 at the start of a correctness reply, a few words before it allowed, and the reply; None without one."""
    match = _GRADE.match(reply)
    return (float(match[1]) if match and float(match[1]) <= 5 else None), reply


def _fixed(metric: str, scores: Mapping[str, float]) -> bool:
    if metric == "faithfulness":
        return not any(scores.get(name, 0) for name in ("figures", "agencies", "quotations"))
    return scores.get("strict" if metric == "correctness" else "points") == 1


def _inputs(result: CaseResult) -> dict[str, Any]:
    listed = result.record.get("citations")
    citations = [item for item in listed if isinstance(item, Mapping)] if isinstance(listed, list) else []
    contexts = [f"{item.get('document') or ''}\n{item.get('text') or item.get('quote') or ''}" for item in citations]
    question = "\n".join((*result.case.history, result.case.question))
    answer = strip_marks(str(result.record.get("answer") or ""))
    return {"query": question, "response": answer, "contexts": contexts, "reference": result.case.answer}


def _key(model: str, metric: str, inputs: Mapping[str, Any]) -> str:
    # The evaluators' prompts are LlamaIndex's: another version may ask in other words.
    parts = [model, metric, version("llama-index-core"), inputs]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _evaluators(model: TextModel) -> dict[str, Callable[..., float | None]]:
    """metric → a function of _inputs that gives its score as 0..1."""
    from llama_index.core.evaluation import AnswerRelevancyEvaluator, CorrectnessEvaluator, FaithfulnessEvaluator

    llm = _as_llm(model)
    faithful, correct = FaithfulnessEvaluator(llm=llm), CorrectnessEvaluator(llm=llm, parser_function=grade)
    relevant = AnswerRelevancyEvaluator(llm=llm)

    def correctness(**inputs: Any) -> float | None:
        score = correct.evaluate(**inputs).score
        return None if score is None else (score - 1) / 4

    return {
        "faithfulness": lambda **inputs: faithful.evaluate(**inputs).score,
        "correctness": correctness,
        "helpfulness": lambda **inputs: relevant.evaluate(**inputs).score,
    }


def _as_llm(model: TextModel) -> CustomLLM:
    """The product's model as a LlamaIndex LLM, with the product's own retries and messages for a server's faults."""
    from llama_index.core.llms import CompletionResponse, CompletionResponseGen, CustomLLM, LLMMetadata

    class Judge(CustomLLM):
        """Streams underneath, answers whole."""

        @property
        def metadata(self) -> LLMMetadata:
            return LLMMetadata(model_name=model.name, context_window=8192, num_output=_REPLY_TOKENS)

        def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
            return CompletionResponse(text="".join(model.stream(prompt, max_tokens=_REPLY_TOKENS)))

        def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
            yield self.complete(prompt)

    return Judge()
