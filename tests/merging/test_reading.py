"""Many workbooks are read as each alone would be, in order, whoever reads and whatever fails."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from support.books import DAILY, TAB, draw, table_of
from support.same_readings import difference

from marketing_sheets import generate_workbook
from marketing_sheets.errors import DamagedWorkbook, TemplateError, UsageError
from marketing_sheets.merging import Cache, reading as module
from marketing_sheets.merging.reading import read_workbooks
from marketing_sheets.reader import read_inputs
from marketing_sheets.texts import LANGUAGES

Files = list[tuple[str, Path]]
OWN = """
format = 1
id = "events"
title = "Events"
[[sheets]]
id = "events"
kind = "table"
label = "Events"
key = ["event"]
[[sheets.columns]]
id = "event"
label = "Event"
required = true
key = true
[[sheets.columns]]
id = "guests"
type = "integer"
label = "Guests"
"""


def daily(folder: Path, name: str, cost: float) -> tuple[str, Path]:
    """Write a small workbook of daily data."""
    row = f"2024-06-01|小红书|20000|3200|12|3|{cost}|4800|5000|"
    return f"部门/{name}", draw(folder / name, {TAB: [*table_of(DAILY), *table_of(row)]})


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """Return six workbooks, the second broken, the fourth with a password, the fifth gone."""
    folder = tmp_path_factory.mktemp("files")
    found = [daily(folder, f"{number}.xlsx", 100 + number) for number in (1, 2, 3, 4, 5, 6)]
    found[1][1].write_bytes(found[0][1].read_bytes()[:900])
    magic = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512)
    found[3][1].write_bytes(magic + "EncryptedPackage".encode("utf-16-le"))
    found[4][1].unlink()
    return found


class Backwards(Executor):
    """An executor that runs what it got last first, when first asked for a result."""

    def __init__(self) -> None:
        self.orders: list[tuple[Future[Any], Any, Any]] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Put an order off; once six have come, run them from the last to the first."""
        future: Future[Any] = Future()
        self.orders.append((future, fn, args))
        if len(self.orders) == 6:
            for one, run, given in reversed(self.orders):
                one.set_result(run(*given, **kwargs))
        return future


@pytest.mark.processes
def test_every_way_of_reading_gives_the_same(files: Files) -> None:
    """One by one, in threads, in processes, or answered in another order than asked."""
    alone, left_out = read_workbooks(files, jobs=1)
    assert [one.file for one in alone] == ["部门/1.xlsx", "部门/3.xlsx", "部门/6.xlsx"]
    assert [one.file for one in left_out] == ["部门/2.xlsx", "部门/4.xlsx", "部门/5.xlsx"]
    assert [one.code for one in left_out] == ["not_whole", "encrypted", "no_such_file"]
    with ThreadPoolExecutor(3) as threads:
        results = [
            read_workbooks(files, executor=threads),
            read_workbooks(files, executor=Backwards()),
            read_workbooks(files, jobs=2),
        ]
    for read, skipped in results:
        assert skipped == left_out
        for one, other in zip(alone, read, strict=True):
            assert (one.file, one.path, one.modified) == (other.file, other.path, other.modified)
            assert difference(one.reading, other.reading) is None


def test_a_reading_is_the_one_the_reader_gives_under_the_shown_name(files: Files) -> None:
    """Nothing is lost on the way, and every place names the file as it is shown."""
    name, path = files[2]
    ((one,), _) = read_workbooks([(name, path)])
    assert difference(one.reading, read_inputs(path, name=name)) is None
    assert one.reading.sheets["daily_data"].place(0).file == "部门/3.xlsx"


def test_what_is_left_out_says_why_under_its_shown_name(files: Files) -> None:
    """In three languages; the reader itself knows only the last part of the name."""
    _, skipped = read_workbooks(files, jobs=1)
    for one in skipped:
        sentences = {one.describe(language) for language in LANGUAGES}
        assert len(sentences) == 3
        assert all(one.file in sentence for sentence in sentences)


def test_fail_fast_raises_the_error_of_the_file(files: Files) -> None:
    """Alone and in threads; what was not begun is not begun any more."""
    with pytest.raises(DamagedWorkbook):
        read_workbooks(files, jobs=1, fail_fast=True)
    with ThreadPoolExecutor(1) as threads, pytest.raises(DamagedWorkbook):
        read_workbooks(files, executor=threads, fail_fast=True)


def test_progress_counts_every_file_once(files: Files) -> None:
    """Read, skipped or known already: the last count is the number of files."""
    told: list[tuple[int, int, str]] = []
    read_workbooks(files, jobs=1, progress=lambda *args: told.append(args))
    assert told == [(number, 6, name) for number, (name, _) in enumerate(files, start=1)]


def test_known_workbooks_are_not_opened_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes out of the cache equals what went in; only the changed file is read."""
    cache = Cache(tmp_path / "cache")
    own = [daily(tmp_path, f"{number}.xlsx", number) for number in range(3)]
    first, _ = read_workbooks(own, cache=cache, jobs=1)
    assert not any(one.is_cached for one in first)
    own[1] = daily(tmp_path, "1.xlsx", 99)
    opened: list[str] = []

    def counted(path: Path, **more: Any) -> Any:
        opened.append(path.name)
        return read_inputs(path, **more)

    monkeypatch.setattr(module, "read_inputs", counted)
    again, _ = read_workbooks(own, cache=cache, jobs=1)
    assert opened == ["1.xlsx"]
    assert [one.is_cached for one in again] == [True, False, True]
    assert difference(again[0].reading, first[0].reading) is None
    assert again[1].reading.sheets["daily_data"].frame["cost"].tolist() == [99]


def test_a_copy_under_another_name_is_known_and_keeps_its_own_name(
    files: Files, tmp_path: Path
) -> None:
    """The cache goes by content."""
    cache = Cache(tmp_path / "cache")
    read_workbooks(files[:1], cache=cache)
    ((one,), _) = read_workbooks([("销售部/副本.xlsx", files[0][1])], cache=cache)
    assert one.is_cached
    assert one.reading.file == "销售部/副本.xlsx"
    assert one.reading.sheets["daily_data"].origin.file == "销售部/副本.xlsx"


def test_packets_from_elsewhere_go_into_the_cache(files: Files, tmp_path: Path) -> None:
    """Whoever read them; a file that failed is tried again."""
    cache = Cache(tmp_path / "cache")
    with ThreadPoolExecutor(2) as threads:
        read_workbooks(files, cache=cache, executor=threads)
        read, skipped = read_workbooks(files, cache=cache, executor=threads)
    assert all(one.is_cached for one in read)
    assert len(skipped) == 3


@pytest.mark.processes
def test_a_company_template_reaches_the_other_processes(tmp_path: Path) -> None:
    """As a file, as the template itself; its readings are kept apart in the cache."""
    toml = tmp_path / "events.toml"
    toml.write_text(OWN, encoding="utf-8")
    own = [(f"{name}.xlsx", tmp_path / f"{name}.xlsx") for name in "ab"]
    for _, path in own:
        draw(path, {"Events": [["Event", "Guests"], ["Fair", 7]]})
    cache = Cache(tmp_path / "cache")
    with ProcessPoolExecutor(1) as pool:
        read, skipped = read_workbooks(own, template=toml, executor=pool, cache=cache)
    assert skipped == []
    assert [one.reading.sheets["events"].frame["guests"].tolist() for one in read] == [[7], [7]]
    again, _ = read_workbooks(own, template=str(toml), cache=cache)
    assert all(one.is_cached for one in again)
    toml.write_text(OWN.replace('"integer"', '"text"'), encoding="utf-8")
    changed, _ = read_workbooks(own, template=toml, cache=cache)
    assert not any(one.is_cached for one in changed)
    assert changed[0].reading.sheets["events"].frame["guests"].tolist() == ["7"]


def test_a_wrong_template_or_number_of_jobs_stops_at_once(files: Files) -> None:
    """That is no fault of the files."""
    with pytest.raises(TemplateError):
        read_workbooks(files, template="campaign_traker")
    with pytest.raises(UsageError):
        read_workbooks(files, jobs=0)


def test_a_fault_of_ours_costs_only_its_file(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception nobody foresaw is listed with what it says."""

    def failing(path: Path, **more: Any) -> Any:
        if path.name == "3.xlsx":
            raise ZeroDivisionError("something odd")
        return read_inputs(path, **more)

    monkeypatch.setattr(module, "read_inputs", failing)
    read, skipped = read_workbooks(files, jobs=1)
    assert [one.file for one in read] == ["部门/1.xlsx", "部门/6.xlsx"]
    (odd,) = (one for one in skipped if one.code == "unforeseen_fault")
    assert "something odd" in odd.describe("en")


def test_when_a_workbook_was_saved_is_what_it_says_or_the_file_system(tmp_path: Path) -> None:
    """The core properties, in UTC; a copy's date of copying says nothing."""
    path = tmp_path / "a.xlsx"
    generate_workbook("campaign_tracker", path, rows=1, created=datetime(2024, 5, 1, 8, 30))
    ((one,), _) = read_workbooks([("a.xlsx", path)])
    assert one.modified == datetime(2024, 5, 1, 8, 30, tzinfo=UTC)


def test_the_day_to_read_as_of_is_passed_on(files: Files, tmp_path: Path) -> None:
    """And it is part of what a reading is known by."""
    cache = Cache(tmp_path)
    for day in (date(2024, 6, 1), date(2024, 6, 2)):
        ((one,), _) = read_workbooks(files[:1], as_of=day, cache=cache)
        assert not one.is_cached


KILLER = """
    import os, signal, sys
    from pathlib import Path
    import marketing_sheets.reader
    real = marketing_sheets.reader.read_inputs

    def deadly(path, **more):
        if path.name == "3.xlsx":
            os.kill(os.getpid(), signal.SIGKILL)
        return real(path, **more)

    marketing_sheets.reader.read_inputs = deadly
    from marketing_sheets.merging.reading import read_workbooks

    if __name__ == "__main__":
        files = [(Path(name).name, Path(name)) for name in sys.argv[1:]]
        read, skipped = read_workbooks(files, jobs=2)
        print([one.file for one in read], [(one.file, one.code) for one in skipped])
"""


@pytest.mark.slow
@pytest.mark.processes
@pytest.mark.skipif(os.name != "posix", reason="kills a process by a signal")
def test_a_file_that_kills_its_process_costs_only_itself(tmp_path: Path) -> None:
    """A parser may crash outright; the others are read all the same."""
    own = [daily(tmp_path, f"{number}.xlsx", number)[1] for number in range(5)]
    script = tmp_path / "run.py"
    script.write_text(textwrap.dedent(KILLER), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script), *map(str, own)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == (
        "['0.xlsx', '1.xlsx', '2.xlsx', '4.xlsx'] [('3.xlsx', 'reader_died')]"
    )


@pytest.mark.slow
@pytest.mark.processes
def test_a_script_without_a_main_guard_is_read_all_the_same(tmp_path: Path) -> None:
    """Its processes cannot start, so this one reads."""
    own = [daily(tmp_path, f"{number}.xlsx", number)[1] for number in range(2)]
    script = tmp_path / "run.py"
    code = KILLER.replace('if __name__ == "__main__":', "if True:").replace("3.xlsx", "none")
    script.write_text(textwrap.dedent(code), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script), *map(str, own)], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "['0.xlsx', '1.xlsx'] []"


INTERRUPTED = """
    import os, signal, sys, time
    from pathlib import Path
    import marketing_sheets.reader
    real = marketing_sheets.reader.read_inputs

    def slow(path, **more):
        print("reader", os.getpid(), flush=True)
        time.sleep(0.2)
        return real(path, **more)

    marketing_sheets.reader.read_inputs = slow
    from marketing_sheets.merging.reading import read_workbooks

    if __name__ == "__main__":
        # Whoever started the tests in the background had Ctrl-C ignored.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        files = [(str(number), Path(sys.argv[1])) for number in range(500)]
        read_workbooks(files, jobs=2)
"""


@pytest.mark.slow
@pytest.mark.processes
@pytest.mark.skipif(os.name != "posix", reason="interrupts a process group by a signal")
def test_an_interrupt_ends_every_process(tmp_path: Path) -> None:
    """Ctrl-C reaches the whole group; nobody of it is left, nothing but the interrupt is told."""
    _, path = daily(tmp_path, "a.xlsx", 1)
    running = begun(path)
    os.killpg(running.pid, signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert said.strip().endswith("KeyboardInterrupt")
    assert said.count("Traceback") <= 2  # one of ours, at most one of the waiting it broke off
    assert is_gone(running.pid)


@pytest.mark.slow
@pytest.mark.processes
@pytest.mark.skipif(os.name != "posix", reason="kills a process by a signal")
def test_processes_end_when_the_program_is_killed(tmp_path: Path) -> None:
    """Whoever kills the program alone, without warning, leaves nobody behind."""
    _, path = daily(tmp_path, "a.xlsx", 1)
    running = begun(path)
    os.kill(running.pid, signal.SIGKILL)
    running.communicate(timeout=60)
    assert is_gone(running.pid)


def begun(path: Path) -> subprocess.Popen[str]:
    """Start a program of its own group that reads on and on; return once two processes read."""
    script = path.with_name("run.py")
    script.write_text(textwrap.dedent(INTERRUPTED), encoding="utf-8")
    running = subprocess.Popen(
        [sys.executable, str(script), str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert running.stdout is not None
    readers: set[str] = set()
    while len(readers) < 2:
        line = running.stdout.readline()
        assert line, running.communicate()
        readers.add(line)
    return running


def is_gone(group: int) -> bool:
    """Wait until no process of a group is left, a minute at most."""
    for _ in range(600):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False
