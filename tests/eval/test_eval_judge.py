"""The judging model is the scripted server; LlamaIndex's evaluators, the cache and the command are the real ones."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from assistant.schema import Answer
from errors import ModelError
from eval.__main__ import main
from eval.cases import CaseError
from eval.judge import grade
from eval.metrics.agreement import cohen_kappa
from eval.runner import run_cases
from tests.assistant.llm.scripted_server import ScriptedServer, Step

RIGHT, WRONG = "每天不少于2小时。[1]", "每天3小时。[1]"


def reply(body: dict[str, Any]) -> str:
    """A judge that holds for good whatever does not say 3小时, and answers each evaluator in its own form."""
    prompt = "\n".join(str(message["content"]) for message in body["messages"])
    good = "3小时" not in prompt
    if "YES or NO" in prompt:
        return "YES" if good else "NO"
    if "reference answer" in prompt.lower():
        return "4.5\nsame as the reference" if good else "1\nanother figure"
    return "fits\n[RESULT] 2" if good else "does not\n[RESULT] 1"


@pytest.fixture
def run_folder(make: SimpleNamespace, tmp_path: Path) -> Path:
    """Two right answers, a wrong one, a refusal and a rightly unanswerable question."""
    answers = {"A-1": make.answer(RIGHT), "A-2": make.answer(RIGHT), "A-3": make.answer(WRONG), "A-4": make.refusal()}
    cases = [*(make.case(identity, question=f"{identity}要运动好久？") for identity in answers), make.unanswerable()]

    def ask(question: str, history: Sequence[str]) -> Answer:
        return answers.get(question[:3], make.refusal())

    run_cases(cases, ask, tmp_path / "run", make.run_record(cases))
    return tmp_path / "run"


def settings_file(folder: Path, base_url: str) -> Path:
    path = folder / "settings.toml"
    path.write_text(
        f'[data]\nfolder = "{folder / "data"}"\n[model]\nprovider = "openai"\nbase_url = "{base_url}"\nmodel = "scripted"\n',
        encoding="utf-8",
    )
    return path


def test_a_run_is_judged_once_and_compared_with_the_fixed_metrics(
    run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with ScriptedServer([Step(reply)]) as server:
        command = ["--settings", str(settings_file(tmp_path, server.base_url)), "judge", str(run_folder)]
        assert main([*command, "--json"]) == 0
        shown = json.loads(capsys.readouterr().out)
        asked = len(server.requests)
        assert main(command) == 0
        assert len(server.requests) == asked == 9  # the second time everything came from the cache
    text = capsys.readouterr().out
    assert "评判模型：scripted，3 题" in text
    assert "Cohen κ" in text
    cases = {case["id"]: case for case in shown["cases"]}
    assert cases["A-1"] == {"id": "A-1", "faithfulness": 1.0, "correctness": 0.875, "helpfulness": 1.0}
    assert cases["A-3"] == {"id": "A-3", "faithfulness": 0.0, "correctness": 0.0, "helpfulness": 0.5}
    assert shown["agreement"]["correctness"] == {"share": 1.0, "kappa": 1.0, "n": 3}
    assert shown["metrics"]["faithfulness"]["mean"] == pytest.approx(2 / 3)


def test_an_unreadable_verdict_is_left_out_and_asked_again(
    run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with ScriptedServer([Step("说不好")]) as server:
        command = ["--settings", str(settings_file(tmp_path, server.base_url)), "judge", str(run_folder), "--limit", "1"]
        assert main(command) == 0
        assert "2 处评判读不懂" in capsys.readouterr().out  # faithfulness takes any reply but yes for a no
        assert main(command) == 0
        assert len(server.requests) == 3 + 2


def test_a_torn_cache_and_a_server_that_fails_lose_nothing(run_folder: Path, tmp_path: Path) -> None:
    cache = tmp_path / "data" / "eval" / "judge.jsonl"
    with ScriptedServer([Step(reply), Step(reply), Step(reply), Step(status=401, error="no")]) as server:
        command = ["--settings", str(settings_file(tmp_path, server.base_url)), "judge", str(run_folder)]
        with pytest.raises(ModelError):
            main(command)
    kept = cache.read_text(encoding="utf-8")
    assert len(kept.split()) > 0
    cache.write_text(kept.rstrip("\n")[:-4], encoding="utf-8")
    with ScriptedServer([Step(reply)]) as server:
        command[1] = str(settings_file(tmp_path, server.base_url))
        assert main(command) == 0
        assert len(server.requests) == 9 - 2  # three were kept, the last of them torn
    assert main(command) == 0


def test_judging_needs_a_chat_model_and_answers(tmp_path: Path, run_folder: Path) -> None:
    path = settings_file(tmp_path, "http://127.0.0.1:9/v1")
    with pytest.raises(CaseError, match="评测记录"):
        main(["--settings", str(path), "judge", str(tmp_path / "none")])
    path.write_text('[model]\nprovider = "none"\n', encoding="utf-8")
    with pytest.raises(CaseError, match="没有语言模型"):
        main(["--settings", str(path), "judge", str(run_folder)])


@pytest.mark.parametrize(
    ("text", "score"),
    [("4.0\nwhy", 4), ("5", 5), ("Score: 3\nwhy", 3), ("评分：2", 2), ("10\nwhy", None), ("说不好", None), ("", None)],
)
def test_the_grade_is_read_from_the_start(text: str, score: float | None) -> None:
    assert grade(text)[0] == score


def test_kappa_by_hand() -> None:
    first, second = [True, True, True, False], [True, True, False, False]
    # Agreement 3/4; by chance 3/4·1/2 + 1/4·1/2 = 1/2; (3/4 − 1/2) / (1/2) = 1/2.
    assert cohen_kappa(first, second) == pytest.approx(0.5)
    assert cohen_kappa([True, False], [False, True]) == -1
    assert cohen_kappa([True, True], [True, True]) is None
    assert cohen_kappa([], []) is None
