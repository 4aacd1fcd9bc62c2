"""Hold the expressions of a template against its columns and choices.

An expression comes to a figure, a text or a test; where it mixes them up, it is a fault.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from ..errors import FormulaError, TemplateError, TemplateFault, advice, unless_known
from ..formulas import (
    AGGREGATES,
    FUNCTIONS,
    Kind,
    computed_order,
    excel_formula,
    names,
    parse_expression,
)
from ..template import (
    NUMERIC_TYPES,
    RULE_NAMES,
    Column,
    ColumnType,
    Setting,
    TableSheet,
    Template,
)
from ..texts import LANGUAGES, NO_TEXT, fold_label

_ALLOWED = (
    ast.Expression,
    ast.BinOp,
    ast.UnaryOp,
    ast.BoolOp,
    ast.Compare,
    ast.IfExp,
    ast.Call,
    ast.Name,
    ast.Constant,
    ast.Tuple,
    ast.Load,
    ast.Add,
    ast.Sub,
    ast.Mult,
    ast.Div,
    ast.USub,
    ast.Not,
    ast.And,
    ast.Or,
    ast.Eq,
    ast.NotEq,
    ast.Lt,
    ast.LtE,
    ast.Gt,
    ast.GtE,
    ast.In,
    ast.NotIn,
)
_FIGURES = NUMERIC_TYPES - {"quantity"} | {"date", "datetime"}
# Typed as 25万 a quantity is a text, typed as 25 a number.
_UNCERTAIN = ("quantity", "yes_no")
_FORMULA_LIMIT = 8192
# What the formula of a column that holds no numbers has to come to.
_RESULTS: dict[ColumnType, Kind] = {
    "choice": "text",
    "text": "text",
    "long_text": "text",
    "date": "figure",
    "datetime": "figure",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with an expression: a code of `words/errors.toml` and its blanks."""

    code: str
    params: dict[str, object]


def kind_of(node: ast.expr, sheet: TableSheet, chosen: Collection[str] = ()) -> Kind:
    """Return what an expression without other faults comes to; `chosen` are settings of words."""
    if isinstance(node, ast.Name):
        return "text" if node.id in chosen else _kind_of_name(node.id, sheet)
    if isinstance(node, ast.Constant):
        return "text" if isinstance(node.value, str) else "figure"
    if isinstance(node, ast.Compare | ast.BoolOp):
        return "test"
    if isinstance(node, ast.UnaryOp):
        return "test" if isinstance(node.op, ast.Not) else "figure"
    if isinstance(node, ast.IfExp):
        kinds = {kind_of(node.body, sheet, chosen), kind_of(node.orelse, sheet, chosen)} - {"any"}
        return kinds.pop() if len(kinds) == 1 else "any"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return FUNCTIONS[node.func.id].gives if node.func.id in FUNCTIONS else "figure"
    return "figure"


def _kind_of_name(name: str, sheet: TableSheet) -> Kind:
    if name not in sheet:
        return "any" if name == "none" else "figure"
    column = sheet[name]
    if column.type in _UNCERTAIN:
        return "any"
    return "figure" if column.type in _FIGURES else "text"


def kind_faults(
    node: ast.expr, sheet: TableSheet, wanted: Kind = "any", chosen: Collection[str] = ()
) -> Iterator[Fault]:
    """Find texts that are calculated with, figures taken for tests, and the like."""
    found = kind_of(node, sheet, chosen)
    if wanted != "any" and found not in (wanted, "any"):
        yield Fault(code=f"formula_not_a_{wanted}", params={"part": ast.unparse(node)})
        return
    if _is_stray(node):
        yield Fault(code="formula_not_allowed", params={"part": ast.unparse(node)})
    elif isinstance(node, ast.Compare):
        yield from _mixed_comparison(node, sheet, chosen)
    else:
        for part, needed in _parts(node, wanted):
            yield from kind_faults(part, sheet, needed, chosen)


def _is_stray(node: ast.expr) -> bool:
    """Whether it is a kind of constant we do not have, or a list that does not follow `in`."""
    if isinstance(node, ast.Constant):
        return type(node.value) not in (int, float, str)
    return isinstance(node, ast.Tuple)


def _parts(node: ast.expr, wanted: Kind) -> Iterator[tuple[ast.expr, Kind]]:
    """Walk the parts of an expression with what each has to be."""
    if isinstance(node, ast.BinOp):
        yield from ((node.left, "figure"), (node.right, "figure"))
    elif isinstance(node, ast.BoolOp):
        yield from ((value, "test") for value in node.values)
    elif isinstance(node, ast.UnaryOp):
        yield node.operand, "test" if isinstance(node.op, ast.Not) else "figure"
    elif isinstance(node, ast.IfExp):
        yield from ((node.test, "test"), (node.body, wanted), (node.orelse, wanted))
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        function = FUNCTIONS.get(node.func.id)
        needed: Kind = "any" if function is None else function.takes
        yield from ((argument, needed) for argument in node.args)


def _mixed_comparison(
    node: ast.Compare, sheet: TableSheet, chosen: Collection[str]
) -> Iterator[Fault]:
    left, right = node.left, node.comparators[0]
    if isinstance(node.ops[0], ast.In | ast.NotIn):
        yield from kind_faults(left, sheet, chosen=chosen)
        return
    is_ranking = not isinstance(node.ops[0], ast.Eq | ast.NotEq)
    kinds = {kind_of(left, sheet, chosen), kind_of(right, sheet, chosen)} - {"any"}
    if not is_ranking and len(kinds) > 1:
        sides: dict[str, object] = {"left": ast.unparse(left), "right": ast.unparse(right)}
        yield Fault(code="formula_not_alike", params=sides)
        return
    for side in (left, right):
        yield from kind_faults(side, sheet, "figure" if is_ranking else "any", chosen)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scope:
    sheet: TableSheet
    template: Template
    path: str

    def fault(self, code: str, **params: object) -> TemplateFault:
        return TemplateFault(path=self.path, code=code, params=params)

    def choices_of(self, node: ast.expr) -> str | None:
        """Return the list that an operand's values come from."""
        if isinstance(node, ast.Name) and node.id in self.sheet:
            return self.sheet[node.id].choices
        if isinstance(node, ast.Call) and len(node.args) == 2:
            owner = self.template.choices.get(self.choices_of(node.args[0]) or "")
            attribute = node.args[1]
            if owner and isinstance(attribute, ast.Constant):
                return owner.attributes.get(str(attribute.value))
        return None


def expression_faults(
    text: str,
    path: str,
    sheet: TableSheet,
    template: Template,
    *,
    wanted: Kind = "any",
    aggregate: bool = False,
) -> Iterator[TemplateFault]:
    """Find what is wrong with an expression that has to come to `wanted`.

    With `aggregate` it is a figure of a live text, over whole columns.
    """
    scope = _Scope(sheet=sheet, template=template, path=path)
    faults = _unsound(text, sheet, template, aggregate=aggregate)
    # What the parts mean can be asked only where each of them is known.
    inner = (
        list(_inner_faults(parse_expression(text), scope, aggregate=aggregate))
        if not faults
        else []
    )
    if not faults and not inner:
        chosen = [name for name, one in template.settings.items() if one.items]
        faults = [*kind_faults(parse_expression(text), sheet, wanted, chosen)]
    for fault in faults:
        meant = {}
        if fault.code == "formula_unknown_name":
            meant = _meant(str(fault.params["name"]), sheet, template)
        yield scope.fault(fault.code, **fault.params, **meant)
    yield from inner


def with_rule_names(template: Template) -> Template:
    """Return the template with what the expressions of rules may name besides: limit and days."""
    own = {name: Setting(id=name, label=NO_TEXT, type="number", value=0.0) for name in RULE_NAMES}
    return replace(template, settings={**template.settings, **own})


def _meant(name: str, sheet: TableSheet, template: Template) -> dict[str, str]:
    """Return what a name that is none was meant to be: often a column, by its label."""
    for column in sheet.columns:
        words = (*column.label.values(), *column.aliases)
        if fold_label(name) in map(fold_label, words):
            return {"near": column.id}
    known = [*(column.id for column in sheet.columns), *template.settings, "as_of", "none"]
    return advice(name, known)


def _unsound(text: str, sheet: TableSheet, template: Template, *, aggregate: bool) -> list[Fault]:
    """List what keeps an expression from being compiled."""
    try:
        tree = parse_expression(text)
    except FormulaError as error:
        return [Fault(code=error.code, params=error.params)]
    faults = [
        Fault(code="formula_not_allowed", params={"formula": text, "part": type(node).__name__})
        for node in ast.walk(tree)
        if not isinstance(node, _ALLOWED)
    ]
    known = {c.id for c in sheet.columns} | set(template.settings) | {"as_of", "none"}
    faults += [
        Fault(code="formula_unknown_name", params={"formula": text, "name": name})
        for name in names(tree)
        if name not in known
    ]
    arities = {name: function.arity for name, function in FUNCTIONS.items()}
    if aggregate:
        arities |= {name: one.arity for name, one in AGGREGATES.items()}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else "?"
            if name not in arities:
                faults.append(
                    Fault(code="formula_unknown_function", params={"formula": text, "name": name})
                )
                continue
            least, most = arities[name]
            if not least <= len(node.args) <= most or node.keywords:
                faults.append(
                    Fault(code="formula_arguments", params={"formula": text, "name": name})
                )
    return faults


def _inner_faults(tree: ast.expr, scope: _Scope, *, aggregate: bool) -> Iterator[TemplateFault]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            yield from _comparison_faults(node, scope)
        elif isinstance(node, ast.Call):
            yield from _call_faults(node, scope)
    if aggregate:
        yield from _bare_columns(tree, scope)


def formula_faults(
    column: Column, path: str, sheet: TableSheet, template: Template
) -> Iterator[TemplateFault]:
    """Find what is wrong with the formula of a column."""
    if column.formula is None:
        return
    scope = _Scope(sheet=sheet, template=template, path=path)
    wanted = _RESULTS.get(column.type, "figure" if column.is_numeric else "any")
    faults = [*expression_faults(column.formula, path, sheet, template, wanted=wanted)]
    if not faults and column.choices:
        results = _results(parse_expression(column.formula))
        faults += [f for word in results for f in _choice_faults(word, column.choices, scope)]
    yield from faults or _excel_faults(column, scope)


def cycle_faults(sheet: TableSheet, path: str) -> Iterator[TemplateFault]:
    """Find formulas that need each other's result."""
    try:
        computed_order(sheet)
    except TemplateError as error:
        # A formula that cannot be read is reported where it stands.
        if error.code == "formula_cycle":
            yield TemplateFault(path=path, code=error.code, params=error.params)


def _excel_faults(column: Column, scope: _Scope) -> Iterator[TemplateFault]:
    try:
        lengths = [
            len(excel_formula(column, scope.sheet, scope.template, language))
            for language in LANGUAGES
        ]
    except TemplateError as error:
        yield scope.fault(error.code, **error.params)
        return
    if max(lengths) > _FORMULA_LIMIT:
        yield scope.fault("formula_too_long", length=max(lengths), limit=_FORMULA_LIMIT)


def _comparison_faults(node: ast.Compare, scope: _Scope) -> Iterator[TemplateFault]:
    if len(node.ops) > 1:
        yield scope.fault("formula_chain")
        return
    left, right = node.left, node.comparators[0]
    words = right.elts if isinstance(right, ast.Tuple) else [right]
    if isinstance(node.ops[0], ast.In | ast.NotIn):
        texts = [item for item in words if _text_of(item) is not None]
        if not isinstance(right, ast.Tuple) or len(texts) != len(words) or not words:
            yield scope.fault("formula_list")
            return
    elif isinstance(right, ast.Tuple):
        yield scope.fault("formula_not_allowed", part="Tuple")
        return
    found = _text_of(left)
    if found is not None:
        yield scope.fault("formula_order", found=found, name=ast.unparse(right))
    choices = scope.choices_of(left)
    for item in words:
        word = _text_of(item)
        if choices and word is not None:
            yield from _choice_faults(word, choices, scope)
        if word is not None and isinstance(left, ast.Name) and left.id not in scope.sheet:
            yield from _setting_faults(word, left.id, scope)


def _call_faults(node: ast.Call, scope: _Scope) -> Iterator[TemplateFault]:
    function = node.func.id if isinstance(node.func, ast.Name) else ""
    subject = node.args[0]
    name = subject.id if isinstance(subject, ast.Name) else ast.unparse(subject)
    if (function in AGGREGATES or function == "attribute") and name not in scope.sheet:
        known = [column.id for column in scope.sheet.columns]
        yield from unless_known(scope.path, "column", name, known)
        return
    if function == "count_where" and scope.choices_of(subject):
        word = _text_of(node.args[1])
        if word is not None:
            yield from _choice_faults(word, scope.choices_of(subject) or "", scope)
    if function == "attribute":
        owner = scope.template.choices.get(scope.choices_of(subject) or "")
        word = _text_of(node.args[1]) or ""
        if owner is None:
            yield scope.fault("not_a_choice", found=name)
        else:
            yield from unless_known(scope.path, "attribute", word, owner.attributes, list=owner.id)


def _choice_faults(word: str, choices: str, scope: _Scope) -> Iterator[TemplateFault]:
    known = scope.template.choices.get(choices)
    if known is not None:
        ids = [item.id for item in known.items]
        yield from unless_known(scope.path, "choice", word, ids, list=choices)


def _setting_faults(word: str, name: str, scope: _Scope) -> Iterator[TemplateFault]:
    setting = scope.template.settings.get(name)
    if setting is not None and setting.items:
        ids = [item.id for item in setting.items]
        yield from unless_known(scope.path, "choice", word, ids, list=name)


def _bare_columns(node: ast.AST, scope: _Scope) -> Iterator[TemplateFault]:
    if isinstance(node, ast.Call):
        return
    if isinstance(node, ast.Name) and node.id in scope.sheet:
        yield scope.fault("formula_bare_column", name=node.id)
    for child in ast.iter_child_nodes(node):
        yield from _bare_columns(child, scope)


def _results(node: ast.expr) -> list[str]:
    """Return the texts that a formula may come to."""
    if isinstance(node, ast.IfExp):
        return _results(node.body) + _results(node.orelse)
    text = _text_of(node)
    return [] if text is None else [text]


def _text_of(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
