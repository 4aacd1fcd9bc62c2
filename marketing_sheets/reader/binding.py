"""Bind the columns of a tab to those of a template's sheet, and say what could not be bound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from ..problems import Problem, column_letter
from ..records import Array, Origin
from ..template import Column, TableSheet
from ..texts import Text, fold_label, listed, nearest
from ..values import parse
from .headers import label_spellings, named_at, other_unit, spellings, tells_apart
from .table import Binding, Grid, Header

_DAYS = 3  # columns called by days: told in one line
_SHOWN = 3  # headers named that were not read
_ENOUGH = 200  # rows that tell what a column holds


@dataclass(slots=True, kw_only=True)
class _Draft:
    """What is bound so far; `conflicts`, `overruled` and `doubles` become problems.

    Of id and header that disagree, the header won in `conflicts`, the id in `overruled`. `unclear`
    are headers of which each may be the column.
    """

    columns: dict[str, int] = field(default_factory=dict)
    conflicts: dict[int, str] = field(default_factory=dict)
    overruled: dict[int, str] = field(default_factory=dict)
    doubles: dict[int, str] = field(default_factory=dict)
    unclear: dict[str, list[int]] = field(default_factory=dict)

    def take(self, column_id: str, column: int) -> None:
        if column_id in self.columns:
            self.doubles[column] = column_id
        else:
            self.columns[column_id] = column


def bind(grid: Grid, sheet: TableSheet, header: Header) -> Binding:
    """Bind what can be bound; every other header is listed as a problem or kept as an extra."""
    draft = _Draft()
    _bind_ids(draft, sheet, header)
    _bind_names(draft, sheet, header)
    extras = _extras(grid, header, draft)
    origin = Origin(
        file=grid.file,
        sheet=grid.name,
        header_row=header.row + 1,
        columns={column_id: at + 1 for column_id, at in draft.columns.items()},
    )
    return Binding(
        header=header,
        columns=draft.columns,
        headers={cid: header.shown[at] for cid, at in draft.columns.items() if at in header.shown},
        extras=extras,
        origin=origin,
        problems=_problems(grid, sheet, header, draft, extras),
    )


def _bind_ids(draft: _Draft, sheet: TableSheet, header: Header) -> None:
    labels, words = label_spellings(sheet), spellings(sheet)
    claimed: dict[int, str] = {}
    for at, column_id in header.ids.items():
        said = {labels[text] for text in header.names.get(at, ()) if text in labels}
        if said and column_id not in said:
            claimed[at] = min(said)
    # Of two columns with one id, such as a copied column, the one still called so is meant.
    plain = [at for at in header.ids if at not in claimed]
    plain.sort(key=lambda at: (words.get(_first(header, at)) != header.ids[at], at))
    for at in plain:
        draft.take(header.ids[at], at)
    for at, said_id in claimed.items():
        if said_id in draft.columns:
            draft.take(header.ids[at], at)
            if at not in draft.doubles:
                draft.overruled[at] = said_id
        else:
            draft.take(said_id, at)
            draft.conflicts[at] = said_id


def _first(header: Header, at: int) -> str:
    return header.names.get(at, ("",))[0]


def _bind_names(draft: _Draft, sheet: TableSheet, header: Header) -> None:
    """Bind by header: word for word first, then without what stands in brackets.

    A label beats an alias wherever they stand. A header that is a label only without its brackets
    is that column if no other one is.
    """
    labels, words = label_spellings(sheet), spellings(sheet)
    taken = {*draft.columns.values(), *draft.doubles, *header.traces.values()}
    free = [at for at in sorted(header.names) if at not in taken]
    for is_exact in (True, False):
        for table in (labels, words):
            claims: dict[str, list[int]] = {}
            for at in free:
                texts = header.names[at][:1] if is_exact else header.names[at]
                column_id = next((table[text] for text in texts if text in table), None)
                # A column bound by its id already may be named by another's alias: an extra, then.
                by_id = column_id is not None and column_id in header.ids.values()
                if column_id is None or (by_id and table is words):
                    continue
                if is_exact or not tells_apart(header.shown.get(at, ""), sheet[column_id]):
                    claims.setdefault(column_id, []).append(at)
            for column_id, found in claims.items():
                distinct = {header.names[at][0] for at in found}
                if len(distinct) > 1 and not is_exact and column_id not in draft.columns:
                    draft.unclear[column_id] = found
                else:
                    for at in found:
                        draft.take(column_id, at)
                free = [at for at in free if at not in found]


def _extras(grid: Grid, header: Header, draft: _Draft) -> dict[str, int]:
    """Return staff's own columns: all with a header, and all others with anything in them."""
    bound = set(draft.columns.values())
    if not bound:
        return {}
    extras: dict[str, int] = {}
    known = bound | set(header.traces.values())
    for at in range(grid.width):
        if at in known:
            continue
        name = header.shown.get(at, "")
        if not name:
            if not any(c not in ("", None) for c in grid.cells[header.first :, at]):
                continue
            name = _as_shown(grid, header, at) or column_letter(at + 1)
        if name in extras:
            name = f"{name} ({column_letter(at + 1)})"
        extras[name] = at
    return extras


def _as_shown(grid: Grid, header: Header, at: int) -> str:
    """Return a header that is a day or a number."""
    cells = (grid.cells[row, at] for row in reversed(header.rows))
    cell = next((cell for cell in cells if cell not in ("", None)), None)
    if isinstance(cell, date):
        return f"{cell:%Y-%m-%d}"
    return f"{cell:.15g}" if isinstance(cell, int | float) else ""


def _problems(
    grid: Grid, sheet: TableSheet, header: Header, draft: _Draft, extras: Mapping[str, int]
) -> tuple[Problem, ...]:
    found = [*_doubtful(grid, sheet, header, draft), *_renamed(grid, sheet, header, draft)]
    found += _left_above(grid, sheet, header, draft)
    missing = [c for c in sheet.inputs if c.id not in draft.columns]
    candidates: dict[str, Text] = {
        fold_label(word): c.label for c in missing for word in (*c.label.values(), *c.aliases)
    }
    resembled: set[int] = set()
    days = [name for name in extras if parse(name, "date").value is not None]
    if len(days) >= _DAYS:
        place = grid.place(header.row, extras[days[0]])
        said: dict[str, object] = {"count": len(days), "headers": listed(days, most=_DAYS)}
        found.append(Problem(code="day_columns", place=place, params=said))
    for name, at in extras.items():
        if at in draft.doubles or (len(days) >= _DAYS and name in days):
            continue
        place = grid.place(header.row, at)
        close = nearest(fold_label(name), {word: word for word in candidates})
        if close is None:
            params: dict[str, object] = {"column": name}
            found.append(Problem(code="unknown_column", place=place, raw=name, params=params))
            continue
        label = candidates[close]
        resembled.add(id(label))
        params = {"column": label, "header": name, "nearest": label}
        found.append(Problem(code="near_miss_column", place=place, raw=name, params=params))
    for column in missing:
        if column.is_required:
            found.append(column.problem("missing_column", grid.place()))
        elif id(column.label) not in resembled:  # else the near miss says it already
            found.append(_without(column, grid, header, extras))
    return tuple(found)


def _without(column: Column, grid: Grid, header: Header, extras: Mapping[str, int]) -> Problem:
    """Say that an optional column is not there, or that it may be one that was not read."""
    alike = [
        name
        for name, at in extras.items()
        if column.additive and _holds_figures(grid.cells[header.first :, at], column)
    ]
    if not alike:
        return column.problem("missing_optional_column", grid.place())
    said = listed(alike, most=_SHOWN)
    return column.problem("column_maybe_renamed", grid.place(), headers=said)


def _holds_figures(cells: Array, column: Column) -> bool:
    """Whether the first cells of a column are often figures, and such as another column holds."""
    filled = [cell for cell in cells[:_ENOUGH].tolist() if cell not in ("", None)]
    figures = [float(cell) for cell in filled if type(cell) in (int, float)]
    whole = [figure for figure in figures if figure.is_integer()]
    fits = column.type != "integer" or len(whole) * 2 > len(figures)
    # Totals, headings and other tables below stand in it as well.
    return fits and len(figures) > 1 and len(figures) * 3 > len(filled)


def _left_above(grid: Grid, sheet: TableSheet, header: Header, draft: _Draft) -> Iterator[Problem]:
    """Name a row above the header with a header of its own, under which records may stand."""
    top = min((header.row, *header.rows))
    words, bound = spellings(sheet), [*draft.columns.values()]
    for row in range(0 if header.ids_row is None else header.ids_row + 1, top - 1):
        named = named_at(grid, row, words).items()
        is_header = any(draft.columns.get(name) == at for at, name in named)
        if is_header and any(_is_record(grid.cells[below, bound]) for below in range(row + 1, top)):
            yield Problem(code="rows_above_header", place=grid.place(row))
            return


def _is_record(cells: Array) -> bool:
    """Whether a word stands in a row, and something else beside it."""
    filled = [cell for cell in cells.tolist() if cell not in ("", None)]
    return len(filled) > 1 and any(isinstance(cell, str) for cell in filled)


def _doubtful(grid: Grid, sheet: TableSheet, header: Header, draft: _Draft) -> Iterator[Problem]:
    """Name the columns whose id and header disagree, and those there is more than one of."""
    doubtful = {**draft.conflicts, **draft.overruled, **draft.doubles}
    for at, column_id in sorted(doubtful.items()):
        params: dict[str, object] = {"column": sheet[column_id].label}
        code, used_id = "header_conflict", column_id
        if at in draft.doubles:
            code = "duplicate_column"
            params["used"] = column_letter(draft.columns[column_id] + 1)
        else:
            used_id = column_id if at in draft.conflicts else header.ids[at]
            params["expected"] = sheet[header.ids[at]].label
            params["used"] = sheet[used_id].label
        shown = header.shown.get(at, "")
        yield sheet[used_id].problem(code, grid.place(header.row, at), shown, **params)


def _renamed(grid: Grid, sheet: TableSheet, header: Header, draft: _Draft) -> Iterator[Problem]:
    """Name the columns that only their id tells, or only the header without its brackets."""
    words = spellings(sheet)
    for column_id, at in draft.columns.items():
        shown = header.shown.get(at, "")
        is_told = any(words.get(text) == column_id for text in header.names.get(at, ()))
        if not shown or is_told or at in draft.conflicts or at in draft.overruled:
            continue
        code = "other_unit" if other_unit(shown, sheet[column_id]) else "header_renamed"
        yield sheet[column_id].problem(code, grid.place(header.row, at), shown)
    for column_id, found in draft.unclear.items():
        place = grid.place(header.row, found[0])
        said = listed([header.shown.get(at, "") for at in found])
        yield sheet[column_id].problem("unclear_column", place, headers=said)
