"""Metrics and rules of alerts that all templates share: those that a template's sheets can feed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..errors import FormulaError
from ..formulas import names as names_in, parse_expression, references
from ..template import (
    RULE_COLUMNS,
    RULE_FIELDS,
    RULE_NAMES,
    Daily,
    Metric,
    Rule,
    Sheet,
    TableSheet,
    Template,
)
from ..texts import fold


def figures_for(
    own: Sequence[Metric], shared: Sequence[Metric], sheets: Iterable[Sheet]
) -> tuple[Metric, ...]:
    """Join the template's own figures with the shared ones its sheets have the columns for."""
    replaced = {one.id for one in own}
    tables = [sheet for sheet in sheets if isinstance(sheet, TableSheet)]
    columns = {sheet.id: {column.id for column in sheet.columns} for sheet in tables}
    # A shared metric names a role; it is the first sheet's that plays it.
    players: dict[str, str] = {s.role: s.id for s in reversed(tables) if s.role}
    fitting = (
        metric
        for one in shared
        if one.sheet and one.id not in replaced
        for metric in (replace(one, sheet=players.get(one.sheet, one.sheet)),)
        if {metric.numerator, metric.denominator, metric.minus} - {None}
        <= columns.get(metric.sheet, set())
    )
    return (*fitting, *(one for one in own if one.sheet))


def registry_of(own: Sequence[Metric], shared: Sequence[Metric]) -> tuple[Metric, ...]:
    """Return all metrics known by name: a name of the template's own means no shared one."""
    ids = {one.id for one in own}
    taken = {fold(name) for one in own for name in one.names}
    rest = [one for one in shared if one.id not in ids]
    if taken:
        # A shared metric whose very label has been taken is not meant by its other names either.
        rest = [
            replace(one, aliases=tuple(name for name in one.aliases if fold(name) not in taken))
            for one in rest
            if not taken & {fold(label) for label in one.label.values()}
        ]
    return (*own, *rest)


def rules_for(template: Template, shared: Iterable[Rule], own: Iterable[Rule]) -> tuple[Rule, ...]:
    """Join a template's own rules with the shared ones its sheets have what it takes for.

    Roles become the ids of the sheets that play them. An own rule takes the place of a shared one.
    """
    mine = {rule.id: _placed(rule, template) for rule in own}
    placed = (_placed(rule, template) for rule in shared if rule.id not in mine)
    fitting = (_fed(rule, template) for rule in placed)
    return (*(rule for rule in fitting if rule is not None), *mine.values())


def _placed(rule: Rule, template: Template) -> Rule:
    """Put the sheets that play a rule's roles in the place of the roles."""
    players = {sheet.role: sheet.id for sheet in reversed(template.tables) if sheet.role}
    named: dict[str, str] = {str(role): sheet_id for role, sheet_id in players.items()}
    roles = rule.sheets
    if rule.kind in RULE_COLUMNS and not roles:
        roles = tuple(role for role in RULE_COLUMNS[rule.kind][0] if role in named)
    when: dict[str, str] = {}
    for name, text in rule.when.items():
        when.setdefault(named.get(name, name), text)
    return replace(rule, sheets=tuple(dict.fromkeys(named.get(r, r) for r in roles)), when=when)


def _fed(rule: Rule, template: Template) -> Rule | None:
    """Keep of a shared rule the sheets that can feed it; None if there is none."""
    tables = {sheet.id: sheet for sheet in template.tables}
    fields = {field.id for field in template.fields()}
    if not {rule.target, RULE_FIELDS.get(rule.kind)} <= {None, *fields}:
        return None
    if rule.kind == "row":
        when = {
            name: text
            for name, text in rule.when.items()
            if name in tables and _is_sound(text, tables[name], template)
        }
        return replace(rule, when=when) if when else None
    sheets = tuple(
        name
        for name in rule.sheets
        if name in tables and _has(tables[name], rule, template.metrics, fields)
    )
    when = {name: text for name, text in rule.when.items() if name in sheets}
    return replace(rule, sheets=sheets, when=when) if sheets else None


def _is_sound(text: str, sheet: TableSheet, template: Template) -> bool:
    known = {*(c.id for c in sheet.columns), *template.settings, *RULE_NAMES, "as_of", "none"}
    try:
        return set(names_in(parse_expression(text))) <= known and bool(references(text, sheet))
    except FormulaError:
        return False


def _has(sheet: TableSheet, rule: Rule, metrics: Iterable[Metric], fields: Iterable[str]) -> bool:
    """Tell whether a sheet has the columns a rule looks at."""
    if rule.kind in RULE_COLUMNS:
        return all(name in sheet for name in RULE_COLUMNS[rule.kind][1])
    if rule.by is not None and rule.by not in sheet:
        return False
    if rule.kind in ("threshold", "window", "drop"):
        dated = rule.kind == "threshold" or Daily.DATE in sheet or sheet.day_line is not None
        counted = any(one.id == rule.metric and one.sheet == sheet.id for one in metrics)
        return dated and (counted or (rule.kind != "threshold" and rule.column in sheet))
    if rule.kind == "early" and rule.column not in sheet:
        return False
    if rule.kind in ("deadline", "early") and rule.after:
        dates = {*fields, "midpoint", *(column.id for column in sheet.columns)}
        return any(name.rpartition(".")[2] in dates for name in rule.after)
    return rule.column is None or rule.column in sheet
