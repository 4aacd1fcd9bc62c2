"""What a rule says in a workbook: its own limits, unless the lists sheet says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .alerts_model import Alert, Amount, Phrase, key_of, leader, merged_department
from .languages import Text
from .places import Place
from .records import Reading
from .rules import Rule, RuleKind, Severity

__all__ = [
    "Terms",
    "amount",
    "choice_setting",
    "number_setting",
    "raised",
    "terms",
    "what_of",
]

_STATES: dict[RuleKind, str] = {
    "issue_overdue": "hot",
    "issue_high": "hot",
    "count": "hot",
    "below_target": "missed",
    "threshold": "missed",
    "window": "missed",
    "drop": "missed",
    "row": "close",
    "reserve": "close",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A rule's limit and number of days in a workbook."""

    limit: float | None
    days: int | None


def terms(rule: Rule, reading: Reading, group: str | None = None) -> Terms | None:
    """Return what counts for one group (None: for all), or None where the rule is off.

    A row for the group goes before one for all; a workbook that names only other groups leaves
    this one alone. Where the workbook says nothing about the rule it is as its template has it.
    """
    rows = [one for one in reading.thresholds if one.rule == rule.id]
    exact = next((one for one in rows if one.group == group), None)
    told = exact or next((one for one in rows if one.group is None), None)
    if not rows:
        if not rule.is_on or (rule.only and group not in rule.only):
            return None
    elif told is None or not told.is_on:
        return None
    limit = rule.limit if told is None or told.limit is None else told.limit
    days = rule.days if told is None or told.days is None else told.days
    if rule.setting is None:
        return Terms(limit=limit, days=days)
    said = number_setting(reading, rule.setting)
    if rule.kind in ("deadline", "early"):
        return Terms(limit=limit, days=days if said is None else int(said))
    return Terms(limit=said, days=days)


def number_setting(reading: Reading, name: str) -> float | None:
    """Return a setting's number: the workbook's, else the template's, None if there is none."""
    setting = reading.template.settings.get(name)
    said = reading.settings.get(name, None if setting is None else setting.value)
    return None if said is None or isinstance(said, str) else float(said)


def choice_setting(reading: Reading, name: str) -> str:
    """Return the choice of a setting: the workbook's, else the template's, "" if there is none."""
    setting = reading.template.settings.get(name)
    said = reading.settings.get(name, "" if setting is None else setting.value)
    return said if isinstance(said, str) else ""


def raised(
    rule: Rule,
    reading: Reading,
    about: tuple[object, ...],
    *,
    what: Phrase,
    place: Place,
    size: float,
    gap: Phrase | None = None,
    rank: int = 0,
    whose: tuple[Text | str, str] | None = None,
    blanks: Mapping[str, object] | None = None,
    severity: Severity | None = None,
) -> Alert:
    """Return an alert of a rule; `about` tells it from the rule's others, for good.

    `whose` is department and person, else those who lead the campaign. `blanks` fill those of the
    rule's message, which is the gap where none is given, and of its advice. `severity` is the
    rule's unless given.
    """
    department, owner = whose or leader(reading)
    params, severity = blanks or {}, severity or rule.severity
    if gap is None:
        gap = Phrase(text=rule.message or rule.label, params=params)
    advice = None if rule.advice is None else Phrase(text=rule.advice, params=params)
    return Alert(
        kind=rule.kind,
        state=_state(rule.kind, severity),
        what=what,
        gap=gap,
        department=department or merged_department(reading, place),
        owner=owner,
        place=place,
        size=float(size),
        rank=rank,
        key=key_of(rule.id, *about),
        severity=severity,
        rule=rule.id,
        label=rule.label,
        advice=advice,
    )


def _state(kind: RuleKind, severity: Severity) -> str:
    """Return the look of an alert: the kind's own, but no louder than its severity."""
    if severity == "low":
        return "open"
    state = _STATES.get(kind, "late")
    return "late" if severity == "medium" and state == "hot" else state


def what_of(rule: Rule, name: Text | str, **params: object) -> Phrase:
    """Return what an alert of a rule is about: the rule's own words, else the name alone."""
    if rule.what is None:
        return Phrase(code="what.plain", params={"name": name})
    return Phrase(text=rule.what, params={"name": name, **params})


def amount(value: float, rule: Rule) -> Amount:
    """Return a number in the unit of a rule's limit."""
    return Amount(value=value, unit=rule.unit)
