"""Problems: what staff typed that cannot be trusted, each with its place.

The wording stands in `words/problems.toml`: per code a severity, a `message` (place and fault) and
a `hint` (what to do). A problem's `params` fill the blanks; a param that is a `Text` is shown in
the reader's language.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from .brief import Brief
from .texts import Language, Text, book

Severity = Literal["error", "warning", "info"]
Told = Literal["cell", "row", "list"]
_MANY = 100
_RANKS: Mapping[Severity, int] = {"error": 0, "warning": 1, "info": 2}


def quoted(tab: str) -> str:
    """Return a tab's name as formulas and links want it before `!`."""
    return "'" + tab.replace("'", "''") + "'"


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
class Place(Brief):
    """File › sheet › cell, as Excel shows it; the later parts may be missing."""

    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: int | None = None

    def at(self, row: int | None, column: int | None = None) -> Place:
        """Return a place in this sheet whose row and column are counted from 0."""
        number, letter = (None if one is None else one + 1 for one in (row, column))
        return replace(self, row=number, column=letter)

    @property
    def cell(self) -> str | None:
        """The cell's address such as D7, or its row number alone, or None."""
        if self.row is None:
            return None if self.column is None else column_letter(self.column)
        return f"{column_letter(self.column)}{self.row}" if self.column else str(self.row)

    @property
    def target(self) -> str | None:
        """Where a link to it leads: the cell, or the first one of its row, column or tab."""
        if self.sheet is None:
            return None
        return f"{quoted(self.sheet)}!{column_letter(self.column or 1)}{self.row or 1}"

    def __str__(self) -> str:
        return " › ".join(part for part in (self.file, self.sheet, self.cell) if part)

    def _brief(self) -> tuple[object, str]:
        return self, ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem(Brief):
    """One thing that is wrong or doubtful, where it stands, and what was found there.

    An error says that what it names is not used: the cell, or the row or tab where it names no
    cell. A warning says that it is used all the same, and may be wrong; of a row, that it may be no
    record. An info tells what was decided. `alike` counts the other cells of a column that a
    condensed problem stands for.
    """

    code: str
    place: Place
    column: str | None = None
    raw: object = None
    params: Mapping[str, object] = field(default_factory=dict)
    alike: int = 0

    @property
    def severity(self) -> Severity:
        """How bad it is: error, warning or info, as the catalogue says."""
        severity: Severity = book("problems")[self.code]["severity"]
        return severity

    @property
    def told(self) -> Told:
        """Where the workbook itself tells it, besides its list of what is to be checked."""
        told: Told = book("problems")[self.code].get("told", "list")
        return told

    @property
    def is_hint(self) -> bool:
        """Whether it is about how to write a thing better, and changes no figure."""
        return bool(book("problems")[self.code].get("is_hint", False))

    def message(self, language: Language) -> str:
        """Say what is wrong, without the place."""
        text = self._fill("message", language)
        if not self.alike:
            return text
        others = Problem(code="alike", place=self.place, params={"count": f"{self.alike:,}"})
        return text + _joint(language) + others.message(language)

    def hint(self, language: Language) -> str:
        """Say what to do."""
        return self._fill("hint", language)

    def describe(self, language: Language) -> str:
        """Say all in one line: place – what is wrong and found – what to do."""
        colon = ": " if language == "en" else "："
        said = self.message(language) + _joint(language) + self.hint(language)
        return f"{self.place}{colon}{said}".rstrip()

    def as_json(self, language: Language) -> dict[str, object]:
        """Return the stable form that `--json` prints."""
        return {
            "code": self.code,
            "severity": self.severity,
            "file": self.place.file,
            "sheet": self.place.sheet,
            "cell": self.place.cell,
            "column": self.column,
            "raw": None if self.raw is None else str(self.raw),
            "message": self.message(language),
            "hint": self.hint(language),
        }

    def _fill(self, part: str, language: Language) -> str:
        text: str = book("problems")[self.code][part][language]
        known = {
            key: value[language] if isinstance(value, Text) else value
            for key, value in self.params.items()
        }
        return text.format_map({"raw": "" if self.raw is None else self.raw, **known})

    def _brief(self) -> tuple[object, str]:
        raw = "" if self.raw is None or self.raw == "" else f", {str(self.raw)!r}"
        return f"{self.severity} {self.code}", f"{self.place}{raw}"


def condensed(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems worst first, one for a hundred or more of a kind in a column: their first."""
    ones = list(problems)
    kinds = [(p.code, p.place.file, p.place.sheet, p.column) for p in ones]
    counts = Counter(kinds)
    found: list[Problem] = []
    told: set[tuple[str | None, ...]] = set()
    for one, kind in zip(ones, kinds, strict=True):
        if one.column is None or counts[kind] < _MANY:
            found.append(one)
        elif kind not in told:
            told.add(kind)
            found.append(replace(one, alike=counts[kind] - 1))
    return sorted(found, key=lambda one: _RANKS[one.severity])


def _joint(language: Language) -> str:
    """Return what stands between sentences: English wants a blank, Chinese does not."""
    return " " if language == "en" else ""
