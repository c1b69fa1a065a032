"""Schemathesis over the API's own OpenAPI schema: what the schema allows and what it forbids, and every answer as declared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from tests.ui.conftest import settings_for
from ui.api.http import make_api
from ui.desk import Desk

OPERATIONS = ("POST /ask", "POST /search", "GET /clauses/{clause_id}", "GET /documents")
TRIES = settings(max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def operations(page_folder: Path) -> dict[str, Any]:
    """Name → operation, from the schema as the API serves it."""
    desk = Desk(settings_for(page_folder), remember=False)
    desk.open()
    declared = schemathesis.openapi.from_asgi("/openapi.json", make_api(desk))
    rejection = declared.config.checks.negative_data_rejection  # what is forbidden may also be refused for its size alone
    rejection.expected_statuses = [*rejection.expected_statuses, "413"]
    return {found.ok().label: found.ok() for found in declared.get_all_operations()}


def test_all_operations_are_declared(operations: dict[str, Any]) -> None:
    assert sorted(operations) == sorted(OPERATIONS)


# GET /documents takes nothing, so nothing it takes can be wrong.
@pytest.mark.parametrize(("name", "mode"), [(n, m) for n in OPERATIONS for m in GenerationMode if m.is_positive or n != "GET /documents"])
def test_every_answer_is_as_declared(operations: dict[str, Any], name: str, mode: GenerationMode) -> None:
    """Status, media type and body as the schema says; what it forbids is refused, and nothing is a server error."""

    @TRIES
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        data.draw(operations[name].as_strategy(mode)).call_and_validate()

    holds()
