"""The accounts. None is ever removed, only disabled: what belongs to one never falls to another."""

from __future__ import annotations

import re
import sqlite3
import unicodedata
import uuid
from datetime import UTC, datetime

from access.passwords import Passwords, check_password
from access.schema import AccessError, Role, User
from index.database import Database

_NAME = re.compile(r"[\w.@-]{1,40}")
_ALL = "SELECT id, name, role, disabled, created FROM users ORDER BY rowid"
_ONE = "SELECT id, name, role, disabled, created, password FROM users WHERE key = ?"


class Users:
    """Every method that names a user raises AccessError when there is none of that name."""

    def __init__(self, database: Database, passwords: Passwords) -> None:
        self._database, self._passwords = database, passwords

    def add(self, name: str, password: str, role: Role = Role.USER) -> User:
        """A new account. Raises AccessError for a name that is taken or no name, and for a weak password."""
        shown = unicodedata.normalize("NFKC", name).strip()
        if not _NAME.fullmatch(shown):
            raise AccessError("用户名不能用", name[:40], "请用 1 到 40 个字：汉字、字母、数字、点、横线、下划线。")
        check_password(password, shown)
        values = (uuid.uuid4().hex, shown, key_of(shown), role.value, self._passwords.hash(password), datetime.now(UTC).isoformat(timespec="seconds"))
        with self._database.transaction() as db:
            if db.execute("SELECT 1 FROM users WHERE key = ?", (key_of(shown),)).fetchone():
                raise AccessError("已经有这个用户", shown, "请换一个名字；停用的用户可以用 wengui user enable 恢复。")
            db.execute("INSERT INTO users (id, name, key, role, password, created) VALUES (?, ?, ?, ?, ?, ?)", values)
        return self.find(shown)

    def all(self) -> list[User]:
        """Every account, oldest first."""
        with self._database.transaction("DEFERRED") as db:
            return [_user(row) for row in db.execute(_ALL)]

    def find(self, name: str) -> User:
        """The user of a name, however it is written."""
        with self._database.transaction("DEFERRED") as db:
            return self._find(db, name)

    def _find(self, db: sqlite3.Connection, name: str) -> User:
        row = db.execute(_ONE, (key_of(name),)).fetchone()
        if row is None:
            raise AccessError("没有这个用户", name[:40], "请用 wengui user list 查看。")
        return _user(row[:-1])

    def check(self, name: str, password: str) -> User | None:
        """The user who signs in so; None for a wrong password, an unknown or a disabled name, all after the same time."""
        with self._database.transaction("DEFERRED") as db:
            row = db.execute(_ONE, (key_of(name),)).fetchone()
        right = self._passwords.fits(row[-1] if row else None, password)
        if row is None or not right or row[3]:
            return None
        if self._passwords.is_dated(row[-1]):
            with self._database.transaction() as db:
                db.execute("UPDATE users SET password = ? WHERE id = ?", (self._passwords.hash(password), row[0]))
        return _user(row[:-1])

    def set_password(self, name: str, password: str) -> User:
        """Another password. Raises AccessError for a weak one."""
        user = self.find(name)
        check_password(password, user.name)
        hashed = self._passwords.hash(password)
        with self._database.transaction() as db:
            db.execute("UPDATE users SET password = ? WHERE id = ?", (hashed, user.user_id))
        return user

    def set_role(self, name: str, role: Role) -> User:
        """Another role. Raises AccessError when no administrator would be left."""
        with self._database.transaction() as db:
            user = self._find(db, name)
            db.execute("UPDATE users SET role = ? WHERE id = ?", (role.value, user.user_id))
            return self._changed(db, user)

    def set_disabled(self, name: str, disabled: bool) -> User:
        """Shut an account, or open it again. Raises AccessError when no administrator would be left."""
        with self._database.transaction() as db:
            user = self._find(db, name)
            db.execute("UPDATE users SET disabled = ? WHERE id = ?", (int(disabled), user.user_id))
            return self._changed(db, user)

    def _changed(self, db: sqlite3.Connection, before: User) -> User:
        if before.role is Role.ADMINISTRATOR and not _administrators(db):
            raise AccessError("这样就没有管理员了", "", "请先把另一个用户设为管理员：wengui user role 用户名 administrator。")
        return self._find(db, before.name)

    def has_administrator(self) -> bool:
        """Whether somebody can administer."""
        with self._database.transaction("DEFERRED") as db:
            return _administrators(db) > 0


def key_of(name: str) -> str:
    """What makes two names the same: width, case and spaces around do not count."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _administrators(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT count(*) FROM users WHERE role = ? AND NOT disabled", (Role.ADMINISTRATOR.value,)).fetchone()[0])


def _user(row: tuple[str, str, str, int, str]) -> User:
    user_id, name, role, disabled, created = row
    return User(user_id, name, Role(role), bool(disabled), created)
