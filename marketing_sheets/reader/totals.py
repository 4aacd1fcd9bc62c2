"""Control totals, and where the sheet itself says otherwise.

What was read = what is used + what is listed; the totals staff wrote are held against it. What we
read in cells and the formulas of the same sheet do not (text in place of numbers, words) counts in
the Summary and is left out beside it, which is told once a column or word.
"""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..formulas import excel_finds, parse_expression, reads_amount, reads_day, signed, spelled
from ..problems import Problem
from ..records import ControlTotal, Floats
from ..template import Choices, Column, TableSheet
from ..texts import LANGUAGES, Language, Text, fold_label, say
from ..values import Context, parse, scale_of
from .headers import stamp_in
from .table import NonRecord, SortedRows, Surroundings, Table, TypedTable, once_each, problem_of
from .units import named_by

if TYPE_CHECKING:
    import numpy.typing as npt

_MOMENTS = ("date", "datetime")
# These ask about texts as they stand, or about days, which Excel reads in its own way.
_SILENT = frozenset(("known", "count"))
_DAY_READERS = ("first_day", "last_day", "moment", "first_week", "last_week", "weekday")
_LARGEST_DAY = 100_000  # what is no day that Excel counts: 20240610
_CENT = 0.005
_SHOWN = re.compile(r"\d[\d,]*(?:\.(\d+))?")
# Totals are shown in thousands, 万, millions and 亿; a rounded one is off by so much at most.
_STEPS, _ROUNDED = (1e3, 1e4, 1e6, 1e8), 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class _Uses:
    """Which columns formulas calculate with, read amounts from, and compare or look up.

    `limits` are those whose words of bounds they turn into signs first;
    `days` has the function that reads days out of each; `words` the choices each is compared with,
    none where a formula looks up any of them.
    """

    figures: frozenset[str]
    amounts: frozenset[str]
    limits: frozenset[str]
    days: Mapping[str, str]
    words: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Found:
    rows: SortedRows
    typed: TypedTable


def unseen_by_formulas(
    table: Table, rows: SortedRows, typed: TypedTable, around: Surroundings
) -> Iterator[Problem]:
    """Name what only we understand, where the sheet is one of ours and so has our formulas."""
    if table.binding.header.ids_row is None or not len(rows.records):
        return
    uses, found = _uses(table.sheet), _Found(rows=rows, typed=typed)
    names = named_by(table.sheet)
    for column in table.inputs:
        if column.id in uses.amounts and column.is_numeric:
            said = typed.frame.get(names.get(column.id, ""))
            points = typed.contexts[column.id].percent_points
            read = signed if column.id in uses.limits else str
            is_seen = _as_amount(said, read, points=points)
            yield from _texts(column, table, found, is_seen=is_seen)
        elif column.id in uses.days:
            yield from _texts(column, table, found, is_seen=_as_day(uses.days[column.id]))
        elif column.id in uses.figures and (column.type in _MOMENTS or column.is_numeric):
            yield from _texts(column, table, found, is_seen=lambda *_: False)
        elif column.id in uses.words and column.choices is not None:
            choices, sought = around.template.choices[column.choices], uses.words[column.id]
            yield from _words(column, choices, sought, table, found)


def _as_amount(
    names: pd.Series[Any] | None, read: Callable[[str], str], *, points: bool
) -> Callable[[int, str, object], bool]:
    def is_seen(at: int, typed: str, value: object) -> bool:
        text = read(typed)
        name = None if names is None or pd.isna(names.iloc[at]) else str(names.iloc[at])
        if points and isinstance(value, int | float) and reads_amount(text, value / 100):
            return True  # 80% in a column of percent figures, of which formulas make 80
        return isinstance(value, int | float) and reads_amount(text, value, name)

    return is_seen


def _as_day(function: str) -> Callable[[int, str, object], bool]:
    return lambda _at, text, _value: reads_day(function, text)


def _texts(
    column: Column, table: Table, found: _Found, *, is_seen: Callable[[int, str, object], bool]
) -> Iterator[Problem]:
    """Name the first of a column's values that stand as text and are not seen, with their count."""
    raw = found.typed.raw[column.id]
    kinds = ("string", "mixed", "mixed-integer", "integer", "floating", "mixed-integer-float")
    is_day = column.type in _MOMENTS
    if pd.api.types.infer_dtype(raw, skipna=True) not in (kinds if is_day else kinds[:3]):
        return
    values = found.typed.frame[column.id].tolist()
    unseen = [
        at
        for at, (text, value) in enumerate(zip(raw.tolist(), values, strict=True))
        if not pd.isna(value)
        and (
            not is_seen(at, text, value)
            if isinstance(text, str)
            else is_day and isinstance(text, int | float) and text >= _LARGEST_DAY
        )
    ]
    if unseen:
        first, value = unseen[0], values[unseen[0]]
        params = {"count": len(unseen), "value": _shown(value)}
        at = int(found.rows.records[first])
        code = "formulas_need_value"
        yield problem_of(table, column, at, code=code, raw=raw.iloc[first], **params)


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == value.time().min else str(value)
    return f"{value:.10g}" if abs(value) < 1 else f"{value:.15g}"


def _words(
    column: Column, choices: Choices, sought: frozenset[str], table: Table, found: _Found
) -> Iterator[Problem]:
    """Name each spelling that we know and formulas do not, with the number of its cells."""
    labels: Mapping[str, Text] = {item.id: item.label for item in choices.items}
    language = _language(table)
    cells = found.typed.raw[column.id].tolist(), found.typed.frame[column.id].tolist()
    pairs = list(zip(*cells, strict=True))
    for (text, value), count in Counter(pairs).items():
        if not isinstance(text, str) or not isinstance(value, str):
            continue
        if sought and value not in sought:
            continue  # nothing asks for this one
        words = spelled(choices, (value,), language) if value in labels else (value,)
        if excel_finds(text, words):
            continue
        label = labels.get(value) or Text(dict.fromkeys(LANGUAGES, value))
        at = int(found.rows.records[pairs.index((text, value))])
        params = {"count": count, "label": label}
        yield problem_of(table, column, at, code="formulas_need_word", raw=text, **params)


def _language(table: Table) -> Language:
    stamp = stamp_in(table.grid, table.binding.header.ids_row or 0)
    return next((at for at in LANGUAGES if stamp is not None and stamp.language == at), "en")


@once_each
def _uses(sheet: TableSheet) -> _Uses:
    texts = [column.formula for column in sheet.computed if column.formula is not None]
    texts += [text for live in sheet.live for text in live.values.values()]
    nodes = [node for text in texts for node in ast.walk(parse_expression(text))]
    amounts = {name for node in nodes if _function(node) == "amount" for name in _named(node)}
    limits = {name for node in nodes if _function(node) == "signed" for name in _named(node)}
    figures = {name for node in nodes if _function(node) not in _SILENT for name in _named(node)}
    readers = [(node, _function(node)) for node in nodes if _function(node) in _DAY_READERS]
    days = {name: function for node, function in readers for name in list(_named(node))[:1]}
    # The share is one of the whole column.
    figures |= set() if sheet.share is None else {sheet.share.column}
    words: dict[str, set[str]] = {}
    for node in nodes:
        for name, sought in _words_of(node):
            words.setdefault(name, set()).update(sought)
    looked_up = {name for node in nodes if _function(node) == "attribute" for name in _named(node)}
    return _Uses(
        figures=frozenset(figures - amounts - set(days)),
        days=days,
        amounts=frozenset(amounts),
        limits=frozenset(limits),
        words={
            name: frozenset(() if name in looked_up else sought)
            for name, sought in (words | {key: set() for key in looked_up}).items()
        },
    )


def _function(node: ast.AST) -> str:
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""


def _named(node: ast.AST) -> Iterator[str]:
    """Walk the columns that are operands of a call, a comparison or a calculation."""
    sides: list[ast.expr] = []
    if isinstance(node, ast.Call):
        sides = node.args
    elif isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
    elif isinstance(node, ast.BinOp):
        sides = [node.left, node.right]
    elif isinstance(node, ast.IfExp):
        sides = [node.body, node.orelse]
    yield from (side.id for side in sides if isinstance(side, ast.Name))


def _words_of(node: ast.AST) -> Iterator[tuple[str, set[str]]]:
    """Walk the columns a node compares with words, with those words."""
    if isinstance(node, ast.Compare) or _function(node) == "count_where":
        sought = {
            part.value
            for part in ast.walk(node)
            if isinstance(part, ast.Constant) and isinstance(part.value, str)
        }
        if sought:
            yield from ((name, sought) for name in _named(node))


def control_totals(table: Table, rows: SortedRows, typed: TypedTable) -> Iterator[ControlTotal]:
    """Account for every row and for all that looks like a number in the additive columns."""
    skips = [skipped for skipped in rows.skipped if not _is_drawn(table, skipped)]
    reasons = Counter(skipped.reason for skipped in skips)
    listed: dict[str, float] = {str(reason): count for reason, count in sorted(reasons.items())}
    if len(rows.unfilled):
        listed["unfilled_row"] = len(rows.unfilled)
    content = _content(table, rows)
    yield ControlTotal(
        sheet=table.sheet.id,
        column=None,
        read=int(content.sum()) - (len(rows.skipped) - len(skips)),
        used=len(rows.records),
        listed=listed,
    )
    for column in _additive(table):
        looks = _looks(table, column, typed)
        values = typed.frame[column.id].array
        used = values.to_numpy(np.float64, na_value=0.0).sum() if len(values) else 0.0
        parts: defaultdict[str, float] = defaultdict(float)
        for skipped in rows.skipped:
            if _is_drawn(table, skipped):
                looks[skipped.row] = 0.0
            parts[skipped.reason] += float(looks[skipped.row])
        parts["unfilled_row"] += float(looks[rows.unfilled].sum())
        for position, code in typed.faults.get(column.id, {}).items():
            parts[code] += float(looks[rows.records[position]])
        yield ControlTotal(
            sheet=table.sheet.id,
            column=column.id,
            read=float(looks.sum()),
            used=float(used),
            listed={reason: amount for reason, amount in sorted(parts.items()) if amount},
        )


def _is_drawn(table: Table, skipped: NonRecord) -> bool:
    """Whether it is the total that the workbook itself drew on the page: nobody wrote it."""
    return table.first + skipped.row in table.grid.own_rows


def mismatched_totals(table: Table, rows: SortedRows, typed: TypedTable) -> Iterator[Problem]:
    """Report the totals staff wrote that no sum of their rows gives.

    A total may stand for all rows, for those above it, or for those between it and the total
    before or after it, whichever fits; a subtotal for one of the last two. Averages are held
    against means in the same way.
    """
    totals = [skipped for skipped in rows.skipped if skipped.total is not None]
    if not totals:
        return
    for column in _additive(table):
        looks = _looks(table, column, typed)
        values = typed.frame[column.id].astype("Float64").to_numpy(np.float64, na_value=np.nan)
        at = table.binding.columns[column.id]
        ends = [-1, *(skipped.row for skipped in totals), table.grid.height]
        for last, skipped, following in zip(ends, totals, ends[2:], strict=False):
            since = values[(rows.records > last) & (rows.records < skipped.row)]
            below = values[(rows.records > skipped.row) & (rows.records < following)]
            raw = table.grid.cells[table.first + skipped.row, at]
            stated = float(looks[skipped.row])
            if raw is None or raw == "" or (stated == 0 and isinstance(raw, str)):
                continue
            above = values[rows.records < skipped.row]
            spans = [since, below] if skipped.total == "subtotal" else [values, above, since, below]
            computed = _misses(stated, raw, skipped, spans)
            if computed is not None and not _is_rate(column):
                params = {"stated": f"{stated:,.10g}", "computed": f"{computed:,.10g}"}
                yield problem_of(
                    table, column, skipped.row, code="total_mismatch", raw=raw, **params
                )


def _misses(
    stated: float, raw: object, skipped: NonRecord, spans: Sequence[Floats]
) -> float | None:
    """Return what the total should be if none of the rows it may stand for give `stated`.

    Below unit prices people put their mean, whatever the row is called.
    """
    figure = _mean if skipped.total == "average" else np.nansum
    figures = [float(figure(span)) for span in spans]
    if any(_gives(found, stated, raw) for found in (*figures, *map(_mean, spans))):
        return None
    # Above the first group there are no rows: what follows is meant.
    return next((f for f, span in zip(figures, spans, strict=True) if len(span)), figures[0])


def _gives(found: float, stated: float, raw: object) -> bool:
    """Whether a total says a figure, as exactly as it is written: 1.2万, or 1.2 below 元."""
    if abs(found - stated) <= max(_CENT, abs(found) * 1e-9):
        return True
    shown = _SHOWN.search(raw if isinstance(raw, str) else f"{stated:.15g}")
    if shown is None or not stated:
        return False
    # Half of the last place that is shown; a cell that holds a number holds all its places.
    half = 0.5 * 10.0 ** -len(shown[1] or "") * abs(stated)
    half /= float(shown[0].replace(",", "")) or 1.0
    steps = (1.0, *_STEPS) if isinstance(raw, str) else _STEPS
    return any(
        abs(found - stated * step) <= min(half * step, abs(found) * _ROUNDED) for step in steps
    )


def _is_rate(column: Column) -> bool:
    """Whether a column is of unit prices or rates, which nobody adds up."""
    ends = tuple(fold_label(word) for word in say("reading", "rate", "zh-Hans").split("|"))
    return any(fold_label(label).endswith(ends) for label in column.label.values())


def _mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else 0.0


def _additive(table: Table) -> list[Column]:
    return [column for column in table.inputs if column.additive and column.is_numeric]


def _content(table: Table, rows: SortedRows) -> npt.NDArray[np.bool_]:
    """Count the rows anew, from the cells: the sorting must not vouch for itself."""
    binding = table.binding
    first = binding.header.first
    columns = [binding.columns[c.id] for c in table.inputs] + list(binding.extras.values())
    content = np.zeros(len(rows.block), dtype=bool)
    for at in columns:
        # A row needs one filled cell only; after a few columns hardly any is left to look at.
        open_rows = np.flatnonzero(~content)
        cells = table.grid.cells[first:, at][open_rows].tolist()
        content[open_rows] = np.fromiter(
            (c is not None and (c.__class__ is not str or bool(c.strip())) for c in cells),
            bool,
            len(cells),
        )
    return content


def _looks(table: Table, column: Column, typed: TypedTable) -> Floats:
    """Return the number each cell looks like, whatever the column's bounds; 0 where none."""
    context = replace(typed.contexts[column.id], min=None, max=None)
    scale = scale_of(context.unit or "")
    cells = table.cells(column.id)
    result = table.numbers(table.binding.columns[column.id]) * scale
    known: dict[tuple[type, Any], float] = {}
    others = np.flatnonzero(np.isnan(result))
    result[others] = 0.0
    for i, cell in zip(others.tolist(), cells[others].tolist(), strict=True):
        if cell is None or cell == "":
            continue
        key = (cell.__class__, cell)
        number = known.get(key)
        if number is None:
            number = known[key] = _look(cell, column, context)
        result[i] = number
    return result


def _look(cell: object, column: Column, context: Context) -> float:
    for kind in (column.type, "money", "number"):
        value = parse(cell, kind, context).value
        if isinstance(value, int | float):
            return float(value)
    return 0.0
