"""What differs between two workbooks, and how it is called."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

import pandas as pd

from ..brief import Brief, counted
from ..problems import Place
from ..records import Reading
from ..template import Template
from ..texts import Language, say
from .model import column_label, sheet_label


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference(Brief):
    """One thing that differs between two workbooks.

    `kind` is what (row, cell, key, column, sheet, field, entry, setting, threshold, holiday, alert)
    and how (`_added`, `_gone`, `_changed`). `sheet` and `column` are as in a conflict; `before` and
    `after` are texts as shown, `old` and `new` the typed values, of a whole row by column;
    `place_before` and `place_after` tell where they stand. `department` and `owner` are the row's.
    `alike` counts the rows that one of the files has under this key.
    """

    kind: str
    sheet: str
    key: tuple[str, ...] = ()
    column: str = ""
    before: str = ""
    after: str = ""
    old: Any = None
    new: Any = None
    place_before: Place | None = None
    place_after: Place | None = None
    department: str = ""
    owner: str = ""
    alike: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureChange(Brief):
    """A headline figure of the Summary that is another one: as shown, and its values if any."""

    id: str
    label: str
    before: str
    after: str
    old: float | None
    new: float | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Diff(Brief):
    """What differs between two workbooks: `before` and `after` as read and recomputed.

    `files` are what they are called; texts of `differences` and `figures` are in `language`. What
    was computed is not listed: `figures` says what the inputs did to the headline figures, each
    file as of its own day. Where one is a part of a split of the other, `elsewhere` counts the rows
    that were not handed out in it: they are not compared, nor are the figures, as those of a part
    are of other rows. `path` is the workbook with the list, if
    one was written.
    """

    before: Reading
    after: Reading
    files: tuple[str, str]
    language: Language
    differences: tuple[Difference, ...]
    figures: tuple[FigureChange, ...] = ()
    elsewhere: int = 0
    path: Path | None = None

    def _brief(self) -> tuple[object, str]:
        return " → ".join(self.files), counted(difference=self.differences)

    @property
    def is_same(self) -> bool:
        """Whether nothing that people fill in differs."""
        return not self.differences

    @property
    def template(self) -> Template:
        """The template of both."""
        return self.after.template

    @property
    def frame(self) -> pd.DataFrame:
        """The differences, one a row: ids and labels, shown texts, typed values, cells."""
        names = ["kind", "sheet", "sheet_label", "key", "column", "label", "before", "after"]
        names += ["old", "new", "cell_before", "cell_after", "department", "owner", "alike"]
        rows: list[dict[str, Any]] = [
            {
                **{name: getattr(one, name) for name in names if hasattr(one, name)},
                "sheet_label": self.sheet_label(one),
                "key": " · ".join(filter(None, one.key)),
                "label": self.label(one),
                "cell_before": one.place_before.cell if one.place_before else None,
                "cell_after": one.place_after.cell if one.place_after else None,
            }
            for one in self.differences
        ]
        return pd.DataFrame(rows, columns=names)

    def sheet_label(self, one: Difference) -> str:
        """Return the tab that a difference is about; staff's own tabs are known by their names."""
        return sheet_label(self, one.sheet) if one.sheet else one.key[0]

    def label(self, one: Difference) -> str:
        """Return the label of the column, field or setting, "" where a whole thing is meant."""
        return column_label(self, one.sheet, one.column) if one.column else ""

    def saved(self, language: Language, *, here: bool = False) -> Iterator[str]:
        """Say of each file who saved it last, and when, as far as it tells: by the clock `here`."""
        for file, one in zip(self.files, (self.before, self.after), strict=True):
            moment = ""
            if one.modified is not None:
                at = one.modified if one.modified.tzinfo else one.modified.replace(tzinfo=UTC)
                moment = f"{at.astimezone(None if here else UTC):%Y-%m-%d %H:%M}"
                moment += "" if here else " UTC"
            who = " · ".join(filter(None, (one.author, moment)))
            key = "diff.saved" if one.author else "diff.saved_at"
            yield say("merge", key, language, file=file, who=who) if who else file
