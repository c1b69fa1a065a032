from __future__ import annotations

import pytest

from eval.metrics.grounding import unsupported_agencies, unsupported_figures, unsupported_quotations


@pytest.mark.parametrize(("answer", "source", "missing"), [
    ("达到80%", "覆盖率超过80%", []),
    ("达到八成", "覆盖率超过80%", []),
    ("达到90%", "覆盖率超过80%", ["90%"]),
    ("到2027年建5所", "到2027年建设15所", ["5所"]),
    ("3—5年", "为期3—5年", []),
    ("没有数字", "", []),
])
def test_figures_that_no_source_holds_are_told(answer: str, source: str, missing: list[str]) -> None:
    assert unsupported_figures(answer, [source]) == missing


def test_agencies_that_no_source_holds_are_told() -> None:
    assert unsupported_agencies("由市教委、市财政局负责", ["牵头部门：市教委"]) == ["市财政局"]
    assert unsupported_agencies("由市教委负责", ["牵头部门：市教委"]) == []


def test_quotations_must_stand_in_a_source() -> None:
    assert unsupported_quotations("推进“双高计划”和“造出来的”", ["实施“双高\n计划”"]) == ["造出来的"]
