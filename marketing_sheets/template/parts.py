"""What sheets are made of, as data: columns, lists of choices, metrics by name, rules of alerts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from ..brief import Brief
from ..problems import Place, Problem
from ..texts import Language, Text

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
Unit = Literal["number", "money", "percent", "ratio"]
MetricLevel = Literal["result", "process", "base"]
Dimension = Literal["traffic", "conversion", "spread", "revenue", "cost", "experience"]
# A sum; a ratio of sums, never averaged; or the latest value, as an index has no sum.
Rollup = Literal["sum", "ratio", "latest"]
RuleKind = Literal[
    "issue_overdue",  # an open issue is past its due date
    "issue_high",  # an issue of high severity is open
    "task_late",  # a task is late and unfinished
    "over_allocated",  # the tasks' budgets exceed the campaign's
    "over_budget",  # a task has spent more than its budget
    "below_target",  # an evaluated metric missed its target
    "threshold",  # a metric is beyond a limit
    "window",  # a metric is beyond a limit on so many days running
    "drop",  # a metric's last day is that far from the days before
    "count",  # a sum or count of rows exceeds a limit
    "deadline",  # something is not there so many days after a date
    "early",  # something is there sooner than so many days after a date
    "row",  # an expression holds for a record
    "reserve",  # too little of the campaign's budget is kept back
    "burn",  # money is spent ahead of time and work
]
RULE_KINDS: tuple[RuleKind, ...] = get_args(RuleKind)
# What an expression of a rule may name besides columns and settings.
RULE_NAMES: tuple[str, ...] = ("rule_limit", "rule_days")
AlertSeverity = Literal["high", "medium", "low"]
ALERT_SEVERITIES: tuple[AlertSeverity, ...] = get_args(AlertSeverity)
Side = Literal["below", "above"]
# What a `count` rule counts: the sum of a column, its different values, or rows.
Measure = Literal["sum", "distinct", "rows"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Brief):
    """One allowed value: kept as its id, shown as its label.

    `state` is one of the looks of `styles.STATES` (done, active, open, close, late, missed, hot,
    cancelled) or None. `perhaps` are words that may mean this one or another: 未完成.
    `attributes` hold facts about the choice, such as a channel's CVR base.
    """

    id: str
    label: Text
    aliases: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()
    state: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices(Brief):
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
class Column(Brief):
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
    label: Text
    type: ColumnType = "text"
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

    def problem(self, code: str, place: Place, /, raw: object = None, **params: object) -> Problem:
        """Return a problem in a cell of the column, or with the column itself."""
        params = {"column": self.label, **params}
        return Problem(code=code, place=place, column=self.id, raw=raw, params=params)

    def _brief(self) -> tuple[object, str]:
        return self.id, f"{self.type}, {self.label}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric(Brief):
    """A metric known by name; also a figure, where a table holds what it is made of.

    `aliases` are names as people write them. `source` says where its definition is from. One with
    `stands_for` is a name for several: which, the choice made in `setting` says. The names of one
    that `reverses` turn what they stand with: of costs less is better, of a fall in costs more.

    A figure is a sum, or a ratio of two sums, at every level. Its `sheet`, "" for a mere name,
    holds the columns `numerator` and `denominator` (None: a plain sum). `minus` is subtracted from
    the numerator's sum: net return is (sales - cost) / cost.
    """

    id: str
    label: Text
    aliases: tuple[str, ...] = ()
    unit: Unit = "number"
    direction: Literal["higher", "lower"] = "higher"
    rollup: Rollup = "sum"
    level: MetricLevel | None = None
    dimension: Dimension | None = None
    source: str = ""
    setting: str | None = None
    stands_for: Mapping[str, str] = field(default_factory=dict)
    reverses: bool = False
    sheet: str = ""
    numerator: str = ""
    denominator: str | None = None
    minus: str | None = None

    def __hash__(self) -> int:
        """Hash by what tells it apart, for texts cannot be hashed."""
        return hash((self.id, self.aliases))

    @property
    def names(self) -> tuple[str, ...]:
        """Its labels and aliases, each once."""
        return tuple(dict.fromkeys((*self.label.values(), *self.aliases)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Brief):
    """One rule; which of its parts mean something depends on `kind`.

    `sheets` are roles or ids. `limit` is a number in `unit` (percent: a fraction); with `target`, a
    field of the form, it is the share by which that may be missed. `days` is a number of days,
    working days if `in_working_days`, and `setting` the setting that gives limit or days instead.
    `after` names what deadlines count from, the first that is known: a field of the form, a
    column as `sheet.column`, or the `midpoint` of the campaign. `only` are the choices of `by` that
    are watched unless the workbook says otherwise; () is all. `least` is the smallest denominator
    that says anything. `when` gives, per role or sheet, the expression of its rows; in it
    `rule_limit` and `rule_days` stand for what the workbook says. `sources` are the ids of the
    rules in the documents it comes from.
    """

    id: str
    kind: RuleKind
    label: Text
    message: Text | None = None
    what: Text | None = None
    advice: Text | None = None
    severity: AlertSeverity = "medium"
    sources: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    when: Mapping[str, str] = field(default_factory=dict)
    metric: str | None = None
    column: str | None = None
    by: str | None = None
    side: Side = "below"
    of: Measure = "sum"
    limit: float | None = None
    unit: Unit = "number"
    target: str | None = None
    least: float | None = None
    days: int | None = None
    in_working_days: bool = False
    after: tuple[str, ...] = ()
    setting: str | None = None
    only: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    is_on: bool = True


MOST_DAYS = 366


def least_days(rule: Rule) -> int:
    """Return the smallest number of days that means anything: 1 of a window, any of a deadline."""
    return 1 if rule.kind in ("threshold", "window", "drop", "count") else -MOST_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold(Brief):
    """What the lists sheet of a workbook says about a rule, for one group or (None) for all.

    `limit` and `days` are None where the cell is blank or cannot be used: the rule's own count.
    """

    rule: str
    group: str | None = None
    limit: float | None = None
    days: int | None = None
    is_on: bool = True
    place: Place | None = None
