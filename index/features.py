"""What a ranker sees of a (question, passage) pair. Pure but for caches of comparable texts.

All features lie roughly in 0..1 (cosines are centred), so that a linear model can weigh them.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from corpus.numerals import figures
from corpus.schema import Clause, ClauseKind
from index.asked import asked, listed, measured
from index.library import Library
from index.passages import year_of
from index.schema import Passage, Request
from index.tokens import bigrams, comparable

# The bundled model's cosines of unrelated texts lie near 0.80, of near paraphrases near 0.93.
_COSINE_FLOOR, _COSINE_SPAN = 0.78, 0.15
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_NORMATIVE = re.compile(r"不得|严禁|禁止|不能|不作|可以|可|应当|应|必须|允许|严格|不再|控制|规范|鼓励|支持|推动|享有")
_ENUMERATION = re.compile(r"、")
_DEFINING = re.compile(r"指的是|是指|即|包括|（[^）]{6,}）|“[^”]+”[^，。]{0,8}(?:是|为|工程|机制|体系|计划|系统)")

NAMES: tuple[str, ...] = (
    "dense", "words", "bigrams", "cover", "cover_text", "cover_rare", "phrase", "quoted", "year_match", "year_clash",
    "level_match", "level_clash", "doc_match", "doc_clash", "figure", "percent", "date", "enumeration", "normative", "defining",
    "departments", "table_row", "row_years", "heading", "note", "question", "whole", "length", "commentary", "near_clause", "near_document", "count", "gloss", "measured", "listed", "cross",
)


class FeatureMaker:
    """Features of passages of one library; keeps comparable texts and document frequencies."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._texts: dict[int, tuple[str, str]] = {}
        self._figures: dict[int, tuple[bool, bool, bool]] = {}
        self._numbers: dict[int, frozenset[str]] = {}
        self._frequency: Counter[str] | None = None

    def comparable_texts(self, row: int) -> tuple[str, str]:
        """(the passage's own text, the same with its context), both comparable."""
        if row not in self._texts:
            passage = self._library.passages[row]
            clause = self._library.clauses[passage.clause_id]
            own = comparable(passage.text + (f" {clause.context}" if clause.row else ""))
            self._texts[row] = (own, comparable(passage.embed_text) + own)
        return self._texts[row]

    def inverse_frequency(self, term: str) -> float:
        """Inverse document frequency of a term by clauses, natural logarithm, at least 0.3."""
        if self._frequency is None:
            self._frequency = Counter()
        if term not in self._frequency:
            self._frequency[term] = sum(1 for clause in self._clause_texts() if term in clause)
        return max(0.3, math.log((1 + len(self._library.clauses)) / (1 + self._frequency[term])))

    def _clause_texts(self) -> list[str]:
        if not hasattr(self, "_clauses"):
            folded = self._library.folded
            for c in self._library.clauses.values():
                if c.clause_id not in folded:
                    folded[c.clause_id] = comparable(c.text + self._library.documents[c.doc_id].title + "".join(c.heading_path))
            self._clauses = [folded[key] for key in self._library.clauses]
        return self._clauses

    def _is_whole(self, row: int) -> bool:
        """Whether the passage is the whole clause beside its sentences."""
        passage = self._library.passages[row]
        others = self._library.rows_of_clause[passage.clause_id]
        return len(others) > 1 and row == others[-1] and passage.char_start == 0

    def make(self, request: Request, rows: Sequence[int], dense: dict[int, float], words: dict[int, float],
             grams: dict[int, float]) -> dict[int, dict[str, float]]:
        """Features of each row. dense: cosines; words, grams: BM25 scores (all by row)."""
        top_word = max(words.values(), default=0.0) or 1.0
        top_gram = max(grams.values(), default=0.0) or 1.0
        question = bigrams(request.text)
        weights = [max(self.inverse_frequency(term) for term in group) for group in request.groups]
        form = asked(request.text)
        made: dict[int, dict[str, float]] = {}
        for row in rows:
            passage = self._library.passages[row]
            clause = self._library.clauses[passage.clause_id]
            found = dict.fromkeys(NAMES, 0.0)
            found["dense"] = (dense.get(row, _COSINE_FLOOR) - _COSINE_FLOOR) / _COSINE_SPAN
            found["words"] = words.get(row, 0.0) / top_word
            found["bigrams"] = grams.get(row, 0.0) / top_gram
            self._coverage(found, request, weights, question, row)
            self._scope(found, request, passage, clause, row)
            self._shape(found, request, passage, clause, row)
            found["measured"] = measured(form, passage.text, clause.row.unit or "" if clause.row else "")
            found["listed"] = listed(form, passage.text)
            made[row] = found
        return made

    def _coverage(self, found: dict[str, float], request: Request, weights: list[float], question: list[str], row: int) -> None:
        own, context = self.comparable_texts(row)
        total = sum(weights) or 1.0
        hit_all = hit_own = 0.0
        rarest = (0.0, 0.0)
        for group, weight in zip(request.groups, weights, strict=True):
            best_own = max((_partial(term, own) for term in group), default=0.0)
            best = max(best_own, max((_partial(term, context) for term in group), default=0.0))
            hit_own += weight * best_own
            hit_all += weight * best
            rarest = max(rarest, (weight, best))
        found["cover"] = hit_all / total
        found["cover_text"] = hit_own / total
        found["cover_rare"] = rarest[1]
        found["phrase"] = _longest_run(question, own) / 8.0
        if request.quoted:
            found["quoted"] = sum(1.0 for text in request.quoted if text in context) / len(request.quoted)

    def _scope(self, found: dict[str, float], request: Request, passage: Passage, clause: Clause, row: int) -> None:
        document = self._library.documents[clause.doc_id]
        if request.years:
            near = set(_YEAR.findall(passage.text)) | set(clause.row.values if clause.row else ())
            inherited = year_of(clause, passage.char_start)
            years = near or ({inherited} if inherited else set())
            found["year_match"] = float(bool(years & set(request.years)))
            found["year_clash"] = float(bool(years) and not years & set(request.years))
        if request.levels:
            found["level_match"] = float(document.level.value in request.levels)
            found["level_clash"] = 1.0 - found["level_match"]
        if request.doc_ids:
            found["doc_match"] = float(clause.doc_id in request.doc_ids)
            found["doc_clash"] = 1.0 - found["doc_match"]
        found["near_clause"] = float(clause.clause_id in request.near_clauses)
        found["near_document"] = float(clause.doc_id in request.near_documents)
        # A commentary or interview repeats the plan; the plan itself is the authority.
        found["commentary"] = float(clause.kind is ClauseKind.QUESTION or "问" in "".join(clause.heading_path)[:6] or document.period is None)

    def _glossed(self, request: Request, row: int) -> bool:
        """Whether the passage explains a term of the question in brackets: T（…） or （以下简称“T”）."""
        text = self._library.passages[row].text
        if "（" not in text:
            return False
        return any(
            re.search(rf"{re.escape(term)}[”\"]?[\u4e00-\u9fff]{{0,2}}（(?!%|个|项|人|所)[^）]{{5,}}）|以下简称[^）]{{0,6}}{re.escape(term)}", text)
            for group in request.groups for term in group[:1] if len(term) >= 2 and re.search(r"[\u4e00-\u9fff]", term)
        )

    def _counts(self, row: int) -> frozenset[str]:
        """Values of the small whole numbers a passage counts things with."""
        if row not in self._numbers:
            listed = figures(self._library.passages[row].text)
            self._numbers[row] = frozenset(f.value for f in listed if f.kind == "number" and f.value.isdigit() and len(f.value) <= 2)
        return self._numbers[row]

    def _shape(self, found: dict[str, float], request: Request, passage: Passage, clause: Clause, row: int) -> None:
        if row not in self._figures:
            listed = figures(passage.text)
            kinds = {figure.kind for figure in listed}
            self._figures[row] = (bool(kinds & {"number", "percent", "ratio", "range"}), "percent" in kinds, bool(kinds & {"year", "date"}))
        number, percent, date = self._figures[row]
        wants = request.wants
        found["figure"] = float(wants == "figure" and number)
        found["percent"] = float(wants == "figure" and percent and ("率" in request.text or "比" in request.text))
        dated = date or bool(year_of(clause, passage.char_start))
        found["date"] = float(wants == "date" and dated)
        found["enumeration"] = float(wants in ("list", "definition", "compare")) * min(1.0, len(_ENUMERATION.findall(passage.text)) / 5)
        found["normative"] = float(wants == "yesno" and bool(_NORMATIVE.search(passage.text)))
        found["defining"] = float(wants == "definition" and bool(_DEFINING.search(passage.text)))
        found["departments"] = float(wants == "department" and bool(clause.lead_departments))
        found["table_row"] = float(clause.kind is ClauseKind.TABLE_ROW) * (1.0 if wants in ("figure", "compare") else -1.0)
        # Two years asked for at once are two cells of one row.
        found["row_years"] = float(clause.row is not None and len(request.years) >= 2 and set(request.years) <= set(clause.row.values))
        found["gloss"] = float(wants in ("definition", "list", "figure", "other") and self._glossed(request, row))
        found["count"] = float(bool(request.counts) and any(count in self._counts(row) for count in request.counts))
        found["heading"] = float(clause.kind is ClauseKind.HEADING)
        # A note that explains a term is what a definition stands on.
        found["note"] = float(clause.kind is ClauseKind.NOTE and not found["gloss"])
        found["question"] = float(clause.kind is ClauseKind.QUESTION)
        found["whole"] = float(self._is_whole(row))
        found["length"] = min(1.0, len(passage.text) / 200)


def _partial(term: str, text: str) -> float:
    """1 when term occurs in text; for longer terms the share of its bigrams that do, squared."""
    if term in text:
        return 1.0
    if len(term) < 3:
        return 0.0
    pairs = [term[i : i + 2] for i in range(len(term) - 1)]
    share = sum(1 for pair in pairs if pair in text) / len(pairs)
    return share * share


def _longest_run(pairs: list[str], text: str) -> float:
    """Length in characters of the longest run of consecutive question bigrams in text, at most 8."""
    best = run = 0
    for pair in pairs:
        run = run + 1 if pair in text else 0
        best = max(best, run)
    return float(min(8, best + 1 if best else 0))
