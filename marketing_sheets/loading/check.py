"""Prove that a template can be written, read back and computed; list what stands against it.

The loader sees to it that every key holds the right kind of value. Here the values are held
against each other and against Excel's limits.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from ..errors import FormulaError, TemplateError, TemplateFault, unless_known
from ..formulas import parse_expression, references
from ..styles import STATES
from ..template import (
    FORM_FIELDS,
    OUR_SHEETS,
    ROLE_COLUMNS,
    ROLE_NEEDS,
    Choices,
    Column,
    Metric,
    Rule,
    RuleKind,
    Setting,
    Sought,
    TableSheet,
    Template,
)
from ..texts import LANGUAGES, Text, fold
from .check_expressions import expression_faults, with_rule_names
from .check_sheets import blanks_in, form_faults, table_faults
from .check_words import same_label_faults, sheet_label_faults, text_faults

_ID = re.compile(r"[a-z][a-z0-9_]*")
# The table of a sheet is named tbl_<id>, and Excel allows a name 255 characters.
_ID_LIMIT = 251
_SURE = frozenset(("unknown_column", "unknown_sheet"))
# The params of faults that name what they are about.
_NAMING = ("found", "name", "part", "left", "right")
# What fills the blanks of a rule's `what` and `message`, by kind; no others do.
_BLANKS: dict[RuleKind, tuple[str, ...]] = {
    "threshold": ("name", "value", "limit", "gap", "target"),
    "window": ("name", "value", "limit", "gap", "days"),
    "drop": ("name", "value", "limit", "gap", "before", "days"),
    "count": ("name", "value", "limit", "days"),
    "deadline": ("name", "value", "since", "days"),
    "early": ("name", "since", "days"),
    "row": ("name", "limit", "days"),
    "reserve": ("value", "share", "limit"),
    "burn": ("value", "base", "time", "progress", "gap", "points"),
}
# What a rule of a kind cannot do without.
_NEEDED: dict[RuleKind, tuple[str, ...]] = {
    "threshold": ("message", "sheets", "metric", "limit"),
    "window": ("message", "sheets", "metric", "limit", "days"),
    "drop": ("message", "sheets", "metric", "limit"),
    "count": ("message", "sheets", "limit"),
    "deadline": ("message", "sheets"),
    "early": ("message", "sheets", "column", "after"),
    "row": ("message", "when"),
    "reserve": ("message", "setting"),
    "burn": ("message", "limit"),
}


def check_template(template: Template) -> tuple[TemplateFault, ...]:
    """List what is wrong with a template, in its own order; nothing means it is sound.

    A path names things by their ids: `sheets[daily_data].columns[cost].label`.
    """
    return tuple(_faults(template))


def further_faults(error: TemplateError) -> tuple[TemplateFault, ...]:
    """List what else is wrong with a template that could not be loaded, as far as that is sure.

    Formulas and the columns they name are held against what could be read; the rest, and what they
    say of things with faults, may be wrong for no other reason than what is known already.
    """
    template = error.params.get("template")
    # What stands at a key nobody knows, or in a sheet nobody finds, may be what others name.
    is_sure = not any(
        fault.path.endswith(".id")
        or (fault.about is None and fault.code in ("unknown_key", "unknown_sheet"))
        for fault in error.faults
    )
    if not isinstance(template, Template) or not is_sure:
        return ()
    doubted = {fault.about for fault in error.faults}
    return tuple(
        fault
        for fault in _faults(template)
        if (fault.code in _SURE or fault.code.startswith("formula_"))
        and not doubted & {word for key in _NAMING for word in _words(fault.params.get(key))}
    )


def _words(value: object) -> list[str]:
    return re.findall(r"\w+", str(value))


def _faults(template: Template) -> Iterator[TemplateFault]:
    yield from text_faults(template)
    yield from _id_faults(template)
    yield from sheet_label_faults(template.sheets)
    for sheet in template.sheets:
        if isinstance(sheet, TableSheet):
            yield from table_faults(sheet, template)
        else:
            yield from form_faults(sheet, template, (*_ids(template.sheets), *OUR_SHEETS))
    for choices in template.choices.values():
        yield from _choices_faults(choices, template)
    yield from _role_faults(template)
    for setting in template.settings.values():
        yield from _setting_faults(setting)
    yield from same_label_faults("metrics", template.registry or template.metrics, fold)
    yield from _stand_in_faults(template)
    for metric in template.metrics:
        yield from _metric_faults(metric, template)
    yield from rule_faults(template)
    yield from _report_faults(template)


def _report_faults(template: Template) -> Iterator[TemplateFault]:
    """Find parts of the written report whose sheet or columns there are not."""
    for number, part in enumerate(template.report.parts):
        path = f"report.parts[{number}]"
        sheets = _ids(template.sheets)
        yield from unless_known(f"{path}.sheet", "sheet", part.sheet, sheets)
        if part.sheet not in sheets:
            continue
        sheet = template[part.sheet]
        columns = sheet.columns if isinstance(sheet, TableSheet) else sheet.fields
        for name in part.columns:
            yield from unless_known(f"{path}.columns", "column", name, _ids(columns))


def _ids(items: Iterable[Any]) -> tuple[str, ...]:
    return tuple(item.id for item in items)


def _id_faults(template: Template) -> Iterator[TemplateFault]:
    yield from _each_id("id", [template.id])
    yield from _each_id("sheets", _ids(template.sheets), reserved=OUR_SHEETS)
    for sheet in template.sheets:
        path = f"sheets[{sheet.id}]"
        if isinstance(sheet, TableSheet):
            # In a formula such a name means something else already.
            reserved = ("as_of", "none", *template.settings)
            yield from _each_id(f"{path}.columns", _ids(sheet.columns), reserved=reserved)
            yield from _each_id(f"{path}.groups", _ids(sheet.groups))
        else:
            yield from _each_id(f"{path}.fields", _ids(sheet.fields))
    if len(template.forms) > 1:
        yield from _each_id("forms", [field.id for field in template.fields()])
    yield from _each_id("choices", template.choices)
    for choices in template.choices.values():
        yield from _each_id(f"choices.{choices.id}.items", _ids(choices.items))
    yield from _each_id("metrics", _ids(template.metrics))
    yield from _each_id("rules", _ids(template.rules))
    yield from _each_id("settings", template.settings)
    yield from _each_id("summary.outline", template.outline)


def id_faults(name: str, taken: Iterable[str]) -> Iterator[TemplateFault]:
    """Find why a template cannot have this id: how it is spelled, or that it is one of `taken`."""
    return _each_id("", (name,), taken)


def _each_id(
    path: str, ids: Iterable[str], reserved: Iterable[str] = ()
) -> Iterator[TemplateFault]:
    seen: set[str] = set()
    for name in ids:
        params = {"found": name}
        if not _ID.fullmatch(name) or len(name) > _ID_LIMIT:
            yield TemplateFault(path=path, code="bad_id", params={**params, "limit": _ID_LIMIT})
        elif name in reserved:
            yield TemplateFault(path=path, code="reserved_id", params=params)
        elif name in seen:
            yield TemplateFault(path=path, code="duplicate_id", params=params)
        seen.add(name)


def _choices_faults(choices: Choices, template: Template) -> Iterator[TemplateFault]:
    path = f"choices.{choices.id}"
    yield from same_label_faults(f"{path}.items", choices.items, fold, by_id=True)
    for attribute, source in choices.attributes.items():
        where = f"{path}.attributes.{attribute}"
        yield from unless_known(where, "choices", source, template.choices)
    for item in choices.items:
        where = f"{path}.items[{item.id}]"
        yield from unless_known(f"{where}.state", "state", item.state, STATES)
        for attribute, value in item.attributes.items():
            source = choices.attributes.get(attribute, "")
            known = _ids(template.choices[source].items) if source in template.choices else (value,)
            yield from unless_known(f"{where}.{attribute}", "choice", value, known, list=source)


def _role_faults(template: Template) -> Iterator[TemplateFault]:
    """Find sheets without what their role needs, and columns and fields it can make no use of."""
    for sheet in template.tables:
        if sheet.role is not None:
            path = f"sheets[{sheet.id}].columns"
            for options in ROLE_NEEDS[sheet.role]:
                if not any(name in sheet for name in options):
                    params = {"role": sheet.role, "column": " / ".join(options)}
                    yield TemplateFault(path=path, code="role_needs", params=params)
            yield from _use_faults(path, sheet.columns, ROLE_COLUMNS[sheet.role], template)
    for form in template.forms:
        yield from _use_faults(f"sheets[{form.id}].fields", form.fields, FORM_FIELDS, template)


def _use_faults(
    path: str, columns: Iterable[Column], sought: Mapping[str, Sought], template: Template
) -> Iterator[TemplateFault]:
    for column in columns:
        if column.id not in sought:
            continue
        wanted, where = sought[column.id], f"{path}[{column.id}]"
        if column.type not in wanted.types:
            params = {"found": column.type, "column": column.id, "known": ", ".join(wanted.types)}
            yield TemplateFault(path=f"{where}.type", code="unfit_type", params=params)
        # A list that there is not has been reported already.
        name = column.choices or ""
        choices = template.choices.get(name)
        lacking = {*wanted.choices} - {*_ids(choices.items)} if choices is not None else set()
        for needed in sorted(lacking):
            params = {"list": name, "column": column.id, "found": needed}
            yield TemplateFault(path=f"{where}.choices", code="unfit_list", params=params)


def _setting_faults(setting: Setting) -> Iterator[TemplateFault]:
    path = f"settings.{setting.id}"
    if isinstance(setting.value, str):
        yield from _choice_setting_faults(setting, path)
        return
    least, most = setting.min, setting.max
    if least is not None and most is not None and least > most:
        params = {"min": f"{least:g}", "max": f"{most:g}"}
        yield TemplateFault(path=f"{path}.min", code="min_above_max", params=params)
    elif (least is not None and setting.value < least) or (
        most is not None and setting.value > most
    ):
        params = {
            "least": "-∞" if least is None else f"{least:g}",
            "most": "∞" if most is None else f"{most:g}",
            "found": f"{setting.value:g}",
        }
        yield TemplateFault(path=f"{path}.value", code="out_of_range", params=params)


def _choice_setting_faults(setting: Setting, path: str) -> Iterator[TemplateFault]:
    known = _ids(setting.items)
    yield from _each_id(f"{path}.items", known)
    yield from same_label_faults(f"{path}.items", setting.items, fold, by_id=True)
    yield from unless_known(f"{path}.value", "choice", str(setting.value), known, list=setting.id)


def _stand_in_faults(template: Template) -> Iterator[TemplateFault]:
    """Find names for several metrics whose setting or metrics there are not."""
    chosen = {name: _ids(one.items) for name, one in template.settings.items() if one.items}
    for metric in template.registry:
        path, name = f"metrics[{metric.id}]", metric.setting or ""
        others = [one.id for one in template.registry if one.id != metric.id]
        if metric.stands_for and name not in chosen:
            yield from unless_known(f"{path}.setting", "choice_setting", name, chosen)
            continue
        for choice, meant in metric.stands_for.items():
            where = f"{path}.stands_for.{choice}"
            yield from unless_known(where, "choice", choice, chosen[name], list=name)
            yield from unless_known(where, "metric", meant, others)


def _metric_faults(metric: Metric, template: Template) -> Iterator[TemplateFault]:
    path = f"metrics[{metric.id}]"
    table = next((sheet for sheet in template.tables if sheet.id == metric.sheet), None)
    if table is None:
        yield from unless_known(f"{path}.sheet", "sheet", metric.sheet, _ids(template.tables))
        return
    for key in ("numerator", "denominator", "minus"):
        name = getattr(metric, key)
        yield from unless_known(f"{path}.{key}", "column", name, _ids(table.columns))
        if name in table and not table[name].is_numeric:
            yield TemplateFault(path=f"{path}.{key}", code="not_numeric", params={"found": name})
        elif name in table and metric.rollup != "latest" and _is_ratio(table[name], table):
            yield TemplateFault(path=f"{path}.{key}", code="no_sum", params={"found": name})


def _is_ratio(column: Column, table: TableSheet) -> bool:
    """Whether the figures of a column come from dividing by others, so that a sum says nothing."""
    with suppress(FormulaError):  # one that is none is told where it stands
        body = parse_expression(column.formula or "0")
        if isinstance(body, ast.BinOp) and isinstance(body.op, ast.Div):
            return bool(references(ast.unparse(body.right), table))
    return False


def rule_faults(template: Template) -> Iterator[TemplateFault]:
    """Find what is wrong with the rules of a template."""
    yield from same_label_faults("rules", template.rules, fold, by_id=True)
    for rule in template.rules:
        path = f"rules[{rule.id}]"
        for key in _NEEDED.get(rule.kind, ()):
            if getattr(rule, key) in (None, (), {}):
                yield TemplateFault(path=f"{path}.{key}", code="missing_key")
        yield from _blank_faults(rule, path)
        yield from _name_faults(rule, path, template)
        yield from _when_faults(rule, path, template)


def _blank_faults(rule: Rule, path: str) -> Iterator[TemplateFault]:
    """Find blanks in a rule's texts that nothing fills."""
    texts: dict[str, Text | None] = {
        "what": rule.what,
        "message": rule.message,
        "advice": rule.advice,
    }
    for key, text in texts.items():
        allowed = () if key == "advice" else _BLANKS.get(rule.kind, ())
        for language in LANGUAGES if text is not None else ():
            names = blanks_in(text[language]) if text is not None else frozenset()
            where = f"{path}.{key}.{language}"
            if names is None:
                yield TemplateFault(path=where, code="bad_blanks")
                continue
            for name in sorted(names):
                yield from unless_known(where, "blank", name, allowed)


def _name_faults(rule: Rule, path: str, template: Template) -> Iterator[TemplateFault]:
    tables = {sheet.id: sheet for sheet in template.tables}
    fields = tuple(field.id for field in template.fields())
    for number, name in enumerate(rule.sheets):
        yield from unless_known(f"{path}.sheets[{number}]", "sheet", name, tables)
        if name in tables:
            yield from _column_faults(rule, path, tables[name], template)
    yield from unless_known(f"{path}.target", "field", rule.target, fields)
    yield from unless_known(f"{path}.setting", "setting", rule.setting, template.settings)
    metrics = [metric.id for metric in template.metrics]
    if not any(rule.column in tables[name] for name in rule.sheets if name in tables):
        yield from unless_known(f"{path}.metric", "metric", rule.metric, metrics)
    units = {m.unit for m in template.metrics if m.id == rule.metric and m.sheet in rule.sheets}
    is_limit = rule.kind in ("threshold", "window") and not rule.target
    if is_limit and units - {rule.unit} and "percent" in {rule.unit, *units}:
        params = {"metric": rule.metric, "unit": min(units)}
        yield TemplateFault(path=f"{path}.unit", code="unit_of_metric", params=params)
    for number, name in enumerate(rule.after):
        sheet_id, _, column = name.rpartition(".")
        where = f"{path}.after[{number}]"
        if not sheet_id:
            yield from unless_known(where, "field", name, (*fields, "midpoint"))
        elif sheet_id in tables:
            ids = (one.id for one in tables[sheet_id].columns)
            yield from unless_known(where, "column", column, ids)


def _column_faults(
    rule: Rule, path: str, sheet: TableSheet, template: Template
) -> Iterator[TemplateFault]:
    ids = [column.id for column in sheet.columns]
    yield from unless_known(f"{path}.by", "column", rule.by, ids)
    if rule.metric is None:
        yield from unless_known(f"{path}.column", "column", rule.column, ids)
    choices = {column.id: column.choices for column in sheet.columns}.get(rule.by or "")
    if rule.only and choices is None:
        yield TemplateFault(path=f"{path}.by", code="missing_key")
    for number, word in enumerate(rule.only if choices in template.choices else ()):
        known = _ids(template.choices[str(choices)].items)
        yield from unless_known(f"{path}.only[{number}]", "choice", word, known, list=choices)


def _when_faults(rule: Rule, path: str, template: Template) -> Iterator[TemplateFault]:
    """Find what is wrong with the expressions; in them a rule's limit and days are settings."""
    tables = {sheet.id: sheet for sheet in template.tables}
    widened = with_rule_names(template)
    for name, text in rule.when.items():
        where = f"{path}.when.{name}"
        yield from unless_known(where, "sheet", name, tables)
        if name in tables:
            yield from expression_faults(text, where, tables[name], widened, wanted="test")
