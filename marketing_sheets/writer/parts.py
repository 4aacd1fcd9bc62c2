"""What is drawn of each table: staff's own columns and traces beside it, numbered sheets after it.

A table with such columns is drawn as a template's table is, from a TableSheet that has them too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from ..records import MARK, MARK_CODES, MARK_NOTE, TRACES, Origin, SheetRecords
from ..styles import number_format
from ..template import Column, ColumnGroup, ColumnType, Live, Sheet, TableSheet, Template
from ..texts import LANGUAGES, Language, Text, say
from .geometry import FIRST, HEADER, LAST_EXCEL_ROW

# Rows of data that a sheet of Excel holds below our head.
MOST_ROWS = LAST_EXCEL_ROW - FIRST
_LONGEST_TAB = 31
_LONGEST_HEADER = 255
# Longer tables have no columns of checks: programs would compute them for seconds.
MOST_CHECKED = 10_000
_OWN, _TRACE, _CHECK = "own", "trace", "check"
_HIDDEN = ("row_id", MARK_CODES, MARK_NOTE)
_WIDTHS = {"campaign": 20.0, "file": 26.0, "sheet": 14.0, "row": 9.0, "check": 24.0}
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePart:
    """A sheet to draw: records `first` to `last` (excluded) of a template's table `of`.

    `stamp` is what the row of ids calls it: the table's id, `<id>#2` for the sheet after it.
    """

    sheet: TableSheet
    of: str
    first: int
    last: int
    stamp: str

    def blank_rows(self, wanted: int) -> int:
        """Return how many blank rows the sheet gets: as many as fit of those wanted."""
        free = MOST_ROWS - (self.last - self.first)
        return min(wanted, free) if wanted <= MOST_ROWS and self.last else wanted

    def records(self, whole: SheetRecords) -> SheetRecords:
        """Cut this part's records out of all of them, with their own columns as columns."""
        whole = _as_columns(self.sheet, whole)
        if self.first == 0 and self.last == len(whole.frame):
            return replace(whole, sheet=self.sheet.id)
        rows = slice(self.first, self.last)
        reasons = whole.reasons
        return replace(
            whole,
            sheet=self.sheet.id,
            frame=whole.frame.iloc[rows].reset_index(drop=True),
            raw=whole.raw.iloc[rows].reset_index(drop=True),
            rows=whole.rows[rows],
            kinds={k: v.iloc[rows].reset_index(drop=True) for k, v in whole.kinds.items()},
            remarks={
                name: {
                    at - self.first: text
                    for at, text in remarks.items()
                    if self.first <= at < self.last
                }
                for name, remarks in whole.remarks.items()
            },
            reasons=None if reasons is None else reasons.iloc[rows].reset_index(drop=True),
        )


def parts_of(
    template: Template,
    records: Mapping[str, SheetRecords],
    is_checked: Callable[[TableSheet], bool] = lambda _sheet: True,
    rows: int | None = None,
) -> dict[str, TablePart]:
    """Return the sheets the template's tables are drawn on, by the id of the drawn sheet.

    A table gets the columns of its checks unless it is on a form's page or long, or `is_checked`
    says that it cannot have them. `rows` are the blank rows of each, None for what its sheet says.
    """
    parts: dict[str, TablePart] = {}
    for sheet in template.tables:
        given = records.get(sheet.id)
        drawn = _with_own_columns(template, sheet, given, MARK)
        count = sheet.blank_rows if rows is None else rows
        count += 0 if given is None else len(given.frame)
        if count <= MOST_CHECKED and template.host(sheet.id) is None:
            checked = _with_checks(_with_own_columns(template, sheet, given, MARK_NOTE))
            drawn = checked if is_checked(checked) else drawn
        parts |= {part.sheet.id: part for part in _parts(drawn, records)}
    return parts


def drawn_template(template: Template, parts: Mapping[str, TablePart]) -> Template:
    """Return the template with the tables as they are drawn."""
    sheets: list[Sheet] = []
    for sheet in template.sheets:
        drawn = [part.sheet for part in parts.values() if part.of == sheet.id]
        sheets += drawn or [sheet]
    return replace(template, sheets=tuple(sheets))


def is_trace(column: Column) -> bool:
    """Whether a column is the program's own: where a row comes from, what is to be checked."""
    return column.id.startswith(f"{_TRACE}.")


def trace_id(name: str) -> str:
    """Return the id of a column of the program's own."""
    return f"{_TRACE}.{name}"


def is_marked(column: Column) -> bool:
    """Whether cells of the column are marked by what stands in them.

    A sentence is seldom typed twice, and a key of it would tell others apart by its beginning.
    """
    is_theirs = not (column.is_computed or is_trace(column) or is_own(column))
    return is_theirs and column.type != "long_text"


def placed(
    template: Template, records: Mapping[str, SheetRecords], language: Language, file: str | None
) -> dict[str, SheetRecords]:
    """Return the records with the places at which a workbook written of them has them."""
    origins: dict[str, list[tuple[int, Origin]]] = {}
    for part in parts_of(template, records).values():
        origin = Origin(
            file=file,
            sheet=part.sheet.label[language],
            header_row=HEADER + 1,
            columns={column.id: at for at, column in enumerate(part.sheet.columns, start=1)},
        )
        origins.setdefault(part.of, []).append((part.first, origin))
    return {
        name: replace(
            given,
            rows=np.arange(len(given.frame)) % MOST_ROWS + FIRST + 1,
            origin=origins[name][0][1],
            parts=tuple(origins[name][1:]),
        )
        for name, given in records.items()
    }


def is_own(column: Column) -> bool:
    """Whether a column is one that staff added."""
    return column.id.startswith(f"{_OWN}.")


def is_owner(column: Column) -> bool:
    """Whether a column tells whose rows they are."""
    return column.id == f"{_TRACE}.department"


def id_cell(column: Column) -> str:
    """Return what the row of ids says of a column: nothing of staff's own."""
    return "" if is_own(column) else column.id


def own_format(column: Column) -> str:
    """Return the number format of a column of staff's own: what they typed, as they see it."""
    if column.type == "number":
        return "General_)_)"
    return number_format(replace(column, as_written=False)) if column.type != "text" else "General"


def _parts(sheet: TableSheet, records: Mapping[str, SheetRecords]) -> Iterator[TablePart]:
    given = records.get(sheet.id)
    count = 0 if given is None else len(given.frame)
    if count > MOST_ROWS:
        sheet = replace(sheet, live=tuple(_of_this_sheet(live) for live in sheet.live))
    for number, first in enumerate(range(0, max(count, 1), MOST_ROWS), start=1):
        last = min(first + MOST_ROWS, count)
        drawn, stamp = sheet, sheet.id
        if number > 1:
            label = {lang: numbered_tab(sheet.label[lang], number, lang) for lang in LANGUAGES}
            drawn = replace(sheet, id=f"{sheet.id}_{number}", label=Text(label), role=None)
            stamp = f"{sheet.id}#{number}"
        yield TablePart(sheet=drawn, of=sheet.id, first=first, last=last, stamp=stamp)


def _of_this_sheet(live: Live) -> Live:
    """Let a live line say that it counts the rows of its own sheet alone."""
    said = {lang: say("sheets", "part.live", lang, text=live.text[lang]) for lang in LANGUAGES}
    return replace(live, text=Text(said))


def numbered_tab(label: str, number: int, language: Language) -> str:
    """Return the tab of a sheet that continues another, within what Excel allows."""
    tab = say("sheets", "part.tab", language, sheet=label, n=number)
    cut = len(tab) - _LONGEST_TAB
    if cut > 0:
        tab = say("sheets", "part.tab", language, sheet=label[:-cut], n=number)
    return tab


def _with_own_columns(
    template: Template, sheet: TableSheet, records: SheetRecords | None, mark: str
) -> TableSheet:
    """Add staff's own columns and the traces to the right of a table.

    `mark` names the one that says what a merge found in a row.
    """
    if records is None:
        return sheet
    own = [*_own_columns(sheet, records)]
    traces = [*_trace_columns(template, records, mark)]
    if not own and not traces:
        return sheet
    groups = [
        ColumnGroup(id=name, label=_text(f"trace.{word}"))
        for name, word, columns in ((_OWN, "own", own), (_TRACE, "group", traces))
        if columns
    ]
    return replace(sheet, columns=(*sheet.columns, *own, *traces), groups=(*sheet.groups, *groups))


def _own_columns(sheet: TableSheet, records: SheetRecords) -> Iterator[Column]:
    if records.extras is None:
        return
    # A table of Excel has no two headers that differ in capitals alone.
    taken = {word.casefold() for c in sheet.columns for word in c.label.values()}
    taken |= {
        word.casefold()
        for name in (*TRACES, MARK, MARK_CODES, MARK_NOTE)
        for word in _text(f"trace.{name}").values()
    }
    for number, name in enumerate(records.extras.columns):
        header = _SPACE.sub(" ", str(name)).strip()[: _LONGEST_HEADER - 5] or "–"
        label, count = header, 1
        while label.casefold() in taken:
            count += 1
            label = f"{header} {count}"
        taken.add(label.casefold())
        yield Column(
            id=f"{_OWN}.{number}",
            type=_own_type(records.extras.iloc[:, number]),
            label=Text(dict.fromkeys(LANGUAGES, label)),
            group=_OWN,
            as_written=True,
        )


def _own_type(values: pd.Series[Any]) -> ColumnType:
    """Return how a column of staff's own is shown: as days only if all its cells are days."""
    kinds = {type(value) for value in values.dropna().tolist()}
    if kinds and kinds <= {date, datetime, pd.Timestamp}:
        midnight = all(
            not isinstance(value, datetime) or value.time() == value.time().min
            for value in values.dropna().tolist()
        )
        return "date" if midnight else "datetime"
    return "number" if kinds and kinds <= {int, float} else "text"


def _trace_columns(template: Template, records: SheetRecords, mark: str) -> Iterator[Column]:
    if records.origins is None:
        return
    for name in (*TRACES, mark):
        if name not in records.origins:
            continue
        width = _WIDTHS.get(name)
        yield Column(
            id=f"{_TRACE}.{name}",
            type="integer" if name == "row" else "text",
            label=_text(f"trace.{name}"),
            choices=name if name in template.choices and name == "department" else None,
            group=_TRACE,
            width={} if width is None else {"zh": width, "en": width},
            hidden=name in _HIDDEN,
            as_written=True,
        )


def _with_checks(sheet: TableSheet) -> TableSheet:
    """Add the columns of checks."""
    columns = [
        Column(
            id=trace_id(name),
            type="text",
            label=_text(f"trace.{name}"),
            group=_CHECK,
            width={"zh": width, "en": width},
            hidden=name in _HIDDEN,
            as_written=True,
        )
        for name, width in ((MARK_CODES, 12.0), (MARK, 34.0))
    ]
    group = ColumnGroup(id=_CHECK, label=_text("review.tab"))
    return replace(sheet, columns=(*sheet.columns, *columns), groups=(*sheet.groups, group))


def _text(key: str) -> Text:
    return Text({language: say("sheets", key, language) for language in LANGUAGES})


def _as_columns(sheet: TableSheet, records: SheetRecords) -> SheetRecords:
    """Move extras and origins into the frame, under the ids of their columns."""
    added: dict[str, Any] = {}
    is_plain = trace_id(MARK_CODES) not in sheet
    origins = pd.DataFrame() if records.origins is None else records.origins
    for column in sheet.columns:
        group, _, name = column.id.partition(".")
        if group == _OWN and records.extras is not None:
            values = records.extras.iloc[:, int(name)]
            if column.type in ("date", "datetime"):
                values = pd.Series(pd.to_datetime(values).to_numpy("datetime64[s]"))
            added[column.id] = values.reset_index(drop=True)
        elif group == _TRACE and (is_plain or name != MARK) and name in origins:
            added[column.id] = origins[name].reset_index(drop=True)
    if not added:
        return records
    frame = records.frame.reset_index(drop=True)
    return replace(records, frame=pd.concat([frame, pd.DataFrame(added)], axis=1))
