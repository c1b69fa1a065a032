"""ClauseNodeParser in a stock LlamaIndex IngestionPipeline."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from five_formats import write_txt
from llama_index.core import Document
from llama_index.core.ingestion import DocstoreStrategy, IngestionPipeline
from llama_index.core.schema import BaseNode, MetadataMode, NodeRelationship, TransformComponent
from llama_index.core.storage.docstore import SimpleDocumentStore

from corpus.node_parser import ClauseNodeParser
from corpus.parse import parse_file


class _Count(TransformComponent):
    """A stock second step: sees what the parser made."""

    def __call__(self, nodes: Sequence[BaseNode], **kwargs: Any) -> Sequence[BaseNode]:
        for node in nodes:
            node.metadata["length"] = len(node.get_content(metadata_mode=MetadataMode.NONE))
        return nodes


def _document(tmp_path: Path) -> tuple[Document, Path]:
    path = tmp_path / "plan.txt"
    write_txt(path)
    return Document(text=path.read_text(encoding="utf-8"), metadata={"file_name": "plan.txt"}, id_="plan"), path


def test_it_works_in_a_stock_pipeline_with_the_clauses_of_the_corpus(tmp_path: Path) -> None:
    document, path = _document(tmp_path)
    pipeline = IngestionPipeline(transformations=[ClauseNodeParser(), _Count()], disable_cache=True)
    nodes = pipeline.run(documents=[document])
    clauses = parse_file(path).clauses
    assert [n.node_id for n in nodes] == [c.clause_id for c in clauses]
    assert [n.get_content(metadata_mode=MetadataMode.NONE) for n in nodes] == [c.text for c in clauses]
    item = next(n for n in nodes if n.metadata.get("label") == "（一）")
    assert item.metadata["document_title"] == "澄江市义务教育强校提质行动规划（2026—2030年）"
    assert item.metadata["heading_path"] == "二、扩大优质学位供给" and item.metadata["lead_departments"] == "市教育局"
    assert item.metadata["file_name"] == "plan.txt" and item.metadata["length"] > 20
    assert "clause_id" not in item.get_content(metadata_mode=MetadataMode.EMBED)


def test_relations_hold_both_ways(tmp_path: Path) -> None:
    document, _ = _document(tmp_path)
    nodes = ClauseNodeParser().get_nodes_from_documents([document])
    by_id = {n.node_id: n for n in nodes}
    for before, after in itertools.pairwise(nodes):
        assert before.relationships[NodeRelationship.NEXT].node_id == after.node_id
        assert after.relationships[NodeRelationship.PREVIOUS].node_id == before.node_id
    children = [n for n in nodes if n.parent_node]
    assert children
    for child in children:
        parent = by_id[child.parent_node.node_id]
        assert child.node_id in [info.node_id for info in parent.child_nodes]
        assert child.ref_doc_id == "plan"


def test_a_second_run_of_the_same_file_adds_nothing(tmp_path: Path) -> None:
    document, _ = _document(tmp_path)
    pipeline = IngestionPipeline(
        transformations=[ClauseNodeParser()],
        docstore=SimpleDocumentStore(),
        docstore_strategy=DocstoreStrategy.DUPLICATES_ONLY,
    )
    assert pipeline.run(documents=[document])
    assert pipeline.run(documents=[document]) == []


def test_the_same_text_twice_gives_ids_of_its_own(tmp_path: Path) -> None:
    document, _ = _document(tmp_path)
    other = Document(text=document.text, metadata={"file_name": "copy.txt"}, id_="copy")
    nodes = ClauseNodeParser().get_nodes_from_documents([document, other])
    assert len({n.node_id for n in nodes}) == len(nodes)


def test_the_pipeline_cache_knows_it_again(tmp_path: Path) -> None:
    document, _ = _document(tmp_path)
    pipeline = IngestionPipeline(transformations=[ClauseNodeParser()])
    first = pipeline.run(documents=[document])
    assert [n.node_id for n in pipeline.run(documents=[document])] == [n.node_id for n in first]
    assert ClauseNodeParser().to_dict()["class_name"] == "ClauseNodeParser"
