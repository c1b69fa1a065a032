"""The routes under /evaluation: fragments for the page's script, and what starts and stops a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Query, Response
from fastapi.responses import HTMLResponse, JSONResponse

from errors import AssistantError
from eval.compare import compare_runs
from ui.desk import Desk
from ui.evaluation.detail import run_view
from ui.evaluation.evaluator import Evaluator
from ui.evaluation.overview import comparison_view, failed_view, overview
from ui.evaluation.shelf import figures_of

_Name = Annotated[str, Query(max_length=300)]


def make_evaluation_routes(desk: Desk) -> APIRouter:
    """The routes over the evaluations of a desk's data folder."""
    routes, evaluator = APIRouter(prefix="/evaluation"), Evaluator(desk)
    runs = evaluator.runs

    @routes.get("")
    def whole() -> Response:
        return HTMLResponse(overview(*runs.all(), evaluator.sets(), str(runs.folder)))

    @routes.get("/state")
    def state() -> dict[str, Any]:
        return evaluator.state()

    @routes.get("/run")
    def run(name: _Name) -> Response:
        def made() -> str:
            record, results = runs.load(name)
            return run_view(figures_of(name, record, results), results, desk.chain.library.clauses if desk.chain else {})

        return _fragment(made)

    @routes.get("/compare")
    def compared(before: _Name, after: _Name) -> Response:
        def made() -> str:
            (old_record, old), (new_record, new) = runs.load(before), runs.load(after)
            return comparison_view(figures_of(before, old_record, old), figures_of(after, new_record, new), compare_runs(old, new), old, new)

        return _fragment(made)

    @routes.post("/start")
    def start(
        chosen: Annotated[str, Body(alias="set", max_length=40)], limit: Annotated[int, Body(ge=1, le=100_000)],
        name: Annotated[str, Body(max_length=100)] = "",
    ) -> Response:
        try:
            evaluator.start(chosen, limit, name)
        except AssistantError as error:
            return JSONResponse({"message": error.message}, 409)
        return JSONResponse({"message": "评测开始了，提问照常。"})

    @routes.post("/cancel")
    def cancel(confirmed: Annotated[Literal[True], Body(embed=True)]) -> Response:
        evaluator.cancel()
        return JSONResponse({"message": "正在停止，答完手上这一题就停。"})

    return routes


def _fragment(make: Callable[[], str]) -> Response:
    """A piece of the page, or why there is none."""
    try:
        return HTMLResponse(make())
    except AssistantError as error:
        return HTMLResponse(failed_view(error.message), 404)
