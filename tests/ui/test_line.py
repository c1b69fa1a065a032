"""The line of questions: in order, a few at a time, and nobody keeps a place who has gone."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gradio.state_holder import SessionState, StateHolder

from assistant.chain import Chain, open_chain
from assistant.prompts import load_prompts
from eval.bench.load_user import PageUser
from tests.apart import apart
from tests.browser import DESKTOP, Visit, served
from tests.ui.conftest import settings_for
from tests.ui.test_page import opened
from tests.ui.test_serving import QUESTION, ScriptedModel
from ui.desk import Desk
from ui.line import BusyError, Line, Seat
from ui.moments import Stage, moments
from ui.page import Page
from ui.serve import build_app, listen


async def its_turn(seat: Seat, done: list[str], name: str) -> list[int]:
    """What a question is told while it waits."""
    told = [ahead async for ahead in seat.turn()]
    done.append(name)
    return told


def test_who_asks_first_is_answered_first() -> None:
    async def scene() -> None:
        line, done = Line(at_once=2), []
        first, second, third, fourth = (line.join() for _ in range(4))
        assert [seat.ahead for seat in (first, second, third, fourth)] == [0, 0, 1, 2]
        waiting = [asyncio.create_task(its_turn(seat, done, name)) for seat, name in ((fourth, "fourth"), (third, "third"), (first, "first"))]
        assert await waiting[2] == [] and done == ["first"]
        second.leave()
        assert await waiting[1] == [1] and done == ["first", "third"]
        first.leave()
        first.leave()
        assert await waiting[0] == [2] and done == ["first", "third", "fourth"]

    apart(asyncio.run, scene())


def test_a_full_line_says_so_and_a_place_given_up_is_free_again() -> None:
    async def scene() -> None:
        line = Line(at_once=1, most_waiting=1)
        held = [line.join(), line.join()]
        with pytest.raises(BusyError, match="请过几秒再试"):
            line.join()
        held[1].leave()
        assert line.join().ahead == 1

    apart(asyncio.run, scene())


def test_who_no_longer_wants_to_stops_waiting() -> None:
    async def scene() -> None:
        line, stop = Line(at_once=1), threading.Event()
        line.join()
        seat = line.join()
        async for _ in seat.turn(stop):
            stop.set()
        assert seat.ahead == 1

    apart(asyncio.run, scene())


def test_a_place_is_called_from_another_loop() -> None:
    """A program's question and the page's may live in different loops."""
    line, entered = Line(at_once=1), threading.Event()
    held: list[Seat] = []

    async def hold() -> None:
        held.append(line.join())

    async def wait() -> None:
        seat = line.join()
        entered.set()
        async for _ in seat.turn():
            pass
        assert seat.ahead == 0

    apart(asyncio.run, hold())
    waiting = threading.Thread(target=lambda: asyncio.run(wait()))
    waiting.start()
    assert entered.wait(10)
    held[0].leave()
    waiting.join(10)
    assert not waiting.is_alive()


@pytest.fixture(scope="module")
def chain(page_folder: Path) -> Chain:
    return open_chain(settings_for(page_folder))


class Endless(ScriptedModel):
    """Writes on until it is stopped."""

    def stream(self, prompt: object, *, cancel: threading.Event | None = None, **_: object) -> Iterator[str]:
        assert cancel is not None
        while not cancel.wait(0.01):
            yield "每周"


def test_a_question_that_takes_too_long_ends_with_the_excerpt(chain: Chain) -> None:
    slow = Chain(chain.library, chain.retriever, model=Endless(""), prompts=load_prompts())
    last = list(moments(slow, QUESTION, limit=0.3))[-1]
    assert last.stage is Stage.DONE and last.turn and last.turn.kind == "excerpt" and "40小时" in last.turn.text
    assert "超过 0.3 秒" in last.turn.notices[-1]


def test_a_question_without_even_an_excerpt_in_time_fails_with_a_message(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    held = threading.Event()
    stuck = Chain(chain.library, chain.retriever)
    search = stuck.search
    monkeypatch.setattr(stuck, "search", lambda *given: held.wait(30) and search(*given))
    monkeypatch.setattr("ui.moments.GRACE", 0.1)
    (last,) = moments(stuck, QUESTION, limit=0.1)
    held.set()
    assert last.stage is Stage.FAILED and "没有答完" in last.message


@pytest.mark.browser
def test_the_page_says_how_many_are_ahead_and_one_may_stop_waiting(visit: Visit, page_folder: Path, chain: Chain) -> None:
    desk = Desk(settings_for(page_folder), lambda _: Chain(chain.library, chain.retriever), remember=False)
    desk.line = Line(at_once=1, most_waiting=2)
    desk.open()
    with served(build_app(desk), listen("127.0.0.1", 0)) as url:
        page = opened(visit, url)
        others = joined(desk.line, 2)
        _ask(page)
        page.wait_for_selector("#pulse [data-ahead='2']")
        assert "前面还有 2 个问题" in page.locator("#pulse").inner_text()
        assert QUESTION in page.locator("#live .asked-text").inner_text()
        page.get_by_role("button", name="停止").click()
        page.wait_for_selector("#live .problem")
        assert "已停止" in page.locator("#live .problem").inner_text() and page.input_value("#question textarea") == QUESTION
        others += joined(desk.line, 1)
        _ask(page)
        page.wait_for_function("() => document.querySelector('#live .problem')?.textContent.includes('排队的问题太多')")
        for seat in others:
            seat.leave()
        _ask(page)
        page.wait_for_selector("#live .turn .actions")
        assert "40小时" in page.locator("#live").inner_text()


@pytest.mark.browser
def test_a_window_closed_while_waiting_gives_its_place_up(browser: Any, page_folder: Path, chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.line._TOLD", 0.3)
    desk = Desk(settings_for(page_folder), lambda _: Chain(chain.library, chain.retriever), remember=False)
    desk.line = Line(at_once=1)
    desk.open()
    with served(build_app(desk), listen("127.0.0.1", 0)) as url:
        window = Visit(browser, DESKTOP)
        page = opened(window, url)
        joined(desk.line, 1)
        _ask(page)
        page.wait_for_selector("#pulse [data-ahead='1']")
        assert desk.line.waiting == 1
        window.close()
        for _ in range(300):
            if not desk.line.waiting:
                break
            threading.Event().wait(0.05)
        assert desk.line.waiting == 0


def joined(line: Line, count: int) -> list[Seat]:
    """Places taken in a loop of their own, as this thread's is the browser's."""
    async def join() -> list[Seat]:
        return [line.join() for _ in range(count)]

    return apart(asyncio.run, join())


def _ask(page: Any) -> None:
    page.fill("#question textarea", QUESTION)
    page.keyboard.press("Enter")


def test_what_gradio_keeps_of_tabs_has_an_end(page_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.page._TABS", 2)
    holder = StateHolder()
    holder.set_blocks(Page(Desk(settings_for(page_folder), remember=False)).blocks)
    for tab in ("first", "second", "first", "third"):
        assert holder[tab] is not None
    assert list(holder.session_data) == ["first", "third"]


@pytest.mark.models
def test_a_tab_keeps_no_copy_of_a_part_for_every_answer(page_folder: Path) -> None:
    desk = Desk(settings_for(page_folder), remember=False)
    desk.open()
    with served(build_app(desk), listen("127.0.0.1", 0)) as url:
        after_two, after_five = apart(asyncio.run, _parts_kept(url.rstrip("/")))
    assert after_five - after_two <= 3, "the question's box alone is kept once for each question"


async def _parts_kept(url: str) -> tuple[int, int]:
    """How many parts Gradio remembers of the last tab after two and after five questions."""
    user, counts = PageUser(url, "本机"), []
    await user.open()
    for number in range(1, 6):
        assert "40小时" in (await user.ask(QUESTION)).text
        if number in (2, 5):
            tabs = [held for held in gc.get_objects() if isinstance(held, SessionState)]
            counts.append(max(len(tab.config_values) for tab in tabs))
    await user.close()
    return counts[0], counts[1]
