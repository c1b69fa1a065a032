"""A session ends when it is idle, when its time is up, on signing out, and when the account changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from access.accounts import Accounts
from access.rate import Rate
from access.schema import AccessError, Role
from access.sessions import Lifetimes
from tests.access.accounts import PASSWORD, Clock, staffed


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def accounts(tmp_path: Path, clock: Clock) -> Accounts:
    return staffed(tmp_path, clock, Lifetimes(idle=600, whole=3600))


def holder(accounts: Accounts, token: str) -> str | None:
    user = accounts.sessions.user_of(token)
    return user.name if user else None


def test_it_ends_when_idle(accounts: Accounts, clock: Clock) -> None:
    token = accounts.sign_in("李明", PASSWORD, "")
    clock.now += 599
    assert holder(accounts, token) == "李明"
    clock.now += 599
    assert holder(accounts, token) == "李明"
    clock.now += 600
    assert holder(accounts, token) is None


def test_it_ends_in_the_end_however_busy(accounts: Accounts, clock: Clock) -> None:
    token = accounts.sign_in("李明", PASSWORD, "")
    for _ in range(11):
        clock.now += 300
        assert holder(accounts, token) == "李明"
    clock.now += 300
    assert holder(accounts, token) is None


def test_a_clock_set_back_ends_it(accounts: Accounts, clock: Clock) -> None:
    token = accounts.sign_in("李明", PASSWORD, "")
    clock.now -= 86_400
    assert holder(accounts, token) is None


def test_signing_out_ends_this_one_only(accounts: Accounts) -> None:
    first, second = (accounts.sign_in("李明", PASSWORD, "") for _ in range(2))
    assert first != second
    accounts.sessions.end(first)
    assert (holder(accounts, first), holder(accounts, second)) == (None, "李明")


def test_every_change_of_the_account_ends_all(accounts: Accounts) -> None:
    changes = (
        lambda: accounts.set_password("李明", PASSWORD, "王芳"), lambda: accounts.set_role("李明", Role.USER, "王芳"),
        lambda: accounts.sign_out("李明", "王芳"), lambda: accounts.set_disabled("李明", True, "王芳"),
    )
    for change in changes:
        token, program = accounts.sign_in("李明", PASSWORD, ""), accounts.token("李明", 1, "王芳")
        change()
        assert holder(accounts, token) is None and accounts.sessions.user_of(program, for_program=True) is None


def test_a_made_up_token_is_nobodys(accounts: Accounts) -> None:
    for token in ("", "x", "' OR 1=1 --", "\ud800", "a" * 100_000):
        assert holder(accounts, token) is None


def test_a_programs_token_is_no_cookie_and_ends_on_its_day(accounts: Accounts, clock: Clock) -> None:
    token = accounts.token("李明", 2, "王芳")
    assert holder(accounts, token) is None
    clock.now += 2 * 86_400 - 1
    user = accounts.sessions.user_of(token, for_program=True)
    assert user and user.name == "李明"
    clock.now += 1
    assert accounts.sessions.user_of(token, for_program=True) is None
    accounts.set_disabled("李明", True, "王芳")
    with pytest.raises(AccessError, match="已经停用"):
        accounts.token("李明", 1, "王芳")


def test_the_file_holds_no_password_and_no_token_and_is_its_owners_alone(accounts: Accounts) -> None:
    tokens = [accounts.sign_in("李明", PASSWORD, ""), accounts.token("李明", 1, "王芳")]
    held = b"".join(path.read_bytes() for path in accounts.path.parent.glob("accounts.db*"))
    for secret in (PASSWORD, *tokens):
        assert secret.encode() not in held
    assert "李明".encode() in held and b"$argon2id$" in held
    assert accounts.path.stat().st_mode & 0o077 == 0


def test_so_many_questions_a_minute() -> None:
    clock = Clock()
    rate = Rate(3, clock)
    assert [rate.take("a") for _ in range(3)] == [0, 0, 0]
    clock.now += 20
    assert rate.take("a") == 40 and rate.take("b") == 0
    clock.now += 40
    assert [rate.take("a") for _ in range(4)] == [0, 0, 0, 60]
