"""Routes for whoever runs the service: is it alive, is it ready, what has it counted. No path and no text of a document."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from ui.api.metrics import CONTENT_TYPE, Metrics
from ui.api.service import ClosedError, opened
from ui.desk import Desk


def make_health(desk: Desk, metrics: Metrics) -> APIRouter:
    """/healthz, /readyz and /metrics over a desk."""
    routes = APIRouter()

    @routes.get("/healthz")
    def alive() -> Response:
        """200 while the process answers at all; says whether the library is open."""
        held = desk.chain is not None
        return JSONResponse({"status": "ok" if held else "degraded", "library": "open" if held else "closed"})

    @routes.get("/readyz")
    def ready() -> Response:
        """200 when questions are answered. Opens the library where it can be: nobody else may, before this says yes."""
        try:
            opened(desk)
        except ClosedError as error:
            return JSONResponse({"status": "not ready", "message": error.message}, 503)
        return JSONResponse({"status": "ready"})

    @routes.get("/metrics")
    def counted() -> Response:
        return Response(metrics.text(), media_type=CONTENT_TYPE)

    return routes
