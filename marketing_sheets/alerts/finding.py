"""What needs a person now, gravest first, each with its place; and what of it is new.

An alert is known again by its key. It is new on the day it is first seen, for as many runs as there
are for that day, so that a second run repeats nothing that nobody changed. No words, no I/O.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, get_args

from ..brief import Brief
from ..problems import Place
from ..records import Reading, RememberedAlert, SheetRecords
from ..template import ALERT_SEVERITIES, RULE_KINDS, AlertSeverity, Rule, RuleKind
from ..texts import Text
from . import channels, rows, tasks
from .model import Alert, Phrase, key_of, terms

Standing = Literal["new", "continuing", "resolved"]
STANDINGS: tuple[Standing, ...] = get_args(Standing)
AlertKind = RuleKind
ALERT_KINDS = RULE_KINDS
_FINDERS: Mapping[RuleKind, Callable[[Rule, Reading, date], Iterator[Alert]]] = {
    "issue_overdue": tasks.issues,
    "issue_high": tasks.issues,
    "task_late": tasks.late,
    "over_allocated": tasks.over_allocated,
    "over_budget": tasks.over_budget,
    "below_target": tasks.below_target,
    "threshold": channels.beyond,
    "window": channels.running,
    "drop": channels.dropped,
    "count": rows.counted,
    "deadline": rows.overdue,
    "early": rows.premature,
    "row": rows.rows,
    "reserve": tasks.reserve,
    "burn": tasks.burning,
}
# Kinds whose rules may be on for one group alone, so that only their finder can tell.
_GROUPED = ("threshold", "window", "drop")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedAlert(Brief):
    """An alert and its history.

    `alert` is None once it is resolved: what is known of it then are the texts of the last Summary.
    `owner` is the one the sheets name, `own_owner` the one staff named in the list, "" if nobody.
    """

    key: str
    standing: Standing
    severity: AlertSeverity
    first_seen: date
    resolved_on: date | None
    alert: Alert | None
    what: Phrase | str
    department: Text | str
    owner: str
    own_owner: str

    @property
    def who(self) -> str:
        """Who is to act: the one staff named in the list goes before the sheets' own."""
        return self.own_owner or self.owner


def track(
    found: Sequence[Alert],
    remembered: Sequence[RememberedAlert],
    *,
    as_of: date,
    unproven: Collection[str] = (),
) -> tuple[TrackedAlert, ...]:
    """Join the alerts found with those remembered: by severity, in their order, resolved ones last.

    An alert that is gone is shown as resolved on the day it was missed first, and on no later day.
    One that comes back on another day is new again. One of which nothing tells any more, its key
    is in `unproven`, goes on.
    """
    known = {one.key: one for one in remembered}
    keyed = _keyed(found)
    standing = [_standing(key, alert, known.get(key), as_of) for key, alert in keyed.items()]
    gone = [
        _gone(one, None if one.key in unproven else one.resolved_on or as_of)
        for one in remembered
        if one.key not in keyed and one.resolved_on in (None, as_of)
    ]
    return tuple(
        sorted(
            (*standing, *gone),
            key=lambda one: (one.alert is None, ALERT_SEVERITIES.index(one.severity)),
        )
    )


def remembered_by_all(
    lists: Sequence[Sequence[RememberedAlert]],
) -> tuple[RememberedAlert, ...]:
    """Join what several Summaries remember: the first owner named, the first day seen.

    An alert that stands in any of them stands.
    """
    known: dict[str, RememberedAlert] = {}
    for one in (one for remembered in lists for one in remembered):
        before = known.setdefault(one.key, one)
        days = before.resolved_on, one.resolved_on
        known[one.key] = replace(
            before,
            first_seen=min(before.first_seen, one.first_seen),
            resolved_on=None if None in days else max(day for day in days if day),
            own_owner=before.own_owner or one.own_owner,
        )
    return tuple(known.values())


def _keyed(found: Sequence[Alert]) -> Mapping[str, Alert]:
    """Give each alert a key of its own: two rows that say the same are told apart by a number."""
    seen: Counter[str] = Counter()
    keyed = {}
    for alert in found:
        key = alert.key or f"{alert.kind}|{alert.place.sheet}|{alert.what.params.get('name', '')}"
        seen[key] += 1
        key = key if seen[key] == 1 else f"{key}#{seen[key]}"
        keyed[key] = alert
    return keyed


def _standing(key: str, alert: Alert, known: RememberedAlert | None, as_of: date) -> TrackedAlert:
    # Gone before this day, it has come back as a new one.
    if known is not None and known.resolved_on not in (None, as_of):
        known = replace(known, first_seen=as_of)
    # For an earlier day than before it was seen on that day at the latest.
    first_seen = as_of if known is None else min(known.first_seen, as_of)
    return TrackedAlert(
        key=key,
        standing="new" if first_seen == as_of else "continuing",
        severity=alert.severity,
        first_seen=first_seen,
        resolved_on=None,
        alert=alert,
        what=alert.what,
        department=alert.department,
        owner=alert.owner,
        own_owner="" if known is None else known.own_owner,
    )


def _gone(one: RememberedAlert, day: date | None) -> TrackedAlert:
    return TrackedAlert(
        key=one.key,
        standing="continuing" if day is None else "resolved",
        severity=one.severity,
        first_seen=one.first_seen,
        resolved_on=day,
        alert=None,
        what=one.what,
        department=one.department,
        owner=one.owner,
        own_owner=one.own_owner,
    )


def unproven_keys(reading: Reading) -> frozenset[str]:
    """Return the keys of remembered alerts of which the workbook tells nothing any more.

    Their table is gone or empty, or their row has cells that cannot be read. Only data that does
    not break the rule resolves an alert.
    """
    rules = {rule.id for rule in reading.template.rules if _is_in_force(rule, reading)}
    tables = {sheet.id for sheet in reading.template.tables}
    doubtful = {problem.place for problem in reading.problems if problem.severity == "error"}
    found = set()
    for one in reading.remembered:
        rule, sheet, *_ = (*one.key.split("|"), "")
        if rule not in rules or sheet not in tables:
            continue
        records = reading.sheets.get(sheet)
        if (
            records is None
            or records.frame.empty
            or one.key in _unreadable(rule, reading, records, doubtful)
        ):
            found.add(one.key)
    return frozenset(found)


def _unreadable(
    rule: str, reading: Reading, records: SheetRecords, doubtful: Collection[Place]
) -> set[str]:
    """Return the keys of alerts about rows in which something cannot be read."""
    rows_of = {place.row for place in doubtful if place.sheet == records.origin.sheet}
    return {
        key_of(rule, *rows.about(reading, records, row))
        for row, number in enumerate(records.rows.tolist())
        if number in rows_of
    }


def alerts(reading: Reading, *, as_of: date) -> tuple[Alert, ...]:
    """Return everything to act on: by severity, then by kind and size.

    Raised by the rules of the reading's template, as its workbook changes them.
    """
    found = [
        alert
        for rule in reading.template.rules
        if _is_in_force(rule, reading)
        for alert in _FINDERS[rule.kind](rule, reading, as_of)
    ]
    return tuple(sorted(found, key=_order))


def _is_in_force(rule: Rule, reading: Reading) -> bool:
    return rule.kind in _GROUPED or terms(rule, reading) is not None


def _order(alert: Alert) -> tuple[int, int, int, float]:
    # Days and shares have no common measure: sizes are compared within a kind.
    severity = ALERT_SEVERITIES.index(alert.severity)
    return severity, ALERT_KINDS.index(alert.kind), alert.rank, -alert.size
