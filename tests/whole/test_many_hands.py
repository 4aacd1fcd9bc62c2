"""Workbooks filled in by many hands, each with other habits, merge to exactly what they hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from support.many_hands import FIELDS, DailyRow, department_of, rows_of, write_by_hand
from support.oracles import libreoffice_resaved

from marketing_sheets.merging import merge
from marketing_sheets.reader import read_inputs
from marketing_sheets.records import SheetRecords
from marketing_sheets.splitting import split

AS_OF = date(2024, 12, 31)


def typed_rows(records: SheetRecords) -> list[DailyRow]:
    """Return the records as tuples of plain values, in order."""
    frame = records.frame.loc[:, list(FIELDS)]
    return sorted((row[0].date(), *row[1:]) for row in frame.itertuples(index=False, name=None))


def written(folder: Path, numbers: Iterable[int]) -> list[Path]:
    """Write the workbooks of some departments into a folder of their own."""
    folder.mkdir()
    return [write_by_hand(folder, number) for number in numbers]


def prove_merged(folder: Path, numbers: Sequence[int], *, jobs: int = 1) -> None:
    """Every record arrives with its department and file; totals reconcile; nothing is added."""
    output = folder.with_name("合并.xlsx")
    done = merge([folder], output, template="campaign_tracker", as_of=AS_OF, jobs=jobs)
    expected = sorted(row for number in numbers for row in rows_of(number))
    back = read_inputs(output)
    records = back.sheets["daily_data"]
    assert typed_rows(records) == expected
    assert all(total.reconciles for total in done.merge.totals)
    assert not done.merge.skipped
    origins = records.origins
    assert origins is not None
    told = {(row.department, row.file) for row in origins.itertuples()}
    names = [department_of(number) for number in numbers]
    assert told == {(name, f"{name}.xlsx") for name in names}
    sales = {total.file: total.merged for total in done.merge.totals if total.column == "sales"}
    for number in numbers:
        share = sum(row[-1] for row in rows_of(number))
        assert abs(sales[f"{department_of(number)}.xlsx"] - share) < 0.005


def prove_returned(merged: Path, numbers: Sequence[int]) -> None:
    """Split among channels, edited in each part, saved by another program, and merged again."""
    rows = {row[:2]: row for number in numbers for row in rows_of(number)}
    done = split(merged, merged.with_name("parts"), by="channel", as_of=AS_OF)
    for part in done.parts:
        records = read_inputs(part.path).sheets["daily_data"]
        if not len(records.frame):
            continue
        day, channel, *_ = typed_rows(records)[0]
        at = records.frame.index[records.frame["date"] == str(day)][0]
        book = openpyxl.load_workbook(part.path)
        tab = book[records.origin.sheet]
        cell = tab.cell(int(records.rows[at]), records.origin.columns["cost"])
        cell.value = 12_345.67
        book.save(part.path)
        old = rows[day, channel]
        rows[day, channel] = (*old[:-2], 12_345.67, old[-1])
    again = merge([merged, done.folder], merged.with_name("again.xlsx"), as_of=AS_OF, jobs=1)
    assert typed_rows(read_inputs(again.path).sheets["daily_data"]) == sorted(rows.values())
    assert not (again.merge.conflicts or again.merge.withdrawn)
    edited = [change for change in again.merge.changes if change.column == "cost"]
    assert len(edited) == sum(any(part.rows.values()) for part in done.parts)


@pytest.mark.slow
def test_a_dozen_habits(tmp_path: Path) -> None:
    """Twelve of them, each language and each way of beginning a workbook among them."""
    written(tmp_path / "各部门", range(12))
    prove_merged(tmp_path / "各部门", range(12))
    prove_returned(tmp_path / "合并.xlsx", range(12))


@pytest.mark.slow
@pytest.mark.processes
def test_two_hundred_habits(tmp_path: Path) -> None:
    """Two hundred, read in two processes."""
    written(tmp_path / "各部门", range(200))
    prove_merged(tmp_path / "各部门", range(200), jobs=2)
    prove_returned(tmp_path / "合并.xlsx", range(200))


@pytest.mark.slow
@pytest.mark.office
def test_habits_that_another_program_saved(tmp_path: Path) -> None:
    """Twenty of them, after LibreOffice has opened and saved each workbook."""
    numbers = range(0, 200, 10)
    files = written(tmp_path / "各部门", numbers)
    for saved, file in zip(libreoffice_resaved(tmp_path, *files), files, strict=True):
        saved.replace(file)
    prove_merged(tmp_path / "各部门", numbers)
