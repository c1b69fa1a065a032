"""Shared by all tests: no network but this machine's own, and a tiny library with a hand-made embedder."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.library import Library
from tests.tiny import make_library


def pytest_configure() -> None:
    # Two engines on two cores: spinning threads would make every timing a lottery.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ["HF_HUB_OFFLINE"] = "1"
    # A developer's own settings must not decide what a test sees.
    for name in [name for name in os.environ if name.startswith("WENGUI_")]:
        del os.environ[name]


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Connections leave this machine in no test: they are refused as they are without a network."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: object) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(str(address[0])):  # type: ignore[index]
            raise ConnectionRefusedError(f"tests are offline: {address}")
        real(self, address)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect)
        yield


def _is_loopback(host: str) -> bool:
    if host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host.split("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """The tiny documents, embedded by hand. Read only."""
    return make_library(tmp_path_factory.mktemp("library"))


@pytest.fixture(scope="session")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder as the commands use it: the tiny documents built with the bundled embedder. Read only."""
    from index.embedders import load_embedder

    folder = tmp_path_factory.mktemp("data")
    make_library(folder, embedder=load_embedder())
    return folder


@pytest.fixture
def environment(data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The settings of data_folder, without a language model, set for this process and returned for others."""
    wanted = {
        "WENGUI_DATA_FOLDER": str(data_folder), "WENGUI_DATA_SHIPPED": "false", "WENGUI_PRESET": "excerpt", "WENGUI_INDEX_RERANK": "false",
        "WENGUI_INDEX_THREADS": "1",
    }
    for name, value in wanted.items():
        monkeypatch.setenv(name, value)
    return {**os.environ, **wanted}
