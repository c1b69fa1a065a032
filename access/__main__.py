"""python -m access user|audit: accounts and the audit log, for who can log in to this machine."""

from __future__ import annotations

import argparse
import dataclasses
import getpass
import sys
from collections.abc import Sequence
from pathlib import Path

import console
from access.accounts import FILE, Accounts
from access.schema import AccessError, Entry, Role
from settings import load_settings


def parser() -> argparse.ArgumentParser:
    """The command line, help in Chinese."""
    top = argparse.ArgumentParser(prog="wengui", description="管理用户，看操作记录。")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--settings", type=Path, help="设置文件（TOML）")
    kinds = top.add_subparsers(dest="kind", required=True, metavar="user|audit")
    commands = kinds.add_parser("user", help="管理用户").add_subparsers(dest="command", required=True, metavar="命令")

    def command(name: str, text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, parents=[common], help=text, description=text)
        made.add_argument("name", help="用户名")
        return made

    add = command("add", "新增用户；密码在终端里输入两次，或从标准输入读一行")
    add.add_argument("--role", choices=[role.value for role in Role], default=Role.USER.value, help="角色（默认 user）")
    command("disable", "停用用户，立即退出；问过的内容都留着")
    command("enable", "恢复停用的用户")
    command("password", "重设密码，并让已登录的全部退出")
    command("role", "改角色：user 或 administrator").add_argument("role", choices=[role.value for role in Role], help="角色")
    command("signout", "让一个用户的登录和令牌全部失效")
    command("token", "发放给程序用的令牌，只显示这一次").add_argument("--days", type=int, default=90, help="有效天数（默认 90，最多 3650）")
    listed = commands.add_parser("list", parents=[common], help="列出用户")
    listed.add_argument("--json", action="store_true", help="输出 JSON")
    audit = kinds.add_parser("audit", parents=[common], help="看操作记录", description="看操作记录，最近的在前；时间是协调世界时（UTC）。")
    audit.add_argument("--user", default="", help="只看一个用户")
    audit.add_argument("--action", default="", help="只看一种操作，例如 登录失败")
    audit.add_argument("--since", default="", help="从哪天起，例如 2026-11-01")
    audit.add_argument("--limit", type=int, default=100, help="最多几条（默认 100）")
    audit.add_argument("--json", action="store_true", help="输出 JSON")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code; raises AssistantError for console.run to show."""
    options = parser().parse_args(arguments)
    accounts = Accounts(load_settings(options.settings).folder / FILE)
    if options.kind == "audit":
        _show_audit(accounts.audit.entries(who=options.user, action=options.action, since=options.since, limit=options.limit), options.json)
    elif options.command == "list":
        _show_users(accounts, options.json)
    else:
        _change(accounts, options)
    return 0


def _change(accounts: Accounts, options: argparse.Namespace) -> None:
    """One of the commands that name a user."""
    name, by = options.name, _operator()
    match options.command:
        case "add":
            user = accounts.add(name, _ask_password(), Role(options.role), by)
            console.write(f"已新增{user.role.title} {user.name}。")
        case "password":
            user = accounts.set_password(name, _ask_password(), by)
            console.write(f"已重设 {user.name} 的密码，已登录的都要重新登录。")
        case "role":
            user = accounts.set_role(name, Role(options.role), by)
            console.write(f"{user.name} 现在是{user.role.title}。")
        case "token":
            if not 1 <= options.days <= 3650:
                raise AccessError("有效天数不对", f"--days {options.days}", "请填 1 到 3650。")
            token = accounts.token(name, options.days, by)
            console.write(f"{token}\n（{options.days} 天内有效。请求时带上 Authorization: Bearer 令牌。这里不再显示，请存好。）")
        case "signout":
            console.write(f"{accounts.sign_out(name, by).name} 的登录和令牌都已失效。")
        case "disable" | "enable":
            user = accounts.set_disabled(name, options.command == "disable", by)
            console.write(f"已{'停用' if user.disabled else '恢复'} {user.name}。")


def _ask_password() -> str:
    """Typed twice on a terminal, else the first line of standard input; never an argument, which others could see."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass("密码（至少 10 个字符，输入时不显示）：")
    if getpass.getpass("再输入一次：") != first:
        raise AccessError("两次输入的密码不一样", "", "请再运行一次。")
    return first


def _operator() -> str:
    """Who runs the command, for the log."""
    try:
        return f"终端:{getpass.getuser()}"
    except (OSError, KeyError, ImportError):
        return "终端"


def _show_users(accounts: Accounts, as_json: bool) -> None:
    users = accounts.users.all()
    if as_json:
        console.write_json([dataclasses.asdict(user) for user in users])
        return
    for user in users:
        console.write(f"{user.name}\t{user.role.title}{'（已停用）' if user.disabled else ''}\t{user.created[:10]} 起")
    if not users:
        console.write("还没有用户。先加一个管理员：wengui user add 用户名 --role administrator")


def _show_audit(entries: Sequence[Entry], as_json: bool) -> None:
    if as_json:
        console.write_json([dataclasses.asdict(entry) for entry in entries])
        return
    for entry in entries:
        console.write("\t".join((entry.at, entry.who or "（未登录）", entry.action, entry.subject, entry.address)).rstrip())


if __name__ == "__main__":
    console.run(main)
