"""A real page over a small library of our own text, served on a free port of this machine, and a browser to visit it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from settings import DataSettings, IndexSettings, ModelSettings, Settings
from tests.browser import DESKTOP, PHONE, Visit, chromium, served
from tests.tiny import TEXTS, make_library

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

    from access.accounts import Accounts
    from ui.desk import Desk

HOSTILE = """重庆市校园食堂管理办法（2026—2028年）
一、食品安全
（一）公示食谱。学校食堂每周公示食谱不少于5天<script>window.pwned=1</script><img src=x onerror=window.pwned=1>。
（二）陪餐制度。校长每周陪餐不少于2次，\u202e写倒\u202c的记录无效。
"""
TABLE = """# 重庆市夜校扩容方案（2026—2027年）

一、总体目标

夜校走进每个街道。

二、夜校主要指标

| 序号 | 主要指标 | 2023年 | 2027年 |
|---|---|---|---|
| 1 | 夜校教学点（个） | 15 | 45 |
| 2 | 夜校学员满意率（%） | 81 | 95 |
"""


def settings_for(folder: Path, *, shipped: bool = False) -> Settings:
    """Settings of the excerpt preset for a data folder."""
    data = DataSettings(folder=str(folder), shipped=shipped)
    return Settings(data, IndexSettings(rerank=False, threads=1), ModelSettings(provider="none"))


@pytest.fixture(scope="session")
def page_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the tiny documents, a hostile one and one with a table, built with the bundled embedder."""
    from index.embedders import load_embedder

    folder = tmp_path_factory.mktemp("page")
    make_library(folder, {**TEXTS, "canteen.txt": HOSTILE, "night.md": TABLE}, load_embedder())
    return folder


@pytest.fixture(scope="session")
def address(page_folder: Path) -> Iterator[str]:
    """The address of the page over that folder."""
    with page_over(page_folder) as url:
        yield url


@contextmanager
def page_over(folder: Path) -> Iterator[str]:
    """The address of a page over a data folder, served meanwhile."""
    from ui.desk import Desk
    from ui.serve import build_app, listen

    desk = Desk(settings_for(folder))
    desk.open()
    assert desk.problem is None
    with served(build_app(desk), listen("127.0.0.1", 0)) as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture
def visit(browser: Any) -> Iterator[Visit]:
    """A desktop window. At the end: nothing asked for outside this machine, no script error, nothing executed."""
    yield from visiting(browser, DESKTOP)


@pytest.fixture
def dark_phone(browser: Any) -> Iterator[Visit]:
    """A phone's window in the dark scheme, checked like visit."""
    yield from visiting(browser, PHONE, "dark")


def visiting(browser: Any, viewport: dict[str, int], scheme: str = "light") -> Iterator[Visit]:
    """A window of a size, checked when it closes."""
    window = Visit(browser, viewport, scheme)
    yield window
    pwned = window.page.evaluate("typeof window.pwned")
    outside, faults = window.outside(), window.faults
    window.close()
    assert pwned == "undefined"
    assert outside == []
    assert faults == []


# -- the application with users on; a module that uses these has its own fixture "accounts" ----------------------


@pytest.fixture(scope="module")
def desk(accounts: Accounts) -> Desk:
    from tests.ui.guarded import guarded_desk

    return guarded_desk(accounts.path.parent)


@pytest.fixture(scope="module")
def app(desk: Desk, accounts: Accounts) -> Any:
    from ui.serve import build_app

    return build_app(desk, accounts)


@pytest.fixture(scope="module")
def ming(app: Any) -> TestClient:
    return _signed_in(app, "李明")


@pytest.fixture(scope="module")
def hong(app: Any) -> TestClient:
    return _signed_in(app, "赵红")


@pytest.fixture(scope="module")
def fang(app: Any) -> TestClient:
    return _signed_in(app, "王芳")


def _signed_in(app: Any, name: str) -> TestClient:
    from tests.ui.guarded import signed_in

    return signed_in(app, name)
