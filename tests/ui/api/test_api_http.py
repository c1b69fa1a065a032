"""The HTTP API as a program meets it: the batch contract over the wire, errors in one shape, nothing hurt by bad input."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant.batch import to_record
from assistant.chain import Chain, open_chain
from tests.browser import Visit, served
from tests.ui.conftest import settings_for
from tests.ui.hostile import TEXTS
from ui.api import models
from ui.api.http import MOST_BYTES, PREFIX
from ui.desk import Desk
from ui.serve import build_app, listen

ASKED, UNKNOWN = "社区学习中心每周开放多少小时？", "火星上有几所大学？"
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def api(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address.rstrip("/") + PREFIX, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def chain(page_folder: Path) -> Chain:
    return open_chain(settings_for(page_folder))


def ask(api: httpx.Client, question: str, **more: Any) -> dict[str, Any]:
    answered = api.post("/ask", json={"question": question, **more})
    assert answered.status_code == 200, answered.text
    return answered.json()


def fault(answered: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The error of a response, which says what to do next."""
    assert answered.status_code == status, answered.text
    assert answered.headers["content-type"] == "application/json"
    (error,) = answered.json().values()
    assert error["code"] == code and error["message"] and error["remedy"]
    return error


def test_an_answer_is_the_batch_record(api: httpx.Client, chain: Chain) -> None:
    for question in (ASKED, UNKNOWN):
        answered = ask(api, question, id="q-1")
        expected = {**to_record("q-1", chain.ask(question)), "rewritten": None, "notices": []}
        assert {**answered, "seconds": None} == {**expected, "seconds": None}
        assert answered["seconds"]["total"] > 0
    assert answered["refused"] and answered["nearest"] and not answered["citations"]


def test_the_words_cited_stand_in_the_clause(api: httpx.Client) -> None:
    answered = ask(api, ASKED)
    assert "40小时" in answered["answer"] and answered["citations"]
    for cited in answered["citations"]:
        clause = api.get(f"/clauses/{cited['clause_id']}").json()
        assert clause["text"] == cited["text"]
        assert clause["text"][cited["start"] : cited["end"]] == cited["quote"]


def test_a_follow_up_leans_on_the_history(api: httpx.Client) -> None:
    answered = ask(api, "谁牵头？", history=["夜间课堂每期最多多少人？"])
    assert "夜间课堂" in answered["rewritten"] and "市总工会" in answered["answer"]
    assert ask(api, "谁牵头？")["rewritten"] is None
    assert ask(api, ASKED, history=["  "])["rewritten"] is None


def test_a_scope_confines_the_search(api: httpx.Client) -> None:
    shelf = api.get("/documents").json()["documents"]
    nation = next(d for d in shelf if d["level"] == "国家")
    for scope in ({"documents": [nation["document_id"]]}, {"documents": [f"《{nation['title']}》"]}, {"levels": ["国家"]}):
        hits = api.post("/search", json={"question": "社区学习中心覆盖", "limit": 5, **scope}).json()["hits"]
        assert hits and {hit["document_id"] for hit in hits} == {nation["document_id"]}
        assert {item["document"] for item in ask(api, ASKED, **scope)["retrieved"]} == {nation["title"]}
        assert [hit["rank"] for hit in hits] == list(range(1, len(hits) + 1)) and len(hits) <= 5


def test_a_clause_has_its_place_and_its_neighbours(api: httpx.Client) -> None:
    hit = api.post("/search", json={"question": "夜间课堂每期多少人", "limit": 1}).json()["hits"][0]
    clause = api.get(f"/clauses/{hit['clause_id']}").json()
    assert "市总工会" in clause["lead_departments"]
    assert clause["document"]["title"] == hit["document"] and clause["link"] == f"/?clause={hit['clause_id']}"
    assert api.get(f"/clauses/{clause['next']}").json()["previous"] == clause["clause_id"]
    assert hit["text"][hit["start"] : hit["end"]]
    row = api.post("/search", json={"question": "夜校教学点", "limit": 1}).json()["hits"][0]
    assert api.get(f"/clauses/{row['clause_id']}").json()["row"]["values"] == {"2023": "15", "2027": "45"}


def test_documents_are_listed_without_their_place_on_the_disk(api: httpx.Client, page_folder: Path) -> None:
    listed = api.get("/documents")
    assert {"重庆市夜校扩容方案（2026—2027年）", "青岚县校车管理办法"} <= {d["title"] for d in listed.json()["documents"]}
    assert all(d["clauses"] > 0 for d in listed.json()["documents"])
    assert str(page_folder) not in listed.text


@pytest.mark.parametrize(("body", "status", "code", "field"), [
    ({"question": " "}, 422, "question", "question"),
    ({"question": "校" * 1001}, 422, "question", "question"),
    ({"question": "校" * (models.MOST_TEXT + 1)}, 422, "bad_request", "question"),
    ({}, 422, "bad_request", "question"),
    ({"question": 5}, 422, "bad_request", "question"),
    ({"question": "a", "whatever": 1}, 422, "bad_request", "whatever"),
    ({"question": "a", "history": ["b"] * 21}, 422, "bad_request", "history"),
    ({"question": "a", "history": "b"}, 422, "bad_request", "history"),
    ({"question": "a", "levels": ["火星"]}, 422, "bad_request", "levels.0"),
    ({"question": "a", "documents": ["没有的文件"]}, 404, "unknown_document", "documents.0"),
    ({"question": "a", "levels": ["其他", "其他"], "documents": ["没有"]}, 404, "unknown_document", "documents.0"),
    ([1], 422, "bad_request", None),
])
def test_a_request_that_is_wrong_is_told_where(api: httpx.Client, body: Any, status: int, code: str, field: str | None) -> None:
    assert fault(api.post("/ask", json=body), status, code)["field"] == field


@pytest.mark.parametrize(("content", "status"), [
    (b"{", 400), (b"", 422), (b"\xff\xfe\x00", 400), (b"[" * 100_000, 400), (b'{"question": "a", "id": ' + b"1" * 5000 + b"}", 400),
    (b'{"question": "\\ud83d"}', 422), (b'{"question": "a", "\\udc00": 1}', 422), (b'{"question": "a", "id": 1e999}', 422),
    (b'{"question": "' + b"a" * MOST_BYTES + b'"}', 413),
])
def test_a_body_that_is_no_request_is_refused(api: httpx.Client, content: bytes, status: int) -> None:
    answered = api.post("/ask", content=content, headers=JSON)
    fault(answered, status, answered.json()["error"]["code"])


def test_a_body_without_a_length_is_bounded_too(api: httpx.Client) -> None:
    pieces = (b" " * 65_536 for _ in range(MOST_BYTES // 65_536 + 2))
    fault(api.post("/ask", content=pieces, headers=JSON), 413, "too_large")


def test_a_form_of_another_site_is_not_taken(api: httpx.Client) -> None:
    body = json.dumps({"question": ASKED}).encode()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        assert "application/json" in fault(api.post("/ask", content=body, headers={"Content-Type": kind}), 422, "bad_request")["remedy"]
    untyped = api.post("/ask", content=body)
    assert "content-type" not in untyped.request.headers and untyped.status_code == 422
    preflight = api.options("/ask", headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"})
    assert preflight.status_code == 403 and "access-control-allow-origin" not in preflight.headers


def test_what_is_not_there_is_said(api: httpx.Client) -> None:
    fault(api.get("/clauses/0000"), 404, "unknown_clause")
    fault(api.get("/clauses/" + "0" * 65), 422, "bad_request")
    fault(api.get("/nothing"), 404, "not_found")
    fault(api.get("/ask"), 405, "method")


def test_hostile_text_comes_back_as_text(api: httpx.Client) -> None:
    for text in TEXTS[::2]:
        answered = api.post("/search", json={"question": text, "limit": 1}) if text.isprintable() else api.post("/search", content=json.dumps(
            {"question": text}).encode(), headers=JSON)
        assert answered.status_code in (200, 422) and answered.headers["content-type"] == "application/json"
        assert answered.headers["x-content-type-options"] == "nosniff"
        if answered.status_code == 200:
            assert answered.json()["question"] == text


def test_several_at_once_get_each_their_own_answer(api: httpx.Client) -> None:
    questions = [ASKED, UNKNOWN, "夜间课堂每期最多多少人？", "校车驾驶员每年培训多少学时？"]
    alone = [ask(api, question)["answer"] for question in questions]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda question: ask(api, question, id=question), questions * 4))
    assert [(item["id"], item["answer"]) for item in together] == list(zip(questions * 4, alone * 4, strict=True))


def test_without_a_library_the_api_says_so_and_no_path(tmp_path: Path) -> None:
    with served(build_app(Desk(settings_for(tmp_path), remember=False)), listen("127.0.0.1", 0)) as url:
        for answered in (httpx.get(f"{url}api/v1/documents"), httpx.post(f"{url}api/v1/ask", json={"question": ASKED})):
            assert "index build" in fault(answered, 503, "closed")["remedy"]
            assert answered.headers["retry-after"] and str(tmp_path) not in answered.text


@pytest.mark.browser
def test_the_page_of_the_api_loads_nothing_from_elsewhere(visit: Visit, address: str) -> None:
    visit.page.goto(f"{address}api/v1/docs")
    visit.page.get_by_text("资料库里的文件").click()
    visit.page.get_by_role("button", name="Execute").click()
    visit.page.get_by_text("青岚县校车管理办法").first.wait_for()
    assert visit.outside() == []
