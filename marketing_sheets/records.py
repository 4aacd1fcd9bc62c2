"""Records: what the sheets hold, typed and keyed by column id, each row knowing its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
import pandas as pd

from .brief import Brief, counted, drawn
from .errors import UsageError, as_day
from .notebook import piece, problems_table, shown, table, title
from .problems import Place, Problem
from .template import SettingValue, Template, Threshold
from .texts import Language, Text, say
from .values import Milestone, Risk

# Arrays of any values, of whole numbers, of numbers, and of yes and no.
Array = np.ndarray[Any, Any]
Integers = np.ndarray[Any, np.dtype[np.int64]]
Floats = np.ndarray[Any, np.dtype[np.floating[Any]]]
Mask = np.ndarray[Any, np.dtype[np.bool_]]


# What a row of a merged or split workbook says about itself, in columns with the id `trace.<name>`:
# a name that stays with the row, and where it came from.
TRACES: tuple[str, ...] = ("row_id", "department", "campaign", "file", "sheet", "row")
# The id of the sheet that tells how a merge came about.
LOG = "merge_log"
# A further column beside the traces: what is to be checked in the row. Written, never read.
MARK = "check"
# Beside it: what it counts, and what a merge has to say of the row.
MARK_CODES, MARK_NOTE = "check_codes", "check_note"


# The columns in which the Summary lists its alerts so as to remember them, told by a hidden row of
# ids above the list that begins with the stamp; only `alert.owner` is for people to type into.
MEMORY_STAMP = "summary.alerts.1"
MEMORY: tuple[str, ...] = (
    "alert.owner",
    "alert.drawn_owner",
    "alert.known_owner",
    "alert.own_owner",
    "alert.key",
    "alert.severity",
    "alert.first_seen",
    "alert.resolved_on",
    "alert.what",
    "alert.department",
)


# The sheet that lists what is to be checked: its stamp, and the columns, in the hidden row of ids,
# of a line's id and of what people type who say that the line is right.
REVIEW_STAMP, CONFIRMED_ID, CONFIRMATION = "review.1", "review.id", "review.confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin(Brief):
    """Where a sheet's records stand: file, tab, header row and the column of each id.

    Rows and columns count from 1, as Excel shows them.
    """

    file: str | None
    sheet: str
    header_row: int
    columns: Mapping[str, int]

    def place(self, row: int | None = None, *column_ids: str | None) -> Place:
        """Return the place of the tab, a row, or a cell in the first of the columns it has."""
        known = (self.columns[name] for name in column_ids if name and name in self.columns)
        return Place(file=self.file, sheet=self.sheet, row=row, column=next(known, None))


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedRow(Brief):
    """A row that is no record, and why: total_row, section_row or repeated_header."""

    row: int
    reason: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SheetRecords(Brief):
    """The records of one table sheet.

    `frame` has a RangeIndex and one column per template column id: integer Int64; number, money,
    percent, ratio, quantity Float64; date datetime64; all others str; missing values are NA.
    Choices are kept as ids. Computed columns are all NA where nobody has filled them yet.
    `raw` holds what stood in the input cells (object, same index), `rows` the Excel row of each
    record. `kinds` tells, per quantity column, number, percent, ratio, growth or money.
    `reasons` tells, per computed column, why a cell has no value (NA where it has one).
    `extras` are staff's own columns by header. `origins` has the columns of `TRACES` that the rows
    came with, `row` as Int64, the others as str; None in a workbook that was never merged or split.
    `parts` are the sheets in which a long table continues: from which record on, and where.
    """

    sheet: str
    frame: pd.DataFrame
    raw: pd.DataFrame
    rows: Array
    origin: Origin
    kinds: Mapping[str, pd.Series[Any]] = field(default_factory=dict)
    remarks: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    reasons: pd.DataFrame | None = None
    extras: pd.DataFrame | None = None
    origins: pd.DataFrame | None = None
    skipped: tuple[SkippedRow, ...] = ()
    parts: tuple[tuple[int, Origin], ...] = ()

    def tabs(self) -> Iterator[tuple[Origin, int, int]]:
        """Walk the tabs that hold the records, each with its first and the one after its last."""
        starts = [(0, self.origin), *self.parts]
        ends = [*(first for first, _ in self.parts), len(self.rows)]
        for (first, origin), end in zip(starts, ends, strict=True):
            yield origin, first, end

    def place(self, position: int, *column_ids: str | None) -> Place:
        """Return where record number `position` (from 0) stands, as `Origin.place` does."""
        later = (origin for first, origin in reversed(self.parts) if position >= first)
        return next(later, self.origin).place(int(self.rows[position]), *column_ids)

    def taken(self, positions: Sequence[int]) -> SheetRecords:
        """Return the records at `positions`, in that order."""
        rows = np.asarray(positions, dtype=np.intp)
        now = {old: new for new, old in enumerate(positions)}

        def some(table: Any) -> Any:
            return None if table is None else table.take(rows).reset_index(drop=True)

        return replace(
            self,
            frame=some(self.frame),
            raw=some(self.raw),
            rows=self.rows[rows],
            kinds={name: some(kinds) for name, kinds in self.kinds.items()},
            remarks={
                name: {now[at]: text for at, text in texts.items() if at in now}
                for name, texts in self.remarks.items()
            },
            reasons=some(self.reasons),
            extras=some(self.extras),
            origins=some(self.origins),
        )

    def _brief(self) -> tuple[object, str]:
        size = counted(row=self.frame, column=self.frame.columns)
        return self.sheet, f"{size}, {self.origin.place()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedCell:
    """A cell of an attachment that looks otherwise than its column.

    `shape` is a number format, `link` where a click leads, `look` one of `styles.LOOKS`. A cell
    with a `span` reaches over so many columns, in which nothing else stands.
    """

    value: object
    shape: str = ""
    is_bold: bool = False
    look: str = ""
    link: Place | None = None
    tip: str = ""
    span: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionHead:
    """A row of an attachment that begins a section: its title, and labels for its columns."""

    title: str
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedColumn:
    """A column of an attachment; a mark is a short text that stands centred.

    `choice` is what people may pick in a column that is theirs to fill in, "" whatever they type.
    `refusal` says why nothing can be typed into it. Columns of one `group` stand under its label.
    One that `fits` is narrower than its width where its texts are short. Its header reaches over
    `span` columns. `states` are the words shown as chips, each with one of
    `styles.LOOKS`. A `formula` for all of its cells names the columns of the same row in braces.
    """

    id: str
    label: Text
    width: float = 16.0
    kind: Literal["text", "number", "money", "date", "mark"] = "text"
    is_hidden: bool = False
    choice: str | None = None
    refusal: Text | None = None
    group: Text | None = None
    states: Mapping[str, str] = field(default_factory=dict)
    formula: str = ""
    span: int = 1
    fits: bool = False


@dataclass(frozen=True, slots=True)
class AttachedRule:
    """How cells of some columns look where a formula holds: it names columns in braces.

    `{^column}` is the cell above. `look` is one of `styles.LOOKS`, "line" a line above the row.
    """

    columns: tuple[str, ...]
    formula: str
    look: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A plain sheet beside the tables: a log, a list of conflicts, the hidden base of a split.

    A cell may be an `AttachedCell`, a row a single `SectionHead`. So many columns are `frozen`, so
    many rows `printed`; so many columns have filters, None all. A `live` subtitle is a formula that
    shows what `subtitle` says by now and names whole columns in braces.
    """

    id: str
    tab: Text
    title: Text
    columns: tuple[AttachedColumn, ...]
    rows: Sequence[tuple[object, ...]]
    subtitle: Text | None = None
    live: str = ""
    is_hidden: bool = False
    frozen: int = 1
    printed: int | None = None
    filtered: int | None = None
    rules: tuple[AttachedRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RememberedAlert(Brief):
    """An alert as the workbook's last Summary listed it; texts in that Summary's language.

    `resolved_on` is the day it was gone, None while it stood. `own_owner` is whom staff named for
    it in the list, "" if nobody.
    """

    key: str
    severity: Literal["high", "medium", "low"]
    first_seen: date
    resolved_on: date | None = None
    what: str = ""
    department: str = ""
    owner: str = ""
    own_owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryDay(Brief):
    """The headline figures as a Summary had them as of a day, by id; one without a value is absent.

    `health` is the verdict: risk, watch or ok.
    """

    day: date
    health: str
    figures: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlTotal(Brief):
    """Rows or one additive column of a sheet: in = used + listed.

    `column` None counts rows. `listed` gives, per reason, what was left out of the figures.
    """

    sheet: str
    column: str | None
    read: float
    used: float
    listed: Mapping[str, float]

    @property
    def reconciles(self) -> bool:
        """Whether nothing is unaccounted for, to the cent."""
        return abs(self.read - self.used - sum(self.listed.values())) < 0.005

    def _brief(self) -> tuple[object, str]:
        name = f"{self.sheet} {self.column or 'rows'}"
        agrees = "reconciles" if self.reconciles else "does not reconcile"
        return name, f"read {self.read:,.12g}, used {self.used:,.12g}, {agrees}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, weakref_slot=True)
class Reading(Brief):
    """A workbook read back: its form, its records, and all that was doubtful.

    `form` maps field ids to typed values (None where blank). `form_places` tells where they stand.
    `choices` maps a choice list's id to its entries, ids or staff's own words, each with its
    attributes as the workbook's lists sheet gives them; `settings` the values set there.
    `thresholds` are what the lists sheet says about the rules of alerts, `holidays` the days off
    named there.
    `attachments` are the rows of the plain sheets of a merge or split, by the attachment's id.
    `modified` is when a program last saved the workbook, in UTC, None where it does not say;
    `author` is who did, "" likewise.
    `sha256` is the file's; `cells_sha256` stays while only our own Summary changes. `remembered`
    are the alerts that the last Summary listed. `milestones` and `risks` are what the form's
    fields with such a wording say, in the order written, by field id. `split` names the split that
    the workbook says it is a part of, "" if of none. `confirmed` is what people typed into the
    Review who say that a line is right, by the line's id. `as_of` is the day the computed columns
    are filled as of, None where nothing says one; `problems_read` are the problems there were
    before, None while nothing is computed. `history` are the days as of which the Summary was
    written, in order, with the figures it had.
    """

    template: Template
    language: Language
    file: str | None
    form: Mapping[str, Any]
    sheets: Mapping[str, SheetRecords]
    problems: tuple[Problem, ...] = ()
    totals: tuple[ControlTotal, ...] = ()
    choices: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    form_places: Mapping[str, Place] = field(default_factory=dict)
    sha256: str | None = None
    template_version: str | None = None
    extra_sheets: tuple[str, ...] = ()
    settings: Mapping[str, SettingValue] = field(default_factory=dict)
    thresholds: tuple[Threshold, ...] = ()
    holidays: tuple[date, ...] = ()
    attachments: Mapping[str, tuple[Mapping[str, object], ...]] = field(default_factory=dict)
    modified: datetime | None = None
    author: str = ""
    cells_sha256: str | None = None
    remembered: tuple[RememberedAlert, ...] = ()
    milestones: Mapping[str, tuple[Milestone, ...]] = field(default_factory=dict)
    risks: Mapping[str, tuple[Risk, ...]] = field(default_factory=dict)
    split: str = ""
    confirmed: Mapping[str, str] = field(default_factory=dict)
    history: tuple[HistoryDay, ...] = ()
    as_of: date | None = None
    problems_read: tuple[Problem, ...] | None = None

    def _brief(self) -> tuple[object, str]:
        kind, rows = self.template.id, sum(len(one.rows) for one in self.sheets.values())
        counts = counted(sheet=self.sheets, row=rows, problem=self.problems)
        return self.file or "", f"{kind}, {counts}"


@drawn.register
def _(reading: Reading) -> str:
    language, names = reading.language, ("living.table", "living.rows")
    rows = [
        (shown(reading.template[name].label[language]), f"{len(one.rows):,}")
        for name, one in reading.sheets.items()
    ]
    return piece(
        language,
        title(reading.file or reading.template.title[language], 3),
        table([say("sheets", name, language) for name in names], rows),
        problems_table(reading.problems, language),
    )


@runtime_checkable
class HasReading(Protocol):
    """A result of a verb that holds a computed reading."""

    @property
    def reading(self) -> Reading:
        """The reading."""
        ...


def reading_of(result: Reading | HasReading) -> Reading:
    """Return the reading that a result holds, or is; UsageError for anything else."""
    if isinstance(result, Reading):
        return result
    if isinstance(result, HasReading):
        return result.reading
    raise UsageError("not_a_reading", found=type(result).__name__)


def as_of_day(reading: Reading, asked: object = None) -> date:
    """Return the day asked for, else a reading's own; UsageError where neither is known."""
    day = as_day(asked) or reading.as_of
    if day is None:
        raise UsageError("as_of_missing", file=reading.file or "")
    return day
