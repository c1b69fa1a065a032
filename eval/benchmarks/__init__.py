"""Benchmarks that others wrote, in the form they are downloaded in. The factory alone lives here.

A benchmark becomes documents and questions; the product answers through its public interface.
"""

from __future__ import annotations

from pathlib import Path

from eval.benchmarks.schema import Benchmark
from eval.cases import CaseError

NAMES = ("cmrc2018", "drcd", "stard", "rgb")


def load_benchmark(name: str, path: Path, *, extra: Path | None = None, noise: float = 0.4) -> Benchmark:
    """The benchmark of that name from its data file.

    extra: STARD's folder of laws. noise: RGB's share of noise passages, 0..1. Raises CaseError when the
    data are missing or of another form.
    """
    if not path.exists():
        raise CaseError("找不到评测数据", str(path), "请先下载数据，再把路径给出来。")
    if name in ("cmrc2018", "drcd"):
        from eval.benchmarks.reading import load_reading

        return load_reading(name, path)
    if name == "stard":
        from eval.benchmarks.stard import load_stard

        return load_stard(path, extra or path.parent)
    if name == "rgb":
        from eval.benchmarks.rgb import load_rgb

        return load_rgb(path, noise=noise)
    raise CaseError(f"没有名为 {name} 的评测", "", f"可用的有：{'、'.join(NAMES)}。")
