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
    values = {figure.value for source in sources for figure in figures(source)}
    digits = {run for source in sources for run in _runs(source)}
    found = []
    for figure in figures(answer):
        runs = _runs(figure.text)
        if figure.value not in values and not (runs and all(run in digits for run in runs)):
            found.append(figure.text)
    return found


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
