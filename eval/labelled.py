"""Question files → the examples that the refusal model is fitted on, and both models fitted on them.

An example is what the chain sees of a question before it decides to refuse: the signals of the chosen evidence, and
whether that evidence holds the answer. Nothing is refused on the way, so the model in use does not shape the next.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assistant import confidence
from assistant.chain import Chain, open_chain
from assistant.compose import excerpt
from assistant.evidence import EvidenceChooser
from assistant.gaps import find_gap
from eval.cases import CaseError, data_folder, load_cases
from eval.fitting import Example, fit, unseen_by_reranker
from eval.metrics.answers import score_answer
from eval.schema import Case
from eval.tables import grid

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Fitted:
    """Both models as confidence.json holds them. questions: how many were asked; trained: left out because the
    reranker was trained on them; held_back: left out because they are test questions."""

    reranked: dict[str, Any]
    plain: dict[str, Any]
    questions: int
    trained: int
    held_back: int


class Labeller:
    """Turns cases into examples over one open chain."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self._chooser = EvidenceChooser(
            chain.library, chain.search, chain.retriever.features.inverse_frequency, chain.read, reranked=chain.retriever.reranks
        )

    def example(self, case: Case) -> Example | None:
        """What the refusal model would see of case; None where a plain gap refuses it before the model is asked."""
        query = self._chain.read(case.question, case.history)
        chosen = self._chooser.choose(query, self._chain.search(query))
        if find_gap(query, chosen):
            return None
        scores = score_answer(case, excerpt(chosen.evidence)[0], refused=False)
        right = case.answerable and scores["points"] == 1 and not scores["forbidden"]
        return Example(case.id, confidence.features(chosen), case.answerable, right)


def usable_cases(cases: Sequence[Case], test: frozenset[str]) -> tuple[list[Case], int, int]:
    """(cases to fit on, how many the reranker was trained on, how many are test questions).

    A test question is never fitted on, whichever file it comes from. A case named twice counts once.
    """
    unique = list({case.id: case for case in cases}.values())
    own = [case for case in unique if case.id not in test]
    kept = [case for case in own if unseen_by_reranker(case.id)]
    return kept, len(own) - len(kept), len(unique) - len(own)


def held_back_ids() -> frozenset[str]:
    """Ids of the shipped test questions; none where the file has not been made."""
    path = data_folder() / "test.jsonl"
    return frozenset(case.id for case in load_cases(path)) if path.is_file() else frozenset()


def fit_models(settings: Any, cases: Sequence[Case], progress: Progress) -> Fitted:
    """Both models fitted on what cases give, with the reranker and with it off, over the library settings name.

    Raises CaseError when too little is left to fit on, AssistantError when the library or a model is missing.
    """
    kept, trained, held_back = usable_cases(cases, held_back_ids())
    models = {}
    for rerank, stage in ((True, "有重排"), (False, "无重排")):
        own = replace(settings, index=replace(settings.index, rerank=rerank), model=replace(settings.model, provider="none"))
        chain = open_chain(own)
        if chain.retriever.reranks is not rerank:
            raise CaseError("重排模型不能用，无法拟合", "index.rerank", "请运行 python -m assistant doctor 查看原因。")
        models[rerank] = fit(_examples(Labeller(chain), kept, lambda n, stage=stage: progress(stage, n, len(kept))), reranked=rerank)
    return Fitted(models[True], models[False], len(kept), trained, held_back)


def _examples(labeller: Labeller, cases: Sequence[Case], progress: Callable[[int], None]) -> list[Example]:
    examples = []
    for number, case in enumerate(cases, start=1):
        if (example := labeller.example(case)) is not None:
            examples.append(example)
        progress(number)
    if not any(e.right for e in examples) or all(e.answerable for e in examples):
        raise CaseError(
            "问题太少，无法拟合", "", "要有重排模型没有见过、答得对的问题，也要有不该回答的问题；测试集的问题不用来拟合。"
        )
    return examples


def shown(fitted: Fitted) -> str:
    """The fitted models and their cross-validated figures as a text table."""
    models = {"有重排": fitted.reranked, "无重排": fitted.plain}
    measured = {name: model["measured"] for name, model in models.items()}
    rows: list[tuple[str, ...]] = [("", *models)]
    rows.append(("截距", *(f"{model['bias']:.4f}" for model in models.values())))
    for signal in confidence.NAMES[True]:
        rows.append((f"权重 {signal}", *(f"{w[signal]:.4f}" if signal in w else "—" for w in (m["weights"] for m in models.values()))))
    rows.append(("拒答阈值", *(f"{model['threshold']:.4f}" for model in models.values())))
    rows.append(("能回答的题", *(str(m["answerable"]) for m in measured.values())))
    rows.append(("　误拒", *(f"{m['answerable_refused']:.1%}" for m in measured.values())))
    rows.append(("不该回答的题", *(str(m["unanswerable"]) for m in measured.values())))
    rows.append(("　拒答", *(f"{m['unanswerable_refused']:.1%}" for m in measured.values())))
    folds = fitted.reranked["measured"]["folds"]
    return (
        f"{grid(rows)}\n\n{folds} 折交叉验证。问了 {fitted.questions} 题；不用的：重排模型训练时见过 {fitted.trained} 题，测试集 "
        f"{fitted.held_back} 题。明显缺内容而直接拒答的题和没有找对依据的题不进入拟合。"
    )
