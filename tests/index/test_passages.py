"""Passages quote their clause to the character; what is embedded besides is never theirs."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from corpus.schema import Clause, ClauseKind, Document, Level, TableRow
from index.passages import is_searchable, quotable_end, sentence_pieces, short_title, to_passages, year_of

DOCUMENT = Document("d", "青岚县规划（2026—2030年）", None, Level.OTHER, None, None, None, None, "a", "0", ("青岚县规划",))


def clause(text: str, **more: object) -> Clause:
    values: dict[str, object] = {"kind": ClauseKind.ITEM, "label": "", "title": "", "heading_path": (), **more}
    return Clause("c", "d", 0, text=text, **values)  # type: ignore[arg-type]


PIECES = st.lists(
    st.sampled_from(["到2028年，", "夜校", "建成10所；", "。", "\n", "（一）", "”", "“", "牵头部门：市教委。", "！", " ", "开放", "不得收费", "，"]),
    max_size=60,
).map("".join)


@given(PIECES | st.text(alphabet="学校。；！？\n （）“”12年A", max_size=400))
def test_every_passage_is_its_span_of_the_clause(text: str) -> None:
    made = clause(text)
    passages = to_passages(made, DOCUMENT)
    for passage in passages:
        assert passage.text == made.text[passage.char_start : passage.char_end]
        assert passage.text.strip()
        assert passage.clause_id == "c"
        assert "\n" not in passage.embed_text
    assert len({p.passage_id for p in passages}) == len(passages)


@given(PIECES)
def test_the_pieces_cover_all_that_may_be_quoted(text: str) -> None:
    made = clause(text)
    pieces = sentence_pieces(made)
    assert all(a < b for a, b in pieces)
    assert all(first[1] <= second[0] for first, second in pairwise(pieces))
    covered = {i for a, b in pieces for i in range(a, b)}
    assert all(made.text[i].isspace() for i in range(quotable_end(made)) if i not in covered)


def test_sentences_then_the_whole_and_departments_left_to_their_field() -> None:
    text = "夜校每学期向全体居民开放报名。每期不超过三十人，报满为止。\n牵头部门：县教育局。"
    passages = to_passages(clause(text), DOCUMENT)
    assert [p.text for p in passages] == ["夜校每学期向全体居民开放报名。", "每期不超过三十人，报满为止。", text.split("\n")[0]]


def test_a_short_sentence_joins_the_next_and_a_long_one_is_cut_at_semicolons() -> None:
    assert len(sentence_pieces(clause("办好夜校。每学期向全体居民开放报名两次。"))) == 1
    long = "；".join("各街道应当办好一所面向全体居民开放的夜间学校并公示课表" for _ in range(6)) + "。"
    pieces = sentence_pieces(clause(long))
    assert len(pieces) == 6
    assert all(long[b - 1] in "；。" for _, b in pieces)


def test_what_is_embedded_names_document_heading_and_year() -> None:
    made = clause("夜校覆盖全部街道和乡镇，居民就近入学。", heading_path=("一、总体目标",), inherited_years=("2028",))
    (passage,) = to_passages(made, DOCUMENT)
    assert passage.embed_text == "青岚县规划 · 总体目标 · 到2028年｜夜校覆盖全部街道和乡镇，居民就近入学。"
    assert "2028" not in passage.text


def test_a_table_row_is_one_passage_with_its_years_and_group() -> None:
    row = TableRow("夜校数", "所", "规模", {"2025": "3", "2030": "9"})
    (passage,) = to_passages(clause("夜校数（所） 3 9", kind=ClauseKind.TABLE_ROW, row=row), DOCUMENT)
    assert passage.text == "夜校数（所） 3 9"
    assert passage.embed_text == "青岚县规划 · 规模 指标 2025年、2030年｜夜校数（所） 3 9"


def test_titles_and_scraps_give_no_passages() -> None:
    assert not is_searchable(clause("青岚县规划", kind=ClauseKind.HEADING, depth=0))
    assert not is_searchable(clause("（来源：县政府网）", kind=ClauseKind.BODY))
    assert to_passages(clause("   "), DOCUMENT) == []
    assert is_searchable(clause("二、重点任务", kind=ClauseKind.HEADING, depth=1))


def test_the_year_a_piece_stands_under() -> None:
    made = clause("到2026年，试点。到2028年，推开。全面覆盖。", inherited_years=("2024",))
    assert year_of(made, 0) == "2024"
    assert year_of(made, made.text.index("推开")) == "2028"
    assert year_of(clause("全面覆盖。"), 3) == ""


def test_the_short_title_is_what_people_call_it() -> None:
    assert short_title(DOCUMENT) == "青岚县规划"
