"""Pages that are images: recognised where the extra is installed, else refused with its name."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from corpus.parse import parse_file
from corpus.readers import ocr
from corpus.schema import ClauseKind
from errors import SourceError

FONTS = tuple(Path("/usr/share/fonts").rglob("NotoSerifCJK-Regular.ttc")) if Path("/usr/share/fonts").is_dir() else ()
needs_ocr = pytest.mark.skipif(not ocr.available(), reason="the extra ocr is not installed")
needs_font = pytest.mark.skipif(not FONTS, reason="no Chinese font to draw a page with")
PAGE = (
    "为办好人民满意的学前教育，结合本县实际，制定本",
    "计划。",
    "一、总体目标",
    "到2027年，全县普惠性幼儿园覆盖率达到92%以上，",
    "新增公办学位1200个。",
    "二、主要任务",
    "（一）扩大资源。新建幼儿园6所。",
    "牵头部门：县教委",
)


def write_scan(path: Path) -> None:
    """One page of A4 at 150 dots an inch, as an image, indented and wrapped as print is; behind it a blank page."""
    from PIL import Image, ImageDraw, ImageFont

    font, large = (ImageFont.truetype(str(FONTS[0]), size) for size in (30, 44))
    image = Image.new("RGB", (1240, 1754), "white")
    draw = ImageDraw.Draw(image)
    draw.text((525, 150), "澄江县学前教育行动计划", fill="black", font=large, anchor="mm")
    for row, text in enumerate(PAGE):
        goes_on = row in (1, 4)
        draw.text((150 if goes_on else 210, 240 + 55 * row), text, fill="black", font=font)
    image.save(path, "PDF", resolution=150, save_all=True, append_images=[Image.new("RGB", (1240, 1754), "white")])


@needs_ocr
@needs_font
def test_a_scanned_page_gives_its_clauses(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    write_scan(path)
    parsed = parse_file(path)
    assert parsed.documents[0].title == "澄江县学前教育行动计划"
    goal = next(c for c in parsed.clauses if c.label == "一、")
    assert goal.text == "一、总体目标\n到2027年，全县普惠性幼儿园覆盖率达到92%以上，新增公办学位1200个。"
    task = next(c for c in parsed.clauses if c.kind is ClauseKind.ITEM and c.label == "（一）")
    assert task.lead_departments == ("县教委",) and task.heading_path == ("二、主要任务",)
    assert {c.page_start for c in parsed.clauses} == {1}
    assert [p.where for p in parsed.problems] == ["第 2 页"]


@needs_font
def test_without_the_extra_the_message_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    write_scan(tmp_path / "scan.pdf")
    with pytest.raises(SourceError, match="扫描件") as caught:
        parse_file(tmp_path / "scan.pdf")
    assert ocr.INSTALL in caught.value.remedy


def test_boxes_become_lines_in_points() -> None:
    """Sizes near the usual one are that one; y is turned upwards."""
    boxes = [
        ("题目很大", [(100, 100), (500, 100), (500, 192), (100, 192)]),
        ("正文一行", [(100, 300), (300, 300), (300, 346), (100, 346)]),
        ("正文二行", [(100, 360), (300, 360), (300, 410), (100, 410)]),
        ("正文三行", [(102, 420), (300, 420), (300, 466), (102, 466)]),
    ]
    runs = ocr.to_runs(boxes, 2.0, 500.0)
    assert [run.text for run in runs] == [text for text, _ in boxes]
    assert runs[1].size == runs[2].size == runs[3].size < runs[0].size
    assert runs[1].x0 == 50 and runs[3].x0 == 51 and runs[1].base > runs[2].base > runs[3].base
    assert runs[1].base == pytest.approx(500 - 161.5 - 0.35 * runs[1].size)
    assert ocr.to_runs([], 2.0, 500.0) == []
