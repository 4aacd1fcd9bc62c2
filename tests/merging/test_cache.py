"""A reading out of the cache is the fresh one; whatever else lies in the cache does no harm."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from support.packets import known, small_packet
from support.same_readings import difference

from marketing_sheets.loading import load_template
from marketing_sheets.merging import Cache
from marketing_sheets.merging.cache import draw, standard_folder
from marketing_sheets.merging.packets import encode, hash_of
from marketing_sheets.reader import read_inputs
from marketing_sheets.records import Reading
from marketing_sheets.texts import LANGUAGES, Text


def filled(cache: Cache, path: Path, as_of: date | None = None) -> str:
    """Put a workbook's reading into a cache and return its key."""
    reading = read_inputs(path, as_of=as_of)
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
    assert difference(cache.get(key, file="乱.xlsx", template=known), read_inputs(messy)) is None
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


def test_a_folder_that_cannot_be_written_to_keeps_nothing(
    tmp_path: Path, messy: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A cache is a convenience; without one the work goes on, and the log says so once."""
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    cache = Cache(blocked / "cache")
    with caplog.at_level("INFO", "marketing_sheets"):
        for _ in range(2):
            assert cache.get(filled(cache, messy), file="a", template=known) is None
    told = [one.getMessage() for one in caplog.records if "remembered" in one.getMessage()]
    assert [one.startswith(f"nothing is remembered in {cache.folder}: ") for one in told] == [True]
    cache.prune()


def given_of(reading: Reading) -> dict[str, Any]:
    """Return what the writer is given for a workbook of a reading."""
    return {"language": "en", "form": reading.form, "records": reading.sheets, "kind": "x"}


def test_a_workbook_is_drawn_once(tmp_path: Path, messy: Path) -> None:
    """The same records give the same bytes without being drawn; a spoilt entry is drawn anew."""
    reading, cache, path = read_inputs(messy), Cache(tmp_path / "cache"), tmp_path / "a.xlsx"
    assert not draw(reading.template, path, given_of(reading), None)
    data = path.read_bytes()
    for is_known in (False, True):
        path.unlink()
        assert draw(reading.template, path, given_of(reading), cache) == is_known
        assert path.read_bytes() == data
    entry(cache).write_bytes(entry(cache).read_bytes()[:-1])
    path.unlink()
    assert not draw(reading.template, path, given_of(reading), cache)
    assert path.read_bytes() == data


@pytest.mark.parametrize(
    "change", ["frame", "type", "raw", "extras", "remark", "form", "title", "language"]
)
def test_whatever_changes_a_workbook_has_it_drawn_anew(messy: Path, change: str) -> None:
    """A cell, its type, what was typed, staff's own columns, a remark; words and labels."""
    reading = read_inputs(messy)
    template, given = reading.template, given_of(reading)
    records = reading.sheets["daily_data"]
    assert records.extras is not None
    frame, raw, extras = records.frame.copy(), records.raw.copy(), records.extras.copy()
    frame.loc[0, "cost"] = 1234.5
    raw.loc[0, "cost"] = "1234.5"
    extras.iloc[0, 0] = "新"
    others: dict[str, dict[str, Any]] = {
        "frame": {"frame": frame},
        "type": {"frame": records.frame.astype({"cost": "float64"})},
        "raw": {"raw": raw},
        "extras": {"extras": extras},
        "remark": {"remarks": {"channel": {0: "?"}}},
    }
    changed = dict(given)
    if change in others:
        changed["records"] = {**reading.sheets, "daily_data": replace(records, **others[change])}
    elif change == "form":
        changed["form"] = {**reading.form, "campaign_name": "另一个"}
    elif change == "language":
        changed["language"] = "zh-Hant"
    else:
        template = replace(template, title=Text(dict.fromkeys(LANGUAGES, "x")))
    assert hash_of(template, changed) != hash_of(reading.template, given)
    assert hash_of(reading.template, given) == hash_of(reading.template, given_of(reading))


def test_what_cannot_be_told_apart_is_drawn(tmp_path: Path, messy: Path) -> None:
    """Records with a cell that packets have no form for are not kept."""
    reading, cache = read_inputs(messy), Cache(tmp_path / "cache")
    records = reading.sheets["daily_data"]
    odd: Any = [frozenset((1,))] * len(records.raw)
    raw = records.raw.assign(channel=odd)
    given = given_of(replace(reading, sheets={"daily_data": replace(records, raw=raw)}))
    assert not draw(reading.template, tmp_path / "a.xlsx", given, cache)
    assert not cache.folder.exists()


def test_pruning_removes_what_was_used_longest_ago(tmp_path: Path) -> None:
    """Using an entry keeps it; a file left half written goes too, one being written stays."""
    cache = Cache(tmp_path, most=2 * len(small_packet()) + 200)
    keys = [f"{number:02}" * 32 for number in range(3)]
    for age, key in zip((300, 200, 100), keys, strict=True):
        cache.put(key, small_packet())
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
