"""Find a template and read its TOML files into a `Template`.

The format is told in `workbook_templates/README.md`. A file's faults are all found in one pass.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from ..errors import TemplateError, TemplateFault, UnknownTemplate, advice
from ..template import (
    CHAPTERS,
    OUR_SHEETS,
    ROLES,
    Chapter,
    Choice,
    Choices,
    ColumnType,
    FormSheet,
    Role,
    Rule,
    Setting,
    Sheet,
    TableSheet,
    Template,
)
from ..texts import nearest, templates_folder
from .shared import ReadMetric, figures_for, read_metrics, read_rules, registry_of, rules_for
from .sheets import read_sheet
from .toml import TomlTable, read_toml

FORMAT = 1
_SHARED = frozenset(("choices", "settings", "metrics", "rules", "wording_rules"))
# What a sheet plays by its id, in a workbook that gives the role to no sheet.
_ROLES: Mapping[str, Role] = {
    "master_tracker": "master",
    "phase_schedule": "schedule",
    "daily_data": "daily",
    "effect_evaluation": "effect",
    "issue_log": "issues",
}
_PATH_LIKE = re.compile(r"[./\\]")
_SETTING_TYPES: tuple[ColumnType, ...] = (
    "integer",
    "number",
    "money",
    "percent",
    "ratio",
    "choice",
)


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


def load_template(name_or_path: str | Path) -> Template:
    """Load a template of the library by its id, or a company's own .toml file.

    Raises UnknownTemplate where there is none, TemplateError with every fault of its files.
    """
    path, is_ours = _find(name_or_path)
    faults: list[TemplateFault] = []
    try:
        top = read_toml(path, file=path.name, faults=faults, all_languages=is_ours)
        # Nothing can be said about the keys of a file that is no TOML.
        template = None if faults else _template(top, path, faults)
    except OSError as error:
        raise UnknownTemplate("no_template_file", file=error.filename or str(path)) from error
    if template is None or faults:
        params = {"file": str(path), "faults": tuple(faults), "template": template}
        raise TemplateError("template_faults", **params)
    return template


def _find(name_or_path: str | Path) -> tuple[Path, bool]:
    """Return the template's file and whether it came with the library."""
    names = template_names()
    if name_or_path in names:
        return templates_folder() / f"{name_or_path}.toml", True
    path = Path(name_or_path)
    if path.suffix.lower() in (".xlsx", ".xlsm", ".xls", ".csv"):
        raise UnknownTemplate("not_a_template", file=path.name)
    if isinstance(name_or_path, Path) or _PATH_LIKE.search(name_or_path) or path.is_file():
        return path, path.resolve().parent == templates_folder().resolve()
    known = ", ".join(names)
    if near := nearest(name_or_path, names):
        raise UnknownTemplate("unknown_template_near", name=name_or_path, near=near, known=known)
    raise UnknownTemplate("unknown_template", name=name_or_path, known=known)


def _template(top: TomlTable, path: Path, faults: list[TemplateFault]) -> Template:
    if "format" not in top or top.integer("format", FORMAT) != FORMAT:
        top.fault("format", "unknown_format", known_format=FORMAT)
    title = top.text("title")
    sheets = _sheets(top.tables("sheets", needed="no_sheets"), path, faults)
    own, shared = read_metrics(top.tables("metrics")), _shared_metrics(faults)
    template = Template(
        id=top.string("id"),
        version=top.string("version", "1.0"),
        title=title,
        brand=top.text("brand", title),
        sheets=sheets,
        choices=_needed(
            sheets,
            {
                **_choices_by_id(_shared("choices", faults).all_tables()),
                **_choices_by_id(top.tables_by_key("choices")),
            },
        ),
        settings={
            **_settings(_shared("settings", faults).all_tables()),
            **_settings(top.tables_by_key("settings")),
        },
        metrics=figures_for(own, shared, sheets),
        registry=registry_of(own, shared),
        outline=_outline(top.table("summary")),
    )
    template = replace(template, rules=_rules(top, template, faults))
    top.close()
    return template


def _rules(top: TomlTable, template: Template, faults: list[TemplateFault]) -> tuple[Rule, ...]:
    """Join the template's own rules of alerts with the shared ones that its sheets can feed."""
    file = _shared("rules", faults)
    shared = read_rules(file.tables("rules"))
    file.close()
    return rules_for(template, shared, read_rules(top.tables("rules")))


def _outline(table: TomlTable | None) -> tuple[Chapter, ...]:
    if table is None:
        return ()
    names = table.strings("outline")
    for number, name in enumerate(names):
        if name not in CHAPTERS:
            params = {"found": f'"{name}"', **advice(name, CHAPTERS)}
            table.fault(f"outline[{number}]", "not_an_option", **params)
    table.close()
    return tuple(one for name in names for one in CHAPTERS if one == name)


def _shared(name: str, faults: list[TemplateFault]) -> TomlTable:
    """Read a file that all templates share."""
    path = templates_folder() / f"{name}.toml"
    return read_toml(path, file=path.name, faults=faults, all_languages=True)


def _shared_metrics(faults: list[TemplateFault]) -> tuple[ReadMetric, ...]:
    file = _shared("metrics", faults)
    shared = read_metrics(file.tables("metrics"))
    file.close()
    return shared


def _sheets(tables: list[TomlTable], path: Path, faults: list[TemplateFault]) -> tuple[Sheet, ...]:
    """Read the sheets that stand in the template and the shared ones that `use` names."""
    used: set[str] = set()
    sheets: list[Sheet] = []
    for table in tables:
        sheet = _used_sheet(table, path, faults) if "use" in table else read_sheet(table)
        if sheet is not None:
            sheets.append(sheet)
        if sheet is not None and "use" in table:
            used.add(sheet.id)
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


def _playing(sheet: TableSheet, given: Collection[Role | None]) -> TableSheet:
    """Give a sheet without a role the one of its id, unless another sheet has been given it."""
    role = _ROLES.get(sheet.id)
    return sheet if sheet.role or role in given else replace(sheet, role=role)


def _used_sheet(table: TomlTable, path: Path, faults: list[TemplateFault]) -> Sheet | None:
    """Read a sheet from `sheets/` beside the template or, if it has none, of the library."""
    name, title = table.string("use"), table.optional_text("title")
    table.close()
    ours = templates_folder() / "sheets"
    for folder in (path.parent / "sheets", ours):
        file = folder / f"{name}.toml"
        if file.is_file():
            is_ours = folder.resolve() == ours.resolve()
            before = len(faults)
            top = read_toml(file, file=f"sheets/{file.name}", faults=faults, all_languages=is_ours)
            if len(faults) > before:
                return None
            sheet = read_sheet(top)
            return sheet if title is None else replace(sheet, title=title)
    if name:
        known = (file.stem for file in ours.glob("*.toml"))
        table.fault("use", "unknown_sheet", found=name, **advice(name, known))
    return None


def _about(form: FormSheet, here: Collection[str]) -> FormSheet:
    """Leave out a shared form's rows and tables that this workbook does not have."""
    sections = {
        name: replace(section, rows=tuple(r for r in section.rows if r.sheet in (None, *here)))
        for name, section in form.sections.items()
    }
    areas = tuple(area for area in form.areas if area.table in (None, *here))
    return replace(form, sections=sections, areas=areas)


def _choices_by_id(tables: Mapping[str, TomlTable]) -> dict[str, Choices]:
    return {name: _choices(name, table) for name, table in tables.items()}


def _choices(list_id: str, table: TomlTable) -> Choices:
    attributes = table.string_by_key("attributes")
    choices = Choices(
        id=list_id,
        label=table.text("label"),
        is_open=table.flag("open"),
        attributes=attributes,
        items=tuple(_choice(item, attributes) for item in table.tables("items")),
    )
    table.close()
    return choices


def _choice(table: TomlTable, attributes: Iterable[str]) -> Choice:
    given = {name: table.optional_string(name) for name in attributes}
    choice = Choice(
        id=table.string("id"),
        label=table.text("label"),
        aliases=table.strings("aliases"),
        state=table.optional_string("state"),
        attributes={name: value for name, value in given.items() if value is not None},
    )
    table.close()
    return choice


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


def _settings(tables: Mapping[str, TomlTable]) -> dict[str, Setting]:
    return {name: _setting(name, table) for name, table in tables.items()}


def _setting(setting_id: str, table: TomlTable) -> Setting:
    kind = table.one_of("type", _SETTING_TYPES, "number")
    is_choice = kind == "choice"
    setting = Setting(
        id=setting_id,
        label=table.text("label"),
        hint=table.optional_text("hint"),
        type=kind,
        value=table.string("value") if is_choice else table.number("value"),
        min=None if is_choice else table.optional_number("min"),
        max=None if is_choice else table.optional_number("max"),
        items=tuple(_choice(item, ()) for item in table.tables("items")) if is_choice else (),
        roles=table.several_of("roles", ROLES),
        columns=table.strings("columns"),
        if_used=table.flag("if_used"),
    )
    table.close()
    return setting
