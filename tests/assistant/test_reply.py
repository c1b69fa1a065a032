"""Replies as models really write them: every kind of mark, mark-up and ending, and nothing raises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.reply import is_refusal, parse_reply, visible

TABLE = [
    ("每天不低于2小时。[1]", [("每天不低于2小时。", (1,))]),
    ("每天不低于2小时[1]。", [("每天不低于2小时。", (1,))]),
    ("每天不低于2小时【1】。", [("每天不低于2小时。", (1,))]),
    ("每天不低于2小时［１］。", [("每天不低于2小时。", (1,))]),
    ("甲。[1][2]乙。[3]", [("甲。", (1, 2)), ("乙。", (3,))]),
    ("甲。[1, 2]", [("甲。", (1, 2))]),
    ("甲。[1、3]", [("甲。", (1, 3))]),
    ("甲。【1】【2】", [("甲。", (1, 2))]),
    ("甲。【1†source】", [("甲。", (1,))]),
    ("甲。[资料1]", [("甲。", (1,))]),
    ("甲。[^1]", [("甲。", (1,))]),
    ("甲。[12]", [("甲。", (12,))]),
    ("甲。[0]", [("甲。", ())]),
    ("甲是对的。乙也是。[2]", [("甲是对的。", (2,)), ("乙也是。", (2,))]),
    ("甲。[1]\n乙。", [("甲。", (1,)), ("乙。", ())]),
    ("**甲**包括`乙`。[1]", [("甲包括乙。", (1,))]),
    ("- 甲。[1]\n- 乙。[2]", [("甲。", (1,)), ("乙。", (2,))]),
    ("## 回答\n甲。[1]", [("回答", ()), ("甲。", (1,))]),
    ("回答：甲。[1]", [("甲。", (1,))]),
    ("<think>先看[3]</think>甲。[1]", [("甲。", (1,))]),
    ("先看资料。</think>甲。[1]", [("甲。", (1,))]),
    ("<think>没想完", []),
    ("甲。[1]<|im_end|>", [("甲。", (1,))]),
    ("[甲](http://x.cn)是乙。[1]", [("甲是乙。", (1,))]),
    ("![图](http://x.cn/a.png)甲。[1]", [("甲。", (1,))]),
    ("<b>甲</b>。[1]<br/>", [("甲。", (1,))]),
    ("```\n甲。[1]\n```", [("甲。", (1,))]),
    ("甲。[1]甲。[1]甲。[1]", [("甲。", (1,))]),
    ("他说“甲。”[1]乙。[2]", [("他说“甲。”", (1,)), ("乙。", (2,))]),
    ("教师厅〔2022〕2号。[1]", [("教师厅〔2022〕2号。", (1,))]),
    ("", []), ("。。。", []), ("[1]", []),
]


@pytest.mark.parametrize(("reply", "claims"), TABLE)
def test_a_reply_becomes_claims(reply: str, claims: list[tuple[str, tuple[int, ...]]]) -> None:
    assert [(c.text, c.labels) for c in parse_reply(reply)] == claims


def test_nothing_counts_as_supported_before_it_is_checked() -> None:
    assert {c.verdict for c in parse_reply("甲。[1]\n乙。")} == {"unsupported", "uncited"}


@pytest.mark.parametrize("reply", ["资料中没有说明。", "<think>…</think>资料中没有说明", "根据所给资料中未提及。[1]"])
def test_a_refusal_is_recognised(reply: str) -> None:
    assert is_refusal(reply)
    assert not is_refusal("资料中写明每天2小时。")


@given(st.text(alphabet="甲乙。！？\n[]【】［］0123,、<>/tihnk*`#-(): ”“", max_size=120))
def test_no_reply_raises_and_no_mark_is_left_in_a_claim(reply: str) -> None:
    visible(reply)
    for claim in parse_reply(reply):
        assert claim.text and "[1]" not in claim.text and "\n" not in claim.text
        assert all(label > 0 for label in claim.labels)
