"""The page in a real Chromium: asks, reads the answer, clicks a mark, finds the words marked."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser import PHONE, Visit, served
from tests.ui.conftest import settings_for
from tests.ui.hostile import TEXTS

pytestmark = pytest.mark.browser
QUESTION, WORDS = "社区学习中心每周开放多少小时？", "每个中心每周开放不少于40小时"
ROOT = Path(__file__).resolve().parents[2]


def opened(visit: Visit, address: str, query: str = "") -> Any:
    """The page at an address, ready for a question."""
    visit.page.goto(address + query)
    visit.page.wait_for_selector("#question textarea")
    visit.page.wait_for_function("document.querySelector('.welcome, .turn, .problem')")
    return visit.page


def ask(page: Any, question: str) -> Any:
    """Ask and wait for the whole answer. Gives the turn."""
    before = page.locator(".turn .actions").count()
    page.fill("#question textarea", question)
    page.keyboard.press("Enter")
    page.wait_for_function(f"document.querySelectorAll('.turn .actions').length == {before + 1} && !document.querySelector('.waiting')")
    return page.locator("#live .turn")


def test_a_mark_opens_the_exact_words_also_after_a_reload(visit: Visit, address: str) -> None:
    page = opened(visit, address)
    turn = ask(page, QUESTION)
    assert "40小时" in turn.locator(".said").first.inner_text()
    assert turn.locator(".badge").inner_text() == "原文摘录"
    assert "重庆市社区学习行动方案" in turn.locator(".provenance").inner_text()
    mark = turn.locator(".mark").first
    span = {name: mark.get_attribute(f"data-{name}") for name in ("clause", "start", "end")}
    mark.click()
    page.wait_for_selector("#reader mark")
    assert WORDS in page.inner_text("#reader mark")
    assert "重点任务" in page.inner_text("#reader .crumbs")
    assert "市文化旅游委" in page.inner_text("#reader .belongs")
    assert page.inner_text("#reader .step.after").startswith("下一条")
    box, reader = page.locator("#reader mark").bounding_box(), page.locator("#reader-body").bounding_box()
    assert reader["y"] <= box["y"] and box["y"] + box["height"] <= reader["y"] + reader["height"]
    query = parse_qs(urlsplit(page.url).query)
    assert query["clause"] == [span["clause"]] and "chat" in query
    page.reload()
    page.wait_for_selector("#reader mark")
    assert WORDS in page.inner_text("#reader mark")
    page.keyboard.press("Escape")
    again = page.locator("#log .mark").first
    again.wait_for()
    assert {name: again.get_attribute(f"data-{name}") for name in span} == span
    again.click()
    page.wait_for_selector("#reader mark")
    assert WORDS in page.inner_text("#reader mark")


def test_a_permanent_link_opens_the_reader_and_an_old_one_says_so(visit: Visit, address: str) -> None:
    page = opened(visit, address)
    clause = ask(page, QUESTION).locator(".mark").first.get_attribute("data-clause")
    opened(visit, address, f"?clause={clause}&start=0&end=4")
    page.wait_for_selector("#reader mark")
    opened(visit, address, "?clause=0000000000000000")
    page.wait_for_selector("#reader .problem")
    assert "没有这一条" in page.inner_text("#reader")


def test_keys(visit: Visit, address: str) -> None:
    page = opened(visit, address)
    ask(page, QUESTION)
    page.locator("#live .mark").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#reader mark")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#reader .clause-text:has-text('夜间课堂')")
    page.keyboard.press("Escape")
    page.wait_for_selector("#reader", state="hidden")
    assert page.evaluate("document.activeElement.className").startswith("mark")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.closest('#question') !== null")
    page.keyboard.type("a/b")
    assert page.input_value("#question textarea") == "a/b"


def test_on_a_phone_the_reader_covers_the_page(dark_phone: Visit, address: str) -> None:
    page = opened(dark_phone, address)
    ask(page, QUESTION)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.locator("#live .mark").first.tap() if page.evaluate("'ontouchstart' in window") else page.locator("#live .mark").first.click()
    page.wait_for_selector("#reader mark")
    box = page.locator("#reader").bounding_box()
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, PHONE["width"], PHONE["height"])
    assert page.get_attribute("#reader", "role") == "dialog"
    assert WORDS in page.inner_text("#reader mark")
    page.go_back()
    page.wait_for_selector("#reader", state="hidden")
    assert "chat=" in page.url and "clause=" not in page.url


def test_a_refusal_shows_the_nearest_clauses(visit: Visit, address: str) -> None:
    page = opened(visit, address)
    turn = ask(page, "图书馆馆长的退休金是多少？")
    assert "没有找到依据" in turn.inner_text() and turn.locator(".mark").count() == 0
    turn.locator(".card").first.click()
    page.wait_for_selector("#reader mark")
    assert page.inner_text("#reader mark")[:10] in turn.locator(".card .quote").first.inner_text()


def test_questions_that_cannot_be_asked_are_kept_and_explained(visit: Visit, address: str) -> None:
    page = opened(visit, address)
    for question, told in (("   ", "问题是空的"), ("教" * 5000, "问题太长了")):
        page.fill("#question textarea", question)
        page.keyboard.press("Enter")
        page.wait_for_selector(f".problem:has-text('{told}')")
        page.wait_for_function(f"document.querySelector('#question textarea').value.length == {len(question.strip())}")
    assert page.locator(".turn .actions").count() == 0


def test_hostile_questions_and_documents_are_only_text(visit: Visit, address: str) -> None:
    page = opened(visit, address)
    hostile = " ".join(words for words in TEXTS if words.isprintable())[:950]
    asked = ask(page, hostile).locator(".asked-text").inner_text()
    assert " ".join(asked.split()) == " ".join(hostile.split())
    ask(page, "学校食堂每周公示食谱不少于几天？").locator(".mark").first.click()
    page.wait_for_selector("#reader mark")
    assert "<script>window.pwned=1</script>" in page.inner_text("#reader .clause-text")
    page.click("#reader [data-do=document]")
    page.wait_for_selector(".fulltext:has-text('onerror')")
    page.wait_for_timeout(200)


def test_a_follow_up_is_shown_as_it_was_understood(visit: Visit, address: str) -> None:
    page = opened(visit, address)
    ask(page, "社区学习中心2028年新建多少个？")
    ask(page, "那由谁牵头？")
    assert "结合上文" in page.inner_text("#live .question")
    assert page.locator("#log .turn").count() == 1


def test_examples_and_copying(visit: Visit, address: str) -> None:
    page = opened(visit, address)
    example = page.locator(".example").first
    question = example.inner_text()
    example.click()
    page.wait_for_selector("#live .actions")
    assert page.inner_text("#live .asked-text") == question
    assert page.locator("#live .mark").count() >= 1
    page.click("#live [data-do=copy]")
    page.wait_for_selector("#toast.shown")
    assert page.evaluate("navigator.clipboard.readText()").startswith(f"问：{question}\n答：")
    page.click("#live .timings summary")
    assert "检索与取证" in page.inner_text("#live .steps")


def test_conversations_are_kept_found_renamed_and_deleted(visit: Visit, address: str) -> None:
    page = opened(visit, address)
    ask(page, "校车车速不得超过多少？")
    current = page.locator("#history .current")
    current.wait_for()
    page.click("#new")
    page.wait_for_selector(".welcome")
    assert "chat=" not in page.url
    page.fill("#search-history textarea", "校车车速")
    page.wait_for_function("document.querySelectorAll('#history li').length == 1")
    visit.answers = ["校车<b>专题</b>", True]
    page.hover("#history li")
    page.click("#history [data-act=rename]")
    page.wait_for_selector("#history .open:has-text('校车<b>专题</b>')")
    page.click("#history [data-act=open]")
    page.wait_for_selector("#log .turn:has-text('60公里')")
    page.hover("#history li")
    page.click("#history [data-act=delete]")
    page.wait_for_selector("#history .hint:has-text('没有找到')")
    page.wait_for_selector(".welcome")


def test_feedback_is_kept(visit: Visit, address: str) -> None:
    page = opened(visit, address)
    ask(page, QUESTION)
    visit.answers = ["数字不对"]
    page.click("#live [data-do=bad]")
    page.wait_for_selector("#live [data-do=bad][aria-pressed=true]")
    page.reload()
    page.wait_for_selector("#log [data-do=bad][aria-pressed=true]")


def test_a_document_is_read_searched_exported_and_asked_alone(visit: Visit, address: str) -> None:
    page = opened(visit, address)
    page.click(".views [data-view=files]")
    page.click(".spine:has-text('夜校扩容')")
    page.wait_for_selector(".fulltext .figures")
    assert [cell.strip() for cell in page.locator(".figures thead th").all_inner_texts()] == ["指标", "单位", "2023年", "2027年"]
    page.fill("#find", "夜校")
    page.wait_for_function("/^1 \\/ [2-9]/.test(document.querySelector('#found').textContent)")
    with page.expect_download() as download:
        page.click(".tools .export summary")
        page.click(".tools .pop a[href$='.csv']")
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert "夜校教学点,个,15,45" in text
    page.click("[data-do=only]")
    page.wait_for_selector("#chips .chip:has-text('夜校扩容方案')")
    turn = ask(page, "夜校教学点2027年要达到多少个？")
    assert "只查" in turn.inner_text() and "45" in turn.locator(".said").first.inner_text()
    assert "方案" in turn.locator(".plan").first.inner_text()
    turn = ask(page, QUESTION)
    assert WORDS not in turn.inner_text()


def test_without_a_library_the_page_says_what_to_run(visit: Visit, tmp_path: Path) -> None:
    from ui.desk import Desk
    from ui.serve import build_app, listen

    desk = Desk(settings_for(tmp_path))
    desk.open()
    with served(build_app(desk), listen("127.0.0.1", 0)) as url:
        page = opened(visit, url)
        assert "python -m index build" in page.inner_text("#welcome .problem")
        page.fill("#question textarea", QUESTION)
        page.keyboard.press("Enter")
        page.wait_for_selector("#live .problem")
        assert page.input_value("#question textarea") == QUESTION


def test_the_shipped_library(visit: Visit) -> None:
    from settings import load_settings
    from ui.desk import Desk
    from ui.serve import build_app, listen

    folder = ROOT / "var"
    if not (folder / "library.db").is_file():
        pytest.skip("还没有建索引：先运行 python -m index build")
    desk = Desk(load_settings(preset="excerpt", environment={}), remember=False)  # the user's own conversations stay as they are
    desk.open()
    assert desk.problem is None and len(desk.examples) == 3
    with served(build_app(desk), listen("127.0.0.1", 0)) as url:
        page = opened(visit, url)
        ask(page, "国家要求中小学生每天运动多久？").locator(".mark").first.click()
        page.wait_for_selector("#reader mark")
        assert re.search(r"不低于\s*2\s*小时", page.inner_text("#reader mark"))
