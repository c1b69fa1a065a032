"""A PDF page that is only an image → Runs, by optical recognition with RapidOCR (the optional extra `ocr`).

Runs on this machine with the models in that package: nothing is loaded from a network. Knows nothing of files,
documents or clauses; what the recognised lines mean is told by corpus/readers/layout.py, as for any page.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from statistics import median
from typing import Any

from corpus.readers.layout import Run
from errors import SourceError

INSTALL = 'pip install "wengui[ocr]"'
_DPI = 200
_SIDE_MAX = 2600  # pixels; a poster or a page of a false size is drawn smaller
_BOX_HEIGHT = 1.15  # a recognised box is that much higher than the font
_BASE = 0.35  # em from a line's middle down to its baseline
_SAME_SIZE = 0.25  # sizes this near to a page's usual one are that one: boxes are not exact
_UNEVEN = re.compile(r"\(([^()（）]*)）|（([^()（）]*)\)")
_SCORE_MIN = 0.5  # below, the recogniser itself does not believe its reading
# One engine for all threads: it holds 100 MiB and uses every core anyway.
_LOCK = threading.Lock()


def available() -> bool:
    """Whether the extra is installed. Imports nothing."""
    return find_spec("rapidocr") is not None


def read_page(page: Any, where: str) -> list[Run]:
    """The lines recognised on a pypdfium2 page, in points; [] where nothing can be read.

    Takes 1 to 4 seconds a page on two cores. Raises SourceError when the extra is installed but broken.
    """
    height = page.get_height()
    scale = min(_DPI / 72, _SIDE_MAX / max(page.get_width(), height, 1.0))
    bitmap = page.render(scale=scale, rev_byteorder=False)
    try:
        image = bitmap.to_numpy()[:, :, :3].copy()
    finally:
        bitmap.close()
    with _LOCK:
        try:
            engine = _engine()
        except ImportError as error:
            remedy = f"请重新安装：{INSTALL} --force-reinstall。"
            raise SourceError(f"文字识别组件装坏了（{error}）", where, remedy) from error
        found = engine(image)
    if found.boxes is None or found.txts is None:
        return []
    lines = [
        (_even_brackets(text.strip()), box) for box, text, score in zip(found.boxes, found.txts, found.scores, strict=True)
        if text.strip() and score >= _SCORE_MIN
    ]
    return to_runs(lines, scale, height)


def to_runs(lines: Sequence[tuple[str, Any]], scale: float, height: float) -> list[Run]:
    """Recognised lines as Runs. lines: (text, four (x, y) corners in pixels, y downwards); scale: pixels a point;
    height: of the page in points."""
    sizes = [_size(box, scale) for _, box in lines]
    usual = median(sizes) if sizes else 0.0
    runs = []
    for (text, box), size in zip(lines, sizes, strict=True):
        size = usual if abs(size - usual) <= _SAME_SIZE * usual else size
        xs, middle = [point[0] / scale for point in box], sum(point[1] for point in box) / len(box) / scale
        runs.append(Run(text, float(min(xs)), float(max(xs)), float(height - middle - _BASE * size), float(size)))
    return runs


def _even_brackets(text: str) -> str:
    """A pair of brackets read as one narrow and one wide is a wide pair: print has no such pair."""
    return _UNEVEN.sub(lambda found: f"（{found[1] or found[2] or ''}）", text)


def _size(box: Any, scale: float) -> float:
    """The font's height in points. Of a slanted box the side edges count, not its extent."""
    left, right = abs(box[3][1] - box[0][1]), abs(box[2][1] - box[1][1])
    return max((left + right) / 2 / scale / _BOX_HEIGHT, 1.0)


@lru_cache(maxsize=1)
def _engine() -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.log_level": "error"})
