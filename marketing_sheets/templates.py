"""A workbook template as data: sheets, columns, choices, texts. No I/O, all frozen.

How the TOML files spell it is told in `workbook_templates/README.md`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from .languages import Language, Text

__all__ = [
    "COLUMN_TYPES",
    "LIVE_TYPES",
    "NUMERIC_TYPES",
    "OUR_SHEETS",
    "ROLES",
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

ColumnType = Literal[
    "text",  # one line
    "long_text",  # wraps
    "integer",
    "number",
    "money",
    "percent",  # kept as a fraction: 8 % is 0.08
    "ratio",  # 1:x, kept as x
    "quantity",  # a number of any kind: 2000万, 8 %, 1:3, 提升30 %
    "condition",  # name, comparator, quantity: 观看人数≥20万; kept as text
    "date",
    "date_range",
    "datetime",
    "week",
    "choice",  # kept as the choice's id; as typed where the list is open
    "person",
    "department",
    "yes_no",
]
# What the Summary looks for: tasks with money, tasks in time, figures by channel, targets, issues.
Role = Literal["master", "schedule", "daily", "effect", "issues"]
ROLES: tuple[Role, ...] = get_args(Role)
COLUMN_TYPES: tuple[ColumnType, ...] = get_args(ColumnType)
NUMERIC_TYPES: frozenset[ColumnType] = frozenset(
    ("integer", "number", "money", "percent", "ratio", "quantity")
)
# Sheets that every workbook has besides those of its template.
OUR_SHEETS: frozenset[str] = frozenset(("lists", "summary"))
# How a live text may show a figure.
LIVE_TYPES: tuple[ColumnType, ...] = ("integer", "money", "percent", "ratio", "date")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One allowed value: kept as its id, shown as its label.

    `state` is one of the looks of `styles.STATES` (done, active, open, close, late, missed, hot,
    cancelled) or None. `attributes` hold facts about the choice, such as a channel's CVR base.
    """

    id: str
    label: Text
    aliases: tuple[str, ...] = ()
    state: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """A list of allowed values; staff may extend an open one.

    `attributes` names, per attribute, the list its values come from.
    """

    id: str
    label: Text
    items: tuple[Choice, ...]
    is_open: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, item_id: str) -> Choice:
        for item in self.items:
            if item.id == item_id:
                return item
        raise KeyError(item_id)

    def label_of(self, value: str, language: Language) -> str:
        """Return the label of an item id; any other value as it is."""
        for item in self.items:
            if item.id == value:
                return item.label[language]
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table, or a field of a form.

    `group` is the id of its group; `bar` the upper end of its data bar; `width` the width in
    Excel units for Chinese and English; `decimals` overrides the type's number format.
    `fill_down` lets a vertically merged or left-out group value stand for the rows below it.
    `additive` figures enter the control totals. `undefined` says what a computed cell without a
    value shows: nothing, or the short reason. `unit_from` names the choice column that tells the
    unit of this cell (number, money, percent, ratio); `in_points` computed differences of
    percentages are points (×100). `as_written` lets people write as in the source documents
    (202X-05-01, 1:3, `-`): nothing is refused, and Excel turns nothing into something else.
    """

    id: str
    type: ColumnType
    label: Text
    aliases: tuple[str, ...] = ()
    hint: Text | None = None
    group: str | None = None
    is_required: bool = False
    is_key: bool = False
    choices: str | None = None
    formula: str | None = None
    min: float | None = None
    max: float | None = None
    decimals: int | None = None
    signed: bool = False
    bar: float | None = None
    width: Mapping[str, float] = field(default_factory=dict)
    hidden: bool = False
    fill_down: bool = False
    additive: bool = False
    undefined: Literal["blank", "reason"] = "blank"
    unit_from: str | None = None
    in_points: bool = False
    as_written: bool = False

    @property
    def is_computed(self) -> bool:
        """Whether a formula fills the column."""
        return self.formula is not None

    @property
    def takes_remark(self) -> bool:
        """Whether a choice may stand with a remark in brackets: 已完成(延期1小时)."""
        return self.as_written and self.type == "choice" and not self.is_computed

    @property
    def is_numeric(self) -> bool:
        """Whether the values are numbers."""
        return self.type in NUMERIC_TYPES


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
    """A threshold that sheets and Summary share; `value` is what stands before staff change it."""

    id: str
    label: Text
    type: ColumnType
    value: float
    hint: Text | None = None


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
