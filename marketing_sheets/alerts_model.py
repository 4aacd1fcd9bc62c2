"""What an alert is: one thing to act on, language-free.

`Phrase` and `Amount` are worded later: a code of `words/summary.toml`, or the text of a rule, and
what fills its blanks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .languages import Text
from .metrics_figures import Unit
from .places import Place
from .records import Reading, SheetRecords
from .rules import RuleKind, Severity
from .templates import Template

__all__ = [
    "Alert",
    "Amount",
    "Phrase",
    "key_of",
    "label_of",
    "leader",
    "merged_department",
    "text_at",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A number and its unit, worded later: 720000 money is 72 万, or 720K."""

    value: float
    unit: Unit = "number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A sentence to be: its code, what fills its blanks, and the count that decides its number.

    `text`, where it stands, is the sentence itself in every language; `code` says nothing then.
    """

    code: str = ""
    params: Mapping[str, object] = field(default_factory=dict)
    count: int | None = None
    text: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One thing to act on, found by the rule with the id `rule`.

    `label` names the rule in a word or two. `state` is a look of `styles.STATES`; `size` orders
    alerts of one kind: days, or the share by which a limit is exceeded. `rank` goes before it: the
    severity of an issue. `key` tells the alert from all others and stays the same when rows move:
    the rule and what it is about. `advice` says what to do.
    """

    kind: RuleKind
    state: str
    what: Phrase
    gap: Phrase
    department: Text | str
    owner: str
    place: Place
    size: float
    rank: int = 0
    key: str = ""
    severity: Severity = "medium"
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
    department, owner = (str(reading.form.get(name) or "") for name in ("department", "owner"))
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
