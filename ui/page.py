"""The page: Gradio components and what happens when they are used. No HTML and no retrieval here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing, closing
from dataclasses import dataclass
from typing import Any

import gradio as gr
from anyio.to_thread import run_sync

from corpus.schema import Level
from errors import AssistantError
from index.library import Library
from ui import answer_view, shell_view
from ui.desk import Desk, earlier_questions
from ui.document_view import shelf_view
from ui.evaluation.overview import evaluation_shell
from ui.filter_view import LABEL, chips_view
from ui.html import join
from ui.keeping.overview import library_shell
from ui.line import BusyError
from ui.moments import Moment, Stage, moments
from ui.scope import Choice, confine, years_of
from ui.turns import Turn
from ui.visitor import visitor_of

_ANY_YEAR = ("不限年份", "")
_NONE_FITS = "没有文件同时符合选定的条件，所以没有查。请在问题框上面去掉一个条件再问。"
TITLE = "问规 · 教育规划条款问答"
_OTHER_JOBS = 40  # handlers at once besides questions
# What Gradio keeps of every tab ever opened, some hundred kilobytes each, until so many others were used since.
_TABS = 400
_CHAT_OF_ADDRESS = "() => [new URLSearchParams(location.search).get('chat') || '']"
# The two lists pass clicks on to Python; what they carry is checked there.
_SELECT_CONVERSATION = """element.addEventListener('click', event => {
  const button = event.target.closest('[data-act]');
  if (button) window.wengui.conversation(button, data => trigger('select', data));
});"""
_SELECT_SCOPE = """element.addEventListener('click', event => {
  const button = event.target.closest('button[data-scope]');
  if (button) trigger('select', {kind: button.dataset.scope, value: button.dataset.value});
});
element.addEventListener('change', event => {
  const field = event.target.closest('select[data-scope]');
  if (field) trigger('select', {kind: field.dataset.scope, value: field.value});
});"""


@dataclass(frozen=True)
class Talk:
    """The conversation a browser tab shows. conversation_id is None until something is stored."""

    conversation_id: str | None = None
    turns: tuple[Turn, ...] = ()


class Page:
    """Components and their handlers over one Desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True) as self.blocks:
            self.talk = gr.State(Talk())
            self._lay_out()
            self._wire()
        self.blocks.state_session_capacity = _TABS
        # Questions wait in our own line: each has a job while it does, and there are jobs left for everything else.
        self.blocks.max_threads = desk.line.at_once + desk.line.most_waiting + _OTHER_JOBS
        # Nothing that queues can be called past the queue.
        self.blocks.queue(api_open=False)

    def _lay_out(self) -> None:
        self.header = gr.HTML(shell_view.header_view(), elem_id="header", apply_default_css=False)
        with gr.Row(elem_id="talk-view"):
            with gr.Column(elem_id="side"):
                self.new = gr.Button("＋ 新会话", elem_id="new", size="sm")
                self.search = gr.Textbox(
                    show_label=False, label="查找会话", placeholder="在问过的内容里查找", container=False, elem_id="search-history",
                )
                self.list = gr.HTML("", elem_id="history", js_on_load=_SELECT_CONVERSATION, apply_default_css=False)
            with gr.Column(elem_id="talk"):
                self.notices = gr.HTML("", elem_id="notices", apply_default_css=False)
                self.welcome = gr.HTML("", elem_id="welcome", apply_default_css=False)
                self.log = gr.HTML("", elem_id="log", apply_default_css=False)
                self.live = gr.HTML("", elem_id="live", apply_default_css=False)
                self.pulse = gr.HTML("", elem_id="pulse", apply_default_css=False)
                self.anchor = gr.HTML(shell_view.conversation_anchor(None), apply_default_css=False)
                with gr.Column(elem_id="composer"):
                    self.chips = gr.HTML("", elem_id="chips", js_on_load=_SELECT_SCOPE, apply_default_css=False)
                    self.box = gr.Textbox(
                        show_label=False, label="问题", placeholder="写下想核对的问题", lines=1, max_lines=6,
                        container=False, elem_id="question", submit_btn="提问", autofocus=True,
                        html_attributes=gr.InputHTMLAttributes(autocomplete="off", enterkeyhint="send"),
                    )
                    with gr.Accordion(LABEL, open=False, elem_id="scope"):
                        self.levels = gr.CheckboxGroup([], label="只查哪一级", elem_id="levels")
                        self.year = gr.Dropdown([_ANY_YEAR], value="", label="只查哪一年（期限或数据包括这一年）", elem_id="year")
                        self.documents = gr.Dropdown([], label="只查哪些文件", multiselect=True, elem_id="documents")
        with gr.Column(elem_id="files-view"):
            self.shelf = gr.HTML("", elem_id="shelf", js_on_load=_SELECT_SCOPE, apply_default_css=False)
        with gr.Column(elem_id="judged-view"):
            gr.HTML(shell_view.judged_shell(), apply_default_css=False)
        with gr.Column(elem_id="library-view"):
            gr.HTML(library_shell(), apply_default_css=False)
        with gr.Column(elem_id="evaluation-view"):
            gr.HTML(evaluation_shell(), apply_default_css=False)
        gr.HTML(shell_view.reader_shell(), elem_id="reader-holder", apply_default_css=False)
        self.address = gr.Textbox(visible=False)

    def _wire(self) -> None:
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        shown = [self.notices, self.welcome, self.log, self.live, self.pulse, self.talk, self.list, self.anchor]
        chosen = [self.levels, self.documents, self.year]
        self.blocks.load(
            self.load, [self.address], [*shown, self.header, self.shelf, self.levels, self.documents, self.year, self.chips], js=_CHAT_OF_ADDRESS, **quiet,
        )
        self.box.submit(
            self.ask, [self.box, self.talk, *chosen, self.search],
            [self.welcome, self.log, self.live, self.pulse, self.box, self.talk, self.list, self.anchor], concurrency_limit=None, **quiet,
        )
        self.box.stop(self.stop, None, None, queue=False, **quiet)
        self.new.click(self.begin, [self.search], shown, **quiet)
        self.search.change(self.find, [self.search, self.talk], [self.list], trigger_mode="always_last", **quiet)
        self.list.select(self.choose, [self.talk, self.search], shown, **quiet)
        for listed in (self.shelf, self.chips):
            listed.select(self.confine_by, chosen, chosen, **quiet)
        for field in chosen:
            field.change(self.show_scope, chosen, [self.chips], trigger_mode="always_last", **quiet)

    # -- handlers --------------------------------------------------------------------------------------------

    def load(self, conversation_id: str, request: gr.Request) -> dict[Any, Any]:
        """A page opened: the library as it now stands, and the conversation its address names."""
        visitor = visitor_of(request)
        self.desk.open()
        library = self.desk.chain.library if self.desk.chain else None
        levels = [level.value for level in Level if library and any(d.level is level for d in library.documents.values())]
        documents = [(document.title, document.doc_id) for document in library.documents.values()] if library else []
        years = [_ANY_YEAR, *((f"{year} 年", year) for year in years_of(library))] if library else [_ANY_YEAR]
        return {
            **self._show(self._talk(conversation_id, visitor.owner), "", visitor.owner), self.header: shell_view.header_view(visitor),
            self.shelf: shelf_view(library) if library else "",
            self.levels: gr.update(choices=levels, value=[]), self.documents: gr.update(choices=documents, value=[]),
            self.year: gr.update(choices=years, value=""), self.chips: self.show_scope([], [], ""),
        }

    async def ask(
        self, question: str | None, talk: Talk, levels: Sequence[str], documents: Sequence[str], year: str, search: str, request: gr.Request
    ) -> AsyncIterator[dict[Any, Any]]:
        """One question: its place in line, the excerpt as soon as there is one, then the checked wording if a model gives
        one. What takes long is done in threads."""
        chain, question, visitor = self.desk.chain, question or "", visitor_of(request)
        if chain is None:
            yield _changed({self.live: self._problem(), self.box: gr.update(value=question)})
            return
        if wait := visitor.wait():
            yield self._failed(f"问得太快了，请等 {wait:.0f} 秒再问。", question)
            return
        scope = confine(chain.library, Choice.of(levels, documents, year))
        if scope.empty:
            yield self._failed(_NONE_FITS, question)
            return
        try:
            seat = self.desk.line.join()
        except BusyError as error:
            yield self._failed(error.message, question)
            return
        cancel = self.desk.start(request.session_hash or "")
        try:
            yield _changed({
                self.welcome: "", self.log: join(answer_view.turn_view(turn) for turn in talk.turns),
                self.live: answer_view.waiting_view(question[:2000], scope.words), self.pulse: shell_view.line_view(seat.ahead),
                self.box: gr.update(value="", submit_btn=False, stop_btn="停止"),
            })
            async with aclosing(seat.turn(cancel)) as waiting:
                async for ahead in waiting:
                    yield _changed({self.pulse: shell_view.line_view(ahead)})
            if seat.ahead:
                yield self._failed("还没轮到，已停止。", question)
                return
            earlier, limit = earlier_questions(talk.turns), self.desk.settings.page.question_seconds
            stages = moments(chain, question, earlier, doc_ids=scope.doc_ids, scope=scope.words, cancel=cancel, limit=limit)
            with closing(stages):
                while (moment := await run_sync(next, stages, None)) is not None:
                    yield await run_sync(self._stage, moment, question, talk, search, visitor.owner)
        finally:
            seat.leave()

    def _stage(self, moment: Moment, question: str, talk: Talk, search: str, owner: str) -> dict[Any, Any]:
        """What one stage of a question changes."""
        if moment.stage is Stage.EXCERPT and moment.turn:
            return _changed({self.live: answer_view.turn_view(moment.turn, fresh=True, drafting=True)})
        if moment.stage is Stage.DRAFTING:
            return _changed({self.pulse: shell_view.drafting_view(moment.written)})
        if moment.turn is None:
            return self._failed(moment.message, question)
        kept, turn = self.desk.keep(talk.conversation_id, moment.turn, owner)
        return _changed({
            self.live: answer_view.turn_view(turn), self.pulse: "", self.box: gr.update(submit_btn="提问", stop_btn=False),
            self.talk: Talk(kept, (*talk.turns, turn)), self.list: self._list(search, kept, owner), self.anchor: shell_view.conversation_anchor(kept),
        })

    def _failed(self, message: str, question: str) -> dict[Any, Any]:
        """Why a question was not answered; it stands in the box again."""
        asked = question if question.strip() else ""
        restored = gr.update(value=asked, submit_btn="提问", stop_btn=False)
        return _changed({self.live: answer_view.failed_view(message, asked), self.pulse: "", self.box: restored})

    def stop(self, request: gr.Request) -> None:
        """Stop the model; the excerpt stands."""
        self.desk.stop(request.session_hash or "")

    def begin(self, search: str, request: gr.Request) -> dict[Any, Any]:
        """A new conversation; it is stored with its first answer."""
        return self._show(Talk(), search, visitor_of(request).owner)

    def find(self, search: str, talk: Talk, request: gr.Request) -> dict[str, Any]:
        """Conversations that hold the words."""
        return gr.update(value=self._list(search, talk.conversation_id, visitor_of(request).owner))

    def choose(self, talk: Talk, search: str, event: gr.EventData, request: gr.Request) -> dict[Any, Any]:
        """Open, rename or delete a conversation."""
        data, owner = event._data if isinstance(event._data, dict) else {}, visitor_of(request).owner
        chosen, history = str(data.get("id", "")), self.desk.history_of(owner)
        try:
            if history is not None and data.get("act") == "rename":
                history.rename(chosen, str(data.get("name", "")))
            elif history is not None and data.get("act") == "delete":
                history.delete(chosen)
                talk = Talk() if chosen == talk.conversation_id else talk
            else:
                talk = self._talk(chosen, owner)
        except AssistantError as error:
            gr.Warning(error.message, title="没有做成")
        return self._show(talk, search, owner)

    def confine_by(self, levels: Sequence[str], documents: Sequence[str], year: str, event: gr.EventData) -> tuple[Any, Any, Any]:
        """Put a condition on, or take it off, as a click in the shelf or on a chip says. What the library does not know changes nothing."""
        data = event._data if isinstance(event._data, dict) else {}
        now, kind, value = Choice.of(levels, documents, year), str(data.get("kind", "")), str(data.get("value", ""))
        library = self.desk.chain.library if self.desk.chain else None
        if library is not None and (kind == "all" or value in (*now.documents, now.year) or _is_known(library, kind, value)):
            now = now.changed(kind, value)
        return gr.update(value=list(now.levels)), gr.update(value=list(now.documents)), gr.update(value=now.year)

    def show_scope(self, levels: Sequence[str], documents: Sequence[str], year: str) -> str:
        """The conditions as chips."""
        choice = Choice.of(levels, documents, year)
        return chips_view(self.desk.chain.library, choice, confine(self.desk.chain.library, choice)) if self.desk.chain else ""

    # -- parts -----------------------------------------------------------------------------------------------

    def _talk(self, conversation_id: str, owner: str) -> Talk:
        turns = self.desk.turns(conversation_id, owner)
        return Talk(conversation_id, turns) if turns else Talk()

    def _show(self, talk: Talk, search: str, owner: str) -> dict[Any, Any]:
        """Everything that shows a conversation."""
        chain = self.desk.chain
        welcome = self._problem() if chain is None else shell_view.welcome_view(chain.library, self.desk.examples)
        return _changed({
            self.notices: shell_view.notices_view(self.desk.notices), self.welcome: "" if talk.turns and chain else welcome,
            self.log: join(answer_view.turn_view(turn) for turn in talk.turns), self.live: "", self.pulse: "", self.talk: talk,
            self.list: self._list(search, talk.conversation_id, owner), self.anchor: shell_view.conversation_anchor(talk.conversation_id),
        })

    def _problem(self) -> str:
        error = self.desk.problem or AssistantError("资料库还没有打开", "", "请稍等片刻再试。")
        return shell_view.problem_view(error)

    def _list(self, search: str, current: str | None, owner: str) -> str:
        history = self.desk.history_of(owner)
        try:
            found = history.conversations(search or "") if history else []
        except AssistantError:
            found = []
        return shell_view.conversations_view(found, current, search or "")


def _is_known(library: Library, kind: str, value: str) -> bool:
    """Whether a condition is one that the library's documents can be asked for."""
    if kind == "level":
        return value in {level.value for level in Level}
    if kind == "year":
        return not value or value in years_of(library)
    return kind in ("document", "only") and value in library.documents


def _changed(parts: Mapping[Any, Any]) -> dict[Any, Any]:
    """What a handler changes, HTML as updates. Of a part that was passed over before, Gradio would keep one more copy with
    each plain value, its words included, for as long as the tab is remembered."""
    return {part: gr.update(value=value) if isinstance(part, gr.HTML) and isinstance(value, str) else value for part, value in parts.items()}


def build_page(desk: Desk) -> gr.Blocks:
    """The page over a desk."""
    return Page(desk).blocks
