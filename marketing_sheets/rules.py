"""The rules that alerts are raised by, as data, and what a workbook changes of them. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from .languages import Text
from .places import Place

__all__ = [
    "MEASURES",
    "RULE_KINDS",
    "RULE_NAMES",
    "SEVERITIES",
    "Measure",
    "Rule",
    "RuleKind",
    "Severity",
    "Side",
    "Threshold",
]

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

Severity = Literal["high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)

Side = Literal["below", "above"]
# What a `count` rule counts: the sum of a column, its different values, or rows.
Measure = Literal["sum", "distinct", "rows"]
MEASURES: tuple[Measure, ...] = get_args(Measure)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
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
    severity: Severity = "medium"
    sources: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    when: Mapping[str, str] = field(default_factory=dict)
    metric: str | None = None
    column: str | None = None
    by: str | None = None
    side: Side = "below"
    of: Measure = "sum"
    limit: float | None = None
    unit: Literal["number", "money", "percent", "ratio"] = "number"
    target: str | None = None
    least: float | None = None
    days: int | None = None
    in_working_days: bool = False
    after: tuple[str, ...] = ()
    setting: str | None = None
    only: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    is_on: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """What the lists sheet of a workbook says about a rule, for one group or (None) for all.

    `limit` and `days` are None where the cell is blank or cannot be used: the rule's own count.
    """

    rule: str
    group: str | None = None
    limit: float | None = None
    days: int | None = None
    is_on: bool = True
    place: Place | None = None
