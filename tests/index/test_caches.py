"""Caches that do not fit are made again from library.db without a word; answers stay the same."""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from index.library import Library, open_library
from tests.tiny import Workshop, bag


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workshop]:
    with Workshop(tmp_path) as made:
        made.build()
        open_library(made.store, tmp_path / "cache")
        yield made


def _found(library: Library) -> tuple[list[int], list[float]]:
    rows, _ = library.vectors.search(np.asarray(bag("夜间课堂每期多少人"), dtype=np.float32), 3)
    return rows.tolist(), library.lexical.word_scores(["夜间", "课堂"]).round(5).tolist()


def _stamp(folder: Path) -> dict:
    return json.loads((folder / "stamp.json").read_text(encoding="utf-8"))["stamp"]


def _files(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_a_cache_that_fits_is_used(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = _found(open_library(shop.store, shop.folder / "cache"))
    stamped = (shop.folder / "cache" / "stamp.json").stat().st_mtime_ns
    assert _found(open_library(shop.store, shop.folder / "cache")) == expected
    assert (shop.folder / "cache" / "stamp.json").stat().st_mtime_ns == stamped


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x10
    path.write_bytes(data)


@pytest.mark.parametrize("spoil", [_truncate, _flip, Path.unlink])
def test_every_spoilt_cache_file_is_replaced(shop: Workshop, spoil: object, caplog: pytest.LogCaptureFixture) -> None:
    cache = shop.folder / "cache"
    expected, names = _found(open_library(shop.store, cache)), _files(cache)
    assert len(names) > 4
    for name in names:
        spoil(cache / name)  # type: ignore[operator]
        with caplog.at_level(logging.WARNING):
            assert _found(open_library(shop.store, cache)) == expected, name
        assert _files(cache) == names
    assert not caplog.records


@pytest.mark.parametrize("text", ["", "[]", "null", "{}", '{"stamp": 1}', "\udcff"])
def test_a_stamp_that_is_none_is_replaced(shop: Workshop, text: str) -> None:
    cache = shop.folder / "cache"
    (cache / "stamp.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert open_library(shop.store, cache).passages
    assert _stamp(cache)["generation"] == shop.store.generation


def test_a_cache_of_another_generation_is_replaced(shop: Workshop) -> None:
    cache = shop.folder / "cache"
    shutil.copytree(cache, shop.folder / "old")
    shop.write("more.txt", "青岚县夜校办法\n第一条 夜校每学期收费不超过100元。\n")
    shop.build()
    shutil.rmtree(cache)
    (shop.folder / "old").rename(cache)
    library = open_library(shop.store, cache)
    assert library.vectors.rows == library.lexical.rows == len(library.passages)
    assert _stamp(cache)["generation"] == shop.store.generation == library.generation


def test_a_cache_of_another_library_is_replaced(shop: Workshop, tmp_path: Path) -> None:
    with Workshop(tmp_path / "second", {"a.txt": "青岚县夜校办法\n第一条 夜校每学期收费不超过100元。\n"}) as other:
        other.build()
        assert len(open_library(other.store, shop.folder / "cache").passages) == 1
    assert len(open_library(shop.store, shop.folder / "cache").passages) > 1


def test_a_file_in_the_folders_place_is_replaced(shop: Workshop) -> None:
    cache = shop.folder / "cache"
    shutil.rmtree(cache)
    cache.write_text("no folder", encoding="utf-8")
    assert open_library(shop.store, cache).passages
    assert (cache / "stamp.json").is_file()


def test_a_folder_that_cannot_be_written_costs_only_the_cache(shop: Workshop, caplog: pytest.LogCaptureFixture) -> None:
    expected = _found(open_library(shop.store, shop.folder / "cache"))
    (shop.folder / "file").write_text("x", encoding="utf-8")
    assert _found(open_library(shop.store, shop.folder / "file" / "cache")) == expected
    assert "cannot write the cache" in caplog.text


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_costs_only_the_cache(shop: Workshop) -> None:
    shutil.rmtree(shop.folder / "cache")
    shop.folder.chmod(0o555)
    try:
        assert open_library(shop.store, shop.folder / "cache").passages
    finally:
        shop.folder.chmod(0o755)


def test_nothing_is_left_beside_the_cache(shop: Workshop) -> None:
    (shop.folder / "cache" / "stamp.json").unlink()
    open_library(shop.store, shop.folder / "cache")
    assert [p.name for p in shop.folder.iterdir() if p.name.startswith((".cache", ".old"))] == []
