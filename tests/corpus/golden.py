"""The golden files of the newsletter: how a parsed source is written down. Test helper.

After a change that is right, rewrite them with `python tests/corpus/golden.py` from the project folder and read
the difference against the source before you keep it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NEWSLETTER = ROOT / "corpus" / "sources" / "newsletter-2025-02.txt"
DOCUMENTS = ROOT / "tests" / "golden" / "newsletter_documents.json"
CLAUSES = ROOT / "tests" / "golden" / "newsletter_clauses.txt"


def render_documents(parsed) -> str:
    """Title, issuer, level, number, date, period, publisher, aliases, pages and number of clauses of each document."""
    rows = []
    for document in parsed.documents:
        own = [clause for clause in parsed.clauses if clause.doc_id == document.doc_id]
        pages = [page for clause in own for page in (clause.page_start, clause.page_end) if page]
        rows.append(
            {
                "title": document.title,
                "issuer": document.issuer,
                "level": document.level.value,
                "doc_number": document.doc_number,
                "issued_on": document.issued_on,
                "period": document.period,
                "publisher": document.publisher,
                "aliases": list(document.aliases),
                "pages": [min(pages), max(pages)] if pages else None,
                "clauses": len(own),
            }
        )
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


def render_clauses(parsed) -> str:
    """One line a clause: kind, page, label, path, title; then what it carries, and its length and both ends."""
    lines = []
    doc_id = ""
    titles = {document.doc_id: document.title for document in parsed.documents}
    for clause in parsed.clauses:
        if clause.doc_id != doc_id:
            doc_id = clause.doc_id
            lines.append(f"《{titles[doc_id]}》")
        facts = []
        if clause.lead_departments:
            facts.append(f"牵头={'、'.join(clause.lead_departments)}")
        if clause.support_departments:
            facts.append(f"配合={'、'.join(clause.support_departments)}")
        if clause.inherited_years:
            facts.append(f"年={'、'.join(clause.inherited_years)}")
        if clause.notes:
            facts.append(
                "注="
                + "、".join(
                    f"{note.number}@{clause.text[max(0, note.position - 6) : note.position]}" for note in clause.notes
                )
            )
        if clause.row:
            values = " ".join(f"{year}:{value}" for year, value in clause.row.values.items())
            facts.append(f"行={clause.row.group}|{clause.row.indicator}|{clause.row.unit}|{values}")
        text = clause.text.replace("\n", "/")
        ends = text if len(text) <= 40 else f"{text[:20]}…{text[-20:]}"
        path = " › ".join(clause.heading_path)
        lines.append(
            f"{clause.kind.value} p{clause.page_start} [{clause.label}] {path} | {clause.title.replace(chr(10), '/')} | "
            f"{len(clause.text)}字 {ends}" + "".join(f" | {fact}" for fact in facts)
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    from corpus.parse import parse_file

    newsletter = parse_file(NEWSLETTER)
    DOCUMENTS.write_text(render_documents(newsletter), encoding="utf-8")
    CLAUSES.write_text(render_clauses(newsletter), encoding="utf-8")
