"""The public sets as examples: DRCD and CMRC 2018 by sentence, STARD by article. Read in place, never copied."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.training.examples import Example, Overlap, split_sentences, with_context

LOG = logging.getLogger(__name__)
FOREIGN_NEGATIVES = 4
LAW_NEGATIVES = 12
LONGEST_ARTICLE = 260
LAW_DATE = re.compile(r"[(（]\d{4}-\d{2}-\d{2}[)）]")
ARTICLE = re.compile(r"^(第[一二三四五六七八九十百千零〇]+条(?:之[一二三四五六七八九十]+)?)[\s　]*", re.M)
REFERENCE = re.compile(r"^(.*?)(第[一二三四五六七八九十百千零〇]+条(?:之[一二三四五六七八九十]+)?)$")


@dataclass(frozen=True)
class _Asked:
    """A reading-comprehension question: the passage it is about and where its answer starts."""

    example_id: str
    question: str
    passage: str
    title: str
    answer: str
    start: int


def read_drcd(path: Path) -> list[_Asked]:
    """DRCD's dev set in simplified script."""
    from opencc import OpenCC

    convert = OpenCC("t2s").convert
    asked = []
    for article in json.loads(path.read_text("utf-8"))["data"]:
        title = convert(article["title"])
        for paragraph in article["paragraphs"]:
            passage = convert(paragraph["context"])
            for item in paragraph["qas"]:
                first = item["answers"][0]
                question, answer = convert(item["question"]), convert(first["text"])
                asked.append(_Asked(f"drcd-{item['id']}", question, passage, title, answer, first["answer_start"]))
    return asked


def read_cmrc(path: Path) -> list[_Asked]:
    """CMRC 2018's trial set; it gives answers without places, so the first occurrence counts."""
    asked = []
    for item in json.loads(path.read_text("utf-8")):
        passage = item["context_text"]
        for question in item["qas"]:
            answer = next((a for a in question["answers"] if a in passage), None)
            if answer:
                name = f"cmrc-{question['query_id']}"
                asked.append(_Asked(name, question["query_text"], passage, "", answer, passage.index(answer)))
    return asked


def _sentence_of(asked: _Asked, sentences: list[str]) -> int | None:
    """Which sentence holds the answer; found by place, checked by wording."""
    at = 0
    for number, sentence in enumerate(sentences):
        at = asked.passage.find(sentence, at)
        if at <= asked.start < at + len(sentence):
            return number if asked.answer[:4] in sentence else None
        at += len(sentence)
    return None


def reading_examples(asked: list[_Asked], source: str) -> list[Example]:
    """Positive: the sentence with the answer. Negatives: the rest of its passage, then look-alikes from others."""
    passages = list(dict.fromkeys(a.passage for a in asked))
    titles = {a.passage: a.title for a in asked}
    sentences = {p: split_sentences(p) for p in passages}
    pool = [(p, s) for p in passages for s in sentences[p] if len(s) >= 6]
    places: dict[str, list[int]] = {}
    for i, (passage, _) in enumerate(pool):
        places.setdefault(passage, []).append(i)
    similar = Overlap([s for _, s in pool])
    examples = []
    for block in range(0, len(asked), 256):
        part = asked[block : block + 256]
        for item, row in zip(part, similar.scores([a.question for a in part]), strict=True):
            own = sentences[item.passage]
            answer_at = _sentence_of(item, own)
            if answer_at is None:
                continue
            order = [int(i) for i in np.argsort(-row)]
            foreign = [i for i in order[:40] if pool[i][0] != item.passage and item.answer not in pool[i][1]]
            chosen = set(foreign[:FOREIGN_NEGATIVES])
            chosen |= {
                i for i in places[item.passage] if pool[i][1] != own[answer_at] and item.answer not in pool[i][1]
            }
            ranked = [pool[i] for i in order if i in chosen]
            negatives = [with_context(titles[p], "", s) for p, s in ranked]
            positive = with_context(item.title, "", own[answer_at])
            examples.append(Example(item.example_id, source, item.question, (positive,), tuple(negatives)))
    LOG.info("%s: %d examples", source, len(examples))
    return examples


def _articles(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Law, article number, text; of several versions the newest comes last and so wins."""
    for path in sorted(folder.rglob("*.md"), key=lambda p: p.name):
        if path.name == "_index.md":
            continue
        law = "民法典" if path.parent.name == "民法典" else LAW_DATE.sub("", path.stem)
        body = path.read_text("utf-8").partition("<!-- INFO END -->")[2]
        parts = ARTICLE.split(body)
        for number, text in zip(parts[1::2], parts[2::2], strict=True):
            clean = re.sub(r"^#+.*$", "", text, flags=re.M)
            yield law.removeprefix("中华人民共和国"), number, re.sub(r"\s+", "", clean)


def stard_examples(queries: Path, laws: Path) -> list[Example]:
    """Positive: the articles that answer a lay question. Negatives: articles that share most characters with it."""
    articles = {(law, number): text for law, number, text in _articles(laws)}
    keys = list(articles)
    similar = Overlap([law + articles[law, number] for law, number in keys])
    examples = []
    for line in queries.read_text("utf-8").splitlines():
        item = json.loads(line)
        matches = [REFERENCE.match(name) for name in item["articles"]]
        wanted = {(m[1].removeprefix("中华人民共和国"), m[2]) for m in matches if m}
        found = sorted(key for key in wanted if key in articles)
        if not any(len(articles[key]) <= LONGEST_ARTICLE for key in found):
            continue
        order = np.argsort(-similar.scores([item["question"]])[0])
        near = [keys[i] for i in order[: LAW_NEGATIVES + len(wanted)] if keys[i] not in wanted]
        found = [key for key in found if len(articles[key]) <= LONGEST_ARTICLE]
        texts = [tuple(with_context(law, n, articles[law, n]) for law, n in group) for group in (found, near)]
        examples.append(Example(item["id"], "stard", item["question"], *texts))
    LOG.info("stard: %d examples", len(examples))
    return examples


def public_examples(external: Path) -> list[Example]:
    """All three sets under the folder of public data."""
    drcd = reading_examples(read_drcd(external / "drcd" / "DRCD_dev.json"), "drcd")
    cmrc = reading_examples(read_cmrc(external / "cmrc2018" / "cmrc2018_trial.json"), "cmrc")
    return drcd + cmrc + stard_examples(external / "stard" / "queries.jsonl", external / "laws")
