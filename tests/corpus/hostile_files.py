"""Files made to do harm, each by a small builder: packages, PDFs and texts that no honest program writes."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
BODY = "<w:p><w:r><w:t>青岚县夜校办法</w:t></w:r></w:p><w:p><w:r><w:t>第一条 夜校每学期收费不超过100元。</w:t></w:r></w:p>"
TEXT = "青岚县夜校办法\n第一条 夜校每学期收费不超过100元。\n"


def document(body: str = BODY, before: str = "") -> str:
    """word/document.xml. before: what stands before its root."""
    return f'<?xml version="1.0" encoding="UTF-8"?>{before}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'


def docx(body: str = BODY, before: str = "", parts: Mapping[str, str | bytes] | None = None) -> bytes:
    """A Word package with this body and these other parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", document(body, before))
        for name, content in (parts or {}).items():
            archive.writestr(name, content)
    return made.getvalue()


def bomb(size: int = 200 * 2**20) -> bytes:
    """A package whose body unpacks to size bytes of one character."""
    return docx(f"{BODY}<w:p><w:r><w:t>{'0' * size}</w:t></w:r></w:p>")


def lying_size(declared: int) -> bytes:
    """A package whose directory declares another size for its body than it has."""
    good = docx()
    at = good.index(b"PK\x01\x02") + 24  # the central directory's uncompressed size
    return good[:at] + struct.pack("<I", declared) + good[at + 4 :]


def relations(*targets: tuple[str, str]) -> str:
    """word/_rels/document.xml.rels with outside targets: (type, address)."""
    listed = "".join(
        f'<Relationship Id="r{i}" Type="{OFFICE}/{kind}" Target="{address}" TargetMode="External"/>' for i, (kind, address) in enumerate(targets)
    )
    return f'<Relationships xmlns="{RELATIONS}">{listed}</Relationships>'


ENTITY_BOMB = '<!DOCTYPE b [<!ENTITY a "哈哈哈哈哈哈哈哈哈哈">' + "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True)
) + "]>"
OUTSIDE_ENTITY = '<!DOCTYPE b [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


def pdf(catalogue: str = "", objects: Mapping[int, str] | None = None, *, box: str = "0 0 595 842") -> bytes:
    """A PDF of one line of Latin text, with more entries in its catalogue and more objects (from number 10 on)."""
    stream = "BT /F1 12 Tf 72 700 Td (Evening school fee 100 yuan per term.) Tj ET"
    all_objects = {
        1: f"<< /Type /Catalog /Pages 2 0 R {catalogue} >>", 2: "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        4: f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        5: "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>", **(objects or {}),
    }
    made, places = bytearray(b"%PDF-1.7\n"), {}
    for number, content in all_objects.items():
        places[number] = len(made)
        made += f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1")
    start, last = len(made), max(all_objects)
    made += f"xref\n0 {last + 1}\n0000000000 65535 f \n".encode()
    for number in range(1, last + 1):
        made += (f"{places[number]:010} 00000 n \n" if number in places else "0000000000 65535 f \n").encode()
    return bytes(made + f"trailer\n<< /Size {last + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode())


SCRIPTED = pdf("/OpenAction 10 0 R", {10: "<< /S /JavaScript /JS (app.alert\\(1\\)) >>"})
ATTACHED = pdf(
    "/Names << /EmbeddedFiles << /Names [(evil.exe) 10 0 R] >> >>",
    {10: "<< /Type /Filespec /F (evil.exe) /EF << /F 11 0 R >> >>", 11: "<< /Type /EmbeddedFile /Length 2 >>\nstream\nMZ\nendstream"},
)
DEEP_PDF = pdf("/Deep " + "[" * 10_000 + "]" * 10_000)
