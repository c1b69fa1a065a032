"""Prompts from prompts/*.md: sections by "## name", placeholders written {{name}}, checked when loaded.

Filling is one pass: text put in for one placeholder is never searched for another, so a document that
contains {{question}} stays text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from errors import SettingsError

# Prompt → section → the placeholders it must have, no more and no fewer.
REQUIRED: Mapping[str, Mapping[str, frozenset[str]]] = {
    "answer_base": {"prompt": frozenset({"evidence", "question"})},
    "answer_chat": {
        "system": frozenset(), "user": frozenset({"evidence", "question"}), "repair": frozenset({"evidence", "question", "faults"}),
    },
}
_PLACEHOLDER = re.compile(r"\{\{([a-z_]+)\}\}")
_SECTION = re.compile(r"^## ([a-z_]+)[ \t]*$\n?", re.MULTILINE)


@dataclass(frozen=True)
class Prompt:
    """One prompt file. sections: name → text with its placeholders."""

    name: str
    sections: Mapping[str, str]

    def fill(self, section: str, **values: str) -> str:
        """The section with every placeholder replaced, in one pass. KeyError for a missing value."""
        return _PLACEHOLDER.sub(lambda match: values[match.group(1)], self.sections[section])


def load_prompts() -> dict[str, Prompt]:
    """All prompts by name. SettingsError when a file is missing or its placeholders are not the required ones."""
    return {name: _load(name) for name in REQUIRED}


def parse_prompt(name: str, text: str) -> Prompt:
    """A prompt from its Markdown; what stands above the first section is a note to the reader."""
    parts = _SECTION.split(text)
    sections = {head: body.strip("\n") for head, body in zip(parts[1::2], parts[2::2], strict=True)}
    required = REQUIRED[name]
    if set(sections) != set(required):
        raise SettingsError(
            "提示词文件的小节不对", f"prompts/{name}.md", f"应当正好有这些小节：{'、'.join(sorted(required))}。"
        )
    for section, names in required.items():
        found = set(_PLACEHOLDER.findall(sections[section]))
        if found != names:
            wanted = "、".join(f"{{{{{n}}}}}" for n in sorted(names)) or "（无）"
            raise SettingsError("提示词的占位符不对", f"prompts/{name}.md 的 {section} 一节", f"应当正好有：{wanted}。")
    return Prompt(name, sections)


def _load(name: str) -> Prompt:
    try:
        text = files("prompts").joinpath(f"{name}.md").read_text(encoding="utf-8")
    except (ModuleNotFoundError, FileNotFoundError) as error:
        raise SettingsError("找不到提示词文件", f"prompts/{name}.md", "请重新安装，或从仓库取回这个文件。") from error
    return parse_prompt(name, text)
