"""What a split leaves behind: its parts, the rows that fit nowhere, and how it reconciles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from ..languages import Language
from ..merging.base import By
from ..places import Place
from ..records import Reading
from ..wording import say

__all__ = ["BY", "By", "Part", "Reason", "Split", "SplitTotal", "Unassigned"]

BY: tuple[By, ...] = get_args(By)
# Why a row is nobody's: its sheet has no such column, the cell is blank, it names several.
Reason = Literal["no_column", "blank", "several"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A workbook that was written: what its rows share, "" for those of nobody, and their number.

    `label` is the value as people call it; `rows` counts records by sheet id.
    """

    value: str
    label: str
    path: Path
    rows: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unassigned:
    """A row that is nobody's and went into the part without a value."""

    sheet: str
    place: Place
    reason: Reason
    text: str = ""

    def describe(self, language: Language) -> str:
        """Say which row and why, in one line."""
        reason = say("split", f"unassigned.{self.reason}", language, text=self.text)
        return say("split", "unassigned.line", language, place=self.place, reason=reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitTotal:
    """Rows, or one additive column, of a sheet: the whole is the sum of the parts.

    `column` None counts rows; `parts` are by file name, as read back from the files written.
    """

    sheet: str
    column: str | None
    whole: float
    parts: Mapping[str, float]

    @property
    def reconciles(self) -> bool:
        """Whether nothing is unaccounted for, to the cent."""
        return abs(self.whole - sum(self.parts.values())) < max(0.005, 1e-12 * abs(self.whole))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Split:
    """A workbook split into parts: `reading` is the workbook's, `folder` holds the parts.

    `split_id` names the split in every part; `reading.extra_sheets` stayed behind.
    """

    reading: Reading
    folder: Path
    by: By
    split_id: str
    parts: tuple[Part, ...]
    unassigned: tuple[Unassigned, ...]
    totals: tuple[SplitTotal, ...]
