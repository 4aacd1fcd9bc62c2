"""A reading out of a packet is the one that went in; no bytes do any harm."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, strategies as st
from support.examples import Examples
from support.laws import tried
from support.packets import known, small_packet
from support.same_readings import difference

from marketing_sheets.loading import library_template, template_names
from marketing_sheets.merging.packets import decode, encode
from marketing_sheets.problems import Place, Problem
from marketing_sheets.reader import read_inputs
from marketing_sheets.records import Origin, Reading, SheetRecords
from marketing_sheets.texts import LANGUAGES, Text
from marketing_sheets.workbooks import recompute
from marketing_sheets.writer import write_workbook

TRACKER = library_template("campaign_tracker")


def there_and_back(reading: Reading, file: str | None = None) -> Reading:
    """Return a reading by way of a packet."""
    packet = encode(reading)
    assert packet is not None
    return decode(packet, file=file or reading.file, template=lambda _: reading.template)


@pytest.mark.parametrize("name", template_names())
@pytest.mark.parametrize("language", LANGUAGES)
def test_blank_workbooks_come_back_the_same(tmp_path: Path, name: str, language: Any) -> None:
    """Every template, in every language: all fields, all kinds of columns."""
    path = tmp_path / "a.xlsx"
    write_workbook(library_template(name), path, language=language, rows=1)
    reading = read_inputs(path)
    assert difference(reading, there_and_back(reading)) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_filled_workbook_comes_back_the_same(examples: Examples, language: Any) -> None:
    """The example, as read and as recomputed."""
    reading = read_inputs(examples(language=language).path)
    assert len(reading.sheets["daily_data"].frame) > 50
    assert difference(reading, there_and_back(reading)) is None
    computed = recompute(reading, as_of=date(2024, 6, 28))
    assert difference(computed, there_and_back(computed)) is None


def test_a_messy_workbook_comes_back_the_same(messy: Path) -> None:
    """Problems with their params, skipped rows, extra columns and sheets, odd cells."""
    reading = read_inputs(messy)
    assert len(reading.problems) > 5
    assert reading.extra_sheets
    assert reading.sheets["daily_data"].extras is not None
    assert difference(reading, there_and_back(reading)) is None


def test_a_packet_takes_the_name_it_is_given(messy: Path) -> None:
    """The same content under another name: every place says so."""
    moved = there_and_back(read_inputs(messy), "市场部/乱.xlsx")
    assert difference(moved, read_inputs(messy, name="市场部/乱.xlsx")) is None
    assert moved.problems[0].place.file == "市场部/乱.xlsx"


CELLS = st.one_of(
    st.none(),
    st.text(max_size=5),
    st.floats(),
    st.integers(-(2**61), 2**61),
    st.booleans(),
    st.datetimes(datetime(1900, 1, 1)).map(lambda moment: moment.replace(fold=0)),
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.just(pd.NA),
)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
VALUES = st.recursive(
    CELLS | WORDS.map(lambda word: Text({"zh-Hans": word, "zh-Hant": word, "en": word + "x"})),
    lambda inner: st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple)
    | st.dictionaries(st.text(max_size=3) | st.integers(0, 9), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@st.composite
def readings(draw_one: Callable[[Any], Any]) -> Reading:
    """Make a reading of anything a cell, a column or a problem may hold."""
    count = draw_one(st.integers(0, 5))

    def column(cells: Any, dtype: str) -> pd.Series[Any]:
        drawn = draw_one(st.lists(cells, min_size=count, max_size=count))
        return pd.Series(drawn, dtype=dtype)

    maybe = st.none
    raw = pd.DataFrame({name: column(CELLS, "object") for name in ("甲", "b")})
    frame = pd.DataFrame(
        {
            "whole": column(maybe() | st.integers(-(2**60), 2**60), "Int64"),
            "part": column(maybe() | st.floats(allow_nan=False), "Float64"),
            "flag": column(maybe() | st.booleans(), "boolean"),
            "text": column(maybe() | WORDS, "str"),
            "word": column(maybe() | WORDS, "string"),
            "day": column(maybe() | st.dates(date(1900, 1, 1), date(2200, 1, 1)), "datetime64[us]"),
            "second": column(maybe() | st.dates(date(1900, 1, 1)), "datetime64[s]"),
            "float": column(st.floats(), "float64"),
            "any": column(CELLS, "object"),
        }
    )
    origin = Origin(file="a.xlsx", sheet=draw_one(WORDS), header_row=3, columns={"甲": 1})
    records = SheetRecords(
        sheet="daily_data",
        frame=frame,
        raw=raw,
        rows=np.arange(count) + 4,
        origin=origin,
        kinds={"part": column(maybe() | WORDS, "string")},
        remarks={"part": {0: "x"}},
        extras=draw_one(st.sampled_from([None, raw])),
        origins=draw_one(st.sampled_from([None, frame[["text", "whole"]]])),
    )
    problem = Problem(
        code="no_number",
        place=Place(file=draw_one(st.sampled_from(["a.xlsx", "b.xlsx", None])), row=7),
        raw=draw_one(CELLS),
        params=draw_one(st.dictionaries(st.text(max_size=3), VALUES, max_size=3)),
    )
    return Reading(
        template=TRACKER,
        language="en",
        file="a.xlsx",
        form=draw_one(st.dictionaries(WORDS, VALUES, max_size=3)),
        sheets={"daily_data": records},
        problems=(problem,),
        choices={"channel": {"x": {"y": draw_one(st.text(max_size=3))}}},
        settings={"risk_days": draw_one(st.floats(allow_nan=False))},
        attachments={"base": ({"a": draw_one(VALUES)},)},
        modified=datetime(2024, 6, 1, tzinfo=UTC),
    )


@tried(25, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_anything_comes_back_the_same(data: st.DataObject) -> None:
    """Whatever stands in cells, params, forms and attachments keeps its kind and its value."""
    reading = data.draw(readings())
    assert difference(reading, there_and_back(reading)) is None


@pytest.mark.parametrize("what", [object(), 2**70, datetime(2024, 1, 1, tzinfo=UTC), {1, 2}])
def test_what_has_no_form_makes_no_packet_or_comes_back(messy: Path, what: Any) -> None:
    """A reading is packed whole or not at all."""
    reading = read_inputs(messy)
    records = reading.sheets["daily_data"]
    raw = records.raw.copy()
    raw.iloc[0, 0] = what
    odd = replace(reading, sheets={"daily_data": replace(records, raw=raw)})
    packet = encode(odd)
    assert packet is None or difference(odd, decode(packet, file="乱.xlsx", template=known)) is None


def test_frames_out_of_a_packet_can_be_written_to(messy: Path) -> None:
    """They are not views of what may not change."""
    records = there_and_back(read_inputs(messy)).sheets["daily_data"]
    for frame in (records.frame, records.raw):
        for name in frame.columns:
            frame.loc[0, name] = None
        assert frame.iloc[0].isna().all()


@given(st.data())
def test_no_bytes_make_decoding_do_anything_but_refuse(data: st.DataObject) -> None:
    """A packet altered anywhere is refused or read; nothing else happens."""
    packet = bytearray(small_packet())
    for _ in range(data.draw(st.integers(1, 3))):
        packet[data.draw(st.integers(0, len(packet) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ValueError):
        assert isinstance(decode(bytes(packet), file="a", template=lambda _: TRACKER), Reading)
