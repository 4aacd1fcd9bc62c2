"""Where something stands, in Excel's own terms."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Place", "column_letter", "column_number"]


def column_letter(number: int) -> str:
    """Return the letters of the 1-based column `number`: 1 is A, 28 is AB."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """Return the 1-based number of a column: A is 1, AB is 28."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """File › sheet › cell, as Excel shows it; the later parts may be missing."""

    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: int | None = None

    @property
    def cell(self) -> str | None:
        """The cell's address such as D7, or its row number alone, or None."""
        if self.row is None:
            return None if self.column is None else column_letter(self.column)
        return f"{column_letter(self.column)}{self.row}" if self.column else str(self.row)

    def __str__(self) -> str:
        return " › ".join(part for part in (self.file, self.sheet, self.cell) if part)
