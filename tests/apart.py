"""Work done in a thread of its own: this one's event loop may be the browser's."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_T = TypeVar("_T")


def apart(work: Callable[..., _T], *arguments: object) -> _T:
    """work(*arguments), or what it raises."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work, *arguments).result()
