"""A workbook template as data: sheets, columns, choices, texts. No I/O, all frozen.

How the TOML files spell it is told in `workbook_templates/README.md`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal, get_args

from ..brief import Brief, counted
from ..texts import NO_TEXT, Language, Text
from .parts import Choice, Choices, Column, ColumnType, Metric, Rule
from .roles import Role

# The chapters a Summary may have, those of a written report.
Chapter = Literal["overview", "results", "problems", "advice", "appendix"]
CHAPTERS: tuple[Chapter, ...] = get_args(Chapter)
# A number, or the id of a choice.
SettingValue = float | str
# How many columns stand beside the label of a table on a form's page.
PAGE_COLUMNS = 3
# Sheets that every workbook has besides those of its template.
OUR_SHEETS: frozenset[str] = frozenset(("lists", "review", "summary"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnGroup(Brief):
    """Neighbouring columns under one heading."""

    id: str
    label: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Format(Brief):
    """A conditional format: where `when` is true, `columns` take the look `style`.

    `style` is a key of `styles.LOOKS`; `symbol` stands before the value; `stop` ends the search.
    """

    columns: tuple[str, ...]
    when: str
    style: str
    symbol: str | None = None
    stop: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Check(Brief):
    """What records must not break: where `when` holds, `message` is told at `column`'s cell."""

    when: str
    column: str
    message: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Live(Brief):
    """A live text in row 2, above the first column of `group`; None is column A.

    `text` has blanks `{name}`; `values` gives each an aggregate expression and `shown` its type.
    """

    text: Text
    values: Mapping[str, str] = field(default_factory=dict)
    group: str | None = None
    shown: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gantt(Brief):
    """The chart to the right of a schedule: which columns give its dates."""

    planned_start: str
    planned_end: str
    actual_start: str
    actual_end: str
    status: str
    cancelled: str
    done: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Series(Brief):
    """Figures of a chart: sums of a column, or over the sums of another in the same rows."""

    label: Text
    sum: str
    per: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart(Brief):
    """Bars to the right of a table, one a word of the list column `by`, the largest first."""

    title: Text
    by: str
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Print(Brief):
    """How a sheet prints on A4: one page wide, or at a fixed scale broken before a group.

    `scale` is percent for Chinese and English; `break_before` a group id or "gantt".
    """

    scale: Mapping[str, int] = field(default_factory=dict)
    break_before: str | None = None
    portrait: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRow(Brief):
    """A row of words on a form sheet: how to fill, cadence, legend."""

    cells: tuple[Text, ...]
    state: str | None = None
    sheet: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section(Brief):
    """Rows of words under a heading; `head` names their columns, if anything does."""

    heading: Text
    rows: tuple[TextRow, ...]
    head: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Share(Brief):
    """A row that holds a fixed share of its column's total, such as a reserve.

    It is the row whose choice in `row_column` is `row_choice`; `of_total` is the setting that says
    how large the share of the total is, this row included.
    """

    column: str
    row_column: str
    row_choice: str
    of_total: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSheet(Brief):
    """One record per row. `key` names the columns that tell records apart.

    With `per_department` the records are figures of a department's own: those of two departments
    are two, whatever their keys say. Else all departments mean the same task, issue or product.
    `role` says what the Summary may take the sheet for. `start` are the rows a new workbook begins
    with: per column an id of its choices or a text.
    """

    id: str
    label: Text
    columns: tuple[Column, ...]
    title: Text = NO_TEXT
    groups: tuple[ColumnGroup, ...] = ()
    key: tuple[str, ...] = ()
    per_department: bool = False
    aliases: tuple[str, ...] = ()
    blank_rows: int = 20
    row_height: float = 30
    freeze: int = 1
    repeated: tuple[str, ...] = ()
    day_line: str | None = None
    formats: tuple[Format, ...] = ()
    checks: tuple[Check, ...] = ()
    live: tuple[Live, ...] = ()
    gantt: Gantt | None = None
    charts: tuple[Chart, ...] = ()
    print: Print = field(default_factory=Print)
    role: Role | None = None
    start: tuple[Mapping[str, str | Text], ...] = ()
    as_written: bool = False
    share: Share | None = None

    def __getitem__(self, column_id: str) -> Column:
        for column in self.columns:
            if column.id == column_id:
                return column
        raise KeyError(column_id)

    def __contains__(self, column_id: object) -> bool:
        return any(column.id == column_id for column in self.columns)

    def expressions(self) -> Iterator[str]:
        """Walk all that is written in the formula language."""
        yield from (column.formula for column in self.columns if column.formula is not None)
        yield from (one.when for one in self.formats)
        yield from (check.when for check in self.checks)
        for live in self.live:
            yield from live.values.values()
        if self.share is not None:
            yield self.share.of_total

    @property
    def periods(self) -> Iterator[tuple[Column, Column]]:
        """Walk the pairs of date columns that begin and end something: `x_start`, `x_end`."""
        for column in self.columns:
            end = column.id.removesuffix("_start") + "_end"
            pair = not column.is_computed and column.id.endswith("_start") and end in self
            if pair and column.type == "date":
                yield column, self[end]

    @property
    def inputs(self) -> tuple[Column, ...]:
        """The columns staff fill in."""
        return tuple(column for column in self.columns if not column.is_computed)

    @property
    def computed(self) -> tuple[Column, ...]:
        """The columns formulas fill."""
        return tuple(column for column in self.columns if column.is_computed)

    def _brief(self) -> tuple[object, str]:
        return self.id, counted(column=self.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Area(Brief):
    """A part of a form laid out as a page: lines of one or two fields, or a table of its own."""

    heading: Text | None = None
    lines: tuple[tuple[str, ...], ...] = ()
    table: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSheet(Brief):
    """One record: labels with values beside them, and sections of words.

    `sections` are shown in order. With `areas` the form is laid out as one upright page; without
    them its fields stand one below the other.
    """

    id: str
    label: Text
    title: Text = NO_TEXT
    subtitle: Text = NO_TEXT
    heading: Text = NO_TEXT
    fields: tuple[Column, ...]
    sections: Mapping[str, Section] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    areas: tuple[Area, ...] = ()

    def __getitem__(self, field_id: str) -> Column:
        for column in self.fields:
            if column.id == field_id:
                return column
        raise KeyError(field_id)

    def _brief(self) -> tuple[object, str]:
        return self.id, counted(field=self.fields)


Sheet = TableSheet | FormSheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting(Brief):
    """A threshold or a choice that sheets and Summary share; `value` stands before staff change it.

    It also stands in for a value that is blank or not within `min` and `max`. Of type "choice" it
    is one of `items`, by its id. A workbook shows it if a formula or a rule uses it, or a sheet
    plays one of `roles` and has one of `columns` (if any are named); one without `roles` that is
    not `if_used` always.
    """

    id: str
    label: Text
    type: ColumnType
    value: SettingValue
    hint: Text | None = None
    min: float | None = None
    max: float | None = None
    items: tuple[Choice, ...] = ()
    roles: tuple[Role, ...] = ()
    columns: tuple[str, ...] = ()
    if_used: bool = False
    aliases: tuple[str, ...] = ()

    @property
    def choices(self) -> Choices | None:
        """The list a choice is from, None for a number."""
        return Choices(id=self.id, label=self.label, items=self.items) if self.items else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPart(Brief):
    """Records that a chapter of the written report shows as they stand: a sheet, its columns."""

    chapter: Chapter
    sheet: str
    columns: tuple[str, ...]
    title: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPlan(Brief):
    """The written report: its title and that of one stage's, and what only records hold.

    `{campaign}` and `{stage}` stand in titles; without one it is called a report.
    """

    title: Text | None = None
    stage_title: Text | None = None
    parts: tuple[ReportPart, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Template(Brief):
    """A workbook: a form that describes the campaign, tables, and the words around them.

    `outline` are the chapters of its Summary in order; without any the sections just follow.
    `language` is that of its workbooks where nobody asks for another.
    """

    id: str
    version: str
    title: Text
    brand: Text
    sheets: tuple[Sheet, ...]
    choices: Mapping[str, Choices]
    metrics: tuple[Metric, ...] = ()
    settings: Mapping[str, Setting] = field(default_factory=dict)
    registry: tuple[Metric, ...] = ()
    rules: tuple[Rule, ...] = ()
    outline: tuple[Chapter, ...] = ()
    report: ReportPlan = field(default_factory=ReportPlan)
    language: Language | None = None

    def __getitem__(self, sheet_id: str) -> Sheet:
        for sheet in self.sheets:
            if sheet.id == sheet_id:
                return sheet
        raise KeyError(sheet_id)

    @property
    def sha256(self) -> str:
        """The SHA-256 of all it says, the same in every process."""
        return hashlib.sha256(repr(asdict(self)).encode()).hexdigest()

    @property
    def tables(self) -> tuple[TableSheet, ...]:
        """The sheets that hold one record per row."""
        return tuple(sheet for sheet in self.sheets if isinstance(sheet, TableSheet))

    def host(self, sheet_id: str) -> FormSheet | None:
        """Return the form that shows a table on its page, None for a table with its own tab."""
        hosts = (form for form in self.forms if any(a.table == sheet_id for a in form.areas))
        host = next(hosts, None)
        sheet = self[sheet_id]
        fits = isinstance(sheet, TableSheet) and len(sheet.columns) <= PAGE_COLUMNS
        return host if fits else None

    @property
    def tabs(self) -> tuple[Sheet, ...]:
        """The sheets that have a tab of their own."""
        return tuple(sheet for sheet in self.sheets if self.host(sheet.id) is None)

    def sheet_for(self, role: Role) -> str:
        """Return the id of the first sheet that plays a role, "" if there is none."""
        return next((sheet.id for sheet in self.tables if sheet.role == role), "")

    def list_for(self, role: Role, column: str) -> str:
        """Return the id of the list that a role's column is from, "" if it is from none."""
        name = self.sheet_for(role)
        sheet = next((one for one in self.tables if one.id == name and column in one), None)
        return (sheet[column].choices or "") if sheet else ""

    @property
    def form(self) -> FormSheet | None:
        """The sheet that describes the campaign, the first of its forms, or None."""
        return next(iter(self.forms), None)

    @property
    def forms(self) -> tuple[FormSheet, ...]:
        """The sheets that hold one record each."""
        return tuple(sheet for sheet in self.sheets if isinstance(sheet, FormSheet))

    def fields(self) -> Iterator[Column]:
        """Walk the fields of all forms; no two have the same id."""
        return (field for form in self.forms for field in form.fields)

    def _brief(self) -> tuple[object, str]:
        name = f"{self.id} {self.version}"
        return name, counted(sheet=self.sheets, metric=self.metrics, rule=self.rules)
