"""Read records out of data frames, by the same rules as a workbook; what is typed is a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from math import isfinite, isnan
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ..errors import UsageError, meant
from ..problems import Place, Problem
from ..records import SheetRecords
from ..template import FormSheet, TableSheet, Template
from ..texts import Language, fold
from ..values import parse_column
from .columns import column_context
from .csv import NOT_IN_RECORDS, sheet_words
from .form import FormReading
from .headers import is_trace_id, spellings
from .lists import default_lists
from .table import Surroundings, grid_of
from .tables import TableReading, read_table

Given = pd.DataFrame | SheetRecords
# Types of which a workbook is written what was typed, not the value.
_AS_TYPED = ("text", "long_text", "condition", "person", "week", "date_range", "yes_no", "quantity")
_BESIDE = (".raw", ".kind")  # what an export puts beside a quantity


class _Place(NamedTuple):
    """Where a frame stands in the grid it is read from: its header has a row of ids above."""

    sheet: TableSheet
    label: str
    columns: Mapping[str, int]


def frames_by_sheet(frames: Mapping[str, Given], template: Template) -> dict[str, Given]:
    """Return frames and records by the ids of their sheets, called by id, label or alias.

    Raises UsageError for a name that is no sheet's, for two of one sheet, and for anything else.
    """
    words = sheet_words(template.sheets)
    found: dict[str, Given] = {}
    for name, frame in frames.items():
        sheet_id = words.get(fold(str(name)))
        if sheet_id is None:
            labels = {sheet.id: sheet.label for sheet in template.sheets}
            raise UsageError.unknown("sheet", str(name), labels)
        if sheet_id in found:
            raise UsageError("frame_twice", name=name, sheet=sheet_id)
        if not isinstance(frame, Given):
            raise UsageError("not_a_frame", name=name, found=type(frame).__name__)
        found[sheet_id] = _with_index(frame) if isinstance(frame, pd.DataFrame) else frame
    return found


def _with_index(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose index, where it has a name, is a column: after `groupby`, say."""
    names = [one for one in frame.index.names if one is not None and one not in frame.columns]
    return frame.reset_index(level=names) if names else frame


def form_row(given: Given, form: FormSheet) -> dict[str, object]:
    """Return the one row of a form's frame, by the names of its columns.

    Raises UsageError for any other number of rows.
    """
    frame = given.frame if isinstance(given, SheetRecords) else given
    if len(frame) != 1:
        raise UsageError("form_frame_rows", sheet=form.id, count=len(frame))
    return {str(name): plain_value(frame[name].iloc[0]) for name in frame.columns}


def read_frames(
    frames: Mapping[str, Given],
    template: Template,
    *,
    form: Mapping[str, object],
    language: Language,
) -> tuple[dict[str, SheetRecords], tuple[Problem, ...]]:
    """Read tables of the template out of frames, given by the ids of their sheets.

    Columns are called by id, label or alias in any language, as is an index that has a name.
    Timestamps, dates and numbers are taken as they are, percentages as fractions; NaN and None are
    missing, and take no entry from above; texts are read as if typed into the sheet. A quantity is
    a plain number unless `<id>.raw` beside it, as in an export, says what was typed. Computed
    columns are left to their formulas. `form` gives the campaign's days. Places count as if the
    frame stood in a sheet from A1 on, its header first, an index with a name in its first columns.
    Records of a reading are taken as they are, with what was written into their frames since.

    Raises UsageError for a column that is none of the sheet's, for two of one name, and for records
    of a reading whose rows were changed.
    """
    around = Surroundings(
        template=template,
        period=FormReading(values=form).period,
        entries=default_lists(template).entries,
        is_export=True,
    )
    sheets: dict[str, SheetRecords] = {}
    problems: list[Problem] = []
    for sheet in template.tables:
        given = frames.get(sheet.id)
        if isinstance(given, SheetRecords):
            _columns(given.frame, sheet)
            sheets[sheet.id] = _as_changed(given, sheet, around)
        elif given is not None:
            place = _Place(sheet, sheet.label[language], _columns(given, sheet))
            sheets[sheet.id], told = _read(given, place, around, language)
            problems += told
    return sheets, tuple(problems)


def plain_value(value: object) -> object:
    """Return a cell of a frame as a workbook would hold it: numpy's and pandas' kinds are gone."""
    if isinstance(value, np.datetime64):
        value = pd.Timestamp(value)
    elif isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, float):
        # What is not finite is no number anybody typed: the text is told of.
        return None if isnan(value) else value if isfinite(value) else str(value)
    if isinstance(value, pd.Timestamp):
        value = value.to_pydatetime(warn=False)
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return value if isinstance(value, str | bool | int | date) else str(value)


def _columns(frame: pd.DataFrame, sheet: TableSheet) -> dict[str, int]:
    """Tell which column of the frame is which of the sheet, or stands beside one."""
    words, ids = spellings(sheet), {column.id for column in sheet.columns}
    found: dict[str, int] = {}
    for at, name in enumerate(map(str, frame.columns)):
        base = name.rpartition(".")[0]
        is_own = name in ids or is_trace_id(name) or (base in ids and name.endswith(_BESIDE))
        column_id = name if is_own else words.get(fold(name))
        if column_id is None:
            hint = meant(name, {column.id: column.label for column in sheet.inputs})
            raise UsageError("unknown_column", sheet=sheet.id, name=name, hint=hint)
        if column_id in found:
            first = str(frame.columns[found[column_id]])
            raise UsageError("column_twice", sheet=sheet.id, first=first, second=name)
        found[column_id] = at
    return found


def _read(
    frame: pd.DataFrame, place: _Place, around: Surroundings, language: Language
) -> tuple[SheetRecords, list[Problem]]:
    sheet, columns = place.sheet, place.columns
    missing = [column for column in sheet.inputs if column.id not in columns]
    width = len(frame.columns)
    ids, labels = [""] * width, [""] * width
    cells: list[Sequence[object]] = [[None] * len(frame)] * width
    for name, at in columns.items():
        if name in sheet and not sheet[name].is_computed:
            ids[at], labels[at] = name, sheet[name].label[language]
            cells[at] = _typed(frame, columns, name)
        elif is_trace_id(name):
            ids[at], cells[at] = name, [plain_value(value) for value in frame.iloc[:, at]]
    rows = [
        [*ids, *(column.id for column in missing)],
        [*labels, *(column.label[language] for column in missing)],
        # A blank cell of a grid is an empty text: None among days would count as one.
        *(
            ["" if cell is None else cell for cell in (*row, *[None] * len(missing))]
            for row in zip(*cells, strict=True)
        ),
    ]
    found = read_table(grid_of(rows, place.label), sheet, around)
    assert isinstance(found, TableReading)  # its header is there
    lost = {column.id for column in missing}
    problems = [
        replace(p, place=replace(p.place, row=p.place.row and max(p.place.row - 1, 1)))
        for p in found.problems
        if p.column not in lost and p.code not in NOT_IN_RECORDS
    ]
    tab = Place(sheet=place.label)
    problems += [c.problem("missing_column", tab) for c in missing if c.is_required]
    return found.records, problems


def _as_changed(given: SheetRecords, sheet: TableSheet, around: Surroundings) -> SheetRecords:
    """Let what a program wrote into the frame of records count, not what was typed there once.

    Raises UsageError where rows were added, left out or moved, as what was typed was not.
    """
    if not given.frame.index.equals(given.raw.index):
        raise UsageError(
            "records_moved", sheet=sheet.id, rows=len(given.frame), read=len(given.raw)
        )
    raw = given.raw.copy(deep=False)
    for column in sheet.inputs:
        if column.type not in _AS_TYPED or column.id not in raw or column.id not in given.frame:
            continue
        typed, values = raw[column.id], given.frame[column.id]
        told = parse_column(typed, column.type, column_context(column, "", around)).values
        is_changed = values.notna() & typed.notna() & (told != values).fillna(True).astype(bool)
        raw[column.id] = typed.mask(is_changed, values.astype(object))
    return replace(given, raw=raw)


def _typed(frame: pd.DataFrame, columns: Mapping[str, int], name: str) -> list[Any]:
    """Return a column's cells; of a quantity what was typed, where an export has it beside."""
    cells = [plain_value(value) for value in frame.iloc[:, columns[name]]]
    beside = columns.get(f"{name}.raw")
    if beside is None:
        return cells
    typed = [plain_value(value) for value in frame.iloc[:, beside]]
    return [cell if raw is None else raw for cell, raw in zip(cells, typed, strict=True)]
