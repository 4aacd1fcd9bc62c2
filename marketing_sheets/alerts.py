"""What needs a person now, gravest first, each with its place. No words, no I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from . import alerts_channels, alerts_deadlines, alerts_rows, alerts_tasks
from .alerts_model import Alert, Amount, Phrase, label_of
from .alerts_terms import choice_setting, terms
from .records import Reading
from .rules import RULE_KINDS, Rule, RuleKind, Severity

__all__ = [
    "ALERT_KINDS",
    "Alert",
    "AlertKind",
    "Amount",
    "Phrase",
    "Severity",
    "alerts",
    "choice_setting",
    "label_of",
]

AlertKind = RuleKind
ALERT_KINDS = RULE_KINDS

_FINDERS: Mapping[RuleKind, Callable[[Rule, Reading, date], Iterator[Alert]]] = {
    "issue_overdue": alerts_tasks.issues,
    "issue_high": alerts_tasks.issues,
    "task_late": alerts_tasks.late,
    "over_allocated": alerts_tasks.over_allocated,
    "over_budget": alerts_tasks.over_budget,
    "below_target": alerts_tasks.below_target,
    "threshold": alerts_channels.beyond,
    "window": alerts_channels.running,
    "drop": alerts_channels.dropped,
    "count": alerts_rows.counted,
    "deadline": alerts_deadlines.overdue,
    "early": alerts_deadlines.premature,
    "row": alerts_rows.rows,
    "reserve": alerts_tasks.reserve,
    "burn": alerts_tasks.burning,
}
# Kinds whose rules may be on for one group alone, so that only their finder can tell.
_GROUPED = ("threshold", "window", "drop")


def alerts(reading: Reading, *, as_of: date) -> tuple[Alert, ...]:
    """Return everything to act on: overdue and grave issues first, then by kind and size.

    Raised by the rules of the reading's template, as its workbook changes them.
    """
    found = [
        alert
        for rule in reading.template.rules
        if rule.kind in _GROUPED or terms(rule, reading) is not None
        for alert in _FINDERS[rule.kind](rule, reading, as_of)
    ]
    return tuple(sorted(found, key=_order))


def _order(alert: Alert) -> tuple[int, int, float]:
    return ALERT_KINDS.index(alert.kind), alert.rank, -alert.size
