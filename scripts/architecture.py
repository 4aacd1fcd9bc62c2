#!/usr/bin/env python3
"""Print the figures of the house: modules, lines, imports, circles, names that stand twice.

    python scripts/architecture.py [FOLDER]

FOLDER is a checkout, this one if left out. `tests/test_architecture.py` holds what must hold.
"""

from __future__ import annotations

import ast
import statistics
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = "marketing_sheets"


@dataclass(frozen=True)
class Module:
    """A module: `name` is dotted below the package, "" for the package itself."""

    name: str
    path: Path

    @cached_property
    def text(self) -> str:
        """What stands in the file."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        """The file as Python reads it."""
        return ast.parse(self.text)

    @property
    def lines(self) -> int:
        """How many lines it has."""
        return self.text.count("\n")

    @property
    def room(self) -> str:
        """The package it is in, or the module itself where it stands at the top."""
        return self.name.split(".")[0] or "__init__"

    @property
    def is_package(self) -> bool:
        """Whether it is the face of a package."""
        return self.path.name == "__init__.py"

    @property
    def functions(self) -> Iterator[tuple[str, int]]:
        """Walk the functions with their lengths."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef):
                yield node.name, (node.end_lineno or 0) - node.lineno + 1

    @property
    def outside(self) -> set[str]:
        """The packages of others that it imports."""
        found: set[str] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.add((node.module or "").split(".")[0])
        return found

    @property
    def inside(self) -> Iterator[tuple[str, str]]:
        """Walk what it imports of ours: the module as written, dotted below the package; a name."""
        package = self.name.split(".") if self.is_package else self.name.split(".")[:-1]
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and node.level:
                base = package[: len(package) - node.level + 1]
                module = ".".join(part for part in (*base, *(node.module or "").split(".")) if part)
                yield from ((module, alias.name) for alias in node.names)


@dataclass(frozen=True)
class House:
    """All modules of a checkout, and who imports whom."""

    folder: Path
    modules: dict[str, Module] = field(default_factory=dict)

    @classmethod
    def of(cls, checkout: Path = ROOT) -> House:
        """Walk a checkout."""
        folder = checkout / PACKAGE
        house = cls(folder)
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(folder).with_suffix("").parts
            name = ".".join(part for part in parts if part != "__init__")
            house.modules[name] = Module(name, path)
        return house

    @cached_property
    def faces(self) -> dict[tuple[str, str], str]:
        """Per package and name, the module that a lazy face takes it from."""
        found: dict[tuple[str, str], str] = {}
        for path in self.folder.rglob("__init__.pyi"):
            package = ".".join(path.parent.relative_to(self.folder).parts)
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.ImportFrom):
                    module = ".".join(part for part in (package, node.module or "") if part)
                    found |= {(package, alias.name): module for alias in node.names}
        return found

    def home(self, module: str, name: str) -> str:
        """Return the module that a name imported from `module` stands in."""
        while (module, name) in self.faces:
            module = self.faces[module, name]
        inner = f"{module}.{name}" if module else name
        return inner if inner in self.modules else module

    @cached_property
    def imports(self) -> dict[str, set[str]]:
        """Per module the modules it imports, faces looked through."""
        found: dict[str, set[str]] = {name: set() for name in self.modules}
        for name, module in self.modules.items():
            found[name] = {self.home(*one) for one in module.inside} - {name}
        return found

    @property
    def circle(self) -> list[str]:
        """A circle of modules that import each other; empty if there is none."""
        try:
            TopologicalSorter(self.imports).prepare()
        except CycleError as error:
            return list(error.args[1])
        return []

    @property
    def doubles(self) -> dict[str, list[str]]:
        """Public classes and type aliases that several modules define, with these modules."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for name, module in self.modules.items():
            for defined in _nouns(module.tree.body):
                if not defined.startswith("_"):
                    found[defined].append(name)
        return {noun: places for noun, places in found.items() if len(places) > 1}

    @property
    def floors(self) -> int:
        """How long the longest way down is, from room to room."""
        depth: dict[str, int] = {}
        graph: defaultdict[str, set[str]] = defaultdict(set)
        for name, used in self.imports.items():
            here = self.modules[name].room
            graph[here] |= {self.modules[one].room for one in used} - {here}
        for room in TopologicalSorter(graph).static_order():
            depth[room] = 1 + max((depth[below] for below in graph[room]), default=0)
        return max(depth.values())


def _nouns(body: list[ast.stmt]) -> Iterator[str]:
    """Walk the classes and type aliases a module defines."""
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.If):
            yield from _nouns(node.body)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript | ast.BinOp):
            names = [one.id for one in node.targets if isinstance(one, ast.Name)]
            yield from (one for one in names if not one.isupper() and one.lstrip("_")[:1].isupper())


def main() -> None:
    """Print the figures."""
    house = House.of(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT)
    modules = [one for one in house.modules.values() if one.text.strip()]
    lines = [module.lines for module in modules]
    importers = Counter(one for used in house.imports.values() for one in used)
    lengths = [length for module in modules for _, length in module.functions]
    blocks = sum(_import_lines(module) for module in modules)
    written = sum(len({one for one, _ in module.inside}) for module in modules)
    print(f"modules           {len(modules)}")
    print(f"  at the top      {sum('.' not in m.name and not m.is_package for m in modules) + 1}")
    print(f"  one importer    {sum(importers[module.name] == 1 for module in modules)}")
    print(f"  over 450 lines  {sum(length > 450 for length in lines)}")
    print(f"lines             {sum(lines)}, a module {statistics.median(lines):g} (median)")
    print(f"  in a function   {statistics.median(lengths):g} (median), {max(lengths)} at most")
    print(f"  import blocks   {blocks}, {blocks / sum(lines):.1%}")
    print(f"rooms             {len({module.room for module in modules})}")
    circle = house.circle
    print(f"  circle          {' > '.join(circle) or 'none'}")
    if not circle:
        print(f"  floors          {house.floors}")
    print(f"imports a module  {written / len(modules):.1f}")
    print(f"names twice       {len(house.doubles)}")
    for noun, places in sorted(house.doubles.items()):
        print(f"  {noun:<15} {', '.join(places)}")


def _import_lines(module: Module) -> int:
    """Count the lines of imports and of `__all__`."""
    return sum(
        (node.end_lineno or 0) - node.lineno + 1
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        or (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__")
    )


if __name__ == "__main__":
    main()
