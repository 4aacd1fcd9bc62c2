"""Gather what a Summary laid out like a report says in words: goals, causes, advice, sheets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np

from ..alerts import Amount, Phrase, label_of
from ..metrics import Achievement, is_known, is_open, numbers
from ..records import Reading, SheetRecords
from ..template import Issue, Record, Role, Task
from ..texts import Text
from .breakdowns import day_of
from .model import AdviceRow, CauseRow, GoalRow, Report, SheetRow
from .parts import parts_of

# Where people write why something went wrong, and what is to be done about it.
_CAUSES = (Record.CAUSE, Record.ANALYSIS, Record.ISSUE, Record.DELAY_REASON)
_MEASURES = (Record.ACTION, Record.SOLUTION)
_TASKS: tuple[Role, ...] = ("master", "schedule")
_ENDED = ("done", "cancelled")


def report_of(reading: Reading, metrics: Sequence[Achievement], *, as_of: date) -> Report:
    """Return what the sheets say in words; metrics are those of the evaluation, in its order."""
    return Report(
        chapters=reading.template.outline,
        goals=tuple(_goals(reading)),
        issues=tuple(_issues(reading, as_of)),
        causes=tuple(_causes(reading, metrics, as_of)),
        advice=tuple(_advice(reading, metrics, as_of)),
        sheets=tuple(_sheets(reading)),
        parts=tuple(parts_of(reading)),
        plan=reading.template.report,
    )


def _text(records: SheetRecords, row: int, *columns: str) -> tuple[str, str | None]:
    """Return the first of the columns' texts that there is, and its column."""
    for column in columns:
        value = records.frame[column].iat[row] if column in records.frame else None
        if isinstance(value, str) and value.strip():
            return value.strip(), column
    return "", None


def _written(records: SheetRecords, row: int, column: str) -> str:
    """Return what people wrote into a cell, where the records keep another form of it."""
    value = records.raw[column].iat[row] if column in records.raw else None
    return value.strip() if isinstance(value, str) else ""


def _day(records: SheetRecords, row: int, column: str) -> date | None:
    return day_of(records.frame[column].iat[row]) if column in records.frame else None


def _who(reading: Reading, records: SheetRecords, row: int) -> Phrase | str:
    department, owner = (_text(records, row, name)[0] for name in (Record.DEPARTMENT, Record.OWNER))
    if not department:
        return owner
    label = label_of(reading.template, "department", department)
    code = "what.who" if owner else "what.plain"
    return Phrase(code=code, params={"name": label, "owner": owner})


def _goals(reading: Reading) -> Iterator[GoalRow]:
    statuses = reading.template.choices.get(reading.template.list_for("master", Task.STATUS))
    looks = {item.id: item for item in statuses.items} if statuses else {}
    for records, row in _rows(reading, "master"):
        status = _text(records, row, Task.STATUS)[0]
        look = looks.get(status)
        share = numbers(records.frame, Task.PROGRESS)[row]
        has_stage = Task.STAGE in records.frame
        yield GoalRow(
            module=_module(reading, records, row),
            goal=_text(records, row, Task.GOAL)[0],
            action=_text(records, row, Task.TASK if has_stage else Task.MEASURES)[0],
            who=_who(reading, records, row),
            start=_day(records, row, Task.PLANNED_START),
            end=_day(records, row, Task.PLANNED_END),
            weeks=_written(records, row, Task.WEEKS),
            status=look.label if look else status,
            state=look.state if look else None,
            progress=None if np.isnan(share) else float(share),
            place=records.place(row, Task.TASK),
        )


def _module(reading: Reading, records: SheetRecords, row: int) -> Text | str:
    """Return the stage a task belongs to by its label, or the task itself."""
    said, column = _text(records, row, Task.STAGE, Task.TASK)
    stages = reading.template.list_for("master", Task.STAGE)
    return label_of(reading.template, stages, said) if column == Task.STAGE else said


def _rows(reading: Reading, role: Role) -> Iterator[tuple[SheetRecords, int]]:
    records = reading.sheets.get(reading.template.sheet_for(role))
    if records is not None:
        yield from ((records, row) for row in range(len(records.frame)))


def _open(reading: Reading, as_of: date) -> Iterator[tuple[SheetRecords, int]]:
    log = reading.sheets.get(reading.template.sheet_for("issues"))
    if log is not None:
        unsolved = is_open(log.frame) & is_known(log.frame, as_of)
        yield from ((log, row) for row in np.flatnonzero(unsolved).tolist())


def _missed(
    reading: Reading, metrics: Sequence[Achievement]
) -> Iterator[tuple[SheetRecords, int, Phrase, Phrase | None]]:
    """Walk the metrics short of their target, each with what it is and how far off."""
    for (records, row), one in zip(_rows(reading, "effect"), metrics, strict=True):
        if one.verdict in ("missed", "close") and one.actual is not None and one.target is not None:
            actual = Amount(value=one.actual, unit=one.unit)
            target = Amount(value=one.target, unit=one.unit)
            code = "what.limit" if one.lower_is_better else "what.target"
            params = {"name": one.name, "actual": actual, "target": target}
            share, gap = one.achieved.value, None
            if share is not None:
                amount = Amount(value=share, unit="percent")
                gap = Phrase(code="gap.achieved", params={"share": amount})
            yield records, row, Phrase(code=code, params=params), gap


def _causes(reading: Reading, metrics: Sequence[Achievement], as_of: date) -> Iterator[CauseRow]:
    """Return the causes of missed metrics, of tasks in trouble, and of open issues."""
    for records, row, what, gap in _missed(reading, metrics):
        yield from _cause(records, row, what, gap)
    for role in _TASKS:
        for records, row in _rows(reading, role):
            yield from _cause(records, row, _text(records, row, Task.TASK)[0], _delay(records, row))
    for records, row in _open(reading, as_of):
        yield from _cause(records, row, _text(records, row, Issue.DESCRIPTION)[0], None)


def _cause(
    records: SheetRecords, row: int, what: Phrase | str, gap: Phrase | None
) -> Iterator[CauseRow]:
    cause, column = _text(records, row, *_CAUSES)
    if cause:
        yield CauseRow(what=what, gap=gap, cause=cause, place=records.place(row, column))


def _delay(records: SheetRecords, row: int) -> Phrase | None:
    days = numbers(records.frame, Task.DELAY_DAYS)[row]
    if not days > 0:
        return None
    return Phrase(code="gap.late", params={"days": int(days)}, count=int(days))


def _advice(reading: Reading, metrics: Sequence[Achievement], as_of: date) -> Iterator[AdviceRow]:
    """Return the measures of open issues, unfinished tasks and missed metrics.

    A remark on a metric is a cause, and stands among those.
    """
    for records, row in _open(reading, as_of):
        problem = _text(records, row, Issue.DESCRIPTION)[0]
        yield from _measure(reading, records, row, problem, due=Issue.DUE_DATE)
    for records, row in _rows(reading, "master"):
        if _text(records, row, Task.STATUS)[0] not in _ENDED:
            problem = _text(records, row, Task.ISSUE, Task.TASK)[0]
            yield from _measure(reading, records, row, problem, due=Task.PLANNED_END)
    for records, row, what, _ in _missed(reading, metrics):
        yield from _measure(reading, records, row, what, due="")


def _issues(reading: Reading, as_of: date) -> Iterator[AdviceRow]:
    """Return the open issues, each with its measure, if any."""
    for records, row in _open(reading, as_of):
        yield AdviceRow(
            problem=_text(records, row, Issue.DESCRIPTION)[0],
            measure=_text(records, row, *_MEASURES)[0],
            who=_who(reading, records, row),
            due=_day(records, row, Issue.DUE_DATE),
            place=records.place(row, Issue.DESCRIPTION),
        )


def _measure(
    reading: Reading, records: SheetRecords, row: int, problem: Phrase | str, *, due: str
) -> Iterator[AdviceRow]:
    measure, column = _text(records, row, *_MEASURES)
    if measure:
        yield AdviceRow(
            problem=problem,
            measure=measure,
            who=_who(reading, records, row),
            due=_day(records, row, due),
            place=records.place(row, column),
        )


def _sheets(reading: Reading) -> Iterator[SheetRow]:
    for sheet in reading.template.tables:
        records = reading.sheets.get(sheet.id)
        if records is not None:
            place = records.origin.place()
            yield SheetRow(label=sheet.label, rows=len(records.frame), place=place)
