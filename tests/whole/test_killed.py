"""Split and merge killed at random moments: the old result or the new one is there, whole."""

from __future__ import annotations

import hashlib
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest

from marketing_sheets import generate_workbook, read_workbook
from marketing_sheets.merging.sources import find_workbooks
from marketing_sheets.splitting import split
from marketing_sheets.splitting.cutting import check_folder

SEEDS = range(6)


def plan(path: Path, tasks: Sequence[tuple[str, str]]) -> Path:
    """Write an execution plan with these tasks and their owners."""
    generate_workbook("execution_plan", path, rows=2)
    book = openpyxl.load_workbook(path)
    tab = book["执行计划表"] if "执行计划表" in book.sheetnames else book.worksheets[2]
    columns = {str(cell.value).split("|")[0]: int(cell.column or 0) for cell in tab[5]}
    for row, (name, owner) in enumerate(tasks, 7):
        tab.cell(row, columns["task"]).value = name
        tab.cell(row, columns["owner"]).value = owner
    book.save(path)
    return path


@dataclass(frozen=True)
class Ground:
    """Two plans, the parts of each, and how long a split and a merge take here."""

    old: Path
    new: Path
    old_parts: Path
    new_parts: Path
    split_takes: float
    merge_takes: float


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """Make everything once, and take the times."""
    folder = tmp_path_factory.mktemp("ground")
    (folder / "old").mkdir()
    (folder / "new").mkdir()
    old = plan(folder / "old" / "plan.xlsx", [("旧一", "张三"), ("旧二", "李四")])
    new = plan(folder / "new" / "plan.xlsx", [("新一", "张三"), ("新二", "李四"), ("新三", "王五")])
    started = time.perf_counter()
    finish(split_command(new, folder / "new_parts"))
    between = time.perf_counter()
    finish(merge_command(new, folder / "new_parts", folder / "timed.xlsx"))
    ended = time.perf_counter()
    (folder / "timed.xlsx").unlink()
    split(old, folder / "old_parts", by="owner")
    return Ground(
        old=old,
        new=new,
        old_parts=folder / "old_parts",
        new_parts=folder / "new_parts",
        split_takes=between - started,
        merge_takes=ended - between,
    )


def split_command(path: Path, folder: Path) -> list[str]:
    """Return the command that splits a plan by owner, over an earlier split."""
    return [*start(), "split", str(path), "--by", "owner", "-o", str(folder), "--force"]


def merge_command(path: Path, folder: Path, output: Path) -> list[str]:
    """Return the command that merges parts with their plan, over an earlier merge."""
    files = [str(path), str(folder), "-o", str(output)]
    return [*start(), "merge", *files, "--jobs", "1", "--no-cache", "--as-of", "2024-06-28"]


def start() -> list[str]:
    """Return how the command line is started from the checkout."""
    return [sys.executable, "-m", "marketing_sheets"]


def finish(command: Sequence[str]) -> None:
    """Run a command to its end; remarks about the data are no failure."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr


def killed(command: Sequence[str], seed: int, takes: float) -> None:
    """Run a command and kill it: half the time anywhere, half the time near its end."""
    chance = random.Random(seed)
    share = chance.uniform(0.0, 1.0) if seed % 2 else chance.uniform(0.75, 1.0)
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(share * takes)
    process.send_signal(signal.SIGKILL)
    process.wait()


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


OLD, NEW = ["旧一", "旧二"], ["新一", "新三", "新二"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("seed", SEEDS)
def test_a_killed_split_leaves_one_whole_split(tmp_path: Path, ground: Ground, seed: int) -> None:
    """The folder holds the old split, or the new one, or waits hidden for the next run."""
    folder = tmp_path / "parts"
    split(ground.old, folder, by="owner")
    before, inputs = digests(folder), digests(ground.new.parent)
    killed(split_command(ground.new, folder), seed, ground.split_takes)
    assert digests(ground.new.parent) == inputs
    if folder.exists():
        assert digests(folder) == before or tasks(*folder.iterdir()) == sorted(NEW)
        found = find_workbooks([tmp_path])
        assert {path.parent for _, path in found.files} == {folder}
    else:
        assert not find_workbooks([tmp_path]).files
    check_folder(folder, overwrite=True, is_ours=lambda _path: True)
    assert digests(folder) == before or tasks(*folder.iterdir()) == sorted(NEW)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("seed", SEEDS)
def test_a_killed_merge_leaves_one_whole_workbook(
    tmp_path: Path, ground: Ground, seed: int
) -> None:
    """The output is the old merge, or the new one, and nothing beside it counts as a workbook."""
    output = tmp_path / "merged.xlsx"
    finish(merge_command(ground.old, ground.old_parts, output))
    before = digests(tmp_path)
    inputs = digests(ground.new.parent), digests(ground.new_parts)
    killed(merge_command(ground.new, ground.new_parts, output), seed, ground.merge_takes)
    assert (digests(ground.new.parent), digests(ground.new_parts)) == inputs
    now = digests(tmp_path)
    assert now["merged.xlsx"] == before["merged.xlsx"] or tasks(output) == sorted(NEW)
    assert not find_workbooks([tmp_path]).files
    assert [path for _, path in find_workbooks([output]).files] == [output]
