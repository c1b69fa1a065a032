"""Parsing in a process of its own: whatever a file does there, it costs that process and nothing else.

The child limits its time, memory and files before it opens the source, and answers in JSON, which is checked against
the types of corpus.schema: nothing that comes back can run. Where the system has no such limits (Windows), the time
limit alone holds.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from corpus import wire
from corpus.parse import parse_file
from corpus.schema import ParsedSource
from errors import AssistantError, SourceError

log = logging.getLogger(__name__)
_ROOT = Path(__file__).resolve().parents[1]
# All that a reader needs of the environment: no settings, so no keys.
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TEMP", "SYSTEMROOT", "LD_LIBRARY_PATH", "OMP_NUM_THREADS")
_FAULT, _OUT_OF_MEMORY = 3, 4  # exit codes: the answer is a fault to be shown; memory ran out
_NICENESS = 5  # questions go before uploads


@dataclass(frozen=True)
class Limits:
    """What one file may cost. seconds: of the clock; memory: bytes of address space; answer: bytes of what was read."""

    seconds: int = 600
    memory: int = 3 * 2**30
    answer: int = 512 * 2**20


def parse_confined(path: Path, limits: Limits = Limits(), *, shown: str = "") -> ParsedSource:
    """parse_file(path) in a process that may not take more than limits. shown: what errors call the file, "" for its path.

    Raises SourceError when the file cannot be read, when it takes too long or too much, and when reading it breaks the
    process.
    """
    where = shown or str(path)
    command = [sys.executable, "-m", "corpus.worker", str(path.resolve()), str(limits.seconds), str(limits.memory), str(limits.answer)]
    with tempfile.TemporaryFile() as answer, tempfile.TemporaryFile() as complaints:
        try:
            done = subprocess.run(
                command, cwd=_ROOT, env={name: os.environ[name] for name in _PASSED_ON if name in os.environ} | {"PYTHONUTF8": "1"},
                stdin=subprocess.DEVNULL, stdout=answer, stderr=complaints, timeout=limits.seconds, check=False,
            )
        except subprocess.TimeoutExpired as error:
            remedy = "请把文件拆小后再试；确实需要更久的，可以调大设置 library.parse_seconds。"
            raise SourceError(f"读这个文件用了 {limits.seconds} 秒还没有读完", where, remedy) from error
        except OSError as error:
            raise SourceError("没有内存或进程来读这个文件", where, f"请关掉一些程序后再试（{error.strerror}）。") from error
        _log_complaints(complaints, where)
        answer.seek(0)
        data = answer.read(limits.answer)
    if done.returncode == 0:
        return wire.parsed(data, where)
    raise _fault(done.returncode, data, path, where)


def _fault(code: int, data: bytes, path: Path, where: str) -> SourceError:
    """What the child's exit says."""
    if code == _OUT_OF_MEMORY:
        remedy = "文件可能被恶意构造；请拆小，或打开确认后另存再试。可以调大设置 library.parse_memory。"
        return SourceError("读这个文件要的内存太多", where, remedy)
    try:
        fault = json.loads(data) if code == _FAULT else None
    except ValueError:
        fault = None
    if isinstance(fault, dict) and all(isinstance(fault.get(key), str) for key in ("what", "where", "remedy")):
        return SourceError(fault["what"], fault["where"].replace(str(path.resolve()), where), fault["remedy"])
    return SourceError("读这个文件的进程中途断了", where, "文件可能已损坏，或被恶意构造；请打开确认后另存，再试。")


def _log_complaints(complaints: IO[bytes], where: str) -> None:
    complaints.seek(0)
    lines = complaints.read(2**16).decode("utf-8", "replace").strip().splitlines()
    if lines:
        log.warning("worker for %s: %s", where, lines[-1][:300])


# -- the child ---------------------------------------------------------------------------------------------------


def main(arguments: Sequence[str]) -> int:
    """Read one file and write what was read, or why not, as JSON on standard output. Returns the exit code."""
    path, seconds, memory, answer = Path(arguments[0]), *map(int, arguments[1:4])
    _confine(seconds, memory, answer)
    try:
        data, code = wire.dump(parse_file(path)), 0
    except AssistantError as error:
        data, code = json.dumps({"what": error.what, "where": error.where, "remedy": error.remedy}).encode(), _FAULT
    except MemoryError:
        return _OUT_OF_MEMORY
    sys.stdout.buffer.write(data)
    sys.stdout.flush()
    return code


def _confine(seconds: int, memory: int, answer: int) -> None:
    """Take the limits on, for good. A system that knows one of them not goes on without it."""
    try:
        import resource
    except ImportError:  # Windows
        return
    os.nice(_NICENESS)
    # Processor time counts every thread's: recognition of scans uses several.
    wanted = {
        "RLIMIT_AS": memory, "RLIMIT_CPU": seconds * 4, "RLIMIT_FSIZE": answer, "RLIMIT_CORE": 0, "RLIMIT_NOFILE": 128,
    }
    for name, value in wanted.items():
        kind = getattr(resource, name, None)
        if kind is None:
            continue
        try:
            hard = resource.getrlimit(kind)[1]
            least = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(kind, (least, least))
        except (ValueError, OSError):
            continue  # macOS has the name and refuses the value


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
