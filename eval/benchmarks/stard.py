"""STARD: lay people's questions, answered by articles of statutes that lie as Markdown files in a folder.

Only retrieval is scored: the data give no answers, only the articles (law name + 第N条).
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from eval.benchmarks.schema import Benchmark, BenchmarkQuestion, PoolDocument
from eval.cases import CaseError

_ARTICLE = re.compile(r"^(.*?)(第[零一二三四五六七八九十百千]+条(?:之[一二三四五六七八九十]+)?)$")
_LABEL = re.compile(r"^\s*(第[零一二三四五六七八九十百千]+条(?:之[一二三四五六七八九十]+)?)[\s　]+(.*)$")
_DATED = re.compile(r"[（(]\d{4}-\d{2}-\d{2}[）)]$")
_NOTE = "原作在全部法条里检索；这里只放入数据给出的法律文件，同名法律取最新一版，段落由产品自己切分，旁边的做法直接拿到切好的条文。"


def load_stard(path: Path, laws: Path) -> Benchmark:
    """Questions from a queries file (JSON lines), documents from a folder of law files. Raises CaseError."""
    files = _newest(laws)
    if not files:
        raise CaseError("找不到法律文件", str(laws), "请用 --extra 给出法律文件所在的文件夹。")
    articles = {name: _articles(file) for name, file in files.items()}
    questions = []
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
        for row in rows:
            gold = tuple(text for name in row["articles"] for text in _texts(name, articles))
            if gold:
                questions.append(BenchmarkQuestion(row["id"], row["question"], "all", (), gold))
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise CaseError("评测数据的格式不对", str(path), "应是每行一个 JSON 对象，含 id、question、articles。") from error
    documents = tuple(PoolDocument(file.stem, path=file) for file in files.values())
    passages = tuple(PoolDocument(f"{law}{label}", text) for law, own in articles.items() for label, text in own.items())
    return Benchmark("stard", {"all": documents}, tuple(questions), _NOTE, passages)


def _newest(folder: Path) -> dict[str, Path]:
    """Law name → its newest file; names end with the date of the version in brackets, and sort by it."""
    found: dict[str, Path] = {}
    for file in sorted(folder.rglob("*.md"), key=lambda file: file.name):
        if not file.name.startswith("_") and file.name.upper() != "README.MD":
            found[_DATED.sub("", file.stem)] = file
    return found


def _articles(file: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        match = _LABEL.match(line)
        if match:
            found.setdefault(match[1], match[2].strip())
    return found


def _texts(reference: str, articles: dict[str, dict[str, str]]) -> list[str]:
    """The texts a reference may mean: its law by full or short name, or, for a code in parts, any part of it."""
    match = _ARTICLE.match(reference)
    if match is None:
        return []
    law, label = match[1].removeprefix("中华人民共和国"), match[2]
    exact = articles.get(law, articles.get(f"中华人民共和国{law}"))
    if exact is not None:
        return [exact[label]] if label in exact else []
    # A code that is kept in parts (one file a book) numbers its articles through.
    if not law.endswith("法典"):
        return []
    taken = {name for name in articles if name.endswith("法")}
    parts = [texts[label] for name, texts in articles.items() if name not in taken and label in texts]
    return parts if len(parts) == 1 else []
