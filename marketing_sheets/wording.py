"""The catalogue of every sentence a person sees, in three languages.

Each file `workbook_templates/words/<book>.toml` holds tables of texts; a text is a table with the
keys zh-Hans, zh-Hant and en. Blanks are written `{name}`.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .languages import Language

__all__ = ["book", "say", "shared_data", "templates_folder"]


@cache
def templates_folder() -> Path:
    """Find `workbook_templates`: inside the installed package, else beside the checkout's.

    Raises FileNotFoundError if the installation is incomplete.
    """
    package = Path(__file__).parent
    installed = package / "workbook_templates"
    if installed.is_dir():
        return installed
    checkout = package.parent / "workbook_templates"
    # An unrelated folder of that name in site-packages must not be taken for ours.
    if checkout.is_dir() and (package.parent / "pyproject.toml").is_file():
        return checkout
    raise FileNotFoundError(f"workbook_templates is missing beside {package}")


@cache
def book(name: str) -> dict[str, Any]:
    """Load one book of the catalogue, `words/<name>.toml`."""
    with (templates_folder() / "words" / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def shared_data(name: str) -> dict[str, Any]:
    """Load `<name>.toml`, words and patterns that checks look for."""
    with (templates_folder() / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


def say(book_name: str, key: str, language: Language, /, **params: object) -> str:
    """Return the text at the dotted `key` in `language`, its blanks filled from `params`."""
    node: Any = book(book_name)
    for part in key.split("."):
        node = node[part]
    text: str = node[language]
    return text.format_map(params) if params else text
