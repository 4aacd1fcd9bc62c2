"""What an alert is, one thing to act on, language-free; and what a rule says in a workbook.

`Phrase` and `Amount` are worded later: a code of `words/summary.toml`, or the text of a rule, and
what fills its blanks. A rule has its own limits, unless the lists sheet says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from ..brief import Brief
from ..problems import Place
from ..records import Array, Mask, Reading, SheetRecords
from ..template import AlertSeverity, Campaign, Rule, RuleKind, Template, Unit
from ..texts import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount(Brief):
    """A number and its unit, worded later: 720000 money is 72 万, or 720K."""

    value: float
    unit: Unit = "number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase(Brief):
    """A sentence to be: its code, what fills its blanks, and the count that decides its number.

    `text`, where it stands, is the sentence itself in every language; `code` says nothing then.
    """

    code: str = ""
    params: Mapping[str, object] = field(default_factory=dict)
    count: int | None = None
    text: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert(Brief):
    """One thing to act on, found by the rule with the id `rule`.

    `label` names the rule in a word or two. `size` orders alerts of one kind: days, or
    the share by which a limit is exceeded. `rank` goes before it: the severity of an issue. `key`
    tells the alert from all others and stays the same when rows move: the rule and what it is
    about. `advice` says what to do.
    """

    kind: RuleKind
    what: Phrase
    gap: Phrase
    department: Text | str
    owner: str
    place: Place
    size: float
    rank: int = 0
    key: str = ""
    severity: AlertSeverity = "medium"
    rule: str = ""
    label: Text | None = None
    advice: Phrase | None = None


def label_of(template: Template, choices: str, value: str) -> Text | str:
    """Return a choice's label in every language; staff's own word as it is."""
    if choices in template.choices:
        for item in template.choices[choices].items:
            if item.id == value:
                return item.label
    return value


def text_at(records: SheetRecords, row: int, column: str) -> str:
    """Return the text in a cell, "" where there is none."""
    value: Any = records.frame[column].iat[row] if column in records.frame else None
    return value if isinstance(value, str) else ""


def leader(reading: Reading) -> tuple[Text | str, str]:
    """Return department and person who lead the campaign: they answer for what nobody owns."""
    department, owner = (
        str(reading.form.get(name) or "") for name in (Campaign.DEPARTMENT, Campaign.OWNER)
    )
    return label_of(reading.template, "department", department), owner


def merged_department(reading: Reading, place: Place) -> Text | str:
    """Return the department that a row of a merged workbook came from, "" where nothing says it."""
    for records in reading.sheets.values():
        origins = records.origins
        if origins is None or "department" not in origins or records.origin.sheet != place.sheet:
            continue
        rows = np.flatnonzero(records.rows == (place.row or 0)).tolist()
        name = origins["department"].iat[rows[0]] if len(rows) == 1 else None
        if isinstance(name, str):
            return label_of(reading.template, "department", name)
    return ""


def key_of(rule: str, *parts: object) -> str:
    """Join a rule and what an alert is about into its key; blanks count, row numbers never do."""
    return "|".join([rule, *(str(part) for part in parts)])


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


def is_recent(days: Array, as_of: date, count: int) -> Mask:
    """Tell which rows are of the last `count` days up to `as_of`.

    Where nothing has come in since, of the last that there are: waiting proves nothing.
    """
    last = np.datetime64(as_of, "D")
    past = days[days <= last]
    if len(past) and past.max() <= last - count:
        last = past.max()
    recent: Mask = (days > last - count) & (days <= last)
    return recent


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
    severity: AlertSeverity | None = None,
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


def what_of(rule: Rule, name: Text | str, **params: object) -> Phrase:
    """Return what an alert of a rule is about: the rule's own words, else the name alone."""
    if rule.what is None:
        return Phrase(code="what.plain", params={"name": name})
    return Phrase(text=rule.what, params={"name": name, **params})


def amount(value: float, rule: Rule) -> Amount:
    """Return a number in the unit of a rule's limit."""
    return Amount(value=value, unit=rule.unit)
