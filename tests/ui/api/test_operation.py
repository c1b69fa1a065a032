"""What whoever runs the service sees: health, counts, one line a request; and what stands in none of them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from assistant.chain import Chain, open_chain
from assistant.prompts import load_prompts
from errors import ModelError, SettingsError
from settings import LogSettings
from tests.ui.conftest import settings_for
from ui.api.observed import FILE, keep_lines
from ui.desk import Desk
from ui.moments import moments
from ui.serve import build_app

ASKED, UNKNOWN, KEY = "社区学习中心每周开放多少小时？", "火星上有几所大学？", "sk-planted-4711"


class BrokenModel:
    """A chat model that never answers."""

    name, is_chat = "坏掉的模型", True

    def stream(self, prompt: object, **_: object) -> Iterator[str]:
        raise ModelError("模型没有回答", "", "请检查模型服务。")
        yield ""


@pytest.fixture(scope="module")
def plain(page_folder: Path) -> Chain:
    return open_chain(settings_for(page_folder))


def desk_of(chain: Chain, folder: Path, *, model: Any = None, questions: bool = False) -> Desk:
    """An open desk over a chain, with a key in its settings."""
    base = settings_for(folder)
    settings = replace(base, model=replace(base.model, api_key=KEY), log=LogSettings(questions=questions))
    prompts = load_prompts() if model else None
    desk = Desk(settings, lambda _: Chain(chain.library, chain.retriever, model=model, prompts=prompts), remember=False)
    desk.open()
    return desk


def client_of(desk: Desk) -> TestClient:
    return TestClient(build_app(desk), base_url="http://127.0.0.1")


def counted(client: TestClient) -> dict[str, float]:
    """name{label=value,…} → number, of everything that /metrics tells."""
    answered = client.get("/metrics")
    assert answered.headers["content-type"].startswith("text/plain; version=")
    return {
        f"{sample.name}{{{','.join(f'{k}={v}' for k, v in sorted(sample.labels.items()))}}}": sample.value
        for family in text_string_to_metric_families(answered.text) for sample in family.samples
    }


@pytest.fixture
def lines(tmp_path: Path) -> Iterator[Any]:
    """Reads the lines written since the test began."""
    handler = keep_lines("file", tmp_path)
    assert handler is not None
    yield lambda: [json.loads(line) for line in (tmp_path / FILE).read_text(encoding="utf-8").split("\n") if line]
    logging.getLogger("wengui.requests").removeHandler(handler)
    handler.close()


def test_every_response_has_an_id(plain: Chain, page_folder: Path) -> None:
    client = client_of(desk_of(plain, page_folder))
    made = [client.get(path).headers["x-request-id"] for path in ("/healthz", "/api/v1/nothing", "/ui/page.css", "/")]
    assert len(set(made)) == 4 and all(len(one) == 32 for one in made)
    assert client.get("/healthz", headers={"X-Request-ID": "job-7.b_1"}).headers["x-request-id"] == "job-7.b_1"
    for unusable in ("a b", "x" * 65, "<script>", ""):
        assert client.get("/healthz", headers={"X-Request-ID": unusable}).headers["x-request-id"] != unusable
    refused = client.get("/healthz", headers={"Host": "evil.example"})
    assert refused.status_code == 400 and refused.headers["x-request-id"]


def test_health_follows_the_library(tmp_path: Path, page_folder: Path) -> None:
    client = client_of(Desk(settings_for(tmp_path), remember=False))
    assert (client.get("/healthz").status_code, client.get("/healthz").json()["library"]) == (200, "closed")
    unready = client.get("/readyz")
    assert unready.status_code == 503 and "index build" in unready.json()["message"] and str(tmp_path) not in unready.text
    assert counted(client)["wengui_library_open{}"] == 0
    (tmp_path / "library.db").write_bytes((page_folder / "library.db").read_bytes())
    assert client.get("/readyz").status_code == 200
    assert client.get("/healthz").json() == {"status": "ok", "library": "open"}
    numbers = counted(client)
    assert numbers["wengui_library_open{}"] == 1 and numbers["wengui_library_documents{}"] == 5 and numbers["wengui_library_clauses{}"] > 20


def test_answers_are_counted_whoever_asks(plain: Chain, page_folder: Path) -> None:
    desk = desk_of(plain, page_folder)
    client = client_of(desk)
    for question in (ASKED, ASKED, UNKNOWN):
        assert client.post("/api/v1/ask", json={"question": question}).status_code == 200
    list(moments(desk.chain, ASKED))  # as the page asks
    numbers = counted(client)
    assert numbers["wengui_answers_total{status=grounded,wording=excerpt}"] == 3
    assert numbers["wengui_answers_total{status=refused,wording=excerpt}"] == 1
    for stage in ("retrieve", "answer", "total"):
        assert numbers[f"wengui_answer_seconds_count{{stage={stage}}}"] == 4
    assert numbers["wengui_answer_seconds_sum{stage=total}"] > 0
    assert numbers["wengui_http_requests_total{area=api,method=POST,status=200}"] == 3
    assert numbers["wengui_model_drafts_total{outcome=failed}"] == 0 and numbers["wengui_questions_waiting{}"] == 0


def test_a_model_that_fails_is_counted(plain: Chain, page_folder: Path, lines: Any) -> None:
    client = client_of(desk_of(plain, page_folder, model=BrokenModel()))
    answered = client.post("/api/v1/ask", json={"question": ASKED}).json()
    assert not answered["refused"] and "模型没有回答" in answered["notices"][0]
    assert counted(client)["wengui_model_drafts_total{outcome=failed}"] == 1
    assert [line["model_failure"] for line in lines() if line["event"] == "answer"] == ["模型没有回答"]


def test_labels_do_not_grow_with_what_is_sent(plain: Chain, page_folder: Path) -> None:
    client = client_of(desk_of(plain, page_folder))
    client.get("/healthz")
    counted(client)
    names = set(counted(client))
    for number in range(5):
        client.request(f"BREW{number}", "/healthz")
        client.get(f"/healthz?q={number}")
    assert {name.split("status=")[0] for name in set(counted(client)) - names} <= {"wengui_http_requests_total{area=operation,method=other,"} | {
        "wengui_http_requests_created{area=operation,method=other,"}


def test_a_request_is_one_line_of_json_without_the_question(plain: Chain, page_folder: Path, lines: Any) -> None:
    client = client_of(desk_of(plain, page_folder))
    client.post("/api/v1/ask", json={"question": ASKED}, headers={"X-Request-ID": "one"})
    answer, request = lines()
    assert (request["event"], request["request_id"], request["method"], request["path"], request["status"]) == (
        "request", "one", "POST", "/api/v1/ask", 200)
    assert (answer["event"], answer["request_id"], answer["status"], answer["wording"]) == ("answer", "one", "grounded", "excerpt")
    assert answer["stages"]["total"] > 0 and request["seconds"] > 0 and request["time"].endswith("+00:00")
    assert ASKED not in json.dumps(lines(), ensure_ascii=False)


def test_the_question_stands_in_the_line_when_asked_for(plain: Chain, page_folder: Path, lines: Any) -> None:
    client_of(desk_of(plain, page_folder, questions=True)).post("/api/v1/ask", json={"question": ASKED})
    assert [line["question"] for line in lines() if line["event"] == "answer"] == [ASKED]


def test_no_secret_and_no_address_part_is_written_or_told(plain: Chain, page_folder: Path, lines: Any) -> None:
    client = client_of(desk_of(plain, page_folder, model=BrokenModel(), questions=True))
    sent = {"Authorization": f"Bearer {KEY}", "Cookie": f"session={KEY}", "X-Request-ID": f"{KEY} {KEY}"}
    told = [
        client.post("/api/v1/ask", json={"question": ASKED}, headers=sent), client.get(f"/?key={KEY}", headers=sent),
        client.get(f"/api/v1/documents?token={KEY}", headers=sent), client.get("/healthz", headers=sent), client.get("/readyz"),
        client.get("/metrics"), client.get("/api/v1/openapi.json"),
    ]
    assert KEY not in json.dumps(lines()) and len(lines()) == 8
    assert not [answered.url for answered in told if KEY in answered.text or KEY in str(answered.headers)]


def test_an_unforeseen_error_tells_only_its_id(plain: Chain, page_folder: Path, lines: Any) -> None:
    def fail(_: object) -> None:
        raise RuntimeError(f"{page_folder} {KEY}")

    desk = desk_of(plain, page_folder)
    client = TestClient(build_app(desk), base_url="http://127.0.0.1", raise_server_exceptions=False)
    desk.observers.append(fail)
    answered = client.post("/api/v1/ask", json={"question": ASKED})
    assert answered.status_code == 500 and answered.json()["error"]["code"] == "unforeseen"
    assert KEY not in answered.text and str(page_folder) not in answered.text
    request = lines()[-1]
    assert (request["status"], request["fault"], request["request_id"]) == (500, "RuntimeError", answered.headers["x-request-id"])
    assert counted(client)["wengui_http_requests_total{area=api,method=POST,status=500}"] == 1


def test_a_path_cannot_forge_a_line(plain: Chain, page_folder: Path, lines: Any) -> None:
    client_of(desk_of(plain, page_folder)).get("/reader/x%0a%7b%22event%22:%22answer%22%7d" + "y" * 500)
    (line,) = lines()
    assert line["event"] == "request" and line["path"].startswith("/reader/x\n{") and len(line["path"]) == 200


def test_lines_that_cannot_be_written_cost_no_page(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "logs").write_text("a file stands in the way", encoding="utf-8")
    assert keep_lines("file", tmp_path) is None and "no request log" in caplog.text
    assert keep_lines("off", tmp_path) is None
    with pytest.raises(SettingsError, match="file、stderr、off"):
        keep_lines("syslog", tmp_path)
