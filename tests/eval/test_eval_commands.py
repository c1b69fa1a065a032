from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from assistant.schema import Answer
from eval.__main__ import main
from eval.bench import answers
from eval.cases import CaseError, data_folder
from eval.runner import run_cases


def make_run(make: SimpleNamespace, folder: Path, right: bool) -> Path:
    cases = [make.case(f"A-{n}") for n in range(3)]

    def ask(question: str, history: Sequence[str]) -> Answer:
        return make.answer("每天不少于2小时。[1]" if right else "每天1小时。[1]")

    run_cases(cases, ask, folder, make.run_record(cases))
    return folder


def test_check_passes_the_open_set_and_fails_a_faulty_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dev = data_folder() / "dev.jsonl"
    assert main(["check", str(dev)]) == 0
    assert "76 题，0 处问题" in capsys.readouterr().out
    bad = json.loads(dev.read_text(encoding="utf-8").split("\n")[0])
    bad["evidence"][0]["quote"] = "资料里没有这句话"
    file = tmp_path / "bad.jsonl"
    file.write_text(json.dumps(bad, ensure_ascii=False), encoding="utf-8")
    assert main(["check", str(file)]) == 1
    assert "找不到引文" in capsys.readouterr().out


def test_a_batch_file_is_scored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = []
    for line in (data_folder() / "dev.jsonl").read_text(encoding="utf-8").split("\n"):
        if line.strip():
            raw = json.loads(line)
            retrieved = [{"text": quote["quote"]} for quote in raw["evidence"]]
            lines.append({"id": raw["id"], "answer": raw["answer"], "refused": not raw["answerable"], "citations": [],
                          "retrieved": retrieved})
    file = tmp_path / "out.jsonl"
    file.write_text("\n".join(json.dumps(item, ensure_ascii=False) for item in lines), encoding="utf-8")
    assert main(["score", str(file), "--json"]) == 0
    metrics = json.loads(capsys.readouterr().out)["metrics"]
    assert metrics["strict"]["mean"] == metrics["all"]["mean"] == metrics["refusal_recall"]["mean"] == 1
    assert metrics["r10"]["mean"] == 1


def test_runs_are_reported_and_compared(make: SimpleNamespace, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, after = make_run(make, tmp_path / "a", False), make_run(make, tmp_path / "b", True)
    assert main(["report", str(after)]) == 0
    assert "</html>" in (after / "report.html").read_text(encoding="utf-8")
    assert main(["compare", str(before), str(after)]) == 0
    out = capsys.readouterr().out
    assert "变对（3 题）" in out
    assert main(["compare", str(before), str(after), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["gained"] == ["A-0", "A-1", "A-2"]


def test_a_gate_over_a_finished_run_updates_and_judges(make: SimpleNamespace, tmp_path: Path,
                                                       capsys: pytest.CaptureFixture[str]) -> None:
    floors = tmp_path / "floors.json"
    floors.write_text('{"splits": ["dev"], "share": 1, "figures": {"strict": {"value": 0.5, "tolerance": 0}}}', encoding="utf-8")
    good, bad = make_run(make, tmp_path / "a", True), make_run(make, tmp_path / "b", False)
    assert main(["gate", "--floors", str(floors), "--run", str(bad)]) == 1
    assert main(["gate", "--floors", str(floors), "--run", str(good), "--update", "--note", "试"]) == 0
    assert main(["gate", "--floors", str(floors), "--run", str(good)]) == 0
    assert main(["gate", "--floors", str(floors), "--run", str(bad)]) == 1
    assert "原来答对、这次没有答对：A-0、A-1、A-2" in capsys.readouterr().out


def test_what_cannot_be_done_is_told(make: SimpleNamespace, tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="没有符合条件"):
        main(["run", "--id", "NOTHING"])
    with pytest.raises(CaseError, match="没有评测记录"):
        main(["report", str(tmp_path)])
    with pytest.raises(CaseError, match="找不到结果文件"):
        main(["score", str(tmp_path / "none.jsonl")])
    if (data_folder() / "test.jsonl").is_file():
        with pytest.raises(CaseError, match="说明原因"):
            main(["score", str(tmp_path / "none.jsonl"), "--split", "test"])


def test_every_command_has_chinese_help(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("check", "split", "run", "score", "report", "compare", "gate", "fit", "bench", "baselines", "benchmark"):
        with pytest.raises(SystemExit) as caught:
            main([command, "--help"])
        assert caught.value.code == 0
        assert any("\u4e00" <= c <= "\u9fff" for c in capsys.readouterr().out)


def test_a_command_is_timed_in_its_own_process() -> None:
    figures = answers.run_command(["-c", "x = b'x' * 60_000_000"])
    assert figures.seconds > 0
    assert figures.peak_mib == 0 or figures.peak_mib > 57


def test_a_failing_command_is_told() -> None:
    from errors import AssistantError

    with pytest.raises(AssistantError, match="没有成功"):
        answers.run_command(["-c", "raise SystemExit(3)"])


def test_warm_answers_are_timed(make: SimpleNamespace) -> None:
    figures = answers.warm(lambda: lambda question, history: make.refusal(), ["一", "二", "三"])
    assert figures.count == 3
    assert figures.p50 <= figures.p95 <= figures.longest
