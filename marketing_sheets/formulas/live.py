"""Formulas over whole columns: the live line above a table, and a row that is a share of a total.

Both are computed in Excel as in Python. A share is of the total with the row itself: a reserve of
10 % is a ninth of all the other items.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from math import floor
from typing import Any, cast

import numpy as np
import pandas as pd

from ..errors import FormulaError
from ..records import SheetRecords
from ..template import Live, SettingValue, TableSheet, Template
from ..texts import Language
from .functions import OPERATORS
from .language import parse_expression
from .text import spelled, word_counts

# How a live line shows a figure.
_SHOWN = {
    "date": "yyyy-mm-dd",
    "integer": "#,##0",
    "money": "#,##0",
    "percent": "#,##0.0%",
    "ratio": "0.00",
}
_COMPARE: dict[type, Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
# A criterion that numbers meet and texts do not.
_ANY_NUMBER = ">=-1E+300"
# People round: what differs by less than a unit, or by half a percent, is the share.
_LEAST, _ROUNDED = 1, 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """The table over whose columns a live line counts, in a language."""

    sheet: TableSheet
    template: Template
    language: Language

    def area(self, argument: ast.expr) -> str:
        """Return a whole column."""
        if not isinstance(argument, ast.Name):
            raise FormulaError("formula_arguments", formula=ast.unparse(argument), name="count")
        return f"tbl_{self.sheet.id}[{self.sheet[argument.id].label[self.language]}]"

    def words(self, subject: ast.expr, value: ast.expr) -> tuple[str, ...]:
        """Return how a text may stand in a column, as criteria of COUNTIF."""
        if not isinstance(subject, ast.Name) or not isinstance(value, ast.Constant):
            return ()
        column, word = self.sheet[subject.id], str(value.value)
        if column.choices is None:
            return (f'"{word}"',)
        choices = self.template.choices[column.choices]
        if all(item.id != word for item in choices.items):
            return (f'"{word}"',)  # a company's own
        if column.is_computed:
            return (f'"{choices.label_of(word, self.language)}"',)
        return word_counts(spelled(choices, (word,), self.language))


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """A function over whole columns, for the live line only: in Excel and in Python."""

    excel: Callable[[ast.Call, _Table], str]
    value: Callable[[ast.Call, pd.DataFrame], float]
    arity: tuple[int, int] = (1, 1)


def _column(node: ast.Call, frame: pd.DataFrame, at: int = 0) -> pd.Series[Any]:
    return frame[cast("ast.Name", node.args[at]).id]


def _figures(node: ast.Call, frame: pd.DataFrame, at: int = 0) -> pd.Series[Any]:
    return _column(node, frame, at).astype("Float64")


def _excel_count_where(node: ast.Call, table: _Table) -> str:
    subject, value, *more = node.args
    area, criteria = table.area(subject), []
    for extra in more:
        if not isinstance(extra, ast.Compare):
            raise FormulaError("formula_arguments", formula=ast.unparse(node), name="count_where")
        criteria.append(table.area(extra.left))
        criteria.append(f'"{OPERATORS[type(extra.ops[0])]}{ast.unparse(extra.comparators[0])}"')
    name = "COUNTIFS" if criteria else "COUNTIF"
    words = table.words(subject, value)
    counts = [f"{name}({','.join([area, word, *criteria])})" for word in words]
    return counts[0] if len(counts) == 1 else f"({'+'.join(counts)})"


def _count_where(node: ast.Call, frame: pd.DataFrame) -> float:
    mask = (_column(node, frame) == cast("ast.Constant", node.args[1]).value).fillna(value=False)
    for extra in node.args[2:]:
        test = cast("ast.Compare", extra)
        figures = frame[cast("ast.Name", test.left).id].astype("Float64")
        bound = float(ast.literal_eval(test.comparators[0]))
        mask &= _COMPARE[type(test.ops[0])](figures, bound).fillna(value=False)
    return float(mask.sum())


def _excel_sum_where(node: ast.Call, table: _Table) -> str:
    area, where = table.area(node.args[0]), table.area(node.args[1])
    if len(node.args) == 2:
        return f'SUMIFS({area},{where},"{_ANY_NUMBER}")'
    words = table.words(node.args[1], node.args[2])
    return f"({'+'.join(f'SUMIFS({area},{where},{word})' for word in words)})"


def _sum_where(node: ast.Call, frame: pd.DataFrame) -> float:
    where = _column(node, frame, 1)
    if len(node.args) == 2:
        mask = where.notna()
    else:
        mask = (where == cast("ast.Constant", node.args[2]).value).fillna(value=False)
    return float(_figures(node, frame)[mask].sum())


AGGREGATES: Mapping[str, Aggregate] = {
    "count": Aggregate(
        excel=lambda node, table: f"COUNTA({table.area(node.args[0])})",
        value=lambda node, frame: float(_column(node, frame).notna().sum()),
    ),
    "count_where": Aggregate(excel=_excel_count_where, value=_count_where, arity=(2, 3)),
    "sum": Aggregate(
        excel=lambda node, table: f"SUM({table.area(node.args[0])})",
        value=lambda node, frame: float(_column(node, frame).sum()),
    ),
    "sum_where": Aggregate(excel=_excel_sum_where, value=_sum_where, arity=(2, 3)),
}


def excel_live(live: Live, sheet: TableSheet, template: Template, language: Language) -> str:
    """Return a live line as one formula that joins its words and figures."""
    parts: list[str] = []
    rest = live.text[language]
    while rest:
        words, brace, rest = rest.partition("{")
        if words:
            parts.append('"' + words.replace('"', '""') + '"')
        if brace:
            name, _, rest = rest.partition("}")
            figure = _aggregate(parse_expression(live.values[name]), sheet, template, language)
            shape = _SHOWN[live.shown.get(name, "integer")]
            parts.append(f'IFERROR(TEXT({figure},"{shape}"),"–")')
    return "=" + "&".join(parts)


def excel_figure(expression: str, sheet: TableSheet, template: Template, language: Language) -> str:
    """Return an expression of live lines as a formula without `=`."""
    return _aggregate(parse_expression(expression), sheet, template, language)


def within(expression: str, column: str, word: str) -> str | None:
    """Return an expression of live lines over the rows that hold a word in a column.

    What it depends on is that of all rows. None where not all it adds up can be told by rows.
    """

    def part(node: ast.expr) -> ast.expr:
        if isinstance(node, ast.IfExp):
            return ast.IfExp(test=node.test, body=part(node.body), orelse=part(node.orelse))
        if isinstance(node, ast.BinOp):
            return ast.BinOp(left=part(node.left), op=node.op, right=part(node.right))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "sum":
            name = ast.Name(id="sum_where", ctx=ast.Load())
            rows = [ast.Name(id=column, ctx=ast.Load()), ast.Constant(value=word)]
            return ast.Call(func=name, args=[*node.args, *rows], keywords=[])
        raise FormulaError("formula_not_allowed", formula=expression, part=type(node).__name__)

    try:
        return ast.unparse(part(parse_expression(expression)))
    except FormulaError:
        return None


def figure_value(
    expression: str,
    records: SheetRecords,
    template: Template,
    *,
    as_of: date | None,
    settings: Mapping[str, SettingValue] | None = None,
) -> float | None:
    """Return what an expression of live lines comes to over records; None where it has no value."""
    scope = {k: s.value for k, s in template.settings.items()} | dict(settings or {})
    value = _value(parse_expression(expression), records, scope, as_of)
    return value if isinstance(value, int | float) and np.isfinite(value) else None


def _aggregate(node: ast.expr, sheet: TableSheet, template: Template, language: Language) -> str:
    if isinstance(node, ast.BinOp):
        left = _aggregate(node.left, sheet, template, language)
        right = _aggregate(node.right, sheet, template, language)
        return f"({left}{OPERATORS[type(node.op)]}{right})"
    if isinstance(node, ast.IfExp | ast.BoolOp | ast.Compare):
        return _choice(node, lambda part: _aggregate(part, sheet, template, language))
    if isinstance(node, ast.Name):
        return node.id if node.id == "as_of" else f"set_{node.id}"
    if isinstance(node, ast.Constant):
        return f'"{node.value}"' if isinstance(node.value, str) else str(node.value)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        table = _Table(sheet=sheet, template=template, language=language)
        return AGGREGATES[node.func.id].excel(node, table)
    raise FormulaError("formula_not_allowed", formula=ast.unparse(node), part=type(node).__name__)


def _choice(node: ast.IfExp | ast.BoolOp | ast.Compare, inner: Callable[[ast.expr], str]) -> str:
    """Compile a test, or a figure that depends on one."""
    if isinstance(node, ast.IfExp):
        return f"IF({inner(node.test)},{inner(node.body)},{inner(node.orelse)})"
    if isinstance(node, ast.BoolOp):
        word = "AND" if isinstance(node.op, ast.And) else "OR"
        return f"{word}({','.join(inner(value) for value in node.values)})"
    return f"{inner(node.left)}{OPERATORS[type(node.ops[0])]}{inner(node.comparators[0])}"


def live_text(
    live: Live,
    records: SheetRecords,
    *,
    template: Template,
    language: Language,
    as_of: date | None,
    settings: Mapping[str, SettingValue] | None = None,
) -> str:
    """Return what a live line shows for these records."""
    scope = {k: s.value for k, s in template.settings.items()} | dict(settings or {})
    blanks: dict[str, str] = {}
    for name, expression in live.values.items():
        value = _value(parse_expression(expression), records, scope, as_of)
        blanks[name] = _shown(value, live.shown.get(name, "integer"))
    return live.text[language].format_map(blanks)


def _shown(value: float | date | None, kind: str) -> str:
    if value is None or (isinstance(value, float) and not np.isfinite(value)):
        return "–"
    if isinstance(value, date):
        return value.isoformat()
    if kind == "percent":
        return f"{_half_up(value * 100, 1):,.1f}%"
    if kind == "ratio":
        return f"{_half_up(value, 2):.2f}"
    return f"{_half_up(value, 0):,.0f}"


def _half_up(value: float, places: int) -> float:
    # Excel rounds halves away from zero, Python to even.
    return float(np.copysign(np.floor(abs(value) * 10**places + 0.5) / 10**places, value))


def _value(
    node: ast.expr, records: SheetRecords, settings: Mapping[str, SettingValue], as_of: date | None
) -> float | date | None:
    if isinstance(node, ast.Name):
        return as_of if node.id == "as_of" else float(settings[node.id])
    if isinstance(node, ast.Constant):
        return float(cast("float", node.value))
    if isinstance(node, ast.IfExp):
        holds = _holds(node.test, records, settings, as_of)
        return _value(node.body if holds else node.orelse, records, settings, as_of)
    if isinstance(node, ast.BinOp):
        left = _value(node.left, records, settings, as_of)
        right = _value(node.right, records, settings, as_of)
        if not isinstance(left, int | float) or not isinstance(right, int | float):
            return None
        if isinstance(node.op, ast.Div):
            return left / right if right else None
        signs = {ast.Add: left + right, ast.Sub: left - right, ast.Mult: left * right}
        return signs[type(node.op)]
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        raise FormulaError("formula_not_allowed", formula=ast.unparse(node), part="live")
    return AGGREGATES[node.func.id].value(node, records.frame)


def _holds(
    node: ast.expr, records: SheetRecords, settings: Mapping[str, SettingValue], as_of: date | None
) -> bool:
    """Tell whether a test over whole columns holds; it does not where a side has no value."""
    if isinstance(node, ast.BoolOp):
        parts = [_holds(value, records, settings, as_of) for value in node.values]
        return all(parts) if isinstance(node.op, ast.And) else any(parts)
    if not isinstance(node, ast.Compare):
        raise FormulaError("formula_not_allowed", formula=ast.unparse(node), part="live")
    if isinstance(node.left, ast.Name) and isinstance(settings.get(node.left.id), str):
        return settings[node.left.id] == cast("ast.Constant", node.comparators[0]).value
    left = _value(node.left, records, settings, as_of)
    right = _value(node.comparators[0], records, settings, as_of)
    if left is None or right is None:
        return False
    return bool(_COMPARE[type(node.ops[0])](left, right))


def due_share(others: Iterable[float], rate: float) -> float | None:
    """Return what a row must hold to be `rate` of the total, given the other rows.

    To the cent, halves up; None where the others hold nothing.
    """
    amounts = list(others)
    if not amounts:
        return None
    return floor(sum(amounts) * rate / (1 - rate) * 100 + 0.5) / 100


def excel_share(areas: Iterable[str], rate: str) -> str:
    """Return the same as a formula: `areas` hold the other rows, `rate` is a defined name."""
    parts = ",".join(areas)
    return f'=IF(COUNT({parts})=0,"",ROUND(SUM({parts})*{rate}/(1-{rate}),2))'


def differs(typed: float, due: float) -> bool:
    """Tell whether an amount is another than the share that is due."""
    return abs(typed - due) > max(_LEAST, _ROUNDED * due)


def excel_differs(cell: str, areas: Iterable[str], rate: str) -> str:
    """Return the same as the condition of a format over `cell`."""
    due = f"SUM({','.join(areas)})*{rate}/(1-{rate})"
    return f"=AND(ISNUMBER({cell}),ABS(N({cell})-{due})>MAX({_LEAST},{_ROUNDED}*{due}))"
