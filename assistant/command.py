"""wengui: one command in front of the others."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

from errors import SettingsError

_COMMANDS = {
    "ask": ("assistant.__main__", "问一个问题"),
    "batch": ("assistant.__main__", "批量回答 JSON Lines 文件"),
    "doctor": ("assistant.__main__", "检查运行状况"),
    "backup": ("assistant.__main__", "备份资料库和问答记录：wengui backup 文件夹或文件"),
    "restore": ("assistant.__main__", "恢复备份，原来的内容另存：wengui restore 文件"),
    "index": ("index.__main__", "建立、增减、查看和试用索引：wengui index build|add|remove|restore|status|search"),
    "corpus": ("corpus.__main__", "看一份文件的条款树：wengui corpus show 文件"),
    "eval": ("eval.__main__", "评测：wengui eval run|report|compare|bench"),
    "page": ("app", "打开聊天页"),
    "mcp": ("ui.api.__main__", "MCP 服务，由 MCP 客户端启动"),
    "user": ("access.__main__", "管理用户：wengui user add|list|disable|enable|password|role|token|signout"),
    "audit": ("access.__main__", "看操作记录：谁、做了什么、什么时候"),
}
_PASSED_ON = ("ask", "batch", "doctor", "backup", "restore", "user", "audit")  # sub-commands of their module, not modules of their own


def main() -> None:
    """Entry point of the console script."""
    import console

    console.run(lambda: _run(sys.argv[1:]))


def _run(arguments: Sequence[str]) -> int | None:
    """The exit code of the command that arguments name."""
    import console

    if not arguments or arguments[0] in ("-h", "--help"):
        console.write("问规：教育规划条款问答助手。\n\n用法：wengui 命令 [参数]\n")
        for name, (_, text) in _COMMANDS.items():
            console.write(f"  {name:8}{text}")
        console.write("\n每个命令后加 --help 可看它的参数。")
        return 0
    if arguments[0] not in _COMMANDS:
        raise SettingsError(f"没有这个命令：{arguments[0]}", "", f"可用的有：{'、'.join(_COMMANDS)}。")
    rest = arguments if arguments[0] in _PASSED_ON else arguments[1:]
    return import_module(_COMMANDS[arguments[0]][0]).main(rest)


if __name__ == "__main__":
    main()
