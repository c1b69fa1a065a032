"""The search indexes at any size: time to build, time to search, memory, and what the large index misses.

Texts are words drawn as often as jieba's dictionary counts them; vectors are mixtures of subjects whose cosines lie as the
bundled model's do (unrelated ones near 0.8). Measured: the dense and both word legs with their fusion, over indexes saved
and loaded as the product's caches are. Not measured: encoding the question, features, reranking, the clauses themselves
in memory. Each size is built in one process and searched in another. Times are wall-clock seconds.
"""

from __future__ import annotations

import multiprocessing
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from eval import machine
from eval.metrics.statistics import percentile
from index import tokens
from index.fusion import reciprocal_ranks
from index.lexical import LexicalIndex
from index.retriever import LEG, top
from index.vectors import VectorIndex

Progress = Callable[[str, int, int], None]
DIMENSION = 384
_LATENT, _A_SUBJECT = 48, 50  # dimensions that subjects differ in, passages about one subject
_WORDS, _ASKED_WORDS = 18, 5  # of a passage, of a question
_BLOCK = 50_000
_RECALL_AT = (10, 100)
_DENSE = 4 * LEG


@dataclass(frozen=True)
class Built:
    """One size, built: seconds for the vectors' index and for the words', peak memory of all this, size of the files."""

    vectors: float
    words: float
    peak_mib: float
    files_mib: float


@dataclass(frozen=True)
class Searched:
    """The same, loaded in another process and asked. first: the first question; dense: of p50, the vectors' part; cpu: of
    p50, what the processor worked, which other programs on the machine do not stretch; recall: at 10 and 100, of the
    exact search; own_mib: of the peak, what is not pages of files that the system may drop (0 where it does not tell)."""

    load: float
    first: float
    p50: float
    p95: float
    dense: float
    cpu: float
    recall: tuple[float, ...]
    peak_mib: float
    own_mib: float


@dataclass(frozen=True)
class Size:
    """exact: whether every vector is compared at this size."""

    passages: int
    exact: bool
    built: Built
    searched: Searched


def run(sizes: Sequence[int], questions: int, progress: Progress) -> list[Size]:
    """Measure each size in processes of its own, one after the other."""
    made = []
    for done, size in enumerate(sizes):
        progress("规模", done, len(sizes))
        with tempfile.TemporaryDirectory(prefix="wengui-scale-") as folder:
            built, exact = _apart(_build, Path(folder), size, questions)
            made.append(Size(size, exact, built, _apart(_search, Path(folder), size, questions)))
    progress("规模", len(sizes), len(sizes))
    return made


def _apart(work: Callable, *arguments: object) -> object:
    """work in a fresh process, so that its peak memory is its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def _build(folder: Path, size: int, questions: int) -> tuple[Built, bool]:
    matrix = vectors(size)
    exact = _exact(matrix, questions)
    np.savez(folder / "asked.npz", **exact)
    _warm()
    begun = time.perf_counter()
    index = VectorIndex.build(matrix)
    index.save(folder / "vectors.faiss")
    dense = time.perf_counter() - begun
    kind = index.is_exact
    del matrix, index
    made = texts(size)
    (folder / "asked.txt").write_text("\n".join(_question(made[row]) for row in exact["rows"]), encoding="utf-8")
    begun = time.perf_counter()
    LexicalIndex.build(made).save(folder / "bm25")
    words = time.perf_counter() - begun
    files = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 2**20
    return Built(round(dense, 1), round(words, 1), round(machine.peak_memory_mib()), round(files)), kind


def _search(folder: Path, size: int, questions: int) -> Searched:
    _warm()
    begun = time.perf_counter()
    dense, lexical = VectorIndex.load(folder / "vectors.faiss", size, DIMENSION), LexicalIndex.load(folder / "bm25", size)
    loaded = time.perf_counter() - begun
    asked = np.load(folder / "asked.npz")
    wanted = (folder / "asked.txt").read_text(encoding="utf-8").split("\n")
    times, alone, worked, recalls = [], [], [], []
    for vector, text, exact in zip(asked["vectors"], wanted, asked["exact"], strict=True):
        begun, spent = time.perf_counter(), time.process_time()
        rows, scores = dense.search(vector, _DENSE)
        alone.append(time.perf_counter() - begun)
        cosines = np.zeros(size, dtype=np.float32)
        cosines[rows] = scores
        legs = {
            "dense": top(cosines, LEG), "words": top(lexical.word_scores(tokens.words(text)), LEG, positive=True),
            "bigrams": top(lexical.bigram_scores(text), LEG, positive=True),
        }
        fused = reciprocal_ranks(legs)
        sorted(fused, key=lambda row: -fused[row])
        times.append(time.perf_counter() - begun)
        worked.append(time.process_time() - spent)
        recalls.append([len(np.intersect1d(rows[:k], exact[:k])) / min(k, size) for k in _RECALL_AT])
    return Searched(
        round(loaded, 2), times[0], percentile(times[1:], 50), percentile(times[1:], 95), percentile(alone[1:], 50), percentile(worked[1:], 50),
        tuple(np.mean(recalls, axis=0).round(4).tolist()), round(machine.peak_memory_mib()),
        round(machine.own_memory_mib()),
    )


def _warm() -> None:
    """Load what is no part of an index: jieba's dictionary, the packages."""
    tokens.words("分词")
    VectorIndex.build(np.eye(2, dtype=np.float32)).search(np.ones(2, dtype=np.float32), 1)
    LexicalIndex.build(["分词"]).bigram_scores("分词")


def vectors(size: int, seed: int = 1) -> np.ndarray:
    """So many vectors of length one: a direction common to all, a subject, and what is the passage's own."""
    chance = np.random.default_rng(seed)
    plane = chance.normal(size=(_LATENT, DIMENSION)).astype(np.float32) / np.sqrt(DIMENSION)
    common = chance.normal(size=DIMENSION).astype(np.float32)
    subjects = chance.normal(size=(max(1, size // _A_SUBJECT), _LATENT)).astype(np.float32)
    made = np.empty((size, DIMENSION), dtype=np.float32)
    for start in range(0, size, _BLOCK):
        count = min(_BLOCK, size - start)
        own = chance.normal(size=(count, _LATENT)).astype(np.float32)
        about = (0.8 * subjects[chance.integers(0, len(subjects), count)] + 0.6 * own) / np.sqrt(_LATENT)
        noise = chance.normal(size=(count, DIMENSION)).astype(np.float32) / np.sqrt(DIMENSION)
        block = 2 * common / np.linalg.norm(common) + about @ plane + 0.3 * noise
        made[start : start + count] = block / np.linalg.norm(block, axis=1, keepdims=True)
    return made


def texts(size: int, seed: int = 1) -> list[str]:
    """So many passages of words drawn as often as jieba's dictionary counts them."""
    counted = [(word, count) for word, count in tokens.segmenter().FREQ.items() if count and 2 <= len(word) <= 4 and word.isalpha()]
    words = np.asarray([word for word, _ in counted], dtype=object)
    weights = np.asarray([count for _, count in counted], dtype=np.float64)
    chance = np.random.default_rng(seed)
    made: list[str] = []
    for start in range(0, size, _BLOCK):
        drawn = chance.choice(len(words), (min(_BLOCK, size - start), _WORDS), p=weights / weights.sum())
        made += ["，".join(("".join(row[:9]), "".join(row[9:]))) + "。" for row in words[drawn].tolist()]
    return made


def _question(text: str) -> str:
    return text[3 : 3 + 3 * _ASKED_WORDS]


def _exact(matrix: np.ndarray, questions: int) -> dict[str, np.ndarray]:
    """Questions near rows, and what an exact search finds for them."""
    import faiss

    chance = np.random.default_rng(2)
    rows = chance.integers(0, len(matrix), questions)
    asked = 0.75 * matrix[rows] + 0.25 * matrix[chance.integers(0, len(matrix), questions)]
    asked /= np.linalg.norm(asked, axis=1, keepdims=True)
    found = faiss.knn(asked, matrix, min(max(_RECALL_AT), len(matrix)), metric=faiss.METRIC_INNER_PRODUCT)[1]
    return {"rows": rows, "vectors": asked, "exact": found}


def table(sizes: Sequence[Size]) -> str:
    """The figures for a person to read."""
    lines = []
    for size in sizes:
        built, searched = size.built, size.searched
        lines.append(
            f"{size.passages:>9,} 段（{'逐一比较' if size.exact else 'HNSW'}）：建向量索引 {built.vectors:.1f} 秒、词索引 {built.words:.1f} 秒，"
            f"内存最多 {built.peak_mib} MiB，文件 {built.files_mib} MiB；载入 {searched.load:.2f} 秒，检索 p50 {searched.p50 * 1000:.0f} 毫秒、"
            f"p95 {searched.p95 * 1000:.0f} 毫秒（p50 里向量 {searched.dense * 1000:.0f} 毫秒，处理器 {searched.cpu * 1000:.0f} 毫秒），内存最多 {searched.peak_mib} MiB"
            f"（文件页以外 {searched.own_mib} MiB），召回@10 {searched.recall[0]:.3f}、@100 {searched.recall[1]:.3f}"
        )
    return "\n".join(lines)


def as_plain(sizes: Sequence[Size]) -> dict[str, object]:
    """The figures with versions and machine, as JSON can hold them."""
    return {"sizes": [asdict(size) for size in sizes], "versions": machine.versions(), "machine": machine.machine()}
