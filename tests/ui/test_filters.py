"""Filters in a real Chromium: put on in the list of documents or under the question, held to by the answers, taken off."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser import Visit
from tests.ui.test_page import QUESTION, ask, opened

pytestmark = pytest.mark.browser


def chips(page: Any, *labels: str) -> None:
    """Wait until just these conditions are on."""
    page.wait_for_function("wanted => [...document.querySelectorAll('#chips .chip span')].map(chip => chip.textContent).join() === wanted", arg=",".join(labels))


def test_conditions_confine_the_shelf_and_the_answers_until_they_are_taken_off(visit: Visit, address: str) -> None:
    page = opened(visit, address)
    page.click(".views [data-view=files]")
    page.wait_for_selector(".spine")
    every = page.locator(".spine:visible").count()
    page.click(".filters [data-value='国家']")
    chips(page, "国家的文件")
    page.wait_for_function("document.querySelector('.filters [data-value=\"国家\"]').getAttribute('aria-pressed') === 'true'")
    assert page.locator(".spine:visible").all_inner_texts()[0].startswith("全国社区学习发展纲要") and page.locator(".spine:visible").count() == 1
    page.select_option(".filters select", "2030")
    page.click(".views [data-view=talk]")
    chips(page, "国家的文件", "2030 年")
    turn = ask(page, "居民每年人均学习多少小时？")
    assert "60小时" in turn.inner_text() and "只查：国家的文件，期限或数据包括 2030 年的" in turn.inner_text()
    assert "40小时" not in ask(page, QUESTION).inner_text(), "the city's plan is left out"
    page.focus("#chips .chip >> nth=0")
    page.keyboard.press("Enter")
    chips(page, "2030 年")
    page.click("#chips .chip >> nth=0")
    page.wait_for_function("!document.querySelector('#chips .chip')")
    assert "40小时" in ask(page, QUESTION).inner_text()
    page.click(".views [data-view=files]")
    assert page.locator(".spine:visible").count() == every


def test_a_choice_that_nothing_fits_asks_nothing(visit: Visit, address: str) -> None:
    page = opened(visit, address)
    fold = page.locator("#scope > .label-wrap")
    assert "筛选" in fold.inner_text()
    fold.click()
    page.check("#levels input[name='国家']")
    chips(page, "国家的文件")
    page.click("#documents input")
    page.click("[role=option]:has-text('青岚县校车管理办法')")
    page.wait_for_selector("#chips .notice:has-text('没有文件同时符合')")
    page.keyboard.press("Escape")
    page.fill("#question textarea", QUESTION)
    page.keyboard.press("Enter")
    page.wait_for_selector("#live .problem:has-text('没有文件同时符合')")
    assert page.input_value("#question textarea") == QUESTION
    page.click("#chips [data-scope=all]")
    page.wait_for_function("!document.querySelector('#chips .chip')")
