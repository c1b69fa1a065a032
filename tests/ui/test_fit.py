"""How the page sits: still while an answer streams, legible in light and dark, reachable by keys, whole on paper, there at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from tests.browser import DESKTOP, PHONE, Visit, served
from tests.ui.conftest import settings_for
from tests.ui.test_keeping_page import low_contrast
from tests.ui.test_page import QUESTION, WORDS, ask, opened
from tests.ui.test_serving import ScriptedModel, with_model

pytestmark = pytest.mark.browser
REPLY = "到2028年，新建社区学习中心120个，每个中心每周要开放不少于40小时。[1]"
BOTH = "全国和重庆的社区学习中心，覆盖目标各是多少？"


class Slowly(ScriptedModel):
    """Writes on only when it is let."""

    def __init__(self) -> None:
        super().__init__(REPLY)
        self.let = threading.Event()

    def stream(self, prompt: object, *, cancel: threading.Event | None = None, **rest: object) -> Iterator[str]:
        for place, words in enumerate(super().stream(prompt, cancel=cancel, **rest)):
            if place == 3:
                self.let.wait(20)
            yield words


def test_nothing_moves_while_an_answer_streams(visit: Visit, page_folder: Path) -> None:
    from assistant.chain import open_chain
    from ui.desk import Desk
    from ui.serve import build_app, listen

    model = Slowly()
    desk = Desk(settings_for(page_folder), lambda settings: with_model(open_chain(settings), model), remember=False)
    desk.open()
    with served(build_app(desk), listen("127.0.0.1", 0)) as url:
        page = opened(visit, url)
        page.emulate_media(reduced_motion="reduce")
        page.evaluate("""() => { window.shifts = 0; new PerformanceObserver(list => list.getEntries().forEach(entry => {
          if (!entry.hadRecentInput) window.shifts += entry.value; })).observe({ type: 'layout-shift' }); }""")
        page.fill("#question textarea", QUESTION)
        page.keyboard.press("Enter")
        page.wait_for_selector("#pulse:has-text('正在改写')")
        before = places(page)
        model.let.set()
        page.wait_for_selector("#live .badge.model")
        assert places(page) == before, "the model's words have come"
        assert page.evaluate("window.shifts") < 0.1  # what web.dev calls good, for a whole visit


def places(page: Any) -> list[int]:
    """Where the question asked and the box stand in the window."""
    return [round(page.locator(part).bounding_box()["y"]) for part in ("#live .asked", "#question")]


@pytest.mark.parametrize(("viewport", "scheme"), [(DESKTOP, "light"), (DESKTOP, "dark"), (PHONE, "light"), (PHONE, "dark")])
def test_every_word_of_the_main_pages_has_contrast_enough_and_every_id_is_one(browser: Any, address: str, viewport: dict[str, int], scheme: str) -> None:
    window = Visit(browser, viewport, scheme)
    page = opened(window, address)
    sound(page)
    page.click("#scope > .label-wrap")
    page.check("#levels input[name='重庆']")
    page.wait_for_selector("#chips .chip")
    sound(page)
    page.click("#chips .chip")
    page.wait_for_selector("#chips .chip", state="detached")  # until then the page still asks within the condition
    page.click("#scope > .label-wrap")
    ask(page, "图书馆馆长的退休金是多少？")
    ask(page, BOTH).locator(".mark").first.click()
    page.wait_for_selector("#reader mark")
    sound(page)
    page.keyboard.press("Escape")
    page.click(".views [data-view=files]")
    page.click(".spine:has-text('夜校扩容')")
    page.wait_for_selector(".fulltext .figures")
    page.click(".fulltext .outline summary")
    sound(page)
    page.click(".views [data-view=judged]")
    page.wait_for_selector("#judged h2")
    sound(page)
    window.close()


def sound(page: Any) -> None:
    """Contrast AA everywhere, no id twice or empty, nothing wider than the window."""
    page.wait_for_function("!document.querySelector('.fresh') || document.getAnimations().every(item => item.playState !== 'running')")
    assert low_contrast(page, "body") == []
    assert page.evaluate("""() => { const ids = [...document.querySelectorAll('[id]')].map(part => part.id);
      return ids.filter((id, at) => !id || ids.indexOf(id) !== at); }""") == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_comparison_is_a_table_whose_cells_open_their_clauses(dark_phone: Visit, address: str) -> None:
    page = opened(dark_phone, address)
    turn = ask(page, BOTH)
    heads = [" ".join(head.split()) for head in turn.locator(".sides thead th").all_inner_texts()]
    assert heads == ["国家 《全国社区学习发展纲要（2026—2035年）》", "重庆 《重庆市社区学习行动方案（2026—2030年）》"]
    cells = turn.locator(".sides tbody td").all()
    assert "95%" in cells[0].inner_text() and "覆盖全部街道" in cells[1].inner_text()
    assert "说的是 2030、2035 年" in turn.locator(".provenance").inner_text()
    for cell, words in zip(cells, ("95%", "全部街道"), strict=True):
        cell.locator(".mark").click()
        page.wait_for_selector(f"#reader mark:has-text('{words}')")
        page.keyboard.press("Escape")


def test_what_a_phone_prints_is_the_whole_clause_in_black(dark_phone: Visit, address: str) -> None:
    page = opened(dark_phone, address)
    ask(page, QUESTION).locator(".mark").first.click()
    page.wait_for_selector("#reader mark")
    assert WORDS in printed(page) and "牵头部门" in printed(page) and "提问" not in printed(page)
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.querySelector('#reader .clause-text')).color") == "rgb(0, 0, 0)"
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.emulate_media(media="null")
    page.keyboard.press("Escape")
    page.click(".views [data-view=files]")
    page.click(".spine:has-text('夜校扩容')")
    page.wait_for_selector(".fulltext .figures")
    whole = printed(page)
    assert "夜校教学点" in whole and "95" in whole and "导出" not in whole and "只问这份文件" not in whole


def printed(page: Any) -> str:
    """The text of what comes out of the printer, on paper as wide as the window."""
    document = pypdfium2.PdfDocument(page.pdf(width="390px", height="844px"))
    return "".join(sheet.get_textpage().get_text_bounded() for sheet in document).replace("\n", "").replace("\r", "")


def test_keys_reach_everything_and_nothing_that_is_covered(dark_phone: Visit, address: str) -> None:
    page = opened(dark_phone, address)
    page.focus("#question textarea")
    for _ in range(2):
        page.keyboard.press("Tab")
    assert "筛选" in page.evaluate("document.activeElement.innerText")
    assert page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)") >= 2
    page.keyboard.press("Enter")
    page.wait_for_selector("#levels")
    page.keyboard.press("Enter")
    ask(page, QUESTION).locator(".mark").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#reader mark")
    inside = [page.keyboard.press("Tab") or page.evaluate("!!document.activeElement.closest('#reader, body:focus')") for _ in range(4)]
    assert inside == [True] * 4
    page.keyboard.press("Escape")
    page.wait_for_selector("#reader", state="hidden")
    assert page.evaluate("document.activeElement.className").startswith("mark")
    page.click(".views [data-view=files]")
    page.click(".spine:has-text('夜校扩容')")
    page.focus(".fulltext [data-do=sort] >> nth=2")
    page.keyboard.press("Enter")
    assert page.get_attribute(".fulltext thead th >> nth=2", "aria-sort") == "ascending"


def test_something_is_there_before_any_script_has_run(browser: Any, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert page.inner_text("#opening") == "正在打开问规…"
    context.close()
