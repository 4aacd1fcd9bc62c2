"""Read metrics and rules of alerts out of TOML, and keep those a template's sheets can feed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ..errors import FormulaError
from ..formulas import names as names_in, parse_expression, references
from ..template import (
    DIMENSIONS,
    LEVELS,
    MEASURES,
    ROLLUPS,
    RULE_KINDS,
    RULE_NAMES,
    SEVERITIES,
    UNITS,
    KnownMetric,
    Metric,
    Role,
    Rollup,
    Rule,
    Sheet,
    TableSheet,
    Template,
)
from ..texts import fold
from .toml import TomlTable

_SIDES = ("below", "above")
_UNITS = ("number", "money", "percent", "ratio")
# Where the kinds that say no sheets look, and the columns there without which they find nothing.
_ROLES: Mapping[str, tuple[tuple[Role, ...], tuple[str, ...]]] = {
    "issue_overdue": (("issues",), ("description", "due_date")),
    "issue_high": (("issues",), ("description", "severity")),
    "task_late": (("master", "schedule"), ("task", "delay_days")),
    "over_allocated": (("master",), ("task", "budget")),
    "over_budget": (("master",), ("budget", "spend")),
    "below_target": (("effect",), ("metric", "verdict")),
    "reserve": (("master",), ("task", "budget")),
    "burn": (("master",), ("budget", "spend")),
}
_NEED_A_BUDGET = ("over_allocated", "reserve")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMetric:
    """One entry: what is known of it, and the figure if a table holds what it is made of."""

    known: KnownMetric
    figure: Metric | None


def read_metrics(tables: Iterable[TomlTable]) -> tuple[ReadMetric, ...]:
    """Read the entries of a list `[[metrics]]`."""
    return tuple(_metric(table) for table in tables)


def _metric(table: TomlTable) -> ReadMetric:
    unit = table.one_of("unit", UNITS, "number")
    denominator = table.optional_string("denominator")
    is_ratio = denominator is not None or unit in ("percent", "ratio")
    rollup: Rollup = "ratio" if is_ratio else "sum"
    level = table.one_of("level", LEVELS, "result") if "level" in table else None
    dimension = table.one_of("dimension", DIMENSIONS, "revenue") if "dimension" in table else None
    known = KnownMetric(
        id=table.string("id"),
        label=table.text("label"),
        aliases=table.strings("aliases"),
        unit=unit,
        direction=table.one_of("direction", ("higher", "lower"), "higher"),
        rollup=table.one_of("rollup", ROLLUPS, rollup),
        level=level,
        dimension=dimension,
        source=table.string("source", ""),
        setting=table.optional_string("setting"),
        stands_for=table.string_by_key("stands_for"),
        reverses=table.flag("reverses"),
    )
    figure = None
    if "numerator" in table or "sheet" in table or denominator is not None:
        figure = Metric(
            id=known.id,
            label=known.label,
            sheet=table.string("sheet"),
            numerator=table.string("numerator"),
            denominator=denominator,
            minus=table.optional_string("minus"),
            unit=unit,
            direction=known.direction,
            aliases=known.aliases,
            source=known.source,
        )
    table.close()
    return ReadMetric(known=known, figure=figure)


def figures_for(
    own: Sequence[ReadMetric], shared: Sequence[ReadMetric], sheets: Iterable[Sheet]
) -> tuple[Metric, ...]:
    """Join the template's own figures with the shared ones its sheets have the columns for."""
    replaced = {one.known.id for one in own}
    tables = [sheet for sheet in sheets if isinstance(sheet, TableSheet)]
    columns = {sheet.id: {column.id for column in sheet.columns} for sheet in tables}
    # A shared metric names a role; it is the first sheet's that plays it.
    players: dict[str, str] = {s.role: s.id for s in reversed(tables) if s.role}
    figures = [one.figure for one in shared if one.figure and one.known.id not in replaced]
    fitting = (
        metric
        for metric in (replace(one, sheet=players.get(one.sheet, one.sheet)) for one in figures)
        if {metric.numerator, metric.denominator, metric.minus} - {None}
        <= columns.get(metric.sheet, set())
    )
    return (*fitting, *(one.figure for one in own if one.figure))


def registry_of(own: Sequence[ReadMetric], shared: Sequence[ReadMetric]) -> tuple[KnownMetric, ...]:
    """Return all metrics known by name: a name of the template's own means no shared one."""
    ids = {one.known.id for one in own}
    taken = {fold(name) for one in own for name in one.known.names}
    rest = [one.known for one in shared if one.known.id not in ids]
    if taken:
        # A shared metric whose very label has been taken is not meant by its other names either.
        rest = [
            replace(one, aliases=tuple(name for name in one.aliases if fold(name) not in taken))
            for one in rest
            if not taken & {fold(label) for label in one.label.values()}
        ]
    return (*(one.known for one in own), *rest)


def read_rules(tables: Iterable[TomlTable]) -> tuple[Rule, ...]:
    """Read rules as they stand, `sheets` and `when` by role or id."""
    return tuple(_rule(table) for table in tables)


def _rule(table: TomlTable) -> Rule:
    rule = Rule(
        id=table.string("id"),
        kind=table.one_of("kind", RULE_KINDS),
        label=table.text("label"),
        what=table.optional_text("what"),
        message=table.optional_text("message"),
        advice=table.optional_text("advice"),
        severity=table.one_of("severity", SEVERITIES, "medium"),
        sources=table.strings("from"),
        sheets=table.strings("sheets"),
        when=table.string_by_key("when"),
        metric=table.optional_string("metric"),
        column=table.optional_string("column"),
        by=table.optional_string("by"),
        side=table.one_of("side", _SIDES, "below"),  # type: ignore[arg-type]  # one of a Literal's
        of=table.one_of("of", MEASURES, "sum"),
        limit=table.optional_number("limit"),
        unit=table.one_of("unit", _UNITS, "number"),  # type: ignore[arg-type]  # one of a Literal's
        target=table.optional_string("target"),
        least=table.optional_number("least"),
        days=table.optional_integer("days"),
        in_working_days=table.flag("working_days"),
        after=table.strings("after"),
        setting=table.optional_string("setting"),
        only=table.strings("only"),
        aliases=table.strings("aliases"),
        is_on=table.flag("on", default=True),
    )
    table.close()
    return rule


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
    if rule.kind in _ROLES and not roles:
        roles = tuple(role for role in _ROLES[rule.kind][0] if role in named)
    when: dict[str, str] = {}
    for name, text in rule.when.items():
        when.setdefault(named.get(name, name), text)
    return replace(rule, sheets=tuple(dict.fromkeys(named.get(r, r) for r in roles)), when=when)


def _fed(rule: Rule, template: Template) -> Rule | None:
    """Keep of a shared rule the sheets that can feed it; None if there is none."""
    tables = {sheet.id: sheet for sheet in template.tables}
    fields = {field.id for field in template.fields()}
    if rule.target is not None and rule.target not in fields:
        return None
    if rule.kind in _NEED_A_BUDGET and "budget" not in fields:
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
    if rule.kind in _ROLES:
        needed = _ROLES[rule.kind][1]
        return any(name in sheet for name in needed[1:]) and needed[0] in sheet
    if rule.by is not None and rule.by not in sheet:
        return False
    if rule.kind in ("threshold", "window", "drop"):
        dated = rule.kind == "threshold" or "date" in sheet or sheet.day_line is not None
        counted = any(one.id == rule.metric and one.sheet == sheet.id for one in metrics)
        return dated and (counted or (rule.kind != "threshold" and rule.column in sheet))
    if rule.kind == "early" and rule.column not in sheet:
        return False
    if rule.kind in ("deadline", "early") and rule.after:
        dates = {*fields, "midpoint", *(column.id for column in sheet.columns)}
        return any(name.rpartition(".")[2] in dates for name in rule.after)
    return rule.column is None or rule.column in sheet
