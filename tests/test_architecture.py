"""The shape of the package: who may import whom, how large modules and functions may grow."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest
from architecture import House
from support import ROOT

import marketing_sheets

HOUSE = House.of()
# A room imports only from rooms below its own.
FLOORS = (
    "brief logs",
    "texts",
    "problems errors",
    "files",
    "template ooxml",
    "styles values",
    "notebook",
    "records",
    "formulas metrics review history",
    "loading writer alerts",
    "reader summary",
    "checks initial tidy",
    "workbooks exporting",
    "merging",
    "splitting documents report chat",
    "__init__",
    "cli",
    "__main__",
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms.split()}
# Packages of others that only some rooms know.
OUTSIDE = {
    "click": {"cli", "__main__"},
    "xlsxwriter": {"writer", "summary", "report"},
    "docx": {"report"},
    "lxml": {"ooxml", "report"},
    "zipfile": {"ooxml", "report"},
    "opencc": {"texts"},
    "tomllib": {"texts", "loading"},
}
LONGEST_MODULE, LONGEST_FUNCTION = 450, 60


def test_rooms_stand_on_floors() -> None:
    """Every room imports only from rooms below it, by what their faces show, and nobody in a ring.

    Imports for type checkers count like all others. The face of the whole is for people outside;
    of it the rooms see only what stands in the file itself, such as the version.
    """
    for name, module in HOUSE.modules.items():
        for source, wanted in module.inside:
            room = HOUSE.home(source, wanted).split(".")[0] or "__init__"
            if room != module.room:
                assert FLOOR[room] < FLOOR[module.room], f"{name} imports {wanted} from {room}"
                assert "." not in source, f"{name} looks behind the face of {room}: {source}"
    assert HOUSE.circle == []


def test_packages_of_others_stay_where_they_belong() -> None:
    """Only the command line knows click, only `ooxml` knows ZIP and XML, and so on."""
    for name, module in HOUSE.modules.items():
        for package in module.outside & OUTSIDE.keys():
            assert module.room in OUTSIDE[package], f"{name} imports {package}"


def test_modules_and_functions_stay_readable() -> None:
    """No module and no function is longer than one can keep in mind."""
    for name, module in HOUSE.modules.items():
        assert module.lines <= LONGEST_MODULE, name
        for function, lines in module.functions:
            assert lines <= LONGEST_FUNCTION, f"{name}.{function}"


def test_nothing_below_the_command_line_reads_the_clock() -> None:
    """Same input, same bytes: only `cli` knows what day it is."""
    for name, module in HOUSE.modules.items():
        if module.room != "cli":
            used = {node.attr for node in ast.walk(module.tree) if isinstance(node, ast.Attribute)}
            assert not used & {"today", "now", "utcnow"}, name


def test_the_faces_are_complete() -> None:
    """Every name that a face shows can be had."""
    for package, name in HOUSE.faces:
        face = sys.modules.get(f"marketing_sheets.{package}".rstrip(".")) or __import__(
            f"marketing_sheets.{package}".rstrip("."), fromlist=[name]
        )
        assert getattr(face, name) is not None
    assert set(dir(marketing_sheets)) == {name for package, name in HOUSE.faces if not package}


def test_tests_stand_in_the_room_of_what_they_test() -> None:
    """A folder of tests is named after a room, a file after a module of it and what it proves.

    Tests of single modules, and those of the whole product, have places of their own.
    """
    rooms = {module.room for module in HOUSE.modules.values()}
    for path in (ROOT / "tests").rglob("test_*.py"):
        place = path.relative_to(ROOT / "tests").parent.as_posix()
        if place in (".", "whole"):
            continue
        assert place in rooms, path
        name = path.stem.removeprefix("test_")
        modules = {one.rpartition(".")[2] for one in HOUSE.modules if one.startswith(f"{place}.")}
        assert any(name == one or name.startswith(f"{one}_") for one in modules), path


@pytest.mark.processes
def test_help_needs_no_heavy_import() -> None:
    """The command line can print its help without pandas, XlsxWriter or lxml."""
    code = (
        "import sys; import marketing_sheets.cli;"
        "print([m for m in ('pandas','numpy','xlsxwriter','lxml','openpyxl') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.processes
def test_the_face_loads_nothing_but_itself() -> None:
    """To import the package takes the standard library alone; what is asked for is loaded then."""
    code = (
        "import sys; before = set(sys.modules); import marketing_sheets;"
        "ours = [m for m in sys.modules if m.startswith('marketing_sheets.')];"
        "print(sorted({m.partition('.')[0] for m in set(sys.modules) - before}"
        " - sys.stdlib_module_names), ours,"
        " 'logging' in sys.modules, len(dir(marketing_sheets)) > 40)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['lazy_loader', 'marketing_sheets'] [] False True"
