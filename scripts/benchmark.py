"""Measure speed and memory against the libraries underneath, side by side in one run.

    python scripts/benchmark.py [--rows 100000] [--repeats 3]
    python scripts/benchmark.py --merge [--scale 0.1]

Each measurement runs in a process of its own, the two sides in turn; the least CPU time counts.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

DAY = date(2024, 6, 1)
SHOPS = 400


def daily_csv(folder: Path, rows: int) -> None:
    """Write `rows` daily rows, plain figures as staff would type them."""
    lines = ["date,channel,impressions,clicks,conversions,new_users,cost,sales,sales_target"]
    for number in range(rows):
        day = DAY + timedelta(number // SHOPS)
        channel = f"门店{number % SHOPS + 1}"
        clicks = "" if number % 4 == 0 else 5000 + number % 977
        lines.append(
            f"{day},{channel},{100_000 + number % 7919},{clicks},{80 + number % 53},"
            f"{60 + number % 37},{4000 + number % 1009},{20_000 + number % 9973},24000"
        )
    folder.mkdir(exist_ok=True)
    (folder / "daily_data.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def generate_ours(folder: Path, rows: int) -> Callable[[], object]:
    """Time the writer alone: the records are read and computed before."""
    from marketing_sheets.loading import load_template
    from marketing_sheets.reader import read_csv_records
    from marketing_sheets.writer import write_workbook

    del rows
    template = load_template("campaign_tracker")
    records, _ = read_csv_records(folder / "records", template, form={}, language="zh-Hans")
    target = folder / "ours.xlsx"
    return lambda: write_workbook(
        template, target, records=records, as_of=date(2024, 6, 30), rows=1, overwrite=True
    )


def generate_bare(folder: Path, rows: int) -> Callable[[], object]:
    """Write the cells of our daily sheet with nothing but XlsxWriter: values, formulas, formats."""
    import xlsxwriter

    from marketing_sheets.formulas import compute, excel_formula
    from marketing_sheets.loading import load_template
    from marketing_sheets.reader import read_csv_records

    template = load_template("campaign_tracker")
    sheet = next(table for table in template.tables if table.id == "daily_data")
    records, _ = read_csv_records(folder / "records", template, form={}, language="zh-Hans")
    done = compute(records["daily_data"], template=template, as_of=date(2024, 6, 30))
    columns = [
        (
            column.type,
            excel_formula(column, sheet, template, "zh-Hans") if column.is_computed else None,
            done.frame[column.id]
            .astype(object)
            .where(done.frame[column.id].notna(), None)
            .tolist(),
        )
        for column in sheet.columns
    ]

    def write() -> None:
        book = xlsxwriter.Workbook(str(folder / "bare.xlsx"))
        tab = book.add_worksheet()
        tab.add_table(
            5, 0, rows + 5, len(columns) - 1,
            {"columns": [{"header": c.label["zh-Hans"]} for c in sheet.columns],
             "name": "tbl_daily_data"},
        )  # fmt: skip
        shape = book.add_format({"num_format": "#,##0", "bottom": 1})
        day = book.add_format({"num_format": "yyyy-mm-dd", "bottom": 1})
        for row in range(rows):
            for number, (kind, formula, values) in enumerate(columns):
                value = values[row]
                if formula is not None:
                    tab.write_formula(
                        row + 6, number, formula, shape, "" if value is None else value
                    )
                elif value is None:
                    tab.write_blank(row + 6, number, None, shape)
                elif kind == "date":
                    tab.write_datetime(row + 6, number, value, day)
                elif isinstance(value, str):
                    tab.write_string(row + 6, number, value, shape)
                else:
                    tab.write_number(row + 6, number, value, shape)
        book.close()

    return write


def read_ours(folder: Path, rows: int) -> Callable[[], object]:
    """Read to typed frames, with problems and control totals."""
    from marketing_sheets import read_workbook

    del rows
    return lambda: read_workbook(folder / "filled.xlsx")


def read_bare(folder: Path, rows: int) -> Callable[[], object]:
    """Read the same sheet with pandas on calamine, nothing typed or checked."""
    import pandas as pd

    del rows
    return lambda: pd.read_excel(
        folder / "filled.xlsx", sheet_name="每日数据", engine="calamine", header=5
    )


def recalculate_ours(folder: Path, rows: int) -> Callable[[], object]:
    """Read, recompute and write the Summary."""
    from marketing_sheets import recalculate

    del rows
    return lambda: recalculate(
        folder / "filled.xlsx", output=folder / "summarised.xlsx", as_of=date(2024, 6, 30)
    )


def recalculate_bare(folder: Path, rows: int) -> Callable[[], object]:
    """Open with openpyxl, add an empty sheet, save: no figure is computed."""
    import openpyxl

    del rows

    def run() -> None:
        book = openpyxl.load_workbook(folder / "filled.xlsx")
        book.create_sheet("Summary")
        book.save(folder / "openpyxl.xlsx")

    return run


def help_ours(folder: Path, rows: int) -> Callable[[], object]:
    """Start the command line and print its help."""
    del folder, rows
    command = [sys.executable, "-m", "marketing_sheets", "--help"]
    return lambda: subprocess.run(command, check=True, capture_output=True)


def help_bare(folder: Path, rows: int) -> Callable[[], object]:
    """Start Python and import click."""
    del folder, rows
    command = [sys.executable, "-c", "import click"]
    return lambda: subprocess.run(command, check=True, capture_output=True)


Job = Callable[[Path, int], Callable[[], object]]
PAIRS: dict[str, tuple[Job, Job, str, float]] = {
    "generate": (generate_ours, generate_bare, "XlsxWriter writing the same cells", 1.3),
    "read": (read_ours, read_bare, "pandas + calamine", 2.0),
    "recalculate": (recalculate_ours, recalculate_bare, "openpyxl load + add sheet + save", 0.1),
    "help": (help_ours, help_bare, "python -c 'import click'", 2.0),
}


def cpu_seconds() -> float:
    """Return the CPU time of this process and of those it started."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def measure(name: str, side: int, folder: Path, rows: int) -> None:
    """Run one side once and print its seconds and its peak memory as JSON."""
    ours, bare, _, _ = PAIRS[name]
    job = (ours, bare)[side](folder, rows)
    cpu, wall = cpu_seconds(), time.perf_counter()
    job()
    cpu, wall = cpu_seconds() - cpu, time.perf_counter() - wall
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"cpu": cpu, "wall": wall, "peak": peak}))


def run_pair(name: str, folder: Path, rows: int, repeats: int) -> None:
    """Run both sides in turn and print the ratio."""
    results: list[list[dict[str, float]]] = [[], []]
    for _ in range(repeats):
        for side in (0, 1):
            command = [sys.executable, __file__, "--measure", name, str(side)]
            command += ["--folder", str(folder), "--rows", str(rows)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            results[side].append(json.loads(done.stdout.splitlines()[-1]))
    best = [{key: min(run[key] for run in runs) for key in runs[0]} for runs in results]
    ours, bare = best
    _, _, against, aim = PAIRS[name]
    print(
        f"{name:<12} {ours['cpu']:8.2f} s {ours['wall']:8.2f} s {ours['peak']:7.0f} MB   "
        f"{bare['cpu']:8.2f} s {bare['wall']:8.2f} s {bare['peak']:7.0f} MB   "
        f"ratio {ours['cpu'] / bare['cpu']:6.3f}  aim ≤ {aim}  against {against}"
    )


def prepare(folder: Path, rows: int) -> None:
    """Make the records and the filled workbook that the jobs work on."""
    from marketing_sheets import generate_workbook

    daily_csv(folder / "records", rows)
    generate_workbook(
        "campaign_tracker",
        folder / "filled.xlsx",
        records=folder / "records",
        form={"start_date": "2024-06-01", "end_date": "2024-09-01", "as_of": "2024-06-30"},
        rows=1,
    )


def main() -> None:
    """Measure every pair, or one side of one pair when called by itself."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", choices=PAIRS)
    parser.add_argument("--measure", nargs=2, metavar=("PAIR", "SIDE"), help=argparse.SUPPRESS)
    parser.add_argument("--prepare", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--merge", action="store_true", help="merge many workbooks instead")
    parser.add_argument("--scale", default="1", help="with --merge: share of the workbooks")
    given = parser.parse_args()
    if given.merge:
        script = Path(__file__).with_name("benchmark_merge.py")
        sys.exit(
            subprocess.run([sys.executable, script, "--scale", given.scale], check=False).returncode
        )
    if given.prepare:
        prepare(given.folder, given.rows)
        return
    if given.measure:
        measure(given.measure[0], int(given.measure[1]), given.folder, given.rows)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # In a process of its own: the peak memory of a parent counts for its children too.
        command = [sys.executable, __file__, "--prepare", "--folder", name]
        subprocess.run([*command, "--rows", str(given.rows)], check=True)
        print(f"{given.rows:,} daily rows; least of {given.repeats} runs each")
        print(f"{'':<12} {'ours: CPU':>10} {'wall':>10} {'peak':>10}   {'theirs: CPU':>9}")
        for pair in [given.only] if given.only else PAIRS:
            run_pair(pair, folder, given.rows, given.repeats)


if __name__ == "__main__":
    main()
