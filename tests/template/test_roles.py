"""What a sheet's role asks of its columns, told to whoever writes a template."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from architecture import House

from marketing_sheets.loading import check_template, load_template, template_names
from marketing_sheets.template import (
    FORM_FIELDS,
    ROLE_COLUMNS,
    ROLE_NEEDS,
    ROLES,
    RULE_COLUMNS,
    Campaign,
    Daily,
    Effect,
    Issue,
    Role,
    Task,
)
from marketing_sheets.texts import LANGUAGES, templates_folder

OWN = """
format = 1
id = "own"
title = "Own"

[choices.state]
label = "State"
items = [{ id = "open", label = "Open" }, { id = "done", label = "Done" }]

[[sheets]]
id = "about"
kind = "form"
label = "About"
fields = [
    { id = "start_date", type = "date", label = "Start" },
    { id = "budget", type = "money", label = "Budget" },
]

[[sheets]]
id = "jobs"
role = "master"
label = "Jobs"
columns = [
    { id = "task", label = "Job" },
    { id = "owner", type = "person", label = "Owner" },
    { id = "status", type = "choice", choices = "state", label = "State" },
    { id = "planned_end", type = "date", label = "Due" },
    { id = "budget", type = "money", label = "Money" },
    { id = "progress", type = "percent", label = "Progress" },
    { id = "note", label = "Note" },
]

[[sheets]]
id = "aims"
role = "effect"
label = "Aims"
columns = [
    { id = "metric", label = "Aim" },
    { id = "target_value", type = "number", label = "Target" },
    { id = "actual_value", type = "number", label = "Actual" },
]

[[sheets]]
id = "issue_log"
label = "Issues"
columns = [
    { id = "description", label = "Issue" },
    { id = "due_date", type = "date", label = "Due" },
]
"""
# What holds records, and the values of a form.
ASKED = re.compile(r"\b(frame|records|sheet|tasks|form|form_places)$")
NAMED = {"master": Task, "schedule": Task, "daily": Daily, "effect": Effect, "issues": Issue}


def faults(folder: Path, *changes: tuple[str, str]) -> list[str]:
    """Return what is said of the template above with some of its text changed."""
    text = OWN
    for old, new in changes:
        assert text.count(old) == 1
        text = text.replace(old, new)
    file = folder / "own.toml"
    file.write_text(text, encoding="utf-8")
    return [str(fault) for fault in check_template(load_template(file))]


def named(kind: type) -> set[str]:
    """Return the ids that a class names, with those it inherits."""
    found = {name: getattr(kind, name) for name in dir(kind) if name.isupper()}
    return {one for one in found.values() if isinstance(one, str)}


def test_sound_templates_have_what_their_roles_need(tmp_path: Path) -> None:
    """Neither ours nor the one that the faults below start from lack anything."""
    assert faults(tmp_path) == []
    assert [check_template(load_template(name)) for name in template_names()] == [()] * 6


def lacking(role: str, column: str) -> str:
    """Return the sentence about a column that is not there."""
    return (
        f'a sheet with the role "{role}" needs the column "{column}"; add it, or take the role '
        "from the sheet (choose another id where the role comes from it)"
    )


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('"task"', '"job"', f"sheets[jobs].columns: {lacking('master', 'task')}"),
        ('"metric"', '"aim"', f"sheets[aims].columns: {lacking('effect', 'metric')}"),
        (
            '"target_value"',
            '"target"',
            f"sheets[aims].columns: {lacking('effect', 'target_value / achievement')}",
        ),
        # The role may come from the id.
        (
            '"description"',
            '"what"',
            f"sheets[issue_log].columns: {lacking('issues', 'description')}",
        ),
    ],
)
def test_a_column_that_a_role_needs_is_missed(
    tmp_path: Path, old: str, new: str, fault: str
) -> None:
    """Without it nothing of the sheet could be shown, and nobody would know why."""
    assert faults(tmp_path, (old, new)) == [fault]


def test_a_typed_achievement_is_enough(tmp_path: Path) -> None:
    """Where the sheet says how far a target is met, neither target nor actual is needed."""
    typed = '{ id = "achievement", type = "percent", label = "Target" }'
    target = '{ id = "target_value", type = "number", label = "Target" }'
    assert faults(tmp_path, (target, typed), ('"actual_value"', '"reached"')) == []


@pytest.mark.parametrize(
    ("column", "new", "where", "types"),
    [
        (
            '{ id = "budget", type = "money", label = "Money" }',
            '{ id = "budget", label = "Money" }',
            "sheets[jobs].columns[budget]",
            "integer, number, money, quantity",
        ),
        (
            '{ id = "planned_end", type = "date", label = "Due" }',
            '{ id = "planned_end", label = "Due" }',
            "sheets[jobs].columns[planned_end]",
            "date",
        ),
        (
            '{ id = "status", type = "choice", choices = "state", label = "State" }',
            '{ id = "status", label = "State" }',
            "sheets[jobs].columns[status]",
            "choice",
        ),
        (
            '{ id = "budget", type = "money", label = "Budget" }',
            '{ id = "budget", label = "Budget" }',
            "sheets[about].fields[budget]",
            "integer, number, money, quantity",
        ),
    ],
)
def test_a_type_that_cannot_be_used_is_told(
    tmp_path: Path, column: str, new: str, where: str, types: str
) -> None:
    """Words are no money, no day and no choice; what would do is listed."""
    name = where.rpartition("[")[2].rstrip("]")
    fault = (
        f'{where}.type: figures and alerts rest on "{name}", which cannot be of type text; '
        f"choose another type, or another id; there are: {types}"
    )
    assert fault in faults(tmp_path, (column, new))


def test_a_list_without_the_choice_that_is_asked_for_is_told(tmp_path: Path) -> None:
    """A task whose list knows no `done` would never be done."""
    fault = (
        'sheets[jobs].columns[status].choices: figures and alerts look for the choice "done" in '
        '"status", which the list "state" does not have; add it, or choose another id'
    )
    assert faults(tmp_path, ('{ id = "done",', '{ id = "finished",')) == [fault]


def test_a_sheet_without_a_role_may_have_any_columns(tmp_path: Path) -> None:
    """The ids mean something only where a role is played."""
    money = '{ id = "budget", type = "money", label = "Money" }'
    changes = (('role = "master"\n', ""), (money, '{ id = "budget", label = "Money" }'))
    assert faults(tmp_path, *changes) == []


def test_the_faults_are_worded_in_every_language(tmp_path: Path) -> None:
    """Each names the column, what is wrong and what to do."""
    file = tmp_path / "own.toml"
    file.write_text(OWN.replace('"task"', '"job"'), encoding="utf-8")
    (fault,) = check_template(load_template(file))
    quoted = ("“task”", "「task」", '"task"')
    said = zip(quoted, map(fault.describe, LANGUAGES), strict=True)
    assert [task in sentence for task, sentence in said] == [True] * 3


@pytest.mark.parametrize("role", ROLES)
def test_every_name_has_its_kind(role: str) -> None:
    """A role's columns are those its class names, and what it needs is among them."""
    columns = next(table for name, table in ROLE_COLUMNS.items() if name == role)
    needs = next(table for name, table in ROLE_NEEDS.items() if name == role)
    assert columns.keys() <= named(NAMED[role])
    assert {name for options in needs for name in options} <= columns.keys()
    for roles, wanted in RULE_COLUMNS.values():
        assert role not in roles or {*wanted} <= columns.keys()


def test_no_name_is_left_out() -> None:
    """Whatever the classes name is in the tables, and in the guide to templates."""
    guide = (templates_folder() / "README.md").read_text(encoding="utf-8")
    section = guide.partition("## What a role looks for")[2].partition("\n## ")[0]
    known = {name for table in ROLE_COLUMNS.values() for name in table}
    assert {name for kind in NAMED.values() for name in named(kind)} == known
    assert named(Campaign) == {*FORM_FIELDS}
    assert [name for name in (*known, *FORM_FIELDS) if f"`{name}`" not in section] == []


def test_columns_are_asked_for_by_name() -> None:
    """No room that calculates or alerts spells the id of a role's column."""
    known = {name for table in ROLE_COLUMNS.values() for name in table} | {*FORM_FIELDS}
    rooms = ("metrics", "alerts", "checks", "summary")
    for name, module in House.of().modules.items():
        if module.room in rooms or name == "loading.shared":
            assert {*_spelled(module.tree)} & known == set(), name


def _spelled(tree: ast.Module) -> Iterator[str]:
    """Walk the texts that frames, records, sheets and forms are asked for."""
    for node in ast.walk(tree):
        asked: list[ast.expr] = []
        if isinstance(node, ast.Subscript):
            asked = [node.value, node.slice]
        elif isinstance(node, ast.Compare):
            asked = [node.left, *node.comparators]
        elif isinstance(node, ast.Call):
            owner = [node.func.value] if isinstance(node.func, ast.Attribute) else []
            asked = [*owner, *node.args]
        if any(ASKED.search(ast.unparse(one)) for one in asked):
            parts = [part for one in asked for part in getattr(one, "elts", [one])]
            yield from (str(one.value) for one in parts if isinstance(one, ast.Constant))


COUNTED = ("impressions", "clicks", "conversions", "footfall", "new_users", "sales", "cost")


def _made(role: Role, *, kept: slice, at: int) -> str:
    """Return a template with a sheet in a role, with some of its columns and lists of its own."""
    columns, needs = ROLE_COLUMNS[role], [one for some in ROLE_NEEDS[role] for one in some]
    lists, lines = [], []
    for name in dict.fromkeys((*needs, *[name for name in columns if name not in needs][kept])):
        kind = columns[name].types[at]
        listed = f', choices = "own_{name}"' if kind == "choice" else ""
        lines.append(f'    {{ id = "{name}", label = "{name}", type = "{kind}"{listed} }},')
        items = [f'{{ id = "{one}", label = "{one}" }}' for one in columns[name].choices or ("x",)]
        lists.append(f'[choices.own_{name}]\nlabel = "L"\nitems = [{", ".join(items)}]\n')
    if role == "daily":
        lines += [f'    {{ id = "{name}", label = "{name}", type = "money" }},' for name in COUNTED]
    sheet = f'[[sheets]]\nid = "own"\nlabel = "Own"\nrole = "{role}"\ncolumns = [\n'
    head = 'format = 1\nid = "own"\ntitle = "Own"\n'
    return "\n".join([head, *lists, '[[sheets]]\nuse = "guide"\n', sheet, *lines, "]"])


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    "kept", [slice(0), slice(None), slice(0, None, 2), slice(1, None, 2)], ids=repr
)
@pytest.mark.parametrize("at", [0, -1])
def test_what_a_role_does_without(tmp_path: Path, role: Role, kept: slice, at: int) -> None:
    """With what it needs, other columns or none, and a company's own lists, a sheet is sound."""
    file = tmp_path / "own.toml"
    file.write_text(_made(role, kept=kept, at=at), encoding="utf-8")
    assert [str(fault) for fault in check_template(load_template(file))] == []
