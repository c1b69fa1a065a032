"""accounts.db: users, sessions, failed attempts and the audit log in one SQLite file, apart from library and history."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from access.audit import Audit
from access.passwords import Passwords
from access.schema import AccessError, Role, SignInError, User
from access.sessions import Lifetimes, Sessions
from access.throttle import Throttle
from access.users import Users, key_of
from index.database import Database

FILE = "accounts.db"
_APPLICATION_ID = 0x57474143  # "WGAC"
_CHANGES = ("""
CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT NOT NULL, key TEXT NOT NULL UNIQUE, role TEXT NOT NULL, password TEXT NOT NULL,
                    disabled INTEGER NOT NULL DEFAULT 0, created TEXT NOT NULL);
CREATE TABLE sessions (hash TEXT PRIMARY KEY, user TEXT NOT NULL REFERENCES users(id), program INTEGER NOT NULL, started REAL NOT NULL,
                       used REAL NOT NULL, ends REAL NOT NULL);
CREATE TABLE failures (key TEXT PRIMARY KEY, failures INTEGER NOT NULL, last REAL NOT NULL);
CREATE TABLE audit (id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL,
                    address TEXT NOT NULL);
CREATE INDEX sessions_by_user ON sessions(user);
CREATE INDEX audit_by_time ON audit(at);
""",)


class Accounts:
    """All that accounts.db holds. path: made when missing. Every use raises AccessError when the file cannot be used.

    clock: seconds since 1970. passwords: how they are hashed.
    """

    def __init__(
        self, path: Path, *, lifetimes: Lifetimes | None = None, clock: Callable[[], float] = time.time, passwords: Passwords | None = None
    ) -> None:
        database = Database(
            path, _APPLICATION_ID, _CHANGES,
            broken=lambda detail: AccessError("用户文件打不开或写不进去", str(path), f"请检查磁盘和权限。（{detail}）"),
            foreign=lambda: AccessError("这个文件不是本版本的用户文件", str(path), "请把它移到别处，再重新打开。"),
        )
        self.path = path
        self.users = Users(database, passwords or Passwords())
        self.sessions = Sessions(database, clock, lifetimes or Lifetimes())
        self.throttle = Throttle(database, clock)
        self.audit = Audit(database, clock)

    def sign_in(self, name: str, password: str, address: str) -> str:
        """A new session's token. Raises SignInError when name and password do not fit, or when it must wait first."""
        key = key_of(name)
        wait = self.throttle.attempt(key, address)
        if wait:
            # Not noted: an attacker would fill the disk with it. The failures that led here are.
            raise SignInError(wait)
        user = self.users.check(name, password)
        if user is None:
            self.audit.note(self._known(name), "登录失败", "", address)
            raise SignInError
        self.throttle.succeeded(key, address)
        self.audit.note(user.name, "登录", "", address)
        return self.sessions.start(user)

    def _known(self, name: str) -> str:
        """A name for the log: only one that exists, for people type their password there by mistake."""
        try:
            return self.users.find(name).name
        except AccessError:
            return ""

    # -- what the command does; every change of an account ends its sessions ---------------------------------------

    def add(self, name: str, password: str, role: Role, by: str) -> User:
        """See Users.add."""
        user = self.users.add(name, password, role)
        self.audit.note(by, "新增用户", f"{user.name}（{role.title}）")
        return user

    def set_password(self, name: str, password: str, by: str) -> User:
        """See Users.set_password. A name that was slowed may sign in again at once."""
        user = self.users.set_password(name, password)
        self.throttle.forgive(key_of(name))
        return self._changed(user, by, "重设密码", user.name)

    def set_role(self, name: str, role: Role, by: str) -> User:
        """See Users.set_role."""
        user = self.users.set_role(name, role)
        return self._changed(user, by, "改角色", f"{user.name}（{role.title}）")

    def set_disabled(self, name: str, disabled: bool, by: str) -> User:
        """See Users.set_disabled."""
        user = self.users.set_disabled(name, disabled)
        return self._changed(user, by, "停用用户" if disabled else "启用用户", user.name)

    def sign_out(self, name: str, by: str) -> User:
        """End all of a user's sessions and programs' tokens."""
        user = self.users.find(name)
        return self._changed(user, by, "全部退出", user.name)

    def _changed(self, user: User, by: str, action: str, subject: str) -> User:
        self.sessions.end_all(user)
        self.audit.note(by, action, subject)
        return user

    def token(self, name: str, days: int, by: str) -> str:
        """A token for a program that asks in a user's name. Raises AccessError when the account is disabled."""
        user = self.users.find(name)
        if user.disabled:
            raise AccessError("这个用户已经停用", user.name, "请先用 wengui user enable 恢复。")
        token = self.sessions.start_for_program(user, days * 86_400)
        self.audit.note(by, "发放令牌", f"{user.name}，{days} 天")
        return token
