"""Find a template and read its TOML files into a `Template`.

The format is told in `workbook_templates/README.md`. A file's faults are all found in one pass.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from os import fspath
from pathlib import Path

from ..errors import TemplateError, TemplateFault, UnknownTemplate, advice, meant
from ..files import StrPath
from ..formulas import references
from ..template import (
    OUR_SHEETS,
    ROLE_COLUMNS,
    ROLES_BY_ID,
    RULE_COLUMNS,
    RULE_FIELDS,
    Choices,
    Daily,
    FormSheet,
    Metric,
    Role,
    Rule,
    Sheet,
    TableSheet,
    Template,
    Unit,
)
from ..texts import fold, templates_folder
from .check_expressions import expression_faults, with_rule_names
from .shapes import SharedFile, TemplateFile, Use, sheet_class
from .toml import TomlFile

_SHARED = frozenset(("choices", "settings", "metrics", "rules", "wording_rules"))
_PATH_LIKE = re.compile(r"[./\\]")


def template_names() -> list[str]:
    """Return the ids of the templates that come with the library, sorted."""
    paths = templates_folder().glob("*.toml")
    return sorted(path.stem for path in paths if path.stem not in _SHARED)


@cache
def library_template(name: str) -> Template:
    """Return a template of the library, which is loaded once in a process.

    Raises UnknownTemplate where there is none of that id.
    """
    return load_template(name)


def load_template(name_or_path: StrPath) -> Template:
    """Load a template of the library by its id, or a company's own .toml file.

    Raises UnknownTemplate where there is none, TemplateError with every fault of its files.
    """
    path, is_ours = _find(name_or_path)
    faults: list[TemplateFault] = []
    try:
        top = TomlFile(path, file=path.name, faults=faults, all_languages=is_ours)
        read = top.read(TemplateFile)
        template = None if read is None else _template(read, top, path, faults)
    except OSError as error:
        raise UnknownTemplate("no_template_file", file=error.filename or str(path)) from error
    if template is None or faults:
        params = {"file": str(path), "faults": tuple(faults), "template": template}
        raise TemplateError("template_faults", **params)
    return template


def _find(given: StrPath) -> tuple[Path, bool]:
    """Return the template's file and whether it came with the library."""
    names, name_or_path = template_names(), fspath(given)
    if name_or_path in names:
        return templates_folder() / f"{name_or_path}.toml", True
    path = Path(name_or_path)
    if path.suffix.lower() in (".xlsx", ".xlsm", ".xls", ".csv"):
        raise UnknownTemplate("not_a_template", file=path.name)
    if not isinstance(given, str) or _PATH_LIKE.search(name_or_path) or path.is_file():
        return path, path.resolve().parent == templates_folder().resolve()
    titles = {name: library_template(name).title for name in names}
    raise UnknownTemplate("unknown_template", name=name_or_path, hint=meant(name_or_path, titles))


def _template(
    read: TemplateFile, top: TomlFile, path: Path, faults: list[TemplateFault]
) -> Template:
    """Join what a template says with what all templates share."""
    sheets = _sheets(read, top, path, faults)
    shared = {name: _shared(name, faults) for name in ("choices", "settings", "metrics", "rules")}
    metrics = shared["metrics"].metrics
    template = Template(
        id=read.id,
        version=read.version,
        title=read.title,
        brand=read.brand,
        sheets=sheets,
        choices=_needed(sheets, {**shared["choices"].choices, **read.choices}),
        settings={**shared["settings"].settings, **read.settings},
        metrics=figures_for(read.metrics, metrics, sheets),
        registry=registry_of(read.metrics, metrics),
        outline=read.summary.outline,
        report=read.report,
        language=read.language,
    )
    return replace(template, rules=rules_for(template, shared["rules"].rules, read.rules))


def _shared(name: str, faults: list[TemplateFault]) -> SharedFile:
    """Read a file that all templates share."""
    path = templates_folder() / f"{name}.toml"
    file = TomlFile(path, file=path.name, faults=faults, all_languages=True)
    return file.read(SharedFile) or SharedFile()


def _sheets(
    read: TemplateFile, top: TomlFile, path: Path, faults: list[TemplateFault]
) -> tuple[Sheet, ...]:
    """Take the sheets that stand in the template, and the shared ones that `use` names."""
    used: set[str] = set()
    sheets: list[Sheet] = []
    for number, entry in enumerate(read.sheets):
        if not isinstance(entry, Use):
            sheets.append(entry)
        elif file := _sheet_file(entry, path, faults):
            if sheet := file.read(sheet_class(file.data)):
                sheets.append(replace(sheet, title=entry.title or sheet.title))
                used.add(sheet.id)
        else:
            known = (one.stem for one in (templates_folder() / "sheets").glob("*.toml"))
            near = advice(entry.name, known)
            top.fault(("sheets", number, "use"), "unknown_sheet", found=entry.name, **near)
    here = {sheet.id for sheet in sheets} | OUR_SHEETS
    given = {sheet.role for sheet in sheets if isinstance(sheet, TableSheet)}
    return tuple(
        _playing(sheet, given)
        if isinstance(sheet, TableSheet)
        else _about(sheet, here)
        if sheet.id in used
        else sheet
        for sheet in sheets
    )


def _sheet_file(use: Use, path: Path, faults: list[TemplateFault]) -> TomlFile | None:
    """Open a sheet in `sheets/` beside the template or, if it has none, in the library."""
    ours = templates_folder() / "sheets"
    for folder in (path.parent / "sheets", ours):
        file = folder / f"{use.name}.toml"
        # A template may be a stranger's: neither its names nor its links lead out of the folder.
        if file.is_file() and file.resolve().parent == folder.resolve():
            is_ours = folder.resolve() == ours.resolve()
            name = f"sheets/{file.name}"
            return TomlFile(file, file=name, faults=faults, all_languages=is_ours)
    return None


def _playing(sheet: TableSheet, given: Collection[Role | None]) -> TableSheet:
    """Give a sheet without a role the one of its id, unless another sheet has been given it."""
    role = ROLES_BY_ID.get(sheet.id)
    return sheet if sheet.role or role in given else replace(sheet, role=role)


def _about(form: FormSheet, here: Collection[str]) -> FormSheet:
    """Leave out a shared form's rows and tables that this workbook does not have."""
    sections = {
        name: replace(section, rows=tuple(r for r in section.rows if r.sheet in (None, *here)))
        for name, section in form.sections.items()
    }
    areas = tuple(area for area in form.areas if area.table in (None, *here))
    return replace(form, sections=sections, areas=areas)


def _needed(sheets: Iterable[Sheet], known: Mapping[str, Choices]) -> dict[str, Choices]:
    """Keep the lists that columns name, and those that these lists' attributes name."""
    names = [
        column.choices
        for sheet in sheets
        for column in (sheet.columns if isinstance(sheet, TableSheet) else sheet.fields)
        if column.choices is not None
    ]
    needed: dict[str, Choices] = {}
    while names:
        name = names.pop(0)
        if name in known and name not in needed:
            needed[name] = known[name]
            names += known[name].attributes.values()
    return needed


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
        played = tuple(role for role in RULE_COLUMNS[rule.kind][0] if role in named)
        fitting = (sheet.id for sheet in template.tables if _has_columns(sheet, rule))
        plans = (sheet.id for sheet in template.tables if sheet.share is not None)
        roles = played if RULE_COLUMNS[rule.kind][0] else tuple(fitting)
        # The budget inside a plan is given out of the campaign's as the tasks' budgets are.
        roles += tuple(plans) if rule.kind == "over_allocated" else ()
    when: dict[str, str] = {}
    for name, text in rule.when.items():
        when.setdefault(named.get(name, name), text)
    sheets = tuple(dict.fromkeys(named.get(r, r) for r in roles))
    return replace(rule, sheets=sheets, when=when, unit=_unit(rule, sheets, template))


def _unit(rule: Rule, sheets: Collection[str], template: Template) -> Unit:
    """Return the unit of a rule's limit: where it states none, that of the metric it is for."""
    if rule.unit != "number" or rule.target or rule.kind not in ("threshold", "window"):
        return rule.unit
    own = (m.unit for m in template.metrics if m.id == rule.metric and m.sheet in sheets)
    return next(own, rule.unit)


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
        if name in tables and _has(tables[name], rule, template, fields)
    )
    when = {name: text for name, text in rule.when.items() if name in sheets}
    listed = {word for name in sheets for word in _listed(tables[name], rule.by, template)}
    only = tuple(word for word in rule.only if word in listed)
    is_fed = bool(sheets) and bool(only or not rule.only)
    return replace(rule, sheets=sheets, when=when, only=only) if is_fed else None


def _listed(sheet: TableSheet, column: str | None, template: Template) -> Iterator[str]:
    """Walk the ids of the list that a column's values come from; a company's own may lack some."""
    choices = sheet[column].choices if column in sheet and column is not None else None
    if choices in template.choices and choices is not None:
        yield from (item.id for item in template.choices[choices].items)


def _is_sound(text: str, sheet: TableSheet, template: Template) -> bool:
    """Tell whether an expression means something of a sheet: its columns, their kinds and lists."""
    faults = expression_faults(text, "", sheet, with_rule_names(template), wanted="test")
    return not any(faults) and bool(references(text, sheet))


def _has_columns(sheet: TableSheet, rule: Rule) -> bool:
    """Tell whether a sheet has the columns that a kind of rules needs, each of use to it."""
    sought = {name: one for role in ROLE_COLUMNS.values() for name, one in role.items()}
    return all(
        name in sheet and sheet[name].type in sought[name].types
        for name in RULE_COLUMNS[rule.kind][1]
    )


def _has(sheet: TableSheet, rule: Rule, template: Template, fields: Iterable[str]) -> bool:
    """Tell whether a sheet has the columns a rule looks at."""
    if rule.kind in RULE_COLUMNS:
        is_plan = rule.kind == "over_allocated" and sheet.share is not None
        return is_plan or _has_columns(sheet, rule)
    if rule.by is not None and rule.by not in sheet:
        return False
    if rule.kind in ("threshold", "window", "drop"):
        dated = rule.kind == "threshold" or Daily.DATE in sheet or sheet.day_line is not None
        counted = any(one.id == rule.metric and one.sheet == sheet.id for one in template.metrics)
        return dated and (counted or (rule.kind != "threshold" and rule.column in sheet))
    if rule.column is not None and rule.column not in sheet:
        return False
    if sheet.id in rule.when and not _is_sound(rule.when[sheet.id], sheet, template):
        return False
    if rule.kind in ("deadline", "early") and rule.after:
        dates = {*fields, "midpoint", *(column.id for column in sheet.columns)}
        return any(name.rpartition(".")[2] in dates for name in rule.after)
    return True
