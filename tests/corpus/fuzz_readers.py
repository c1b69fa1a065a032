"""The readers under a coverage-guided fuzzer (atheris): whatever the bytes, a file is read or refused with a reason.

python -m tests.corpus.fuzz_readers FOLDER [libFuzzer's options, such as -max_total_time=600]
FOLDER gets the seeds, good and hostile files of every format, and what the fuzzer finds worth keeping. The first byte of
an input says which format it is read as. An input that breaks the readers is left in the current folder as crash-….
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from tests.corpus import hostile_files as hostile

SUFFIXES = (".txt", ".md", ".html", ".docx", ".pdf")
_SEEDS: dict[str, tuple[bytes, ...]] = {
    ".txt": (hostile.TEXT.encode(), hostile.TEXT.encode("gb18030"), "一、总则\n1.甲。\n（一）乙。\n注1：丙。\n".encode()),
    ".md": ("# 题\n\n## 一、总则\n\n- 甲\n- 乙\n\n| 指标 | 2027年 |\n|---|---|\n| 率（%） | 95 |\n".encode(),),
    ".html": ("<h1>题</h1><table><tr><td rowspan=2>甲<td>乙<tr><td>丙</table><ol><li>丁</ol><!-- 戊 -->".encode(),),
    ".docx": (hostile.docx(), hostile.docx(parts={"word/_rels/document.xml.rels": hostile.relations(("image", "http://127.0.0.1/x"))}), hostile.lying_size(9)),
    ".pdf": (hostile.pdf(), hostile.SCRIPTED, hostile.ATTACHED),
}


def write_seeds(folder: Path) -> int:
    """Put the seeds into folder. Returns how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for kind, suffix in enumerate(SUFFIXES):
        for data in _SEEDS[suffix]:
            (folder / f"seed-{count}").write_bytes(bytes([kind]) + data)
            count += 1
    return count


def main(arguments: Sequence[str]) -> None:
    """Fuzz until an option says stop. Leaves through atheris, with another code than 0 when a reader broke."""
    import atheris

    with atheris.instrument_imports(include=["corpus"]):
        from corpus import readers
        from corpus.parse import parse_file

        for module in iter_modules(readers.__path__):
            import_module(f"corpus.readers.{module.name}")  # else imported on the first file, too late to be followed
    from errors import SourceError

    write_seeds(Path(arguments[0]))
    with tempfile.TemporaryDirectory() as folder:

        def one(data: bytes) -> None:
            path = Path(folder) / f"input{SUFFIXES[data[0] % len(SUFFIXES)] if data else '.txt'}"
            path.write_bytes(data[1:])
            try:
                parse_file(path)
            except SourceError as error:
                if not (error.what and error.remedy):
                    raise AssertionError(f"refused without a reason: {error.what!r}, {error.remedy!r}") from error

        atheris.Setup([sys.argv[0], *arguments], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
