"""The functions of the formula language, one record each: both of their meanings side by side.

`excel` and `frames` walk an expression and ask the record of a function what it is there; what a
function needs of the walk it gets from a call. A new function is one record here, and a line in
`workbook_templates/README.md` and its Chinese counterpart.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from ..errors import FormulaError
from ..template import (
    NUMERIC_TYPES,
    Campaign,
    TableSheet,
    is_turned,
    lower_words,
    names_burden,
    turning_words,
)
from .calls import Call, ExcelCall, Function, VectorCall, cutter, filled
from .days import (
    excel_first_day,
    excel_first_week,
    excel_last_day,
    excel_last_week,
    excel_moment,
    excel_weekday,
    first_day_of,
    last_day_of,
    weekday_of,
    weeks_of,
)
from .language import (
    CODE,
    SHOWN_REASONS,
    Vector,
    amounts,
    change,
    each_text,
    first_reason,
    mean,
    moments,
    numbers_in,
    parse_expression,
    points,
    texts,
)
from .limits import CHANGES
from .targets import TARGETS
from .text import (
    excel_amount,
    excel_amount_in,
    excel_burden,
    excel_head,
    excel_known,
    excel_part,
    excel_turned,
    excel_written_with,
    head_of,
    part_of,
    word_match,
)

OPERATORS: dict[type, str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Eq: "=",
    ast.NotEq: "<>",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_READERS = ("first_day", "last_day", "moment", "amount")
_COMPARABLE = NUMERIC_TYPES - {"quantity"} | {"date", "datetime"}


def _excel_known(call: ExcelCall, at: int = 0) -> str:
    node = call.node.args[at]
    name = node.id if isinstance(node, ast.Name) else ""
    is_number = name in call.sheet and call.sheet[name].type in _COMPARABLE
    if not is_number:
        return f'{call.text(at)}<>""'
    # A text that Excel cannot read may well be known: of that nothing is made.
    typed = _typed_source(call.sheet, name)
    source = call.source(typed) if typed else ""
    return excel_known(call.text(at), source) if source else f"ISNUMBER({call.text(at)})"


def _typed_source(sheet: TableSheet, name: str) -> str | None:
    """Return the typed column that a column is, or is read out of; None where it is computed."""
    column = sheet[name]
    if column.formula is None:
        return name
    node = parse_expression(column.formula)
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return None
    source = node.args[0] if node.func.id in _READERS else None
    return source.id if isinstance(source, ast.Name) and source.id in sheet else None


def _excel_arithmetic(name: str) -> Callable[[ExcelCall], str]:
    return lambda call: f"{name}({','.join(map(call.figure, range(len(call.node.args))))})"


def _extreme(pick: Callable[[Any, Any], Any], call: VectorCall) -> Vector:
    vectors = call.vectors()
    values = vectors[0].values
    for vector in vectors[1:]:
        values = pick(values, vector.values)
    return Vector(values, first_reason(*vectors))


def _each(function: Callable[[Any], Any]) -> Callable[[VectorCall], Vector]:
    def applied(call: VectorCall) -> Vector:
        inner = call.vector()
        return Vector(function(inner.values), inner.why)

    return applied


def _reader(
    excel: Callable[[str], str], read: Callable[[str], float], *, may_fail: bool = True
) -> Function:
    """Return a function that reads a number out of a text."""
    return Function(
        excel=lambda call: excel(call.text()),
        vector=lambda call: numbers_in(call.vector(), read),
        reads=True,
        may_fail=may_fail,
    )


def _has_period(call: Call) -> bool:
    """Whether the form asks for the campaign's days, which give others their year."""
    return {*Campaign.PERIOD} <= {field.id for field in call.template.fields()}


def _day_reader(excel: Callable[..., str], read: Callable[[str], float]) -> Function:
    """Return a function that reads a day, which takes its year from the campaign if it has any."""
    reader = _reader(lambda text: text, read)
    return replace(reader, excel=lambda c: excel(c.text(), has_period=_has_period(c)))


def _number_of(call: Call) -> int:
    number = call.node.args[1]
    if not isinstance(number, ast.Constant) or type(number.value) is not int or number.value < 1:
        raise FormulaError("formula_arguments", formula=ast.unparse(call.node), name="part")
    return number.value


def _part(call: VectorCall) -> Vector:
    number = _number_of(call)
    return texts(call.vector(), lambda text: part_of(text, number))


def _written(kinds: tuple[str, ...], *marks: str) -> Function:
    """Return the test whether a quantity was written so: 8%, 提升30% or 1:3."""

    def test(call: VectorCall) -> Vector:
        column = call.node.args[0].id if isinstance(call.node.args[0], ast.Name) else ""
        written = call.records.kinds.get(column)
        if written is None:
            return filled(np.zeros(len(call.records.frame), dtype=bool))
        return filled(written.isin(kinds).to_numpy(dtype=bool))

    return Function(
        excel=lambda call: excel_written_with(call.text(), *marks),
        vector=test,
        gives="test",
        reads=True,
        may_fail=True,
    )


def _text_test(
    excel: Callable[[ExcelCall], str], test: Callable[[str, VectorCall], bool]
) -> Function:
    """Return a test of a text."""
    return Function(
        excel=excel,
        vector=lambda call: filled(
            np.array(each_text(call.vector(), lambda text: test(text, call)), dtype=bool)
        ),
        gives="test",
        reads=True,
    )


def _is_reason(call: VectorCall) -> Vector:
    subject = call.node.args[0]
    name = subject.id if isinstance(subject, ast.Name) else ""
    is_said = name in call.sheet and call.sheet[name].undefined == "reason"
    shown = [CODE[reason] for reason in SHOWN_REASONS] if is_said else []
    return filled(np.isin(call.vector().why, shown))


def _attribute_of(call: Call) -> tuple[str, str]:
    """Return the list of choices and the attribute of it that are asked for."""
    column, attribute = call.node.args
    if not isinstance(column, ast.Name) or not isinstance(attribute, ast.Constant):
        raise FormulaError("formula_arguments", formula=ast.unparse(call.node), name="attribute")
    return call.sheet[column.id].choices or "", str(attribute.value)


def _excel_attribute(call: ExcelCall) -> str:
    choices, attribute = _attribute_of(call)
    subject, listed = call.text(), f"list_{choices}"
    # What is not in the list word for word may be a spelling of its hidden column.
    row = f"IFERROR(MATCH({subject},{listed},0),{word_match(subject, f'words_{choices}')})"
    return f'IFERROR(INDEX({listed}_{attribute},{row}),"")'


def _attribute(call: VectorCall) -> Vector:
    choices, attribute = _attribute_of(call)
    table = call.attributes.get(choices, {})
    values = np.empty(len(call.records.frame), dtype=object)
    values[:] = each_text(call.vector(), lambda text: table.get(text, {}).get(attribute, ""))
    return filled(values)


def _excel_against(call: ExcelCall, value: str) -> str:
    """Compile a comparison of two figures: why there is nothing to compare is part of it."""
    reason = call.reason("no_data")
    if not all(isinstance(node, ast.Name) for node in call.node.args):
        return f'IF({call.count(0)}=0,"",IF({call.count(1)}=0,{reason},{value}))'
    return f'IF({_excel_known(call)},IF({_excel_known(call, 1)},{value},{reason}),"")'


def _excel_points(call: ExcelCall) -> str:
    return _excel_against(call, f"({call.figure(0)}-{call.figure(1)})*100")


def _excel_change(call: ExcelCall) -> str:
    base, zero, negative = call.figure(1), call.reason("zero_base"), call.reason("negative_base")
    value = f"IF({base}=0,{zero},IF({base}<0,{negative},{call.figure(0)}/{base}-1))"
    return _excel_against(call, value)


def _excel_amount(call: ExcelCall) -> str:
    # A target is read from its text with signs; a number needs none.
    cell, count = call.text(), len(call.node.args)
    text = call.text(2) if count > 2 else cell
    return excel_amount_in(text, call.text(1), cell) if count > 1 else excel_amount(cell)


def _excel_mean(call: ExcelCall) -> str:
    return f"AVERAGE({','.join(map(call.text, range(len(call.node.args))))})"


FUNCTIONS: Mapping[str, Function] = {
    **TARGETS,
    "known": Function(
        excel=_excel_known, vector=lambda call: filled(call.vector().known), gives="test"
    ),
    "max": Function(
        excel=_excel_arithmetic("MAX"),
        vector=partial(_extreme, np.fmax),
        arity=(2, 9),
        takes="figure",
        calculates=True,
    ),
    "min": Function(
        excel=_excel_arithmetic("MIN"),
        vector=partial(_extreme, np.fmin),
        arity=(2, 9),
        takes="figure",
        calculates=True,
    ),
    "abs": Function(
        excel=_excel_arithmetic("ABS"), vector=_each(np.abs), takes="figure", calculates=True
    ),
    "floor": Function(
        excel=lambda call: f"INT({call.figure()})",
        vector=_each(np.floor),
        takes="figure",
        calculates=True,
    ),
    "mean": Function(
        excel=_excel_mean,
        vector=lambda call: mean(call.vectors()),
        arity=(2, 9),
        takes="figure",
        reads=True,
        may_fail=True,
    ),
    "points": Function(
        excel=_excel_points,
        vector=lambda call: points(*call.vectors()),
        arity=(2, 2),
        takes="figure",
        compares=True,
    ),
    "change": Function(
        excel=_excel_change,
        vector=lambda call: change(*call.vectors()),
        arity=(2, 2),
        takes="figure",
        compares=True,
        may_fail=True,
    ),
    "is_reason": Function(
        excel=lambda call: f'AND(ISTEXT({call.text()}),{call.text()}<>"")',
        vector=_is_reason,
        gives="test",
    ),
    "attribute": Function(excel=_excel_attribute, vector=_attribute, arity=(2, 2), gives="text"),
    "amount": Function(
        excel=_excel_amount,
        vector=lambda call: amounts(*call.vectors()[:2]),
        arity=(1, 3),
        reads=True,
        may_fail=True,
    ),
    "before_bracket": cutter(excel_head, head_of),
    "part": Function(
        excel=lambda call: excel_part(call.text(), _number_of(call)),
        vector=_part,
        arity=(2, 2),
        gives="text",
        reads=True,
    ),
    "is_percent": _written(("percent", "growth"), "%", "％"),
    "is_ratio": _written(("ratio",), ":", "："),
    "is_change": _written(("growth",), *CHANGES),
    "lower_is_better": _text_test(
        lambda call: excel_burden(call.text(), lower_words(call.template.registry)),
        lambda text, call: names_burden(text, call.template.registry),
    ),
    "is_turned": _text_test(
        lambda call: excel_turned(call.text(), turning_words(call.template.registry)),
        lambda text, call: is_turned(text, call.template.registry),
    ),
    "first_day": _day_reader(excel_first_day, first_day_of),
    "last_day": _day_reader(excel_last_day, last_day_of),
    "moment": Function(
        excel=lambda call: excel_moment(call.text(), call.text(1), has_period=_has_period(call)),
        vector=lambda call: moments(*call.vectors()),
        arity=(2, 2),
        reads=True,
        may_fail=True,
    ),
    "first_week": _reader(excel_first_week, lambda text: weeks_of(text)[0]),
    "last_week": _reader(excel_last_week, lambda text: weeks_of(text)[1]),
    "weekday": _reader(excel_weekday, weekday_of),
}
