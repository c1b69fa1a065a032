"""The folders of the library: our own sources, the uploads not live yet, the bin. Files move whole, with their edits."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from corpus.edits import beside
from corpus.readers import supported_suffixes
from errors import SourceError
from index.build import source_files
from index.keeping.ledger import Held, KeepingError, Ledger, Stage
from index.keeping.names import safe_name

_ABANDONED = 3600  # seconds after which a half-received file is nobody's
_INCOMING = ".incoming-"
PARSED = "parsed.json"  # beside a held file: what was read in it


@dataclass(frozen=True)
class Shelves:
    """folder: the data folder; sources: all folders that the index is built from, in order; ours is folder/sources."""

    folder: Path
    sources: tuple[Path, ...]

    @property
    def own(self) -> Path:
        """Where the documents lie that are managed here."""
        return self.folder / "sources"

    def live(self) -> dict[str, Path]:
        """Every source by name; of two with one name the first counts, as in the index."""
        found: dict[str, Path] = {}
        for path in source_files(self.sources):
            found.setdefault(path.name, path)
        return found

    def is_own(self, path: Path) -> bool:
        """Whether a source is managed here."""
        return path.parent == self.own

    def place(self, held: Held) -> Path:
        """Where a held file lies."""
        return self.folder / ("bin" if held.stage is Stage.BIN else "uploads") / held.held_id / held.name

    def move(self, source: Path, target: Path) -> None:
        """Move a file and its edits. Raises KeepingError; what has not moved is where it was."""
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if beside(source).exists():
                shutil.move(beside(source), beside(target))
            else:
                beside(target).unlink(missing_ok=True)
            shutil.move(source, target)
        except OSError as error:
            raise KeepingError("文件没有移动成", str(source), f"请检查磁盘和权限（{error.strerror}），再试一次。") from error

    def clear(self, held: Held) -> None:
        """Delete a held file for good, with its folder."""
        shutil.rmtree(self.place(held).parent, ignore_errors=True)

    def sweep(self) -> None:
        """Delete what broken uploads have left."""
        for path in (self.folder / "uploads").glob(f"{_INCOMING}*"):
            if time.time() - path.stat().st_mtime > _ABANDONED:
                path.unlink(missing_ok=True)


class Incoming:
    """A file being received, piece by piece. Use as a context manager: what is not finished is deleted at the end.

    Raises SourceError for a name that is not read and for more than most bytes, KeepingError when it cannot be written.
    """

    def __init__(self, shelves: Shelves, ledger: Ledger, name: str, most: int) -> None:
        self._shelves, self._ledger, self._most = shelves, ledger, most
        self.name = safe_name(name)
        self.size = 0
        folder = shelves.folder / "uploads"
        self._path = folder / f"{_INCOMING}{os.urandom(8).hex()}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._stream = self._path.open("xb")
        except OSError as error:
            raise self._unwritten(error) from error

    def __enter__(self) -> Incoming:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stream.close()
        self._path.unlink(missing_ok=True)

    def check(self, size: int) -> None:
        """Raise SourceError when size bytes are more than may be uploaded."""
        if size > self._most:
            limit = f"{self._most / 2**20:.3g}"
            raise SourceError(f"文件太大，最多 {limit} MB", self.name, "请拆成几份，或请管理员调大设置 library.upload_limit。")

    def write(self, piece: bytes) -> None:
        """Take the next piece."""
        self.size += len(piece)
        self.check(self.size)
        try:
            self._stream.write(piece)
        except OSError as error:
            raise self._unwritten(error) from error

    def finish(self, actor: str, replaces: str = "") -> Held:
        """Hold the whole file. Raises SourceError when it is empty."""
        if not self.size:
            raise SourceError("文件是空的", self.name, "请重新下载或另存后再试。")
        try:
            self._stream.flush()
            os.fsync(self._stream.fileno())
        except OSError as error:
            raise self._unwritten(error) from error
        held = self._ledger.hold(Stage.RECEIVED, self.name, self.name, actor, replaces)
        place = self._shelves.place(held)
        try:
            place.parent.mkdir(parents=True)
            os.replace(self._path, place)
        except OSError as error:
            self._ledger.let_go(held.held_id)
            raise self._unwritten(error) from error
        return held

    def _unwritten(self, error: OSError) -> KeepingError:
        return KeepingError("文件没有存下", self.name, f"请检查磁盘空间和权限（{error.strerror}），再传一次。")


def readable() -> str:
    """The suffixes that can be uploaded, for a file chooser."""
    return ",".join(supported_suffixes())
