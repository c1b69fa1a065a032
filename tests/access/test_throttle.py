"""Guessing gets slower and slower, by name and by address, however many try at once; the right password is let in again."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from access.accounts import Accounts
from access.schema import SignInError
from access.throttle import FREE_BY_ADDRESS, FREE_BY_NAME, LONGEST, delay
from tests.access.accounts import PASSWORD, Clock, staffed


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def accounts(tmp_path: Path, clock: Clock) -> Accounts:
    return staffed(tmp_path, clock)


def fail(accounts: Accounts, name: str = "李明", address: str = "10.0.0.1") -> float:
    """One wrong attempt. Returns the wait it was told, 0 when its password was looked at."""
    with pytest.raises(SignInError) as refused:
        accounts.sign_in(name, "not the password", address)
    return refused.value.wait


def test_waiting_doubles_up_to_five_minutes() -> None:
    assert [delay(n, 5) for n in (0, 4, 5, 6, 9)] == [0, 0, 1, 2, 16]
    assert delay(10_000, 5) == LONGEST


def test_a_name_is_slowed_and_no_password_is_looked_at_meanwhile(accounts: Accounts, clock: Clock) -> None:
    assert [fail(accounts, address=f"10.0.0.{n}") for n in range(FREE_BY_NAME)] == [0] * FREE_BY_NAME
    assert fail(accounts, address="10.0.0.99") >= 1
    with pytest.raises(SignInError, match="登录太频繁"):
        accounts.sign_in("李明", PASSWORD, "10.0.0.98")
    clock.now += 1
    assert accounts.sessions.user_of(accounts.sign_in("李明", PASSWORD, "10.0.0.98"))
    assert fail(accounts) == 0  # from the start again


def test_forty_guesses_take_two_hours(accounts: Accounts, clock: Clock) -> None:
    begun, tried = clock.now, 0
    while tried < 40:
        wait = fail(accounts, address=f"10.0.{tried}.1")
        clock.now += wait
        tried += wait == 0
    assert clock.now - begun > 24 * LONGEST


def test_an_address_is_slowed_whatever_names_it_tries(accounts: Accounts) -> None:
    waits = [fail(accounts, name=f"someone{n}") for n in range(FREE_BY_ADDRESS + 1)]
    assert waits[:-1] == [0] * FREE_BY_ADDRESS and waits[-1] >= 1
    assert fail(accounts, name="someone", address="10.0.0.2") == 0


def test_an_ipv6_visitor_cannot_change_within_his_own_network(accounts: Accounts) -> None:
    waits = [fail(accounts, name=f"n{n}", address=f"2001:db8:1:2::{n:x}") for n in range(FREE_BY_ADDRESS + 1)]
    assert waits[-1] >= 1
    assert fail(accounts, name="x", address="2001:db8:1:3::1") == 0


def test_many_at_once_gain_nothing(accounts: Accounts) -> None:
    looked_at: list[float] = []
    threads = [threading.Thread(target=lambda n=n: looked_at.append(fail(accounts, address=f"10.1.0.{n}"))) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert looked_at.count(0) == FREE_BY_NAME


def test_failures_outlast_a_restart_and_are_forgotten_in_time(tmp_path: Path, accounts: Accounts, clock: Clock) -> None:
    from tests.access.accounts import make_accounts

    for n in range(FREE_BY_NAME):
        fail(accounts, address=f"10.0.0.{n}")
    again = make_accounts(tmp_path, clock)
    assert fail(again) >= 1
    clock.now += 13 * 3600
    assert fail(again) == 0


def test_a_clock_set_back_locks_nobody_out(accounts: Accounts, clock: Clock) -> None:
    for n in range(FREE_BY_NAME):
        fail(accounts, address=f"10.0.0.{n}")
    clock.now -= 30 * 86_400
    assert accounts.sign_in("李明", PASSWORD, "10.0.0.50")


def test_a_new_password_lets_in_at_once(accounts: Accounts) -> None:
    for n in range(FREE_BY_NAME):
        fail(accounts, address=f"10.0.0.{n}")
    accounts.set_password("李明", "another long one 5", "王芳")
    assert accounts.sign_in("李明", "another long one 5", "10.0.0.60")


def test_unknown_disabled_and_wrong_are_one_message(accounts: Accounts) -> None:
    accounts.set_disabled("赵红", True, "王芳")
    said = set()
    for name, password in (("李明", "wrong password"), ("nobody", "wrong password"), ("赵红", PASSWORD), ("", "")):
        with pytest.raises(SignInError) as refused:
            accounts.sign_in(name, password, "10.0.0.1")
        said.add(refused.value.message)
    assert len(said) == 1


def test_the_log_keeps_failures_but_no_name_that_nobody_has(accounts: Accounts) -> None:
    fail(accounts)
    fail(accounts, name="my-secret-password-typed-here")
    first, second = accounts.audit.entries(action="登录失败")
    assert (second.who, first.who) == ("李明", "") and second.address == "10.0.0.1"
