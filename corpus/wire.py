"""A ParsedSource as JSON and back. What comes back is checked against the types of corpus.schema: it may be a stranger's."""

from __future__ import annotations

from functools import cache
from typing import Any

from corpus.schema import ParsedSource
from errors import SourceError


@cache
def _adapter() -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(ParsedSource)


def dump(source: ParsedSource) -> bytes:
    """source as JSON, UTF-8."""
    return _adapter().dump_json(source)


def parsed(data: bytes, where: str) -> ParsedSource:
    """What dump() wrote. Raises SourceError when data is anything else, with where as the place."""
    try:
        source = _adapter().validate_json(data)
    except ValueError as error:  # pydantic's ValidationError is one
        raise SourceError("读出的内容不完整", where, "请再试一次；还是这样的话，请打开文件确认后另存再试。") from error
    known = {document.doc_id for document in source.documents}
    if any(clause.doc_id not in known for clause in source.clauses):
        raise SourceError("读出的内容前后不一", where, "请打开文件确认后另存再试。")
    return source
