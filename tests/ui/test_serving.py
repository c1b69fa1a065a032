"""The page's address, its stages and its desk, without a browser."""

from __future__ import annotations

import dataclasses
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import app
import console
from access.schema import Role
from assistant.chain import Chain, open_chain
from assistant.prompts import load_prompts
from errors import ModelError, SettingsError
from index.build import build
from index.embedders import load_embedder
from index.store import Store
from settings import AccessSettings
from tests.access.accounts import PASSWORD, make_accounts
from tests.tiny import COUNTY, make_library
from tests.ui.conftest import settings_for
from ui.desk import Desk
from ui.moments import Stage, moments
from ui.serve import listen, open_accounts
from ui.turns import from_record, to_record

QUESTION = "社区学习中心每周开放多少小时？"
ROOT = Path(__file__).resolve().parents[2]


class ScriptedModel:
    """A chat model that writes what it was given, a few characters at a time. stop: set by the test to break off."""

    name, is_chat = "照本宣科", True

    def __init__(self, reply: str, fault: str = "") -> None:
        self.reply, self.fault, self.cancelled = reply, fault, False

    def stream(self, prompt: object, *, cancel: threading.Event | None = None, **_: object) -> Iterator[str]:
        if self.fault:
            raise ModelError(self.fault, "", "请检查模型服务。")
        for start in range(0, len(self.reply), 4):
            if cancel is not None and cancel.is_set():
                self.cancelled = True
                return
            yield self.reply[start : start + 4]


@pytest.fixture(scope="module")
def chain(page_folder: Path) -> Chain:
    return open_chain(settings_for(page_folder))


def with_model(chain: Chain, model: Any) -> Chain:
    return Chain(chain.library, chain.retriever, model=model, prompts=load_prompts())


def test_without_a_model_the_excerpt_is_the_answer(chain: Chain) -> None:
    stages = list(moments(chain, QUESTION))
    assert [moment.stage for moment in stages] == [Stage.DONE]
    last = stages[0].turn
    assert last and last.kind == "excerpt" and last.seconds["total"] > 0
    for source in last.sources:
        assert chain.library.clauses[source.clause_id].text[source.start : source.end] == source.quote
    assert from_record(QUESTION, to_record(last)) == last


def test_a_models_checked_words_take_the_excerpts_place(chain: Chain) -> None:
    excerpt = next(moments(chain, QUESTION)).turn
    assert excerpt
    reply = "到2028年，新建社区学习中心120个，每个中心每周要开放不少于40小时。[1]"
    stages = list(moments(with_model(chain, ScriptedModel(reply)), QUESTION))
    assert [moment.stage for moment in stages][:2] == [Stage.EXCERPT, Stage.DRAFTING]
    last = stages[-1].turn
    assert last and last.kind == "model" and last.model == "照本宣科" and last.text == reply
    assert stages[0].turn and stages[0].turn.text == excerpt.text


def test_a_figure_that_is_not_there_never_shows(chain: Chain) -> None:
    stages = list(moments(with_model(chain, ScriptedModel("每周开放不少于99小时。[1]")), QUESTION))
    assert stages[-1].turn and stages[-1].turn.kind == "excerpt"
    assert not [moment for moment in stages if "99" in (moment.turn.text if moment.turn else moment.message)]


def test_a_model_that_fails_leaves_the_excerpt_and_a_notice(chain: Chain) -> None:
    last = list(moments(with_model(chain, ScriptedModel("", "模型没有回答")), QUESTION))[-1].turn
    assert last and last.kind == "excerpt" and "模型没有回答" in last.notices[0]


def test_stopping_leaves_the_excerpt(chain: Chain) -> None:
    model, cancel = ScriptedModel("每周开放不少于40小时。[1]" * 50), threading.Event()
    stages = []
    for moment in moments(with_model(chain, model), QUESTION, cancel=cancel):
        stages.append(moment)
        cancel.set()
    assert stages[-1].stage is Stage.DONE and stages[-1].turn and stages[-1].turn.kind == "excerpt"


def test_an_unusable_question_fails_with_a_message(chain: Chain) -> None:
    (moment,) = moments(chain, " ")
    assert moment.stage is Stage.FAILED and "问题是空的" in moment.message


def test_a_missing_model_leaves_the_excerpts(page_folder: Path) -> None:
    base = settings_for(page_folder)
    settings = dataclasses.replace(base, model=dataclasses.replace(base.model, provider="local"))

    def opener(given: Any) -> Chain:
        if given.model.provider != "none":
            raise ModelError("模型文件缺失", "model.gguf", "请重新安装。")
        return open_chain(given)

    desk = Desk(settings, opener)
    desk.open()
    assert desk.problem is None and desk.chain is not None
    assert any("语言模型用不了" in notice for notice in desk.notices)


def test_a_desk_without_a_library_says_what_to_run_and_opens_later(tmp_path: Path, page_folder: Path) -> None:
    desk = Desk(settings_for(tmp_path))
    desk.open()
    assert desk.chain is None and desk.problem is not None and "index build" in desk.problem.remedy
    (tmp_path / "library.db").write_bytes((page_folder / "library.db").read_bytes())
    desk.open()
    assert desk.chain is not None and desk.problem is None


@pytest.mark.models
def test_a_changed_document_is_taken_over_and_the_models_stay_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = load_embedder()
    make_library(tmp_path, embedder=embedder)
    desk = Desk(settings_for(tmp_path))
    desk.open()
    assert desk.chain is not None
    before = desk.chain
    (tmp_path / "sources" / "county.txt").write_text(COUNTY.replace("60公里", "45公里"), encoding="utf-8")
    with closing(Store(tmp_path / "library.db")) as store:
        build(store, [tmp_path / "sources"], embedder)
    monkeypatch.setattr("index.embedders.load_embedder", lambda *_, **__: pytest.fail("loaded again"))
    assert "60公里" in before.ask("校车最高车速是多少？").text
    desk.open()
    assert desk.chain is not before and desk.chain is not None
    assert "45公里" in desk.chain.ask("校车最高车速是多少？").text


def test_an_unusable_history_costs_only_the_history(tmp_path: Path) -> None:
    (tmp_path / "history.db").write_bytes(b"no database" * 200)
    desk = Desk(settings_for(tmp_path))
    assert desk.history is None and any("不会保存" in notice for notice in desk.notices)
    assert desk.turns("anything") == ()


def test_a_taken_port_is_one_message_and_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(SystemExit) as ended:
        port = taken.getsockname()[1]
        console.run(lambda: app.main(["--preset", "excerpt", "--port", str(port)]))
    assert ended.value.code == 2
    message = capsys.readouterr().err.strip()
    assert len(message.splitlines()) == 1 and f"端口 {port} 已经被占用" in message and "--port" in message


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "example.com", "::"])
def test_the_page_is_for_this_machine_only(host: str) -> None:
    with pytest.raises(SettingsError, match="只能在本机打开"):
        listen(host, 0)


def test_others_get_in_only_with_an_administrator_and_a_name(tmp_path: Path) -> None:
    settings = dataclasses.replace(settings_for(tmp_path), access=AccessSettings(roles=True))
    with pytest.raises(SettingsError, match="还没有管理员") as refused:
        open_accounts(settings)
    assert "wengui user add" in refused.value.remedy
    nobody = make_accounts(tmp_path)
    nobody.add("李明", PASSWORD, Role.USER, "")
    for accounts in (None, nobody):
        with pytest.raises(SettingsError, match="只能在本机打开") as refused:
            listen("0.0.0.0", 0, accounts=accounts, hosts=("wengui.example",))
        assert "administrator" in refused.value.remedy and "access.roles" in refused.value.remedy
    nobody.add("王芳", PASSWORD, Role.ADMINISTRATOR, "")
    accounts = open_accounts(settings)
    assert accounts is not None
    with pytest.raises(SettingsError, match="什么名字"):
        listen("0.0.0.0", 0, accounts=accounts)
    with listen("0.0.0.0", 0, accounts=accounts, hosts=("wengui.example",)) as listening:
        assert listening.getsockname()[0] == "0.0.0.0"
    assert open_accounts(settings_for(tmp_path)) is None


def test_an_impossible_port_is_explained() -> None:
    with pytest.raises(SettingsError, match="端口号不对"):
        listen("127.0.0.1", 70000)


def test_the_page_never_loads_torch() -> None:
    code = "import sys; import ui.serve, ui.page, ui.routes, ui.examples, assistant.chain, app; sys.exit('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
