"""The columns of a sheet and the lists their choices come from, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from .languages import Language, Text

__all__ = [
    "COLUMN_TYPES",
    "LIVE_TYPES",
    "NUMERIC_TYPES",
    "WORDINGS",
    "Choice",
    "Choices",
    "Column",
    "ColumnType",
    "Wording",
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
COLUMN_TYPES: tuple[ColumnType, ...] = get_args(ColumnType)
NUMERIC_TYPES: frozenset[ColumnType] = frozenset(
    ("integer", "number", "money", "percent", "ratio", "quantity")
)
# What may be asked of the words in a cell; told in `workbook_templates/README.md`.
Wording = Literal["goal", "action", "concrete", "factual", "responses", "milestones"]
WORDINGS: tuple[Wording, ...] = get_args(Wording)
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
    percentages are points (×100), or only where the choice setting `points_if` is "points". A cell
    of a column that `says_base` names what its change is against: 环比+15%. A quantity that
    `is_target` may be a bound such as ≥20万; `compared_with` names the column of conditions
    or quantities that a quantity is held against. `as_written` lets people write as in the source
    documents (202X-05-01, 1:3, `-`): nothing is refused, and Excel turns nothing into something
    else. `wording` is what is asked of the words typed here; `wording_with` are the columns or
    fields that may say what these words leave out. `not_before` is the field of a form with the
    day this one may not precede.
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
    points_if: str | None = None
    says_base: bool = False
    is_target: bool = False
    compared_with: str | None = None
    as_written: bool = False
    wording: tuple[Wording, ...] = ()
    wording_with: tuple[str, ...] = ()
    not_before: str | None = None

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
