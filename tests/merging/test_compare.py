"""What differs between two workbooks: exactly what was edited, whatever else was done to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
from hypothesis import given, strategies as st
from support.laws import tried
from support.merges import TEMPLATE, workbook
from support.split_parts import MASTER, edited, headquarters, parts, removed, task

from marketing_sheets.merging import Difference
from marketing_sheets.merging.base import source_of
from marketing_sheets.merging.compare import compare
from marketing_sheets.merging.model import Source
from marketing_sheets.merging.way import Way
from marketing_sheets.records import Reading, RememberedAlert
from marketing_sheets.template import Threshold

WAY = Way(template=TEMPLATE, language="zh-Hans")
SHEET = "daily_data"
_DAYS = [pd.Timestamp("2024-06-01") + pd.Timedelta(days=n) for n in range(4)]
_CHANNELS = ("douyin", "xiaohongshu", "达人 A")
CELLS: dict[str, Any] = {
    "clicks": st.sampled_from([None, 1, 2]),
    "cost": st.sampled_from([None, 10.0, 20.0, 0.1]),
    "sales": st.sampled_from([None, 10.0, 20.0]),
    "+备注": st.sampled_from([None, "甲", "乙"]),
}
_STAYS = {"date": _DAYS[3], "channel": "weibo", "clicks": 77, "cost": 77.0, "+备注": "在"}
Key = tuple[pd.Timestamp, str]
Rows = dict[Key, dict[str, Any]]

cells = st.fixed_dictionaries(CELLS)
keyed = st.dictionaries(
    st.tuples(st.sampled_from(_DAYS[:3]), st.sampled_from(_CHANNELS)), cells, max_size=8
)
# Without a key, under one key several times, with a text where a figure is asked for.
messy = st.lists(
    st.fixed_dictionaries(
        {"date": st.sampled_from([*_DAYS[:2], None]), "channel": st.sampled_from(_CHANNELS[1:])}
        | CELLS,
        optional={"cost!": st.sampled_from(["约5万", "待定"])},
    ),
    max_size=6,
)


def file_of(rows: Sequence[Mapping[str, Any]], name: str = "后.xlsx", **more: Any) -> Source:
    """Return a workbook with these rows below one that stays; it has a column of staff's own."""
    return workbook(name, {SHEET: [_STAYS, *rows]}, **more)


def listed(rows: Rows) -> list[dict[str, Any]]:
    """Return rows by key as rows of a table."""
    return [{"date": day, "channel": channel, **said} for (day, channel), said in rows.items()]


def found(before: Source, after: Source) -> list[Difference]:
    """Return what differs."""
    return [*compare(before, after, WAY)[0]]


def mirrored(one: Difference) -> tuple[object, ...]:
    """Return a difference as it is told when the files are named the other way round."""
    kind = {"added": "gone", "gone": "added"}.get(one.kind.rpartition("_")[2])
    name = f"{one.kind.rpartition('_')[0]}_{kind}" if kind else one.kind
    return (
        name,
        one.sheet,
        one.column,
        one.after,
        one.before,
        str(one.place_after),
        str(one.place_before),
    )


def told(one: Difference) -> tuple[object, ...]:
    """Return what a difference tells but for the record's name, which an edit may change."""
    return (
        one.kind,
        one.sheet,
        one.column,
        one.before,
        one.after,
        str(one.place_before),
        str(one.place_after),
    )


@tried(40)
@given(rows=messy, data=st.data())
def test_rows_moved_or_parted_by_blank_ones_do_not_differ(
    rows: list[dict[str, Any]], data: st.DataObject
) -> None:
    """Whatever stands in the rows, in which order and in which rows of the sheet makes nothing."""
    order = data.draw(st.permutations(rows))
    gaps = data.draw(st.lists(st.integers(1, 3), min_size=len(rows), max_size=len(rows)))
    moved = [{**row, "@row": 7 + sum(gaps[: at + 1])} for at, row in enumerate(order)]
    assert found(file_of(rows, "前.xlsx"), file_of(moved)) == []


@tried(60)
@given(before=keyed, data=st.data())
def test_exactly_the_edits_are_told(before: Rows, data: st.DataObject) -> None:
    """Cells typed anew, rows added and deleted are told each once, with old and new values."""
    after = {key: dict(said) for key, said in before.items()}
    keys = st.lists(st.sampled_from([*before]), max_size=3) if before else st.just([])
    for key in data.draw(keys):
        name = data.draw(st.sampled_from([*CELLS]))
        after[key][name] = data.draw(CELLS[name])
    for key in data.draw(keys):
        after.pop(key, None)
    news = data.draw(st.dictionaries(st.sampled_from([(_DAYS[0], "weibo")]), cells))
    after |= news
    # A row that is not said to be another one may have been renamed; here all say something else.
    for number, key in enumerate(news):
        after[key] |= {"clicks": 900 + number, "cost": 901.5, "sales": 902.5, "+备注": "丙"}
    order = data.draw(st.permutations([*after]))
    expected: Counter[tuple[object, ...]] = Counter()
    for key in before.keys() | after.keys():
        was, now = before.get(key), after.get(key)
        if was is None or now is None:
            expected["row_added" if was is None else "row_gone", key, ""] += 1
            continue
        for name in CELLS:
            if was[name] != now[name]:
                expected["cell_changed", key, name.lstrip("+"), was[name], now[name]] += 1
    shown = {TEMPLATE.choices["channel"].label_of(c, "zh-Hans"): c for c in (*_CHANNELS, "weibo")}
    differing: Counter[tuple[object, ...]] = Counter()
    for one in found(
        file_of(listed(before), "前.xlsx"), file_of(listed({k: after[k] for k in order}))
    ):
        key = (pd.Timestamp(one.key[0]), shown[one.key[1]])
        values = (one.old, one.new) if one.column else ()
        differing[one.kind, key, one.column, *values] += 1
    assert differing == expected


@tried(60)
@given(before=messy, after=messy)
def test_the_other_way_round_is_the_mirror(
    before: list[dict[str, Any]], after: list[dict[str, Any]]
) -> None:
    """Neither file is taken for the right one: what one adds the other lacks, cell for cell."""
    first, second = file_of(before, "前.xlsx"), file_of(after)
    there = Counter(map(told, found(first, second)))
    assert there == Counter(map(mirrored, found(second, first)))


def test_a_row_whose_key_was_edited_is_still_itself() -> None:
    """In its place, saying most of what it said, it has a new key; elsewhere nobody can say."""
    rows = [
        {"date": day, "channel": "douyin", "clicks": n, "cost": 10.0 * n, "sales": 3.0}
        for n, day in enumerate(_DAYS[:3], 5)
    ]
    renamed = [rows[0], {**rows[1], "channel": "weibo"}, rows[2]]
    before = file_of(rows, "前.xlsx")
    (one,) = found(before, file_of(renamed))
    assert (one.kind, one.column, one.before, one.after) == (
        "key_changed",
        "channel",
        "抖音",
        "微博",
    )
    assert one.key == ("2024-06-02", "抖音")
    assert (str(one.place_before), str(one.place_after)) == (
        "前.xlsx › 每日数据 › B9",
        "后.xlsx › 每日数据 › B9",
    )
    moved = [rows[0], rows[2], {**rows[1], "channel": "weibo"}]
    assert [one.kind for one in found(before, file_of(moved))] == ["row_added", "row_gone"]


def test_rows_under_one_key_are_told_apart_as_far_as_they_can() -> None:
    """Those that stay as they are are themselves; of the rest it is said how many share the key."""
    row = {"date": _DAYS[0], "channel": "douyin", "sales": 3.0}
    rows = [{**row, "cost": cost} for cost in (1.0, 2.0, 3.0)]
    now = [{**row, "cost": cost} for cost in (3.0, 9.0, 1.0)]
    (one,) = found(file_of(rows, "前.xlsx"), file_of(now))
    assert (one.kind, one.old, one.new, one.alike) == ("cell_changed", 2.0, 9.0, 3)


def test_values_are_compared_by_what_they_mean() -> None:
    """Another spelling of a value is no difference; what cannot be understood is, as it stands."""
    row = {"date": _DAYS[0], "channel": "douyin", "cost": 1000.0}
    before = file_of([{**row, "cost!": "1,000"}], "前.xlsx")
    assert found(before, file_of([{**row, "cost!": "1千"}])) == []
    (one,) = found(before, file_of([{**row, "cost": None, "cost!": "约5万"}]))
    assert (one.before, one.after, one.old, one.new) == ("1,000", "约5万", 1000.0, "约5万")


def test_columns_and_tabs_that_one_file_lacks() -> None:
    """A column that only one file has is told once, with its filled cells; so is a whole tab."""
    row = {"date": _DAYS[0], "channel": "douyin"}
    before = workbook("前.xlsx", {SHEET: [{**row, "+备注": "甲"}, {**row, "channel": "weibo"}]})
    after = workbook("后.xlsx", {SHEET: [row, {**row, "channel": "weibo"}], MASTER: []})
    extra = replace(after, reading=replace(after.reading, extra_sheets=("草稿",)))
    told_now = [(one.kind, one.key, one.column, one.old) for one in found(before, extra)]
    assert told_now == [
        ("sheet_added", ("草稿",), "", None),
        ("sheet_added", ("推进总表",), "", None),
        ("column_gone", (), "备注", 1),
    ]


def test_whose_a_row_is() -> None:
    """A row's department and owner are told as people see them; a file's name is no department."""
    rows = [task("甲", "marketing"), task("乙", None, owner=None)]
    whole = headquarters(rows)
    after = edited(edited(whole, 0, "budget", 5.0), 1, "budget", 6.0)
    told_of = [
        (one.department, one.owner, one.new) for one in found(_source(whole), _source(after))
    ]
    assert told_of == [("市场部", "张三", 5.0), ("", "", 6.0)]


def _source(reading: Reading) -> Source:
    return source_of(reading, file=str(reading.file))


def test_a_part_is_compared_with_the_rows_it_was_handed() -> None:
    """Rows of other parts are not gone; renamed ones are known by their ids, in either order."""
    whole = headquarters([task("甲", "marketing"), task("乙", "sales"), task("丙", "marketing")])
    part = parts(whole)["marketing"]
    part = edited(removed(part, 1), 0, "task", "甲改")
    for first, second, kind in ((whole, part, "row_gone"), (part, whole, "row_added")):
        those, elsewhere = compare(_source(first), _source(second), WAY)
        kinds = [one.kind for one in those if one.sheet == MASTER]
        assert sorted(kinds) == sorted(("key_changed", kind))
        assert elsewhere == 1


def test_forms_lists_settings_and_owners_of_alerts() -> None:
    """What stands outside the tables is compared entry by entry, whatever the order."""

    def told_of(**more: Any) -> Source:
        source = workbook("x.xlsx", {}, form=more.pop("form", None))
        known = {"choices": {"channel": {"douyin": {"cvr_base": "clicks"}}}, "settings": {}}
        return replace(source, reading=replace(source.reading, **{**known, **more}))

    alert = RememberedAlert(key="a", severity="high", first_seen=date(2024, 6, 1), what="延期")
    before = told_of(
        form={"campaign_name": "618", "budget": 100.0},
        settings={"close": 0.9},
        thresholds=(Threshold(rule="ctr_low", limit=0.02),),
        remembered=(replace(alert, own_owner="张三"),),
    )
    after = told_of(
        form={"campaign_name": "618", "budget": 200.0},
        choices={"channel": {"达人": {}, "douyin": {"cvr_base": "visits"}}},
        settings={"close": 0.8, "newer": 1.0},
        thresholds=(
            Threshold(rule="cvr_low", limit=0.1),
            Threshold(rule="ctr_low", limit=0.03),
        ),
        holidays=(date(2024, 6, 10),),
        remembered=(replace(alert, own_owner="李四"), replace(alert, key="b")),
    )
    listed = [
        (one.kind, one.sheet, one.column, one.before, one.after) for one in found(before, after)
    ]
    assert Counter(listed) == Counter(
        [
            ("field_changed", "guide", "budget", "100", "200"),
            ("setting_changed", "lists", "close", "0.9", "0.8"),
            ("entry_added", "lists", "", "", ""),
            ("entry_changed", "lists", "cvr_base", "点击量", "visits"),
            ("threshold_added", "lists", "", "", "10% · 是"),
            ("threshold_changed", "lists", "rule.limit", "2%", "3%"),
            ("holiday_added", "lists", "", "", ""),
            ("alert_changed", "alerts", "alert.owner", "张三", "李四"),
        ]
    )
    assert found(before, before) == []
    assert Counter(map(told, found(before, after))) == Counter(map(mirrored, found(after, before)))
