"""The functions of the formula language, one record each: both of their meanings side by side.

`excel` and `frames` walk an expression and ask the record of a function what it is there; what a
function needs of the walk it gets from a call. A new function is one record here, and a line in
`workbook_templates/README.md`.
"""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

import numpy as np

from ..errors import FormulaError
from ..records import Array, SheetRecords
from ..template import (
    NUMERIC_TYPES,
    Campaign,
    TableSheet,
    Template,
    is_turned,
    lower_words,
    names_burden,
    turning_words,
)
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
from .text import (
    excel_after_comparator,
    excel_amount,
    excel_amount_in,
    excel_before_bracket,
    excel_burden,
    excel_known,
    excel_part,
    excel_turned,
    excel_upper_limit,
    excel_written_with,
    head_of,
    part_of,
    says_upper_limit,
    threshold_of,
    word_match,
)

# A date is a figure: it is a number of days. Nobody knows beforehand what "any" holds.
Kind = Literal["figure", "text", "test", "any"]
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


@dataclass(frozen=True, slots=True)
class Call:
    """A function called in an expression of a sheet."""

    node: ast.Call
    sheet: TableSheet
    template: Template


class ExcelCall(Call, ABC):
    """A call that is being compiled."""

    @abstractmethod
    def text(self, at: int = 0) -> str:
        """Return an argument as it stands."""

    @abstractmethod
    def source(self, name: str) -> str:
        """Return a reference to a column people type in, "" where it does not matter."""

    @abstractmethod
    def figure(self, at: int = 0) -> str:
        """Return an argument to be calculated with."""

    @abstractmethod
    def count(self, at: int = 0) -> str:
        """Return how many columns of an argument have a number in the row."""

    @abstractmethod
    def reason(self, code: str) -> str:
        """Return what the cell shows for a reason."""


@dataclass(frozen=True, slots=True)
class VectorCall(Call, ABC):
    """A call that is being computed, row by row; `attributes` are those of each list's entries."""

    records: SheetRecords
    attributes: Mapping[str, Mapping[str, Mapping[str, str]]]

    @abstractmethod
    def vector(self, at: int = 0) -> Vector:
        """Return the values of an argument."""

    @abstractmethod
    def vectors(self) -> list[Vector]:
        """Return the values of all arguments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """What a function is in Excel and in Python.

    `arity` is the least and the largest number of arguments; `takes` and `gives` tell what these
    have to be and what comes of them. One that `calculates` is part of the arithmetic around it:
    where an operand is no number nothing is computed. One that `compares` says itself why there is
    nothing to compare. One that `reads` makes something of the text in its operands, numbers or
    not; in Excel it `may_fail` at it, which leaves the cell blank.
    """

    excel: Callable[[ExcelCall], str]
    vector: Callable[[VectorCall], Vector]
    arity: tuple[int, int] = (1, 1)
    takes: Kind = "any"
    gives: Kind = "figure"
    calculates: bool = False
    compares: bool = False
    reads: bool = False
    may_fail: bool = False


def _full(values: Array) -> Vector:
    return Vector(values, np.zeros(len(values), dtype=np.int8))


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


def _cutter(
    excel: Callable[[str], str], cut: Callable[[str], str], *, may_fail: bool = False
) -> Function:
    """Return a function that cuts a text out of a text."""
    return Function(
        excel=lambda call: excel(call.text()),
        vector=lambda call: texts(call.vector(), cut),
        gives="text",
        reads=True,
        may_fail=may_fail,
    )


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
            return _full(np.zeros(len(call.records.frame), dtype=bool))
        return _full(written.isin(kinds).to_numpy(dtype=bool))

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
        vector=lambda call: _full(
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
    return _full(np.isin(call.vector().why, shown))


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
    return _full(values)


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
    is_named = len(call.node.args) > 1
    return excel_amount_in(call.text(), call.text(1)) if is_named else excel_amount(call.text())


def _excel_mean(call: ExcelCall) -> str:
    return f"AVERAGE({','.join(map(call.text, range(len(call.node.args))))})"


FUNCTIONS: Mapping[str, Function] = {
    "known": Function(
        excel=_excel_known, vector=lambda call: _full(call.vector().known), gives="test"
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
        vector=lambda call: amounts(*call.vectors()),
        arity=(1, 2),
        reads=True,
        may_fail=True,
    ),
    "after_comparator": _cutter(excel_after_comparator, threshold_of, may_fail=True),
    "before_bracket": _cutter(excel_before_bracket, head_of),
    "part": Function(
        excel=lambda call: excel_part(call.text(), _number_of(call)),
        vector=_part,
        arity=(2, 2),
        gives="text",
        reads=True,
    ),
    "is_upper_limit": _text_test(
        lambda call: excel_upper_limit(call.text()), lambda text, _: says_upper_limit(text)
    ),
    "is_percent": _written(("percent", "growth"), "%", "％"),
    "is_ratio": _written(("ratio",), ":", "："),
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
