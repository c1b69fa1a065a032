"""Speed and memory of the product as a user meets them: commands in fresh processes, then a warm chain.

Times are wall-clock seconds. Returns figures; prints nothing.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from errors import AssistantError
from eval import machine
from eval.metrics.statistics import percentile
from eval.runner import Ask

TIMEOUT = 900


@dataclass(frozen=True)
class Command:
    """One command run in a process of its own. peak_mib: its largest resident memory, 0 where unknown."""

    seconds: float
    peak_mib: float


@dataclass(frozen=True)
class Warm:
    """Answers by an open chain, seconds; open: until the chain was ready, first: the first answer."""

    open: float
    first: float
    p50: float
    p95: float
    longest: float
    count: int
    peak_mib: float


# Runs the command given and tells its children's peak memory, so that nothing but the command is measured.
_WRAPPER = """
import json, subprocess, sys, time
started = time.perf_counter()
code = subprocess.call(sys.argv[2:], stdout=subprocess.DEVNULL)
seconds = time.perf_counter() - started
try:
    import resource
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
except ImportError:
    peak = 0
open(sys.argv[1], "w").write(json.dumps({"code": code, "seconds": seconds, "peak": peak}))
"""


def run_command(arguments: Sequence[str], *, environment: Mapping[str, str] | None = None) -> Command:
    """Run `python ARGUMENTS` once. Raises AssistantError when it fails or takes longer than 15 minutes."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "figures.json"
        command = [sys.executable, "-c", _WRAPPER, str(out), sys.executable, *arguments]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=TIMEOUT, check=False,
                env={**os.environ, **(environment or {})},
            )
        except subprocess.TimeoutExpired as error:
            raise AssistantError("命令超过 15 分钟没有结束", " ".join(arguments), "请检查机器是否繁忙。") from error
        figures = json.loads(out.read_text(encoding="utf-8")) if out.is_file() else {"code": 1}
    if figures["code"]:
        last = (done.stderr.strip().splitlines() or [""])[-1]
        raise AssistantError(f"命令没有成功：{last}", " ".join(arguments), "请先单独运行它。")
    scale = 2**20 if sys.platform == "darwin" else 2**10
    return Command(round(figures["seconds"], 3), round(figures["peak"] / scale, 1))


def cold_ask(question: str) -> Command:
    """`ask` in a fresh process: what a user waits for the first time."""
    return run_command(["-m", "assistant", "ask", question])


def cold_build(folder: Path) -> Command:
    """The index built from nothing into an empty data folder."""
    return run_command(["-m", "index", "build"], environment={"WENGUI_DATA_FOLDER": str(folder)})


def warm(open_ask: Callable[[], Ask], questions: Sequence[str]) -> Warm:
    """Open once, then ask every question. Raises ValueError without questions."""
    if not questions:
        raise ValueError("no questions")
    started = time.perf_counter()
    ask = open_ask()
    opened = time.perf_counter() - started
    times = []
    for question in questions:
        started = time.perf_counter()
        ask(question, ())
        times.append(time.perf_counter() - started)
    later = times[1:] or times
    return Warm(
        opened, times[0], percentile(later, 50), percentile(later, 95), max(later), len(times), machine.peak_memory_mib()
    )


def figures(**parts: Command | Warm) -> dict[str, object]:
    """The parts measured, with versions and machine, as JSON can hold them."""
    return {name: asdict(part) for name, part in parts.items()} | {
        "versions": machine.versions(), "machine": machine.machine(),
    }
