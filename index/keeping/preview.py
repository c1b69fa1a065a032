"""What an administrator looks at before a document goes live: what was read, its problems, what it would replace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from corpus import wire
from corpus.check import check
from corpus.schema import Clause, ClauseKind, Document, ParsedSource
from errors import SourceError
from index.keeping.names import free_name
from index.keeping.shelves import PARSED, Shelves


@dataclass(frozen=True)
class Preview:
    """parsed: with all problems found. name: what the file is called once live. replaces: the sources that make way for
    it. blocked: why it cannot go live, "" when it can."""

    parsed: ParsedSource
    name: str
    replaces: tuple[str, ...] = ()
    blocked: str = ""

    def clauses_of(self, document: Document) -> list[Clause]:
        """A document's clauses in reading order."""
        return [clause for clause in self.parsed.clauses if clause.doc_id == document.doc_id]

    def counts(self, document: Document) -> dict[ClauseKind, int]:
        """How many clauses of each kind a document has; kinds without any are left out."""
        return dict(Counter(clause.kind for clause in self.clauses_of(document)))


def with_problems(parsed: ParsedSource) -> ParsedSource:
    """parsed with all that corpus.check finds."""
    return replace(parsed, problems=check(parsed))


def keep_parsed(held: Path, parsed: ParsedSource) -> None:
    """Keep what was read in a held file beside it. Raises OSError."""
    held.with_name(PARSED).write_bytes(wire.dump(parsed))


def kept_parsed(held: Path) -> ParsedSource:
    """What keep_parsed() kept. Raises SourceError when it is not there or damaged."""
    try:
        data = held.with_name(PARSED).read_bytes()
    except OSError as error:
        raise SourceError("还没有读完这个文件", held.name, "请稍等；一直这样的话，请放弃后重新上传。") from error
    return wire.parsed(data, held.name)


def preview_of(
    parsed: ParsedSource, name: str, shelves: Shelves, documents: Sequence[Document], wanted: str = ""
) -> Preview:
    """The preview of a file that is to go live. documents: the library's; wanted: the source it is a new version of,
    "" for none."""
    live = shelves.live()
    own = {document.doc_id for document in parsed.documents}
    holders = {document.source_path for document in documents if document.doc_id in own}
    replaces = tuple(sorted(holders | ({wanted} if wanted in live else set())))
    foreign = [other for other in replaces if other in live and not shelves.is_own(live[other])]
    blocked = ""
    if foreign:
        blocked = f"这份文件已经在 {'、'.join(foreign)} 里，那里的文件不由本页管理；请先在那边移走，再建立索引。"
    elif len(own) < len(parsed.documents):
        blocked = "文件里有两份名称、文号相同的文件，分不开；请只留一份，再上传。"
    return Preview(parsed, free_name(name, set(live) - set(replaces)), replaces, blocked)
