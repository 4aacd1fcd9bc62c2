"""Two hundred workbooks, each filled in by other habits, merge to exactly what they hold."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from support.many_hands import FIELDS, DailyRow, department_of, resave, rows_of, write_by_hand
from support.oracles import SOFFICE

from marketing_sheets.merging import merge
from marketing_sheets.reader import read_workbook
from marketing_sheets.records import SheetRecords

FILES = 200
# Every tenth went through LibreOffice, where it is there, on its way.
RESAVED = 10


def typed_rows(records: SheetRecords) -> list[DailyRow]:
    """Return the records as tuples of plain values, in order."""
    frame = records.frame.loc[:, list(FIELDS)]
    return sorted((row[0].date(), *row[1:]) for row in frame.itertuples(index=False, name=None))


def test_two_hundred_habits(tmp_path: Path) -> None:
    """Every record arrives with its department and file; totals reconcile; nothing is added."""
    folder = tmp_path / "各部门"
    folder.mkdir()
    files = [write_by_hand(folder, number) for number in range(FILES)]
    if SOFFICE is not None:
        resave(SOFFICE, files[::RESAVED], tmp_path)
    output = tmp_path / "合并.xlsx"
    done = merge([folder], output, template="campaign_tracker", as_of=date(2024, 12, 31), jobs=2)
    expected = sorted(row for number in range(FILES) for row in rows_of(number))
    back = read_workbook(output)
    records = back.sheets["daily_data"]
    assert typed_rows(records) == expected
    assert all(total.reconciles for total in done.merge.totals)
    assert not done.merge.skipped
    origins = records.origins
    assert origins is not None
    told = {(row.department, row.file) for row in origins.itertuples()}
    names = [department_of(number) for number in range(FILES)]
    assert told == {(name, f"{name}.xlsx") for name in names}
    sales = {total.file: total.merged for total in done.merge.totals if total.column == "sales"}
    for number in range(FILES):
        share = sum(row[-1] for row in rows_of(number))
        assert abs(sales[f"{department_of(number)}.xlsx"] - share) < 0.005
