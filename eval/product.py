"""The product as the evaluation sees it: settings → something to ask. Nothing here is known to the chain.

settings is the Settings of an entry point, passed through; nothing is read from files or the environment.
"""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from assistant.llm.base import TextModel
from eval.baselines.answering import PlainDocument, Reader
from eval.benchmarks.schema import PoolDocument
from eval.cases import CaseError
from eval.runner import Ask


def open_ask(settings: Any) -> Ask:
    """The product's own ask over the library that settings name. Raises AssistantError when there is none."""
    from assistant.chain import open_chain

    return open_chain(settings).ask


def folder_opener(settings: Any, progress: Callable[[str, int, int], None]) -> Callable[[Path], AbstractContextManager[Ask]]:
    """A function that indexes a folder of documents, and nothing else, and opens the product over it."""
    from index.build import build
    from index.embedders import load_embedder
    from index.store import Store

    embedder = load_embedder(settings.index.embedder, threads=settings.index.threads)

    @contextmanager
    def open_folder(documents: Path) -> Iterator[Ask]:
        with tempfile.TemporaryDirectory() as data:
            moved = dataclasses.replace(settings.data, folder=data, sources=(str(documents),), shipped=False)
            own = dataclasses.replace(settings, data=moved)
            store = Store(own.library_path)
            build(store, own.source_folders, embedder, progress=progress)
            store.close()
            yield open_ask(own)

    return open_folder


def text_model(settings: Any) -> TextModel:
    """The language model of settings. Raises CaseError when they name none."""
    from assistant.llm import load_model

    own = settings.model
    model = load_model(own.provider, base_url=own.base_url, model=own.model, api_key=own.api_key, timeout=own.timeout)
    if model is None:
        raise CaseError("设置里没有语言模型", "model.provider", "请设为 openai 并填写地址和模型，或设为 local。")
    return model


def model_reader(settings: Any) -> Reader:
    """A baseline's reader that asks the model of settings with an ordinary prompt. Raises CaseError without a model."""
    from eval.baselines.answering import model_reader as reader

    return reader(text_model(settings).as_llama_index())


def baseline_opener(
    name: str, passages: Sequence[PoolDocument], settings: Any
) -> Callable[[Path], AbstractContextManager[Ask]]:
    """A function that opens the baseline of that name: over passages where given, else over a folder's files as text.

    Its answers are the nearest sentence by shared characters: beside a benchmark, it is the search that counts.
    """
    from eval.baselines import make_baseline
    from eval.baselines.answering import overlapping_sentence
    from index.embedders import load_embedder

    @contextmanager
    def open_folder(documents: Path) -> Iterator[Ask]:
        plain = [PlainDocument(p.name, p.text) for p in passages] or [
            PlainDocument(p.stem, p.read_text(encoding="utf-8")) for p in sorted(documents.iterdir())
        ]
        yield make_baseline(
            name, plain, lambda: load_embedder(settings.index.embedder, threads=settings.index.threads), overlapping_sentence
        ).ask

    return open_folder


def plain_documents(settings: Any) -> list[PlainDocument]:
    """The same sources as plain text, one document a file, running heads out, for builds without clauses."""
    from corpus.lines import to_lines
    from corpus.readers import read_source
    from index.build import source_files

    return [
        PlainDocument(path.stem, "\n".join(line.text for line in to_lines(read_source(path))))
        for path in source_files(settings.source_folders)
    ]


def corpus_paths(settings: Any) -> list[Path]:
    """The source files that evidence quotes are looked up in."""
    from index.build import source_files

    return source_files(settings.source_folders)
