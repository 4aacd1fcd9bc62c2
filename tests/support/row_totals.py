"""Total rows as people write them: any function, under any label or none, over any run of records.

Each leaves evidence of what it is: a word, formulas, or figures in three columns that are the sums
or means of rows.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Literal, NamedTuple

from hypothesis import strategies as st

from marketing_sheets.template import Column
from support.row_tabs import Cell, Condensed, Line, Tab

__all__ = ["DAYS", "Edit", "total_rows"]

DAYS = ("date", "date_range", "datetime", "week")
_ENOUGH = 3  # figures that prove a sum without any word


@dataclass(eq=False, slots=True)
class Edit:
    """One thing done to a tab: the lines it added, and those of which one is to be told.

    `added` is a new column, `called` the id of the one whose header it may have. `is_bare` marks
    totals that nothing tells but their figures.
    """

    what: str
    lines: Sequence[Line] = ()
    told: Sequence[Line] = ()
    added: int | None = None
    called: str = ""
    is_bare: bool = False


class Function(NamedTuple):
    """How figures are condensed: the words for it, Excel's name, its number in SUBTOTAL."""

    words: str
    excel: str
    number: int
    of: Callable[[Sequence[float]], float]


def _deviation(figures: Sequence[float]) -> float:
    return statistics.stdev(figures) if len(figures) > 1 else 0.0


_SUM = Function(
    "合计|总计|小计|总和|共计|累计|汇总|總計|合計|小計|總和|彙總|Total|Grand Total|Subtotal|Sum",
    "SUM",
    9,
    sum,
)
_MEAN = Function("平均|平均值|均值|日均|平均數|Average|Avg|Mean", "AVERAGE", 1, statistics.fmean)
_FUNCTIONS = (
    _SUM,
    _MEAN,
    Function("计数|個數|計數|Count", "COUNT", 2, len),
    Function("计数|计数|Count", "COUNTA", 3, len),
    Function("最大值|最高|Max|Maximum", "MAX", 4, max),
    Function("最小值|最低|Min|Minimum", "MIN", 5, min),
    Function("乘积|乘積|Product", "PRODUCT", 6, prod),
    Function("标准差|標準差|StdDev", "STDEV", 7, _deviation),
    Function("方差|變異數|Var", "VAR", 10, lambda figures: _deviation(figures) ** 2),
)
# Sums and means are what people write; the others come out of menus.
_DRAWN = (*(_SUM,) * 4, *(_MEAN,) * 2, *_FUNCTIONS[2:])
_OWN = (
    "所有渠道|全渠道|总额|TTL|Σ|本月|总花费|全平台|All channels|Total cost|公司层面|整体数据"
    "|汇总数据|累计值|MTD|以上各项|Overall|合起来|—|本期|whole campaign|6月|W23|∑|东区与西区"
).split("|")
_WIDE = {n: n + 0xFEE0 for n in range(0x21, 0x7F)}
_LATIN: tuple[Callable[[str], str], ...] = (
    str.upper,
    str.lower,
    lambda word: word.translate(_WIDE),
    "June {}".format,
)
_CHINESE: tuple[Callable[[str], str], ...] = (" ".join, "6月{}".format, "{}（元）".format)
_SPELLINGS: tuple[Callable[[str], str], ...] = (
    "{}".format,
    "{}".format,
    "{}：".format,
    " {}: ".format,
    "【{}】".format,
    "({})".format,
    "抖音 {}".format,
)


@st.composite
def _word(draw: st.DrawFn, function: Function) -> str:
    word = draw(st.sampled_from(function.words.split("|")))
    more = _LATIN if word.isascii() else _CHINESE
    return draw(st.sampled_from((*_SPELLINGS, *more)))(word)


Kind = Literal["word", "own", "blank", "identity"]
_KINDS: tuple[Kind, ...] = ("word", "word", "own", "blank", "identity")


class Total(NamedTuple):
    """How a total is written.

    `kind` tells what stands in the column `where`: a known word, one of somebody's own, nothing, or
    what was dragged down with all the row. `formula` is empty, "{}", or "n" or "10n" for SUBTOTAL;
    `drags` tells that days and choices were dragged down.
    """

    function: Function
    kind: Kind
    text: str
    formula: str
    columns: Sequence[Column]
    where: Column
    drags: bool


@st.composite
def _total(draw: st.DrawFn, tab: Tab) -> Total:
    function = draw(st.sampled_from(_DRAWN))
    kind = draw(st.sampled_from(_KINDS))
    columns = tab.figures
    if draw(st.integers(0, 3)) == 0:
        columns = [column for column in columns if draw(st.booleans())] or columns
    return Total(
        function=function,
        kind=kind,
        text=draw(_word(function)) if kind == "word" else draw(st.sampled_from(_OWN)),
        formula=draw(st.sampled_from(("", "", "{}", "n", "10n"))),
        columns=columns,
        where=draw(st.sampled_from(_names(tab))),
        drags=draw(st.booleans()),
    )


@st.composite
def _runs(draw: st.DrawFn, last: int) -> list[tuple[int, int]]:
    """Draw which records are summed up: all, a run of them, or two groups and perhaps all."""
    if last >= 3 and draw(st.integers(0, 3)) == 0:
        cut = draw(st.integers(1, last - 2))
        return [(0, cut), (cut + 1, last), *([(0, last)] if draw(st.booleans()) else [])]
    first = draw(st.sampled_from((0, 0, draw(st.integers(0, max(0, last - 1))))))
    return [(first, draw(st.sampled_from((last, draw(st.integers(min(first + 1, last), last))))))]


@st.composite
def total_rows(draw: st.DrawFn, tab: Tab) -> Edit:
    """Draw a total row over all records or a run of them, or subtotals with or without a total."""
    runs = draw(_runs(len(tab.records) - 1))
    total = draw(_total(tab))
    is_above = len(runs) == 1 and draw(st.integers(0, 2)) == 0
    is_apart = not is_above and draw(st.integers(0, 3)) == 0
    lines: list[Line] = []
    is_bare = False
    for first, until in runs:
        block = tab.records[first : until + 1]
        needs_formula = total.kind != "word" and not _is_proven(tab, block, total)
        used = total._replace(formula=total.formula or "{}" * needs_formula)
        is_bare |= not used.formula and total.kind != "word"
        line = _drawn(tab, block, used)
        at = tab.lines.index(block[0]) if is_above else _behind(tab, block[-1], lines)
        tab.insert(at, [Line(), line] if is_apart else [line])
        lines.append(line)
    what = f"{total.function.excel} {total.kind} {total.text!r} {total.formula!r}"
    return Edit(f"{what} at {total.where.id} {runs}", lines, is_bare=is_bare)


def _behind(tab: Tab, last: Line, lines: Sequence[Line]) -> int:
    """Return where a total stands: behind its last record and the subtotals that follow it."""
    at = tab.lines.index(last) + 1
    return max([at, *(tab.lines.index(line) + 1 for line in lines if tab.lines.index(line) >= at)])


def _condensed(tab: Tab, block: Sequence[Line], column: Column, function: Function) -> float | None:
    cells = [line.cells.get(tab.at[column.id]) for line in block]
    figures = [cell.number for cell in cells if cell is not None and cell.number is not None]
    return float(function.of(figures)) if figures else None


def _are_alike(tab: Tab, block: Sequence[Line], columns: Sequence[Column]) -> bool:
    return len({tuple(tab.figure(line, column) for column in columns) for line in block}) == 1


def _is_proven(tab: Tab, block: Sequence[Line], total: Total) -> bool:
    """Whether the figures of a total prove by themselves that they are sums or means."""
    figures = [_condensed(tab, block, column, total.function) for column in total.columns]
    if total.function is _MEAN and _are_alike(tab, block, total.columns):
        return False
    is_enough = len([figure for figure in figures if figure]) >= _ENOUGH
    return is_enough and total.function in (_SUM, _MEAN) and len(block) > 1


def _drawn(tab: Tab, block: Sequence[Line], total: Total) -> Line:
    """Return the row of a total: its figures, what it is called, what was dragged into it."""
    line = Line()
    for column in total.columns:
        figure = _condensed(tab, block, column, total.function)
        if figure is not None:
            value = _formula(block, total, figure) if total.formula else figure
            line.cells[tab.at[column.id]] = Cell(value, tab.style(column.id))
    dragged = []
    if total.kind == "identity":
        dragged = [column for column in tab.sheet.inputs if not column.is_numeric]
    elif total.kind != "blank" and total.drags:
        named = [column for column in _names(tab) if column != total.where]
        dragged = [c for c in named if c.type in DAYS or c.choices is not None]
    above = block[-1].cells
    line.cells |= {at: above[at] for c in dragged if (at := tab.at.get(c.id, -1)) in above}
    if total.kind in ("word", "own"):
        line.cells[tab.at[total.where.id]] = Cell(total.text)
    return line


def _formula(block: Sequence[Line], total: Total, figure: float) -> Condensed:
    name = f"{total.function.excel}({{}})"
    if total.formula != "{}":
        number = total.function.number + (100 if total.formula == "10n" else 0)
        name = f"SUBTOTAL({number},{{}})"
    return Condensed(name, block[0], block[-1], figure)


def _names(tab: Tab) -> list[Column]:
    """Return the columns in which a record has its day, key or name."""
    keys = {*tab.sheet.key} | {column.id for column in tab.sheet.inputs if column.is_key}
    bound = [column for column in tab.sheet.inputs if column.id in tab.at]
    day = next((column.id for column in bound if column.type == "date"), None)
    found = [column for column in bound if column.id in keys or column.id == day]
    return found or [c for c in bound if not c.is_numeric][:1]
