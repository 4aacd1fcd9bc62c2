"""A folder of departmental workbooks as people hand them in, for the tests of merging."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from marketing_sheets import generate_workbook
from marketing_sheets.texts import Language
from support.writer_books import load

__all__ = ["TABS", "column", "daily", "department", "messy_folder"]

TABS: dict[Language, str] = {"zh-Hans": "每日数据", "zh-Hant": "每日數據", "en": "Daily data"}
_OLE = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600


def column(sheet: Worksheet, column_id: str) -> int:
    """Return the column of an id, from 1."""
    ids = {str(cell.value).split("|")[0]: cell.column for cell in sheet[5]}
    found = ids[column_id]
    assert found is not None
    return found


def daily(book: Workbook, row: int, **cells: object) -> None:
    """Type cells of a row of daily data, named by column id."""
    sheet = next(s for s in book.worksheets if s.title in TABS.values())
    for column_id, value in cells.items():
        sheet.cell(row, column(sheet, column_id)).value = value  # type: ignore[assignment]  # any


def department(
    path: Path,
    name: str,
    days: range,
    *,
    language: Language = "zh-Hans",
    cost: float = 100.0,
    then: Callable[[Workbook], None] | None = None,
) -> Path:
    """Write a department's workbook with a row of daily data for each of some days of June."""
    path.write_bytes(_filled(name, days, language, cost))
    if then is not None:
        book = load(path)
        then(book)
        book.save(path)
    return path


@cache
def _filled(name: str, days: range, language: Language, cost: float) -> bytes:
    form = {
        "department": name,
        "campaign_name": "618",
        "owner": "王明",
        "start_date": date(2024, 6, 1),
        "end_date": date(2024, 6, 30),
        "budget": 10_000,
        "as_of": date(2024, 6, 28),
    }
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        generate_workbook(
            "campaign_tracker",
            path,
            language=language,
            form=form,
            rows=12,
            created=datetime(2024, 6, 1),
        )
        book = load(path)
    for at, day in enumerate(days):
        daily(
            book,
            7 + at,
            date=date(2024, 6, day),
            channel="抖音" if language == "zh-Hans" else "Douyin",
            impressions=1000 * day,
            clicks=10 * day,
            conversions=day,
            cost=cost,
            sales=50,
        )
    saved = BytesIO()
    book.save(saved)
    return saved.getvalue()


def messy_folder(folder: Path) -> Path:
    """Make a folder as headquarters finds it: three departments, and all that lies about."""
    (folder / "华东").mkdir(parents=True)

    def own(book: Workbook) -> None:
        sheet = book[TABS["zh-Hans"]]
        at = sheet.max_column + 1
        sheet.cell(6, at).value = "负责小组"
        sheet.cell(7, at).value = "=A组"
        sheet.cell(7, at).data_type = "s"
        book.create_sheet("我的图表")["A1"] = 1

    def doubtful(book: Workbook) -> None:
        daily(book, 8, cost="约5万")

    department(folder / "华东" / "市场部.xlsx", "市场部", range(1, 5), then=own)
    department(folder / "华东" / "销售部.xlsx", "销售部", range(4, 9), cost=250.5, then=doubtful)
    department(folder / "ecommerce.xlsx", "电商部", range(10, 13), language="en")
    (folder / "华东" / "~$销售部.xlsx").write_bytes(b"lock")
    (folder / "坏.xlsx").write_bytes(b"PK\x03\x04broken")
    (folder / "加密.xlsx").write_bytes(_OLE)
    (folder / "old.xls").write_bytes(_OLE)
    (folder / "说明.pdf").write_bytes(b"%PDF-1.4")
    generate_workbook("promotion_tracking", folder / "推广.xlsx", rows=2)
    return folder
