"""Tidy tables: metrics, problems and alerts as data frames, one row a figure or thing.

A frame has all its columns, in one order and each of one kind, however little there is to tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Protocol, runtime_checkable

import pandas as pd

# These are loaded when they are asked for: a result that nobody wants as tables does not wait.
from . import alerts as findings, summary as pages
from .errors import as_language
from .history import figure_ids
from .problems import Problem
from .records import HasReading, Reading, as_of_day, reading_of
from .template import Column
from .texts import Language

if TYPE_CHECKING:
    from .alerts import TrackedAlert
    from .summary import Summary

_DAY, _NUMBER, _COUNT, _TEXT = "datetime64[us]", "Float64", "Int64", "str"
_METRIC: Final = ("metric", "label", "level")
_FIGURE: Final = ("value", "reason", "unit", "rows", "left_out")
_PROBLEM: Final = (
    *("code", "severity", "file", "sheet", "cell", "row", "column", "raw", "message", "hint"),
)
_ALERT: Final = (
    *("key", "state", "severity", "first_seen", "rule", "kind", "label", "message", "gap"),
    *("advice", "department", "owner", "file", "sheet", "cell"),
)
_KINDS: Final = {
    "as_of": _DAY,
    "day": _DAY,
    "week": _DAY,
    "first_seen": _DAY,
    "value": _NUMBER,
    "rows": _COUNT,
    "left_out": _COUNT,
    "row": _COUNT,
}


@runtime_checkable
class HasProblems(Protocol):
    """A result of a verb that lists what is doubtful, in a language of its own."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is doubtful."""
        ...

    @property
    def language(self) -> Language:
        """The language."""
        ...


class TidyTables:
    """What a result that holds a computed reading gives as tables."""

    __slots__ = ()

    def metrics_frame(self: HasReading, *, language: Language | None = None) -> pd.DataFrame:
        """Return every figure; see the function `metrics_frame`."""
        return metrics_frame(self.reading, language=language)

    def problems_frame(self: HasReading, *, language: Language | None = None) -> pd.DataFrame:
        """Return all that is doubtful; see the function `problems_frame`."""
        return problems_frame(self.reading, language=language)

    def alerts_frame(self: HasReading, *, language: Language | None = None) -> pd.DataFrame:
        """Return all that needs a person; see the function `alerts_frame`."""
        return alerts_frame(self.reading, language=language)

    def history_frame(self: HasReading) -> pd.DataFrame:
        """Return the days that the workbook keeps; see the function `history_frame`."""
        return history_frame(self.reading)


def metrics_frame(
    result: Reading | HasReading, *, language: Language | None = None
) -> pd.DataFrame:
    """Return every figure of a reading or result, one a row.

    `metric` is its id, `label` its name in `language` (None: the workbook's). `level` says what it
    is a figure of: `total`, or the columns that tell it, such as `channel` or `week,channel`.
    Then one column a level the template knows: choices by id (`by_unit` where its name is taken),
    `day` and `week` (its Monday) as dates, `kpi` a metric as the sheet of results names it; in a
    merge `trace.department` and `trace.campaign`, whose rows they were. NA where a figure is not
    told apart by that, or its rows have no such value. `value` is a Float64, percentages as
    fractions; where it is NA, `reason` says why. `unit` is number, money, percent or ratio; `rows`
    counts the rows used, `left_out` those that lack what it takes.

    Raises UsageError for a reading without a day: `read_workbook(..., as_of=...)` gives it one.
    """
    reading = reading_of(result)
    spoken, template = as_language(language, reading.language), reading.template
    found = pages.figures(reading, as_of=as_of_day(reading))
    labels = {
        name: pages.figure_label(template, name, spoken) for name in {f.metric for _, f in found}
    }
    rows = [
        {
            "metric": one.metric,
            "label": labels[one.metric],
            "level": ",".join(map(_level, level)) or "total",
            **{_level(key): value for key, value in level.items()},
            "value": one.value,
            "reason": one.reason,
            "unit": one.unit,
            "rows": one.rows,
            "left_out": one.left_out,
        }
        for level, one in found
    ]
    return _frame(rows, (*_METRIC, *map(_level, pages.level_keys(reading)), *_FIGURE))


def level_columns(reading: Reading) -> dict[str, Column]:
    """Return the columns of records that tell levels apart, by their names in `metrics_frame`."""
    tables = reversed(reading.template.tables)
    columns = {one.id: one for sheet in tables for one in sheet.columns}
    return {_level(key): columns[key] for key in pages.level_keys(reading) if key in columns}


def _level(key: str) -> str:
    """Return what a level is called in a column of its own, which the others leave free."""
    if key == "metric":
        return "kpi"
    return f"by_{key}" if key in (*_METRIC, *_FIGURE) else key


def problems_frame(
    result: Reading | HasReading | HasProblems | Sequence[Problem],
    *,
    language: Language | None = None,
) -> pd.DataFrame:
    """Return all that is doubtful in a reading or result, or given problems, one a row.

    Columns are `code`, `severity` (error, warning, info), `file`, `sheet`, `cell`, `row` (as Excel
    counts, Int64), `column` (its id), `raw`, `message` and `hint`, the texts in `language` (None:
    the workbook's, else zh-Hans).
    """
    if isinstance(result, Sequence):
        problems, own = result, None
    else:
        holder = result if isinstance(result, HasProblems) else reading_of(result)
        problems, own = holder.problems, holder.language
    spoken = as_language(language, own)
    rows = [{**one.as_json(spoken), "row": one.place.row} for one in problems]
    return _frame(rows, _PROBLEM)


def alerts_frame(
    result: Reading | HasReading | Summary, *, language: Language | None = None
) -> pd.DataFrame:
    """Return all that needs a person in a reading, result or Summary, one alert a row.

    Columns are `key` (stays the same while the thing does), `state` (new, continuing, resolved),
    `severity` (high, medium, low), `first_seen`, `rule`, `kind`, `label`, `message`, `gap`,
    `advice`, `department`, `owner`, `file`, `sheet` and `cell`; one that is resolved has no rule
    and no place. Texts are in `language` (None: the workbook's).

    Raises UsageError for a reading without a day, as `metrics_frame`.
    """
    if isinstance(result, pages.Summary):
        spoken, found = as_language(language, result.source.language), result.alerts
    else:
        reading = reading_of(result)
        found = tracked_alerts(reading, as_of_day(reading))
        spoken = as_language(language, reading.language)
    return _frame([alert_as_json(one, spoken) for one in found], _ALERT)


def history_frame(result: Reading | HasReading | Summary) -> pd.DataFrame:
    """Return the days as of which a Summary was written into a workbook, one a row, in order.

    Columns are `as_of`, `health` (the verdict: risk, watch, ok), and figures as Float64, NA where a
    day has none: `progress` as a fraction, `spend` and `budget` of the tasks, `alerts` that stood,
    `problems` (what could not be trusted), and `headline.<id>`, the Summary's headline figures.
    """
    history = (result if isinstance(result, pages.Summary) else reading_of(result)).history
    rows = [{"as_of": one.day, "health": one.health, **one.figures} for one in history]
    names = figure_ids(history)
    return _frame(rows, ("as_of", "health", *names), dict.fromkeys(names, _NUMBER))


def tracked_alerts(reading: Reading, as_of: date) -> tuple[TrackedAlert, ...]:
    """Return the alerts of a computed reading with what its last Summary knew of them."""
    found, gone = findings.alerts(reading, as_of=as_of), findings.unproven_keys(reading)
    return findings.track(found, reading.remembered, as_of=as_of, unproven=gone)


def alert_as_json(one: TrackedAlert, language: Language) -> dict[str, Any]:
    """Return an alert in the stable form that `--json` prints.

    What is resolved has no place any more, and no kind.
    """
    alert = one.alert
    what = pages.text_of(one.what, language)
    if alert is None:
        found: dict[str, Any] = dict.fromkeys(("rule", "kind", "label", "gap", "advice"))
        found |= dict.fromkeys(("file", "sheet", "cell"))
    else:
        advice = alert.advice
        found = {
            "rule": alert.rule,
            "kind": alert.kind,
            "label": pages.kind_text(alert, language),
            "gap": pages.phrase_text(alert.gap, language),
            "advice": None if advice is None else pages.phrase_text(advice, language),
            "file": alert.place.file,
            "sheet": alert.place.sheet,
            "cell": alert.place.cell,
        }
    return {
        "key": one.key,
        "state": one.standing,
        "first_seen": one.first_seen.isoformat(),
        "severity": one.severity,
        **found,
        "message": what if alert is None else f"{what} – {found['gap']}",
        "department": pages.text_of(one.department, language),
        "owner": one.who,
    }


def _frame(
    rows: Iterable[Mapping[str, object]],
    columns: Sequence[str],
    more_kinds: Mapping[str, str] = MappingProxyType({}),
) -> pd.DataFrame:
    rows, kinds = list(rows), {**_KINDS, **more_kinds}
    return pd.DataFrame(
        {
            name: pd.Series([row.get(name) for row in rows], dtype=kinds.get(name, _TEXT))
            for name in columns
        },
        index=pd.RangeIndex(len(rows)),
    )
