"""The bench of load: a real server, users through the page's own route, and a stranger's answer that does not pass."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from errors import AssistantError
from eval.bench import load
from eval.bench.load_plot import plot
from eval.bench.load_server import Served
from eval.bench.load_user import Clause, PageFault, Shown, Used
from settings import Settings, load_settings
from tests.apart import apart

QUESTIONS = ("社区学习中心每周开放多少小时？", "夜间课堂每期不超过多少人？", "校车最高车速是多少？", "火星上有几所大学？")


@pytest.fixture
def settings(environment: dict[str, str]) -> Settings:
    return load_settings()


def silent(stage: str, done: int, total: int) -> None:
    """Shows nothing."""


@pytest.mark.models
def test_users_ask_files_go_live_and_every_answer_is_its_questions(settings: Settings) -> None:
    before = sorted(path.name for path in settings.folder.rglob("*"))
    made = apart(load.run, settings, [1, 2], 2.0, QUESTIONS, silent)
    assert [level.users for level in made.levels] == [1, 2] and made.faults == 0 and made.uploads == load.UPLOADS
    assert all(level.answers > 1 and 0 < level.first_p50 <= level.longest and level.p50 <= level.p95 for level in made.levels)
    assert made.memory and made.memory[0][1] > 50
    assert "2 人" in load.table(made) and load.as_plain(made)["faults"] == 0
    drawn = ElementTree.fromstring(plot(made))
    assert len(drawn.findall("{http://www.w3.org/2000/svg}svg")) == 3
    assert sorted(path.name for path in settings.folder.rglob("*")) == before


def test_without_a_library_it_says_what_to_run(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(AssistantError, match="还没有资料库"):
        load.run(replace(settings, data=replace(settings.data, folder=str(tmp_path))), [1], 1.0, QUESTIONS, silent)


class Page:
    """A page that answers as it is told: question → answers in turn, None for none. earlier: what stands above."""

    def __init__(self, answers: dict[str, list[str | None]], earlier: tuple[str, ...] = ()) -> None:
        self.answers, self.above, self.opened, self.read_ = answers, earlier, 0, 0

    async def open(self) -> None:
        self.opened += 1

    async def ask(self, question: str) -> Shown:
        text = self.answers[question].pop(0) if len(self.answers[question]) > 1 else self.answers[question][0]
        await asyncio.sleep(0.05)
        if text is None:
            raise PageFault("没有回答")
        return Shown(text, self.above, (Clause("c", "0", "1"),), False, 0.01, 0.02, 3)

    async def read(self, clause: Clause) -> None:
        self.read_ += 1

    async def used(self) -> Used:
        return Used(100.0, 1.0)


def level_of(page: Page, alone: dict[str, str]) -> load.Level:
    """One level of one user over a made-up page."""
    bench = load._Bench(Served("http://127.0.0.1", ()), list(alone), silent, 0.0)
    bench.alone = dict(alone)
    return apart(asyncio.run, bench._level([page], 0.01, page, uploading=False))  # type: ignore[list-item,arg-type]


@pytest.mark.parametrize(("answers", "earlier", "faults", "renewed"), [
    (["问：甲\n一"], (), {}, 0),
    (["问：甲\n二", "问：甲\n二"], (), {}, 1),
    (["问：甲\n二", "问：甲\n一"], (), {load._STRANGER: 1}, 0),
    (["问：乙\n一", "问：乙\n一"], (), {load._STRANGER: 1}, 1),
    (["问：甲\n一"], ("问：乙\n别人的",), {load._STRANGER: 1}, 0),
    ([None, "问：甲\n一"], (), {"没有回答": 1}, 0),
])
def test_what_is_wrong_is_counted(answers: list[str | None], earlier: tuple[str, ...], faults: dict[str, int], renewed: int) -> None:
    level = level_of(Page({"甲": answers}, earlier), {"甲": "问：甲\n一"})
    assert (level.faults, level.renewed) == (faults, renewed)
