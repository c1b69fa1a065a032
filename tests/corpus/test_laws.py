"""Every national statute of the public set parses, its articles complete and in order. Skipped without that set."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.check import check
from corpus.markers import match_marker
from corpus.parse import parse_file
from corpus.schema import ClauseKind, Level, ParsedSource
from errors import SourceError

LAWS = Path(__file__).resolve().parents[3] / "shared" / "external" / "laws"
# Files whose own text is incomplete, with what is wrong in them.
KNOWN = {"农民专业合作社法(2017-12-27).md": "第五十四条 is missing in the file itself"}

pytestmark = pytest.mark.skipif(
    not LAWS.is_dir(), reason="the public set of statutes (shared/external/laws) is not here"
)


@pytest.fixture(scope="module")
def laws() -> dict[str, ParsedSource]:
    parsed: dict[str, ParsedSource] = {}
    for path in sorted(LAWS.rglob("*.md")):
        if path.name == "_index.md":
            with pytest.raises(SourceError, match="没有正文"):  # front matter only
                parse_file(path)
        else:
            parsed[f"{path.parent.name}/{path.name}"] = parse_file(path)
    return parsed


def _numbers(parsed: ParsedSource) -> list[int]:
    markers = [match_marker(clause.text) for clause in parsed.clauses]
    return [m.number for m in markers if m and m.family == "article" and not m.inserted and m.number is not None]


def test_articles_are_complete_and_unrepeated_in_nearly_all(laws: dict[str, ParsedSource]) -> None:
    broken = []
    for name, parsed in laws.items():
        numbers = _numbers(parsed)
        first = 1 if not name.startswith("民法典/") else numbers[0]  # the code is one file a book
        if numbers != list(range(first, first + len(numbers))) or not numbers:
            broken.append(name)
    assert {Path(name).name for name in broken} == set(KNOWN)
    assert len(broken) <= 0.005 * len(laws)


def test_faults_in_the_files_are_reported_and_nothing_else(laws: dict[str, ParsedSource]) -> None:
    reported = {Path(name).name for name, parsed in laws.items() if any(p.kind not in ("orphan", "invisible") for p in check(parsed))}
    assert reported == set(KNOWN)


def test_every_law_is_one_national_document_with_its_issuer(laws: dict[str, ParsedSource]) -> None:
    for name, parsed in laws.items():
        (document,) = parsed.documents
        assert document.level is Level.NATIONAL, name
        assert document.issuer in ("全国人民代表大会", "全国人民代表大会常务委员会"), name
        assert document.issued_on and "INFO" not in document.title, name


def test_an_article_is_one_clause_under_its_chapter(laws: dict[str, ParsedSource]) -> None:
    for name, parsed in laws.items():
        chapter = ""
        for clause in parsed.clauses:
            chapter = clause.title if clause.label.endswith("章") else chapter
            if clause.label.endswith("条"):
                assert clause.kind is ClauseKind.ITEM, name
                assert not chapter or chapter in clause.heading_path, (name, clause.label)
            assert clause.kind not in (ClauseKind.BULLET, ClauseKind.QUESTION), (name, clause.text[:40])
    teachers = laws["行政法/教师法(2009-08-27).md"]
    seventh = next(c for c in teachers.clauses if c.label == "第七条")
    assert seventh.heading_path == ("第二章 权利和义务",) and seventh.text.count("\n") == 6
    assert teachers.documents[0].aliases == ("教师法",)
