"""Full disks, read-only folders, damaged files, two builds at once: a clear word with what to do, and nothing lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from errors import LibraryError
from index.build import build
from index.library import open_library
from index.store import Store
from tests.tiny import CITY, TEXTS, BagEmbedding, Workshop, write_sources

LONG = "青岚县夜校办法\n" + "".join(f"第{n}条 夜校第{n}班每学期收费不超过{n}元，每周开放{n}小时。\n" for n in range(1, 400))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workshop]:
    with Workshop(tmp_path) as made:
        made.build()
        yield made


def _still_answers(folder: Path) -> None:
    """All documents are there, whole, and the library opens."""
    with closing(Store(folder / "library.db")) as store:
        with store.snapshot() as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert set(store.sources()) == set(TEXTS)
        assert "银发讲师" in "".join(clause.text for clause in store.clauses())
        assert len(open_library(store, folder / "cache").documents) == 3


def test_a_library_that_may_not_grow_says_so_and_stays(shop: Workshop) -> None:
    pages = shop.store._connection.execute("PRAGMA page_count").fetchone()[0]
    shop.store._connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    shop.write("long.txt", LONG)
    with pytest.raises(LibraryError, match=r"磁盘满了.*剩余空间.*原来的样子"):
        shop.build()
    _still_answers(shop.folder)


def test_a_file_size_limit_says_so_and_stays(shop: Workshop) -> None:
    resource = pytest.importorskip("resource")
    shop.write("long.txt", LONG)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(LibraryError, match=r"磁盘满了或者出错.*原来的样子"):
            shop.build()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    _still_answers(shop.folder)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 400 KB, where this system lets us make one."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = shutil.which("mount") and not subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(place)], capture_output=True, check=False
    ).returncode
    if not mounted:
        pytest.skip("no small disk can be made here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=False)


def test_a_full_disk_says_so_and_the_build_goes_through_once_there_is_room(small_disk: Path, tmp_path: Path) -> None:
    with Workshop(tmp_path) as shop:
        with closing(Store(small_disk / "library.db")) as store:
            build(store, [shop.sources], shop.embedder)
            shop.write("long.txt", LONG)
            with pytest.raises(LibraryError, match="磁盘满了"):
                build(store, [shop.sources], shop.embedder)
        _still_answers(small_disk)
        subprocess.run(["mount", "-o", "remount,size=20m", str(small_disk)], check=True)
        with closing(Store(small_disk / "library.db")) as store:
            assert build(store, [shop.sources], shop.embedder).added == ("long.txt",)


@pytest.fixture
def as_nobody() -> Iterator[Path]:
    """A folder that anyone may enter, in a test that does not run as root: root may write everywhere."""
    folder = Path(tempfile.mkdtemp(prefix="wengui-test-"))
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    folder.chmod(0o777)
    if root:
        os.chown(folder, 65534, -1)
        os.seteuid(65534)
    yield folder
    if root:
        os.seteuid(0)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o777)
    shutil.rmtree(folder)


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="needs the users of a Unix system")
def test_a_read_only_folder_is_named_and_costs_only_the_cache(as_nobody: Path) -> None:
    with Workshop(as_nobody) as shop:
        shop.build()
        expected = open_library(shop.store, shop.folder / "cache").passages
        shutil.rmtree(shop.folder / "cache")
        shop.folder.chmod(0o555)
        assert open_library(shop.store, shop.folder / "cache").passages == expected
        assert not (shop.folder / "cache").exists()
    (as_nobody / "library.db").chmod(0o444)
    with pytest.raises(LibraryError, match=r"打不开.*权限"), closing(Store(as_nobody / "library.db")) as store:
        store.remove_source("city.txt")
    with pytest.raises(LibraryError, match=r"打不开.*权限"):
        Store(as_nobody / "other.db")
    as_nobody.chmod(0o777)
    (as_nobody / "library.db").chmod(0o666)
    _still_answers(as_nobody)


def _cut_wal(path: Path) -> None:
    wal = path.with_name("library.db-wal")
    wal.write_bytes(wal.read_bytes()[: wal.stat().st_size // 2])


def _flip_wal(path: Path) -> None:
    wal = path.with_name("library.db-wal")
    data = bytearray(wal.read_bytes())
    data[len(data) // 2] ^= 0x10
    wal.write_bytes(data)


@pytest.mark.parametrize("spoil", [_cut_wal, _flip_wal])
def test_a_torn_log_goes_back_to_the_last_whole_commit(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    with Workshop(tmp_path / "a") as shop:
        shop.build()
        shop.store._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shop.write("city.txt", CITY.replace("不超过30人", "不超过25人"))
        shop.build()
        # As a power cut leaves it: the database and half of its log.
        shutil.copytree(tmp_path / "a", tmp_path / "b")
    spoil(tmp_path / "b" / "library.db")
    _still_answers(tmp_path / "b")


@pytest.mark.parametrize("part", [0.2, 0.4, 0.6, 0.8])
def test_a_damaged_library_is_called_damaged_and_never_half_read(tmp_path: Path, part: float) -> None:
    with Workshop(tmp_path) as shop:
        shop.write("long.txt", LONG)
        shop.build()
        shop.store._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        clauses = shop.store.clauses()
    path = tmp_path / "library.db"
    data = bytearray(path.read_bytes())
    start = int(len(data) * part) // 4096 * 4096
    data[start : start + 4096] = os.urandom(4096)
    path.write_bytes(data)
    try:
        with closing(Store(path)) as store:
            assert store.clauses() == clauses  # the page held something else
            open_library(store, tmp_path / "cache")
    except LibraryError as error:
        assert "损坏" in error.message or "缺" in error.message
        assert "build" in error.remedy


_BUILDER = """
import sys
from pathlib import Path
from eval.bench.made import HashEmbedding
from index.build import build
from index.library import open_library
from index.store import Store
folder = Path(sys.argv[1])
store = Store(folder / "library.db")
sys.stdout.write("ready"); sys.stdout.flush(); sys.stdin.readline()
build(store, [folder / "sources"], HashEmbedding())
open_library(store, folder / "cache")
"""


def test_two_builds_at_once_make_one_library(tmp_path: Path) -> None:
    write_sources(tmp_path, {**TEXTS, "long.txt": LONG})
    Store(tmp_path / "library.db").close()
    command = [sys.executable, "-c", _BUILDER, str(tmp_path)]
    both = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    for process in both:
        assert process.stdout and process.stdout.read(5) == b"ready"
    for process in both:
        assert process.stdin
        process.stdin.write(b"\n")
        process.stdin.flush()
    for process in both:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors.decode()
    with closing(Store(tmp_path / "library.db")) as store:
        assert set(store.sources()) == {*TEXTS, "long.txt"}
        assert store.texts_without_vector("hash-64") == {}
        assert len(store.clauses()) == len({clause.clause_id for clause in store.clauses()}) > 400
        assert len(open_library(store, tmp_path / "cache").documents) == 4


def test_a_model_changed_meanwhile_is_told(shop: Workshop) -> None:
    class Late(BagEmbedding):
        def _get_text_embedding(self, text: str) -> list[float]:
            with closing(sqlite3.connect(shop.folder / "library.db")) as db:
                db.execute("UPDATE meta SET value = 'another' WHERE key = 'embedder'")
                db.commit()
            return super()._get_text_embedding(text)

    before = shop.texts()
    shop.write("city.txt", CITY.replace("不超过30人", "不超过25人"))
    with pytest.raises(LibraryError, match=r"已改用向量模型 another.*再运行一次"):
        build(shop.store, [shop.sources], Late.open("bag-64"))
    assert shop.texts() == before
