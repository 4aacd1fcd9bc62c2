"""What a merge brings together, where each row comes from, and how it reconciles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, get_args

from ..collecting.model import Skipped
from ..languages import Language
from ..places import Place
from ..problems import Problem
from ..records import Reading, SheetRecords
from ..rules import Threshold
from ..templates import Template

__all__ = [
    "POLICIES",
    "Change",
    "Conflict",
    "Duplicate",
    "Merge",
    "MergeTotal",
    "Policy",
    "Skipped",
    "Source",
    "Version",
    "Withdrawn",
]

Policy = Literal["keep-both", "first", "last", "newest", "stop"]
POLICIES: tuple[Policy, ...] = get_args(Policy)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Source:
    """One workbook that takes part.

    `file` is its name as shown: the path below the folder that all inputs share. `department` is
    a choice's id or a word of its own, "" where only the rows tell; `department_from` says who
    told. `named` is what the file name says, for rows of such a workbook that tell nothing.
    `modified` is when it was last saved.
    """

    file: str
    reading: Reading
    department: str = ""
    department_from: Literal["guide", "rows", "file_name"] = "file_name"
    named: str = ""
    campaign: str = ""
    modified: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What one file says in a cell, or of a whole row: the text as shown, and where it stands."""

    text: str
    file: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """A row that several files hold alike; it went in once. The first place is the row kept."""

    sheet: str
    key: tuple[str, ...]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A cell for which files say different things.

    `sheet` is a table's id, or a form's, whose `column` is a field, or "lists", whose `column` is a
    setting, an entry's attribute, or `rule.limit`, `rule.days` or `rule.on` of a threshold.
    `column` may also be the header of staff's own column. `kept` tells which of the versions stand
    in the output: all with keep-both; none where a field was added up, joins what all say, or was
    left blank since nothing says which is right.
    """

    sheet: str
    key: tuple[str, ...]
    column: str
    versions: tuple[Version, ...]
    kept: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """A row that one side of a three-way merge deleted: where it still stands, and who lacks it."""

    sheet: str
    key: tuple[str, ...]
    place: Place
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a three-way merge took over from one side: a cell, or "" a whole row, that it added.

    `sheet` and `column` are as in a conflict. `before` is the text that was handed out, `after`
    what stands now in `file` at `place`.
    """

    sheet: str
    key: tuple[str, ...]
    column: str
    before: str
    after: str
    file: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeTotal:
    """Rows, or one additive column, of one sheet of one file: read = the sum of all the others.

    `column` None counts rows. `overruled` lost a conflict to another file; `withdrawn` was deleted
    on purpose by one side of a three-way merge.
    """

    sheet: str
    file: str
    column: str | None
    read: float
    merged: float
    duplicates: float = 0.0
    overruled: float = 0.0
    withdrawn: float = 0.0

    @property
    def reconciles(self) -> bool:
        """Whether nothing is unaccounted for, to the cent."""
        rest = self.read - self.merged - self.duplicates - self.overruled - self.withdrawn
        return abs(rest) < 0.005


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Merge:
    """The merged records and the whole account of how they came about.

    `sheets` hold the records with their `origins`; `form` the fields on which the files agree, or
    that add up. `extra_sheets` lists, per file, the sheets of staff's own that stay behind.
    `contested` are, per sheet, the records (from 0) that stand beside another version of the same
    record, `disputed` those one of whose cells several sides of a three-way merge edited, with the
    conflicts. `is_three_way` tells such a merge, `changes` what it took over. `differences` are
    fields that each department has of its own, such as its name. `across` counts the records about
    which different departments disagree, `across_doubles` those that they hold alike: with
    `per_department` they would be records of their own. The rows of the records count from 1, in no
    workbook yet.
    """

    template: Template
    language: Language
    form: Mapping[str, Any]
    sheets: Mapping[str, SheetRecords]
    choices: Mapping[str, Mapping[str, Mapping[str, str]]]
    settings: Mapping[str, float | str]
    sources: tuple[Source, ...]
    skipped: tuple[Skipped, ...]
    duplicates: tuple[Duplicate, ...]
    conflicts: tuple[Conflict, ...]
    totals: tuple[MergeTotal, ...]
    problems: tuple[Problem, ...]
    extra_sheets: Mapping[str, tuple[str, ...]]
    policy: Policy
    contested: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    withdrawn: tuple[Withdrawn, ...] = ()
    is_three_way: bool = False
    changes: tuple[Change, ...] = ()
    differences: tuple[Conflict, ...] = ()
    disputed: Mapping[str, Mapping[int, tuple[Conflict, ...]]] = field(default_factory=dict)
    thresholds: tuple[Threshold, ...] = ()
    holidays: tuple[date, ...] = ()
    per_department: bool = False
    across: int = 0
    across_doubles: int = 0

    @property
    def copies(self) -> dict[str, str]:
        """The sources that are byte for byte an earlier one, and that one."""
        first: dict[str, str] = {}
        same: dict[str, str] = {}
        for source in self.sources:
            if source.reading.sha256 is not None:
                original = first.setdefault(source.reading.sha256, source.file)
                if original != source.file:
                    same[source.file] = original
        return same

    @property
    def reconciles(self) -> bool:
        """Whether every row and amount that was read is accounted for."""
        return all(total.reconciles for total in self.totals)
