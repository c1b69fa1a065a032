"""Conversations and feedback: kept, found again, renamed, deleted; one clear message when the file cannot be used."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from assistant.history import History, HistoryError


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "history.db")


def filled(history: History, name: str = "每天运动多久？", answer: str = "不低于2小时。") -> tuple[str, int]:
    conversation_id = history.create(name)
    return conversation_id, history.add_turn(conversation_id, name, answer, {"text": answer, "seconds": {"total": 0.5}})


def test_a_conversation_is_there_after_a_restart(history: History) -> None:
    conversation_id, turn_id = filled(history)
    again = History(history.path)
    assert [item.name for item in again.conversations()] == ["每天运动多久？"]
    (turn,) = again.turns(conversation_id)
    assert (turn.turn_id, turn.question, turn.record["seconds"], turn.feedback) == (turn_id, "每天运动多久？", {"total": 0.5}, None)


def test_the_last_changed_comes_first(history: History) -> None:
    first, _ = filled(history, "甲")
    second, _ = filled(history, "乙")
    assert [item.conversation_id for item in history.conversations()] == [second, first]
    history.add_turn(first, "丙", "答", {})
    found = history.conversations()
    assert [item.conversation_id for item in found] == [first, second]
    assert found[0].turns == 2


@pytest.mark.parametrize(("search", "found"), [("运动", 1), ("2小时", 1), ("运动 小时", 1), ("运动 食堂", 0), ("%", 0), ("_", 0), ("'", 0), ("", 1)])
def test_search_looks_into_names_questions_and_answers(history: History, search: str, found: int) -> None:
    filled(history)
    assert len(history.conversations(search)) == found


def test_a_name_is_changed_and_kept_short(history: History) -> None:
    conversation_id, _ = filled(history)
    history.rename(conversation_id, "  体育\n" + "长" * 200)
    (item,) = history.conversations()
    assert item.name.startswith("体育 长") and len(item.name) == 60
    history.rename(conversation_id, "   ")
    assert history.conversations()[0].name == item.name


def test_deleting_takes_turns_and_feedback_with_it(history: History) -> None:
    conversation_id, turn_id = filled(history)
    other, _ = filled(history, "另一个")
    history.give_feedback(turn_id, good=True)
    history.delete(conversation_id)
    assert not history.exists(conversation_id) and history.exists(other)
    assert history.turns(conversation_id) == [] and history.feedback() == []
    with pytest.raises(HistoryError, match="已经删除"):
        history.add_turn(conversation_id, "问", "答", {})
    with pytest.raises(HistoryError, match="已经删除"):
        history.give_feedback(turn_id, good=False)


def test_a_later_judgement_replaces_an_earlier_one(history: History) -> None:
    conversation_id, turn_id = filled(history)
    history.give_feedback(turn_id, good=True)
    history.give_feedback(turn_id, good=False, reason=" 数字不对 ")
    (judged,) = history.feedback()
    assert (judged.feedback, judged.reason, judged.turn_id) == (False, "数字不对", turn_id)
    assert history.turns(conversation_id)[0].feedback is False


def test_hostile_words_are_only_words(history: History) -> None:
    words = "'); DROP TABLE turns;-- <script>"
    conversation_id, _ = filled(history, words)
    assert history.conversations(words.split()[0])[0].name == words
    assert history.turns(conversation_id)[0].question == words


def test_many_threads_lose_nothing(history: History) -> None:
    conversation_id = history.create("并发")
    threads = [threading.Thread(target=history.add_turn, args=(conversation_id, f"问{n}", "答", {})) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(history.turns(conversation_id)) == 12


@pytest.mark.parametrize("content", [b"not a database at all, but long enough to look at" * 30, None])
def test_a_file_that_is_not_history_is_left_alone(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "history.db"
    if content is None:
        with sqlite3.connect(path) as db:
            db.execute("CREATE TABLE other (x)")
        db.close()
        content = path.read_bytes()
    else:
        path.write_bytes(content)
    with pytest.raises(HistoryError) as caught:
        History(path)
    assert caught.value.remedy and path.read_bytes()[100:] == content[100:]


def test_a_newer_history_is_refused(history: History) -> None:
    with sqlite3.connect(history.path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(HistoryError, match="不是本版本"):
        History(history.path)


def test_a_clock_set_back_buries_nothing(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = filled(history, "甲")
    monkeypatch.setattr("assistant.history._now", lambda: "2001-01-01T00:00:00.000+00:00")
    second, turn_id = filled(history, "乙")
    assert [item.conversation_id for item in history.conversations()] == [second, first]
    history.add_turn(first, "丙", "答", {})
    assert [item.conversation_id for item in history.conversations()] == [first, second]
    assert [turn.question for turn in history.turns(first)] == ["甲", "丙"]
    history.give_feedback(turn_id, good=True)
    assert history.feedback()[0].feedback is True


def test_a_full_disk_is_called_full_and_keeps_what_is_there(history: History) -> None:
    resource = pytest.importorskip("resource")
    conversation_id, _ = filled(history)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
    try:
        with pytest.raises(HistoryError, match=r"磁盘满了或者出错.*已有的记录都在"):
            history.add_turn(conversation_id, "问", "答" * 200_000, {})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert len(history.turns(conversation_id)) == 1


def test_one_turn_and_a_name_are_found_or_gone(history: History) -> None:
    conversation_id, turn_id = filled(history)
    history.give_feedback(turn_id, False, "不对")
    found = history.turn(turn_id)
    assert found and (found.conversation_id, found.feedback, found.reason) == (conversation_id, False, "不对")
    assert history.name_of(conversation_id) == "每天运动多久？"
    assert (history.turn(999), history.name_of("nowhere")) == (None, None)


# -- owners ------------------------------------------------------------------------------------------------------


def test_nobody_reaches_anothers_conversation(history: History) -> None:
    one, other = history.of("one"), history.of("other")
    conversation_id, turn_id = filled(one)
    one.give_feedback(turn_id, good=False, reason="数字不对")
    for stranger in (other, history):
        assert stranger.conversations() == [] == stranger.conversations("运动") == stranger.turns(conversation_id)
        assert (stranger.exists(conversation_id), stranger.name_of(conversation_id), stranger.turn(turn_id)) == (False, None, None)
        stranger.rename(conversation_id, "改了")
        stranger.delete(conversation_id)
        for change in (lambda who=stranger: who.add_turn(conversation_id, "问", "答", {}), lambda who=stranger: who.give_feedback(turn_id, True)):
            with pytest.raises(HistoryError, match="已经删除"):
                change()
    (kept,) = one.conversations()
    assert (kept.name, kept.turns) == ("每天运动多久？", 1)
    assert [(turn.turn_id, turn.feedback) for turn in one.turns(conversation_id)] == [(turn_id, False)]


def test_administrators_see_everybodys_judged_turns_and_no_others(history: History) -> None:
    _, judged = filled(history.of("one"))
    _, silent = filled(history.of("other"))
    history.of("one").give_feedback(judged, good=False)
    assert [turn.turn_id for turn in history.feedback()] == [judged]
    found = history.judged(judged)
    assert found and found.feedback is False and history.judged(silent) is None
    assert (history.count(), history.conversations()) == (2, [])
