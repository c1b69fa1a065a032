"""A run on disk: a folder with run.json (what produced it), cases.jsonl (what was asked) and results.jsonl (one record a
case). Scores are not stored: they are computed when a run is read, so that a better metric needs no new run.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from eval.cases import CaseError
from eval.schema import Case, CaseResult, Quote, RunRecord
from eval.scoring import score


def load_run(folder: Path) -> tuple[RunRecord, list[CaseResult]]:
    """The run in folder, scored. Raises CaseError when there is none."""
    record = read_run(folder)
    return record, score_records(_read_cases(folder / "cases.jsonl"), read_records(folder))


def read_records(folder: Path) -> list[dict[str, object]]:
    """The records of a run, the last of each id. A last line that is not whole, of a run that goes on or was cut off,
    counts for nothing; the file stays as it is."""
    path = folder / "results.jsonl"
    if not path.is_file():
        return []
    content = path.read_bytes()
    return list(parse_records(content[: content.rfind(b"\n") + 1].decode("utf-8").split("\n"), str(path)))


def cut_torn_line(folder: Path) -> None:
    """Take away a last line that is not whole, so that appending is sound. Only for who goes on with the run."""
    path = folder / "results.jsonl"
    content = path.read_bytes() if path.is_file() else b""
    if content and not content.endswith(b"\n"):
        path.write_bytes(content[: content.rfind(b"\n") + 1])


def parse_records(lines: Iterable[str], where: str) -> Iterator[dict[str, object]]:
    """Records of the batch contract, the last of each id, in order. Raises CaseError for a line that is none."""
    found: dict[str, dict[str, object]] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
        except json.JSONDecodeError as error:
            raise CaseError(f"第 {number} 行不是正确的 JSON", where, "请重新生成这份结果。") from error
        if not isinstance(item, dict) or "id" not in item or "answer" not in item:
            raise CaseError(f"第 {number} 行缺少 id 或 answer", where, "请用 batch 命令生成结果。")
        found[str(item["id"])] = item
    yield from found.values()


def score_records(cases: Sequence[Case], records: Iterable[dict[str, object]]) -> list[CaseResult]:
    """Cases with their records and scores, in the order of cases; cases without a record are left out."""
    known = {str(item["id"]): item for item in records}
    return [CaseResult(case, known[case.id], score(case, known[case.id])) for case in cases if case.id in known]


def read_run(folder: Path) -> RunRecord:
    """The record of the run in folder. Raises CaseError when there is none or it is of another version."""
    path = folder / "run.json"
    try:
        return RunRecord(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise CaseError("这里没有评测记录", str(folder), "请先运行 python -m eval run。") from error
    except (json.JSONDecodeError, TypeError) as error:
        raise CaseError("评测记录读不出来，可能来自别的版本", str(path), "请重新运行 python -m eval run。") from error


def take_up(folder: Path, record: RunRecord, cases: Sequence[Case]) -> RunRecord:
    """The run already in folder when it asks the same with the same; else record, written down with its cases.

    Raises CaseError when folder holds a run over other questions, or with other settings or another commit.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "run.json").is_file():
        lines = [json.dumps(dataclasses.asdict(case), ensure_ascii=False) for case in cases]
        (folder / "cases.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        write_run(folder, record)
        return record
    old = read_run(folder)
    if old.cases_digest != record.cases_digest:
        raise CaseError("这个文件夹里是另一组问题的评测", str(folder), "请换一个 --out，或删除它后重来。")
    if (old.settings, old.commit) != (record.settings, record.commit):
        raise CaseError("这个文件夹里的评测用的是别的设置或别的提交", str(folder), "请换一个 --out，或删除它后重来。")
    return old


def write_run(folder: Path, record: RunRecord) -> None:
    """Write run.json."""
    text = json.dumps(dataclasses.asdict(record), ensure_ascii=False, indent=1, default=str)
    (folder / "run.json").write_text(text + "\n", encoding="utf-8")


def _read_cases(path: Path) -> list[Case]:
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
        return [_case(row) for row in rows]
    except FileNotFoundError as error:
        raise CaseError("这里没有评测的问题", str(path), "请重新运行 python -m eval run。") from error
    except (json.JSONDecodeError, TypeError, KeyError) as error:
        raise CaseError("评测的问题读不出来，可能来自别的版本", str(path), "请重新运行 python -m eval run。") from error


def _case(row: dict) -> Case:
    return Case(**{
        **row,
        "key_points": tuple(tuple(entry) for entry in row["key_points"]),
        "evidence": tuple(Quote(**quote) for quote in row["evidence"]),
        "forbidden": tuple(row["forbidden"]),
        "history": tuple(row["history"]),
    })
