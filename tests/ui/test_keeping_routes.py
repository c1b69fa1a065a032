"""The routes under /library without a browser: what they take, what they refuse, and that questions go on meanwhile."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from corpus.worker import Limits
from errors import SourceError
from index.embedders import load_embedder
from index.keeping.ledger import Ledger
from index.keeping.librarian import Librarian
from index.keeping.shelves import Shelves
from settings import LibrarySettings
from tests.access.accounts import staffed
from tests.tiny import CITY, make_library
from tests.ui.conftest import settings_for
from tests.ui.guarded import FROM_PAGE, guarded_desk, signed_in, visitor
from tests.ui.large_pdf import article, write_pdf
from ui.desk import Desk
from ui.guard import Guard
from ui.keeping.routes import librarian_for, make_library_routes
from ui.serve import build_app

NIGHT = "青岚县夜校办法\n第一条 夜校每学期收费不超过100元。\n第二条 夜校教师每学期培训不少于8学时。\n"
ASKED, NEW = "社区学习中心每周开放多少小时？", "夜校每学期收费不超过多少元？"


class Gate:
    """An embedder that embeds passages only while it is open."""

    def __init__(self) -> None:
        self.open, self.reached = threading.Event(), threading.Event()
        self._real = load_embedder()
        self.model_name = self._real.model_name

    def get_text_embedding_batch(self, texts: list[str]) -> Any:
        self.reached.set()
        assert self.open.wait(30)
        return self._real.get_text_embedding_batch(texts)


class Office:
    def __init__(self, folder: Path) -> None:
        make_library(folder, {"city.txt": CITY}, load_embedder())
        settings = settings_for(folder)
        self.desk = Desk(settings)
        self.desk.open()
        self.gate = Gate()
        self.librarian = Librarian(
            Shelves(folder, settings.source_folders), settings.library_path, lambda: self.gate,  # type: ignore[arg-type,return-value]
            limits=Limits(), most=100_000, on_change=self.desk.open,
        )
        app = FastAPI()
        app.include_router(make_library_routes(self.librarian))
        self.client = TestClient(Guard(app, None))

    def answer(self, question: str) -> str:
        assert self.desk.chain
        return self.desk.chain.ask(question).text

    def upload(self, name: str = "夜校.txt", content: bytes = NIGHT.encode(), **query: str) -> Any:
        return self.client.put("/library/uploads", params={"name": name, **query}, content=content)

    def idle(self) -> dict[str, Any]:
        """Wait until nothing runs. Gives the state."""
        for _ in range(3000):
            if not self.librarian.queue.busy():
                break
            threading.Event().wait(0.01)
        return self.client.get("/library/state").json()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.gate.open.set()
    made.idle()


@pytest.mark.models
def test_questions_are_answered_while_a_document_goes_live_and_then_with_it(office: Office) -> None:
    held = office.upload().json()["id"]
    office.idle()
    (doc_id,) = (d.doc_id for d in office.librarian.preview(held).parsed.documents)
    edits = {doc_id: {"title": "青岚县夜校办法", "level": "其他", "issuer": "", "period": "", "issued_on": ""}}
    assert office.client.post(f"/library/uploads/{held}/live", json={"edits": edits}).status_code == 200
    assert office.gate.reached.wait(30)
    state = office.client.get("/library/state").json()
    assert state["busy"] and state["jobs"][-1]["action"] == "上线" and state["jobs"][-1]["outcome"] == ""
    assert "40小时" in office.answer(ASKED) and "100元" not in office.answer(NEW)
    assert "正在上线" in office.client.get("/library").text
    office.gate.open.set()
    assert office.idle()["jobs"][-1]["outcome"] == "done"
    assert "100元" in office.answer(NEW) and "40小时" in office.answer(ASKED)


@pytest.mark.models
def test_a_long_pdf_is_answered_from_with_its_page(office: Office, tmp_path: Path) -> None:
    write_pdf(tmp_path / "long.pdf", 12)
    held = office.upload("汇编.pdf", (tmp_path / "long.pdf").read_bytes()).json()["id"]
    office.gate.open.set()
    office.idle()
    office.client.post(f"/library/uploads/{held}/live", json={"edits": {}})
    assert office.idle()["jobs"][-1]["outcome"] == "done"
    assert office.desk.chain
    assert "第97号社区学院" in article(97)
    answer = office.desk.chain.ask("第97号社区学院每年投入经费多少元？")
    assert "391元" in answer.text and answer.citations[0].page == 10


def test_what_cannot_be_taken_is_said(office: Office) -> None:
    for reply, words in (
        (office.upload("a.docm"), "带宏的 Word"), (office.upload(content=b""), "文件是空的"), (office.upload(content=b"x" * 200_000), "文件太大"),
        (office.upload(replaces="none.txt"), "没有这份文件"), (office.client.post("/library/documents/remove", json={"name": "none.txt"}), "没有这份文件"),
        (office.client.post("/library/bin/abc/restore", json={"confirmed": True}), "已经不在这里"),
        (office.client.post("/library/uploads/abc/live", json={"edits": {}}), "已经不在这里"),
        (office.client.post("/library/uploads/abc/discard", json={"confirmed": True}), "已经不在这里"),
    ):
        assert reply.status_code == 409 and words in reply.json()["message"]
    assert office.client.get("/library/uploads/abc").status_code == 409
    assert office.client.post("/library/documents/else", json={"name": "city.txt"}).status_code == 404
    assert office.librarian.held() == [] and office.librarian.actions() == []


@pytest.mark.parametrize(("path", "body"), [
    ("documents/remove", {"name": "city.txt"}), ("documents/reindex", {"name": "city.txt"}), ("uploads/x/discard", {"confirmed": "true"}),
])
def test_another_sites_form_changes_nothing(office: Office, path: str, body: dict[str, str]) -> None:
    """A form of another site can send text, fields and files, but no JSON and no PUT."""
    import json

    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        assert office.client.post(f"/library/{path}", content=json.dumps(body), headers={"Content-Type": kind}).status_code == 422
    assert office.client.post(f"/library/{path}", data=body).status_code == 422
    assert office.client.post("/library/uploads", data=body).status_code == 405
    assert not office.librarian.queue.busy() and office.librarian.actions() == []


def test_without_its_records_the_rest_of_the_page_goes_on(tmp_path: Path) -> None:
    (tmp_path / "keeping.db").write_bytes(b"no database" * 300)
    app = FastAPI()
    app.include_router(make_library_routes(librarian_for(Desk(settings_for(tmp_path)))))
    client = TestClient(Guard(app, None))
    assert client.get("/library").status_code == 503 and "管理记录打不开" in client.get("/library").text
    assert client.put("/library/uploads", params={"name": "a.txt"}, content=b"x").status_code == 503
    assert client.get("/library/state").json()["jobs"] == []


def test_a_replica_that_does_not_manage_takes_nothing_and_says_where_to_go(tmp_path: Path) -> None:
    make_library(tmp_path, {"city.txt": CITY})
    settings = dataclasses.replace(settings_for(tmp_path), library=LibrarySettings(manage=False))
    app = FastAPI()
    app.include_router(make_library_routes(librarian_for(Desk(settings))))
    client = TestClient(Guard(app, None))
    assert client.get("/library").status_code == 503 and "library.manage" in client.get("/library").text
    assert client.put("/library/uploads", params={"name": "a.txt"}, content=NIGHT.encode()).status_code == 503
    assert client.post("/library/documents/remove", json={"name": "city.txt"}).status_code == 503
    assert not (tmp_path / "keeping.db").exists()


def test_the_limits_are_settings(tmp_path: Path) -> None:
    settings = dataclasses.replace(settings_for(tmp_path), library=LibrarySettings(upload_limit=1, parse_seconds=9, parse_memory=512))
    librarian = librarian_for(Desk(settings))
    assert isinstance(librarian, Librarian) and librarian.most == 2**20
    with librarian.receive("a.txt") as incoming, pytest.raises(SourceError, match="最多 1 MB"):
        incoming.write(b"x" * (2**20 + 1))


def test_with_users_on_an_administrator_is_named_in_the_record_and_others_are_refused(tmp_path: Path) -> None:
    make_library(tmp_path, {"city.txt": CITY})
    app = build_app(guarded_desk(tmp_path), staffed(tmp_path))
    user, administrator = signed_in(app, "李明"), signed_in(app, "王芳")
    for client, status in ((visitor(app), 401), (user, 403), (administrator, 200)):
        assert client.put("/library/uploads", params={"name": "夜校.txt"}, content=NIGHT.encode(), headers=FROM_PAGE).status_code == status
        assert client.get("/library/state").status_code == status
    assert [(action.actor, action.action) for action in Ledger(tmp_path / "keeping.db").actions()] == [("王芳", "上传")]
    foreign = {"Origin": "http://evil.example"}
    assert administrator.post("/library/documents/remove", json={"name": "city.txt"}, headers=foreign).status_code == 403
    assert "<td>王芳</td>" in administrator.get("/library").text
