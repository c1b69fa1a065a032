"""Who may use the page on a network: users, their roles, what was done. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from errors import AssistantError


class AccessError(AssistantError):
    """accounts.db cannot be used, or an account cannot be made or changed as asked."""


class SignInError(AccessError):
    """Name and password do not let anybody in. wait: seconds until the next attempt is looked at, 0 for none."""

    def __init__(self, wait: float = 0) -> None:
        self.wait = wait
        # The same words whether the name, the password or the account is at fault: nobody learns which names there are.
        super().__init__(
            "登录太频繁" if wait else "用户名或密码不对", "", f"请等 {wait:.0f} 秒再试。" if wait else "请再试一次；忘记密码请找管理员重设。",
        )


class Role(StrEnum):
    """What a user may do. Administrators may do all that users may."""

    USER = "user"
    ADMINISTRATOR = "administrator"

    @property
    def title(self) -> str:
        """In Chinese."""
        return "管理员" if self is Role.ADMINISTRATOR else "用户"


@dataclass(frozen=True)
class User:
    """One account. user_id never changes and is never used again; created: UTC, ISO 8601."""

    user_id: str
    name: str
    role: Role
    disabled: bool = False
    created: str = ""


@dataclass(frozen=True)
class Entry:
    """One line of the audit log. at: UTC, ISO 8601; who: a name, "" for nobody known; address: the visitor's, "" for a
    command on this machine."""

    at: str
    who: str
    action: str
    subject: str = ""
    address: str = ""
