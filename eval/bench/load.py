"""The page under load: users who sign in, ask through the page's own route and open clauses, files going live meanwhile.

Every answer is compared with what its question alone was answered before (or, where a new file changed that, after): an
answer of another question or another session is an error. No question is asked again before all others were, so that
caches of questions hardly help. Users ask on without a pause unless one is set; then they begin spread over it. Times are
wall-clock seconds.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

from errors import AssistantError
from eval import machine
from eval.bench import made
from eval.bench.load_server import ADMINISTRATOR, Served, serving
from eval.bench.load_user import Administrator, PageFault, PageUser, Shown
from eval.metrics.statistics import percentile
from eval.tables import grid

Progress = Callable[[str, int, int], None]
UPLOADS = 2
_FIRST = 9001  # number of the first made-up document
_TALK = 10  # questions of a conversation
_WATCHED = 1.0  # seconds between two looks at the server's memory
_STRANGER = "不是这个问题的回答"


@dataclass(frozen=True)
class Level:
    """So many users at once. faults: how often what went wrong; renewed: answers that a file gone live has changed;
    first: seconds until an answer began to show, the others until it was done; ahead: the longest queue a user was told of;
    processor: seconds of the server for each answer, pages and clauses opened for it included."""

    users: int
    answers: int
    a_second: float
    first_p50: float
    p50: float
    p95: float
    longest: float
    opened: int
    renewed: int
    ahead: int
    processor: float
    faults: dict[str, int]
    memory_mib: float


@dataclass(frozen=True)
class Figures:
    """levels in the order they ran; memory: (seconds since the first level began, MiB resident of the server)."""

    levels: tuple[Level, ...]
    seconds: float
    pause: float
    questions: int
    uploads: int
    memory: tuple[tuple[float, float], ...]

    @property
    def faults(self) -> int:
        """Everything that went wrong; a file that did not go live or is not found is one."""
        return sum(sum(level.faults.values()) for level in self.levels) + UPLOADS - self.uploads


@dataclass
class Tally:
    """What the users of one level met. answered: (question, what was shown)."""

    answered: list[tuple[str, Shown]] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    opened: int = 0


def run(settings: Any, users: Sequence[int], seconds: float, questions: Sequence[str], progress: Progress, *, pause: float = 0.0) -> Figures:
    """Each number of users for so many seconds; the files go live during the last. pause: of a user between an answer and
    the next question. Raises AssistantError when the server does not come up or answers nothing alone, ValueError
    without users or questions.
    """
    if not users or not questions or min(users) < 1:
        raise ValueError("users and questions count from 1")
    with serving(settings, max(users)) as served:
        return asyncio.run(_Bench(served, questions, progress, pause).run(users, seconds))


class _Bench:
    """One run over one server."""

    def __init__(self, served: Served, questions: Sequence[str], progress: Progress, pause: float) -> None:
        self.served, self.questions, self.progress, self.pause = served, tuple(questions), progress, pause
        self.alone: dict[str, str] = {}
        self.memory: list[tuple[float, float]] = []
        self.live = 0
        self._deck = itertools.cycle(self.questions)

    async def run(self, counts: Sequence[int], seconds: float) -> Figures:
        users = [PageUser(self.served.address, name) for name in self.served.users]
        chief = Administrator(self.served.address, ADMINISTRATOR)
        try:
            for done, user in enumerate((chief, *users)):
                await user.sign_in()
                self.progress("登录", done + 1, len(users) + 1)
            await self._ask_alone(chief)
            begun = time.perf_counter()
            watching = asyncio.create_task(self._watch(chief, begun))
            levels = []
            for done, count in enumerate(counts, 1):
                levels.append(await self._level(users[:count], seconds, chief, uploading=done == len(counts)))
                self.progress("负载", done, len(counts))
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
        finally:
            for user in (chief, *users):
                await user.close()
        return Figures(tuple(levels), seconds, self.pause, len(self.questions), self.live, tuple(self.memory))

    async def _ask_alone(self, user: PageUser) -> None:
        """Every question with nobody else there: what its answer is."""
        for done, question in enumerate(self.questions):
            await user.open()
            self.alone[question] = await self._again(user, question)
            self.progress("单独提问", done + 1, len(self.questions))

    async def _again(self, user: PageUser, question: str) -> str:
        try:
            return (await user.ask(question)).text
        except PageFault as error:
            raise AssistantError(f"单独提问也没有答成：{error.what}", question, "请运行 wengui doctor。") from error

    async def _level(self, users: Sequence[PageUser], seconds: float, chief: Administrator, *, uploading: bool) -> Level:
        before = await chief.used()
        tally, begun, first = Tally(), time.perf_counter(), len(self.memory)
        work = [self._use(user, tally, begun + seconds, self.pause * place / len(users)) for place, user in enumerate(users)]
        await asyncio.gather(*work, *([self._upload(chief, tally)] if uploading else []))
        took, used = time.perf_counter() - begun, (await chief.used()).processor - before.processor
        renewed = await self._compare(tally, chief)
        times = [shown.total for _, shown in tally.answered] or [0.0]
        starts = [shown.first for _, shown in tally.answered] or [0.0]
        held = [mib for _, mib in self.memory[first:]] or [before.memory]
        return Level(
            len(users), len(tally.answered), len(tally.answered) / took, percentile(starts, 50), percentile(times, 50), percentile(times, 95),
            max(times), tally.opened, renewed, max((shown.ahead for _, shown in tally.answered), default=0),
            used / max(len(tally.answered), 1), dict(tally.faults), max(held),
        )

    async def _use(self, user: PageUser, tally: Tally, until: float, later: float) -> None:
        """One user, who begins later by so many seconds: question after question, every second answer's first clause
        opened, a new conversation now and then."""
        import httpx

        talk: list[str] = []
        await asyncio.sleep(later)
        for number in itertools.count():
            if time.perf_counter() >= until:
                return
            try:
                if number % _TALK == 0:
                    talk = []
                    await user.open()
                question = next(self._deck)
                shown = await user.ask(question)
                tally.answered.append((question, shown))
                if shown.earlier != tuple(talk):
                    tally.faults[_STRANGER] += 1
                talk.append(shown.text)
                if number % 2 and shown.clauses:
                    await user.read(shown.clauses[0])
                    tally.opened += 1
            except (PageFault, httpx.HTTPError) as error:
                tally.faults[error.what if isinstance(error, PageFault) else f"连接 {type(error).__name__}"] += 1
            await asyncio.sleep(self.pause)

    async def _compare(self, tally: Tally, chief: Administrator) -> int:
        """Count the answers that are not their question's. Returns how many a new file has changed."""
        # What was read together with other questions is answered otherwise than alone; that it is one's own is still seen.
        wrong = sum(not shown.text.startswith(f"问：{question}\n") for question, shown in tally.answered)
        odd = [(question, shown.text) for question, shown in tally.answered if not shown.leaning and shown.text != self.alone[question]]
        after: dict[str, str] = {}
        for question in dict.fromkeys(question for question, _ in odd):
            await chief.open()
            after[question] = await self._again(chief, question)
        wrong += sum(text != after[question] for question, text in odd)
        if wrong:
            tally.faults[_STRANGER] += wrong
        return sum(text == after[question] for question, text in odd)

    async def _upload(self, chief: Administrator, tally: Tally) -> None:
        """Made-up documents go live, one after the other, and are found."""
        for number in range(_FIRST, _FIRST + UPLOADS):
            try:
                await chief.publish(f"学习点{number}.txt", made.document(number))
            except PageFault as error:
                tally.faults[error.what] += 1
            else:
                self.live += await chief.finds(made.code(number, 0))

    async def _watch(self, chief: Administrator, begun: float) -> None:
        """The server's memory, until cancelled."""
        while True:
            self.memory.append((round(time.perf_counter() - begun, 1), round((await chief.used()).memory, 1)))
            await asyncio.sleep(_WATCHED)


def table(figures: Figures) -> str:
    """The figures for a person to read."""
    rows = [("同时在用", "回答", "每秒", "开始显示 p50", "答完 p50", "p95", "最长", "打开原文", "排队最多", "每答处理器", "内存 MiB", "出错")]
    for level in figures.levels:
        seconds = (level.first_p50, level.p50, level.p95, level.longest)
        rows.append((
            f"{level.users} 人", str(level.answers), f"{level.a_second:.1f}", *(f"{value:.2f} 秒" for value in seconds), str(level.opened),
            str(level.ahead), f"{level.processor:.2f} 秒", f"{level.memory_mib:.0f}", str(sum(level.faults.values())),
        ))
    faults: Counter[str] = sum((Counter(level.faults) for level in figures.levels), Counter())
    held = [mib for _, mib in figures.memory]
    lines = [
        grid(rows),
        f"{figures.questions} 个问题轮着问，每档 {figures.seconds:g} 秒，两问之间停 {figures.pause:g} 秒；其间上线 {figures.uploads} 份文件，"
        f"有 {sum(level.renewed for level in figures.levels)} 个回答因此变了。",
    ]
    if held:
        lines.append(f"内存：开始 {held[0]:.0f} MiB，最后 {held[-1]:.0f} MiB，最多 {max(held):.0f} MiB。")
    lines.append("出错：" + ("、".join(f"{what} {count}" for what, count in faults.most_common()) if faults else "没有") + "。")
    return "\n".join(lines)


def as_plain(figures: Figures) -> dict[str, object]:
    """The figures with versions and machine, as JSON can hold them."""
    return {**asdict(figures), "faults": figures.faults, "versions": machine.versions(), "machine": machine.machine()}
