"""The clause tree in words, for the command and the page: names of the kinds, facts of one clause. Pure."""

from __future__ import annotations

from corpus.schema import Clause, ClauseKind

KIND_NAMES = {
    ClauseKind.HEADING: "标题",
    ClauseKind.BODY: "正文",
    ClauseKind.ITEM: "条目",
    ClauseKind.BULLET: "要点",
    ClauseKind.TABLE_ROW: "表行",
    ClauseKind.QUESTION: "问答",
    ClauseKind.NOTE: "注释",
}


def facts_of(clause: Clause) -> list[str]:
    """Page, length, departments, inherited years and notes of a clause, those it has."""
    pages = f"第 {clause.page_start} 页" if clause.page_start else ""
    if clause.page_end and clause.page_end != clause.page_start:
        pages = f"第 {clause.page_start}–{clause.page_end} 页"
    facts = [pages, f"{len(clause.text)} 字"]
    facts += [f"牵头 {'、'.join(clause.lead_departments)}"] if clause.lead_departments else []
    facts += [f"配合 {'、'.join(clause.support_departments)}"] if clause.support_departments else []
    facts += [f"年份 {'、'.join(clause.inherited_years)}"] if clause.inherited_years else []
    facts += [f"注 {'、'.join(str(note.number) for note in clause.notes)}"] if clause.notes else []
    return [fact for fact in facts if fact]
