"""Tiny documents, embedders and libraries for tests: real parts, small enough to work out by hand."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from pathlib import Path

from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr

from index.build import BuildReport, build
from index.library import Library, open_library
from index.store import Store
from index.tokens import bigrams, words

CITY = """重庆市社区学习行动方案（2026—2030年）
一、总体目标
到2030年，社区学习中心覆盖全部街道，形成人人可学的格局。
二、重点任务
（一）建设学习中心。到2028年，新建社区学习中心120个，每个中心每周开放不少于40小时。
牵头部门：市教委。
配合部门：市文化旅游委、市财政局。
（二）发展夜间课堂。夜间课堂每期不超过30人，不得收取材料费。
牵头部门：市总工会。
（三）培育银发讲师。“银发讲师”是指由退休教师组成、为社区老人授课的志愿队伍。
"""
NATION = """全国社区学习发展纲要（2026—2035年）
一、发展目标
到2035年，社区学习中心覆盖率达到95%，居民年人均学习时间不少于60小时。
二、保障措施
（一）加强经费保障。各地按常住人口人均不低于8元安排社区学习经费。
"""
COUNTY = """青岚县校车管理办法
第一条 校车每座限坐一人，车速不得超过每小时60公里。
第二条 校车驾驶员应当每年接受16学时的安全培训。
第三条 校车行驶路线由县公安局会同县教育局确定。
"""
TEXTS: Mapping[str, str] = {"city.txt": CITY, "county.txt": COUNTY, "nation.txt": NATION}


class BagEmbedding(BaseEmbedding):
    """Bag of bigrams hashed into 64 places, length one: nothing learnt, and every cosine can be worked out.

    seen: the texts embedded, in order, so that a test can say what was embedded again.
    """

    _seen: list[str] = PrivateAttr(default_factory=list)

    @classmethod
    def open(cls, name: str = "bag-64") -> BagEmbedding:
        return cls(model_name=name)

    @property
    def seen(self) -> list[str]:
        return self._seen

    def _get_query_embedding(self, query: str) -> list[float]:
        return bag(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return bag(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        self._seen.append(text)
        return bag(text)


def bag(text: str, places: int = 64) -> list[float]:
    """Counts of the text's bigrams and words by hash, length 1; the first place alone for a text without any."""
    vector = [0.0] * places
    for token in (*bigrams(text), *words(text)):
        vector[int.from_bytes(hashlib.sha256(token.encode()).digest()[:4], "big") % places] += 1.0
    length = math.sqrt(sum(value * value for value in vector))
    return [value / length for value in vector] if length else [1.0, *[0.0] * (places - 1)]


def write_sources(folder: Path, texts: Mapping[str, str] = TEXTS) -> Path:
    """The texts as files of folder/sources; the folder with them."""
    sources = folder / "sources"
    sources.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (sources / name).write_text(text, encoding="utf-8")
    return sources


def make_library(folder: Path, texts: Mapping[str, str] = TEXTS, embedder: BaseEmbedding | None = None) -> Library:
    """The texts built into folder/library.db and opened."""
    sources = write_sources(folder, texts)
    store = Store(folder / "library.db")
    build(store, [sources], embedder or BagEmbedding.open())
    library = open_library(store, folder / "cache")
    store.close()
    return library


class Workshop:
    """One store over one folder of sources, to be built again and again. Use as a context manager."""

    def __init__(self, folder: Path, texts: Mapping[str, str] = TEXTS) -> None:
        self.folder, self.sources = folder, write_sources(folder, texts)
        self.embedder = BagEmbedding.open()
        self.store = Store(folder / "library.db")

    def __enter__(self) -> Workshop:
        return self

    def __exit__(self, *_: object) -> None:
        self.store.close()

    def write(self, name: str, text: str | bytes) -> None:
        """Put a source file there."""
        (self.sources / name).write_bytes(text if isinstance(text, bytes) else text.encode())

    def build(self, *, rebuild: bool = False) -> BuildReport:
        """Build with an embedder whose seen holds only this build's texts."""
        self.embedder.seen.clear()
        return build(self.store, [self.sources], self.embedder, rebuild=rebuild)

    def texts(self) -> str:
        """All clause texts of the store, one a line."""
        return "\n".join(clause.text for clause in self.store.clauses())
