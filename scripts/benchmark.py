"""Measure speed and memory against the libraries underneath, side by side in one run.

    python scripts/benchmark.py [--rows 1000 10000 100000] [--channels 10 250] [--repeats 3]
    python scripts/benchmark.py --small          what CI prints: below a minute
    python scripts/benchmark.py --merge [--small]

Whole processes, from start to end, as a user runs them, ours and theirs in turn. Shown are the
median and in brackets the least and the most. CPU time is compared, as nothing else on the machine
disturbs it much, and the least of each counts; memory is what a process and all it started hold
together at their peak.
"""

from __future__ import annotations

import argparse
import itertools
import math
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

DAY = date(2024, 6, 1)
AS_OF = date(2024, 6, 30)
Command = Sequence[object]
PROGRAM = (sys.executable, "-m", "marketing_sheets")


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What one run of a command took: seconds of all processors, seconds, MB at the peak."""

    cpu: float
    wall: float
    peak: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Our command and theirs for the same work; `goal` is the most ours may take of theirs."""

    name: str
    ours: Command
    theirs: Command
    against: str
    goal: float | None


def family(pid: int) -> Iterator[int]:
    """Yield a process and all below it, as Linux tells them."""
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            yield from family(int(child))


def memory(pid: int) -> int:
    """Return the bytes a process and all below it hold, what they share counted once."""
    total = 0
    try:
        for member in family(pid):
            for line in Path(f"/proc/{member}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) << 10
    except (OSError, ProcessLookupError):
        pass  # one of them has just ended
    return total


def run(command: Command) -> Usage:
    """Run a command to its end; raises SystemExit where it fails."""
    start, peak, ended = time.perf_counter(), 0, threading.Event()
    running = subprocess.Popen(
        [str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )

    def watch() -> None:
        nonlocal peak
        while not ended.wait(0.05):
            peak = max(peak, memory(running.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    assert running.stderr is not None
    said = running.stderr.read().decode(errors="replace")
    _, status, used = os.wait4(running.pid, 0)
    wall = time.perf_counter() - start
    ended.set()
    watcher.join()
    running.returncode = os.waitstatus_to_exitcode(status)
    doubts = 1 if PROGRAM[1] in command else 0
    if running.returncode not in (0, doubts):
        raise SystemExit(f"{' '.join(map(str, command))}\n{said[-2000:]}")
    # The largest of the processes is known to the byte, all together only ten times a second.
    return Usage(
        cpu=used.ru_utime + used.ru_stime,
        wall=wall,
        peak=max(used.ru_maxrss / 2**10, peak / 2**20),
    )


def spread(values: Sequence[float], digits: int = 2) -> str:
    """Return the median of some values, and their range."""
    low, high = min(values), max(values)
    return f"{statistics.median(values):.{digits}f} [{low:.{digits}f}-{high:.{digits}f}]"


def show(label: str, runs: Sequence[Usage]) -> None:
    """Print what the runs of one side took."""
    print(
        f"  {label:<44} CPU {spread([r.cpu for r in runs]):>22} s"
        f"  wall {spread([r.wall for r in runs]):>22} s  peak {max(r.peak for r in runs):6.0f} MB",
        flush=True,
    )


def judge(name: str, ratio: float, goal: float | None) -> None:
    """Print a ratio beside its goal."""
    aim = "" if goal is None else f"  goal ≤ {goal:.3g}: {'met' if ratio <= goal else 'MISSED'}"
    print(f"  {name}: {ratio:.3f}{aim}", flush=True)


def compare(pair: Pair, repeats: int) -> list[Usage]:
    """Run both sides in turn, print them and their ratio; return our runs."""
    sides: tuple[list[Usage], list[Usage]] = ([], [])
    for _ in range(repeats):
        sides[0].append(run(pair.ours))
        sides[1].append(run(pair.theirs))
    print(pair.name)
    show("ours", sides[0])
    show(pair.against, sides[1])
    ours, theirs = (min(r.cpu for r in runs) for runs in sides)
    judge("CPU, ours ÷ theirs", ours / theirs, pair.goal)
    return sides[0]


def python(*lines: str) -> Command:
    """Return the command that runs some lines of Python."""
    return (sys.executable, "-W", "ignore", "-c", "\n".join(lines))


def daily_csv(folder: Path, rows: int, channels: int) -> None:
    """Write `rows` daily rows, plain figures as staff would type them."""
    lines = ["date,channel,impressions,clicks,conversions,new_users,cost,sales,sales_target"]
    for number in range(rows):
        day = DAY + timedelta(number // channels)
        clicks = "" if number % 4 == 0 else 5000 + number % 977
        lines.append(
            f"{day},门店{number % channels + 1},{100_000 + number % 7919},{clicks},"
            f"{80 + number % 53},{60 + number % 37},{4000 + number % 1009},"
            f"{20_000 + number % 9973},24000"
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "daily_data.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def prepare(folder: Path, rows: int, channels: int) -> Path:
    """Make records and a filled workbook of them; in a process of its own, whose memory goes."""
    end = max(date(2024, 9, 1), DAY + timedelta(rows // channels))
    daily_csv(folder / "records", rows, channels)
    filled = folder / "filled.xlsx"
    made = python(
        "from marketing_sheets import generate_workbook",
        f"generate_workbook('campaign_tracker', {str(filled)!r}, rows=1, overwrite=True,",
        f"    records={str(folder / 'records')!r},",
        f"    form={{'start_date': '{DAY}', 'end_date': '{end}', 'as_of': '{AS_OF}'}})",
    )
    run(made)
    return filled


def write_bare(folder: Path) -> None:
    """Write the cells of our daily sheet with nothing but XlsxWriter: values, formulas, formats.

    Its search of each formula for new functions is spared, as ours is.
    """
    import xlsxwriter

    from marketing_sheets.formulas import compute, excel_formula
    from marketing_sheets.loading import load_template
    from marketing_sheets.reader import read_csv_records
    from marketing_sheets.writer.book import ExpandedFormula

    template = load_template("campaign_tracker")
    sheet = next(table for table in template.tables if table.id == "daily_data")
    records, _ = read_csv_records(folder / "records", template, form={}, language="zh-Hans")
    done = compute(records["daily_data"], template=template, as_of=AS_OF).frame
    book = xlsxwriter.Workbook(str(folder / "bare.xlsx"))
    tab = book.add_worksheet()
    headers = [{"header": column.label["zh-Hans"]} for column in sheet.columns]
    area = (5, 0, len(done) + 5, len(headers) - 1)
    tab.add_table(*area, {"columns": headers, "name": "tbl_daily_data"})
    shape = book.add_format({"num_format": "#,##0", "bottom": 1})
    day = book.add_format({"num_format": "yyyy-mm-dd", "bottom": 1})
    for number, column in enumerate(sheet.columns):
        values = done[column.id].astype(object).where(done[column.id].notna(), None).tolist()
        text = ExpandedFormula(
            excel_formula(column, sheet, template, "zh-Hans") if column.is_computed else ""
        )
        for row, value in enumerate(values, 6):
            if column.is_computed:
                tab.write_formula(row, number, text, shape, "" if value is None else value)
            elif value is None:
                tab.write_blank(row, number, None, shape)
            elif column.type == "date":
                tab.write_datetime(row, number, value, day)
            elif isinstance(value, str):
                tab.write_string(row, number, value, shape)
            else:
                tab.write_number(row, number, value, shape)
    book.close()


def sized_pairs(folder: Path, rows: int, channels: int) -> dict[str, Pair]:
    """Return what is measured on a workbook of so many rows and channels."""
    filled, size = prepare(folder, rows, channels), f"{rows:,} rows, {channels} channels"
    out = folder / "out.xlsx"
    return {
        "read": Pair(
            name=f"read to typed, checked frames: {size}",
            ours=python(
                "from marketing_sheets.reader import read_inputs", f"read_inputs({str(filled)!r})"
            ),
            theirs=python(
                "import pandas as pd",
                f"pd.read_excel({str(filled)!r}, sheet_name='每日数据', engine='calamine',",
                "              header=5)",
            ),
            against="pandas + calamine",
            goal=1.4 if rows >= 100_000 else None,
        ),
        "recalculate": Pair(
            name=f"recalculate: {size}",
            ours=(*PROGRAM, "recalculate", filled, "-o", out, "--force", "--as-of", AS_OF),
            theirs=python(
                "import openpyxl",
                f"book = openpyxl.load_workbook({str(filled)!r})",
                "book.create_sheet('Summary')",
                f"book.save({str(folder / 'openpyxl.xlsx')!r})",
            ),
            against="openpyxl: load, add a sheet, save",
            goal=(1 / 8 if channels < 250 else 1 / 6) if rows >= 10_000 else None,
        ),
        "generate": Pair(
            name=f"generate: {size}",
            ours=(
                *PROGRAM,
                "generate",
                "campaign_tracker",
                "-o",
                out,
                "--force",
                "--records",
                folder / "records",
                "--rows",
                1,
            ),
            theirs=(sys.executable, "-W", "ignore", __file__, "--bare", folder),
            against="XlsxWriter: the daily sheet, same formulas",
            goal=1.15 if rows >= 10_000 else None,
        ),
    }


def everyday(folder: Path, repeats: int) -> None:
    """Measure the help and the example, against what was set as bearable."""
    compare(
        Pair(
            name="--help",
            ours=(*PROGRAM, "--help"),
            theirs=python("import click"),
            against="import click",
            goal=1.4,
        ),
        repeats,
    )
    face = Pair(
        name="import marketing_sheets",
        ours=python("import marketing_sheets"),
        theirs=python("pass"),
        against="Python itself",
        goal=None,
    )
    bare = min(run(face.theirs).cpu for _ in range(repeats))
    judge("seconds more", min(r.cpu for r in compare(face, repeats)) - bare, 0.05)
    book, out = folder / "example.xlsx", folder / "summary.xlsx"
    run(
        python(
            "from marketing_sheets import generate_workbook",
            "from marketing_sheets.workbooks import example_folder, load_template",
            "template = load_template('campaign_tracker')",
            f"generate_workbook(template, {str(book)!r}, overwrite=True,",
            "    records=example_folder(template, 'zh-Hans'))",
        )
    )
    for name, goal, command in (
        ("recalculate", 0.60, ("recalculate", book, "-o", out, "--force", "--as-of", AS_OF)),
        ("check", 0.50, ("check", book, "--as-of", AS_OF)),
    ):
        pair = Pair(
            name=f"{name} the example",
            ours=(*PROGRAM, *command),
            theirs=python("import pandas"),
            against="import pandas",
            goal=None,
        )
        runs = compare(pair, repeats)
        judge("seconds, the least", min(r.wall for r in runs), goal)
        judge("MB", max(r.peak for r in runs), 110)


def sized(folder: Path, given: argparse.Namespace) -> None:
    """Measure workbooks of all sizes, and how reading grows with the rows."""
    least: dict[int, list[tuple[int, float]]] = {}
    for channels in given.channels:
        for rows in given.rows:
            pairs = sized_pairs(folder / f"{rows}x{channels}", rows, channels)
            for name, pair in pairs.items():
                if given.only and name not in given.only:
                    continue
                runs = compare(pair, given.repeats)
                if name == "read":
                    least.setdefault(channels, []).append((rows, min(r.cpu for r in runs)))
    for channels, seen in least.items():
        for (few, quick), (many, slow) in itertools.pairwise(seen):
            grown = math.log(slow / quick) / math.log(many / few)
            judge(f"reading {few:,} to {many:,} rows, {channels} channels: exponent", grown, 1.05)


def main() -> None:
    """Measure everything, or write theirs when called by itself."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--channels", type=int, nargs="+", default=[10, 250])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument(
        "--only", nargs="+", choices=("everyday", "read", "recalculate", "generate")
    )
    parser.add_argument("--small", action="store_true", help="below a minute")
    parser.add_argument("--merge", action="store_true", help="merge many workbooks instead")
    parser.add_argument("--bare", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.bare:
        write_bare(given.bare)
        return
    if given.merge:
        script = Path(__file__).with_name("benchmark_merge.py")
        sys.exit(subprocess.call([sys.executable, script, *(["--small"] * given.small)]))
    if given.small:
        given.rows, given.channels, given.repeats = [1000], [10, 250], 1
    jobs: list[Callable[[Path], None]] = []
    if not given.only or "everyday" in given.only:
        jobs.append(lambda folder: everyday(folder, given.repeats))
    if not given.only or set(given.only) != {"everyday"}:
        jobs.append(lambda folder: sized(folder, given))
    print(f"{os.cpu_count()} processors; {given.repeats} runs each, in turn")
    with tempfile.TemporaryDirectory() as name:
        for job in jobs:
            job(Path(name))


if __name__ == "__main__":
    main()
