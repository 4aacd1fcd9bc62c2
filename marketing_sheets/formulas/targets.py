"""The functions that hold a figure against its target: the bound, the ratio, the verdict.

The words of bounds are replaced by signs once, in a column of their own; the others look at signs.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

import numpy as np

from ..records import Array
from ..template import STRICT, favourable, verdicts
from .calls import ExcelCall, Function, VectorCall, cutter, filled
from .language import CODE, Vector, first_reason, texts
from .limits import (
    bound_of,
    excel_bound,
    excel_favourable,
    excel_name,
    excel_signed,
    excel_threshold,
    excel_verdict,
    name_of,
    signed,
    threshold_of,
)


def _signed(call: VectorCall) -> Vector:
    """Return what people typed, with signs; a cell that holds a number has none."""
    subject = call.node.args[0]
    raw = call.records.raw.get(subject.id) if isinstance(subject, ast.Name) else None
    if raw is None:
        return texts(call.vector(), signed)
    cells = [cell if isinstance(cell, str) else "" for cell in raw]
    typed = np.empty(len(cells), dtype=object)
    typed[:] = cells
    return texts(filled(typed), signed)


def _sides(call: VectorCall) -> tuple[Vector, Vector, Array]:
    """Return actual, target, and where less is better."""
    actual, target, direction = (call.vector(at) for at in range(3))
    return actual, target, direction.values == "lower"


def _favourable(call: VectorCall) -> Vector:
    actual, target, lower = _sides(call)
    values = favourable(actual.values, target.values, lower)
    why = first_reason(actual, target)
    return Vector(values, np.where((why == 0) & np.isnan(values), CODE["zero_base"], why))


def _excel_favourable(call: ExcelCall) -> str:
    return excel_favourable(call.text(0), call.text(1), call.is_choice(2, "lower"))


def _verdict(call: VectorCall) -> Vector:
    actual, target, lower = _sides(call)
    strict = np.isin(call.vector(3).values.astype(str), STRICT)
    close = float(call.vector(4).values[0]) if len(lower) else 1.0
    found = verdicts(actual.values, target.values, lower, strict, close=close)
    why = first_reason(actual, target, call.vector(2))
    return Vector(found, np.where((why == 0) & (found == None), CODE["not_applicable"], why))  # noqa: E711 - element by element


def _excel_verdict(call: ExcelCall) -> str:
    strict = ",".join(f'{call.text(3)}="{sign}"' for sign in STRICT)
    return excel_verdict(
        (call.text(0), call.text(1)),
        is_lower=call.is_choice(2, "lower"),
        strict=f"OR({strict})",
        close=call.figure(4),
        labels=(call.label("met"), call.label("close"), call.label("missed")),
    )


def _excel_answer(call: ExcelCall) -> str:
    goal, own, alone, figure = (call.text(at) for at in range(4))
    # Where one name is a part of the other, they name one thing: 销售额 and 线上销售额.
    is_one = f"ISNUMBER(FIND({own},{goal})),ISNUMBER(FIND({goal},{own}))"
    taken = f'IF(OR(AND({alone},OR({is_one})),AND({goal}="",{own}="")),{figure},"")'
    for at in range(len(call.node.args) - 2, 3, -2):
        name, value = call.text(at), call.text(at + 1)
        taken = f'IF(AND({goal}<>"",{goal}={name}),{value},{taken})'
    return taken


def _answer(call: VectorCall) -> Vector:
    """Return the figure with a goal's name; its own position's where there is no choice.

    There is none where neither has a name, or where both stand alone and one name is in the other.
    """
    goal, own, alone, figure, *named = call.vectors()
    names = zip(goal.values.tolist(), own.values.tolist(), strict=True)
    is_one = np.array([a in b or b in a for a, b in names], dtype=bool)
    by_position = alone.values.astype(bool) & is_one | (goal.values == "") & (own.values == "")
    values = np.where(by_position & figure.known, figure.values, np.nan)
    for name, value in reversed(list(zip(named[::2], named[1::2], strict=True))):
        hit = (goal.values != "") & (goal.values == name.values)
        values = np.where(hit, np.where(value.known, value.values, np.nan), values)
    return Vector(values, np.where(np.isnan(values), CODE["no_input"], 0).astype(np.int8))


TARGETS: Mapping[str, Function] = {
    "signed": Function(
        excel=lambda call: excel_signed(call.text()), vector=_signed, gives="text", reads=True
    ),
    "bound": cutter(excel_bound, bound_of),
    "name": cutter(excel_name, name_of),
    "answer": Function(
        excel=_excel_answer, vector=_answer, arity=(5, 11), reads=True, may_fail=True
    ),
    "threshold": cutter(excel_threshold, threshold_of, may_fail=True),
    "favourable": Function(
        excel=_excel_favourable, vector=_favourable, arity=(3, 3), reads=True, may_fail=True
    ),
    "verdict": Function(
        excel=_excel_verdict,
        vector=_verdict,
        arity=(5, 5),
        gives="text",
        reads=True,
        may_fail=True,
    ),
}
