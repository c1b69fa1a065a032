"""Documents come in, are looked at, go live, are replaced, removed and brought back; who did what is recorded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from corpus.edits import SUFFIX
from errors import LibraryError, SourceError
from index.build import build
from index.keeping.ledger import KeepingError, Stage
from index.store import Store
from tests.index.keeping.office import NEWER, NIGHT, Office
from tests.tiny import COUNTY, TEXTS


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_an_upload_is_read_looked_at_and_goes_live(office: Office) -> None:
    held = office.upload("../../etc/夜校\u202e.txt", NIGHT)
    assert (held.stage, held.name, held.title) == (Stage.READY, "夜校.txt", "《青岚县夜校办法》")
    preview = office.librarian.preview(held.held_id)
    assert (preview.name, preview.replaces, preview.blocked) == ("夜校.txt", (), "")
    (document,) = preview.parsed.documents
    assert sum(preview.counts(document).values()) == len(preview.clauses_of(document)) > 2
    assert "夜校" not in office.texts() and office.changes == 0
    office.librarian.publish(held.held_id, {}, "李主任")
    assert "夜校每学期收费不超过100元" in office.texts() and office.changes == 1
    assert office.librarian.held() == [] and not (office.folder / "uploads" / held.held_id).exists()
    recorded = [(action.actor, action.action, action.name) for action in office.librarian.actions()]
    assert recorded == [("李主任", "上线", "夜校.txt"), ("王老师", "上传", "夜校.txt")]
    assert office.librarian.actions()[0].at.endswith("+00:00")


def test_the_build_finds_what_went_live_unchanged(office: Office) -> None:
    held = office.upload("夜校.txt", NIGHT)
    (document,) = office.librarian.preview(held.held_id).parsed.documents
    edit = {"title": "夜校收费办法", "level": "重庆", "issuer": "青岚县教委", "period": "2026-2028", "issued_on": "2026-03-01"}
    office.librarian.publish(held.held_id, {document.doc_id: edit}, "")
    store = Store(office.folder / "library.db")
    report = build(store, [office.elsewhere, office.folder / "sources"], office.embedder)
    assert (report.added, report.removed, report.failed) == ((), (), ())
    rebuilt = build(store, [office.elsewhere, office.folder / "sources"], office.embedder, rebuild=True)
    assert not rebuilt.failed
    (kept,) = (d for d in store.documents() if d.source_path == "夜校.txt")
    assert (kept.title, kept.level.value, kept.issuer, kept.period, kept.issued_on) == (
        "夜校收费办法", "重庆", "青岚县教委", "2026—2028", "2026年3月1日")
    assert kept.doc_id == document.doc_id and "青岚县夜校办法" in kept.aliases
    store.close()


@pytest.mark.parametrize(("edit", "words"), [
    ({"title": " \u200b"}, "名称是空的"), ({"title": "甲" * 200}, "太长"), ({"level": "省级"}, "没有“省级”"), ({"period": "去年"}, "期限写法不对"),
    ({"period": "2030—2026"}, "期限写法不对"), ({"issued_on": "2026年2月30日"}, "日期不对"), ({"title": 7}, "应是文字"),
])
def test_an_edit_that_makes_no_sense_is_refused_and_nothing_moves(office: Office, edit: Mapping[str, Any], words: str) -> None:
    held = office.upload("夜校.txt", NIGHT)
    (document,) = office.librarian.preview(held.held_id).parsed.documents
    with pytest.raises(SourceError, match=words):
        office.librarian.publish(held.held_id, {document.doc_id: {"title": "办法", "level": "其他", **edit}}, "")
    assert office.librarian.ledger.find(held.held_id).stage is Stage.READY and office.changes == 0


def test_a_file_that_cannot_be_read_says_why_and_can_be_put_away(office: Office) -> None:
    with pytest.raises(SourceError, match="内容不是 Word"):
        office.upload("a.docx", b"MZ" * 200)
    (held,) = office.librarian.held()
    assert held.stage is Stage.FAILED and "另存为 docx" in held.message
    with pytest.raises(KeepingError, match="不能上线"):
        office.librarian.publish(held.held_id, {}, "")
    office.librarian.discard(held.held_id, "")
    assert office.librarian.held() == [] and list((office.folder / "uploads").iterdir()) == []


@pytest.mark.parametrize(("name", "content", "words"), [
    ("a.docm", b"x", "带宏的 Word"), ("a.exe", b"x", "还不能读取 .exe"), ("../..", b"x", "没有后缀"), ("a.txt", b"", "文件是空的"),
    ("a.txt", b"x" * 2_000_000, "文件太大，最多 0.954 MB"),
])
def test_what_is_not_taken_leaves_nothing_behind(office: Office, name: str, content: bytes, words: str) -> None:
    with pytest.raises(SourceError, match=words):
        office.upload(name, content)
    uploads = office.folder / "uploads"
    assert office.librarian.held() == [] and (not uploads.exists() or list(uploads.iterdir()) == [])


def test_a_removed_document_is_gone_from_search_and_comes_back(office: Office) -> None:
    office.librarian.remove("county.txt", "王老师")
    assert "校车" not in office.texts() and not (office.folder / "sources" / "county.txt").exists()
    (held,) = office.bin()
    assert held.title == "《青岚县校车管理办法》"
    office.librarian.restore(held.held_id, "李主任")
    assert "校车每座限坐一人" in office.texts() and office.bin() == [] and office.changes == 2
    assert office.done() == ["移除", "恢复"]


def test_a_new_version_takes_the_old_ones_place_and_can_be_undone(office: Office) -> None:
    office.live("夜校.txt", NIGHT)
    held = office.upload("夜校（修订）.txt", NEWER)
    assert office.librarian.preview(held.held_id).replaces == ("夜校.txt",)
    office.librarian.publish(held.held_id, {}, "")
    assert "80元" in office.texts() and "100元" not in office.texts()
    (old,) = office.bin()
    office.librarian.restore(old.held_id, "")
    assert "100元" in office.texts() and "80元" not in office.texts()
    (newer,) = office.bin()
    assert newer.name == "夜校（修订）.txt"


def test_a_version_under_another_title_replaces_what_it_is_said_to(office: Office) -> None:
    office.live("夜校.txt", NIGHT)
    other = NEWER.replace("夜校办法", "夜校管理条例")
    office.live("条例.txt", other, replaces="夜校.txt")
    assert "青岚县夜校管理条例" in office.titles() and "青岚县夜校办法" not in office.titles()
    (old,) = office.bin()
    office.librarian.restore(old.held_id, "")
    assert "青岚县夜校办法" in office.titles() and "青岚县夜校管理条例" not in office.titles()


def test_another_document_of_the_same_name_gets_a_name_of_its_own(office: Office) -> None:
    office.live("County.txt", NIGHT)
    assert sorted(path.name for path in (office.folder / "sources").iterdir()) == ["County (2).txt", "county.txt"]
    assert "校车" in office.texts() and "夜校" in office.texts()


def test_documents_kept_elsewhere_are_not_touched(office: Office) -> None:
    held = office.upload("新.txt", TEXTS["city.txt"])
    assert "不由本页管理" in office.librarian.preview(held.held_id).blocked
    with pytest.raises(KeepingError, match="不能上线"):
        office.librarian.publish(held.held_id, {}, "")
    for step in (office.librarian.remove, lambda name, actor: office.librarian.amend(name, {}, actor)):
        with pytest.raises(KeepingError, match="不由本页管理"):
            step("city.txt", "")
    with pytest.raises(LibraryError, match="没有这份文件"):
        office.librarian.reindex("none.txt", "")
    assert len(office.titles()) == 3 and office.changes == 0


def test_two_documents_that_cannot_be_told_apart_do_not_go_live(office: Office) -> None:
    held = office.upload("两份.txt", f"{NIGHT}（来源：甲报）\n{NIGHT}（来源：乙报）\n")
    assert len(office.librarian.preview(held.held_id).parsed.documents) == 2
    assert "分不开" in office.librarian.preview(held.held_id).blocked


def test_metadata_of_a_live_document_is_changed_and_kept(office: Office) -> None:
    (item,) = (item for item in office.librarian.shelf() if item.name == "county.txt")
    doc_id = item.documents[0].doc_id
    office.librarian.amend("county.txt", {doc_id: {"title": "校车办法", "level": "重庆", "period": "2026"}}, "王老师")
    assert "校车办法" in office.titles() and "校车每座限坐一人" in office.texts()
    office.librarian.reindex("county.txt", "")
    assert "校车办法" in office.titles()
    assert json.loads((office.folder / "sources" / f"county.txt{SUFFIX}").read_text(encoding="utf-8"))[doc_id]["period"] == "2026"
    assert office.librarian.preview_live("county.txt").parsed.documents[0].title == "校车办法"
    office.librarian.remove("county.txt", "")
    office.librarian.restore(office.bin()[0].held_id, "")
    assert "校车办法" in office.titles()


def test_the_shelf_says_how_each_document_stands(office: Office) -> None:
    office.librarian.shelf()  # looks at the files, here at once
    by_name = {item.name: item for item in office.librarian.shelf()}
    assert {name: (item.own, item.state) for name, item in by_name.items()} == {
        "city.txt": (False, "live"), "nation.txt": (False, "live"), "county.txt": (True, "live")}
    assert by_name["county.txt"].problems == () and by_name["county.txt"].clauses == 4
    (office.folder / "sources" / "county.txt").write_text(COUNTY.replace("60公里", "50公里"), encoding="utf-8")
    (office.folder / "sources" / "hand.txt").write_text(NIGHT.replace("第二条", "第三条"), encoding="utf-8")
    office.librarian.shelf()
    by_name = {item.name: item for item in office.librarian.shelf()}
    assert by_name["county.txt"].state == "changed" and by_name["hand.txt"].state == "new"
    assert [problem.kind for problem in by_name["hand.txt"].problems or ()] == ["gap"]
    for name in ("county.txt", "hand.txt"):
        office.librarian.reindex(name, "")
    assert "50公里" in office.texts() and "夜校" in office.texts()


def test_the_last_document_stays(tmp_path: Path) -> None:
    office = Office(tmp_path)
    for name in ("city.txt", "nation.txt"):
        (office.elsewhere / name).unlink()
    store = Store(tmp_path / "library.db")
    build(store, [office.folder / "sources"], office.embedder)
    store.close()
    with pytest.raises(KeepingError, match="最后一份"):
        office.librarian.remove("county.txt", "")
    assert "校车" in office.texts()
