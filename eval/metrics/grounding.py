"""Whether what an answer says stands in what it cites: figures, agencies, quotations.

Independent of the product's own verifier in its rule: a thing is unsupported when the cited clauses, their context,
titles and headings do not hold it, whatever the verifier thought.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from corpus.agencies import find_agencies, is_group, same_agency
from corpus.numerals import figures
from eval.quotes import squeeze

_RUN = re.compile(r"\d+(?:\.\d+)?")
_QUOTED = re.compile(r"“([^”]{2,})”")


def unsupported_figures(answer: str, sources: Sequence[str]) -> list[str]:
    """Figures of answer that no source holds, as written. answer: without citation marks.

    A figure is held when its value stands in a source however written (八成, 80%), or when all its digits do.
    """
    answer = without_sums(answer)
    values = {figure.value for source in sources for figure in figures(source)}
    digits = {run for source in sources for run in _runs(source)}
    found = []
    for figure in figures(answer):
        runs = _runs(figure.text)
        if figure.value not in values and not (runs and all(run in digits for run in runs)):
            found.append(figure.text)
    return found


_DIFFERENCE = re.compile(r"，相差(?:至少|至多)?(\d+(?:\.\d+)?)(?:—(\d+(?:\.\d+)?))?(?:个百分点|[^\d，。；]{0,4})(?=[。；，]|$)")
_QUOTIENT = re.compile(r"按(\d+)人计算，(\d+)÷(\d+)，至少要(\d+)名")


def without_sums(answer: str) -> str:
    """answer without the sums it works out and shows the terms of: a difference of two figures of the same
    sentence, a number of people over a ratio. A sum that is wrong stays, and counts as unsupported."""

    def difference(match: re.Match[str]) -> str:
        sentence = re.split(r"[。；]", answer[: match.start()])[-1]
        terms = [float(run) for run in _runs(sentence)]
        known = {round(abs(a - b), 6) for a in terms for b in terms}
        wanted = [float(group) for group in match.groups() if group]
        return "" if all(round(value, 6) in known for value in wanted) else match.group()

    def quotient(match: re.Match[str]) -> str:
        people, again, each, needed = map(int, match.groups())
        # The divisor stays in the answer to be looked for in the sources; the rest is the question's and the sum.
        return f"1:{each}" if people == again and each and -(-people // each) == needed else match.group()

    return _QUOTIENT.sub(quotient, _DIFFERENCE.sub(difference, answer))


def unsupported_agencies(answer: str, sources: Sequence[str]) -> list[str]:
    """Government bodies named in answer and in no source; general terms (有关部门) are not bodies."""
    known = {agency.name for source in sources for agency in find_agencies(source)}
    names = dict.fromkeys(agency.name for agency in find_agencies(answer) if not is_group(agency.name))
    return [name for name in names if not any(same_agency(name, other) for other in known)]


def unsupported_quotations(answer: str, sources: Sequence[str]) -> list[str]:
    """Words in “…” that no source holds, white space apart."""
    bodies = [squeeze(source) for source in sources]
    return [quoted for quoted in _QUOTED.findall(answer) if not any(squeeze(quoted) in body for body in bodies)]


def _runs(text: str) -> list[str]:
    return _RUN.findall(unicodedata.normalize("NFKC", text))
