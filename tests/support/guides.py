"""The documents that stand in two languages, cut into what both must have."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from marketing_sheets.texts import Language, templates_folder

from . import ROOT

# How a template is written, in both languages.
GUIDES: dict[Language, Path] = {
    "en": templates_folder() / "README.md",
    "zh-Hans": templates_folder() / "README.zh-CN.md",
}
# An English document and its Chinese counterpart.
PAIRS = {
    "templates": (GUIDES["en"], GUIDES["zh-Hans"]),
    "rules": (templates_folder() / "RULES.md", templates_folder() / "RULES.zh-CN.md"),
    **{
        name: (ROOT / f".github/{name}.md", ROOT / f".github/{name}.zh-CN.md")
        for name in ("JSON", "MERGING", "REPORT")
    },
}
_CODE = re.compile(r"`([^`]+)`")
# What a program or a template calls something; the words of people differ.
_NAME = re.compile(r"(?<![\w-])(?:--)?[a-z][a-z0-9_-]*(?!\w)")


@dataclass(slots=True)
class Section:
    """A heading, and what stands below it up to the next one."""

    heading: str
    prose: list[str] = field(default_factory=list)
    # The code blocks, each under the language it is in.
    blocks: list[tuple[str, str]] = field(default_factory=list)

    @property
    def level(self) -> int:
        """The number of its marks."""
        return len(self.heading) - len(self.heading.lstrip("#"))

    @property
    def names(self) -> set[str]:
        """What stands in code marks and is a name, not an example of what people write."""
        return _names(" ".join(self.prose))

    @property
    def rows(self) -> list[set[str]]:
        """The rows of its tables, each by its names."""
        return [_names(line) for line in self.prose if line.startswith("|")]


def _names(text: str) -> set[str]:
    return {name for code in _CODE.findall(text) for name in _NAME.findall(code)}


@cache
def sections(path: Path) -> tuple[Section, ...]:
    """Return a document's sections in order."""
    found: list[Section] = []
    fenced: list[str] | None = None
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("```"):
            if fenced is None:
                kind, fenced = line.removeprefix("```"), []
            else:
                found[-1].blocks.append((kind, "\n".join(fenced)))
                fenced = None
        elif fenced is not None:
            fenced.append(line)
        elif line.startswith("#"):
            found.append(Section(line))
        else:
            found[-1].prose.append(line)
    return tuple(found)
