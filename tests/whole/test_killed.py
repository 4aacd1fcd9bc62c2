"""Split and merge, killed before any change they make on the disk: the old result or the new one.

A program does the work in a child of its own, once for each of the changes, and kills the child
just before it opens a file to write, renames, removes or makes a folder.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from marketing_sheets import generate_workbook, read_workbook
from marketing_sheets.merging import merge
from marketing_sheets.merging.sources import find_workbooks
from marketing_sheets.splitting import split
from marketing_sheets.splitting.cutting import check_folder

pytestmark = [
    pytest.mark.slow,
    pytest.mark.processes,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows knows neither fork nor SIGKILL"),
]

# The words of a command with WORK for the folder, a folder to begin with, one for what is left.
KILLER = """
    import itertools, json, os, shutil, signal, sys, traceback
    from marketing_sheets.cli import cli

    words, before, left = json.loads(sys.argv[1]), sys.argv[2], sys.argv[3]
    TOUCHES = {"open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.truncate"}
    WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT

    def copy(name):
        work = os.path.join(left, name)
        shutil.copytree(before, work)
        return work

    def do(work):
        try:
            cli.main([word.replace("WORK", work) for word in words], standalone_mode=False)
        except SystemExit as ended:
            # Remarks about the data are no failure.
            return 0 if ended.code in (None, 1) else ended.code
        except BaseException:
            traceback.print_exc()
            return 9
        return 0

    def child(work, number):
        # Do the work up to a change, counted from 0.
        changes = itertools.count()

        def watch(event, args):
            if event not in TOUCHES or not str(args[0]).startswith(work):
                return
            if (event != "open" or args[2] & WRITES) and next(changes) == number:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(watch)
        os._exit(do(work))

    # Done once to its end here, so that no child has to import anything.
    if code := do(copy("whole")):
        sys.exit(code)
    for number in itertools.count():
        work = copy(str(number))
        pid = os.fork()
        if pid == 0:
            child(work, number)
        _, status = os.waitpid(pid, 0)
        if not os.WIFSIGNALED(status):
            sys.exit(os.WEXITSTATUS(status))
"""


def left_by(words: Sequence[str], before: Path, left: Path) -> list[Path]:
    """Do the work of a command in copies of a folder; return what a kill before each change left.

    The last copy is that of the work done to its end.
    """
    left.mkdir()
    command = [sys.executable, "-c", textwrap.dedent(KILLER), json.dumps(words)]
    done = subprocess.run(
        [*command, str(before), str(left)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    shutil.rmtree(left / "whole")
    return sorted(left.iterdir(), key=lambda path: int(path.name))


def plan(path: Path, tasks: Sequence[tuple[str, str]]) -> Path:
    """Write an execution plan with these tasks and their owners."""
    path.parent.mkdir()
    generate_workbook("execution_plan", path, rows=3)
    book = openpyxl.load_workbook(path)
    tab = book["策略执行计划"]
    columns = {str(cell.value).split("|")[0]: int(cell.column or 0) for cell in tab[5]}
    for row, (name, owner) in enumerate(tasks, 7):
        tab.cell(row, columns["task"]).value = name
        tab.cell(row, columns["owner"]).value = owner
    book.save(path)
    return path


@dataclass(frozen=True)
class Ground:
    """Two plans, and the parts of each."""

    old: Path
    new: Path
    old_parts: Path
    new_parts: Path


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """Make everything once."""
    folder = tmp_path_factory.mktemp("ground")
    old = plan(folder / "old" / "plan.xlsx", [("旧一", "张三"), ("旧二", "李四")])
    new = plan(folder / "new" / "plan.xlsx", [("新一", "张三"), ("新二", "李四"), ("新三", "王五")])
    parts = {name: folder / f"{name}_parts" for name in ("old", "new")}
    split(old, parts["old"], by="owner")
    split(new, parts["new"], by="owner")
    return Ground(old=old, new=new, old_parts=parts["old"], new_parts=parts["new"])


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below a folder, by name."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def tasks(*paths: Path) -> list[str]:
    """Return the tasks that workbooks hold; each must open and read."""
    found = [read_workbook(path).sheets["execution_plan"].frame["task"] for path in paths]
    return sorted(str(task) for frame in found for task in frame)


NEW = ["新一", "新三", "新二"]
DAY = date(2024, 6, 28)


def test_a_killed_split_leaves_one_whole_split(tmp_path: Path, ground: Ground) -> None:
    """The folder holds the old split, or the new one, as far as any later command can see."""
    (tmp_path / "before").mkdir()
    shutil.copytree(ground.old_parts, tmp_path / "before" / "parts")
    before, inputs = digests(ground.old_parts), digests(ground.new.parent)
    words = ["split", str(ground.new), "--by", "owner", "-o", "WORK/parts", "--force"]
    works = left_by(words, tmp_path / "before", tmp_path / "left")
    assert len(works) > 6
    assert digests(ground.new.parent) == inputs
    states = []
    for work in works:
        folder = work / "parts"
        if folder.exists():
            assert digests(folder) == before or tasks(*folder.iterdir()) == NEW
        # Where the old one was moved away and the new one not put there, a merge brings it back.
        found = find_workbooks([work])
        assert {path.parent for _, path in found.files} == {folder}
        check_folder(folder, overwrite=True, is_ours=lambda _path: True)
        states.append("old" if digests(folder) == before else "new")
        assert states[-1] == "old" or tasks(*folder.iterdir()) == NEW
    # Once the new split is there it stays.
    assert states == sorted(states, reverse=True)
    assert {*states} == {"old", "new"}


def test_a_killed_merge_leaves_one_whole_workbook(tmp_path: Path, ground: Ground) -> None:
    """The output is the old merge, or the new one, and nothing beside it counts as a workbook."""
    (tmp_path / "before").mkdir()
    merge([ground.old, ground.old_parts], tmp_path / "before" / "merged.xlsx", as_of=DAY)
    before = digests(tmp_path / "before")
    inputs = digests(ground.new.parent), digests(ground.new_parts)
    words = ["merge", str(ground.new), str(ground.new_parts), "-o", "WORK/merged.xlsx"]
    words += ["--jobs", "1", "--no-cache", "--as-of", f"{DAY}"]
    works = left_by(words, tmp_path / "before", tmp_path / "left")
    assert len(works) > 3
    assert (digests(ground.new.parent), digests(ground.new_parts)) == inputs
    states = []
    for work in works:
        output = work / "merged.xlsx"
        states.append("old" if digests(work)["merged.xlsx"] == before["merged.xlsx"] else "new")
        assert states[-1] == "old" or tasks(output) == NEW
        assert not find_workbooks([work]).files
        assert [path for _, path in find_workbooks([output]).files] == [output]
    assert states == sorted(states, reverse=True)
    assert {*states} == {"old", "new"}
