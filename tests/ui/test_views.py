"""What is shown: the right words marked, the right clause behind each mark, tables whole, turns kept as they were."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.schema import Clause, ClauseKind, Note, TableRow
from tests.ui.test_html import Reading, library_of, turn_of
from ui.answer_view import turn_view
from ui.clause_view import marked_text, reader_view
from ui.document_view import document_view
from ui.html import join
from ui.tables import magnitude, pairs_view, table_from
from ui.turns import Source, Turn, copy_text, from_record, to_record

CSS = Path(__file__).resolve().parents[2] / "ui" / "page.css"
BASE = Clause("c", "d", 0, ClauseKind.ITEM, "", "", (), "")


def marked(markup: str) -> str:
    return "".join(re.sub(r"<[^>]+>", "", piece) for piece in re.findall(r"<mark>(.*?)</mark>", markup, re.DOTALL))


@given(st.text("一二三四五\n（）", min_size=1, max_size=40), st.data())
def test_exactly_the_quoted_words_are_marked(words: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(words) - 1))
    end = data.draw(st.integers(start + 1, len(words)))
    notes = tuple(Note(n, "注", p) for n, p in enumerate(data.draw(st.lists(st.integers(0, len(words)), max_size=3, unique=True)), 1))
    markup = join(marked_text(replace(BASE, text=words, notes=notes), (start, end)))
    assert marked(markup) == words[start:end].replace("\n", "")
    shown = re.sub(r"<sup[^>]*>.*?</sup>", "", markup)
    assert Reading(shown).words == words.replace("\n", "")
    assert markup.count("<sup") == len(notes)


@pytest.mark.parametrize(("start", "end"), [(None, None), (-1, 2), (2, 1), (0, 999), (1, 1)])
def test_a_span_that_does_not_fit_marks_nothing(start: int | None, end: int | None) -> None:
    view = reader_view(library_of("一条规定的文字"), "c1", start, end)
    assert view is not None and "<mark>" not in view


def test_the_reader_shows_where_a_clause_stands_and_what_belongs_to_it() -> None:
    library = library_of("文字文字文字")
    view = reader_view(library, "c1", 0, 2)
    assert view is not None
    for words in ("牵头部门", "配合部门", "上文限定的年份", "注1", "上一条", "下一条", "第 1—2 页", "重庆"):
        assert words in view
    assert 'data-clause="c0"' in view, "the heading above opens"
    assert reader_view(library, "nowhere") is None


def test_a_row_is_shown_in_its_table() -> None:
    view = reader_view(library_of("指标"), "r1", 0, 1)
    assert view is not None and view.count('class="chosen"') == 1 and 'rowspan="2"' in view


def test_every_mark_opens_its_own_clause() -> None:
    sources = tuple(Source(n, f"id{n}", n, n + 5, "原话", "文件", "国家", None, ("章",), None) for n in (1, 2))
    view = turn_view(Turn("问", "甲句。[1]乙句[2]；丙[9]。", "grounded", sources=sources))
    marks = re.findall(r'class="mark" data-clause="(\w+)" data-start="(\d+)" data-end="(\d+)"', view)
    assert marks == [("id1", "1", "6"), ("id2", "2", "7")]
    assert "[9]" in view, "a label without a source is no button"
    assert view.count('class="said"') == 2


def test_which_kind_of_answer_it_is_is_said() -> None:
    assert "原文摘录" in turn_view(Turn("问", "答。", "grounded"))
    assert "模型改写，逐句核对过" in turn_view(Turn("问", "答。", "grounded", "model", "某模型"))
    assert "只回答了问题的一部分" in turn_view(Turn("问", "答。", "partial"))


@given(st.text(), st.sampled_from(["grounded", "refused"]))
def test_a_stored_turn_is_shown_as_it_was(words: str, status: str) -> None:
    turn = turn_of(words.encode("utf-8", "replace").decode(), status=status)
    stored = json.loads(json.dumps(to_record(turn)))
    assert from_record(turn.question, stored, turn.turn_id, turn.feedback) == turn


def test_a_turn_of_another_format_keeps_its_words() -> None:
    assert from_record("问", {"format": 99, "text": "答", "status": "grounded"}).text == "答"


def test_a_copied_answer_carries_its_sources() -> None:
    copied = copy_text(turn_of("甲"))
    assert copied.startswith("问：甲\n答：甲[1]") and "《甲》甲 › 甲，第 3 页：“甲”" in copied


def test_a_document_is_read_from_end_to_end() -> None:
    library = library_of("长长的一段")
    view = document_view(library, "d")
    assert view is not None
    assert [clause_id for clause_id in library.clauses if f'id="c-{clause_id}"' not in view] == []
    assert document_view(library, "nowhere") is None


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [":root", ":root.dark"])
def test_inks_stand_out_from_their_grounds(scheme: str) -> None:
    """WCAG AA: at least 4.5 to 1, in light and dark."""
    block = re.search(rf"^{re.escape(scheme)} \{{(.*?)^\}}", CSS.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert block
    colour = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block.group(1)))
    pairs = [(ink, ground) for ink in ("ink", "soft", "accent") for ground in ("paper", "sheet", "sunk")]
    pairs += [("accent", "accent-soft"), ("on-accent", "accent"), ("mark-ink", "mark"), ("warn", "warn-soft"), ("national", "national-soft")]
    pairs += [("city", "city-soft"), ("ink", "accent-soft"), ("ink", "warn-soft"), ("soft", "warn-soft"), ("paper", "ink")]
    for ink, ground in pairs:
        light, dark = sorted((luminance(colour[ink]), luminance(colour[ground])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, ground)


@pytest.mark.parametrize(("value", "size"), [("95", 95), ("≥95", 95), ("20∶1", 20), ("13—14", 13.5), ("1,200", 1200), ("—", None), (None, None), ("持平", None)])
def test_a_printed_value_has_a_size(value: str | None, size: float | None) -> None:
    assert magnitude(value) == size


def test_a_row_has_a_chart_only_with_two_numbers() -> None:
    library = library_of("指标")
    row = replace(library.clauses["r1"], row=TableRow("入园率", "%", None, {"2023": "50", "2027": "≥100"}))
    view = reader_view(replace(library, clauses={**library.clauses, "r1": row}), "r1") or ""
    assert 'aria-label="入园率（%）：2023年 50，2027年 ≥100"' in view
    assert re.findall(r'<rect [^>]*width="([\d.]+)"', view) == ["100.0", "200.0"]
    assert "<svg" not in (reader_view(library, "r1") or "")


def test_the_first_year_stands_beside_the_last_with_its_words() -> None:
    base = library_of("指标").clauses["r1"]
    years = ({"2023": "50", "2025": "60", "2027": "≥100"}, {"2023": "—", "2025": "1", "2027": "2"}, {"2023": "8", "2025": None, "2027": "4"})
    rows = [replace(base, clause_id=f"x{n}", row=TableRow(f"项{n}", "%", None, values)) for n, values in enumerate(years)]
    view = pairs_view(table_from(rows)) or ""
    assert Reading(view).words.startswith("看图：2023年与2027年相比（2 项）")
    assert "50 → ≥100 %" in view and "8 → 4 %" in view and "项1" not in view
    assert re.findall(r'<rect [^>]*width="([\d.]+)"', view) == ["60.0", "120.0", "120.0", "60.0"]
    assert pairs_view(table_from([replace(base, row=TableRow("项", None, None, {"2023": "1", "目标": "2"}))])) is None


def test_columns_can_be_sorted_and_answers_exported() -> None:
    view = document_view(library_of("9"), "d") or ""
    assert view.count('data-do="sort"') == 5 and 'data-size="9.0"' in view
    exported = turn_view(turn_of("甲"))
    assert 'href="/export/turn/5.docx"' in exported and 'href="/export/turn/5.md"' in exported
    assert "/export/" not in turn_view(replace(turn_of("甲"), turn_id=None))
