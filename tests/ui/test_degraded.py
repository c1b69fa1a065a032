"""The page while a part of it fails: a model server in every kind of trouble, no embedding model. The excerpt goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant.chain import Chain, open_chain
from assistant.llm.breaker import BreakerModel
from assistant.llm.openai import OpenAIModel
from assistant.prompts import load_prompts
from errors import ModelError
from settings import IndexSettings
from tests.assistant.llm.scripted_server import ScriptedServer, Step
from tests.browser import Visit, served
from tests.ui.conftest import settings_for
from tests.ui.test_page import ask, opened

pytestmark = pytest.mark.browser
QUESTION = "社区学习中心每周开放多少小时？"
GOOD = "到2028年，新建社区学习中心120个，每个中心每周要开放不少于40小时。[1]"
TWO_PARTS = "夜间课堂每期最多多少人，2040年火星学校的名单是什么？"
FAULTS = [
    (Step(status=401), "不接受密钥"),
    (Step(status=429, headers=(("Retry-After", "600"),)), "请求太多"),
    (Step(status=500), "出错（500）"),
    (Step(GOOD, silence=1.5), "没有按时回答"),
    (Step(garbage=b"data: {not json\n\n"), "读不懂"),
    (Step(GOOD, cut_after=3), "断开"),
]


@pytest.fixture(scope="module")
def chain(page_folder: Path) -> Chain:
    opened_chain = open_chain(settings_for(page_folder))
    return Chain(opened_chain.library, opened_chain.retriever, prompts=load_prompts())


def page_of(chain: Chain, page_folder: Path) -> Any:
    """A context manager that serves the page over a chain and gives its address."""
    from ui.desk import Desk
    from ui.serve import build_app, listen

    desk = Desk(settings_for(page_folder), lambda _: chain, remember=False)
    desk.open()
    return served(build_app(desk), listen("127.0.0.1", 0))


@pytest.fixture(scope="module")
def troubled(chain: Chain, page_folder: Path) -> Iterator[str]:
    """The page whose chain's model each test sets."""
    with page_of(chain, page_folder) as url:
        yield url


def model_of(server: ScriptedServer) -> OpenAIModel:
    return OpenAIModel(base_url=server.base_url, model="scripted", api_key="sk-planted-key", timeout=0.5, retries=0)


def shown(visit: Visit, turn: Any) -> tuple[str, str]:
    """(badge, whole text) of an answer that holds the excerpt's figure and shows no key."""
    text = turn.inner_text()
    assert "40小时" in text and "sk-planted-key" not in visit.page.content()
    return turn.locator(".badge").first.inner_text(), text


def test_every_fault_of_a_model_server_leaves_the_excerpt_with_a_notice(visit: Visit, troubled: str, chain: Chain) -> None:
    page = opened(visit, troubled)
    for step, word in FAULTS:
        with ScriptedServer([step]) as server:
            chain.model = model_of(server)
            badge, text = shown(visit, ask(page, QUESTION))
        assert badge == "原文摘录" and word in text and "改用原文摘录" in text, word
    badge, text = shown(visit, ask(page, QUESTION))  # the server has gone
    assert badge == "原文摘录" and "连不上" in text


def test_the_breaker_opens_says_so_and_closes_again(visit: Visit, troubled: str, chain: Chain) -> None:
    now = [0.0]
    page = opened(visit, troubled)
    with ScriptedServer([Step(status=500), Step(status=500), Step(GOOD)]) as server:
        chain.model = BreakerModel(model_of(server), failures=2, pause=30.0, clock=lambda: now[0])
        for _ in range(2):
            assert "出错（500）" in shown(visit, ask(page, QUESTION))[1]
        badge, text = shown(visit, ask(page, QUESTION))
        assert badge == "原文摘录" and "暂时不用" in text and "30 秒后自动再试" in text
        assert len(server.requests) == 2
        now[0] = 31.0
        badge, text = shown(visit, ask(page, QUESTION))
        assert badge == "模型改写，逐句核对过" and "暂时不用" not in text


def test_stopping_a_model_leaves_the_excerpt(visit: Visit, troubled: str, chain: Chain) -> None:
    page = opened(visit, troubled)
    with ScriptedServer([Step(GOOD + "鼓励" * 200, pause=0.05)]) as server:
        chain.model = model_of(server)
        page.fill("#question textarea", QUESTION)
        page.keyboard.press("Enter")
        page.wait_for_selector("#pulse .stage")
        page.get_by_role("button", name="停止").click()
        page.wait_for_selector("#live .turn .actions")
        assert shown(visit, page.locator("#live .turn"))[0] == "原文摘录"


def test_a_part_that_is_not_answered_is_said_on_the_page(visit: Visit, troubled: str, chain: Chain) -> None:
    chain.model = None
    text = ask(opened(visit, troubled), TWO_PARTS).inner_text()
    assert "资料只回答了问题的一部分" in text and "不超过30人" in text and "没有找到“" in text


def test_without_an_embedding_model_words_are_searched_and_the_page_says_so(visit: Visit, page_folder: Path) -> None:
    settings = replace(settings_for(page_folder), index=IndexSettings(embedder="sentence-transformers:/no/such/model", rerank=False, threads=1))
    with page_of(open_chain(settings), page_folder) as url:
        page = opened(visit, url)
        assert "向量模型用不了" in page.locator("#notices").inner_text()
        badge, text = shown(visit, ask(page, QUESTION))
        assert badge == "原文摘录" and "只按词查找" in text
        assert ask(page, "火星上有几所大学？").locator(".mark").count() == 0


def test_without_a_reranker_search_goes_on_and_the_page_says_so(visit: Visit, page_folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("index.rerank.SHIPPED", tmp_path)
    settings = replace(settings_for(page_folder), index=IndexSettings(threads=1))
    with page_of(open_chain(settings), page_folder) as url:
        page = opened(visit, url)
        assert "重排模型用不了" in page.locator("#notices").inner_text()
        badge, text = shown(visit, ask(page, QUESTION))
        assert badge == "原文摘录" and "重排模型用不了" in text


def test_a_language_model_that_cannot_be_opened_leaves_the_excerpts_and_the_page_says_so(visit: Visit, page_folder: Path) -> None:
    def opener(settings: Any) -> Chain:
        if settings.model.provider != "none":
            raise ModelError("模型文件缺失", "model.gguf", "请重新安装。")
        return open_chain(settings)

    from ui.desk import Desk
    from ui.serve import build_app, listen

    base = settings_for(page_folder)
    desk = Desk(replace(base, model=replace(base.model, provider="local")), opener, remember=False)
    desk.open()
    with served(build_app(desk), listen("127.0.0.1", 0)) as url:
        page = opened(visit, url)
        assert "语言模型用不了：模型文件缺失" in page.locator("#notices").inner_text()
        assert shown(visit, ask(page, QUESTION))[0] == "原文摘录"
