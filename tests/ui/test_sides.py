"""A comparison as a table: the answer's own sentences, each beside its mark, nothing added and nothing that has no source."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from corpus.schema import Clause, ClauseKind, TableRow
from tests.ui.hostile import TEXTS
from tests.ui.test_html import check, turn_of
from ui.answer_view import turn_view
from ui.sides import sentences_of, sides_of
from ui.turns import Source, Turn, from_record, years_of

NATION = Source(1, "a", 0, 3, "引文", "国家纲要（2024—2035年）", "国家", "2024—2035", ("章",), 1)
ROW = Source(2, "b", 0, 3, "引文", "重庆方案", "重庆", "2025—2027", ("章",), 2, "毛入园率", "%", (("2023", "93"), ("2027", "94")), ("2023", "2027"))
TURN = Turn("国家和重庆各是多少？", "《国家纲要》：普及普惠。[1]《重庆方案》：2027年为94%。[2]没有找到“高中”的依据。", "grounded", sources=(NATION, ROW), compares=True)
BASE = Clause("c", "d", 0, ClauseKind.ITEM, "", "", (), "")


def test_every_sentence_stands_under_its_document() -> None:
    nation, city = sides_of(TURN)
    assert nation.sentences == (("普及普惠。", (NATION,)),) and nation.rows == ()
    assert city.sentences == (("2027年为94%。", (ROW,)),) and city.rows == (ROW,)


def test_every_cell_opens_what_it_says() -> None:
    view = turn_view(TURN)
    table = re.search(r'<table class="figures sides">.*?</table>', view)
    assert table and "没有找到" not in table.group()
    cells = re.findall(r"<td>(.*?)</td>", table.group())
    assert len([cell for cell in cells if "data-clause" not in cell and cell not in ("", "—")]) == 0
    assert 'data-clause="a"' in cells[1] and 'data-clause="b"' in cells[2]
    assert "毛入园率 <b>94%</b>" in cells[-1] and cells[-2] == "—"
    assert view.count("所引指标") == 0, "the figures stand in the comparison"
    assert "说的是 2023、2027 年" in view and "《国家纲要（2024—2035年）》" in view and "《重庆方案》 · 2025—2027年" in view


@pytest.mark.parametrize("turn", [
    replace(TURN, compares=False), replace(TURN, status="refused"), replace(TURN, text="两边都普及。[1][2]"), replace(TURN, text="普及。[1]"),
    replace(TURN, text="没有角标的话。"),
])
def test_what_sets_no_documents_against_each_other_has_no_sides(turn: Turn) -> None:
    assert sides_of(turn) == ()


def test_text_is_taken_apart_at_its_marks() -> None:
    assert sentences_of("甲[1]；乙[2][1]。丙[9]", (NATION, ROW)) == [("甲", (NATION,)), ("乙", (ROW, NATION)), ("。丙", ())]


@pytest.mark.parametrize(("clause", "quote", "years"), [
    (BASE, "到2028年新建120个", ("2028",)),
    (BASE, "按《纲要（2024—2035年）》办", ()),
    (replace(BASE, inherited_years=("2027",)), "新建120个", ("2027",)),
    (replace(BASE, inherited_years=("2027",)), "2025—2026 年新建", ("2025", "2026")),
    (replace(BASE, row=TableRow("项", None, None, {"2023": "1", "目标": "2"})), "项 1 2", ("2023",)),
    (BASE, "共2030人", ()),
])
def test_the_years_are_those_the_words_are_about(clause: Clause, quote: str, years: tuple[str, ...]) -> None:
    assert years_of(clause, quote) == years


def test_a_turn_kept_by_an_older_version_is_shown() -> None:
    old = {
        "format": 1, "text": "甲。[1]", "status": "grounded", "kind": "excerpt", "model": "none", "rewritten": None, "scope": "", "seconds": {},
        "notices": [], "nearest": [], "sources": [{
            "label": 1, "clause_id": "a", "start": 0, "end": 2, "quote": "甲。", "document": "文件", "level": "国家", "period": None, "path": ["章"],
            "page": None, "indicator": "", "unit": "", "values": [],
        }],
    }
    turn = from_record("问", old)
    assert not turn.compares and turn.sources[0].years == () and "说的是" not in turn_view(turn)


@pytest.mark.parametrize("hostile", TEXTS)
def test_hostile_sides_stay_text(hostile: str) -> None:
    source = turn_of(hostile).sources[0]
    text = f"{hostile or '甲'}[1]{hostile or '乙'}[2]"
    turn = replace(turn_of(hostile), text=text, sources=(source, replace(source, label=2, document=f"另{hostile}")), compares=True)
    if not re.search(r"\[\d", hostile):
        assert len(sides_of(turn)) == 2
    check(turn_view(turn), hostile)
