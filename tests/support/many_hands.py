"""Two hundred departmental workbooks, each filled in the way some people do, and what they hold."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from marketing_sheets.loading import library_template
from marketing_sheets.template import Column, TableSheet
from marketing_sheets.texts import LANGUAGES, Language
from marketing_sheets.writer import write_workbook

__all__ = ["FIELDS", "DailyRow", "department_of", "rows_of", "write_by_hand"]

TEMPLATE = library_template("campaign_tracker")
_DAILY = TEMPLATE["daily_data"]
assert isinstance(_DAILY, TableSheet)
DAILY: TableSheet = _DAILY
_CHANNELS = ("xiaohongshu", "douyin", "weibo", "ecommerce")
_FIRST_DAY = date(2024, 1, 1)
_HEADER_ROW, _FIRST_ROW = 6, 7

# The input columns that count; the others stay blank.
FIELDS = ("date", "channel", "impressions", "clicks", "conversions", "new_users", "cost", "sales")
DailyRow = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Hand:
    """How one person fills in: the words of a language, and habits drawn by a random generator."""

    number: int
    language: Language
    rng: random.Random


def department_of(number: int) -> str:
    """Return the department's name, which stands in the guide and in the file name."""
    return f"大区{number:03d}"


def rows_of(number: int) -> list[DailyRow]:
    """Return the records a department has: one day, all channels, figures of its own."""
    rng = random.Random(f"rows {number}")
    day = _FIRST_DAY + timedelta(days=number)
    rows = []
    for channel in _CHANNELS[: 2 + number % 3]:
        impressions = rng.randrange(1_000, 90_000)
        clicks = impressions // rng.randrange(8, 40)
        conversions = clicks // rng.randrange(5, 30)
        cost, sales = rng.randrange(10_000, 900_000) / 100, rng.randrange(10_000, 4_000_000) / 100
        users = conversions // 2
        rows.append((day, channel, impressions, clicks, conversions, users, cost, sales))
    return rows


def write_by_hand(folder: Path, number: int) -> Path:
    """Write one department's workbook: out of our template, or drawn by itself."""
    rng = random.Random(f"hand {number}")
    hand = Hand(number=number, language=LANGUAGES[number % 3], rng=rng)
    path = folder / f"{department_of(number)}.xlsx"
    if number % 4 == 0:
        _out_of_template(path, hand)
    else:
        _drawn(path, hand)
    return path


def _out_of_template(path: Path, hand: Hand) -> None:
    """Fill in the template, then rename, move, add and total as people do."""
    form = {
        "campaign_name": "年度大促",
        "department": department_of(hand.number),
        "owner": "张三",
        "start_date": _FIRST_DAY,
        "end_date": date(2024, 12, 31),
        "budget": 1_000_000.0,
    }
    write_workbook(TEMPLATE, path, language=hand.language, form=form, rows=8)
    book = openpyxl.load_workbook(path)
    tab = book[DAILY.label[hand.language]]
    at = {
        str(tab.cell(_HEADER_ROW - 1, c).value).split("|")[0]: c
        for c in range(1, tab.max_column + 1)
    }
    rows = rows_of(hand.number)
    start = _FIRST_ROW + hand.rng.randrange(2)  # some leave a row blank
    for r, row in enumerate(rows, start):
        for name, value in zip(FIELDS, row, strict=True):
            tab.cell(r, at[name], _typed(DAILY[name], value, hand))
    if hand.rng.random() < 0.5:
        _total(tab, start + len(rows), at, rows, hand)
    if hand.rng.random() < 0.5:
        tab.title = hand.rng.choice(["日报", "6月数据", "daily 副本", "每日数据(2)"])
    if hand.rng.random() < 0.4:
        tab.cell(_HEADER_ROW, tab.max_column + 1).value = "我的备注"
        tab.cell(start, tab.max_column).value = "核对过"
    if hand.rng.random() < 0.4:
        book.create_sheet("草稿")["A1"] = "随手记"
    book.save(path)


def _drawn(path: Path, hand: Hand) -> None:
    """Draw a workbook with the columns in an order of its own, and titles above."""
    book = Workbook()
    tab = book.active
    assert isinstance(tab, Worksheet)
    tab.title = hand.rng.choice([*DAILY.label.values(), *DAILY.aliases, "Sheet1"])
    order = list(FIELDS)
    hand.rng.shuffle(order)
    top = 1
    if hand.rng.random() < 0.5:
        tab.cell(1, 1).value = f"{department_of(hand.number)} 数据汇报"
        top = 3
    extra = hand.rng.random() < 0.4
    words = [_word(DAILY[name], hand) for name in order] + (["跟进人"] if extra else [])
    for c, word in enumerate(words, 1):
        tab.cell(top, c).value = word
    at = {name: c for c, name in enumerate(order, 1)}
    rows = rows_of(hand.number)
    for r, row in enumerate(rows, top + 1):
        for name, value in zip(FIELDS, row, strict=True):
            tab.cell(r, at[name], _typed(DAILY[name], value, hand))
        if extra:
            tab.cell(r, len(words)).value = "小李"
    if hand.rng.random() < 0.5:
        _total(tab, top + 1 + len(rows), at, rows, hand)
    guide = book.create_sheet(TEMPLATE["guide"].label[hand.language])
    _fields(guide, hand)
    book.save(path)


def _fields(tab: Worksheet, hand: Hand) -> None:
    form = TEMPLATE.form
    assert form is not None
    said: dict[str, Any] = {
        "campaign_name": "年度大促",
        "department": department_of(hand.number),
        "owner": "张三",
    }
    days: dict[str, Any] = {"start_date": _FIRST_DAY, "end_date": date(2024, 12, 31)}
    for r, (name, value) in enumerate({**said, **days, "budget": 1_000_000}.items(), 1):
        tab.cell(r, 1).value = form[name].label[hand.language]
        tab.cell(r, 2).value = value


def _total(
    tab: Worksheet, row: int, at: dict[str, int], rows: Sequence[DailyRow], hand: Hand
) -> None:
    tab.cell(row, at["date"]).value = hand.rng.choice(["合计", "总计", "Total"])
    for n, name in enumerate(FIELDS[2:], 2):
        tab.cell(row, at[name]).value = round(sum(one[n] for one in rows), 2)


def _word(column: Column, hand: Hand) -> str:
    """Return a header: the label, an alias, or the label with blanks and a line break."""
    words = [column.label[hand.language]] * 3 + list(column.aliases)
    word = hand.rng.choice(words)
    return hand.rng.choice([word, word, f" {word}", f"{word}\n"])


def _typed(column: Column, value: Any, hand: Hand) -> Any:
    """Return what this person types for a value."""
    if isinstance(value, date):
        styles: list[Callable[[date], object]] = [
            lambda d: d,
            lambda d: d,
            lambda d: f"{d:%Y-%m-%d}",
            lambda d: f"{d.year}.{d.month}.{d.day}",
            lambda d: f"{d.year}年{d.month}月{d.day}日",
        ]
        return hand.rng.choice(styles)(value)
    if column.type == "choice":
        item = TEMPLATE.choices["channel"][value]
        return hand.rng.choice([*item.label.values(), *item.aliases])
    return hand.rng.choice(list(_spellings(value)))


def _spellings(value: float) -> Iterator[object]:
    yield value
    yield value
    yield f"{value:,}"
    wide = str.maketrans("0123456789.,", "０１２３４５６７８９．，")
    yield f"{value}".translate(wide)
    yield f" {value} "
