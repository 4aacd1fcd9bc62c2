"""Settings that are chosen: a drop-down, and beside it the id that formulas compare with."""

from __future__ import annotations

from typing import Any

from ..styles import Palette
from ..templates import Setting
from .book import Book, absolute
from .pen import Pen
from .validations import refusal

__all__ = ["draw_choice", "entry_look", "hairline"]


def draw_choice(setting: Setting, typed: tuple[int, int], used: int, pen: Pen, book: Book) -> None:
    """Draw a choice at `typed`, and in column `used` the id of what is chosen.

    Whatever else stands in the cell counts as the template's own choice, as for the reader.
    """
    chosen = str(book.settings[setting.id])
    labels = {item.id: item.label[book.language] for item in setting.items}
    look = entry_look(book, num_format="@")
    pen.text(*typed, labels.get(chosen, chosen), look)
    rule: dict[str, Any] = {
        "validate": "list",
        "source": list(labels.values()),
        **refusal(book, book.say("refusal.not_listed")),
    }
    if setting.hint is not None:
        rule |= {
            "input_title": setting.label[book.language],
            "input_message": setting.hint[book.language],
        }
    pen.validate((*typed, *typed), rule)
    row = typed[0]
    formula = _id_formula(setting, f"TRIM({absolute(*typed)})")
    pen.formula(row, used, formula, book.looks.cell(font_color=Palette.SLATE), chosen)
    book.define(f"set_{setting.id}", pen, absolute(row, used))


def _id_formula(setting: Setting, subject: str) -> str:
    formula = f'"{setting.value}"'
    for item in reversed(setting.items):
        if item.id != setting.value:
            words = dict.fromkeys((*item.label.values(), *item.aliases, item.id))
            tests = ",".join(f"{subject}={_text(word)}" for word in words)
            formula = f'IF(OR({tests}),"{item.id}",{formula})'
    return f"={formula}"


def _text(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def entry_look(book: Book, **properties: object) -> Any:
    """Return the look of a cell of the lists sheet that staff fill in."""
    whole = {"bg_color": Palette.WHITE, "indent": 1, **hairline(), **properties}
    if whole.get("align") == "center":
        del whole["indent"]
    return book.looks.cell(**whole)


def hairline() -> dict[str, object]:
    """Return the thin line below each row of the lists sheet."""
    return {"bottom": 1, "bottom_color": Palette.LINE}
