"""The start of a company's own template: a whole one that works, commented in one language."""

from __future__ import annotations

import re
from pathlib import Path

from ..errors import TemplateFault, UsageError, WorkbookExists
from ..files import replace_file
from ..texts import LANGUAGES, Language, templates_folder
from .check import id_faults
from .files import template_names

_ID_LINE = 'id = "new_template"'
_COMMENT = re.compile(rf"# (?P<language>{'|'.join(LANGUAGES)}): ")


def start_faults(name: str) -> tuple[TemplateFault, ...]:
    """Return why a template of one's own cannot be called `name`."""
    return tuple(id_faults(name, template_names()))


def start_text(name: str, language: Language) -> str:
    """Return the template to start from, called `name`, with its comments in `language`."""
    start = templates_folder() / "start" / "template.toml"
    lines = []
    for line in start.read_text(encoding="utf-8").splitlines():
        comment = _COMMENT.match(line)
        if comment is None:
            lines.append(line)
        elif comment["language"] == language:
            lines.append(f"# {line[comment.end() :]}")
    return "\n".join(lines).replace(_ID_LINE, f'id = "{name}"', 1) + "\n"


def write_start(path: Path, name: str, language: Language) -> None:
    """Write the template to start from; no file is replaced.

    Raises UsageError where one is there, WorkbookError where none can be written.
    """
    try:
        replace_file(path, [start_text(name, language).encode()], is_new=True)
    except WorkbookExists as error:
        raise UsageError("template_there", file=path.name) from error
