"""What is doubtful once all figures are computed: the one list of it, and what needs no more.

Checks that a template declares and records break, days that say what has happened and have not come
yet, rows after the day of the figures. And what words leave out: goals without figure or deadline,
vague phrases, opinions, open risks; what they look for stands in `wording_rules.toml`, and whatever
another cell of the row says counts as said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from ..alerts import calendar_notes
from ..formulas import holds, references
from ..metrics import day_column, days_of, later_rows
from ..problems import Place, Problem
from ..reader import unanswered
from ..records import Array, Mask, Reading, SheetRecords
from ..template import NUMERIC_TYPES, Campaign, Check, Column, Issue, TableSheet
from ..texts import LANGUAGES, Text, fold, shared_data
from ..values import nothing, read_risks
from .computed import computed_doubts, metric_doubts
from .figures import figure_doubts

# Of many cells only so many are named.
_NAMED = 8


def doubts(reading: Reading, as_of: date | None) -> tuple[Problem, ...]:
    """List what is doubtful about a reading whose computed columns are filled."""
    return (
        *computed_doubts(reading, as_of=as_of),
        *broken_checks(reading, as_of),
        *metric_doubts(reading),
        *figure_doubts(reading),
        *wording_doubts(reading),
        *rows_after(reading, as_of),
        *future_actuals(reading, as_of),
        *(() if as_of is None else calendar_notes(reading)),
    )


def without_prepared(reading: Reading, as_of: date | None) -> tuple[Problem, ...]:
    """Return the problems of a reading but for the blanks of rows that are only prepared.

    Such a row stands after `as_of` and holds nothing but its day, its key and choices: it is to be
    filled in when its day has come.
    """
    if as_of is None or not any(p.code == "required_blank" for p in reading.problems):
        return reading.problems
    prepared: set[Place] = set()
    for records in reading.sheets.values():
        sheet = reading.template[records.sheet]
        day = day_column(sheet) if isinstance(sheet, TableSheet) else ""
        if isinstance(sheet, TableSheet) and day in records.frame:
            later = days_of(records.frame, day) > np.datetime64(as_of, "D")
            for column in sheet.inputs:
                known = column.id in sheet.key or column.type in ("choice", "date")
                if not known and column.id in records.raw:
                    at = np.flatnonzero(later)
                    later[at] = ~_is_filled(records.raw[column.id].to_numpy(dtype=object)[at])
            prepared |= {records.place(at) for at in np.flatnonzero(later).tolist()}
    return tuple(
        problem
        for problem in reading.problems
        if problem.code != "required_blank" or replace(problem.place, column=None) not in prepared
    )


def _is_filled(cells: Array) -> Mask:
    return np.array([cell is not None and cell != "" for cell in cells.tolist()], dtype=bool)


def broken_checks(reading: Reading, as_of: date | None) -> Iterator[Problem]:
    """Report the records that break a check of their sheet.

    A check that uses a cell which stands in `reading.problems` for having no value is not asked:
    nobody knows what was meant there.
    """
    doubtful = frozenset(p.place for p in reading.problems if p.severity != "info")
    for records in reading.sheets.values():
        sheet = reading.template[records.sheet]
        if isinstance(sheet, TableSheet):
            for check in sheet.checks:
                broken = holds(
                    check.when,
                    records,
                    template=reading.template,
                    as_of=as_of,
                    choices=reading.choices or None,
                    settings=reading.settings,
                )
                rows = np.flatnonzero(broken).tolist()
                yield from _broken(check, records, sheet, rows, doubtful)


def _broken(
    check: Check,
    records: SheetRecords,
    sheet: TableSheet,
    positions: Sequence[int],
    doubtful: frozenset[Place],
) -> Iterator[Problem]:
    column, raw = sheet[check.column], records.raw.get(check.column)
    used = _used(check.when, sheet)
    for position in positions:
        lost = (
            name
            for name in used
            if pd.isna(records.frame[name].iloc[position])
            and records.place(position, name) in doubtful
        )
        if any(lost):
            continue
        cell = None if raw is None else raw.iloc[position]
        place = records.place(position, column.id)
        yield column.problem("check_failed", place, _shown(cell), message=check.message)


def _used(expression: str, sheet: TableSheet) -> tuple[str, ...]:
    """Return the columns an expression uses, be it through computed ones."""
    used: dict[str, None] = {}
    waiting = [expression]
    while waiting:
        for name in references(waiting.pop(), sheet):
            if name not in used:
                used[name] = None
                waiting += [formula] if (formula := sheet[name].formula) else []
    return tuple(used)


def rows_after(reading: Reading, as_of: date | None) -> Iterator[Problem]:
    """Say, per sheet, how many rows stand after `as_of`: they are in no figure."""
    later = {} if as_of is None else later_rows(reading, as_of)
    for sheet_id, count in later.items():
        sheet, tab = reading.template[sheet_id], reading.sheets[sheet_id].origin
        assert isinstance(sheet, TableSheet)
        name = day_column(sheet)
        place = tab.place(None, name)
        yield sheet[name].problem("after_as_of", place, count=count, day=f"{as_of}")


def future_actuals(reading: Reading, as_of: date | None) -> Iterator[Problem]:
    """Report actual dates after `as_of`, once per column with its cells.

    Actual are the date columns called `actual_…`, and `solved_on`. Where a computed column reads
    the date out of a text, the text is named.
    """
    for sheet in reading.template.tables:
        records = reading.sheets.get(sheet.id)
        if records is not None and as_of is not None:
            yield from _in_the_future(sheet, records, as_of)


def _in_the_future(sheet: TableSheet, records: SheetRecords, as_of: date) -> Iterator[Problem]:
    found: dict[str, set[int]] = {}
    for column in sheet.columns:
        # Kept as people wrote it, a date is told by the computed column beside it.
        if not _is_actual(column) or not _holds_days(records, column):
            continue
        late = days_of(records.frame, column.id) > np.datetime64(as_of, "D")
        if late.any():
            typed = _typed(sheet, column)
            found.setdefault(typed, set()).update(np.flatnonzero(late).tolist())
    for name, rows in found.items():
        places = [records.place(row, name) for row in sorted(rows)]
        yield sheet[name].problem(
            "actual_in_future",
            places[0],
            _raw(records, min(rows), name),
            day=as_of.isoformat(),
            count=len(places),
            cells=_cells(places),
        )


def _is_actual(column: Column) -> bool:
    named = column.id.startswith("actual_") or column.id == Issue.SOLVED_ON
    return named and column.type in ("date", "datetime")


def _holds_days(records: SheetRecords, column: Column) -> bool:
    return column.id in records.frame and records.frame[column.id].dtype.kind == "M"


def _typed(sheet: TableSheet, column: Column) -> str:
    """Return the column people type into that a date comes from."""
    name = column.id
    while (formula := sheet[name].formula) is not None:
        name = references(formula, sheet)[0]
    return name


def _raw(records: SheetRecords, row: int, name: str) -> object:
    return _shown(records.raw[name].iat[row]) if name in records.raw else None


def _shown(cell: object) -> object:
    """Return a cell as a problem quotes it: a day without its time."""
    return f"{cell:%Y-%m-%d}" if isinstance(cell, date) else cell


def _cells(places: Sequence[Place]) -> str:
    named = ", ".join(place.cell or "" for place in places[:_NAMED])
    return named if len(places) <= _NAMED else f"{named} …"


_WHEN = frozenset(("date", "date_range", "datetime", "week"))
# What is typed there and has no value is reported; 持续执行 for a week is none of it.
_MISREAD = NUMERIC_TYPES | {"date", "date_range", "datetime"}
_SIDES = ("before", "after")
_MARKS = re.compile(r"[^\w%]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Help:
    """What the companions of a cell say: a figure, a deadline; and who of them says nothing."""

    figure: bool = False
    deadline: bool = False
    silent: tuple[Text, ...] = ()


def wording_doubts(reading: Reading) -> tuple[Problem, ...]:
    """Find the words that say too little, in every table and form that asks for it."""
    found: list[Problem] = [*_form_problems(reading)]
    for records in reading.sheets.values():
        sheet = reading.template[records.sheet]
        if isinstance(sheet, TableSheet):
            for column in sheet.inputs:
                if column.wording and column.id in records.raw.columns:
                    found += _column_problems(column, sheet, records)
    return tuple(found)


def _form_problems(reading: Reading) -> Iterator[Problem]:
    fields = {field.id: field for field in reading.template.fields()}
    # What was typed and could not be read is reported as such; it may well have said it.
    cells = {place: name for name, place in reading.form_places.items()}
    unread = {cells[p.place]: p.raw for p in reading.problems if p.place in cells}
    # What a form sets out to reach it reaches by the campaign's last day, where that is known.
    last = Campaign.END_DATE
    ends = reading.form.get(last) is not None or _is_typed(unread.get(last))
    for column in fields.values():
        text, place = reading.form.get(column.id), reading.form_places.get(column.id)
        if not column.wording or not isinstance(text, str) or place is None:
            continue
        said = [
            (fields[name], reading.form.get(name), unread.get(name))
            for name in column.wording_with
            if name in fields
        ]
        around = _help(said)
        around = replace(around, deadline=around.deadline or ends)
        for code, params in _faults(text, column, around):
            yield column.problem(code, place, text, **params)


def _column_problems(column: Column, sheet: TableSheet, records: SheetRecords) -> Iterator[Problem]:
    raw = records.raw[column.id].tolist()
    starts = _starts(raw, column)
    companions = [sheet[name] for name in column.wording_with]
    cells = {one.id: records.frame[one.id].astype(object).tolist() for one in companions}
    nothing_typed: list[object] = [None] * len(records.frame)
    typed = {
        one.id: records.raw[one.id].tolist() if one.id in records.raw else nothing_typed
        for one in companions
    }
    for number, at in enumerate(starts):
        # A goal that stands for the rows below it, blank or the same, may be told by any of them.
        end = at + 1
        if column.fill_down:
            end = starts[number + 1] if number + 1 < len(starts) else len(raw)
        said = [
            (one, cells[one.id][row], typed[one.id][row])
            for row in range(at, end)
            for one in companions
        ]
        place = records.place(at, column.id)
        for code, params in _faults(raw[at], column, _help(said)):
            yield column.problem(code, place, raw[at], **params)
        if "responses" in column.wording:
            yield from unanswered(read_risks(raw[at]), column, place, raw[at])


def _starts(raw: Sequence[object], column: Column) -> list[int]:
    """Return where a text stands: of one that is repeated down its column, the first."""
    starts: list[int] = []
    last: object = None
    for at, text in enumerate(raw):
        if isinstance(text, str) and _says(text):
            if not (column.fill_down and text == last):
                starts.append(at)
            last = text
    return starts


def _help(said: Sequence[tuple[Column, Any, object]]) -> _Help:
    """Tell what companions say; each comes with its value, and with what was typed there."""
    known = [
        (column, value)
        for column, value, raw in said
        if _is_said(value) or (column.type in _MISREAD and _is_typed(raw))
    ]
    heard = {column.id for column, _ in known}
    silent = {c.id: c.label for c, _, _ in said if c.id not in heard and not c.is_required}
    return _Help(
        figure=any(c.is_numeric or _has_figure(_level(str(v))) for c, v in known if not _dates(c)),
        deadline=any(_dates(column) for column, _ in known),
        silent=tuple(silent.values()),
    )


def _dates(column: Column) -> bool:
    return column.type in _WHEN


def _is_said(value: Any) -> bool:
    if value is None or value is pd.NA or value is pd.NaT:
        return False
    return _says(value) if isinstance(value, str) else not pd.isna(value)


def _is_typed(raw: object) -> bool:
    return _says(raw) if isinstance(raw, str) else raw is not None


def _says(text: str) -> bool:
    return bool(text.strip()) and nothing(text) is None


def _faults(text: str, column: Column, around: _Help) -> Iterator[tuple[str, dict[str, object]]]:
    """Walk what is asked of a text and missing in it; of goal and concrete words the first."""
    level = _level(text)
    goal = _goal(level, around) if "goal" in column.wording else None
    if goal is not None:
        yield goal, {}
    elif "concrete" in column.wording and (phrase := _vague(level, text)) is not None:
        yield "words_vague", {"word": phrase}
    if "action" in column.wording and around.silent:
        yield "action_incomplete", {"missing": _joined(around.silent)}
    if "factual" in column.wording and (hit := _opinions().search(level)) is not None:
        # Folding only takes blanks away; without any, the words stand where they were typed.
        word = text[hit.start() : hit.end()] if len(text) == len(level) else hit[0]
        yield "words_subjective", {"word": word}


def _goal(level: str, around: _Help) -> str | None:
    no_deadline = not around.deadline and _periods().search(level) is None
    no_figure = not around.figure and not _has_figure(level)
    if no_figure and no_deadline:
        return "goal_vague"
    if no_figure:
        return "goal_without_figure"
    return "goal_without_deadline" if no_deadline else None


def _has_figure(level: str) -> bool:
    return _figures().search(_periods().sub(" ", level)) is not None


def _vague(level: str, text: str) -> str | None:
    """Return a text without figures that is little else than a vague phrase; else None.

    What stands before the phrase may be a few words, what stands after it hardly any.
    """
    if _has_figure(level):
        return None
    spare = shared_data("wording_rules")["concrete"]["spare"]
    for folded in _phrases("concrete"):
        before, found, after = level.partition(folded)
        least = spare["en" if folded.isascii() else "zh"]
        spared = (len(_MARKS.sub("", rest)) for rest in (before, after))
        if found and all(n <= least[k] for n, k in zip(spared, _SIDES, strict=True)):
            return text.strip()
    return None


def _level(text: str) -> str:
    """Return a text to compare: folded; one without Chinese keeps its blanks."""
    return " ".join(text.split()).casefold() if text.isascii() else fold(text)


@cache
def _phrases(check: str) -> tuple[str, ...]:
    """Return the phrases of a check, folded, longer ones first."""
    words = sorted(shared_data("wording_rules")[check]["phrases"], key=len, reverse=True)
    return tuple(_level(word) for word in words)


@cache
def _opinions() -> re.Pattern[str]:
    words = (rf"\b{re.escape(w)}\b" if w.isascii() else re.escape(w) for w in _phrases("factual"))
    return re.compile("|".join(words))


@cache
def _figures() -> re.Pattern[str]:
    return re.compile("|".join(shared_data("wording_rules")["goal"]["figures"]), re.ASCII)


@cache
def _periods() -> re.Pattern[str]:
    return re.compile("|".join(shared_data("wording_rules")["goal"]["periods"]), re.ASCII)


def _joined(labels: Sequence[Text]) -> Text:
    joints = {"en": ", "}
    return Text(
        {name: joints.get(name, "、").join(label[name] for label in labels) for name in LANGUAGES}
    )
