"""The page's tools in a real Chromium: exports, the same said elsewhere, sorting, a judgement that becomes a case."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eval.cases import load_cases
from tests.browser import PHONE, Visit
from tests.ui.conftest import visiting
from tests.ui.test_page import QUESTION, WORDS, ask, opened

pytestmark = pytest.mark.browser


@pytest.fixture
def small(browser: Any) -> Iterator[Visit]:
    yield from visiting(browser, PHONE)


def downloaded(page: Any, selector: str) -> Path:
    with page.expect_download() as download:
        page.click(selector)
    return Path(download.value.path())


def test_an_answer_and_a_conversation_are_exported(small: Visit, address: str) -> None:
    page = opened(small, address)
    ask(page, QUESTION)
    page.click("#live .export summary")
    assert page.locator("#live .pop").bounding_box()["x"] + page.locator("#live .pop").bounding_box()["width"] <= PHONE["width"]
    text = downloaded(page, "#live .pop a[href$='.md']").read_text(encoding="utf-8")
    assert f"## {QUESTION}" in text and "[^1]: 《重庆市社区学习行动方案" in text and WORDS in text.split("[^1]: ")[1]
    assert downloaded(page, "#live .pop a[href$='.docx']").read_bytes()[:2] == b"PK"
    page.keyboard.press("Escape")
    assert page.locator(".export[open]").count() == 0
    page.click(".menu")
    page.click("#history .current .export summary")
    assert WORDS in downloaded(page, "#history .pop a[href$='.md']").read_text(encoding="utf-8")


def test_a_table_is_sorted_and_a_row_drawn(visit: Visit, address: str) -> None:
    page = opened(visit, address)
    page.click(".views [data-view=files]")
    page.click(".spine:has-text('夜校扩容')")
    page.wait_for_selector(".fulltext .figures")
    heads = page.locator(".fulltext .figures thead th")
    column = "[...document.querySelectorAll('.fulltext .figures tbody tr')].map(row => row.cells[3].textContent)"
    printed = page.evaluate(column)
    for order, state in ((["45", "95"], "ascending"), (["95", "45"], "descending"), (printed, "none")):
        heads.nth(3).locator("button").click()
        assert page.evaluate(column) == order and heads.nth(3).get_attribute("aria-sort") == state
    page.click(".fulltext .cell:has-text('夜校教学点')")
    page.wait_for_selector("#reader .chart svg")
    assert re.search(r"2023年 15，2027年 45", page.get_attribute("#reader .chart svg", "aria-label") or "")
    bars = page.locator("#reader .chart rect")
    assert bars.nth(1).bounding_box()["width"] > 2 * bars.nth(0).bounding_box()["width"]


def test_one_table_is_taken_to_excel_and_drawn(small: Visit, address: str) -> None:
    from openpyxl import load_workbook

    page = opened(small, address)
    page.click(".views [data-view=files]")
    page.click(".spine:has-text('夜校扩容')")
    page.click(".table-tools summary")
    book = load_workbook(io.BytesIO(downloaded(page, ".table-tools .pop a[href*='.xlsx?at=1']").read_bytes()))
    assert [[cell.value for cell in row][3:] for row in book.active.iter_rows()] == [
        ["指标", "单位", "2023年", "2027年"], ["夜校教学点", "个", 15, 45], ["夜校学员满意率", "%", 81, 95],
    ]
    page.click(".fulltext .outline summary:has-text('看图')")
    row = page.locator(".pairs li:has-text('夜校教学点')")
    assert row.inner_text().split() == ["夜校教学点", "15", "→", "45", "个"]
    first, last = (bar.bounding_box()["width"] for bar in row.locator("rect").all())
    assert abs(last - 3 * first) < 1
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_wrong_answer_becomes_a_case_with_the_right_clause(visit: Visit, address: str, page_folder: Path) -> None:
    page = opened(visit, address)
    question = "社区学习中心每周开放的时间是多少？"
    turn = ask(page, question)
    visit.answers = ["应当看夜间课堂"]
    page.click("#live [data-do=bad]")
    page.wait_for_selector("#live [data-do=bad][aria-pressed=true]")
    turn.locator(".mark").first.click()
    page.wait_for_selector("#reader [data-do=link]")
    link = page.evaluate("document.querySelector('#reader [data-do=link]').href")
    page.keyboard.press("Escape")
    page.click(".views [data-view=judged]")
    item = page.locator(f".judged:has-text('{question}')").first
    assert "应当看夜间课堂" in item.inner_text() and "view=judged" in page.url
    item.locator("[data-do=case]").first.click()
    page.wait_for_selector("#toast.shown:has-text('还缺正确的依据')")
    item.locator(".right").fill(link)
    item.locator("[data-do=case]").first.click()
    page.wait_for_selector(f".judged:has-text('{question}') .taken")
    (case,) = [case for case in load_cases(page_folder / "feedback.jsonl") if case.question == question]
    assert WORDS in case.evidence[0].quote and case.key_points
    page.click(".views [data-view=talk]")
    assert "view=" not in page.url and page.locator("#live .turn").is_visible()
