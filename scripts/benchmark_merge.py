"""Measure the merge of many workbooks against reading and joining them with pandas.

    python scripts/benchmark.py --merge [--scale 0.1]

1,000 workbooks of 200 daily rows and 100 of 10,000 rows; `--scale` takes that share of the
workbooks. Each side runs in a process of its own, the memory is that of the process and all it
started together, at its peak. pandas reads the same five tables of every workbook and joins them,
nothing typed, checked or reconciled.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

SIZES = {"1,000 x 200": (1000, 200), "100 x 10,000": (100, 10_000)}
TABS = ["推进总表", "阶段进度", "每日数据", "效果评估", "问题跟踪"]
CHANNELS = 10
MARK = "区域0000"
DAY = date(2024, 1, 1)
SIDES = ("ours", "again", "write", "calamine", "openpyxl")


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


def ours(folder: Path) -> Callable[[], object]:
    """Find, read, type, check, merge and reconcile; the cache is in the folder."""
    from marketing_sheets.loading import load_template
    from marketing_sheets.merging import Cache
    from marketing_sheets.merging.base import source_of
    from marketing_sheets.merging.engine import merge_sources
    from marketing_sheets.merging.reading import read_workbooks
    from marketing_sheets.merging.sources import find_workbooks
    from marketing_sheets.merging.totals import check_merged
    from marketing_sheets.merging.way import Way

    def run() -> object:
        found = find_workbooks([folder / "in"])
        read, skipped = read_workbooks(found.files, cache=Cache(folder / "cache"))
        sources = [source_of(one.reading, file=one.file, modified=one.modified) for one in read]
        way = Way(template=load_template("campaign_tracker"), language="zh-Hans")
        merged = merge_sources(sources, way, skipped=skipped)
        check_merged(merged)
        return merged

    return run


def write(folder: Path) -> Callable[[], object]:
    """Write the merged workbook, Summary and log included; the merge itself is not timed."""
    from marketing_sheets.merging.writing import write_merge

    merged = ours(folder)()
    return lambda: write_merge(
        merged,  # type: ignore[arg-type] # the merge, by way of a job's object
        folder / "merged.xlsx",
        as_of=date(2024, 6, 30),
        overwrite=True,
    )


def with_pandas(folder: Path, engine: str) -> Callable[[], object]:
    """Read the five tables of every workbook and join them."""
    import pandas as pd

    def run() -> object:
        joined: dict[str, list[pd.DataFrame]] = {tab: [] for tab in TABS}
        for path in sorted((folder / "in").glob("*.xlsx")):
            tabs = pd.read_excel(path, sheet_name=TABS, header=5, engine=engine)  # type: ignore[call-overload] # the engine is a plain text here
            for tab, frame in tabs.items():
                joined[tab].append(frame)
        return {tab: pd.concat(frames, ignore_index=True) for tab, frames in joined.items()}

    return run


def job(side: str, folder: Path) -> Callable[[], object]:
    """Return what a side has to do, everything imported."""
    if side in ("ours", "again"):
        return ours(folder)
    return write(folder) if side == "write" else with_pandas(folder, side)


def measure(side: str, folder: Path) -> None:
    """Run one side and print its seconds as JSON."""
    run = job(side, folder)
    before, wall = os.times(), time.perf_counter()
    run()
    wall, after = time.perf_counter() - wall, os.times()
    print(json.dumps({"wall": wall, "cpu": sum(after[:4]) - sum(before[:4])}))


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


def run_side(side: str, folder: Path) -> dict[str, float]:
    """Run one side in a process of its own, watching its memory."""
    command = [sys.executable, "-W", "ignore", __file__, "--measure", side, "--folder", str(folder)]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    peak = 0
    ended = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not ended.wait(0.1):
            peak = max(peak, memory(running.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    said, _ = running.communicate()
    ended.set()
    watcher.join()
    if running.returncode:
        raise SystemExit(f"{side} failed")
    result: dict[str, float] = json.loads(said.splitlines()[-1])
    return {**result, "peak": peak / 2**20}


def compare(name: str, folder: Path, files: int, rows: int, sides: list[str]) -> None:
    """Run all sides on one set of workbooks and print them side by side."""
    make_inputs(folder, files, rows)
    size = sum(path.stat().st_size for path in (folder / "in").iterdir()) / 2**20
    print(f"\n{name}: {files:,} workbooks of {rows:,} rows, {size:,.0f} MB")
    results: dict[str, dict[str, float]] = {}
    for side in sides:
        if side == "again":
            change_one(folder)
        results[side] = run_side(side, folder)
        one = results[side]
        print(
            f"  {LABELS[side]:<52} {one['wall']:8.2f} s {one['cpu']:8.2f} s CPU "
            f"{one['peak']:7.0f} MB",
            flush=True,
        )
    for side, other, aim in (
        ("ours", "calamine", "≤ 1.5"),
        ("openpyxl", "ours", "≥ 8"),
        ("again", "ours", "≤ 0.1"),
    ):
        if side in results and other in results:
            walls, cpus = (results[side][key] / results[other][key] for key in ("wall", "cpu"))
            print(f"  {side} / {other}: {walls:.2f} wall, {cpus:.2f} CPU; aim {aim}")


LABELS = {
    "ours": "read, type, check, merge, reconcile; cache empty",
    "again": "the same once more, one workbook changed",
    "write": "write the merged workbook with Summary and log",
    "calamine": "pandas + calamine: read, join",
    "openpyxl": "pandas + openpyxl: read, join",
}


def main() -> None:
    """Measure both sizes, or one side when called by itself."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scale", type=float, default=1.0, help="share of the workbooks")
    parser.add_argument("--sides", nargs="+", choices=SIDES, default=list(SIDES))
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument("--measure", choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        measure(given.measure, given.folder)
        return
    print(f"{os.cpu_count()} processors")
    for name in given.sizes:
        files, rows = SIZES[name]
        with tempfile.TemporaryDirectory() as folder:
            compare(name, Path(folder), max(2, int(files * given.scale)), rows, given.sides)


if __name__ == "__main__":
    main()
