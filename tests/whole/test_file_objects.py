"""A workbook in hand is as good as one on disk: file objects wherever a file is read."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from support.examples import Examples
from support.same_readings import difference

from marketing_sheets import (
    HostileWorkbook,
    NotAWorkbook,
    Reading,
    UsageError,
    WorkbookError,
    WorkbookExists,
    check_workbook,
    diff,
    export_records,
    generate_workbook,
    insert_sheet,
    merge,
    read_workbook,
    recalculate,
    split,
    write_report,
)
from marketing_sheets.chat import chat_text
from marketing_sheets.files import UNNAMED, SourceFile


class AnyPath:
    """A path that is neither text nor a Path."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __fspath__(self) -> str:
        return str(self._path)


def in_memory(path: Path) -> BinaryIO:
    """Return what a program has that was sent a workbook and read some of it."""
    data = io.BytesIO(path.read_bytes())
    data.seek(100)
    return data


def unplaced(reading: Reading) -> list[object]:
    """Return what a reading says but for the name of its file."""
    plain = [replace(p, place=replace(p.place, file=None)) for p in reading.problems]
    frames = {name: records.frame for name, records in reading.sheets.items()}
    return [plain, frames, dict(reading.form), reading.sha256, reading.as_of]


def test_it_reads_as_the_file_does(examples: Examples) -> None:
    """The same figures and doubts; it is called by a word, and stays where it stood."""
    path = examples("promotion_tracking").path
    file = in_memory(path)
    found, day = check_workbook(file)
    assert difference(unplaced(found), unplaced(read_workbook(path))) is None
    assert (found.file, found.as_of, file.tell()) == (UNNAMED, day, 100)


def test_an_opened_file_is_called_by_its_name(examples: Examples) -> None:
    """Places name the file that was opened; a path of any class is a path."""
    path = examples().path
    with path.open("rb") as file:
        assert read_workbook(file).file == path.name
    assert read_workbook(AnyPath(path)).file == path.name
    with tempfile.TemporaryFile() as file:
        file.write(path.read_bytes())
        assert read_workbook(file).file == UNNAMED


def test_it_is_recalculated_into_a_file(examples: Examples, tmp_path: Path) -> None:
    """The output holds what that of the file on disk holds, and may be replaced by the next."""
    path, output = examples().path, tmp_path / "a.xlsx"
    done = recalculate(in_memory(path), output=output)
    assert done.receipt.sha256_before == read_workbook(path).sha256
    assert read_workbook(output).sheets.keys() == done.reading.sheets.keys()
    again = recalculate(in_memory(path), output=AnyPath(output))
    assert again.receipt.sha256_after == done.receipt.sha256_after
    output.write_bytes(path.read_bytes())
    with pytest.raises(WorkbookExists):
        recalculate(in_memory(path), output=output)


@pytest.mark.parametrize("call", [recalculate, lambda file: insert_sheet(file, b"")])
def test_without_an_output_there_is_nowhere_to_write(
    examples: Examples, call: Callable[[BinaryIO], object]
) -> None:
    """What has no place of its own is told to be given one."""
    with pytest.raises(UsageError) as caught:
        call(in_memory(examples().path))
    assert caught.value.code == "output_needed"


def test_the_ending_must_fit_the_content(examples: Examples, tmp_path: Path) -> None:
    """A workbook without macros does not become .xlsm because nobody knows its name."""
    with pytest.raises(UsageError) as caught:
        recalculate(in_memory(examples().path), output=tmp_path / "a.xlsm")
    assert caught.value.code == "output_suffix"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_it_is_split_and_merged(examples: Examples, tmp_path: Path) -> None:
    """Parts are named after whom they are for, and merge again out of memory, in any order."""
    whole = examples().reading
    parts = split(in_memory(examples().path), tmp_path / "parts", by="department").parts
    assert all(part.path.name.startswith(part.label) for part in parts)
    files: list[Any] = [in_memory(part.path) for part in parts]
    one = merge(files, tmp_path / "one.xlsx", created=None)
    other = merge([parts[0].path, *files[:0:-1]], tmp_path / "other.xlsx", jobs=2)
    for result in (one, other):
        assert len(result.merge.sources) == len(parts)
        for name, records in whole.sheets.items():
            assert len(result.reading.sheets[name].frame) == len(records.frame)
    assert {source.file for source in one.merge.sources} == {
        UNNAMED,
        *(f"{UNNAMED} ({number})" for number in range(2, len(parts) + 1)),
    }


def test_a_report_is_written_of_it(examples: Examples, tmp_path: Path) -> None:
    """A report needs no file on disk."""
    done = write_report(in_memory(examples().path), tmp_path / "a.html")
    assert done.path.stat().st_size


def test_it_is_told_and_compared(examples: Examples) -> None:
    """A message and a comparison are those of the files; two without names are told apart."""
    path, other = examples().path, examples(language="en").path
    assert chat_text(in_memory(path)) == chat_text(path)
    found = diff(in_memory(path), in_memory(other))
    assert found.files == (UNNAMED, f"{UNNAMED} (2)")
    assert len(found.differences) == len(diff(path, other).differences)


@pytest.mark.parametrize(
    ("data", "error"),
    [(b"", NotAWorkbook), (b"PK\x05\x06" + b"\0" * 18, WorkbookError), (b"a,b\n", NotAWorkbook)],
)
def test_what_is_no_workbook_is_refused(data: bytes, error: type[WorkbookError]) -> None:
    """The gate is the same for bytes in memory."""
    with pytest.raises(error):
        read_workbook(io.BytesIO(data))


class Endless(io.BytesIO):
    """A file that never ends."""

    def read(self, size: int | None = -1) -> bytes:
        """Give as much as is asked for."""
        return b"\0" * (size or 0)


def test_a_file_that_never_ends_is_refused() -> None:
    """No more is read than a workbook may have."""
    with pytest.raises(HostileWorkbook):
        SourceFile.taken(Endless(), most=1 << 22)


def test_what_is_no_binary_file_is_said(examples: Examples) -> None:
    """Texts, pipes, closed files and what is no file are each refused in a sentence."""
    reader, writer = os.pipe()
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        for file in (io.StringIO("a"), pipe):
            with pytest.raises(UsageError) as caught:
                read_workbook(file)  # type: ignore[arg-type]
            assert caught.value.code == "no_binary_file"
    with pytest.raises(UsageError, match="bytes is no binary file object"):
        read_workbook(b"PK")  # type: ignore[arg-type]
    with examples().path.open("rb") as closed:
        pass
    with pytest.raises(WorkbookError, match=examples().path.name):
        read_workbook(closed)


def test_where_to_write_is_a_path(examples: Examples) -> None:
    """Every verb that writes says at once that a file object is no place to write to."""
    path, target = examples().path, io.BytesIO()
    calls: list[Callable[[Any], object]] = [
        lambda to: generate_workbook("campaign_tracker", to),
        lambda to: recalculate(path, output=to),
        lambda to: merge([path], to),
        lambda to: diff(path, path, output=to),
        lambda to: split(path, to, by="department"),
        lambda to: write_report(path, to),
        lambda to: export_records(examples().reading, to, "csv"),
    ]
    for call in calls:
        with pytest.raises(UsageError, match=r"a path.* found BytesIO"):
            call(target)
    assert target.getvalue() == b""
