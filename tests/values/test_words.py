"""Choices with their remarks, yes and no, and text kept as typed."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from marketing_sheets.template import Choice, Choices, ColumnType
from marketing_sheets.texts import LANGUAGES, Text
from marketing_sheets.values import Context, as_text, choice_spellings, parse


def _text(*words: str) -> Text:
    return Text(dict(zip(LANGUAGES, words, strict=True)))


STATUS = Choices(
    id="status",
    label=_text("状态", "狀態", "Status"),
    items=(
        Choice(id="not_started", label=_text("未开始", "未開始", "Not started")),
        Choice(id="active", label=_text("进行中", "進行中", "In progress"), aliases=("Ongoing",)),
        Choice(id="done", label=_text("已完成", "已完成", "Done"), aliases=("完成", "未开始")),
        Choice(id="late", label=_text("延期", "延期", "Delayed (late)"), aliases=("active",)),
    ),
)
SPELLINGS = choice_spellings(STATUS)
LABELS = {item.id: item.label for item in STATUS.items}
CLOSED = Context(choices=SPELLINGS, labels=LABELS)
OPEN = Context(choices=SPELLINGS, choices_open=True)


def test_spellings_prefer_labels_over_ids_over_aliases() -> None:
    """A spelling two items claim belongs to the label, then the id, then the alias."""
    assert SPELLINGS["未开始"] == "not_started"
    assert SPELLINGS["active"] == "active"
    assert SPELLINGS["完成"] == "done"
    assert SPELLINGS["delayed(late)"] == "late"


@pytest.mark.parametrize(
    ("raw", "item"),
    [
        ("已完成", "done"),
        ("完成", "done"),
        ("Done", "done"),
        ("DONE ", "done"),
        ("進行中", "active"),
        ("In Progress", "active"),
        ("in  progress", "active"),
        ("Not Started", "not_started"),
        ("not_started", "not_started"),
        ("进 行 中", "active"),
        ("已完成\n", "done"),
        ("✓ 已完成", "done"),
        ("● 进行中", "active"),
        ("▲延期！", "late"),
        ("Delayed (late)", "late"),
    ],
)
def test_choices_are_known_in_any_language(raw: str, item: str) -> None:
    """Labels, aliases and ids are recognised whatever their language, case, width and mark."""
    cell = parse(raw, "choice", CLOSED)
    assert (cell.value, cell.remark, cell.fault) == (item, None, None)


@pytest.mark.parametrize(
    ("raw", "item", "remark"),
    [
        ("已完成(延期1小时)", "done", "延期1小时"),
        ("已完成（延期1小时）", "done", "延期1小时"),
        ("进行中(截至6.910:00,消耗2万,率2.3%)", "active", "截至6.910:00,消耗2万,率2.3%"),
        ("✓ Done (one hour late)", "done", "one hour late"),
        ("已完成(见附件(2))", "done", "见附件(2)"),
        ("Delayed (late) (by a day)", "late", "by a day"),
    ],
)
def test_a_bracket_after_a_choice_is_its_remark(raw: str, item: str, remark: str) -> None:
    """The status counts, and what was added in brackets is kept as typed."""
    for context in (CLOSED, OPEN):
        cell = parse(raw, "choice", context)
        assert (cell.value, cell.remark) == (item, remark)


@pytest.mark.parametrize(
    "raw",
    ["已完成，延期1小时", "完工(昨天)", "(已完成)", "已完成(a)(b", 0.8, 1, True, date(2024, 1, 1)],
)
def test_a_closed_list_takes_nothing_else(raw: object) -> None:
    """Other words, numbers and ticks are faults in a closed list."""
    cell = parse(raw, "choice", CLOSED)
    assert (cell.value, cell.fault) == (None, "unknown_choice")


def test_the_fault_names_what_is_allowed_nearest_first() -> None:
    """Staff are shown the labels of the list in their language, the likeliest first."""
    params = parse("In progres", "choice", CLOSED).params
    nearest, allowed = params["nearest"], params["allowed"]
    assert isinstance(nearest, Text)
    assert isinstance(allowed, Text)
    assert nearest["en"] == "In progress"
    assert allowed["en"] == "In progress, Not started, Done, Delayed (late)"
    assert allowed["zh-Hant"] == "進行中、未開始、已完成、延期"
    assert parse("qqq", "choice", CLOSED).params["nearest"] == ""


def test_without_labels_the_fault_names_ids() -> None:
    """A context that knows no labels still says what is allowed."""
    allowed = parse("qqq", "choice", Context(choices=SPELLINGS)).params["allowed"]
    assert isinstance(allowed, Text)
    assert allowed["en"] == "not_started, active, done, late"


@pytest.mark.parametrize(
    ("raw", "value"),
    [("百度PC", "百度PC"), (" 新渠道 ", "新渠道"), (360, "360"), (360.0, "360"), ("A(b)", "A(b)")],
)
def test_an_open_list_keeps_other_words(raw: object, value: str) -> None:
    """Staff's own entries are kept as typed."""
    cell = parse(raw, "choice", OPEN)
    assert (cell.value, cell.remark) == (value, None)


@pytest.mark.parametrize("raw", [0.8, True, datetime(2024, 1, 2), time(1)])
def test_no_fraction_or_tick_is_an_entry(raw: object) -> None:
    """What Excel or a progress column left behind is no entry, not even of an open list."""
    assert parse(raw, "choice", OPEN).fault == "unknown_choice"


def test_a_list_may_hold_the_words_for_nothing() -> None:
    """Pending or 无 is a choice where the list says so, else blank."""
    words = Context(choices={"pending": "waiting", "无": "none"})
    assert parse("Pending", "choice", words).value == "waiting"
    assert parse("無", "choice", words).value == "none"
    assert parse("-", "choice", words).is_blank
    assert parse("Pending", "choice", CLOSED).note == "pending"


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        *((yes, True) for yes in ("是", "有", "Yes", "y", "TRUE", "√", "✓", "✔", True)),
        *((no, False) for no in ("否", "无", "無", "No", "N", "false", "×", "✗", False)),
    ],
)
def test_yes_and_no(raw: object, value: bool) -> None:
    """Yes and no in words and marks; 无 says no where yes or no is asked."""
    cell = parse(raw, "yes_no")
    assert (cell.value, cell.note, cell.fault) == (value, None, None)


def test_the_letter_x_is_read_as_no_with_a_warning() -> None:
    """A letter x is a tick for some, so its reading is told."""
    cell = parse("X", "yes_no")
    assert (cell.value, cell.note) == (False, "x_taken_as_no")


@pytest.mark.parametrize("raw", ["maybe", "已完成", 1, 0.0])
def test_what_is_neither_yes_nor_no(raw: object) -> None:
    """Anything else is a fault, a number too."""
    assert parse(raw, "yes_no").fault == "not_yes_or_no"
    assert parse("-", "yes_no").is_blank


@pytest.mark.parametrize("type", ["text", "long_text", "person", "department", "condition"])
@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("*经理", "*经理"),
        ("设计组*", "设计组*"),
        ("  李策划、赵专员\n", "李策划、赵专员"),
        ("销售部/*主管", "销售部/*主管"),
        ("1. 补全…\n2. 提交", "1. 补全…\n2. 提交"),
        ("　全角　空格　", "全角　空格"),
        ("#品牌体验#", "#品牌体验#"),
        ("=SUM(A1)", "=SUM(A1)"),
        ("-50万", "-50万"),
        ("观看人数≥20万", "观看人数≥20万"),
        ("00123", "00123"),
        ("2001104355", "2001104355"),
        ("无(数据工具已配置)", "无(数据工具已配置)"),
        ("否", "否"),
        (123, "123"),
        (3.0, "3"),
        (0.5, "0.5"),
        (True, "TRUE"),
        (datetime(2024, 7, 1), "2024-07-01"),
        (datetime(2024, 7, 1, 18), "2024-07-01 18:00"),
        (date(2024, 7, 1), "2024-07-01"),
        (time(17), "17:00"),
    ],
)
def test_words_are_kept_as_typed(type: ColumnType, raw: object, value: str) -> None:
    """Text loses its outer blanks and nothing else; other cells are shown as text."""
    cell = parse(raw, type)
    assert (cell.value, cell.fault, cell.note) == (value, None, None)


def test_pending_is_a_word_in_prose_and_nobody_as_a_name() -> None:
    """待定 stays in a text, but names no person."""
    assert parse("待定", "long_text").value == "待定"
    assert parse("待定", "person").is_blank


def test_frame_texts_of_yes_and_no() -> None:
    """The text a typed frame holds for yes and no is read as the same."""
    for value in (True, False):
        assert parse(as_text(value), "yes_no").value is value
