"""For entry points only: a progress bar on a terminal, one-line error messages, logging. Nothing imports it from below."""

from __future__ import annotations

import argparse
import io
import json
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from errors import AssistantError

EXIT_USER_ERROR = 2


def progress_bar() -> Callable[[str, int, int], None]:
    """A Progress that draws on a terminal and writes a line for every fifth of the work elsewhere."""
    terminal = sys.stderr.isatty()
    last: dict[str, int] = {}

    def show(stage: str, done: int, total: int) -> None:
        if not total:
            return
        share = done / total
        if terminal:
            filled = int(share * 30)
            end = "\n" if done >= total else ""
            sys.stderr.write(f"\r{stage} [{'█' * filled}{'·' * (30 - filled)}] {done}/{total}{end}")
            sys.stderr.flush()
        elif int(share * 5) != last.get(stage):
            last[stage] = int(share * 5)
            sys.stderr.write(f"{stage} {done}/{total}\n")

    return show


def run(main: Callable[[], int | None]) -> None:
    """Run an entry point: user errors become one Chinese message and exit code 2, Ctrl-C exit code 130."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character gets its number instead of a traceback.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    try:
        code = main() or 0
        sys.stdout.flush()
    except AssistantError as error:
        sys.stderr.write(f"{error.message}\n")
        code = EXIT_USER_ERROR
    except KeyboardInterrupt:
        sys.stderr.write("\n已停止。\n")
        code = 130
    except BrokenPipeError:
        # The reader of our output (head, less) has gone; there is nobody left to tell, and what is still
        # buffered has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except OSError as error:
        sys.stderr.write(f"读写失败（{error.filename or '磁盘'}）：{error.strerror}。 请检查路径、权限和磁盘空间。\n")
        code = EXIT_USER_ERROR
    sys.exit(code)


def add_settings_options(parser: argparse.ArgumentParser, default: str | None = None) -> None:
    """--settings and --preset, alike for every command. default: what they are when they are not given."""
    parser.add_argument("--settings", type=Path, default=default, help="设置文件（TOML）")
    parser.add_argument("--preset", default=default, help="预设：embedded、excerpt、openai（默认 embedded）")


def write_json(value: Any) -> None:
    """value as readable JSON on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def write(text: str = "") -> None:
    """One line on standard output."""
    sys.stdout.write(text + "\n")
