"""A program as a company's developer writes it: every verb, every result, all typed.

It is checked as a file of somebody else's, and run, by `tests/whole/test_user_program.py`.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import xlsxwriter

import marketing_sheets as ms

DAY = date(2024, 6, 28)


def templates() -> ms.Template:
    """Load one of the library's, and prove that all are sound."""
    for name in ms.template_names():
        assert ms.check_template(ms.load_template(name)) == ()
    template: ms.Template = ms.load_template("campaign_tracker")
    title: ms.Text = template.title
    languages: tuple[ms.Language, ...] = ms.LANGUAGES
    assert all(title[language] for language in languages)
    return template


def read(path: Path) -> ms.Reading:
    """Read a workbook, and recompute it step by step."""
    reading: ms.Reading = ms.read_workbook(path)
    records: ms.SheetRecords = reading.sheets["daily_data"]
    total: ms.ControlTotal = reading.totals[0]
    assert total.reconciles
    assert records.frame["cost"].notna().all()
    checked, day = ms.check_workbook(path, as_of=DAY)
    assert day == DAY
    problem: ms.Problem = checked.problems[0]
    place: ms.Place = problem.place
    assert f"{place.sheet}" in problem.describe(checked.language)
    recomputed: ms.Reading = ms.recompute(reading, as_of=DAY)
    summary: ms.Summary = ms.summarize(recomputed, as_of=DAY)
    assert summary.tiles[0].figure.value is not None
    tables = (ms.metrics_frame(checked), ms.problems_frame(checked), ms.alerts_frame(summary))
    assert all(len(table) for table in tables)
    assert ms.history_frame(summary).columns[0] == "as_of"
    return recomputed


def write(path: Path, folder: Path) -> ms.Recalculation:
    """Write Summary, report, message and records; tell what became another."""
    done: ms.Recalculation = ms.recalculate(path, as_of=DAY)
    receipt: ms.Receipt = done.receipt
    assert receipt.output == path
    report: ms.WrittenReport = ms.write_report(path, folder / "618.html", as_of=DAY)
    files: tuple[Path, ...] = ms.export_records(done.reading, folder / "records", "csv")
    assert all(file.is_file() for file in (report.path, *files))
    book = xlsxwriter.Workbook(folder / "own.xlsx")
    book.add_worksheet("汇总").write("A1", "ours")
    book.close()
    put: ms.Receipt = ms.insert_sheet(path, folder / "own.xlsx", output=folder / "put.xlsx")
    assert put.kept
    assert ms.chat_text(done.summary).startswith("2024夏季大促")
    found: ms.Diff = ms.diff(path, folder / "put.xlsx", as_of=DAY)
    differences: tuple[ms.Difference, ...] = found.differences
    assert differences == ()
    return done


def departments(path: Path, folder: Path) -> ms.MergeResult:
    """Split a workbook, merge what comes back, and settle what it disagrees about."""
    parts: ms.Split = ms.split(path, folder / "parts", by="department")
    files = [path, *(part.path for part in parts.parts)]
    merged: ms.MergeResult = ms.merge(files, folder / "all.xlsx", as_of=DAY)
    assert merged.merge.reconciles
    settled: ms.MergeResult = ms.settle(merged.path, as_of=DAY)
    return settled


def refused(folder: Path) -> list[str]:
    """Say in the reader's language what the caller has to put right."""
    said = []
    try:
        ms.read_workbook(folder / "none.xlsx")
    except (ms.EncryptedWorkbook, ms.DamagedWorkbook, ms.HostileWorkbook):
        raise
    except (ms.UnknownWorkbook, ms.UnsupportedWorkbook, ms.WorkbookExists, ms.WorkbookInUse):
        raise
    except ms.NotAWorkbook as error:
        assert isinstance(error, ms.WorkbookError)
        said.append(error.describe("zh-Hans"))
    try:
        ms.load_template("campain_tracker")
    except ms.FormulaError:
        raise
    except ms.UnknownTemplate as error:
        assert isinstance(error, ms.TemplateError)
        said.append(error.describe("zh-Hans"))
    try:
        ms.generate_workbook("campaign_tracker", folder / "x.txt")
    except (ms.RecordsError, ms.ExcelLimitError):
        raise
    except (ms.MergeConflict, ms.MergeDoesNotReconcile, ms.SplitDoesNotReconcile):
        raise
    except ms.UsageError as error:
        assert isinstance(error, ms.SheetsError)
        said.append(error.describe("zh-Hans"))
    return said


def main(example: Path, folder: Path) -> list[object]:
    """Do all of it with the records of an example."""
    template = templates()
    path = folder / "618.xlsx"
    made: ms.Generation = ms.generate_workbook(template, path, records=example, rows=2)
    reading, done = read(made.path), write(path, folder)
    return [made, reading, done, departments(path, folder), *refused(folder)]
