"""Passwords: which are taken, and their argon2id hashes."""

from __future__ import annotations

import secrets
from typing import Any

from access.schema import AccessError

_LEAST, _MOST = 10, 256  # characters


class Passwords:
    """argon2id with the parameters of RFC 9106 for little memory. cost: other parameters, for tests."""

    def __init__(self, **cost: int) -> None:
        from argon2 import PasswordHasher

        self._hasher: Any = PasswordHasher(**cost)
        self._decoy = ""

    def hash(self, password: str) -> str:
        """The password's hash, its salt and parameters in it."""
        return str(self._hasher.hash(password))

    def fits(self, hashed: str | None, password: str) -> bool:
        """Whether the password has this hash. Without a hash it takes as long, so that time does not tell which names exist."""
        from argon2.exceptions import InvalidHashError, VerificationError

        if hashed is None:
            self._decoy = self._decoy or self.hash(secrets.token_hex())
        try:
            self._hasher.verify(hashed or self._decoy, password[: _MOST + 1])
        except (VerificationError, InvalidHashError):
            return False
        return hashed is not None

    def is_dated(self, hashed: str) -> bool:
        """Whether the hash was made with other parameters than those of today."""
        return bool(self._hasher.check_needs_rehash(hashed))


def check_password(password: str, name: str) -> None:
    """Raises AccessError for a password that is too easily guessed."""
    if not _LEAST <= len(password) <= _MOST:
        raise AccessError(f"密码要有 {_LEAST} 到 {_MOST} 个字符", "", "请换一个；几个不相干的词连起来，又长又好记。")
    if name.casefold() in password.casefold() or len(set(password)) < 5:
        raise AccessError("密码太容易猜", "", "请不要用用户名，也不要总是同几个字符。")
