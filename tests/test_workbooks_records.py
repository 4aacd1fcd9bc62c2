"""Records out of data frames: what a program has in hand goes into a new workbook."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.examples import Examples
from support.same_readings import difference

from marketing_sheets import (
    Generation,
    Reading,
    UsageError,
    export_records,
    generate_workbook,
    load_template,
    read_workbook,
    template_names,
)

DAILY = pd.DataFrame(
    {
        "date": pd.date_range("2024-06-01", periods=3),
        "channel": ["douyin", "抖音", "门店"],
        "impressions": np.array([1000, 2000, 3500], dtype=np.int32),
        "clicks": [10.0, np.nan, 30.0],
        "cost": ["2000", "1.5万", "待定"],
    },
    index=["a", "b", "c"],
)


def made(folder: Path, frame: pd.DataFrame, sheet: str = "daily_data") -> tuple[Generation, Any]:
    """Write one table into a workbook and read it back."""
    done = generate_workbook("campaign_tracker", folder / "a.xlsx", records={sheet: frame})
    return done, read_workbook(done.path).sheets["daily_data"].frame


def lossless(reading: Reading, folder: Path) -> dict[str, pd.DataFrame]:
    """Return all records as an analyst has them who exported them and loads them again."""
    paths = export_records(reading, folder, "parquet")
    return {path.stem: pd.read_parquet(path) for path in paths}


NAMES = [
    name if name == "campaign_tracker" else pytest.param(name, marks=pytest.mark.slow)
    for name in template_names()
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("way", ["records", "frames", "export"])
def test_records_come_back(examples: Examples, tmp_path: Path, name: str, way: str) -> None:
    """A reading's records, given to a new workbook, are read out of it as they were.

    In a frame alone a quantity is a plain number; so are the columns computed from it.
    """
    reading = examples(name).reading
    records: dict[str, Any] = dict(reading.sheets)
    if way == "frames":
        records = {sheet: one.frame for sheet, one in reading.sheets.items()}
    elif way == "export":
        records = lossless(reading, tmp_path)
    done = generate_workbook(name, tmp_path / "a.xlsx", form=reading.form, records=records)
    again = read_workbook(done.path)
    assert done.problems == ()
    assert difference(dict(again.form), dict(reading.form)) is None
    for sheet, one in reading.sheets.items():
        kept = list(one.frame)
        if way == "frames":
            columns = [c for table in reading.template.tables for c in table.inputs]
            plain = {c.id for c in columns if c.type != "quantity"}
            kept = [name for name in kept if name in plain]
        assert difference(again.sheets[sheet].frame[kept], one.frame[kept], sheet) is None


def test_typed_columns_are_values_and_texts_are_read(tmp_path: Path) -> None:
    """Numbers and days are taken as they are, texts as if typed; what is unclear is listed."""
    done, frame = made(tmp_path, DAILY)
    assert frame["date"].dt.day.tolist() == [1, 2, 3]
    assert frame["channel"].tolist() == ["douyin", "douyin", "stores"]
    assert frame["impressions"].tolist() == [1000, 2000, 3500]
    assert frame["clicks"].tolist() == [10, pd.NA, 30]
    assert frame["cost"].tolist() == [2000.0, 15000.0, pd.NA]
    assert [(one.raw, one.place.cell) for one in done.problems if one.column == "cost"] == [
        ("待定", "E4")
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (date(2024, 6, 1), "2024-06-01"),
        (np.datetime64("2024-06-01"), "2024-06-01"),
        (datetime(2024, 6, 1, tzinfo=UTC), "2024-06-01"),
        (pd.Timestamp("2024-06-01", tz="Asia/Shanghai"), "2024-06-01"),
        ("6月1日", None),
    ],
)
def test_days_of_every_kind(tmp_path: Path, value: object, expected: str | None) -> None:
    """Whatever kind a program has, the day is the one it shows; one without a year is no day."""
    frame = pd.DataFrame({"date": pd.Series([value], dtype=object), "channel": ["douyin"]})
    day = made(tmp_path, frame)[1]["date"].iloc[0]
    assert (None if pd.isna(day) else f"{day:%Y-%m-%d}") == expected


@pytest.mark.parametrize("value", [Decimal("12.5"), np.float32(12.5), "12.5"])
def test_numbers_of_every_kind(tmp_path: Path, value: object) -> None:
    """A number is a number, however a program holds it."""
    frame = pd.DataFrame({"channel": ["douyin"], "cost": pd.Series([value], dtype=object)})
    assert made(tmp_path, frame)[1]["cost"].tolist() == [12.5]


def test_infinity_is_told_of(tmp_path: Path) -> None:
    """What is no number is listed with its place, and is no figure."""
    done, frame = made(tmp_path, pd.DataFrame({"channel": ["douyin"], "cost": [np.inf]}))
    assert frame["cost"].isna().all()
    assert "B2" in [one.place.cell for one in done.problems]


@pytest.mark.parametrize(
    ("sheet", "columns"),
    [
        ("daily_data", ["date", "channel", "cost"]),
        ("每日数据", ["日期", "渠道", "成本（元）"]),
        ("Daily data", ["Date", "Channel", "Cost (CNY)"]),
    ],
)
def test_names_in_any_language(tmp_path: Path, sheet: str, columns: list[str]) -> None:
    """Sheets and columns are called by id or by label."""
    frame = DAILY[["date", "channel", "impressions"]].set_axis(columns, axis=1)
    assert made(tmp_path, frame, sheet)[1]["cost"].tolist() == [1000.0, 2000.0, 3500.0]


def test_percentages_are_fractions(tmp_path: Path) -> None:
    """A float in a column of percentages is a fraction, whatever the label of the column says."""
    frame = pd.DataFrame({"阶段": ["x", "y"], "任务": ["甲", "乙"], "进度(%)": [0.9, 1.0]})
    done = generate_workbook(
        "strategy_tracking",
        tmp_path / "a.xlsx",
        records={"strategy_master": frame.set_axis(["stage", "task", "progress"], axis=1)},
    )
    reading = read_workbook(done.path)
    assert reading.sheets["strategy_master"].frame["progress"].tolist() == [0.9, 1.0]


def test_one_column_is_enough(tmp_path: Path) -> None:
    """Records may begin with what there is; a column that is required is told once."""
    done, frame = made(tmp_path, DAILY[["impressions"]])
    assert frame["impressions"].tolist() == [1000, 2000, 3500]
    assert {one.code for one in done.problems} == {"missing_column"}
    assert "date" in [one.column for one in done.problems]


def test_a_named_index_is_a_column(tmp_path: Path) -> None:
    """What was grouped by day and channel keeps both, whether they are columns or an index."""
    summed = DAILY.astype({"cost": object}).groupby(["date", "channel"])[["impressions"]].sum()
    done, frame = made(tmp_path, summed)
    assert frame["date"].dt.day.tolist() == [1, 2, 3]
    assert frame["channel"].tolist() == ["douyin", "douyin", "stores"]
    assert {one.column for one in done.problems}.isdisjoint(("date", "channel"))


@pytest.mark.parametrize("way", ["frame", "export"])
def test_what_is_missing_stays_missing(tmp_path: Path, way: str) -> None:
    """No row of a program takes the day of the row above, though a blank cell of a sheet does."""
    rows = DAILY.assign(date=DAILY["date"].mask(DAILY["clicks"].isna()))
    done, frame = made(tmp_path, rows)
    if way == "export":
        export_records(read_workbook(done.path), tmp_path / "csv", "csv")
        target = tmp_path / "b.xlsx"
        done = generate_workbook("campaign_tracker", target, records=tmp_path / "csv")
        frame = read_workbook(done.path).sheets["daily_data"].frame
    assert frame["date"].dt.day.fillna(0).tolist() == [1, 0, 3]
    assert [one.code for one in done.problems if one.column == "date"] == ["required_blank"]


def test_every_row_is_used_or_told_of(tmp_path: Path) -> None:
    """What a reader would take for a total or a heading is left out, and listed with its row."""
    rows = pd.DataFrame({"date": ["合计", None], "channel": [None, "抖音"], "cost": [5.0, None]})
    done, frame = made(tmp_path, pd.concat([DAILY, rows]))
    assert len(frame) == 3
    told = {(one.place.row, one.code) for one in done.problems}
    assert {(5, "total_row"), (6, "section_row")} <= told


@pytest.mark.parametrize(
    ("records", "code", "said"),
    [
        ({"dayly_data": DAILY}, "unknown_sheet", "daily_data"),
        ({"daily_data": DAILY.rename(columns={"clicks": "click"})}, "unknown_column", "clicks"),
        ({"daily_data": DAILY.assign(点击量=1)}, "column_twice", "点击量"),
        ({"daily_data": DAILY, "每日数据": DAILY}, "frame_twice", "每日数据"),
        ({"daily_data": [1, 2]}, "not_a_frame", "list"),
        ({"daily_data": DAILY.rename_axis("click")}, "unknown_column", "clicks"),
        (DAILY, "records_without_sheet", '{"daily_data": frame}'),
        ({"guide": pd.DataFrame({"owner": ["甲", "乙"]})}, "form_frame_rows", "2"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    tmp_path: Path, records: Any, code: str, said: str
) -> None:
    """A name that is none of the template's is no record lost: nothing is written."""
    with pytest.raises(UsageError) as caught:
        generate_workbook("campaign_tracker", tmp_path / "a.xlsx", records=records)
    assert caught.value.code == code
    assert said in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_an_example_is_one_word(tmp_path: Path) -> None:
    """A program writes a template's example as the command does; a template without one says so."""
    done = generate_workbook("execution_plan", tmp_path / "a.xlsx", example=True, language="en")
    assert len(read_workbook(done.path).sheets["execution_plan"].frame) == 4
    own = replace(load_template("execution_plan"), id="own")
    with pytest.raises(UsageError, match="own has no example"):
        generate_workbook(own, tmp_path / "b.xlsx", example=True)


def test_what_was_written_into_a_frame_counts(examples: Examples, tmp_path: Path) -> None:
    """A reading whose frames were changed goes into a workbook as changed, else as it was typed."""
    reading = read_workbook(examples().path)
    frame = reading.sheets["master_tracker"].frame
    typed = frame.copy()
    frame.loc[0, "task"] = "新任务"
    frame.loc[0, "spend"] = 5.0
    frame.loc[1, "kpi_current"] = 0.5
    path = tmp_path / "a.xlsx"
    generate_workbook("campaign_tracker", path, form=reading.form, records=reading.sheets)
    again = read_workbook(path).sheets["master_tracker"].frame
    sheet = next(one for one in reading.template.tables if one.id == "master_tracker")
    inputs = [column.id for column in sheet.inputs]
    assert difference(again[inputs], frame[inputs]) is None
    assert difference(again.loc[2:, inputs], typed.loc[2:, inputs]) is None


def test_rows_that_were_moved_are_given_as_frames(examples: Examples, tmp_path: Path) -> None:
    """Records whose frame has other rows than were read are refused; the frame alone is taken."""
    reading, path = read_workbook(examples().path), tmp_path / "a.xlsx"
    one = reading.sheets["daily_data"]
    fewer = one.frame[one.frame["channel"] == "douyin"]
    moved = {"daily_data": replace(one, frame=fewer)}
    with pytest.raises(UsageError, match=r'records=\{"daily_data": frame\}'):
        generate_workbook("campaign_tracker", path, records=moved)
    generate_workbook("campaign_tracker", path, records={"daily_data": fewer})
    assert len(read_workbook(path).sheets["daily_data"].frame) == len(fewer) < len(one.frame)
