"""Building again reads what changed, embeds what is new, and loses nothing that was there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from errors import LibraryError
from index.build import build, check_embedder, is_stale, source_files
from index.library import open_library
from index.store import Store
from tests.tiny import CITY, TEXTS, BagEmbedding, Workshop

HALF_A_CHARACTER = "第一条 本办法自公布之日起施行。".encode()[:-1]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workshop]:
    with Workshop(tmp_path) as made:
        made.build()
        yield made


def test_the_first_build_reads_and_embeds_everything(tmp_path: Path) -> None:
    with Workshop(tmp_path) as shop:
        report = shop.build()
        assert report.added == tuple(TEXTS)
        assert report.embedded == report.passages == len(shop.embedder.seen)
        assert report.clauses == len(shop.store.clauses())
        assert shop.store.meta("embedder") == "bag-64"
        assert not is_stale(shop.store, [shop.sources])


def test_unchanged_files_are_not_read_or_embedded_again(shop: Workshop) -> None:
    generation = shop.store.generation
    report = shop.build()
    assert report.unchanged == tuple(TEXTS)
    assert (report.added, report.embedded, shop.embedder.seen) == ((), 0, [])
    assert shop.store.generation == generation


def test_of_a_changed_file_only_the_new_sentences_are_embedded(shop: Workshop) -> None:
    shop.write("city.txt", CITY.replace("不超过30人", "不超过25人"))
    assert is_stale(shop.store, [shop.sources])
    report = shop.build()
    assert report.added == ("city.txt",)
    assert len(report.unchanged) == 2
    assert report.embedded == len(shop.embedder.seen) == 1
    assert "25人" in shop.embedder.seen[0]
    assert "25人" in shop.texts()
    assert "30人" not in shop.texts()


def test_a_removed_file_is_gone_with_its_vectors(shop: Workshop) -> None:
    (shop.sources / "county.txt").unlink()
    report = shop.build()
    assert report.removed == ("county.txt",)
    assert "校车" not in shop.texts()
    assert shop.store.drop_stale_vectors() == 0
    assert report.passages == len(open_library(shop.store, shop.folder / "cache").passages)


def test_a_renamed_file_is_the_same_document_and_embeds_nothing(shop: Workshop) -> None:
    (shop.sources / "city.txt").rename(shop.sources / "street.txt")
    report = shop.build()
    assert (report.added, report.removed, report.failed) == (("street.txt",), ("city.txt",), ())
    assert report.embedded == 0


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02" * 500, HALF_A_CHARACTER])
def test_a_file_that_became_unreadable_keeps_its_old_state(shop: Workshop, content: bytes) -> None:
    before = shop.texts()
    shop.write("county.txt", content)
    report = shop.build()
    assert [name for name, _ in report.failed] == ["county.txt"]
    assert "请" in report.failed[0][1]
    assert shop.texts() == before


def test_a_bad_file_does_not_keep_the_others_out(shop: Workshop) -> None:
    shop.write("broken.pdf", b"%PDF-1.7 and nothing else")
    shop.write("more.txt", "青岚县夜校办法\n第一条 夜校每学期收费不超过100元。\n")
    report = shop.build()
    assert report.added == ("more.txt",)
    assert [name for name, _ in report.failed] == ["broken.pdf"]


def test_gb18030_text_is_read_like_utf_8(shop: Workshop) -> None:
    shop.write("old.txt", "青岚县夜校办法\n第一条 夜校每学期收费不超过100元。\n".encode("gb18030"))
    shop.build()
    assert "夜校每学期收费不超过100元" in shop.texts()


def test_the_same_document_twice_is_reported_once_and_kept_once(shop: Workshop) -> None:
    shop.write("copy.txt", CITY)
    report = shop.build()
    assert report.added == ()
    assert report.failed[0][0] == "copy.txt"
    assert "已经在 city.txt 里" in report.failed[0][1]


def test_files_of_one_name_in_two_folders_are_not_mixed_up(shop: Workshop, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "city.txt").write_text("青岚县夜校办法\n第一条 夜校每学期收费不超过100元。\n", encoding="utf-8")
    report = build(shop.store, [shop.sources, other], shop.embedder)
    assert "已有同名文件" in report.failed[0][1]
    assert "银发讲师" in shop.texts()


def test_an_emptied_folder_does_not_empty_the_library(shop: Workshop) -> None:
    before = shop.texts()
    for path in shop.sources.iterdir():
        path.unlink()
    with pytest.raises(LibraryError, match="没有改动"):
        shop.build()
    assert shop.texts() == before


def test_nothing_to_read_says_what_may_be_put_there(tmp_path: Path) -> None:
    with Workshop(tmp_path, {}) as shop, pytest.raises(LibraryError, match=r"没有可用的文件.*txt"):
        shop.build()
    with Workshop(tmp_path, {"a.txt": ""}) as shop, pytest.raises(LibraryError, match=r"文件是空的"):
        shop.build()


def test_another_embedder_is_refused_until_a_rebuild(shop: Workshop) -> None:
    other = BagEmbedding.open("bag-other")
    with pytest.raises(LibraryError, match=r"bag-64.*bag-other.*--rebuild"):
        build(shop.store, [shop.sources], other)
    with pytest.raises(LibraryError, match=r"bag-64.*bag-other"):
        check_embedder(shop.store, "bag-other")
    assert other.seen == []
    report = build(shop.store, [shop.sources], other, rebuild=True)
    assert report.embedded == report.passages
    assert open_library(shop.store, shop.folder / "cache").embedder == "bag-other"


def test_a_rebuild_with_a_file_that_fails_still_opens(shop: Workshop) -> None:
    shop.write("county.txt", b"")
    other = BagEmbedding.open("bag-other")
    report = build(shop.store, [shop.sources], other, rebuild=True)
    assert [name for name, _ in report.failed] == ["county.txt"]
    library = open_library(shop.store, shop.folder / "cache")
    assert any("校车" in clause.text for clause in library.clauses.values())


def test_a_rebuild_with_the_same_embedder_embeds_anew(shop: Workshop) -> None:
    report = shop.build(rebuild=True)
    assert report.embedded == report.passages


def test_missing_vectors_are_made_up_by_a_plain_build(shop: Workshop) -> None:
    with shop.store.transaction() as db:
        db.execute("DELETE FROM vectors WHERE rowid IN (SELECT rowid FROM vectors LIMIT 2)")
    with pytest.raises(LibraryError, match=r"缺 2 段的向量"):
        open_library(shop.store, shop.folder / "cache")
    assert shop.build().embedded == 2
    assert open_library(shop.store, shop.folder / "cache").passages


def test_a_build_that_breaks_off_resumes_without_embedding_twice(tmp_path: Path) -> None:
    class Tired(BagEmbedding):
        def _get_text_embedding(self, text: str) -> list[float]:
            if "校车" in text:
                raise KeyboardInterrupt
            return super()._get_text_embedding(text)

    with Workshop(tmp_path) as shop:
        tired = Tired(model_name="bag-64")
        with pytest.raises(KeyboardInterrupt):
            build(shop.store, [shop.sources], tired)
        done = len(tired.seen)
        assert done > 0
        report = shop.build()
        assert report.embedded == report.passages - done


def test_a_change_of_model_that_breaks_off_leaves_the_old_one_searchable_and_resumes(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    class Tired(BagEmbedding):
        def _get_text_embedding(self, text: str) -> list[float]:
            if len(self.seen) == 4:
                raise KeyboardInterrupt
            return super()._get_text_embedding(text)

    monkeypatch.setattr("index.build._BATCH", 2)
    with pytest.raises(KeyboardInterrupt):
        build(shop.store, [shop.sources], Tired(model_name="bag-other"), rebuild=True)
    assert open_library(shop.store, shop.folder / "cache").embedder == "bag-64"
    other = BagEmbedding.open("bag-other")
    report = build(shop.store, [shop.sources], other, rebuild=True)
    assert report.embedded == len(other.seen) == report.passages - 4
    assert open_library(shop.store, shop.folder / "cache").embedder == "bag-other"
    assert shop.store.drop_stale_vectors() == 0
    with shop.store.snapshot() as db:
        assert db.execute("SELECT DISTINCT model FROM vectors").fetchall() == [("bag-other",)]


def test_only_documents_are_taken_for_sources(tmp_path: Path) -> None:
    for name in ("b.TXT", "a.md", "README.md", "SOURCES.md", "c.xyz", "__init__.py"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    assert [p.name for p in source_files([tmp_path, tmp_path / "none"])] == ["a.md", "b.TXT"]


def test_an_empty_library_is_not_opened(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="还是空的"):
        open_library(Store(tmp_path / "library.db"), tmp_path / "cache")
