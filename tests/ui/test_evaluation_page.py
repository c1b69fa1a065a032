"""Evaluations in a real Chromium: started, watched, stopped, looked into, two compared; wide and narrow, light and dark."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser import DESKTOP, PHONE, Visit
from tests.tiny import CITY, make_library
from tests.ui.conftest import page_over
from tests.ui.test_keeping_page import low_contrast, told
from tests.ui.test_page import opened
from ui.feedback import FILE

pytestmark = pytest.mark.browser
DOC, QUOTE = "重庆市社区学习行动方案（2026—2030年）", "每个中心每周开放不少于40小时"
CASES = [
    ("F-1", "社区学习中心每周开放多少小时？", "number", "不少于40小时", [["40小时"]], QUOTE),
    ("F-2", "夜间课堂每期最多多少人？", "number", "不超过30人", [["31人"]], "夜间课堂每期不超过30人"),  # wrong on purpose
    ("F-3", "图书馆馆长的退休金是多少？", "unanswerable", "资料中没有找到依据。", [], ""),
]


@pytest.fixture(scope="module")
def judged_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page over a library with three questions of its own to be evaluated."""
    from index.embedders import load_embedder

    folder = tmp_path_factory.mktemp("judged")
    make_library(folder, {"city.txt": CITY}, load_embedder())
    lines = [
        json.dumps({
            "id": key, "question": question, "type": kind, "answer": answer, "key_points": points, "forbidden": [], "answerable": bool(points),
            "evidence": [{"doc": DOC, "quote": quote}] if quote else [],
        }, ensure_ascii=False)
        for key, question, kind, answer, points, quote in CASES
    ]
    (folder / FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")
    with page_over(folder) as url:
        yield url


def evaluating(visit: Visit, address: str) -> Any:
    page = opened(visit, address)
    page.click(".views [data-view=evaluation]")
    page.wait_for_selector("[data-evaluations]")
    return page


def run(page: Any, name: str) -> None:
    page.select_option(".eval-form [name=set]", "feedback")
    assert page.input_value(".eval-form [name=limit]") == "3", "no more than the set has"
    page.fill(".eval-form [name=name]", name)
    page.click(".eval-form .strong >> nth=0")
    told(page, "评测做完了，共 3 题")
    page.wait_for_selector(f".figures tr:has-text('{name}')")


def test_two_runs_are_made_looked_into_and_compared(visit: Visit, judged_address: str) -> None:
    page = evaluating(visit, judged_address)
    assert "view=evaluation" in page.url and "还没有做过评测" in page.inner_text("#evaluation")
    run(page, "头一次")
    run(page, "又一次")
    row = page.locator(".figures tr:has-text('头一次')").inner_text()
    assert "66.7%" in row and "从意见收下的题 3 题" in row
    trend = page.get_attribute(".eval-trends svg >> nth=0", "aria-label") or ""
    assert trend.startswith("严格正确（含应拒答题）") and trend.count("66.7%") == 2
    assert low_contrast(page, "#evaluation") == []
    page.click(".figures tr:has-text('头一次') [data-eval=run]")
    page.wait_for_selector("[data-run-shown]")
    assert "数字 50.0%（2 题），应拒答 100.0%（1 题）" in (page.get_attribute(".eval-types svg", "aria-label") or "")
    (case,) = page.locator(".eval-case").all()
    case.locator("summary").click()
    answer, hits, expected = (side.inner_text() for side in case.locator(".eval-sides > section").all())
    assert "不超过30人" in answer and "✗ 缺：31人" in answer
    assert "含依据" in hits and "夜间课堂" in hits
    assert "检索到，第 1 条" in expected and "参考答案：不超过30人" in expected
    assert low_contrast(page, "#evaluation") == []
    case.locator("button.eval-hit").first.click()
    page.wait_for_selector("#reader .clause-text:has-text('夜间课堂')")
    page.keyboard.press("Escape")
    page.click(".eval-chips [data-type=number]")
    assert case.is_visible()
    page.click("[data-eval=overview]")
    page.wait_for_selector("[data-form=compare]")
    page.focus("[data-form=compare] .strong")
    page.keyboard.press("Enter")
    page.wait_for_selector("h2:has-text('两次评测相比')")
    assert "没有变化" in page.inner_text(".figures tbody tr >> nth=0") and "共同的题 3" in page.inner_text("#evaluation")


def test_a_run_is_stopped_on_a_dark_phone(dark_phone: Visit, judged_address: str) -> None:
    page = evaluating(dark_phone, judged_address)
    page.select_option(".eval-form [name=set]", "train")
    page.fill(".eval-form [name=limit]", "200")
    page.click(".eval-form .strong >> nth=0")
    page.click("#evaluation-now [data-eval=cancel]")
    told(page, "已停止，问了")
    page.wait_for_selector(".figures .badge:has-text('只问了')")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert low_contrast(page, "#evaluation") == []
    page.click(".figures [data-eval=run] >> nth=0")
    page.wait_for_selector("[data-run-shown] .notice")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_the_view_is_for_administrators(browser: Any, judged_address: str) -> None:
    from ui.shell_view import header_view
    from ui.visitor import Visitor

    assert 'data-view="evaluation"' not in header_view(Visitor("u", "李明", administrator=False))
    window = Visit(browser, DESKTOP)
    window.page.goto(f"{judged_address}?view=evaluation")
    window.page.wait_for_selector("[data-evaluations]")
    window.close()
