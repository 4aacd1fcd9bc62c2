"""Expressions as Excel formulas.

A value that is missing travels as #N/A inside a formula and leaves it as "" (or as the reason's
word). Only functions that old Excel, WPS and LibreOffice share are used.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeGuard

from ..errors import FormulaError
from ..problems import column_letter
from ..template import Column, TableSheet, Template
from ..texts import Language
from .calls import ExcelCall, Function
from .functions import FUNCTIONS, OPERATORS
from .language import parse_expression, reason_text
from .limits import excel_rounded
from .text import has_word, spelled

_MISSING = "NA()"
_WHOLE = ("integer", "date")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scope:
    """Where an expression is compiled: how columns are written, and what the result is for."""

    sheet: TableSheet
    template: Template
    language: Language
    refer: Callable[[str], str]
    column: Column | None = None  # the computed column, if any
    is_condition: bool = False  # a missing operand makes a comparison false

    def label(self, choices: str | None, value: str) -> str:
        """Return a text constant as Excel shows it: a choice's id becomes its label."""
        if choices is not None:
            value = self.template.choices[choices].label_of(value, self.language)
        return '"' + value.replace('"', '""') + '"'


def excel_formula(column: Column, sheet: TableSheet, template: Template, language: Language) -> str:
    """Return the formula of a computed column, for every row of its table.

    References are structured and name the table: LibreOffice reads no others.
    """
    if column.formula is None:
        raise ValueError(column.id)
    scope = _Scope(
        sheet=sheet,
        template=template,
        language=language,
        refer=lambda name: this_row(sheet[name], sheet, language),
        column=column,
    )
    tree = parse_expression(column.formula)
    text = _tail(tree, scope)
    return f'=IFERROR({text},"")' if _can_fail(tree, text) else f"={text}"


def this_row(column: Column, sheet: TableSheet, language: Language) -> str:
    """Return the reference to a column's cell in the row of the table where it stands."""
    return f"tbl_{sheet.id}[[#This Row],[{column.label[language]}]]"


def excel_test(
    when: str,
    sheet: TableSheet,
    template: Template,
    language: Language,
    refer: Callable[[Column], str],
) -> str:
    """Return a condition, without `=`, as a formula in a row of the table takes it.

    `refer` gives the reference to a column's cell in that row.
    """
    scope = _Scope(
        sheet=sheet,
        template=template,
        language=language,
        refer=lambda name: refer(sheet[name]),
        is_condition=True,
    )
    return f"IFERROR({_inner(parse_expression(when), scope)},FALSE)"


def excel_condition(
    when: str,
    sheet: TableSheet,
    template: Template,
    language: Language,
    *,
    first_row: int,
    columns: Mapping[str, int],
) -> str:
    """Return a condition as conditional formats want it: references such as $K7.

    `columns` maps column ids to 1-based column numbers; `first_row` is the first data row.
    """
    scope = _Scope(
        sheet=sheet,
        template=template,
        language=language,
        refer=lambda name: f"${column_letter(columns[name])}{first_row}",
        is_condition=True,
    )
    return "=" + _inner(parse_expression(when), scope)


@dataclass(frozen=True, slots=True)
class _Call(ExcelCall):
    scope: _Scope

    def text(self, at: int = 0) -> str:
        return _text(self.node.args[at], self.scope)

    def source(self, name: str) -> str:
        # To a condition an error is false, as a blank is.
        return "" if self.scope.is_condition else self.scope.refer(name)

    def figure(self, at: int = 0) -> str:
        return _arithmetic(self.node.args[at], self.scope)

    def count(self, at: int = 0) -> str:
        return f"COUNT({','.join(_operands(self.node.args[at], self.scope))})"

    def reason(self, code: str) -> str:
        return f'"{reason_text(code, self.scope.language)}"' if _says_reasons(self.scope) else '""'

    def label(self, item: str) -> str:
        return self.scope.label(self.scope.column.choices if self.scope.column else None, item)

    def is_choice(self, at: int, item: str) -> str:
        return _is_one_of(self.node.args[at], [item], self.scope, negated=False)


def _can_fail(tree: ast.expr, text: str) -> bool:
    divides = any(isinstance(node, ast.Div) for node in ast.walk(tree))
    called = (_function(node) for node in ast.walk(tree) if isinstance(node, ast.Call))
    return divides or _MISSING in text or any(one is not None and one.may_fail for one in called)


def _function(node: ast.Call) -> Function | None:
    return FUNCTIONS.get(node.func.id) if isinstance(node.func, ast.Name) else None


def _tail(node: ast.expr, scope: _Scope) -> str:
    """Compile what becomes the cell's own value: a missing one is "" here."""
    if isinstance(node, ast.IfExp):
        test, yes = _inner(node.test, scope), _tail(node.body, scope)
        return f"IF({test},{yes},{_tail(node.orelse, scope)})"
    if isinstance(node, ast.Name) and node.id == "none":
        return '""'
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return scope.label(scope.column.choices if scope.column else None, node.value)
    function = _function(node) if isinstance(node, ast.Call) else None
    if function is not None and (function.reads or function.compares):
        return _inner(node, scope)
    return _guarded(node, scope, missing='""')


def _inner(node: ast.expr, scope: _Scope) -> str:
    """Compile an inner part: a missing value is #N/A here, or false in a condition."""
    if isinstance(node, ast.BoolOp):
        word = "AND" if isinstance(node.op, ast.And) else "OR"
        return f"{word}({','.join(_inner(value, scope) for value in node.values)})"
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return f"NOT({_inner(node.operand, scope)})"
    if isinstance(node, ast.IfExp):
        parts = (_inner(part, scope) for part in (node.test, node.body, node.orelse))
        return f"IF({','.join(parts)})"
    if isinstance(node, ast.Compare):
        return _compare(node, scope)
    if isinstance(node, ast.Call):
        return _call(node, scope)
    return _guarded(node, scope, missing=_MISSING)


def _guarded(node: ast.expr, scope: _Scope, *, missing: str) -> str:
    """Compile arithmetic, and let it be only where every operand is a number."""
    text = _arithmetic(node, scope)
    bases = [_arithmetic(part.right, scope) for part in ast.walk(node) if _is_division(part)]
    if bases and _says_reasons(scope) and missing == '""':
        zero = [f"{base}=0" for base in bases]
        either = zero[0] if len(zero) == 1 else f"OR({','.join(zero)})"
        text = f'IF({either},"{reason_text("zero_base", scope.language)}",{text})'
    operands = _operands(node, scope)
    if not operands:
        return text
    return f"IF(COUNT({','.join(operands)})={len(operands)},{text},{missing})"


def _is_division(node: ast.AST) -> TypeGuard[ast.BinOp]:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)


def _says_reasons(scope: _Scope) -> bool:
    return scope.column is not None and scope.column.undefined == "reason"


def _operands(node: ast.expr, scope: _Scope) -> list[str]:
    # A setting always has a value: only columns and the as-of date may lack one.
    return [
        "as_of" if name == "as_of" else scope.refer(name)
        for name in dict.fromkeys(_read_as_numbers(node))
        if name == "as_of" or name in scope.sheet
    ]


def _read_as_numbers(node: ast.AST) -> Iterator[str]:
    """Walk the names an expression calculates with, those of functions that read text left out."""
    if isinstance(node, ast.Call):
        function = _function(node)
        if function is None or not function.reads:
            for argument in node.args:
                yield from _read_as_numbers(argument)
        return
    if isinstance(node, ast.Name):
        yield node.id
    for child in ast.iter_child_nodes(node):
        yield from _read_as_numbers(child)


def _arithmetic(node: ast.expr, scope: _Scope) -> str:
    if isinstance(node, ast.BinOp):
        left, right = _arithmetic(node.left, scope), _arithmetic(node.right, scope)
        symbol = OPERATORS[type(node.op)]
        if symbol in "*/":
            left = f"({left})" if isinstance(node.left, ast.BinOp) else left
        if symbol in "-*/":
            right = f"({right})" if isinstance(node.right, ast.BinOp) else right
        return f"{left}{symbol}{right}"
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return f"-({_arithmetic(node.operand, scope)})"
    if isinstance(node, ast.Constant):
        return repr(node.value)
    if isinstance(node, ast.Name):
        if node.id in scope.sheet:
            return scope.refer(node.id)
        return node.id if node.id == "as_of" else f"set_{node.id}"
    if isinstance(node, ast.Call):
        return _compiled(node, scope)
    if isinstance(node, ast.IfExp):
        return _inner(node, scope)
    raise FormulaError("formula_not_allowed", formula=ast.unparse(node), part=type(node).__name__)


def _compare(node: ast.Compare, scope: _Scope) -> str:
    left, operator, right = node.left, node.ops[0], node.comparators[0]
    if isinstance(operator, ast.In | ast.NotIn):
        if not isinstance(right, ast.Tuple):
            raise FormulaError("formula_not_allowed", formula=ast.unparse(node), part="in")
        wanted = [str(item.value) for item in right.elts if isinstance(item, ast.Constant)]
        return _is_one_of(left, wanted, scope, negated=isinstance(operator, ast.NotIn))
    if isinstance(right, ast.Constant) and isinstance(right.value, str):
        return _is_one_of(left, [right.value], scope, negated=isinstance(operator, ast.NotEq))
    symbol = OPERATORS[type(operator)]
    sides = [_arithmetic(side, scope) for side in (left, right)]
    if not all(_is_whole(side, scope) for side in (left, right)):
        sides = [
            text if isinstance(side, ast.Constant) else excel_rounded(text)
            for side, text in zip((left, right), sides, strict=True)
        ]
    text = symbol.join(sides)
    operands = _operands(node, scope)
    missing = "FALSE" if scope.is_condition else _MISSING
    return f"IF(COUNT({','.join(operands)})={len(operands)},{text},{missing})" if operands else text


def _is_whole(node: ast.expr, scope: _Scope) -> bool:
    """Tell whether an operand has no decimals: dates and counts need no rounding."""
    if isinstance(node, ast.Name):
        whole = node.id in scope.sheet and scope.sheet[node.id].type in _WHOLE
        return whole or node.id == "as_of"
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int)
    parts = list(ast.iter_child_nodes(node)) if isinstance(node, ast.BinOp) else []
    sides = [part for part in parts if isinstance(part, ast.expr)]
    return bool(sides) and not _is_division(node) and all(_is_whole(one, scope) for one in sides)


def _text(node: ast.expr, scope: _Scope) -> str:
    if isinstance(node, ast.Name) and node.id in scope.sheet:
        return scope.refer(node.id)
    return _inner(node, scope)


def _is_one_of(node: ast.expr, wanted: list[str], scope: _Scope, *, negated: bool) -> str:
    """Compile a test for words; what staff choose may be spelled in any way readers know."""
    choices, subject = _choices_of(node, scope), _text(node, scope)
    if choices is not None and not _is_computed(node, scope):
        words = spelled(scope.template.choices[choices], wanted, scope.language)
        test = has_word(subject, words, remarks=isinstance(node, ast.Name))
        return f"NOT({test})" if negated else test
    labels = [scope.label(choices, word) for word in wanted]
    if len(labels) == 1:
        return f"{subject}{'<>' if negated else '='}{labels[0]}"
    either = f"OR({','.join(f'{subject}={label}' for label in labels)})"
    return f"NOT({either})" if negated else either


def _is_computed(node: ast.expr, scope: _Scope) -> bool:
    return isinstance(node, ast.Name) and scope.sheet[node.id].is_computed


def _choices_of(node: ast.expr, scope: _Scope) -> str | None:
    """Return the list whose ids an operand holds."""
    if isinstance(node, ast.Name) and node.id in scope.sheet:
        return scope.sheet[node.id].choices
    if isinstance(node, ast.Call) and isinstance(node.args[0], ast.Name) and len(node.args) == 2:
        owner = scope.sheet[node.args[0].id].choices
        attribute = node.args[1]
        if owner is not None and isinstance(attribute, ast.Constant):
            return scope.template.choices[owner].attributes.get(str(attribute.value))
    return None


def _call(node: ast.Call, scope: _Scope) -> str:
    function = _function(node)
    if function is not None and function.calculates:
        return _guarded(node, scope, missing=_MISSING)
    return _compiled(node, scope)


def _compiled(node: ast.Call, scope: _Scope) -> str:
    function = _function(node)
    if function is None:
        raise FormulaError("formula_not_allowed", formula=ast.unparse(node), part="Call")
    return function.excel(_Call(node, scope.sheet, scope.template, scope))
