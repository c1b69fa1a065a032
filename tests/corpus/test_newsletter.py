"""The shipped newsletter, clause by clause, as it was checked by reading against its source."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from golden import CLAUSES, DOCUMENTS, NEWSLETTER, render_clauses, render_documents

from corpus.check import check
from corpus.lines import to_lines
from corpus.metadata import split_documents
from corpus.outline import to_blocks
from corpus.parse import parse_file
from corpus.readers import read_source, source_text
from corpus.schema import ClauseKind, Level, ParsedSource
from corpus.tables import find_tables
from corpus.text import clean, sentence_spans


@pytest.fixture(scope="module")
def newsletter() -> ParsedSource:
    return parse_file(NEWSLETTER)


def test_documents_are_those_read_from_the_source(newsletter: ParsedSource) -> None:
    assert render_documents(newsletter) == DOCUMENTS.read_text(encoding="utf-8")
    assert len(newsletter.documents) == 22
    assert Counter(d.level for d in newsletter.documents) == {Level.CITY: 13, Level.NATIONAL: 8, Level.OTHER: 1}


def test_clauses_are_those_read_from_the_source(newsletter: ParsedSource) -> None:
    assert render_clauses(newsletter) == CLAUSES.read_text(encoding="utf-8")


def test_no_fault_is_reported_in_its_numbering(newsletter: ParsedSource) -> None:
    assert check(newsletter) == ()


def test_clause_ids_are_unique_and_stable(newsletter: ParsedSource) -> None:
    ids = [clause.clause_id for clause in newsletter.clauses]
    assert len(set(ids)) == len(ids)
    assert ids == [clause.clause_id for clause in parse_file(NEWSLETTER).clauses]
    known = set(ids)
    assert all(clause.parent_id is None or clause.parent_id in known for clause in newsletter.clauses)


def test_every_indicator_row_is_typed(newsletter: ParsedSource) -> None:
    rows = [clause for clause in newsletter.clauses if clause.kind is ClauseKind.TABLE_ROW]
    assert len(rows) == 100
    assert all(clause.row and set(clause.row.values) == {"2023", "2027"} for clause in rows)
    by_name = {clause.row.indicator: clause for clause in rows if clause.row}
    assert by_name["累计博士学位授权单位"].row.values == {"2023": "11", "2027": "13—14"}
    assert by_name["建设中小学文化育德品牌"].row.values["2023"] is None
    assert by_name["生师比"].row.values == {"2023": "20∶1", "2027": "18∶1"}
    assert by_name["中小学校"].row.group == "累计培育新时代教育评价改革典型"
    wrapped = by_name["累计打造国家级“基于教学改革、融合信息技术的新型教与学模式”实验区"]
    assert wrapped.text.endswith("（个） 3 5")


def test_marks_are_undone_and_lookalikes_stay(newsletter: ParsedSource) -> None:
    noted = {note.number: clause for clause in newsletter.clauses for note in clause.notes}
    assert sorted(noted) == list(range(1, 13))
    assert "不低于1:350，" in noted[6].text and "不低于1:4000，" in noted[6].text
    assert "每3—5年" in noted[1].text and "1/4；" in noted[4].text and "不低于1:18，" in noted[9].text
    assert any("落实等10项机制" in clause.text for clause in newsletter.clauses)


def test_bullets_carry_the_year_of_their_lead_sentence(newsletter: ParsedSource) -> None:
    bullets = [c for c in newsletter.clauses if c.kind is ClauseKind.BULLET and c.label == "——"]
    assert len(bullets) == 5 and all(c.inherited_years == ("2027",) for c in bullets)


def test_departments_are_whole_names(newsletter: ParsedSource) -> None:
    names = Counter(n for c in newsletter.clauses for n in (*c.lead_departments, *c.support_departments))
    assert not [name for name in names if len(name) < 3 or re.search(r"[：；。\s]|牵头|配合", name)]
    leading = [c for c in newsletter.clauses if c.lead_departments]
    printed = len(re.findall(r"^\s*牵头部门", NEWSLETTER.read_text(encoding="utf-8"), re.MULTILINE))
    assert len(leading) == printed
    assert any(not c.support_departments for c in leading)


def test_nothing_is_lost(newsletter: ParsedSource) -> None:
    """Clause texts, in order, are the cleaned lines; skipped are only group cells, repeated headers and note marks."""
    stream = "".join(clean(line.content).text for line in to_lines(read_source(NEWSLETTER)))
    stream = re.sub(r"\s", "", stream)
    skipped: list[str] = []
    at = 0
    for clause in newsletter.clauses:
        text = re.sub(r"\s", "", clause.text)
        whole = stream.find(text, at, at + len(text) + 60)
        for piece in [text] if whole >= 0 else text:  # a text with a mark taken out is found character by character
            found = stream.index(piece, at)
            if found > at:
                skipped.append(stream[at:found])
            at = found + len(piece)
    assert at == len(stream), stream[at : at + 40]
    allowed = {re.sub(r"\s", "", c.row.group) for c in newsletter.clauses if c.row and c.row.group}
    allowed |= {str(n) for n in range(1, 13)}
    headers = {
        re.sub(r"\s", "", c.text.split("\n")[-1])
        for c in newsletter.clauses
        if c.text.count("2023") and "指标" in c.text
    }
    allowed |= headers
    frameworks = {re.sub(r"\s", "", c.text) for c in newsletter.clauses if c.text.startswith("一级要素")}
    allowed |= frameworks
    assert [piece for piece in skipped if piece not in allowed] == []


def test_every_character_keeps_its_place_in_the_source() -> None:
    pages = read_source(NEWSLETTER)
    source = source_text(pages)
    lines = to_lines(pages)
    for draft in split_documents(lines):
        body = list(draft.lines[draft.title_count :])
        contents = [block.content for block in to_blocks(body)[0]]
        contents += [row.content for table in find_tables(body) for row in table.rows]
        for content in contents:
            assert all(
                char.isspace() or source[offset] == char
                for char, offset in zip(content.text, content.offsets, strict=True)
            )


def test_clause_spans_hold_their_text(newsletter: ParsedSource) -> None:
    source = source_text(read_source(NEWSLETTER))
    for clause in newsletter.clauses:
        rest = iter(source[clause.source_start : clause.source_end])
        assert all(char.isspace() or char in rest for char in clause.text)


def test_sentences_cover_each_clause(newsletter: ParsedSource) -> None:
    for clause in newsletter.clauses:
        covered = "".join(clause.text[a:b] for a, b in sentence_spans(clause.text))
        assert re.sub(r"\s", "", covered) == re.sub(r"\s", "", clause.text)


def test_pages_agree_with_the_printed_numbers(newsletter: ParsedSource) -> None:
    """The last page of each document is at most where the next begins, and printed heads fall where they say."""
    order = [clause.page_start for clause in newsletter.clauses if clause.page_start]
    assert order == sorted(order)
    assert max(order) <= 175
