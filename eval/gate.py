"""Whether a run holds the committed floor. Figures in, verdicts out; the floor file is data (eval/floors.json).

A figure fails when it is worse than its floor by more than its tolerance; a tolerance of 0 is for promises (no
unsupported figure, exact quotes). Strict answers are also compared case by case with those the floor's run got
right: a fall that a one-sided sign test calls beyond chance (p < 0.05) fails even within the tolerance.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.cases import CaseError
from eval.metrics.statistics import sign_test
from eval.schema import Case, CaseResult, Interval
from eval.scoring import LOWER_IS_BETTER
from eval.split import fraction

LEVEL = 0.05


@dataclass(frozen=True)
class Floor:
    """One committed figure."""

    value: float
    tolerance: float


@dataclass(frozen=True)
class Floors:
    """The committed figures. splits and share: the subset they were measured on; right: ids answered rightly then
    (empty: not recorded)."""

    splits: tuple[str, ...]
    share: float
    figures: dict[str, Floor]
    right: frozenset[str]
    note: str = ""


@dataclass(frozen=True)
class Verdict:
    """One figure against its floor."""

    metric: str
    value: float | None
    floor: Floor
    holds: bool


def default_path() -> Path:
    """Where the committed floors lie."""
    return Path(__file__).with_name("floors.json")


def load_floors(path: Path) -> Floors:
    """The floors in path. Raises CaseError when the file is not usable."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        figures = {name: Floor(float(f["value"]), float(f["tolerance"])) for name, f in raw["figures"].items()}
        return Floors(
            tuple(raw["splits"]), float(raw["share"]), figures, frozenset(raw.get("right", [])), raw.get("note", "")
        )
    except FileNotFoundError as error:
        raise CaseError("找不到底线文件", str(path), "请用 python -m eval gate --update 生成。") from error
    except (json.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise CaseError("底线文件读不出来", str(path), "请恢复提交里的版本，或用 gate --update 重新生成。") from error


def save_floors(path: Path, floors: Floors) -> None:
    """Write floors so that a change shows as a small difference in the repository."""
    raw = {
        "note": floors.note, "splits": list(floors.splits), "share": floors.share,
        "figures": {n: {"value": f.value, "tolerance": f.tolerance} for n, f in floors.figures.items()},
        "right": sorted(floors.right),
    }
    path.write_text(json.dumps(raw, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def subset(cases: Sequence[Case], share: float) -> list[Case]:
    """The same share of cases each time, chosen by the hash of the id; dialogues stay whole."""
    return [case for case in cases if fraction("gate:" + (case.dialogue or case.id)) < share]


def judge(floors: Floors, summary: Mapping[str, Interval], results: Sequence[CaseResult]) -> list[Verdict]:
    """Every floor against the run. A figure that the run lacks does not hold."""
    verdicts = []
    for metric, floor in floors.figures.items():
        value = summary[metric].mean if metric in summary else None
        sign = -1 if metric in LOWER_IS_BETTER else 1
        holds = value is not None and sign * (value - floor.value) >= -floor.tolerance - 1e-9
        verdicts.append(Verdict(metric, value, floor, holds))
    if floors.right:
        verdicts.append(_paired(floors, results))
    return verdicts


def lost_cases(floors: Floors, results: Sequence[CaseResult]) -> list[str]:
    """Ids that the floor's run got right and this one did not."""
    return [r.case.id for r in results if r.case.id in floors.right and r.scores["strict"] < 1]


def raised(floors: Floors, summary: Mapping[str, Interval], results: Sequence[CaseResult], note: str) -> Floors:
    """Floors with this run's figures; tolerances stay."""
    figures = {
        name: Floor(round(summary[name].mean, 4), floor.tolerance) if name in summary else floor
        for name, floor in floors.figures.items()
    }
    right = frozenset(r.case.id for r in results if r.scores["strict"] >= 1)
    return Floors(floors.splits, floors.share, figures, right, note)


def _paired(floors: Floors, results: Sequence[CaseResult]) -> Verdict:
    lost = len(lost_cases(floors, results))
    gained = sum(1 for r in results if r.case.id not in floors.right and r.scores["strict"] >= 1)
    chance = sign_test(gained, lost) / 2
    return Verdict("paired", chance, Floor(LEVEL, 0.0), not (lost > gained and chance < LEVEL))
