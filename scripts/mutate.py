#!/usr/bin/env python3
"""Change one comparison, operator or constant at a time and tell which changes no test notices.

    pip install -e '.[mutate]'
    python scripts/mutate.py                    # 200 changes, the same ones each time
    python scripts/mutate.py --count 20 --seed 7 values formulas
    python scripts/mutate.py --near             # in an hour: leaves the tests of other rooms out

Each change is made in a copy of the project, and the quick tests of its module are run on it, then
those of its room; what they do not notice all other quick tests are asked about. The changes are
those of Cosmic Ray.
Exit code 1 if more than one in ten survives.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from queue import Queue
from typing import Any

ROOT = Path(__file__).parent.parent
ROOMS = ("values", "formulas", "metrics", "alerts", "reader", "merging", "ooxml")
# What people get wrong: a sign, a bound, one more or less, yes for no.
KINDS = (
    "core/ReplaceComparisonOperator",
    "core/ReplaceBinaryOperator_Add_Sub",
    "core/ReplaceBinaryOperator_Sub_Add",
    "core/ReplaceBinaryOperator_Mul_Div",
    "core/ReplaceBinaryOperator_Div_Mul",
    "core/ReplaceUnaryOperator_USub_UAdd",
    "core/ReplaceUnaryOperator_Delete_Not",
    "core/ReplaceTrueWithFalse",
    "core/ReplaceFalseWithTrue",
    "core/ReplaceAndWithOr",
    "core/ReplaceOrWithAnd",
    "core/NumberReplacer",
)
QUICK = "not slow and not office and not processes"
MOST_SURVIVORS = 0.1
SECONDS = 900
_NO_TESTS = 5  # what pytest returns where there are none


@dataclass(frozen=True)
class Mutant:
    """One change: which occurrence of which operator in which module, and how it reads."""

    module: Path
    operator: str
    occurrence: int
    line: int
    before: str
    after: str
    code: str

    @property
    def room(self) -> str:
        """The room the module is in."""
        return self.module.parts[1]

    def __str__(self) -> str:
        return f"{self.module}:{self.line}\n    - {self.before}\n    + {self.after}"


def places(room: str) -> Iterator[tuple[Path, str, int, int]]:
    """Walk module, operator, occurrence and line of all changes there are in a room."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.plugins import get_operator, operator_names

    names = [name for name in operator_names() if name.startswith(KINDS)]
    for path in sorted((ROOT / "marketing_sheets" / room).glob("*.py")):
        tree = get_ast(path.read_text(encoding="utf-8"))
        for name in names:
            operator: Any = get_operator(name)()
            found = (at for node in ast_nodes(tree) for at in operator.mutation_positions(node))
            for number, ((line, _), _) in enumerate(found):
                yield path, name, number, line


def made(path: Path, name: str, number: int, line: int) -> Mutant | None:
    """Make a change; None where it changes nothing but an annotation or a signature's marks."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    source = path.read_text(encoding="utf-8")
    operator: Any = get_operator(name)()
    code = mutate_code(source, operator, number)
    try:
        if not code or _meaning(source) == _meaning(code):
            return None
    except SyntaxError:  # the / of a signature became a *
        return None
    pairs = zip(source.splitlines(), code.splitlines(), strict=False)
    before, after = next((one.strip(), other.strip()) for one, other in pairs if one != other)
    return Mutant(path.relative_to(ROOT), name, number, line, before, after, code)


def _meaning(code: str) -> str:
    """Return what a program does, whatever its annotations say."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.FunctionDef):
            node.returns = None
            node.args.args, node.args.posonlyargs = [*node.args.posonlyargs, *node.args.args], []
            node.args.args += node.args.kwonlyargs
            node.args.defaults += [default for default in node.args.kw_defaults if default]
            node.args.kwonlyargs, node.args.kw_defaults = [], []
        elif isinstance(node, ast.ClassDef):
            node.decorator_list = []
        elif isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(value=None)
    return ast.dump(tree)


def sample(rooms: list[str], count: int, seed: int) -> list[Mutant]:
    """Choose lines at random, each as likely as any other, and of each one of its changes."""
    lines: defaultdict[tuple[Path, int], list[tuple[Path, str, int, int]]] = defaultdict(list)
    for room in rooms:
        for place in places(room):
            lines[place[0], place[3]].append(place)
    chance = random.Random(seed)
    order = chance.sample(sorted(lines), len(lines))
    found = (made(*chance.choice(lines[line])) for line in order)
    return [*islice((mutant for mutant in found if mutant is not None), count)]


def is_noticed(mutant: Mutant, copy: Path, *, near: bool) -> bool:
    """Tell whether a test of the copy, or a near one, fails once the change is made in it."""
    target = copy / mutant.module
    before = target.read_text(encoding="utf-8")
    target.write_text(mutant.code, encoding="utf-8")
    try:
        room = f"tests/{mutant.room}"
        own = f"{room}/test_{mutant.module.stem}*.py"
        steps = [
            [str(file.relative_to(copy)) for file in sorted(copy.glob(own))],
            [room, f"--ignore-glob={own}"],
            [] if near else ["tests", f"--ignore={room}"],
        ]
        return any(_fails(copy, *words) for words in steps if words)
    finally:
        target.write_text(before, encoding="utf-8")


def _fails(copy: Path, *words: str) -> bool:
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-m", QUICK]
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            [*command, *words],
            cwd=copy,
            env=environment,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return True
    return done.returncode not in (0, _NO_TESTS)


def main() -> int:
    """Make the changes, print the survivors, and how many there are by room."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rooms", nargs="*", default=ROOMS)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--near", action="store_true")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    said = parser.parse_args()
    chosen = sample(list(said.rooms), said.count, said.seed)
    asked, survived = Counter(one.room for one in chosen), []
    copies: Queue[Path] = Queue()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(said.jobs) as pool:
        for number in range(said.jobs):
            copy = Path(folder) / str(number)
            shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "demo", "dist"))
            copies.put(copy)

        def ask(mutant: Mutant) -> tuple[Mutant, bool, float]:
            copy, begun = copies.get(), time.monotonic()
            try:
                return mutant, is_noticed(mutant, copy, near=said.near), time.monotonic() - begun
            finally:
                copies.put(copy)

        for number, (mutant, noticed, took) in enumerate(pool.map(ask, chosen), 1):
            if not noticed:
                survived.append(mutant)
                print(mutant, flush=True)
            print(f"  {number}/{len(chosen)}  {took:.0f} s", file=sys.stderr, flush=True)
    lost = Counter(one.room for one in survived)
    for room, count in sorted(asked.items()):
        print(f"{room:<12} {count - lost[room]} of {count} noticed")
    share = len(survived) / max(1, len(chosen))
    print(f"{1 - share:.1%} of {len(chosen)} changes noticed")
    return 1 if share > MOST_SURVIVORS else 0


if __name__ == "__main__":
    sys.exit(main())
