"""Prompt files load with exactly their placeholders, and what is filled in is never expanded."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.prompts import REQUIRED, load_prompts, parse_prompt
from errors import SettingsError

ROOT = Path(__file__).parents[2]


def test_every_prompt_loads_and_the_readme_names_it() -> None:
    prompts = load_prompts()
    assert set(prompts) == set(REQUIRED)
    readme = (ROOT / "prompts" / "README.md").read_text(encoding="utf-8")
    on_disk = {path.stem for path in (ROOT / "prompts").glob("*.md")} - {"README"}
    assert on_disk == set(REQUIRED)
    assert all(f"`{name}.md`" in readme for name in REQUIRED)


@pytest.mark.parametrize(
    "text",
    ["## prompt\n{{evidence}}", "## prompt\n{{evidence}}{{question}}{{more}}", "## other\n{{evidence}}{{question}}", ""],
)
def test_a_wrong_placeholder_or_section_is_refused(text: str) -> None:
    with pytest.raises(SettingsError):
        parse_prompt("answer_base", text)


def test_filled_text_is_not_expanded_again() -> None:
    prompt = parse_prompt("answer_base", "说明\n\n## prompt\n资料：{{evidence}}\n问题：{{question}}")
    assert prompt.fill("prompt", evidence="{{question}}", question="甲") == "资料：{{question}}\n问题：甲"
