"""What fails half-way or is killed leaves every document where it was, or where it was going; jobs wait for each other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from errors import AssistantError, LibraryError
from index.keeping.ledger import KeepingError, Stage
from index.keeping.shelves import Shelves
from index.store import Store
from tests.index.keeping.office import NEWER, NIGHT, Office, settle
from tests.tiny import BagEmbedding


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_a_commit_that_fails_leaves_everything_where_it_was(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.live("夜校.txt", NIGHT)
    held = office.upload("修订.txt", NEWER)

    def full(*_: object, **__: object) -> None:
        raise LibraryError("磁盘满了，没有写进资料库")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "replace_source", full)
        patch.setattr(Store, "remove_source", full)
        with pytest.raises(LibraryError, match="磁盘满了"):
            office.librarian.publish(held.held_id, {}, "")
        with pytest.raises(LibraryError, match="磁盘满了"):
            office.librarian.remove("county.txt", "")
    assert "100元" in office.texts() and "校车" in office.texts() and office.bin() == []
    again = office.librarian.ledger.find(held.held_id)
    assert again.stage is Stage.READY and "磁盘满了" in again.message
    office.librarian.publish(held.held_id, {}, "")
    assert "80元" in office.texts()


MOMENTS: Mapping[str, Callable[[Any], None]] = {
    "before the move": lambda patch: patch.setattr(Shelves, "move", _killed),
    "between the move and the commit": lambda patch: patch.setattr(Store, "replace_source", _killed),
    "after the commit": lambda patch: patch.setattr("index.keeping.ledger.Ledger.let_go", _killed),
}


class Killed(BaseException):
    """Stands for kill -9: nothing tidies up after it."""


def _killed(*_: object, **__: object) -> None:
    raise Killed


@pytest.mark.parametrize("moment", list(MOMENTS))
def test_a_crash_while_going_live_is_finished_or_taken_back_at_the_next_start(office: Office, moment: str) -> None:
    held = office.upload("夜校.txt", NIGHT)
    with pytest.MonkeyPatch.context() as patch:
        MOMENTS[moment](patch)
        with pytest.raises(Killed):
            office.librarian.publish(held.held_id, {}, "")
    office.librarian = office.open()
    office.librarian.recover()
    if moment == "before the move":
        assert office.librarian.ledger.find(held.held_id).stage is Stage.READY
        office.librarian.publish(held.held_id, {}, "")
    assert "夜校每学期收费不超过100元" in office.texts() and "校车" in office.texts()
    assert office.librarian.held() == []


def test_a_crash_while_removing_is_finished_at_the_next_start(office: Office) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "remove_source", _killed)
        with pytest.raises(Killed):
            office.librarian.remove("county.txt", "")
    office.librarian = office.open()
    office.librarian.recover()
    assert "校车" not in office.texts()
    office.librarian.restore(office.bin()[0].held_id, "")
    assert "校车" in office.texts()


def test_an_upload_not_read_when_the_program_closed_is_read_at_the_next_start(office: Office) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.keeping.workbench.parse_confined", _killed)
        with pytest.raises(Killed):
            office.upload("夜校.txt", NIGHT)
    office.librarian = office.open()
    office.librarian.recover()
    assert [held.stage for held in office.librarian.held()] == [Stage.READY]


def test_in_the_background_jobs_wait_for_each_other_and_show_how_far_they_are(tmp_path: Path) -> None:
    started, go_on = threading.Event(), threading.Event()
    office = Office(tmp_path, background=True)

    class Slow(BagEmbedding):
        def _get_text_embedding(self, text: str) -> list[float]:
            started.set()
            assert go_on.wait(20)
            return super()._get_text_embedding(text)

    office.embedder = Slow(model_name="bag-64")
    held = office.upload("夜校.txt", NIGHT)
    settle(office, lambda: office.librarian.ledger.find(held.held_id).stage is Stage.READY)
    office.librarian.publish(held.held_id, {}, "")
    assert started.wait(20)
    office.librarian.remove("county.txt", "")
    # Search goes on with the old generation meanwhile.
    assert "校车" in office.texts()
    running, waiting = office.librarian.queue.jobs()[-2:]
    assert (running.action, running.outcome, waiting.action, waiting.step) == ("上线", "", "移除", "等待")
    with pytest.raises(KeepingError, match="正在处理"):
        office.librarian.discard(held.held_id, "")
    go_on.set()
    settle(office, lambda: not office.librarian.queue.busy())
    assert [job.outcome for job in office.librarian.queue.jobs()] == ["done", "done", "done"]
    assert "夜校" in office.texts() and "校车" not in office.texts()


def test_records_of_another_program_are_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "keeping.db").write_bytes(b"no database" * 300)
    with pytest.raises(AssistantError, match="管理记录打不开"):
        Office(tmp_path)
