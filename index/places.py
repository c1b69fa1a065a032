"""Which index holds the vectors, by the settings: FAISS beside library.db, or Milvus. The factory alone."""

from __future__ import annotations

from typing import Any

from errors import SettingsError
from index.milvus import MilvusPlace

KINDS = ("faiss", "milvus")


def place_of(settings: Any) -> MilvusPlace | None:
    """Where the vectors are besides library.db; None for FAISS files in the cache folder. Raises SettingsError."""
    chosen = settings.index
    if chosen.vectors not in KINDS:
        raise SettingsError(f"设置 index.vectors 的值不对：{chosen.vectors!r}", "", f"可用的有：{'、'.join(KINDS)}。")
    if chosen.vectors == "faiss":
        return None
    if not chosen.milvus_uri:
        raise SettingsError("没有写明 Milvus 的地址", "设置 index.milvus_uri", "例如 http://127.0.0.1:19530。")
    return MilvusPlace(chosen.milvus_uri, chosen.milvus_token, chosen.milvus_collection, writes=settings.library.manage)
