"""One plan in five formats gives one clause tree; PDF pages, columns and running heads are told by geometry."""

from __future__ import annotations

from pathlib import Path

import pytest
from five_formats import NOTES, PLAN, WRITERS, write_pdf

from corpus.parse import parse_file
from corpus.readers import read_source, source_text
from corpus.schema import ClauseKind, ParsedSource


def _tree(parsed: ParsedSource) -> list[tuple]:
    return [
        (
            c.kind,
            c.depth,
            c.label,
            c.title,
            c.heading_path,
            c.text,
            c.lead_departments,
            c.support_departments,
            c.inherited_years,
            c.notes,
            c.context,
            c.row,
        )
        for c in parsed.clauses
    ]


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ParsedSource]:
    folder = tmp_path_factory.mktemp("plan")
    parsed = {}
    for suffix, write in WRITERS.items():
        path = folder / f"plan.{suffix}"
        write(path)
        parsed[suffix] = parse_file(path)
    return parsed


def test_the_text_file_gives_the_tree_it_was_written_from(trees: dict[str, ParsedSource]) -> None:
    clauses = trees["txt"].clauses
    assert [c.label for c in clauses if c.kind is ClauseKind.ITEM] == ["（一）", "（二）", "（三）", "1.", "2."]
    assert [c.inherited_years for c in clauses if c.kind is ClauseKind.BULLET] == [("2030",), ("2030",)]
    assert [c.row.group for c in clauses if c.row] == ["学位供给", "学位供给", "师资质量", "师资质量"]
    assert [n.number for c in clauses for n in c.notes] == [1, 2]
    assert next(c for c in clauses if c.label == "（一）").support_departments == (
        "市发展改革委",
        "市自然资源和规划局（林业局）",
        "市住房城乡建设局",
        "各县（市、区）",
    )
    assert any("不低于1:18，" in c.text for c in clauses) and any(NOTES[0] == c.text for c in clauses)
    assert trees["txt"].documents[0].period == "2026—2030"


@pytest.mark.parametrize("suffix", ["md", "html", "docx", "pdf"])
def test_other_formats_give_the_same_tree(trees: dict[str, ParsedSource], suffix: str) -> None:
    assert _tree(trees[suffix]) == _tree(trees["txt"])
    assert trees[suffix].documents[0].title == PLAN[0].text
    assert [c.clause_id for c in trees[suffix].clauses] == [c.clause_id for c in trees["txt"].clauses]


@pytest.mark.parametrize("suffix", list(WRITERS))
def test_no_private_mark_is_left(trees: dict[str, ParsedSource], suffix: str) -> None:
    assert not any("\ue000" in c.text + c.context + c.title or "\ue001" in c.text for c in trees[suffix].clauses)


def test_pdf_pages_are_known_and_running_heads_gone(trees: dict[str, ParsedSource]) -> None:
    pages = [c.page_start for c in trees["pdf"].clauses]
    assert pages[0] == 1 and pages[-1] == 2 and None not in pages
    assert not any("公报" in c.text or "— 1 —" in c.text for c in trees["pdf"].clauses)


def test_two_columns_are_read_one_after_the_other(trees: dict[str, ParsedSource], tmp_path: Path) -> None:
    path = tmp_path / "columns.pdf"
    write_pdf(path, columns=2)
    # On its only page a letterhead cannot be told from text: it stays, behind the title.
    tree = [row for row in _tree(parse_file(path)) if "公报" not in row[5]]
    assert tree == _tree(trees["txt"])


@pytest.mark.parametrize("suffix", list(WRITERS))
def test_offsets_point_into_the_source_text(trees: dict[str, ParsedSource], suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"plan.{suffix}"
    WRITERS[suffix](path)
    source = source_text(read_source(path))
    for clause in parse_file(path).clauses:
        rest = iter(source[clause.source_start : clause.source_end])
        assert all(char.isspace() or char in rest for char in clause.text)
