"""The training loop: lists of one answer and several look-alikes, scored together with an implied "none".

Loss: cross-entropy over [0, logits…], the 0 standing for "none of these answers"; a list without an answer has
the 0 as its target. So a logit above 0 comes to mean "answers". A second cross-entropy without the 0 keeps
the order sharp where the first is satisfied.
"""

from __future__ import annotations

import logging
import math
import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from index.rerank.encoding import PADDING, Pair, encode_pairs
from index.training.examples import Example
from index.training.network import CrossEncoder
from index.training.noise import Noise

LOG = logging.getLogger(__name__)
BUCKET = 20
# Few distinct widths: the matrix library compiles anew for each shape it meets.
WIDTH_STEP = 8


@dataclass(frozen=True)
class Plan:
    """One stage. rate: for the backbone, head and token types learn head_factor times faster.

    negatives: per list. unanswered: share of lists whose answer is left out. seconds: wall-clock bound.
    sharp: weight of the second loss. keep: weight on running average of the weights, a step.
    """

    epochs: float
    rate: float
    lists: int = 16
    negatives: int = 6
    unanswered: float = 0.12
    head_factor: float = 8.0
    warmup: float = 0.06
    sharp: float = 0.5
    keep: float = 0.99
    seconds: float = 1200.0
    seed: int = 13


@dataclass(frozen=True)
class ListItem:
    """One training list; answer is the place of the positive, None when it has none."""

    question: str
    texts: tuple[str, ...]
    answer: int | None


def draw_list(example: Example, plan: Plan, chance: random.Random, strangers: Sequence[str]) -> ListItem:
    """One positive with negatives: two thirds from the hardest, the rest anywhere, one from another question."""
    answered = bool(example.positives) and chance.random() >= plan.unanswered
    # A list with no answer must stay below 0 as a whole, so it gets more of what might tempt.
    wanted = plan.negatives if answered else plan.negatives * 3 // 2
    hard = list(example.negatives[: plan.negatives * 2])
    easy = list(example.negatives[plan.negatives * 2 :])
    chance.shuffle(hard)
    chance.shuffle(easy)
    chosen = (hard[: wanted * 2 // 3] + easy + hard[wanted * 2 // 3 :])[:wanted]
    if strangers and (len(chosen) < wanted or chance.random() < 0.5):
        chosen = [*chosen[: wanted - 1], chance.choice(strangers)]
    texts = [_vary(text, chance) for text in chosen]
    if not answered:
        return ListItem(example.question, tuple(texts), None)
    texts.insert(0, _vary(chance.choice(example.positives), chance))
    return ListItem(example.question, tuple(texts), 0)


def _vary(text: str, chance: random.Random) -> str:
    """Now and then without its heading: not every library has them."""
    return text.partition("｜")[2] or text if chance.random() < 0.1 else text


def collate(pairs: Sequence[Pair]) -> tuple[Tensor, Tensor, Tensor]:
    """Pairs → padded ids, types, mask."""
    width = -(-max(len(pair.ids) for pair in pairs) // WIDTH_STEP) * WIDTH_STEP
    ids = torch.full((len(pairs), width), PADDING)
    types = torch.zeros((len(pairs), width), dtype=torch.long)
    for row, pair in enumerate(pairs):
        ids[row, : len(pair.ids)] = torch.tensor(pair.ids)
        types[row, : len(pair.types)] = torch.tensor(pair.types)
    return ids, types, (ids != PADDING).long()


class Workers:
    """Runs buckets of pairs on threads of one core each.

    One thread per bucket keeps its pace when other programs take a core; two threads inside every matrix
    product would wait for each other each time.
    """

    def __init__(self, threads: int = 2) -> None:
        self._pool = ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,))

    def logits(
        self, model: CrossEncoder, pairs: Sequence[Pair], gradients: bool = False
    ) -> list[tuple[list[int], Tensor]]:
        """Places and logits of each bucket; pairs of like length share one so that little is padding."""
        order = sorted(range(len(pairs)), key=lambda i: -len(pairs[i].ids))
        buckets = [order[at : at + BUCKET] for at in range(0, len(order), BUCKET)]

        def run(bucket: list[int]) -> Tensor:
            with torch.set_grad_enabled(gradients), torch.autocast("cpu", torch.bfloat16, cache_enabled=False):
                return model(*collate([pairs[i] for i in bucket])).float()

        return list(zip(buckets, self._pool.map(run, buckets), strict=True))

    def score(self, model: CrossEncoder, pairs: Sequence[Pair]) -> Tensor:
        """Logits in the order of the pairs, without gradients."""
        joined = torch.empty(len(pairs))
        for bucket, logits in self.logits(model, pairs):
            joined[torch.tensor(bucket)] = logits
        return joined

    def backward(self, model: CrossEncoder, pairs: Sequence[Pair], loss_of: Callable[[Tensor], Tensor]) -> float:
        """Forward, the loss over all pairs, backward bucket by bucket; the loss's value comes back."""
        parts = self.logits(model, pairs, gradients=True)
        joined = torch.empty(len(pairs))
        for bucket, logits in parts:
            joined[torch.tensor(bucket)] = logits.detach()
        joined.requires_grad_()
        loss = loss_of(joined)
        loss.backward()
        slopes = [joined.grad[torch.tensor(bucket)] for bucket, _ in parts]
        list(self._pool.map(lambda pair: pair[0].backward(pair[1]), zip((p for _, p in parts), slopes, strict=True)))
        return loss.item()


def batch_loss(logits: Tensor, items: Sequence[ListItem], sharp: float) -> Tensor:
    """Mean over the lists of the two cross-entropies."""
    losses, at = [], 0
    for item in items:
        own = logits[at : at + len(item.texts)]
        at += len(item.texts)
        target = torch.tensor(0 if item.answer is None else item.answer + 1)
        losses.append(functional.cross_entropy(torch.cat([own.new_zeros(1), own]), target))
        if item.answer is not None:
            losses[-1] = losses[-1] + sharp * functional.cross_entropy(own, torch.tensor(item.answer))
    return torch.stack(losses).mean()


class Average:
    """A running mean of the weights: steadier than the last step, no checkpoint to choose."""

    def __init__(self, model: CrossEncoder, keep: float) -> None:
        self._keep, self._steps = keep, 0
        self.state = {key: value.detach().clone() for key, value in model.state_dict().items()}

    def update(self, model: CrossEncoder) -> None:
        """Take in the weights after a step; early steps weigh more so that the start is forgotten."""
        self._steps += 1
        keep = min(self._keep, self._steps / (self._steps + 9))
        for key, value in model.state_dict().items():
            if value.is_floating_point():
                self.state[key].lerp_(value, 1 - keep)


def _optimiser(model: CrossEncoder, plan: Plan) -> torch.optim.Optimizer:
    fresh = [p for n, p in model.named_parameters() if "token_type" in n or not n.startswith("bert.")]
    known = {id(p) for p in fresh}
    rest = [p for p in model.parameters() if id(p) not in known]
    groups = [{"params": rest, "lr": plan.rate}, {"params": fresh, "lr": plan.rate * plan.head_factor}]
    return torch.optim.AdamW(groups, weight_decay=0.01, fused=True)


def _pace(progress: float, warmup: float) -> float:
    """Learning-rate factor: linear up, half a cosine down."""
    if progress < warmup:
        return progress / warmup
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (progress - warmup) / (1 - warmup)))) + 0.02


def train(
    model: CrossEncoder,
    tokenizer: Tokenizer,
    examples: Sequence[Example],
    plan: Plan,
    noise: Noise,
    checkpoint: Path,
    watch: Callable[[CrossEncoder, int], None] | None = None,
    every: int = 100,
) -> None:
    """Train in place and leave the averaged weights in the model and in checkpoint.

    watch is called with the model every so many steps. Stops at the end of the plan or of its seconds.
    """
    chance, begun = random.Random(plan.seed), time.monotonic()
    torch.manual_seed(plan.seed)
    total = max(1, int(plan.epochs * len(examples) / plan.lists))
    workers = Workers()
    optimiser, average = _optimiser(model, plan), Average(model, plan.keep)
    rates = [group["lr"] for group in optimiser.param_groups]
    strangers = [p for e in examples for p in e.positives[:1]]
    queue: list[Example] = []
    smooth = None
    model.train()
    for step in range(total):
        if len(queue) < plan.lists:
            queue += chance.sample(list(examples), len(examples))
        batch, queue = queue[: plan.lists], queue[plan.lists :]
        items = [draw_list(example, plan, chance, strangers) for example in batch]
        items = [replace(item, question=noise.apply(item.question)) for item in items]
        pairs = [pair for item in items for pair in encode_pairs(tokenizer, item.question, item.texts)]
        spent = (time.monotonic() - begun) / plan.seconds
        for group, rate in zip(optimiser.param_groups, rates, strict=True):
            group["lr"] = rate * _pace(max(step / total, spent), plan.warmup)
        optimiser.zero_grad()
        loss = workers.backward(model, pairs, partial(batch_loss, items=items, sharp=plan.sharp))
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        average.update(model)
        smooth = loss if smooth is None else 0.95 * smooth + 0.05 * loss
        if step % 20 == 0:
            LOG.info("step %d/%d loss %.3f, %.0f s", step, total, smooth, time.monotonic() - begun)
        if step and step % every == 0 and watch is not None:
            torch.save(average.state, checkpoint)
            watch(model, step)
            model.train()
        if spent >= 1:
            break
    model.load_state_dict(average.state)
    torch.save(average.state, checkpoint)
