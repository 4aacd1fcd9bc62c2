"""Widths, heights and line counts."""

from __future__ import annotations

import pytest

from marketing_sheets.template import Column
from marketing_sheets.texts import Text
from marketing_sheets.writer.geometry import (
    column_width,
    header_height,
    line_count,
    row_height,
    spans,
    text_units,
)


def named(zh: str, en: str, /, **width: float) -> Column:
    """Return a text column with labels and widths."""
    label = Text({"zh-Hans": zh, "zh-Hant": zh, "en": en})
    return Column(id="c", type="text", label=label, width=width)


@pytest.mark.parametrize(("text", "units"), [("", 0), ("abc", 3), ("阶段", 4), ("KPI条件", 7)])
def test_chinese_characters_count_two(text: str, units: int) -> None:
    """A Chinese character is as wide as two digits."""
    assert text_units(text) == units


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 20, 1),
        ("一二三四五六七八九", 20, 1),
        ("一二三四五六七八九十", 20, 2),
        ("a\nb\nc", 20, 3),
        ("一二三四五六七八九十\n一", 20, 3),
        ("x" * 20, 20, 1),
        ("x" * 21, 20, 2),
        ("字", 1, 2),
    ],
)
def test_lines_of_a_text(text: str, width: float, lines: int) -> None:
    """Lines are counted per paragraph; Latin letters are a tenth narrower than digits."""
    assert line_count(text, width) == lines


@pytest.mark.parametrize(
    ("lines", "normal", "height"),
    [(1, 21, 21), (2, 21, 30), (2, 34, 34), (3, 34, 50), (6, 34, 92), (60, 34, 92)],
)
def test_row_heights(lines: int, normal: float, height: float) -> None:
    """Two lines need 30 pt, more need 8 + 14 a line, and no row is higher than six lines."""
    assert row_height(lines, normal) == height


def test_the_header_and_the_choices_widen_a_column() -> None:
    """The template's width holds unless the header or the longest choice needs more."""
    assert column_width(named("值", "Value", zh=12, en=12), "zh-Hans") == 12
    assert column_width(named("预算使用率", "Used", zh=8, en=8), "zh-Hans") == 12
    assert column_width(named("值", "Planned start date", zh=8, en=8), "en") == 12
    assert column_width(named("值", "Value", zh=8, en=8), "zh-Hans", ["线下体验店"]) == 14


def test_an_endless_choice_does_not_widen_a_column_endlessly() -> None:
    """A choice of 200 characters leaves the column at a readable width."""
    assert column_width(named("值", "Value", zh=8, en=8), "en", ["x" * 200]) == 30


def test_headers_of_three_lines_get_room() -> None:
    """A header row is 32 pt high, and higher where a label takes more than two lines."""
    assert header_height([("状态", 10)]) == 32
    assert header_height([("一二三四五六七八九十一二三", 10)]) > 32


def test_neighbours_are_joined() -> None:
    """Column numbers are joined into spans."""
    assert spans([]) == []
    assert spans([5, 1, 2, 3]) == [(1, 3), (5, 5)]
