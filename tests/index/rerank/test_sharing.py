"""One reranker for many who ask at once: the same logits as alone, and what was asked before costs nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from index.rerank import load_reranker
from index.rerank.cross_encoder import CrossEncoderReranker

TEXTS = [f"青岚县夜校办法 · 第{n}条｜夜校每学期收费不超过{n * 10}元，每周开放{n}小时。" * (n % 3 + 1) for n in range(1, 14)]
ASKED = ("夜校每学期收费多少？", "夜校每周开放多少小时？", "校车最高车速是多少？")


@pytest.fixture(scope="module")
def reranker() -> CrossEncoderReranker:
    made = load_reranker(threads=2)
    assert isinstance(made, CrossEncoderReranker)
    return made


@pytest.mark.models
def test_asking_at_once_changes_no_logit(reranker: CrossEncoderReranker) -> None:
    alone = {question: load_reranker(threads=1).score(question, TEXTS) for question in ASKED}
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(lambda question: (question, reranker.score(question, TEXTS)), ASKED * 4))
    assert all(scores == alone[question] for question, scores in together)


@pytest.mark.models
def test_a_question_with_the_same_texts_is_read_once(reranker: CrossEncoderReranker, monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[int] = []
    run = reranker._run
    monkeypatch.setattr(reranker, "_run", lambda pairs: (runs.append(len(pairs)), run(pairs))[1])
    first = reranker.score("夜校在哪里？", TEXTS)
    assert sum(runs) == len(TEXTS) and reranker.score("夜校在哪里？", TEXTS) == first and sum(runs) == len(TEXTS)
    assert len(reranker.score("夜校在哪里？", TEXTS[:2])) == 2 and sum(runs) == len(TEXTS) + 2
    first[0] = 99.0
    assert reranker.score("夜校在哪里？", TEXTS)[0] != 99.0, "what is remembered is nobody's to change"
