"""wengui user and wengui audit as an administrator types them."""

from __future__ import annotations

import dataclasses
import io
import json
import sqlite3
from pathlib import Path

import pytest

from access.__main__ import main
from access.accounts import FILE, Accounts
from access.passwords import Passwords
from access.schema import AccessError, Role
from assistant.command import _run
from assistant.health import accounts as accounts_health
from settings import AccessSettings, DataSettings, Settings
from tests.access.accounts import OTHER_PASSWORD, PASSWORD, QUICK, make_accounts, staffed


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WENGUI_DATA_FOLDER", str(tmp_path))
    return tmp_path


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_an_account_from_adding_to_disabling(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    typed(monkeypatch, f"{PASSWORD}\n")
    assert _run(["user", "add", "王芳", "--role", "administrator"]) == 0
    typed(monkeypatch, f"{PASSWORD}\n")
    main(["user", "add", "li.ming"])
    main(["user", "role", "LI.MING", "administrator"])
    main(["user", "disable", "王芳"])
    typed(monkeypatch, f"{OTHER_PASSWORD}\n")
    main(["user", "password", "li.ming"])
    main(["user", "token", "li.ming"])
    capsys.readouterr()
    main(["user", "list", "--json"])
    listed = json.loads(capsys.readouterr().out)
    assert [(user["name"], user["role"], user["disabled"]) for user in listed] == [("王芳", "administrator", True), ("li.ming", "administrator", False)]
    assert Accounts(folder / FILE).sign_in("Li.Ming", OTHER_PASSWORD, "")
    main(["audit", "--json"])
    done = [entry["action"] for entry in json.loads(capsys.readouterr().out)]
    assert done == ["登录", "发放令牌", "重设密码", "停用用户", "改角色", "新增用户", "新增用户"]
    main(["audit", "--action", "停用", "--since", "2020-01-01", "--limit", "5"])
    printed = capsys.readouterr().out
    assert "王芳" in printed and printed.count("\n") == 1


def test_passwords_are_never_arguments_nor_shown(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["user", "add", "li", PASSWORD])
    typed(monkeypatch, f"{PASSWORD}\n")
    capsys.readouterr()
    main(["user", "add", "li"])
    main(["user", "list"])
    main(["audit"])
    shown = capsys.readouterr()
    assert PASSWORD not in shown.out + shown.err


@pytest.mark.parametrize(("name", "password", "said"), [
    ("li", "short", "10 到 256"), ("li", "", "10 到 256"), ("li", "x" * 257, "10 到 256"), ("li", "aaaaaaaaaaaab", "太容易猜"),
    ("zhangwei", "ZhangWei2026!", "太容易猜"), ("", PASSWORD, "用户名不能用"), ("a b", PASSWORD, "用户名不能用"),
    ("<script>", PASSWORD, "用户名不能用"), ("n" * 41, PASSWORD, "用户名不能用"), ("李\u202e明", PASSWORD, "用户名不能用"),
    ("李明", PASSWORD, "已经有这个用户"), (" 李明 ", PASSWORD, "已经有这个用户"),
])
def test_bad_names_and_passwords_are_refused_with_a_reason(tmp_path: Path, name: str, password: str, said: str) -> None:
    accounts = staffed(tmp_path)
    with pytest.raises(AccessError, match=said) as refused:
        accounts.add(name, password, Role.USER, "")
    assert refused.value.remedy and (not password or password not in refused.value.message)


def test_one_administrator_always_stays(tmp_path: Path) -> None:
    accounts = staffed(tmp_path)
    for change in (lambda: accounts.set_disabled("王芳", True, ""), lambda: accounts.set_role("王芳", Role.USER, "")):
        with pytest.raises(AccessError, match="没有管理员"):
            change()
    assert accounts.users.has_administrator()
    accounts.set_role("李明", Role.ADMINISTRATOR, "")
    assert accounts.set_disabled("王芳", True, "").disabled and accounts.users.has_administrator()


def test_an_old_hash_is_renewed_on_signing_in(tmp_path: Path) -> None:
    staffed(tmp_path)
    stronger = Accounts(tmp_path / FILE, passwords=Passwords(**{**QUICK, "time_cost": 2}))
    stronger.sign_in("李明", PASSWORD, "")
    with sqlite3.connect(tmp_path / FILE) as db:
        hashes = dict(db.execute("SELECT name, password FROM users"))
    db.close()
    assert "t=2" in hashes["李明"] and "t=1" in hashes["王芳"] and stronger.sign_in("李明", PASSWORD, "")


def test_hashes_take_what_rfc_9106_asks_for() -> None:
    assert Passwords().hash(PASSWORD).startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_a_file_that_is_none_of_ours_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / FILE
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(AccessError, match="用户文件"):
        make_accounts(tmp_path)
    assert path.read_bytes() == b"not a database at all" * 100
    path.unlink()
    staffed(tmp_path)
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(AccessError, match="不是本版本"):
        make_accounts(tmp_path)


def test_the_doctor_looks_at_the_accounts(tmp_path: Path) -> None:
    local = Settings(DataSettings(folder=str(tmp_path)))
    settings = dataclasses.replace(local, access=AccessSettings(roles=True))
    assert (accounts_health(local).severity, accounts_health(settings).severity) == ("ok", "error")
    assert not (tmp_path / FILE).exists()
    staffed(tmp_path)
    assert (accounts_health(settings).severity, accounts_health(settings).message) == ("ok", "3 个")
    (tmp_path / FILE).chmod(0o644)
    assert accounts_health(settings).severity == "warning" and "chmod 600" in accounts_health(settings).remedy
    (tmp_path / FILE).write_bytes(b"not a database" * 500)
    assert accounts_health(settings).severity == "error" and "损坏" in accounts_health(settings).message
