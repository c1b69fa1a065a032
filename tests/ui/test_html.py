"""Everything shown is text: hostile strings through every view, and the builder that lets nothing else through."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.history import Conversation, StoredTurn
from corpus.schema import Clause, ClauseKind, Document, Level, Note, TableRow
from errors import AssistantError
from index.library import Library
from tests.ui.hostile import TEXTS
from ui import answer_view, clause_view, document_view, feedback_view, shell_view
from ui.charts import Share, bar_chart, share_chart, trend_chart
from ui.html import Html, dress, element, join, shape, text
from ui.parallels import Parallel, Parallels, Sentence
from ui.turns import Near, Source, Turn, to_record

UI = Path(__file__).resolve().parents[2] / "ui"
TAGS = {
    "a", "article", "aside", "b", "blockquote", "button", "caption", "code", "dd", "details", "div", "dl", "dt", "footer", "h1", "h2", "h3",
    "header", "input", "label", "li", "mark", "nav", "ol", "p", "q", "section", "small", "span", "strong", "summary", "sup", "table", "tbody",
    "td", "th", "thead", "tr", "ul",
    "figure", "figcaption", "form", "h4", "option", "select",
    "svg", "text", "rect", "line", "polyline", "circle", "title",
}
GONE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


class Reading(HTMLParser):
    """What a browser would make of markup: elements, attributes, text."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words = ""
        self.open: list[str] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in ("input", "br", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration: {decl}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration: {data}")


def check(markup: str, hostile: str) -> Reading:
    """Nothing but our own elements, closed in order, no handlers, no outside addresses; the string there as text."""
    reading = Reading(markup)
    assert set(reading.tags) <= TAGS
    assert reading.open == []
    for name, value in reading.attributes:
        assert not name.startswith("on") and name not in ("style", "srcdoc", "formaction", "action")
        if name in ("href", "src"):
            assert re.match(r"[/?#](?![/\\])", value or "")
    seen = GONE.sub("\ufffd", hostile)
    everything = reading.words + "".join(value or "" for _, value in reading.attributes)
    assert seen.replace("\n", "") in everything.replace("\n", "")
    assert not GONE.search(markup)
    markup.encode("utf-8")
    return reading


def turn_of(words: str, *, status: str = "grounded") -> Turn:
    source = Source(1, words, 0, 3, words, words, words, words, (words, words), 3, words, words, ((words, words), ("2027", words)))
    near = Near(words, 0, 2, words, words, (words,), words, words)
    return Turn(words, f"{words}[1]{words}[7]", status, "model", words, (source,), (near,), (words,), words, words, {"total": 1.0}, 5, False)


def library_of(words: str) -> Library:
    """One document whose every field is the string; a table, a note, a bullet. Only what views look at."""
    document = Document("d", words, words, Level.CITY, words, words, words, words, words, words)
    shown = words or "空"
    base = Clause("c0", "d", 0, ClauseKind.HEADING, words, words, (), shown, depth=1)
    item = replace(
        base, clause_id="c1", order=1, kind=ClauseKind.ITEM, heading_path=(words,), lead_departments=(words,), support_departments=(words,),
        inherited_years=(words,), notes=(Note(1, words, min(2, len(shown))),), context=words, parent_id="c0", page_start=1, page_end=2, depth=2,
    )
    rows = [
        replace(base, clause_id=f"r{n}", order=2 + n, kind=ClauseKind.TABLE_ROW, heading_path=(words,), depth=0,
                row=TableRow(words, words, words if n < 2 else None, {words: words, "2027": None}))
        for n in range(3)
    ]
    clauses = {clause.clause_id: clause for clause in (base, item, *rows, replace(base, clause_id="c9", order=9))}
    return Library(1, "none", {"d": document}, clauses, (), np.zeros((0, 1)), None, None, {})  # type: ignore[arg-type]


def test_there_are_at_least_forty_hostile_strings() -> None:
    assert len(set(TEXTS)) >= 40


@pytest.mark.parametrize("hostile", TEXTS)
def test_hostile_text_in_a_question_or_answer_stays_text(hostile: str) -> None:
    for status in ("grounded", "partial", "refused"):
        check(answer_view.turn_view(turn_of(hostile, status=status), fresh=True), hostile)
    check(answer_view.waiting_view(hostile, hostile), hostile)
    check(answer_view.failed_view(hostile, hostile), hostile)


@pytest.mark.parametrize("hostile", TEXTS)
def test_hostile_text_in_a_document_stays_text(hostile: str) -> None:
    library = library_of(hostile)
    for clause_id in library.clauses:
        check(clause_view.reader_view(library, clause_id, 0, 2) or "", hostile)
    check(document_view.document_view(library, "d") or "", hostile)
    check(document_view.shelf_view(library), hostile)


@pytest.mark.parametrize("hostile", TEXTS)
def test_hostile_text_in_parallels_charts_and_judgements_stays_text(hostile: str) -> None:
    library = library_of(hostile)
    sentence = Sentence("c1", "d", 0, 2, hostile, frozenset())
    sides = ((hostile,), (hostile,))
    markup = clause_view.elsewhere_view(library, [Parallel(sentence, sentence, 1.0, False, *sides), Parallel(sentence, sentence, 1.0, True)])
    check(markup or "", hostile)
    check(bar_chart(hostile, [(hostile, hostile, 3.0), (hostile, hostile, None)]), hostile)
    shares = [Share(hostile, hostile, share, 0.0, 1.0) for share in (0.5, 2.0)]
    check(share_chart(hostile, shares), hostile)
    check(trend_chart(hostile, shares), hostile)
    for good in (True, False):
        stored = StoredTurn(5, hostile, hostile, hostile, to_record(turn_of(hostile)), good, hostile)
        check(feedback_view.judged_view([stored], set(), hostile), hostile)
    check(feedback_view.closed_view(hostile), hostile)
    assert clause_view.reader_view(library, "c1", 0, 1, Parallels(library))


@pytest.mark.parametrize("hostile", TEXTS)
def test_hostile_text_round_the_conversation_stays_text(hostile: str) -> None:
    check(shell_view.welcome_view(library_of(hostile), [hostile]), hostile)
    check(shell_view.problem_view(AssistantError(hostile, hostile, hostile)), hostile)
    check(shell_view.notices_view([hostile]), hostile)
    check(shell_view.conversations_view([Conversation(hostile, hostile, "2030-01-01", hostile, 2)], hostile, hostile), hostile)
    check(shell_view.conversation_anchor(hostile), hostile)
    check(clause_view.missing_view(hostile), hostile)


@given(st.text())
def test_any_text_is_one_run_of_text(words: str) -> None:
    reading = Reading(element("p", words, title=words))
    assert reading.tags == ["p"]
    assert reading.words == GONE.sub("\ufffd", words)
    assert reading.attributes == [("title", GONE.sub("\ufffd", words))]


@given(st.text())
def test_escaped_text_keeps_its_length_so_offsets_hold(words: str) -> None:
    assert len(Reading(element("p", words)).words) == len(words)


@pytest.mark.parametrize("name", ["script", "style", "iframe", "object", "svg", "base", "p onclick=1", "p>", ""])
def test_elements_that_no_page_of_ours_needs_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not allowed"):
        element(name)


@pytest.mark.parametrize("name", ["script", "foreignObject", "animate", "image", "use", "a", "style", ""])
def test_shapes_that_no_drawing_of_ours_needs_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not allowed"):
        shape(name)
    with pytest.raises(ValueError, match="not allowed"):
        shape("rect", onload="1")


@pytest.mark.parametrize("attribute", ["onclick", "on_error", "style", "ONLOAD"])
def test_handlers_and_styles_are_refused(attribute: str) -> None:
    with pytest.raises(ValueError, match="not allowed"):
        element("p", **{attribute: "1"})


@pytest.mark.parametrize("address", [
    "javascript:1", " javascript:1", "//evil.example", "/\\evil.example", "http://evil.example", "data:text/html,1", "", "/\u202ex", "\\\\evil",
])
def test_addresses_of_elsewhere_are_refused(address: str) -> None:
    with pytest.raises(ValueError, match="not allowed"):
        element("a", "x", href=address)


def test_own_addresses_are_taken() -> None:
    assert element("a", "x", href="/?clause=1") == '<a href="/?clause&#61;1">x</a>'


def test_a_plain_string_is_never_taken_for_markup() -> None:
    assert join(["<b>", Html("<b>"), None, 3]) == "&lt;b&gt;<b>3"
    assert element("p", f"{element('b', 'x')}") == "<p>&lt;b&gt;x&lt;/b&gt;</p>"


def test_only_one_module_writes_tags() -> None:
    """No string of another module of the page looks like markup, and none makes Html itself."""
    for path in UI.rglob("*.py"):
        if path.name == "html.py":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        strings = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
        assert [value for value in strings if re.search(r"</?[a-zA-Z!]", value)] == [], path.name
        calls = [node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
        assert "Html" not in calls, path.name


def test_the_index_page_names_no_other_host() -> None:
    index = (
        '<!doctype html><html lang="en"><head><meta property="og:url" content="https://x.example/"/>'
        '<meta\n name="twitter:image"\n content="https://x.example/a.png"/></head><body><gradio-app></gradio-app></body></html>'
    )
    page = dress(index, "1", "<问>")
    assert "x.example" not in page and 'lang="zh-CN"' in page and "<title>&lt;问&gt;</title>" in page


def test_text_is_escaped_once() -> None:
    assert text("a&b") == "a&amp;b"
    assert text("&amp;") == "&amp;amp;"
