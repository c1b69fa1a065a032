"""Signing in, asking and signing out on a phone, in a real Chromium; two users who do not meet; a session that runs out."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from access.sessions import Lifetimes
from assistant.chain import open_chain
from tests.access.accounts import PASSWORD, Clock, staffed
from tests.browser import DESKTOP, PHONE, Visit, served
from tests.ui.conftest import visiting
from tests.ui.guarded import guarded_desk
from tests.ui.test_page import QUESTION, WORDS, ask
from tests.ui.test_serving import ScriptedModel, with_model
from ui.desk import Desk

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def gate(page_folder: Path, tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[str]:
    """The address of a page with users on."""

    from ui.serve import build_app, listen

    folder = tmp_path_factory.mktemp("gate")
    shutil.copytree(page_folder, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("history.db*"))
    desk = guarded_desk(folder)
    desk.open()
    assert desk.problem is None
    accounts = staffed(folder, clock, Lifetimes(idle=600, whole=36_000))
    with served(build_app(desk, accounts), listen("127.0.0.1", 0, accounts=accounts)) as url:
        yield url


@pytest.fixture
def small(browser: Any) -> Iterator[Visit]:
    yield from visiting(browser, PHONE)


@pytest.fixture
def wide(browser: Any) -> Iterator[Visit]:
    yield from visiting(browser, DESKTOP, "dark")


def sign_in(page: Any, name: str, password: str = PASSWORD) -> None:
    page.fill("#name", name)
    page.fill("#password", password)
    page.keyboard.press("Enter")


def test_sign_in_ask_and_sign_out_on_a_phone(small: Visit, gate: str) -> None:
    page = small.page
    page.goto(gate)
    assert "/login?next=" in page.url and page.evaluate("document.activeElement.id") == "name"
    box = page.locator(".login").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"]
    assert min(page.locator(selector).bounding_box()["height"] for selector in ("#name", "#password", ".login button")) >= 44
    sign_in(page, "李明", "not the password")
    page.wait_for_selector("[role=alert]:has-text('用户名或密码不对')")
    assert page.input_value("#name") == "李明" and page.input_value("#password") == ""
    sign_in(page, "李明")
    page.wait_for_selector(".example")
    assert page.url == gate and page.locator(".views [data-view=judged]").count() == 0
    out = page.locator(".signed-in button")
    assert out.bounding_box()["x"] + out.bounding_box()["width"] <= PHONE["width"]
    assert WORDS in ask(page, QUESTION).inner_text()
    out.click()
    page.wait_for_selector("#password")
    page.go_back()
    page.wait_for_selector("#password")
    assert WORDS not in page.content()


def test_two_users_do_not_meet(small: Visit, wide: Visit, gate: str) -> None:
    small.page.goto(gate)
    sign_in(small.page, "李明")
    small.page.wait_for_selector(".example")
    ask(small.page, QUESTION)
    small.page.wait_for_function("new URLSearchParams(location.search).get('chat')")
    address = small.page.url
    wide.page.goto(address)
    sign_in(wide.page, "王芳")
    wide.page.wait_for_selector(".example")
    assert wide.page.url == address or "chat=" not in wide.page.url
    assert QUESTION not in wide.page.locator("#history").inner_text() and wide.page.locator("#log .turn").count() == 0
    assert wide.page.locator(".signed-in").inner_text().split() == ["王芳", "退出"]
    wide.page.click(".views [data-view=judged]")
    wide.page.wait_for_selector("#judged h2")


def test_a_session_that_ran_out_costs_no_question(small: Visit, gate: str, clock: Clock) -> None:
    page = small.page
    page.goto(gate)
    sign_in(page, "赵红")
    page.wait_for_selector(".example")
    clock.now += 700
    page.fill("#question textarea", QUESTION)
    page.click("#question .submit-button")
    page.wait_for_selector("#password")
    sign_in(page, "赵红")
    page.wait_for_selector(".example")
    page.wait_for_function(f"document.querySelector('#question textarea').value === {QUESTION!r}")
    page.click("#question .submit-button")
    page.wait_for_selector(f"#live .turn:has-text('{WORDS}')")


class Endless(ScriptedModel):
    """Writes until it is stopped."""

    def stream(self, prompt: object, *, cancel: threading.Event | None = None, **_: object) -> Iterator[str]:
        while cancel is not None and not cancel.wait(0.02):
            yield "每周"
        self.cancelled = True


def test_stopping_works(small: Visit, page_folder: Path, tmp_path: Path) -> None:
    from ui.serve import build_app, listen

    model, accounts = Endless(""), staffed(tmp_path)
    desk = Desk(guarded_desk(page_folder).settings, lambda settings: with_model(open_chain(settings), model), remember=False)
    desk.open()
    with served(build_app(desk, accounts), listen("127.0.0.1", 0)) as url:
        small.page.goto(url)
        sign_in(small.page, "李明")
        small.page.wait_for_selector(".example")
        small.page.fill("#question textarea", QUESTION)
        small.page.keyboard.press("Enter")
        small.page.wait_for_selector("#pulse .stage")
        small.page.click("#question .stop-button")
        small.page.wait_for_selector("#live .turn .actions")
        assert WORDS in small.page.locator("#live .turn").inner_text() and model.cancelled


def test_too_many_questions_are_told_and_kept(small: Visit, gate: str) -> None:
    page = small.page
    page.goto(gate)
    sign_in(page, "王芳")
    page.wait_for_selector(".example")
    for _ in range(3):
        ask(page, QUESTION)
    page.fill("#question textarea", QUESTION)
    page.click("#question .submit-button")
    page.wait_for_selector("#live :text('问得太快了')")
    assert page.input_value("#question textarea") == QUESTION
