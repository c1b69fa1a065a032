"""Accounts with quick hashes and a clock that the test turns."""

from __future__ import annotations

from pathlib import Path

from access.accounts import FILE, Accounts
from access.passwords import Passwords
from access.schema import Role
from access.sessions import Lifetimes

PASSWORD, OTHER_PASSWORD = "七里香 纸飞机 42", "correct horse battery"
QUICK = {"time_cost": 1, "memory_cost": 64, "parallelism": 1}


class Clock:
    """Seconds since 1970, as the test says."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def make_accounts(folder: Path, clock: Clock | None = None, lifetimes: Lifetimes | None = None) -> Accounts:
    """An empty accounts.db."""
    return Accounts(folder / FILE, clock=clock or Clock(), lifetimes=lifetimes, passwords=Passwords(**QUICK))


def staffed(folder: Path, clock: Clock | None = None, lifetimes: Lifetimes | None = None) -> Accounts:
    """With the administrator 王芳 and the users 李明 and 赵红; all have the same password."""
    accounts = make_accounts(folder, clock, lifetimes)
    for name, role in (("王芳", Role.ADMINISTRATOR), ("李明", Role.USER), ("赵红", Role.USER)):
        accounts.add(name, PASSWORD, role, "测试")
    return accounts
