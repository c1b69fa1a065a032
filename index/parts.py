"""What library.db holds of each source, read once and taken over while the source stays the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from corpus.schema import Clause
from errors import LibraryError
from index.schema import Passage
from index.store import Store

_QUOTED = re.compile(r"[“《]([\u4e00-\u9fff]{2,8})[”》]")


@dataclass(frozen=True)
class Part:
    """One source's clauses and passages in reading order. keys: each passage's text hash; vectors: a row each.

    sha256: of the file it was read from; names: what its text sets apart as names.
    """

    path: str
    sha256: str
    clauses: tuple[Clause, ...]
    passages: tuple[Passage, ...]
    keys: tuple[str, ...]
    vectors: np.ndarray
    names: frozenset[str]


def read_parts(store: Store, model: str, previous: Mapping[str, Part]) -> list[Part]:
    """Every source's part, in order. previous: parts by path, which serve again where the source is the same.

    For a caller that holds a snapshot of the store. Raises LibraryError when vectors are missing or of several lengths.
    """
    parts, missing, lengths = [], 0, set()
    for path, sha256 in store.sources().items():
        part = previous.get(path)
        if part is None or part.sha256 != sha256:
            clauses, passages, keys = store.read_source(path)
            known = store.vectors(sorted(set(keys)), model)
            missing += sum(1 for key in keys if key not in known)
            lengths |= {vector.shape for vector in known.values()}
            rows = [known[key] for key in keys if key in known] if len(lengths) == 1 else []
            vectors = np.stack(rows) if rows else np.zeros((0, 0), dtype=np.float32)
            part = Part(path, sha256, tuple(clauses), tuple(passages), tuple(keys), vectors, frozenset(names_in(clauses)))
        parts.append(part)
    lengths |= {part.vectors.shape[1:] for part in parts if len(part.vectors)}
    if missing:
        raise LibraryError(f"资料库缺 {missing} 段的向量", str(store.path), "请运行 python -m index build 补上。")
    if len(lengths) > 1:
        raise LibraryError("资料库里的向量长短不一", str(store.path), "请运行 python -m index build --rebuild 重算。")
    return parts


def names_in(clauses: Iterable[Clause]) -> set[str]:
    """The names documents themselves set apart: what stands in quotation marks, and short indicator names."""
    names: set[str] = set()
    for clause in clauses:
        names.update(_QUOTED.findall(clause.text))
        if clause.row is not None and len(clause.row.indicator) <= 6:
            names.add(clause.row.indicator)
    return names


def rows_naming(names: frozenset[str], passages: Iterable[Passage]) -> list[int]:
    """Rows of the passages whose text holds one of the names: they are cut into other words once the names are known."""
    if not names:
        return []
    wanted = re.compile("|".join(map(re.escape, sorted(names))))
    # Search text is without white space; a name may run over the end of a line.
    return [row for row, passage in enumerate(passages) if wanted.search("".join(passage.embed_text.split()))]
