"""The clauses of a document as LlamaIndex TextNodes, for a stock IngestionPipeline. Importing it loads llama_index.

Holds no parsing of its own: corpus.parse does the work.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llama_index.core.node_parser import NodeParser
from llama_index.core.schema import BaseNode, MetadataMode, NodeRelationship, RelatedNodeInfo, TextNode

from corpus.parse import parse_pages
from corpus.readers.text import split_pages
from corpus.schema import Clause, Document

# Neither an embedding model nor a language model gains from ids and offsets.
_HIDDEN = ["clause_id", "document_id", "kind", "page", "page_end"]


class ClauseNodeParser(NodeParser):
    """Each clause of a Chinese official document becomes one TextNode.

    metadata: clause_id, document_id, document_title, heading_path (joined by " › "), label, kind, page, page_end,
    lead_departments, support_departments, years (inherited), context; keys without a value are left out.
    Relations: SOURCE, PREVIOUS, NEXT (by LlamaIndex), PARENT and CHILD by the heading tree. Node ids are the clause
    ids, stable over runs, with ~2, ~3 … for a clause that several input documents hold.
    """

    @classmethod
    def class_name(cls) -> str:
        """The name LlamaIndex stores it under."""
        return "ClauseNodeParser"

    def _parse_nodes(self, nodes: Sequence[BaseNode], show_progress: bool = False, **kwargs: Any) -> list[BaseNode]:
        made: list[BaseNode] = []
        seen: dict[str, int] = {}
        for source in nodes:
            name = str(source.metadata.get("file_name") or source.node_id)
            text = source.get_content(metadata_mode=MetadataMode.NONE)
            if text.strip():
                made.extend(_nodes_of(source, text, name, seen))
        return made


def _nodes_of(source: BaseNode, text: str, name: str, seen: dict[str, int]) -> list[BaseNode]:
    parsed = parse_pages(split_pages(text), name)
    documents = {document.doc_id: document for document in parsed.documents}
    nodes: list[TextNode] = []
    by_clause: dict[str, TextNode] = {}
    for clause in parsed.clauses:
        seen[clause.clause_id] = seen.get(clause.clause_id, 0) + 1
        node_id = clause.clause_id if seen[clause.clause_id] == 1 else f"{clause.clause_id}~{seen[clause.clause_id]}"
        node = TextNode(
            id_=node_id,
            text=clause.text,
            metadata=_metadata(clause, documents[clause.doc_id]),
            start_char_idx=clause.source_start,
            end_char_idx=clause.source_end,
            excluded_embed_metadata_keys=list(_HIDDEN),
            excluded_llm_metadata_keys=list(_HIDDEN),
        )
        node.relationships[NodeRelationship.SOURCE] = source.as_related_node_info()
        by_clause[clause.clause_id] = node
        nodes.append(node)
    for clause in parsed.clauses:
        parent = by_clause.get(clause.parent_id or "")
        if parent is not None:
            _relate(parent, by_clause[clause.clause_id])
    return list(nodes)


def _relate(parent: TextNode, child: TextNode) -> None:
    child.relationships[NodeRelationship.PARENT] = RelatedNodeInfo(node_id=parent.node_id)
    children = parent.relationships.setdefault(NodeRelationship.CHILD, [])
    if isinstance(children, list):
        children.append(RelatedNodeInfo(node_id=child.node_id))


def _metadata(clause: Clause, document: Document) -> dict[str, Any]:
    values = {
        "clause_id": clause.clause_id,
        "document_id": document.doc_id,
        "document_title": document.title,
        "heading_path": " › ".join(clause.heading_path),
        "label": clause.label,
        "kind": clause.kind.value,
        "page": clause.page_start,
        "page_end": clause.page_end,
        "lead_departments": "、".join(clause.lead_departments),
        "support_departments": "、".join(clause.support_departments),
        "years": "、".join(clause.inherited_years),
        "context": clause.context,
    }
    return {key: value for key, value in values.items() if value not in (None, "")}
