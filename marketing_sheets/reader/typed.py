"""What typing a table leaves behind, and how a doubtful cell is put on record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from ..languages import LANGUAGES, Text
from ..problems import Problem
from ..templates import Column, SettingValue, Template
from ..values import Context
from .sorting import SortedRows, Table

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

__all__ = ["Job", "Surroundings", "TypedTable", "listed", "problem_of"]

_MOST_LISTED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the workbook tells every cell: the campaign's days, the date system, staff's lists.

    `settings` are those of the workbook; the template's own values stand for those left out.
    """

    template: Template
    period: tuple[date, date] | None = None
    as_of: date | None = None
    date_1904: bool = False
    entries: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    settings: Mapping[str, SettingValue] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True, eq=False)
class TypedTable:
    """The typed columns of one table, and what was found on the way.

    `stated` holds, per column, the records whose cell needs no "is blank" warning: faulty ones,
    undecided ones, and those filled from such a cell. `faults` gives the code of each faulty cell.
    `contexts` are those the input columns were read with.
    """

    frame: dict[str, pd.Series[Any]] = field(default_factory=dict)
    raw: dict[str, pd.Series[Any]] = field(default_factory=dict)
    kinds: dict[str, pd.Series[Any]] = field(default_factory=dict)
    remarks: dict[str, Mapping[int, str]] = field(default_factory=dict)
    comparators: dict[str, Mapping[int, str]] = field(default_factory=dict)
    stated: dict[str, set[int]] = field(default_factory=dict)
    faults: dict[str, dict[int, str]] = field(default_factory=dict)
    contexts: dict[str, Context] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Job:
    """One column of a table to be typed. `percent_rows` are the cells shown as percent."""

    table: Table
    rows: SortedRows
    typed: TypedTable
    column: Column
    percent_rows: frozenset[int] = frozenset()

    @property
    def raw(self) -> pd.Series[Any]:
        """What stands in the records' cells, None where blank."""
        return self.typed.raw[self.column.id]

    @property
    def header(self) -> str:
        """The header as typed."""
        return self.table.binding.headers.get(self.column.id, "")

    def formatted(self) -> npt.NDArray[np.bool_]:
        """Tell which records show this cell as a percentage."""
        rows = self.rows.records.tolist()
        return np.fromiter((row in self.percent_rows for row in rows), bool, len(rows))

    def report(self, code: str, position: int, raw: object, **params: object) -> None:
        """Put a problem in the cell of record number `position` on record."""
        row = int(self.rows.records[position])
        self.typed.problems.append(
            problem_of(self.table, self.column, row, code=code, raw=raw, **params)
        )

    def report_column(self, code: str, **params: object) -> None:
        """Put a remark on the whole column on record, at its header."""
        origin = self.table.binding.origin
        self.typed.problems.append(
            Problem(
                code=code,
                place=origin.place(origin.header_row, self.column.id),
                column=self.column.id,
                params={"column": self.column.label, **params},
            )
        )


def listed(cells: Sequence[str]) -> Text:
    """Say which cells are meant, the first few of many: B7、B8、…."""
    shown = [*cells[:_MOST_LISTED], *(["…"] if len(cells) > _MOST_LISTED else [])]
    return Text({name: (", " if name == "en" else "、").join(shown) for name in LANGUAGES})


def problem_of(
    table: Table, column: Column, row: int, /, *, code: str, raw: object, **params: object
) -> Problem:
    """Return a problem in a cell; `row` counts from 0 below the header."""
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)  # as Excel shows it
    return Problem(
        code=code,
        place=table.binding.origin.place(table.binding.header.first + row + 1, column.id),
        column=column.id,
        raw=raw,
        params={"column": column.label, **params},
    )
