"""What is counted while the page runs, in Prometheus' text format. Numbers only: no question, no name, no address."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from assistant.schema import Answer
from index.library import Library
from ui.desk import Desk

CONTENT_TYPE = CONTENT_TYPE_LATEST
_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """The counters of one application. Safe for several threads."""

    def __init__(self, desk: Desk) -> None:
        self._registry = CollectorRegistry()
        kept = {"registry": self._registry}
        ProcessCollector(**kept)
        self._answers = Counter("wengui_answers", "Answers by status and by whose wording they are.", ["status", "wording"], **kept)
        self._seconds = Histogram("wengui_answer_seconds", "Seconds of an answer by stage.", ["stage"], buckets=_BUCKETS, **kept)
        self._drafts = Counter("wengui_model_drafts", "Drafts asked of the language model: shown, rejected, failed.", ["outcome"], **kept)
        self._requests = Counter("wengui_http_requests", "HTTP requests by area, method and status.", ["area", "method", "status"], **kept)
        self._request_seconds = Histogram("wengui_http_request_seconds", "Seconds of an HTTP request by area.", ["area"], buckets=_BUCKETS, **kept)
        for outcome in ("shown", "rejected", "failed"):
            self._drafts.labels(outcome)

        waiting = Gauge("wengui_questions_waiting", "Questions that wait for their turn.", **kept)
        waiting.set_function(lambda: desk.line.waiting)

        def gauge(name: str, about: str, measure: Callable[[Library], int]) -> None:
            Gauge(name, about, **kept).set_function(lambda: measure(desk.chain.library) if desk.chain else 0)

        gauge("wengui_library_open", "1 while a library is open.", lambda library: 1)
        gauge("wengui_library_documents", "Documents of the open library.", lambda library: len(library.documents))
        gauge("wengui_library_clauses", "Clauses of the open library.", lambda library: len(library.clauses))
        gauge("wengui_library_generation", "Generation of the open library.", lambda library: library.generation)

    def answered(self, answer: Answer) -> None:
        """Count an answer."""
        self._answers.labels(answer.status.value, answer.source).inc()
        for stage, seconds in answer.seconds.items():
            self._seconds.labels(stage).observe(seconds)
        if answer.model != "none":
            failed = "failed" if answer.trace.get("model_failure") else "rejected"
            self._drafts.labels("shown" if answer.source == "model" else failed).inc()

    def requested(self, path: str, method: str, status: int, seconds: float) -> None:
        """Count a request. Labels take a few fixed values only, whatever is sent."""
        area = area_of(path)
        self._requests.labels(area, method if method in _METHODS else "other", str(status)).inc()
        self._request_seconds.labels(area).observe(seconds)

    def text(self) -> bytes:
        """Everything counted, for a scraper."""
        return generate_latest(self._registry)


def area_of(path: str) -> str:
    """Which part of the application a path belongs to."""
    if path.startswith("/api/"):
        return "api"
    return "operation" if path in ("/healthz", "/readyz", "/metrics") else "page"
