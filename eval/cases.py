"""Question files (JSON lines) → Cases. Every fault is told with its file and line; nothing is repaired silently."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from errors import AssistantError
from eval.schema import TYPES, Case, Quote

Question = TypeVar("Question")
_FIELDS = {"id", "question", "type", "answer", "key_points", "evidence", "forbidden", "answerable"}


class CaseError(AssistantError):
    """A question file that cannot be used."""


def data_folder() -> Path:
    """Where the shipped questions lie."""
    return Path(str(files("eval"))) / "data"


def split_path(split: str, folder: Path | None = None) -> Path:
    """The file of a split. Raises CaseError when there is none of that name."""
    path = (folder or data_folder()) / f"{split}.jsonl"
    if not path.is_file():
        raise CaseError(f"没有名为 {split} 的问题集", str(path), "可用 dev；train 和 test 由 python -m eval split 生成。")
    return path


def load_cases(path: Path) -> list[Case]:
    """The cases of one file, dialogues taken apart into turns ("T-001#1", "T-001#2", …).

    Raises CaseError with every faulty line named.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except FileNotFoundError as error:
        raise CaseError("找不到问题文件", str(path), "请检查路径。") from error
    except UnicodeDecodeError as error:
        raise CaseError("问题文件不是 UTF-8 编码", str(path), "请另存为 UTF-8 后再试。") from error
    cases: list[Case] = []
    faults: list[str] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            cases.extend(parse_line(line))
        except CaseError as error:
            faults.append(f"第 {number} 行：{error.what}")
    seen: set[str] = set()
    for case in cases:
        if case.id in seen:
            faults.append(f"编号 {case.id} 重复")
        seen.add(case.id)
    if faults:
        shown = "；".join(faults[:10]) + (f"；还有 {len(faults) - 10} 处" if len(faults) > 10 else "")
        raise CaseError(f"问题文件有 {len(faults)} 处错误：{shown}", str(path), "请改正后再试。")
    if not cases:
        raise CaseError("问题文件里没有问题", str(path), "每行应是一个 JSON 对象。")
    return cases


def parse_line(line: str) -> list[Case]:
    """One JSON line: a question, or a dialogue {"id", "turns"}. Raises CaseError."""
    try:
        raw = json.loads(line)
    except json.JSONDecodeError as error:
        raise CaseError(f"不是正确的 JSON（{error.msg}）") from error
    if not isinstance(raw, dict):
        raise CaseError("应是一个 JSON 对象")
    if "turns" not in raw:
        return [parse_case(raw)]
    turns = raw["turns"]
    if not isinstance(turns, list) or not turns:
        raise CaseError("turns 应是一列问题")
    identity = _text(raw, "id")
    cases: list[Case] = []
    for number, turn in enumerate(turns, 1):
        if not isinstance(turn, dict):
            raise CaseError(f"第 {number} 轮应是一个 JSON 对象")
        case = parse_case({**turn, "id": f"{identity}#{number}"})
        cases.append(replace(case, history=tuple(c.question for c in cases), dialogue=identity, turn=number))
    return cases


def parse_case(raw: dict) -> Case:
    """A Case from one JSON object. Raises CaseError with the field that is wrong."""
    identity = _text(raw, "id")
    where = f"{identity} "
    unknown = set(raw) - _FIELDS
    if unknown:
        raise CaseError(f"{where}有不认识的字段：{'、'.join(sorted(unknown))}")
    kind = _text(raw, "type")
    if kind not in TYPES:
        raise CaseError(f"{where}的 type 是 {kind}，应是 {'、'.join(TYPES)} 之一")
    answerable = raw.get("answerable", True)
    if not isinstance(answerable, bool):
        raise CaseError(f"{where}的 answerable 应是 true 或 false")
    points = _points(raw.get("key_points", []), where)
    evidence = _evidence(raw.get("evidence", []), where)
    if answerable and (not points or not evidence):
        raise CaseError(f"{where}可以回答，却没有 key_points 或 evidence")
    if not answerable and (points or evidence or kind != "unanswerable"):
        raise CaseError(f"{where}不可回答，type 应是 unanswerable，且不应有 key_points 或 evidence")
    if answerable and kind == "unanswerable":
        raise CaseError(f"{where}的 type 是 unanswerable，answerable 却是 true")
    forbidden = raw.get("forbidden", [])
    if not isinstance(forbidden, list) or not all(isinstance(f, str) and f for f in forbidden):
        raise CaseError(f"{where}的 forbidden 应是一列文字")
    return Case(
        identity, _text(raw, "question"), kind, _text(raw, "answer"), points, evidence, tuple(forbidden), answerable
    )


def digest(cases: Iterable[Case]) -> str:
    """A fingerprint of the questions and their answers: 16 hexadecimal digits."""
    joined = "\n".join(repr(case) for case in sorted(cases, key=lambda case: case.id))
    return hashlib.sha256(joined.encode()).hexdigest()[:16]


def select(
    cases: Sequence[Case], *, types: Sequence[str] = (), docs: Sequence[str] = (), ids: Sequence[str] = (),
) -> list[Case]:
    """The cases of these types, with evidence in a document whose title contains one of docs, with these ids.

    An id that ends in * stands for all that begin so; a dialogue's id for its turns. Empty: no restriction.
    """
    chosen = []
    for case in cases:
        if types and case.type not in types:
            continue
        if docs and not any(doc in quote.doc for doc in docs for quote in case.evidence):
            continue
        if ids and not any(_matches(case, wanted) for wanted in ids):
            continue
        chosen.append(case)
    return chosen


def spread(questions: Sequence[Question], limit: int | None) -> list[Question]:
    """All questions, or limit of them at even distances: a file's questions are often in order of kind."""
    if limit is None or limit >= len(questions):
        return list(questions)
    return [questions[place * len(questions) // limit] for place in range(limit)]


def _matches(case: Case, wanted: str) -> bool:
    return case.id.startswith(wanted[:-1]) if wanted.endswith("*") else wanted in (case.id, case.dialogue)


def _text(raw: dict, name: str) -> str:
    value = raw.get(name)
    if not isinstance(value, str) or not value.strip():
        raise CaseError(f"{raw.get('id', '')} 缺少 {name}".strip())
    return value


def _points(raw: object, where: str) -> tuple[tuple[str, ...], ...]:
    if not isinstance(raw, list):
        raise CaseError(f"{where}的 key_points 应是一列")
    for entry in raw:
        if not isinstance(entry, list) or not entry or not all(isinstance(o, str) and o.strip() for o in entry):
            raise CaseError(f"{where}的 key_points 每一项应是一列不为空的说法")
    return tuple(tuple(entry) for entry in raw)


def _evidence(raw: object, where: str) -> tuple[Quote, ...]:
    if not isinstance(raw, list):
        raise CaseError(f"{where}的 evidence 应是一列")
    quotes = []
    for entry in raw:
        if not isinstance(entry, dict) or set(entry) != {"doc", "quote"}:
            raise CaseError(f"{where}的 evidence 每一项应有 doc 和 quote")
        if not all(isinstance(entry[k], str) and entry[k].strip() for k in ("doc", "quote")):
            raise CaseError(f"{where}的 evidence 里 doc 和 quote 不应为空")
        quotes.append(Quote(entry["doc"], entry["quote"]))
    return tuple(quotes)
