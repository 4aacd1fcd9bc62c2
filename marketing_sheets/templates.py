"""A workbook template as data: sheets, columns, choices, texts. No I/O, all frozen.

How the TOML files spell it is told in `workbook_templates/README.md`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from .columns import (
    COLUMN_TYPES,
    LIVE_TYPES,
    NUMERIC_TYPES,
    Choice,
    Choices,
    Column,
    ColumnType,
)
from .languages import Text

__all__ = [
    "COLUMN_TYPES",
    "LIVE_TYPES",
    "NUMERIC_TYPES",
    "OUR_SHEETS",
    "ROLES",
    "Check",
    "Choice",
    "Choices",
    "Column",
    "ColumnType",
    "FormSheet",
    "Format",
    "Gantt",
    "Group",
    "Live",
    "Metric",
    "Print",
    "Role",
    "Section",
    "Setting",
    "Sheet",
    "TableSheet",
    "Template",
    "TextRow",
]

# What the Summary looks for: tasks with money, tasks in time, figures by channel, targets, issues.
Role = Literal["master", "schedule", "daily", "effect", "issues"]
ROLES: tuple[Role, ...] = get_args(Role)
# Sheets that every workbook has besides those of its template.
OUR_SHEETS: frozenset[str] = frozenset(("lists", "summary"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Neighbouring columns under one heading."""

    id: str
    label: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A conditional format: where `when` is true, `columns` take the look `style`.

    `style` is a key of `styles.LOOKS`; `symbol` stands before the value; `stop` ends the search.
    """

    columns: tuple[str, ...]
    when: str
    style: str
    symbol: str | None = None
    stop: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A rule records must not break: where `when` holds, `message` is told at `column`'s cell."""

    when: str
    column: str
    message: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A live text in row 2, above the first column of `group`; None is column A.

    `text` has blanks `{name}`; `values` gives each an aggregate expression and `shown` its type.
    """

    group: str | None
    text: Text
    values: Mapping[str, str]
    shown: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gantt:
    """The chart to the right of a schedule: which columns give its dates."""

    planned_start: str
    planned_end: str
    actual_start: str
    actual_end: str
    status: str
    cancelled: str
    done: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """How a sheet prints on A4: one page wide, or at a fixed scale broken before a group.

    `scale` is percent for Chinese and English; `break_before` a group id or "gantt".
    """

    scale: Mapping[str, int] = field(default_factory=dict)
    break_before: str | None = None
    portrait: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRow:
    """A row of words on a form sheet: how to fill, cadence, legend."""

    cells: tuple[Text, ...]
    state: str | None = None
    sheet: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Rows of words under a heading; `head` names their columns, if anything does."""

    heading: Text
    rows: tuple[TextRow, ...]
    head: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSheet:
    """One record per row. `key` names the columns that tell records apart.

    `role` says what the Summary may take the sheet for.
    """

    id: str
    label: Text
    title: Text
    columns: tuple[Column, ...]
    groups: tuple[Group, ...] = ()
    key: tuple[str, ...] = ()
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
    print: Print = field(default_factory=Print)
    role: Role | None = None

    def __getitem__(self, column_id: str) -> Column:
        for column in self.columns:
            if column.id == column_id:
                return column
        raise KeyError(column_id)

    def __contains__(self, column_id: object) -> bool:
        return any(column.id == column_id for column in self.columns)

    @property
    def inputs(self) -> tuple[Column, ...]:
        """The columns staff fill in."""
        return tuple(column for column in self.columns if not column.is_computed)

    @property
    def computed(self) -> tuple[Column, ...]:
        """The columns formulas fill."""
        return tuple(column for column in self.columns if column.is_computed)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSheet:
    """One record: labels with values beside them, and sections of words.

    `sections` are shown in order.
    """

    id: str
    label: Text
    title: Text
    subtitle: Text
    heading: Text
    fields: tuple[Column, ...]
    sections: Mapping[str, Section] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()

    def __getitem__(self, field_id: str) -> Column:
        for column in self.fields:
            if column.id == field_id:
                return column
        raise KeyError(field_id)


Sheet = TableSheet | FormSheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A figure over a table: a sum, or a ratio of two sums, at every level.

    `sheet` holds the columns `numerator` and `denominator` (None: a plain sum). `minus` is
    subtracted from the numerator's sum: net return is (sales - cost) / cost.
    """

    id: str
    label: Text
    sheet: str
    numerator: str
    denominator: str | None = None
    minus: str | None = None
    unit: Literal["number", "money", "percent", "ratio"] = "number"
    direction: Literal["higher", "lower"] = "higher"
    aliases: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A threshold that sheets and Summary share; `value` is what stands before staff change it.

    It also stands in for a value that is blank or not within `min` and `max`.
    """

    id: str
    label: Text
    type: ColumnType
    value: float
    hint: Text | None = None
    min: float | None = None
    max: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A workbook: a form that describes the campaign, tables, and the words around them."""

    id: str
    version: str
    title: Text
    brand: Text
    sheets: tuple[Sheet, ...]
    choices: Mapping[str, Choices]
    metrics: tuple[Metric, ...] = ()
    settings: Mapping[str, Setting] = field(default_factory=dict)

    def __getitem__(self, sheet_id: str) -> Sheet:
        for sheet in self.sheets:
            if sheet.id == sheet_id:
                return sheet
        raise KeyError(sheet_id)

    @property
    def tables(self) -> tuple[TableSheet, ...]:
        """The sheets that hold one record per row."""
        return tuple(sheet for sheet in self.sheets if isinstance(sheet, TableSheet))

    def sheet_for(self, role: Role) -> str:
        """Return the id of the first sheet that plays a role, "" if there is none."""
        return next((sheet.id for sheet in self.tables if sheet.role == role), "")

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
