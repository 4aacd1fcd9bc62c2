"""The shipped examples as workbooks; the same for all tests, none of which changes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from marketing_sheets import Generation, Language, Reading, Recalculation
from marketing_sheets.loading import library_template
from marketing_sheets.workbooks import (
    check_workbook,
    example_folder,
    generate_workbook,
    recalculate,
)

__all__ = ["Example", "Examples"]


@dataclass
class Example:
    """The example of a template in a language: its workbook, and what is made of it."""

    made: Generation

    @property
    def path(self) -> Path:
        """The workbook as generated, a few blank rows below its records."""
        return self.made.path

    @property
    def reading(self) -> Reading:
        """What is read back out of it and recomputed."""
        return self._checked[0]

    @property
    def day(self) -> date | None:
        """The day its figures are as of."""
        return self._checked[1]

    @cached_property
    def recalculated(self) -> Recalculation:
        """A copy of it with its Summary, as of its own day."""
        return recalculate(self.path, output=self.path.with_suffix(".summary.xlsx"))

    @cached_property
    def _checked(self) -> tuple[Reading, date | None]:
        return check_workbook(self.path)


class Examples:
    """The examples of all templates in all languages, each made when first asked for."""

    def __init__(self, folder: Path) -> None:
        """Keep the workbooks in a folder."""
        self._folder = folder
        self._made: dict[tuple[str, Language], Example] = {}

    def __call__(self, name: str = "campaign_tracker", language: Language = "zh-Hans") -> Example:
        """Return the example of a template in a language."""
        if (name, language) not in self._made:
            template = library_template(name)
            made = generate_workbook(
                template,
                self._folder / f"{name}-{language}.xlsx",
                language=language,
                records=example_folder(template, language),
                rows=2,
            )
            self._made[name, language] = Example(made)
        return self._made[name, language]
