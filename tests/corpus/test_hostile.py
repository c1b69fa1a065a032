"""Files made to take long: time grows with their length and no faster."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from corpus.check import check
from corpus.parse import parse_pages
from corpus.readers import read_source
from errors import SourceError

# At 100,000 each of these takes under 10 s on one core; at this size a quadratic step would still show.
SIZE = 4000
SECONDS = 10.0
CASES = {
    "bullets.md": lambda n: "# 题\n\n" + "".join(f"- 第{i}个要点，做好工作。\n" for i in range(n)),
    "headings.md": lambda n: "# 题\n\n" + "".join(f"## 标题{i}\n\n正文甲。\n\n" for i in range(n)),
    "headings.txt": lambda n: "题\n" + "".join(f"短标题{i}号\n做好{i}件事。\n" for i in range(n)),
    "items.txt": lambda n: "题\n" + "".join(f"{i}.做好{i}件事，推进工作。\n（一）子\n" for i in range(1, n)),
    "nested.md": lambda n: ">" * 10_000 + " 底\n",
    "nested.html": lambda n: "<div>" * 10_000 + "底",
    "lists.html": lambda n: "<ol><li>" * 10_000 + "底",
    "line.txt": lambda n: "教育强国建设，" * (10 * n),
    "line.md": lambda n: "教育强国建设，" * (10 * n),
    "line.html": lambda n: "<p>" + "教育强国建设，" * (10 * n),
    "spread.txt": lambda n: "题\n" + "名称 数量 备注\n" * n,
    "words.txt": lambda n: "题\n" + "甲 乙 丙\n" * n,
    "rowspan.html": lambda n: "<table>" + "".join(f"<tr><td>甲{i}<td rowspan=900>乙<td>丙" for i in range(n)) + "</table>",
    "brackets.txt": lambda n: "题\n" + "（" * (5 * n) + "甲牵头，" * n + "）\n",
}


@pytest.mark.parametrize("name", list(CASES))
def test_no_file_takes_longer_than_its_length(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(CASES[name](SIZE), encoding="utf-8")
    started = time.process_time()
    try:
        check(parse_pages(read_source(path), name))
    except SourceError as error:
        assert error.remedy
    assert time.process_time() - started < SECONDS


def test_cells_of_a_table_beyond_reason_are_kept_and_only_spans_cut(tmp_path: Path) -> None:
    path = tmp_path / "wide.html"
    path.write_text(CASES["rowspan.html"](1200), encoding="utf-8")
    text = "\n".join(line for page in read_source(path) for line in page.lines)
    assert all(f"甲{i}\t" in text for i in range(1200))
