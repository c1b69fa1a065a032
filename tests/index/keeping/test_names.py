"""Names of uploaded files become names in our own folder, whatever they try."""

from __future__ import annotations

import pytest

from errors import SourceError
from index.keeping.names import free_name, safe_name


@pytest.mark.parametrize(("given", "kept"), [
    ("方案.docx", "方案.docx"), ("../../etc/passwd.txt", "passwd.txt"), ("C:\\Users\\x\\方案.PDF", "方案.pdf"), ("/etc/cron.d/a.md", "a.md"),
    (".htaccess.txt", "htaccess.txt"), ("a\x00b\n.txt", "a_b_.txt"), ("a\u202etxt.exe.txt", "atxt.exe.txt"),
    ("con.txt", "文件 con.txt"), ("README.md", "文件 README.md"), ("Sources-2.md", "文件 Sources-2.md"), ("a:b*?.html", "a_b__.html"),
    (" 方案 .txt", "方案.txt"), ("e\u0301.txt", "\u00e9.txt"),
])
def test_a_name_is_made_safe(given: str, kept: str) -> None:
    assert safe_name(given) == kept
    assert safe_name(kept) == kept


def test_a_long_name_is_cut_before_its_suffix() -> None:
    name = safe_name("教" * 500 + ".docx")
    assert name.endswith("教.docx") and len(name.encode()) <= 180


@pytest.mark.parametrize("given", ["", "..", "..txt", "/", "a", "a.exe", "a.txt.exe", "a.docm", "a.txt/", "a.txt\u202e.exe", "a." + "x" * 500])
def test_other_kinds_are_refused(given: str) -> None:
    with pytest.raises(SourceError, match="还不能读取") as caught:
        safe_name(given)
    assert "docx" in caught.value.remedy and len(caught.value.message) < 250


def test_a_name_that_is_taken_is_numbered() -> None:
    assert free_name("a.txt", ()) == "a.txt"
    assert free_name("A.txt", ("a.txt", "A (2).TXT")) == "A (3).txt"
