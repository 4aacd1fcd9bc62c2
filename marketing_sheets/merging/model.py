"""What a merge brings together, where each row comes from, how it reconciles, what it is called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, Literal, Protocol, get_args

import pandas as pd

from ..brief import Brief, counted
from ..errors import MergeConflict
from ..ooxml import LaidOn
from ..problems import Place, Problem
from ..records import HistoryDay, Reading, RememberedAlert, SheetRecords
from ..template import Column, FormSheet, Template, Threshold
from ..texts import LANGUAGES, Language, Text, say
from ..values import as_text
from .sources import SkippedFile

CONFLICTS = "merge_conflicts"
# What conflicts and changes may be about besides tables and forms.
LISTS, ALERTS = "lists", "alerts"
# The cells of a row, by the id of their column on the lists sheet.
PARTS: Mapping[str, str] = {"rule.limit": "limit", "rule.days": "days", "rule.on": "is_on"}
Policy = Literal["keep-both", "first", "last", "newest", "stop"]
POLICIES: tuple[Policy, ...] = get_args(Policy)
_LISTED = 5
_NEVER = datetime.min.replace(tzinfo=UTC)


def shown_value(column: Column, value: Any, template: Template, language: Language) -> str:
    """Return a typed value as people see it: a choice's label, a percentage, an ISO date."""
    if is_nothing(value):
        return ""
    if column.choices and column.choices in template.choices and isinstance(value, str):
        return template.choices[column.choices].label_of(value, language)
    if column.type == "percent" and isinstance(value, float):
        return f"{value * 100:.12g}%"
    return as_text(float(value) if isinstance(value, float) else value)


def is_nothing(cell: object) -> bool:
    """Whether a cell as read holds nothing."""
    if cell is None or cell is pd.NA or cell is pd.NaT:
        return True
    return cell != cell if isinstance(cell, float) else bool(cell == "")  # noqa: PLR0124 - NaN


class _Told(Protocol):
    """What is told of a template in a language: a merge, or how to merge."""

    @property
    def template(self) -> Template: ...
    @property
    def language(self) -> Language: ...


def sheet_label(merge: _Told, sheet: str) -> str:
    """Return the tab of a sheet, a form, the lists or the Summary's list of alerts."""
    if sheet == ALERTS:
        return say("sheets", "summary.tab", merge.language)
    if sheet == LISTS:
        return say("sheets", "lists.tab", merge.language)
    return merge.template[sheet].label[merge.language]


def column_label(merge: _Told, sheet: str, column: str | None) -> str:
    """Return the label of a column, a field or a setting; staff's own headers are their labels."""
    if column is None:
        return say("merge", "log.rows", merge.language)
    if not column:
        return say("merge", "conflicts.whole_row", merge.language)
    if sheet == ALERTS:
        return say("summary", "head.owner", merge.language)
    if sheet == LISTS:
        if column in PARTS:
            return say("thresholds", PARTS[column], merge.language)
        if column in merge.template.settings:
            return merge.template.settings[column].label[merge.language]
        lists = merge.template.choices
        told = (lists[one.attributes[column]] for one in lists.values() if column in one.attributes)
        return next((one.label[merge.language] for one in told), column)
    here = merge.template[sheet]
    columns = here.fields if isinstance(here, FormSheet) else here.columns
    return next((c.label[merge.language] for c in columns if c.id == column), column)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Source(Brief):
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

    @property
    def saved(self) -> float:
        """When the workbook was last saved, as a number to compare; a file without comes first."""
        moment = _NEVER if self.modified is None else self.modified
        moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        return (moment - _NEVER).total_seconds()

    @property
    def is_departments(self) -> bool:
        """Whether the workbook is one department's: its guide says so, or its name, by the list."""
        known = self.reading.template.choices.get("department")
        is_listed = known is not None and any(one.id == self.department for one in known.items)
        return bool(self.department) and (self.department_from == "guide" or is_listed)

    def _brief(self) -> tuple[object, str]:
        return self.file, ", ".join(filter(None, (self.department, self.campaign)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Version(Brief):
    """What one file says in a cell, or of a whole row: the text as shown, and where it stands.

    `name` is what the file is called where it is listed, "" while nobody lists it.
    """

    text: str
    file: str
    place: Place
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate(Brief):
    """A row that several files hold alike; it went in once. The first place is the row kept."""

    sheet: str
    key: tuple[str, ...]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict(Brief):
    """A cell for which files say different things.

    `sheet` is a table's id, or a form's, whose `column` is a field, or "lists", whose `column` is a
    setting, an entry's attribute, or `rule.limit`, `rule.days` or `rule.on` of a threshold, or
    "alerts", whose owner the Summaries' lists name.
    `column` may also be the header of staff's own column. `kept` tells which of the versions stand
    in the output: all with keep-both; none where a field was added up, joins what all say, or was
    left blank since nothing says which is right, or where a person typed another value. `record`
    names the record whatever the language. A conflict that was settled is open again where a file
    has changed; `use` is what stands in the two columns for decisions: the number of a version, or
    another value.
    """

    sheet: str
    key: tuple[str, ...]
    column: str
    versions: tuple[Version, ...]
    kept: tuple[int, ...]
    record: str = ""
    state: Literal["open", "settled", "reopened"] = "open"
    use: tuple[str, str] = ("", "")

    @property
    def name(self) -> str:
        """The name by which what was decided about it is found again."""
        return "|".join((self.sheet, self.column, self.record))


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn(Brief):
    """A row that one side of a three-way merge deleted: where it still stands, and who lacks it."""

    sheet: str
    key: tuple[str, ...]
    place: Place
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Brief):
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
class MergeTotal(Brief):
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

    def _brief(self) -> tuple[object, str]:
        name = f"{self.file} {self.sheet} {self.column or 'rows'}"
        agrees = "reconciles" if self.reconciles else "does not reconcile"
        return name, f"read {self.read:,.12g}, merged {self.merged:,.12g}, {agrees}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Merge(Brief):
    """The merged records and the whole account of how they came about.

    `sheets` hold the records with their `origins`; `form` the fields on which the files agree, or
    that add up. `extra_sheets` lists, per file, the sheets of staff's own that stay behind,
    `laid_on` the comments, pictures and charts on the others that do.
    `contested` are, per sheet, the records (from 0) that stand beside another version of the same
    record, `disputed` those one of whose cells several sides of a three-way merge edited, with the
    conflicts. `is_three_way` tells such a merge, `changes` what it took over. `differences` are
    fields that each department has of its own, such as its name. `across` counts the records about
    which different departments disagree, `across_doubles` those that they hold alike: with
    `per_department` they would be records of their own. `settled` are conflicts that people decided
    on the sheet Conflicts, `carried` lines of attachments that tell of sources not at hand,
    `confirmed` answers typed into the Review of an earlier merge. `reused` counts the sources whose
    records were known from an earlier run. The rows of the records count from 1, in no workbook
    yet.
    """

    template: Template
    language: Language
    form: Mapping[str, Any]
    sheets: Mapping[str, SheetRecords]
    choices: Mapping[str, Mapping[str, Mapping[str, str]]]
    settings: Mapping[str, float | str]
    sources: tuple[Source, ...]
    skipped: tuple[SkippedFile, ...]
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
    remembered: tuple[RememberedAlert, ...] = ()
    per_department: bool | None = None
    across: int = 0
    across_doubles: int = 0
    settled: tuple[Conflict, ...] = ()
    laid_on: Mapping[str, tuple[LaidOn, ...]] = field(default_factory=dict)
    carried: Mapping[str, tuple[Mapping[str, object], ...]] = field(default_factory=dict)
    reused: int = 0
    confirmed: Mapping[str, str] = field(default_factory=dict)
    history: tuple[HistoryDay, ...] = ()

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

    def _brief(self) -> tuple[object, str]:
        counts = counted(
            row=sum(len(one.rows) for one in self.sheets.values()),
            open_conflict=self.conflicts,
            skipped_file=self.skipped,
            problem=self.problems,
        )
        agrees = "totals reconcile" if self.reconciles else "totals do not reconcile"
        return f"of {counted(file=self.sources)}", f"{counts}, {agrees}"


def stopped(merge: Merge, conflicts: Sequence[Conflict]) -> MergeConflict:
    """Return the error that lists the first conflicts, in whatever language it will be said."""
    listed = Text(
        {
            language: "\n".join(_stopped_lines(replace(merge, language=language), conflicts))
            for language in LANGUAGES
        }
    )
    return MergeConflict("merge_conflict", count=len(conflicts), listed=listed)


def _stopped_lines(merge: Merge, conflicts: Sequence[Conflict]) -> list[str]:
    lines = []
    for conflict in conflicts[:_LISTED]:
        said = " / ".join(f"{v.text or '–'} ({v.place})" for v in conflict.versions)
        sheet = sheet_label(merge, conflict.sheet)
        name = " · ".join(word for word in conflict.key if word)
        column = column_label(merge, conflict.sheet, conflict.column)
        where = " › ".join(part for part in (sheet, name, column) if part)
        lines.append(f"  {where}: {said}")
    if merge.across:
        lines.append(say("merge", "done.across", merge.language, count=merge.across))
    return lines
