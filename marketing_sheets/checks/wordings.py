"""What words leave out: goals without figure or deadline, vague phrases, opinions, open risks.

Columns and fields ask for these checks with `wording`; what they look for stands in
`wording_rules.toml`. Each finding is a hint at its cell. Precision before recall: whatever another
cell of the row says counts as said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pandas as pd

from ..problems import Problem
from ..reader import unanswered
from ..records import Reading, SheetRecords
from ..template import NUMERIC_TYPES, Campaign, Column, TableSheet
from ..texts import LANGUAGES, Text, fold, shared_data
from ..values import nothing, read_risks

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
