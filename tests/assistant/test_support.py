"""The span that a model's sentence marks is the one that bears it."""

from __future__ import annotations

import pytest

from assistant.support import support_span

TEXT = "（二）夜间课堂。夜间课堂每期不超过30人。 不得收取材料费，场地由社区提供。\n牵头部门：市总工会。"


@pytest.mark.parametrize(("said", "marked"), [
    ("每期最多三十人。", "夜间课堂每期不超过30人。"),
    ("夜间课堂不得收取材料费。", "不得收取材料费，场地由社区提供。"),
    ("由市总工会牵头。", "牵头部门：市总工会。"),
    ("夜间课堂每期不超过30人，不得收取材料费，场地由社区提供。", "夜间课堂每期不超过30人。 不得收取材料费，场地由社区提供。"),
])
def test_the_sentence_that_bears_it_is_marked(said: str, marked: str) -> None:
    start, end = support_span(said, TEXT) or (0, 0)
    assert TEXT[start:end] == marked


@pytest.mark.parametrize("said", ["海洋牧场建在青岛。", "", "。"])
def test_what_the_text_does_not_say_marks_nothing(said: str) -> None:
    assert support_span(said, TEXT) is None
