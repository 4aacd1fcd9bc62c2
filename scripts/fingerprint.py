#!/usr/bin/env python3
"""Print the SHA-256 of all that the product makes of its examples, a line a file.

What must change nothing is proven by the same lines before and after:

    python scripts/fingerprint.py > before.txt
    ...
    python scripts/fingerprint.py | diff before.txt -

Every template in every language: a blank workbook, the example, its Summary, its parts, the parts
merged with and without their base, its records, and what the command line prints.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date, datetime
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
from marketing_sheets.workbooks import example_folder

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


def lines(template: str, language: Language) -> list[str]:
    """Make everything of a template and return a line a file."""
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        make(template, language)
        made = [
            f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {template}/{language}/{path}"
            for path in sorted(Path().rglob("*"))
            if path.is_file() and ".said." not in path.name and path.name != "said.xlsx"
        ]
        os.chdir("/")
    return made


def main() -> None:
    """Print all lines."""
    pairs: Iterator[tuple[str, Language]] = (
        (name, language) for name in template_names() for language in LANGUAGES
    )
    with ProcessPoolExecutor() as executor:
        for made in [executor.submit(lines, *pair) for pair in pairs]:
            print(*made.result(), sep="\n")


if __name__ == "__main__":
    main()
