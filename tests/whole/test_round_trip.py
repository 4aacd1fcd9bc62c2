"""What is written into a workbook is what is read out of it, in each language."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, strategies as st
from support.laws import tried

from marketing_sheets.loading import library_template
from marketing_sheets.reader import read_inputs
from marketing_sheets.reader.table import Surroundings, grid_of
from marketing_sheets.reader.tables import TableReading, read_table
from marketing_sheets.records import SheetRecords
from marketing_sheets.template import Column, TableSheet
from marketing_sheets.texts import LANGUAGES, Language
from marketing_sheets.writer import write_workbook

TEMPLATE = library_template("campaign_tracker")
FORM: dict[str, object] = {
    "campaign_name": "=夏季+大促",
    "department": "marketing",
    "owner": "张三、李四",
    "start_date": date(2024, 5, 1),
    "end_date": date(2024, 7, 31),
    "budget": 1234567.89,
    "target_roas": 4.0,
    "limit_cac": 12.5,
}
QUANTITIES = (
    "2000万",
    "8%",
    "1:3.5",
    "提升30%",
    "≥20万",
    "10人",
    25,
    0.5,
    "￥15万",
    "1,200",
    "待核",
)
CONDITIONS = ("观看人数≥20万", "素材通过率100%", "签约KOL数量≥10人", "费用≤5万元")
# A first letter keeps generated words from being blank words, totals or headers by chance.
words = st.text(
    st.characters(categories=("L", "N", "P", "S", "Zs"), max_codepoint=0xFFFF), max_size=20
).map(lambda text: f"字{text}字")
texts = words | words.map(lambda text: f"={text}") | words.map(lambda text: f"{text}\n+1")


def cells_of(column: Column) -> st.SearchStrategy[Any]:
    """Return what staff may type into a column."""
    numbers = {
        "integer": st.integers(0, 10**9),
        "money": st.integers(0, 10**11).map(lambda cents: cents / 100),
        "number": st.integers(0, 10**11).map(lambda cents: cents / 100),
        "percent": st.integers(0, 1000).map(lambda mille: f"{mille / 10}%"),
        "ratio": st.integers(0, 900).map(lambda tenths: f"1:{tenths / 10}"),
    }
    if column.type in numbers:
        return numbers[column.type]
    if column.type == "date":
        return st.dates(date(2024, 1, 1), date(2025, 12, 31))
    if column.type == "quantity":
        return st.sampled_from(QUANTITIES)
    if column.type == "condition":
        return st.sampled_from(CONDITIONS)
    if column.choices is not None:
        choices = TEMPLATE.choices[column.choices]
        known = st.sampled_from([item.id for item in choices.items])
        return known | words if choices.is_open else known
    return texts


@st.composite
def table(draw: st.DrawFn, sheet: TableSheet) -> SheetRecords:
    """Draw the records of a sheet: required and key cells filled, others perhaps."""
    needed = {c.id for c in sheet.inputs if c.is_required or c.is_key}
    rows = []
    for _ in range(draw(st.integers(0, 4))):
        cells = ((c, cells_of(c)) for c in sheet.inputs)
        rows.append([draw(s if c.id in needed else st.none() | s) for c, s in cells])
    grid = grid_of([[column.id for column in sheet.inputs], *rows], sheet.id)
    reading = read_table(grid, sheet, Surroundings(template=TEMPLATE))
    assert isinstance(reading, TableReading)
    return reading.records


@pytest.mark.parametrize(
    "language",
    [LANGUAGES[0], *(pytest.param(one, marks=pytest.mark.slow) for one in LANGUAGES[1:])],
)
@given(data=st.data())
@tried(4)
def test_read_gives_what_was_written(language: Language, data: st.DataObject) -> None:
    """Typed values, kinds of rates, staff's own words and the form come back the same."""
    records = {sheet.id: data.draw(table(sheet)) for sheet in TEMPLATE.tables}
    with tempfile.TemporaryDirectory() as folder:
        path = write_workbook(
            TEMPLATE, Path(folder) / "a.xlsx", language=language, form=FORM, records=records, rows=3
        )
        reading = read_inputs(path)
    assert reading.language == language
    assert {name: value for name, value in reading.form.items() if value is not None} == FORM
    for sheet in TEMPLATE.tables:
        ours = [column.id for column in sheet.inputs]
        expected, found = records[sheet.id].frame[ours], reading.sheets[sheet.id].frame[ours]
        pd.testing.assert_frame_equal(found, expected, obj=sheet.id)
        assert reading.sheets[sheet.id].skipped == ()
    assert all(total.reconciles for total in reading.totals)
