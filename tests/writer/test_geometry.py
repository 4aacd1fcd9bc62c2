"""Widths, heights and line counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from marketing_sheets.loading import library_template, template_names
from marketing_sheets.template import Column
from marketing_sheets.texts import LANGUAGES, Text
from marketing_sheets.writer.geometry import (
    blank_row_height,
    breaks_well,
    column_width,
    header_height,
    header_lines,
    horizontal,
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


@pytest.mark.parametrize(
    ("label", "width", "align", "lines"),
    [
        (
            "完成状态(未开始/进行中/已完成/延期)",
            21.5,
            "center",
            ["完成状态(未开始/进行中/", "已完成/延期)"],
        ),
        ("状态(进行中/已完成/延期)", 18, "center", ["状态(进行中/已完成/", "延期)"]),
        ("单次点击成本(元)", 14, "right", ["单次点击成本", "(元)"]),
    ],
)
def test_long_headers_break_where_their_sense_does(
    label: str, width: float, align: str, lines: list[str]
) -> None:
    """A header breaks once, before a bracket or after a slash, and its column is as wide."""
    chosen = column_width(named(label, "x", zh=width), "zh-Hans", align=align)
    assert width <= chosen < text_units(label)
    assert header_lines(label, chosen - (0.2 if align == "center" else 1.4)) == lines


def test_no_header_of_ours_breaks_within_a_word() -> None:
    """Each Chinese header of each library table stands in a line, or breaks at a seam."""
    for name in template_names():
        for sheet in library_template(name).tables:
            for column in sheet.columns:
                for language in LANGUAGES[:2]:
                    align = horizontal(column, sheet, is_open=False)
                    width = column_width(column, language, align=align)
                    label = column.label[language]
                    assert breaks_well(label, width, align) or width >= text_units(label) + 2
                    assert width <= max(column.width.get("zh", 24), text_units(label) + 2)


@pytest.mark.parametrize(("normal", "height"), [(18, 22.5), (23, 23), (34, 24)])
def test_blank_rows_are_even(normal: float, height: float) -> None:
    """Rows nobody has filled yet are 22 to 24 pt high."""
    sheet = library_template("campaign_tracker").tables[0]
    assert blank_row_height(replace(sheet, row_height=normal)) == height


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
