#!/usr/bin/env python3
"""Print the SHA-256 of all that the product makes of its examples, a line a file.

What must change nothing is proven by the same lines before and after:

    python scripts/fingerprint.py > before.txt
    ...
    python scripts/fingerprint.py | diff before.txt -

Every template in every language: a blank workbook, the example, its Summary, its parts, the parts
merged with and without their base, its records, and what the command line prints. Then a workbook
of `--rows` generated days of 250 channels, some cells typed oddly, with its frames to the bit; and
all workbooks in the folders named, whoever made them: what is said of them and, where it can be,
each with a Summary put into it.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal

from marketing_sheets import (
    LANGUAGES,
    Language,
    SheetsError,
    check_workbook,
    export_records,
    generate_workbook,
    merge,
    recalculate,
    split,
    template_names,
)
from marketing_sheets.summary import summarize
from marketing_sheets.workbooks import example_folder, put_summary

CHANNELS = 250
FIGURES = "impressions clicks conversions new_users cost sales sales_target"
# How staff type a number, every so often.
ODD = ("约{}", "{}元", "1.2万", "{} 左右", "-", "待定", "{}%", "０", "(5)", "3e3", "{},{}")
CREATED = datetime(2024, 8, 1, 9, 30)
AS_OF = date(2024, 7, 10)
BY: tuple[Literal["department", "owner", "channel"], ...] = ("department", "owner", "channel")


def say(*words: object) -> str:
    """Run the command line in this folder and return all that it says, and its exit code."""
    command = [sys.executable, "-m", "marketing_sheets", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    told = f"{done.returncode}\n{done.stdout}\n{done.stderr}".replace(str(Path.cwd()), "")
    # What the command line writes bears the day on which it ran, and so does its hash.
    return re.sub("[0-9a-f]{64}", "", told)


def make(template: str, language: Language) -> None:
    """Make everything of one template in one language, in this folder."""
    from marketing_sheets import load_template

    whole = load_template(template)
    generate_workbook(whole, "blank.xlsx", language=language, created=CREATED)
    generate_workbook(
        whole,
        "example.xlsx",
        language=language,
        records=example_folder(whole, language),
        created=CREATED,
    )
    recalculate("example.xlsx", output="summary.xlsx", as_of=AS_OF, created=CREATED)
    recalculate("example.xlsx", output="english.xlsx", language="en", created=CREATED)
    reading, _ = check_workbook("example.xlsx")
    export_records(reading, "csv", "csv")
    export_records(reading, "json", "json")
    for by in BY:
        try:
            split("example.xlsx", by, by=by, created=CREATED)
        except SheetsError as error:
            Path(f"{by}.txt").write_text(error.describe(language), encoding="utf-8")
            continue
        files = sorted(Path(by).glob("*.xlsx"))
        merge(["example.xlsx", *files], f"{by}.returned.xlsx", as_of=AS_OF, created=CREATED)
        merge(files, f"{by}.plain.xlsx", as_of=AS_OF, created=CREATED, per_department=True)
        told = say("merge", *files, "-o", f"{by}.said.xlsx", "--as-of", AS_OF, "--json")
        Path(f"{by}.merge.json").write_text(told, encoding="utf-8")
    for name, words in {
        "check.json": ("check", "example.xlsx", "--json", "--as-of", AS_OF),
        "check.txt": ("check", "example.xlsx", "--as-of", AS_OF, "--language", language),
        "recalculate.txt": ("recalculate", "example.xlsx", "-o", "said.xlsx", "--as-of", AS_OF),
    }.items():
        Path(name).write_text(say(*words), encoding="utf-8")


def daily(folder: Path, rows: int) -> None:
    """Write days of channels that differ, rise and fall, with gaps and a few rows twice."""
    chance = random.Random(1)
    names = ["抖音", "快手", *(f"门店{number}" for number in range(CHANNELS - 2))]
    lines = [f"date,channel,{FIGURES.replace(' ', ',')}"]
    for number in range(rows):
        day = date(2024, 7, 10) - timedelta(rows // CHANNELS - number // CHANNELS)
        seen = chance.randrange(500, 90_000)
        clicks = int(seen * chance.choice((0.001, 0.01, 0.02, 0.05)))
        figures: list[object] = [seen, clicks, int(clicks * chance.choice((0, 0.005, 0.03, 0.2)))]
        figures += [chance.randrange(90), chance.randrange(9000) / 4, chance.randrange(60_000), 900]
        figures = ["" if chance.random() < 0.03 else one for one in figures]
        twice = chance.random() < 0.001
        lines += [",".join(map(str, (day, names[number % CHANNELS], *figures)))] * (1 + twice)
    folder.mkdir()
    (folder / "daily_data.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def oddly(path: Path) -> None:
    """Make texts of some of the numbers in a workbook's largest sheet."""
    shutil.move(path, "plain.xlsx")
    cell = re.compile(rb'<c r="([A-Z]+[0-9]+)"( s="[0-9]+")><v>([0-9.]+)</v></c>')
    chance = random.Random(2)

    def typed(found: re.Match[bytes]) -> bytes:
        if chance.random() > 0.004:
            return found[0]
        text = chance.choice(ODD).replace("{}", found[3].decode()).encode()
        return b'<c r="%s"%s t="inlineStr"><is><t>%s</t></is></c>' % (found[1], found[2], text)

    with zipfile.ZipFile("plain.xlsx") as plain, zipfile.ZipFile(path, "w", 8) as odd:
        largest = max(plain.infolist(), key=lambda part: part.file_size).filename
        for name in plain.namelist():
            data = plain.read(name)
            # Without a time of its own, an entry bears that of this run.
            odd.writestr(
                zipfile.ZipInfo(name), cell.sub(typed, data) if name == largest else data, 8
            )


def make_large(rows: int) -> None:
    """Make everything of one workbook of many rows, in this folder."""
    daily(Path("records"), rows)
    book = Path("large.xlsx")
    generate_workbook("campaign_tracker", book, records="records", rows=1, created=CREATED)
    oddly(book)
    recalculate(book, output="summary.xlsx", as_of=AS_OF, created=CREATED)
    reading, _ = check_workbook(book, as_of=AS_OF)
    for name, records in reading.sheets.items():
        frames = {"frame": records.frame, "raw": records.raw}
        shown = [f"{kind}\n{one.dtypes}\n{one.to_csv()}" for kind, one in frames.items()]
        Path(f"{name}.frame").write_text("\n".join(shown), encoding="utf-8")
    Path("reading.txt").write_text(f"{reading.problems}\n{reading.totals}", encoding="utf-8")
    Path("check.json").write_text(say("check", book, "--json", "--as-of", AS_OF), encoding="utf-8")


def make_strangers(folder: Path) -> None:
    """Say what is said of all workbooks of a folder, and put a Summary into copies, in this one."""
    generate_workbook("campaign_tracker", "own.xlsx", rows=1, created=CREATED)
    summary = summarize(check_workbook("own.xlsx", as_of=AS_OF)[0], as_of=AS_OF)
    for path in sorted(folder.iterdir()):
        shutil.copy(path, path.name)
        told = say("check", path.name, "--json", "--template", "campaign_tracker")
        try:
            put_summary(summary, Path(path.name), language="en", created=CREATED)
        except SheetsError as error:
            told += error.describe("en")
        Path(f"{path.name}.txt").write_text(told, encoding="utf-8")


def lines(name: str, job: Callable[..., None], *given: object) -> list[str]:
    """Do a job in a folder of its own and return a line a file."""
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        job(*given)
        made = [
            f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {name}/{path}"
            for path in sorted(Path().rglob("*"))
            if path.is_file() and ".said." not in path.name and path.name != "said.xlsx"
        ]
        os.chdir("/")
    return made


def main() -> None:
    """Print all lines."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000, help="of the large workbook; 0: none")
    parser.add_argument("folders", nargs="*", type=Path, help="of workbooks that others made")
    given = parser.parse_args()
    jobs: list[tuple[object, ...]] = [
        (f"{name}/{language}", make, name, language)
        for name in template_names()
        for language in LANGUAGES
    ]
    jobs += [(folder.name, make_strangers, folder.resolve()) for folder in given.folders]
    jobs += [(f"{given.rows} rows", make_large, given.rows)] * bool(given.rows)
    with ProcessPoolExecutor() as executor:
        for made in [executor.submit(lines, *job) for job in jobs]:  # type: ignore[arg-type]
            print(*made.result(), sep="\n")


if __name__ == "__main__":
    main()
