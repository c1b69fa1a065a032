from __future__ import annotations

from eval.metrics.citations import exact_quotes, marks_resolve, precision, recall


def cite(text: str, start: int = 0, end: int | None = None, label: int = 1) -> dict[str, object]:
    stop = len(text) if end is None else end
    return {"label": label, "text": text, "start": start, "end": stop, "quote": text[start:stop]}


def test_precision_counts_citations_that_hold_a_gold_quote_or_a_piece_of_one() -> None:
    quotes = ["小学生每天运动不少于2小时"]
    good, other = cite("规定小学生每天运动不少于2小时，"), cite("教师培训")
    piece = cite("运动不少于2小时并且")
    assert precision([good, other], quotes) == 0.5
    assert precision([good, piece, other, other], quotes) == 0.5
    assert precision([], quotes) is None


def test_recall_counts_gold_quotes_in_cited_clauses() -> None:
    assert recall([cite("甲乙丙丁")], ["甲乙", "戊"]) == 0.5
    assert recall([], ["甲乙"]) == 0


def test_quotes_must_be_exactly_where_they_say() -> None:
    assert exact_quotes([cite("甲乙丙", 1, 3)]) == 1
    assert exact_quotes([cite("甲乙丙") | {"quote": "甲乙"}, cite("甲乙丙")]) == 0.5
    assert exact_quotes([cite("甲") | {"end": 9}]) == 0
    assert exact_quotes([cite("甲") | {"start": None}]) == 0
    assert exact_quotes([]) is None


def test_every_mark_needs_its_citation() -> None:
    assert marks_resolve([1, 2], [cite("甲")]) == 0.5
    assert marks_resolve([], [cite("甲")]) is None
