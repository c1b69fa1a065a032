"""Pure parts of the training code: reading plans, splitting, losses, figures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

SOURCE = """\
 基础教育公平优质行动方案
（2025—2027 年）
到 2027 年，学前教育毛入园率达到 94%，普惠性幼儿园覆盖率达到 95%以
上。
基础教育公平优质行动主要指标
类型 主要指标 2023年 2027年
综合
专门学校数（所） — 12
学校数字化专职人员数占本单位在职人员总数的
比例（%）
44.7 ≥80
一、统筹优化教育资源布局配置
1. 优化城乡学校布局。建立监测预警机制；办好必要的乡村小规模学校。
牵头部门：市教委
（来源：重庆市教委）
"""


def test_a_plan_is_read_into_sentences_rows_and_fields() -> None:
    from index.training.plan import read_plans

    shown = [sentence.shown for sentence in read_plans(SOURCE)]
    plan = "基础教育公平优质行动方案"
    assert f"{plan} · 综合｜专门学校数（所） 2023年 — 2027年 12" in shown
    wrapped = "学校数字化专职人员数占本单位在职人员总数的比例（%）"
    assert f"{plan} · 综合｜{wrapped} 2023年 44.7 2027年 ≥80" in shown
    assert f"{plan} · 优化城乡学校布局｜办好必要的乡村小规模学校。" in shown
    assert f"{plan} · 优化城乡学校布局｜牵头部门：市教委" in shown


def test_the_halves_are_fixed_by_the_id() -> None:
    from index.training.examples import in_train_half

    halves = {in_train_half(f"A-{n:03}") for n in range(20)}
    assert halves == {True, False}
    assert in_train_half("A-093") is True


def test_a_list_without_an_answer_wants_every_logit_below_zero() -> None:
    from index.training.cross_encoder import ListItem, batch_loss

    item = ListItem("问", ("甲", "乙"), None)
    low, high = (batch_loss(torch.tensor([v, v]), [item], 0.5) for v in (-5.0, 5.0))
    assert low < 0.1 < 5.0 < high


def test_figures_of_an_order() -> None:
    from index.training.evaluate import area, ranks

    assert ranks([4, 7, 2], frozenset({2, 7})) == 0.5
    assert ranks([4], frozenset({2})) == 0.0
    assert area([2.0, 1.0], [1.0, 0.0]) == pytest.approx(0.875)


def small_network(seed: int) -> object:
    from transformers import BertConfig, BertModel

    from index.rerank.encoding import TOKEN_TYPES
    from index.training.network import CrossEncoder

    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=40, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48, max_position_embeddings=300,
        type_vocab_size=TOKEN_TYPES, attn_implementation="eager",
    )
    return CrossEncoder(BertModel(config, add_pooling_layer=False)).eval()


def test_training_goes_on_from_the_shipped_file(tmp_path: Path) -> None:
    """What export wrote comes back, but for the rounding to 8 bits."""
    from index.training.export import write_onnx
    from index.training.restart import restore

    written, read = small_network(1), small_network(2)
    write_onnx(written, tmp_path / "model.onnx")
    ids, types = torch.randint(3, 40, (5, 12)), torch.randint(0, 6, (5, 12))
    with torch.no_grad():
        wanted, before = written(ids, types, torch.ones_like(ids)), read(ids, types, torch.ones_like(ids))
        restore(read, tmp_path / "model.onnx")
        found = read(ids, types, torch.ones_like(ids))
    assert (found - wanted).abs().max() < 0.02
    assert (found - wanted).abs().max() < 0.2 * (before - wanted).abs().max()


def test_conversations_and_repeated_questions_are_left_out(tmp_path: Path) -> None:
    from index.training.questions import read_questions

    lines = [
        {"id": "a", "question": "老年大学几所？", "answerable": True, "evidence": [{"doc": "规划", "quote": "老年大学40所"}]},
        {"id": "b", "question": "老年大学几所？", "answerable": True}, {"id": "c", "turns": []},
        {"id": "d", "question": "学费多少？", "answerable": False},
    ]
    path = tmp_path / "questions.jsonl"
    path.write_text("\n\n".join(json.dumps(line, ensure_ascii=False) for line in lines), encoding="utf-8")
    read = read_questions([path])
    assert [(q.question_id, q.answerable, q.quotes) for q in read] == [("a", True, (("规划", "老年大学40所"),)), ("d", False, ())]
