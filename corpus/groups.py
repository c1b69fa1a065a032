"""Groups of words from the lexicon's data files: kinds of school (stages.tsv), of people (roles.tsv)."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files


@lru_cache(maxsize=8)
def word_groups(name: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """(group, any of its words) for every line "group<TAB>words" of corpus/lexicon/name, in the file's order."""
    text = files("corpus.lexicon").joinpath(name).read_text(encoding="utf-8")
    rows = [line.split("\t")[:2] for line in text.splitlines() if "\t" in line and not line.startswith("#")]
    return tuple((group, re.compile("|".join(map(re.escape, words.split())))) for group, words in rows)
