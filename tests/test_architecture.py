"""The shape of the package: who may import whom, how large modules and functions may grow."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import marketing_sheets

PACKAGE = Path(marketing_sheets.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))

# A module imports only from layers below its own, or from its own family.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("languages", "places"),
    ("wording",),
    ("errors",),
    ("templates", "problems"),
    ("styles", "values", "workdays", "metric_names"),
    ("records",),
    ("formulas", "package"),
    ("template_files", "template_checks"),
    ("writer", "reader", "metrics"),
    ("alerts",),
    ("summary",),
    ("workbooks", "exporting", "report"),
    ("collecting",),
    ("merging",),
    ("splitting",),
    ("__init__",),
    ("cli",),
    ("__main__",),
)
LAYER = {name: number for number, names in enumerate(LAYERS) for name in names}
# Modules of one family may use each other: those that share the word before "_", and these.
FAMILIES = ("values", "formulas", "metrics", "alerts")
FAMILY = {
    "columns": "templates",
    "known_metrics": "templates",
    "metric_files": "template_files",
    "rules": "templates",
    "rule_files": "template_files",
    "rule_checks": "template_checks",
    "toml_tables": "template_files",
    "sheet_files": "template_files",
    "expression_checks": "template_checks",
    "expression_kinds": "template_checks",
    "form_checks": "template_checks",
    "label_checks": "template_checks",
    "text_checks": "template_checks",
    "sheet_checks": "template_checks",
}

# Outside packages that only some may import.
OUTSIDE = {
    "click": {"cli"},
    "xlsxwriter": {"writer", "summary"},
    "lxml": {"package"},
    "zipfile": {"package"},
    "opencc": {"languages"},
    "tomllib": {"wording", "toml_tables", "template_files", "sheet_files"},
    "openpyxl": set(),
}


def family(name: str) -> str:
    """Return the family of a module below the package."""
    word = name.split("_", maxsplit=1)[0]
    return word if word in FAMILIES else FAMILY.get(name, name)


def top(path: Path) -> str:
    """Return the family of a module, or the folder it is in."""
    return family(path.relative_to(PACKAGE).parts[0].removesuffix(".py"))


def imports(path: Path) -> list[tuple[str, bool]]:
    """List what a module imports: the top name, and whether it is our own."""
    depth = len(path.relative_to(PACKAGE).parts)
    found: list[tuple[str, bool]] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(alias.name.split(".")[0], False) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.append(((node.module or "").split(".")[0], False))
        elif isinstance(node, ast.ImportFrom) and node.level == depth:
            names = [node.module] if node.module else [alias.name for alias in node.names]
            found += [(str(name).split(".")[0], True) for name in names]
    return found


def own(name: str) -> str:
    """Return the layer name of one of our modules; the package's own attributes are `__init__`."""
    name = family(name)
    return name if name in LAYER else "__init__"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_downwards(path: Path) -> None:
    """No module imports from its own layer or from one above, but for its own family."""
    here = top(path)
    assert here in LAYER, f"{here} has no layer"
    if here == "__init__":
        return
    for name, is_ours in imports(path):
        if is_ours and own(name) != here:
            assert LAYER[own(name)] < LAYER[here], f"{here} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_outside_packages_stay_where_they_belong(path: Path) -> None:
    """Only the command line knows click, only `package` knows ZIP and XML, and so on."""
    for name, is_ours in imports(path):
        if not is_ours and name in OUTSIDE:
            assert top(path) in OUTSIDE[name], f"{path.name} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_modules_and_functions_stay_readable(path: Path) -> None:
    """No module over 400 lines, no function over 60."""
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.name != "recalculate":
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= 60, f"{node.name} has {length} lines"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_nothing_below_the_command_line_reads_the_clock(path: Path) -> None:
    """Same input, same bytes: only `cli` knows what day it is."""
    if top(path) == "cli":
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            assert node.attr not in ("today", "now", "utcnow"), f"{path.name}:{node.lineno}"


def test_the_public_face_is_complete() -> None:
    """Every public name can be had, and the list is sorted without repeats."""
    names = marketing_sheets.__all__
    assert len(set(names)) == len(names)
    assert all(getattr(marketing_sheets, name) is not None for name in names)


def test_help_needs_no_heavy_import() -> None:
    """The command line can print its help without pandas, XlsxWriter or lxml."""
    import subprocess  # noqa: PLC0415 - a fresh interpreter shows what an import pulls in
    import sys  # noqa: PLC0415

    code = (
        "import sys; import marketing_sheets.cli;"
        "print([m for m in ('pandas','numpy','xlsxwriter','lxml','openpyxl') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
