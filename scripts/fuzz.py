"""Damage files, kill commands, fill the disk, run two at once: nothing may break or be left behind.

    python scripts/fuzz.py --seconds 60 --seed 1

Prints how often what came out; the same seed tries the same things in the same order. Exit code 1
if anything but a sentence and whole files came out.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

from marketing_sheets import check_workbook, generate_workbook
from marketing_sheets.errors import SheetsError
from marketing_sheets.loading import load_template
from marketing_sheets.ooxml.gate import check_workbook_file
from marketing_sheets.workbooks import example_folder

DAY = date(2024, 6, 28)
PATIENCE = 30  # seconds for one file
WORDS = [sys.executable, "-m", "marketing_sheets"]
TEXTS = (
    b"\xff\xfe",
    b"<!--",
    b"1e999",
    b"&amp;",
    b"-1",
    b"9" * 5000,
    b"A1:XFD1048576",
    b"</c>",
    b"",
)


class Fault(Exception):
    """Something came out that must not."""


class Fuzz:
    """One run: its chance, its sample workbook and the folder it works in."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.chance = random.Random(seed)
        self.folder = folder
        self.sample = folder / "sample.xlsx"
        template = load_template("campaign_tracker")
        generate_workbook(
            template, self.sample, records=example_folder(template, "zh-Hans"), rows=5
        )
        self.whole = self.sample.read_bytes()

    def flipped(self) -> bytes:
        """Change a few bits anywhere."""
        data = bytearray(self.whole)
        for _ in range(self.chance.choice((1, 3, 20))):
            data[self.chance.randrange(len(data))] ^= 1 << self.chance.randrange(8)
        return bytes(data)

    def cut(self) -> bytes:
        """Leave out the end, or a piece."""
        at, end = sorted(self.chance.randrange(len(self.whole)) for _ in range(2))
        return self.whole[:at] + (self.whole[end:] if self.chance.random() < 0.5 else b"")

    def mutated(self) -> bytes:
        """Change the XML of a part, the archive itself being sound."""
        with zipfile.ZipFile(io.BytesIO(self.whole)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        name = self.chance.choice(sorted(parts))
        data = parts[name]
        for _ in range(self.chance.choice((1, 5))):
            at = self.chance.randrange(len(data) + 1)
            end = min(len(data), at + self.chance.choice((0, 1, 10, 500)))
            piece = self.chance.choice((*TEXTS, data[at:end] * 50))
            data = data[:at] + piece + data[end:]
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for known, content in (parts | {name: data}).items():
                archive.writestr(known, content)
        return out.getvalue()

    def damage(self) -> str:
        """Read a damaged workbook: it is read, or refused with a sentence, soon."""
        kind = self.chance.choice((self.flipped, self.cut, self.mutated))
        path = self.folder / "damaged.xlsx"
        path.write_bytes(kind())

        def too_long(*_: object) -> None:
            raise Fault(f"{kind.__name__} takes more than {PATIENCE} s")

        signal.signal(signal.SIGALRM, too_long)
        signal.alarm(PATIENCE)
        try:
            check_workbook(path, as_of=DAY)
        except SheetsError as error:
            error.describe("zh-Hans")
            return f"{kind.__name__}: refused"
        finally:
            signal.alarm(0)
        return f"{kind.__name__}: read"

    def commands(self, home: Path) -> dict[str, list[str]]:
        """Return what is run in a folder that holds `618.xlsx`."""
        book, days = str(home / "618.xlsx"), ["--as-of", DAY.isoformat(), "--fail-on", "never"]
        blank = ["--set", "campaign_name=618", "--start", "2024-06-01", "--end", "2024-06-30"]
        return {
            "generate": ["generate", "execution_plan", "-o", str(home / "new.xlsx"), *blank],
            "recalculate": ["recalculate", book, *days],
            "merge": ["merge", book, "-o", str(home / "merged.xlsx"), "--no-cache", *days],
            "split": ["split", book, "--by", "department", "-o", str(home / "parts"), *days],
            "export": ["export", book, "-o", str(home / "records"), *days],
        }

    def home(self) -> Path:
        """Make a folder with the sample in it."""
        home = Path(tempfile.mkdtemp(dir=self.folder))
        shutil.copy(self.sample, home / "618.xlsx")
        return home

    def kill(self) -> str:
        """Kill a command at any moment: what is there is whole, and the next run clears up."""
        home = self.home()
        name, words = self.chance.choice(sorted(self.commands(home).items()))
        process = subprocess.Popen(
            [*WORDS, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            process.wait(self.chance.uniform(0.3, 4))
            told = f"kill {name}: done before"
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            told = f"kill {name}: whole"
        check_whole(home, self.whole)
        force = [] if name in ("recalculate", "merge") else ["--force"]
        done = subprocess.run([*WORDS, *words, *force], capture_output=True, check=False)
        if done.returncode not in (0, 1):
            raise Fault(f"{name} after a kill: {done.stderr.decode()[-300:]}")
        left = [path.name for path in home.rglob(".*")]
        if left:
            raise Fault(f"{name} leaves {left}")
        shutil.rmtree(home)
        return told

    def fill_disk(self) -> str:
        """Let no file grow beyond a limit: the command names the file, and the old one stays."""
        home = self.home()
        name, words = self.chance.choice(sorted(self.commands(home).items()))
        most = self.chance.randrange(1, 20_000)

        def limit() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

        done = subprocess.run(
            [*WORDS, *words], capture_output=True, check=False, preexec_fn=limit, text=True
        )
        if "Traceback" in done.stderr or done.returncode not in (0, 1, 3):
            raise Fault(f"{name} on a full disk: {done.stderr[-300:]}")
        check_whole(home, self.whole)
        left = [path.name for path in home.rglob(".*")]
        if left:
            raise Fault(f"{name} on a full disk leaves {left}")
        shutil.rmtree(home)
        return f"full disk, {name}: exit code {done.returncode}"

    def both(self) -> str:
        """Run a command twice at once: each ends with a sentence, and what is there is whole."""
        home = self.home()
        name, words = self.chance.choice(sorted(self.commands(home).items()))
        pair = [
            subprocess.Popen([*WORDS, *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            for _ in range(2)
        ]
        for process in pair:
            told = process.communicate()[1].decode()
            if "Traceback" in told or process.returncode not in (0, 1, 2, 3):
                raise Fault(f"two {name} at once: {told[-300:]}")
        check_whole(home, None if name == "recalculate" else self.whole)
        codes = sorted(process.returncode for process in pair)
        shutil.rmtree(home)
        return f"two {name} at once: exit codes {codes}"


def check_whole(home: Path, workbook: bytes | None) -> None:
    """Raise Fault unless every file that can be seen is whole."""
    for path in home.rglob("*"):
        if path.name.startswith(".") or any(p.name.startswith(".") for p in path.parents):
            continue
        if path.is_file() and not path.stat().st_size:
            raise Fault(f"{path.name} is empty")
        if path.suffix == ".xlsx" and path.read_bytes() != workbook:
            check_workbook_file(path)


def main() -> int:
    """Try for so many seconds, and print what came out how often."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    ends = time.monotonic() + given.seconds
    outcomes: Counter[str] = Counter()
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        fuzz = Fuzz(given.seed, Path(folder))
        slow: list[Callable[[], str]] = [fuzz.kill, fuzz.fill_disk, fuzz.both]
        ways = [*[fuzz.damage] * 40, *slow] if os.name == "posix" else [fuzz.damage]
        while time.monotonic() < ends:
            way = fuzz.chance.choice(ways)
            try:
                outcomes[way()] += 1
            except Exception as error:
                faults.append(f"{way.__name__}: {error!r}")
                outcomes[f"{way.__name__}: FAULT"] += 1
                broken = Path(folder, "damaged.xlsx")
                if way == fuzz.damage and broken.exists():
                    shutil.copy(broken, f"fault-{given.seed}-{len(faults)}.xlsx")
    for outcome, count in sorted(outcomes.items()):
        print(f"{count:6,}  {outcome}")
    print(*faults, sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
