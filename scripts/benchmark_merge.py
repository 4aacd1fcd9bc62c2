"""Measure the merge of many workbooks against reading, joining and writing them with pandas.

    python scripts/benchmark_merge.py [--sizes 200x200 20x10000 30x10000] [--repeats 1]
    python scripts/benchmark_merge.py --sizes 100x10000    a million rows
    python scripts/benchmark_merge.py --small

`merge` as a user runs it, with the workbook it writes: with an empty cache, once more with all
files known, and with one of them changed. pandas reads the same five tables of every workbook on
calamine, joins them and writes them with `to_excel`; nothing is typed, checked, reconciled or
summarised there.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

from benchmark import AS_OF, PROGRAM, Command, Usage, judge, python, run, show

TABS = ["推进总表", "阶段进度", "每日数据", "效果评估", "问题跟踪"]
CHANNELS = 10
MARK = "区域0000"
DAY = date(2024, 1, 1)
# What a merge may take of the wall time pandas takes, what it may take once all is known of the
# CPU time of the first; and the seconds and MB of the largest, of a million rows the MB alone.
MOST, MOST_AGAIN = 1.2, 0.25
MOST_SECONDS, MOST_MEMORY = {(30, 10_000): 60}, {(30, 10_000): 1200, (100, 10_000): 3072}


def make_inputs(folder: Path, files: int, rows: int) -> None:
    """Write one workbook, then all others as copies with channels of their own: no key twice."""
    from marketing_sheets import generate_workbook
    from marketing_sheets.ooxml.archive import write_archive
    from marketing_sheets.ooxml.gate import open_file, open_source

    lines = ["date,channel,impressions,clicks,conversions,new_users,cost,sales,sales_target"]
    for number in range(rows):
        day = DAY + timedelta(number // CHANNELS)
        clicks = "" if number % 4 == 0 else 5000 + number % 977
        lines.append(
            f"{day},{MARK}渠道{number % CHANNELS},{100_000 + number % 7919},{clicks},"
            f"{80 + number % 53},{60 + number % 37},{4000 + number % 1009}.25,"
            f"{20_000 + number % 9973},24000"
        )
    records = folder / "records"
    records.mkdir(parents=True, exist_ok=True)
    (records / "daily_data.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    first = folder / "first.xlsx"
    end = (DAY + timedelta(rows // CHANNELS)).isoformat()
    form = {"start_date": DAY.isoformat(), "end_date": end, "as_of": end, "campaign_name": "618"}
    generate_workbook("campaign_tracker", first, records=records, form=form, rows=1, overwrite=True)
    target = folder / "in"
    target.mkdir(exist_ok=True)
    for number in range(files):
        package = open_file(open_source(first), cells=False).package
        texts = package.read("xl/sharedStrings.xml")
        package.write("xl/sharedStrings.xml", texts.replace(MARK.encode(), region(number)))
        with (target / f"{number:04}.xlsx").open("wb") as file:
            for chunk in write_archive(package.entries()):
                file.write(chunk)


def region(number: int) -> bytes:
    """Return the name that stands before the channels of a workbook."""
    return f"区域{number + 1:04}".encode()


def change_one(folder: Path) -> None:
    """Give one workbook other channels than before."""
    from marketing_sheets.ooxml.archive import write_archive
    from marketing_sheets.ooxml.gate import open_file, open_source

    path = sorted((folder / "in").glob("*.xlsx"))[-1]
    package = open_file(open_source(path), cells=False).package
    texts = package.read("xl/sharedStrings.xml")
    package.write("xl/sharedStrings.xml", texts.replace("区域".encode(), "片区".encode()))
    path.write_bytes(b"".join(bytes(chunk) for chunk in write_archive(package.entries())))


def merge_command(folder: Path) -> Command:
    """Return the command that merges a folder's workbooks, remembering what it reads."""
    out, cache = folder / "merged.xlsx", folder / "cache"
    return (
        *PROGRAM,
        "merge",
        folder / "in",
        "-o",
        out,
        "--force",
        "--as-of",
        AS_OF,
        "--cache",
        cache,
    )


def pandas_command(folder: Path) -> Command:
    """Return the command that reads, joins and writes them with pandas."""
    return python(
        "from pathlib import Path",
        "import pandas as pd",
        f"tabs = {TABS!r}",
        "joined = {tab: [] for tab in tabs}",
        f"for path in sorted(Path({str(folder / 'in')!r}).glob('*.xlsx')):",
        "    read = pd.read_excel(path, sheet_name=tabs, header=5, engine='calamine')",
        "    for tab, frame in read.items():",
        "        joined[tab].append(frame)",
        f"with pd.ExcelWriter({str(folder / 'pandas.xlsx')!r}, engine='xlsxwriter') as book:",
        "    for tab, frames in joined.items():",
        "        pd.concat(frames, ignore_index=True).to_excel(book, sheet_name=tab, index=False)",
    )


def compare(folder: Path, files: int, rows: int, repeats: int) -> None:
    """Run all sides on one set of workbooks, in turn, and print them side by side."""
    # In processes of their own: what a parent held once counts for those it starts.
    alone = (sys.executable, "-W", "ignore", __file__, "--folder", folder)
    run((*alone, "--prepare", files, rows))
    size = sum(path.stat().st_size for path in (folder / "in").iterdir()) / 2**20
    print(f"\n{files:,} workbooks of {rows:,} rows, {size:,.0f} MB")
    merge, theirs = merge_command(folder), pandas_command(folder)
    taken: dict[str, list[Usage]] = {}
    for _ in range(repeats):
        shutil.rmtree(folder / "cache", ignore_errors=True)
        taken.setdefault("merge and write, cache empty", []).append(run(merge))
        taken.setdefault("the same again, all cached", []).append(run(merge))
        run(alone)
        taken.setdefault("the same again, one workbook changed", []).append(run(merge))
        taken.setdefault("pandas + calamine: read, join, to_excel", []).append(run(theirs))
    for label, runs in taken.items():
        show(label, runs)
    first, again, _, bare = taken.values()
    judge("first ÷ pandas, wall", _least(first, "wall") / _least(bare, "wall"), MOST)
    judge("all cached ÷ first, CPU", _least(again, "cpu") / _least(first, "cpu"), MOST_AGAIN)
    whole = files, rows
    if whole in MOST_SECONDS:
        judge("first, seconds", _least(first, "wall"), MOST_SECONDS[whole])
    if whole in MOST_MEMORY:
        judge("first, MB", max(one.peak for one in first), MOST_MEMORY[whole])


def _least(runs: list[Usage], what: str) -> float:
    return min(float(getattr(one, what)) for one in runs)


def main() -> None:
    """Measure all sizes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    sizes = ["200x200", "20x10000", "30x10000"]
    parser.add_argument("--sizes", nargs="+", default=sizes, metavar="FILESxROWS")
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--small", action="store_true", help="below half a minute")
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--prepare", type=int, nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.folder:
        make_inputs(given.folder, *given.prepare) if given.prepare else change_one(given.folder)
        return
    print(f"{os.cpu_count()} processors")
    for size in ["10x100"] if given.small else given.sizes:
        files, rows = (int(number) for number in size.split("x"))
        with tempfile.TemporaryDirectory() as folder:
            compare(Path(folder), files, rows, given.repeats)


if __name__ == "__main__":
    main()
