"""A reading out of the cache is the fresh one; whatever else lies in the cache does no harm."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, strategies as st
from support.books import DAILY, TAB, draw, table_of
from support.examples import Examples
from support.laws import tried
from support.same_readings import difference

from marketing_sheets.loading import library_template, load_template, template_names
from marketing_sheets.merging import Cache
from marketing_sheets.merging.cache import decode, encode, standard_folder
from marketing_sheets.problems import Place, Problem
from marketing_sheets.reader import read_workbook
from marketing_sheets.records import Origin, Reading, SheetRecords
from marketing_sheets.texts import LANGUAGES, Text
from marketing_sheets.workbooks import recompute
from marketing_sheets.writer import write_workbook

TRACKER = library_template("campaign_tracker")
MESSY = """
2024-06-01|小红书|约5万|3200|'12|3|1200|4800|5000|
第一周|||||||||
2024/6/2|抖音|2万|x|3|1|￥800|'=1+1|#|忘记填
合计||7万|3200|15|4|2000|||
2024-06-03|没有的渠道||||||||待定
"""


def known(template_id: str) -> Any:
    """Give the library's template of an id."""
    return load_template(template_id)


def there_and_back(reading: Reading, file: str | None = None) -> Reading:
    """Return a reading by way of a packet."""
    packet = encode(reading)
    assert packet is not None
    return decode(packet, file=file or reading.file, template=lambda _: reading.template)


@pytest.fixture(scope="module")
def messy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workbook with about every kind of doubt."""
    folder = tmp_path_factory.mktemp("messy")
    tab = [*table_of(DAILY + "|我的列"), *table_of(MESSY)]
    tab.append([datetime(2024, 6, 4, 12), "微博", True, time(8, 30), timedelta(days=1, seconds=2)])
    return draw(folder / "乱.xlsx", {TAB: tab, "自己的表": [["a", 1]]})


@pytest.mark.parametrize("name", template_names())
@pytest.mark.parametrize("language", LANGUAGES)
def test_blank_workbooks_come_back_the_same(tmp_path: Path, name: str, language: Any) -> None:
    """Every template, in every language: all fields, all kinds of columns."""
    path = tmp_path / "a.xlsx"
    write_workbook(library_template(name), path, language=language, rows=1)
    reading = read_workbook(path)
    assert difference(reading, there_and_back(reading)) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_filled_workbook_comes_back_the_same(examples: Examples, language: Any) -> None:
    """The example, as read and as recomputed."""
    reading = read_workbook(examples(language=language).path)
    assert len(reading.sheets["daily_data"].frame) > 50
    assert difference(reading, there_and_back(reading)) is None
    computed = recompute(reading, as_of=date(2024, 6, 28))
    assert difference(computed, there_and_back(computed)) is None


def test_a_messy_workbook_comes_back_the_same(messy: Path) -> None:
    """Problems with their params, skipped rows, extra columns and sheets, odd cells."""
    reading = read_workbook(messy)
    assert len(reading.problems) > 5
    assert reading.extra_sheets
    assert reading.sheets["daily_data"].extras is not None
    assert difference(reading, there_and_back(reading)) is None


def test_a_packet_takes_the_name_it_is_given(messy: Path) -> None:
    """The same content under another name: every place says so."""
    moved = there_and_back(read_workbook(messy), "市场部/乱.xlsx")
    assert difference(moved, read_workbook(messy, name="市场部/乱.xlsx")) is None
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
    reading = read_workbook(messy)
    records = reading.sheets["daily_data"]
    raw = records.raw.copy()
    raw.iloc[0, 0] = what
    odd = replace(reading, sheets={"daily_data": replace(records, raw=raw)})
    packet = encode(odd)
    assert packet is None or difference(odd, decode(packet, file="乱.xlsx", template=known)) is None


def test_frames_out_of_a_packet_can_be_written_to(messy: Path) -> None:
    """They are not views of what may not change."""
    records = there_and_back(read_workbook(messy)).sheets["daily_data"]
    for frame in (records.frame, records.raw):
        for name in frame.columns:
            frame.loc[0, name] = None
        assert frame.iloc[0].isna().all()


def filled(cache: Cache, path: Path, as_of: date | None = None) -> str:
    """Put a workbook's reading into a cache and return its key."""
    reading = read_workbook(path, as_of=as_of)
    packet = encode(reading)
    assert packet is not None
    assert reading.sha256 is not None
    key = cache.key(reading.sha256, None, as_of)
    cache.put(key, packet)
    return key


def entry(cache: Cache) -> Path:
    """Return the only file of a cache."""
    (path,) = (path for path in cache.folder.rglob("*") if path.is_file())
    return path


def test_what_is_put_can_be_got_and_nothing_else_lies_about(tmp_path: Path, messy: Path) -> None:
    """One entry, one file, under a folder that is made when needed."""
    cache = Cache(tmp_path / "new" / "cache")
    key = filled(cache, messy)
    assert difference(cache.get(key, file="乱.xlsx", template=known), read_workbook(messy)) is None
    assert entry(cache).is_file()


def test_the_key_tells_apart_whatever_changes_a_reading(tmp_path: Path) -> None:
    """The content, the template down to a label, the day."""
    cache = Cache(tmp_path)
    tracker = load_template("campaign_tracker")
    other = replace(tracker, brand=Text({"zh-Hans": "x", "zh-Hant": "x", "en": "x"}))
    keys = [
        cache.key(content, template, day)
        for content in ("00", "01")
        for template in (None, tracker, other)
        for day in (None, date(2024, 6, 1), date(2024, 6, 2))
    ]
    assert len(set(keys)) == len(keys)
    assert cache.key("00", tracker, None) == cache.key(
        "00", load_template("campaign_tracker"), None
    )


@pytest.mark.processes
def test_the_key_is_the_same_in_every_process(tmp_path: Path) -> None:
    """Sets are told in order, whatever the interpreter's hash seed."""
    code = (
        "from marketing_sheets.merging.cache import Cache;"
        "from marketing_sheets.loading import load_template;"
        "print(Cache('x').key('00', load_template('campaign_tracker'), None))"
    )
    seeds = ({**os.environ, "PYTHONHASHSEED": seed} for seed in "12")
    said = {
        subprocess.run(
            [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
        ).stdout.strip()
        for env in seeds
    }
    assert said == {Cache(tmp_path).key("00", load_template("campaign_tracker"), None)}


@pytest.mark.parametrize("spoil", ["cut", "flip", "empty", "foreign", "other_key", "folder"])
def test_a_spoilt_entry_is_as_good_as_none_and_is_replaced(
    tmp_path: Path, messy: Path, spoil: str
) -> None:
    """Shortened, altered, foreign, or moved here from another key."""
    cache = Cache(tmp_path)
    key = filled(cache, messy)
    path = entry(cache)
    data = path.read_bytes()
    if spoil == "folder":
        path.unlink()
        path.mkdir()
    else:
        path.write_bytes(
            {
                "cut": data[:-7],
                "flip": data[:200] + bytes([data[200] ^ 1]) + data[201:],
                "empty": b"",
                "foreign": b"PK\3\4" * 50,
                "other_key": data,
            }[spoil]
        )
    if spoil == "other_key":
        other = cache.key("ff", None, None)
        target = path.parent.parent / other[:2] / f"{other}.reading"
        target.parent.mkdir(exist_ok=True)
        path.rename(target)
        assert cache.get(other, file="a", template=known) is None
    assert cache.get(key, file="a", template=known) is None
    if spoil != "folder":
        assert cache.get(filled(cache, messy), file="a", template=known) is not None


@given(st.data())
def test_no_bytes_make_decoding_do_anything_but_refuse(data: st.DataObject) -> None:
    """A packet altered anywhere is refused or read; nothing else happens."""
    packet = bytearray(PACKET)
    for _ in range(data.draw(st.integers(1, 3))):
        packet[data.draw(st.integers(0, len(packet) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ValueError):
        assert isinstance(decode(bytes(packet), file="a", template=lambda _: TRACKER), Reading)


def _packet() -> bytes:
    empty = SheetRecords(
        sheet="daily_data",
        frame=pd.DataFrame({"cost": pd.Series([1.0, None], dtype="Float64")}),
        raw=pd.DataFrame({"cost": pd.Series([1.0, "x"], dtype=object)}),
        rows=np.array([7, 8]),
        origin=Origin(file="a", sheet="每日数据", header_row=6, columns={"cost": 1}),
    )
    reading = Reading(
        template=TRACKER, language="en", file="a", form={}, sheets={"daily_data": empty}
    )
    packet = encode(reading)
    assert packet is not None
    return packet


PACKET = _packet()


def test_a_folder_that_cannot_be_written_to_keeps_nothing(tmp_path: Path, messy: Path) -> None:
    """A cache is a convenience; without one the work goes on."""
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    cache = Cache(blocked / "cache")
    assert cache.get(filled(cache, messy), file="a", template=known) is None
    cache.prune()


def test_pruning_removes_what_was_used_longest_ago(tmp_path: Path) -> None:
    """Using an entry keeps it; a file left half written goes too, one being written stays."""
    cache = Cache(tmp_path, most=2 * len(PACKET) + 200)
    keys = [f"{number:02}" * 32 for number in range(3)]
    for age, key in zip((300, 200, 100), keys, strict=True):
        cache.put(key, PACKET)
        path = tmp_path / key[:2] / f"{key}.reading"
        os.utime(path, (path.stat().st_mtime - age,) * 2)
    assert cache.get(keys[0], file="a", template=known) is not None
    old, fresh = tmp_path / "00" / ".old.tmp", tmp_path / "00" / ".new.tmp"
    for path in (old, fresh):
        path.write_bytes(b"half")
    os.utime(old, (old.stat().st_mtime - 7200,) * 2)
    cache.prune()
    left = [cache.get(key, file="a", template=known) is not None for key in keys]
    assert left == [True, False, True]
    assert (old.exists(), fresh.exists()) == (False, True)


def test_the_standard_folder_is_the_systems(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A folder of our own below that which the system has for caches."""
    assert standard_folder().name == "marketing_sheets" or sys.platform == "win32"
    if sys.platform == "linux":
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "x"))
        assert standard_folder() == tmp_path / "x" / "marketing_sheets"
