"""Traces, staff's own columns, attachments and numbered sheets: written and read back alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, strategies as st
from openpyxl.utils.cell import get_column_letter
from support.laws import tried
from support.writer_books import CHECKS, load, records_of, template

from marketing_sheets.ooxml import read_properties
from marketing_sheets.reader import read_inputs
from marketing_sheets.records import TRACES, AttachedColumn, Attachment, Reading, SheetRecords
from marketing_sheets.texts import LANGUAGES, Language, Text
from marketing_sheets.writer import parts, write_workbook

ROWS: list[dict[str, Any]] = [
    {"date": datetime(2024, 6, 1 + at), "channel": "douyin", "impressions": 1000 + at, "cost": 9.5}
    for at in range(4)
]


def traced(rows: int = 4, **columns: list[Any]) -> SheetRecords:
    """Daily data whose rows say where they come from."""
    origins = {
        "row_id": [f"r{at}" for at in range(rows)],
        "department": ["marketing", "sales", "外部机构", None][:rows],
        "campaign": ["618"] * rows,
        "file": ["=a.xlsx", "b/二.xlsx", "003", None][:rows],
        "sheet": ["每日数据"] * rows,
        "row": [7, 8, 9, None][:rows],
    } | columns
    frame = pd.DataFrame(
        {
            name: pd.Series(values, dtype="Int64" if name == "row" else "str")
            for name, values in origins.items()
        }
    )
    return replace(records_of("daily_data", ROWS[:rows]), origins=frame)


def written(path: Path, records: SheetRecords, language: Language = "zh-Hans") -> Reading:
    """Write records of daily data and read them back."""
    write_workbook(template(), path, language=language, records={"daily_data": records}, rows=2)
    return read_inputs(path)


def codes(reading: Reading) -> set[str]:
    """Return the codes of all problems but those of a bare workbook."""
    return {problem.code for problem in reading.problems} - {"required_blank", "form_blank"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_traces_come_back_as_they_were(tmp_path: Path, language: Language) -> None:
    """Origins are equal after writing and reading, in every language, and are no extra columns."""
    records = traced()
    assert records.origins is not None
    reading = written(tmp_path / "a.xlsx", records, language)
    found = reading.sheets["daily_data"]
    assert found.origins is not None
    pd.testing.assert_frame_equal(found.origins, records.origins)
    assert found.extras is None
    assert not {"unknown_column", "near_miss_column"} & codes(reading)
    assert found.frame["impressions"].tolist() == [1000, 1001, 1002, 1003]


def test_a_workbook_without_traces_has_none(tmp_path: Path) -> None:
    """Records that were never merged come back without origins."""
    reading = written(tmp_path / "a.xlsx", records_of("daily_data", ROWS))
    assert reading.sheets["daily_data"].origins is None


def test_the_row_id_is_hidden_and_the_traces_are_looked_at_last(tmp_path: Path) -> None:
    """Traces stand right of the table's own columns; the name of a row is hidden."""
    written(tmp_path / "a.xlsx", traced())
    sheet = load(tmp_path / "a.xlsx")["每日数据"]
    ids = [cell.value for cell in sheet[5]][: -len(CHECKS)]
    assert ids[-6:] == [f"trace.{name}" for name in TRACES]
    letter = get_column_letter(len(ids) - 5)
    assert sheet.column_dimensions[letter].hidden
    assert sheet.cell(7, len(ids) - 2).value == "=a.xlsx"
    assert sheet.cell(7, len(ids) - 2).data_type == "s"
    assert sheet.cell(8, len(ids) - 4).value == "销售部"


def test_traces_are_known_by_label_where_the_ids_are_gone(tmp_path: Path) -> None:
    """A copy without the hidden row keeps its origins; one such header alone is staff's own."""
    path = tmp_path / "a.xlsx"
    records = traced()
    written(path, records)
    book = load(path)
    book["每日数据"].delete_rows(5)
    book.save(path)
    found = read_inputs(path).sheets["daily_data"].origins
    assert found is not None
    assert records.origins is not None
    assert found["file"].tolist()[:3] == records.origins["file"].tolist()[:3]
    plain = openpyxl.Workbook()
    sheet = plain.active
    assert sheet is not None
    sheet.title = "每日数据"
    sheet.append(["日期", "渠道", "曝光量", "来源部门"])
    sheet.append(["2024-06-01", "抖音", 5, "市场部"])
    plain.save(path)
    alone = read_inputs(path, template="campaign_tracker").sheets["daily_data"]
    assert alone.origins is None
    assert alone.extras is not None
    assert alone.extras["来源部门"].tolist() == ["市场部"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_own_columns_keep_their_values(tmp_path: Path, language: Language) -> None:
    """Staff's own columns come back by name with numbers, texts and days as they were."""
    extras = pd.DataFrame(
        {
            "备注 (内部)": ["=1+1", "+86", None, "007"],
            "KPI": [1, 2.5, None, -3],
            "KPI ": ["x", 5, datetime(2024, 6, 1), None],
            "到货日": [datetime(2024, 6, 1), None, datetime(2024, 6, 3), None],
            "成本（元）": [1, None, 2, None],
        },
        dtype=object,
    )
    reading = written(tmp_path / "a.xlsx", replace(traced(), extras=extras), language)
    found = reading.sheets["daily_data"].extras
    assert found is not None
    assert [*found] == ["备注 (内部)", "KPI", "KPI 2", "到货日", [*found][4]]
    assert found["备注 (内部)"].tolist() == ["=1+1", "+86", None, "007"]
    assert found["KPI"].tolist() == [1, 2.5, None, -3]
    assert found["KPI 2"].tolist()[:2] == ["x", 5]
    days = [None if day is None else day.isoformat()[:10] for day in found["到货日"]]
    assert days == ["2024-06-01", None, "2024-06-03", None]
    assert reading.sheets["daily_data"].frame["cost"].tolist() == [9.5] * 4


def test_a_row_staff_added_has_no_origin(tmp_path: Path) -> None:
    """Below the merged rows a new row is a record like any other, without origins."""
    path = tmp_path / "a.xlsx"
    written(path, traced())
    book = load(path)
    sheet = book["每日数据"]
    sheet["A11"], sheet["B11"], sheet["C11"] = date(2024, 6, 9), "抖音", 7
    book.save(path)
    found = read_inputs(path).sheets["daily_data"]
    assert found.origins is not None
    assert len(found.frame) == 5
    assert found.origins.iloc[4].isna().all()


ATTACHMENT = Attachment(
    id="log",
    tab=Text(dict.fromkeys(LANGUAGES, "合并记录")),
    title=Text(dict.fromkeys(LANGUAGES, "合并记录")),
    columns=(
        AttachedColumn(id="what", label=Text(dict.fromkeys(LANGUAGES, "渠道"))),
        AttachedColumn(id="count", label=Text(dict.fromkeys(LANGUAGES, "曝光量")), kind="number"),
        AttachedColumn(id="cost", label=Text(dict.fromkeys(LANGUAGES, "成本")), kind="money"),
        AttachedColumn(id="day", label=Text(dict.fromkeys(LANGUAGES, "日期")), kind="date"),
    ),
    rows=(("=1|2|3|4|5", 7, 0.25, date(2024, 6, 1)), ("list:channel", None, None, None)),
)


@pytest.mark.parametrize("hidden", [False, True])
def test_attachments_come_back_by_id(tmp_path: Path, hidden: bool) -> None:
    """An attachment is read back by column id and is neither a table nor an extra sheet."""
    path = tmp_path / "a.xlsx"
    attachment = replace(ATTACHMENT, is_hidden=hidden)
    write_workbook(template(), path, attachments=[attachment], kind="merge", rows=2)
    reading = read_inputs(path)
    assert reading.attachments["log"] == (
        {"what": "=1|2|3|4|5", "count": 7, "cost": 0.25, "day": date(2024, 6, 1)},
        {"what": "list:channel", "count": None, "cost": None, "day": None},
    )
    assert not {"extra_sheet", "hidden_sheet", "duplicate_sheet"} & codes(reading)
    book = load(path)
    assert book.sheetnames[-2:] == ["合并记录", "选项"]
    assert book["合并记录"].sheet_state == ("veryHidden" if hidden else "visible")
    assert read_properties(path)["kind"] == "merge"


def test_long_tables_continue_in_numbered_sheets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More rows than a sheet holds stand in sheets that read back as one, each with its place."""
    monkeypatch.setattr(parts, "MOST_ROWS", 2)
    path = tmp_path / "a.xlsx"
    records = traced(3)
    reading = written(path, records)
    found = reading.sheets["daily_data"]
    assert load(path).sheetnames.count("每日数据 (2)") == 1
    assert found.frame["impressions"].tolist() == [1000, 1001, 1002]
    assert str(found.place(2, "impressions")) == "a.xlsx › 每日数据 (2) › C7"
    assert str(found.place(1, "impressions")) == "a.xlsx › 每日数据 › C8"
    assert found.origins is not None
    assert records.origins is not None
    pd.testing.assert_frame_equal(found.origins, records.origins)
    assert "duplicate_sheet" not in codes(reading)
    total = next(t for t in reading.totals if t.sheet == "daily_data" and t.column is None)
    assert (total.read, total.used) == (3, 3)
    formulas = load(path)["每日数据 (2)"]
    texts = [c.value for c in formulas[7] if isinstance(c.value, str) and c.value[0] == "="]
    assert texts
    assert all("tbl_daily_data_2[" in t for t in texts if "tbl_" in t)
    for tab in ("每日数据", "每日数据 (2)"):
        assert load(path)[tab]["A2"].value.startswith('="仅本表：')
    assert load(path)["推进总表"]["A2"].value.startswith('="截至')


def test_a_traced_workbook_recalculates(tmp_path: Path) -> None:
    """The Summary is written into such a workbook; its records and attachments stay."""
    path = tmp_path / "a.xlsx"
    write_workbook(
        template(),
        path,
        records={"daily_data": traced()},
        attachments=[ATTACHMENT],
        kind="merge",
        rows=2,
    )
    before = read_inputs(path)
    from marketing_sheets import recalculate  # noqa: PLC0415

    done = recalculate(path, as_of=date(2024, 6, 9))
    after = read_inputs(path)
    assert done.summary is not None
    assert after.attachments == before.attachments
    one, other = (r.sheets["daily_data"] for r in (before, after))
    assert one.origins is not None
    assert other.origins is not None
    pd.testing.assert_frame_equal(one.origins, other.origins)


TEXTS = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Cf", "Zl", "Zp", "Zs")), min_size=1, max_size=9
)


@tried(6)
@given(
    files=st.lists(st.none() | TEXTS, min_size=4, max_size=4),
    rows=st.lists(st.none() | st.integers(1, 1_048_576), min_size=4, max_size=4),
)
def test_any_origin_survives(
    tmp_path_factory: pytest.TempPathFactory, files: list[Any], rows: list[Any]
) -> None:
    """Whatever a file is called and wherever a row stood, it comes back so."""
    records = traced(file=files, row=rows)
    path = tmp_path_factory.mktemp("any") / "a.xlsx"
    found = written(path, records).sheets["daily_data"].origins
    assert found is not None
    assert records.origins is not None
    pd.testing.assert_frame_equal(found, records.origins)
