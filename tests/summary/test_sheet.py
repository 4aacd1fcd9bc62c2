"""The Summary's sheet as Excel will find it: values, links, charts, print-out."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from support.readings import (
    AS_OF,
    FORM,
    campaign,
    campaign_days,
    campaign_tasks,
    issue,
    metric,
    reading,
)

from marketing_sheets.loading import load_template
from marketing_sheets.problems import Place, Problem
from marketing_sheets.records import Reading
from marketing_sheets.summary import Summary, summarize, write_summary
from marketing_sheets.summary.axes import step_format, steps, twin_axes
from marketing_sheets.summary.canvas import chart_names
from marketing_sheets.summary.words import word
from marketing_sheets.texts import LANGUAGES, Language

JUNE = pd.Timestamp("2024-06-01")
SHEETS = ("master_tracker", "phase_schedule", "daily_data", "effect_evaluation", "issue_log")


def written(book: Reading, language: Language = "zh-Hans", **more: Any) -> bytes:
    """Write a reading's Summary."""
    return write_summary(summarize(book, as_of=AS_OF), language=language, sheet_name="汇总", **more)


@pytest.fixture(scope="module")
def data() -> bytes:
    """The Summary of the whole campaign, as a workbook of one sheet."""
    return written(campaign())


@pytest.fixture(scope="module")
def sheet(data: bytes) -> Any:
    """Its sheet; no test changes it."""
    return opened(data)


def opened(data: bytes) -> Any:
    """Open the one sheet of a workbook as staff's program would."""
    workbook = openpyxl.load_workbook(BytesIO(data))
    assert workbook.sheetnames == ["汇总"]
    return workbook["汇总"]


def part(data: bytes, name: str) -> str:
    """Return a part of the package as text."""
    with zipfile.ZipFile(BytesIO(data)) as package:
        return package.read(name).decode("utf-8")


def row_of(sheet: Any, text: str) -> int:
    """Find the first row in which a visible cell says `text`."""
    rows = sheet.iter_rows(max_col=19, values_only=True)
    return next(number for number, row in enumerate(rows, 1) if text in row)


def texts(sheet: Any) -> list[str]:
    """Return all texts of the sheet in reading order."""
    return [cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]


def test_the_first_screen_has_real_values(sheet: Any) -> None:
    """The tiles hold numbers with formats, not texts, and no formula stands anywhere."""
    assert (sheet["B2"].value, sheet["B3"].value) == ("2024夏季大促（618）", "▲ 有风险")
    label = row_of(sheet, "销售额")
    assert [sheet.cell(label, 2 + 3 * n).value for n in range(6)] == [
        *("销售额", "投产比 ROAS", "新增用户", "获客成本（元）", "总进度", "预算使用"),
    ]
    numbers = [sheet.cell(label + 1, 2 + 3 * n) for n in range(6)]
    sales, cost, users = (
        sum(float(str(row[name])) for row in campaign_days())
        for name in ("sales", "cost", "new_users")
    )
    assert [cell.value for cell in numbers] == pytest.approx(
        [sales, sales / cost, users, cost / users, 6.8 / 9, 330.5 / 435], rel=1e-9
    )
    assert [cell.number_format for cell in numbers] == [
        *('0\\.0,"万"', "#,##0.00", "#,##0", "#,##0.0", "#,##0%", "#,##0.0%"),
    ]
    assert not any(str(text).startswith("=") for text in texts(sheet))


def _shape(number_format: str) -> tuple[int, str]:
    """Return how many digits stand after the point in a number format, and what follows."""
    digits = number_format.replace("\\.", ".").partition(".")[2]
    unit = re.search(r'"(.+)"|%$', number_format)
    return digits.count("0"), unit[0].strip('"') if unit else ""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("users", [500, 150_000, 1_200_000])
@pytest.mark.parametrize("cac", [60, 7.25, 120_000])
def test_a_figure_and_its_target_are_rounded_alike(
    users: int, cac: float, language: Language
) -> None:
    """In a tile the number's format and the target below it have one scale and as many digits."""
    form = {**FORM, "target_new_users": users, "limit_cac": cac}
    sheet = opened(written(campaign(form=form), language))
    label = row_of(sheet, word("tile.sales", language))
    seen = 0
    for column in range(2, 17, 3):  # the last tile, money left, has another unit
        cell, said = sheet.cell(label + 1, column), str(sheet.cell(label + 2, column).value)
        figure = re.search(r"[\d,]*\d(?:\.(\d+))?([%万萬亿億KM]?)", said)
        assert figure is not None, said
        assert _shape(cell.number_format) == (len(figure[1] or ""), figure[2]), said
        seen += 1
    assert seen == 5


def test_the_first_screen_fits_a_laptop(sheet: Any) -> None:
    """Down to the sixth action the rows are at most 490 pixels high."""
    last = row_of(sheet, "■ 任务延期") + 2
    points = sum(sheet.row_dimensions[row].height for row in range(1, last + 1))
    assert points * 4 / 3 <= 490


def test_actions_link_to_their_cells(sheet: Any) -> None:
    """Six actions are shown, each with a link to the cell; the seventh line counts the others."""
    first = row_of(sheet, "■ 问题超期")
    assert [sheet.cell(first + n, 17).value for n in range(6)] == [
        *("问题跟踪 › O7", "问题跟踪 › O8", "问题跟踪 › O9"),
        *("推进总表 › K10", "阶段进度 › J8", "推进总表 › K13"),
    ]
    assert sheet.cell(first, 17).hyperlink.location == "'问题跟踪'!O7"
    assert sheet.cell(first + 6, 2).value == "另有 5 项，见下方“预警清单”"


def test_links_follow_the_name_staff_gave_the_tab() -> None:
    """A tab named with an apostrophe is quoted as Excel wants it."""
    book = campaign()
    log = book.sheets["issue_log"]
    renamed = replace(log, origin=replace(log.origin, sheet="Ann's 问题"))
    data = written(replace(book, sheets={**book.sheets, "issue_log": renamed}))
    sheet = opened(data)
    cell = sheet.cell(row_of(sheet, "■ 问题超期"), 17)
    assert (cell.value, cell.hyperlink.location) == ("Ann's 问题 › O7", "'Ann''s 问题'!O7")


def test_the_channel_total_comes_from_the_sums(sheet: Any) -> None:
    """Total ROAS is total sales over total cost; CVR over clicks and footfall has a dash."""
    top = row_of(sheet, "线下门店")
    rows = [[sheet.cell(top + n, column).value for column in (14, 15, 17)] for n in range(5)]
    cost, sales = (sum(row[n] for row in rows[:4]) for n in (0, 1))
    assert rows[4] == [cost, sales, pytest.approx(sales / cost)]
    assert rows[4][2] != pytest.approx(sum(row[2] for row in rows[:4]) / 4, rel=0.01)
    assert sheet.cell(top + 4, 9).value == "–  "
    assert sheet.cell(top, 18).value == "✓ 达标"


def test_charts_are_native_and_show_hidden_data(data: bytes, sheet: Any) -> None:
    """Five charts with both faces set; their data stand in hidden columns from U on."""
    with zipfile.ZipFile(BytesIO(data)) as package:
        charts = [name for name in package.namelist() if name.startswith("xl/charts/chart")]
    assert len(charts) == 5
    for name in charts:
        chart = part(data, name)
        # Excel leaves the element out where hidden cells are drawn.
        assert "plotVisOnly" not in chart
        latin = re.findall(r'<a:latin typeface="([^"]+)"', chart)
        assert set(latin) == {"Microsoft YaHei"}
        assert chart.count("<a:ea ") == len(latin)
    assert sheet.column_dimensions["U"].hidden
    used = {cell.column for row in sheet.iter_rows(min_col=20) for cell in row if cell.value}
    widths = sheet.column_dimensions["U"]
    assert min(used) == 21
    assert max(used) <= widths.max


def test_the_grid(sheet: Any) -> None:
    """Margin 14, columns 72, gaps 10 pixels; gridlines off."""
    widths = {key: round(value.width * 7) for key, value in sheet.column_dimensions.items()}
    assert (widths["B"], widths["E"], widths["Q"]) == (72, 72, 72)
    assert (widths["A"], widths["D"], widths["S"]) == (14, 10, 14)
    assert sheet.sheet_view.showGridLines is False


def test_the_print_out(sheet: Any) -> None:
    """A4 portrait, one page wide, a break before the trend, no chart data, page numbers."""
    setup = sheet.page_setup
    assert (str(setup.paperSize), setup.orientation, setup.fitToHeight) == ("9", "portrait", 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert [one.id for one in sheet.row_breaks.brk] == [row_of(sheet, "每日走势") - 1]
    assert re.fullmatch(r"'汇总'!\$A\$1:\$S\$\d+", sheet.print_area)
    assert "&P" in (sheet.oddFooter.right.text or "")


def doubtful(code: str, column: str, row: int, **more: Any) -> Problem:
    """Return a problem in a column of the daily data."""
    place = Place(file="a.xlsx", sheet="每日数据", row=row, column=3)
    return Problem(code=code, place=place, column=column, params={"column": column}, **more)


def test_data_problems_are_told_by_column() -> None:
    """Where most is not counted comes first: how many, how many of them not, and an example."""
    problems = [
        *(doubtful("required_blank", "负责人", 7 + n) for n in range(3)),
        doubtful("pending", "成本", 7, raw="待定"),
        *(doubtful("not_a_number", "成本", 8 + n, raw="=约5万") for n in range(15)),
    ]
    summary = replace(summarize(campaign(problems=problems), as_of=AS_OF), to_check=19)
    sheet = opened(write_summary(summary, language="zh-Hans", sheet_name="汇总"))
    first = row_of(sheet, "每日数据 · 成本")
    assert sheet.cell(first, 2).hyperlink.location == "'每日数据'!C8"
    assert [sheet.cell(first, column).value for column in (8, 9)] == [16, 15]
    said = str(sheet.cell(first, 11).value)
    assert said.startswith("如 C8：“成本”应为数字，现为“=约5万”。")
    assert [sheet.cell(first + 1, column).value for column in (2, 8, 9)] == [
        *("每日数据 · 负责人", 3, "–  ")
    ]
    assert texts(sheet)[texts(sheet).index("数据问题") + 1].endswith(
        "19 处请核对，其中 15 处未计入"
    )
    formulas = [text for text in texts(sheet) if text.startswith("=HYPERLINK(")]
    assert len(formulas) == 1
    assert "#chk_list" in formulas[0]


def test_columns_beyond_twelve_are_counted() -> None:
    """The last line leads to the Review; where there is none it sends nobody anywhere."""
    problems = [doubtful("not_a_number", f"列{n}", 7, raw="x") for n in range(14)]
    summary = summarize(campaign(problems=problems), as_of=AS_OF)
    plain = opened(write_summary(summary, language="zh-Hans", sheet_name="汇总"))
    assert row_of(plain, "另有 2 列共 2 处")
    listed = replace(summary, to_check=14)
    sheet = opened(write_summary(listed, language="zh-Hans", sheet_name="汇总"))
    (link,) = (text for text in texts(sheet) if "另有 2 列" in text)
    assert link == '=HYPERLINK("#chk_list","另有 2 列共 2 处，见“核对”")'


def test_text_that_looks_like_a_formula_stays_text() -> None:
    """Staff's "=cmd()" is a string cell; nothing is evaluated."""
    rows = [issue("=cmd|'/c calc'!A1", "high", due_date="2024-06-01")]
    data = written(reading({"issue_log": rows}, form={"campaign_name": "=1+1", "owner": "@x"}))
    assert "<f>" not in part(data, "xl/worksheets/sheet1.xml")
    assert opened(data)["B2"].data_type == "s"


def test_the_footer_names_its_source() -> None:
    """As-of, file, shortened hash, template and version stand at the end."""
    said = texts(opened(written(campaign(), "en")))
    footer = next(text for text in said if text.startswith("As of "))
    assert re.fullmatch(
        r"As of 28 Jun 2024  ·  Source 618跟踪表\.xlsx  ·  Data SHA-256 9f2c4a7e…b81d  ·  "
        r"Template campaign_tracker 1\.1  ·  Written by marketing_sheets ?[\w.+]*",
        footer,
    )


def test_the_same_summary_gives_the_same_bytes() -> None:
    """No clock, no chance: twice written, byte for byte the same; `created` is the only date."""
    one, other = (summarize(campaign(), as_of=AS_OF) for _ in range(2))
    for language in LANGUAGES:
        first, second = (
            write_summary(summary, language=language, sheet_name="汇总") for summary in (one, other)
        )
        assert first == second
        dated = write_summary(
            one, language=language, sheet_name="汇总", created=datetime(2024, 7, 1)
        )
        assert "2024-07-01T00:00:00Z" in part(dated, "docProps/core.xml")


def test_the_1904_calendar_is_kept() -> None:
    """A Summary for a workbook with the 1904 calendar says so."""
    assert 'date1904="1"' in part(written(campaign(), date_1904=True), "xl/workbook.xml")


MANY: dict[str, Any] = {
    "daily_data": [
        {"date": JUNE, "channel": f"很长很长的渠道名字{n}", "cost": 1.0 * n, "sales": 3.0 * n}
        for n in range(60)
    ],
    "effect_evaluation": [metric("指标" * 150, 100, 3 * n) for n in range(40)],
    "master_tracker": [
        {"stage": f"阶段{n}", "task": "任务" * 150, "budget": 1e10, "spend": 2e10}
        for n in range(40)
    ],
    "issue_log": [issue("问题" * 150, name, due_date="2024-01-01") for name in "abc"],
}
NEGATIVE: dict[str, Any] = {
    "daily_data": [
        {"date": JUNE, "channel": "douyin", "cost": -5.0, "sales": -52_000.0, "clicks": 0},
        {"channel": None, "sales": None},
    ],
    "effect_evaluation": [
        *(metric("a", 0, 5), metric("b", -10, 5), metric("c", 100, -5), metric("d", 1, 900)),
        {"metric": None, "target": None, "actual": 3.0},
    ],
    "master_tracker": [{"task": None, "budget": 0.0, "spend": 5.0}],
    "issue_log": [issue("", None)],
}
SWAPPED = {"start_date": FORM["end_date"], "end_date": FORM["start_date"]}
LONG = {**FORM, "campaign_name": "长" * 300, "owner": "人" * 300}
# Readings at the edges of what can happen.
EXTREMES: dict[str, Callable[[], Reading]] = {
    "nothing": lambda: reading({}),
    "blank": lambda: reading({name: [] for name in SHEETS}, form=FORM),
    "tasks only": lambda: reading({"master_tracker": campaign_tasks()}),
    "many": lambda: reading(MANY, form=LONG),
    "negative": lambda: reading(NEGATIVE, form=SWAPPED),
    "two years": lambda: reading({"daily_data": campaign_days(730)}, form=FORM),
    "one day": lambda: reading({"daily_data": campaign_days(1)}, form=FORM),
}


@cache
def extreme(name: str) -> Summary:
    """Return the Summary of one of them."""
    return summarize(EXTREMES[name](), as_of=AS_OF)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EXTREMES)
def test_extremes_are_written_and_read(name: str, language: Language) -> None:
    """Whatever was filled in, there is a Summary that opens, with a title and a footer."""
    data = write_summary(extreme(name), language=language, sheet_name="汇总")
    sheet = opened(data)
    assert sheet["B2"].value
    assert any("marketing_sheets" in text for text in texts(sheet))


@pytest.mark.parametrize("name", SHEETS)
def test_any_sheet_may_be_missing(name: str) -> None:
    """Without one of its sheets the rest of the Summary stands."""
    book = campaign()
    sheets = {key: value for key, value in book.sheets.items() if key != name}
    assert opened(written(replace(book, sheets=sheets)))["B2"].value == FORM["campaign_name"]


def test_an_empty_section_says_why_in_one_line() -> None:
    """The heading is followed by one muted line."""
    sheet = opened(written(reading({"daily_data": []})))
    assert sheet.cell(row_of(sheet, "渠道效果") + 1, 2).value == "“每日数据”还没有数据。"
    assert sheet.cell(row_of(sheet, "需要处理") + 1, 2).value == "没有需要处理的事项。"


def test_rows_after_the_day_are_noted() -> None:
    """The channels' foot and the trend's head say how many rows are left out."""
    book = reading({"daily_data": campaign_days()})
    data = write_summary(summarize(book, as_of=date(2024, 6, 10)), language="en", sheet_name="汇总")
    said = texts(opened(data))
    assert "72 rows after the as-of day are left out" in said
    assert any(text.endswith("; 72 rows after the as-of day are left out") for text in said)


def test_the_budget_section_says_what_is_unallocated() -> None:
    """Task budgets of 435,000 of 1,300,000 leave 865,000; at the same sum nothing is said."""
    said = texts(opened(written(campaign(form={**FORM, "budget": 1_300_000.0}))))
    assert "总预算 130.0万，未分配 86.5万" in said
    said = texts(opened(written(campaign(form={**FORM, "budget": 435_000.0}))))
    assert not any("总预算" in text for text in said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_own_tables_are_drawn(language: Language, tmp_path: Path) -> None:
    """A workbook without the campaign's sheets has tiles and a table of its own, and no more."""
    many = "".join(
        f"""
[[metrics]]
id = "m{n}"
label = "单次阅读成本{n}"
sheet = "a"
numerator = "fee"
denominator = "reads"
unit = "{unit}"
"""
        for n, unit in enumerate(("money", "percent", "ratio", "number") * 3)
    )
    path = tmp_path / "own.toml"
    path.write_text(
        """
format = 1
id = "own"
title = "Own"
choices.p = { label = "P", items = [{ id = "x", label = "X" }] }
sheets = [
  { id = "a", label = "A", columns = [
    { id = "p", type = "choice", choices = "p", label = "P" },
    { id = "fee", type = "money", label = "Fee" },
    { id = "reads", type = "integer", label = "Reads" } ] },
  { id = "b", label = "B", columns = [{ id = "fee", type = "money", label = "Fee" }] },
]
"""
        + many
        + """
[[metrics]]
id = "fees"
label = "Fees"
sheet = "b"
numerator = "fee"
""",
        encoding="utf-8",
    )
    rows = [{"p": f"名字{n}", "fee": 10.0 * n, "reads": n} for n in range(1, 20)]
    book = reading({"a": [*rows, {"fee": 1.0}], "b": []}, template=load_template(path))
    sheet = opened(written(book, language))
    said = texts(sheet)
    assert said.count("A") == said.count("B") == 1
    total = row_of(sheet, word("cell.total", language))
    assert sheet.cell(total, 5).value == 20
    assert sheet.cell(total, 6).value == 10.0
    assert word("more.own", language, count=3) in said
    for section in ("metrics", "channels", "stages", "issues"):
        assert word(f"section.{section}", language) not in said


def test_axes_have_round_ends_and_share_gridlines() -> None:
    """Both trend axes have as many intervals, and the left leaves the line its room."""
    left, right = twin_axes([174_000.0, 90_000.0], [5.3, 4.2])
    assert left.high >= 1.6 * 174_000
    assert left.high / left.step == pytest.approx(right.high / right.step)
    assert right.high >= 5.3
    low = twin_axes([-52_000.0, 10_000.0], [2.0])[0]
    assert low.low <= -52_000
    assert steps([]).high == 1
    assert (steps([8.81]).high, steps([8.81]).step) == (10, 2)
    assert steps([-3.0, 7.0]).low <= -3


_AMOUNTS = st.lists(st.integers(-(10**11), 10**11).map(lambda cents: cents / 100), max_size=6)


@given(columns=_AMOUNTS, line=_AMOUNTS)
def test_both_axes_hold_all_figures_between_few_gridlines(
    columns: list[float], line: list[float]
) -> None:
    """However large a loss beside small gains, no figure is cut off, and gridlines stay few."""
    left, right = twin_axes(columns, line)
    for axis, values in ((left, columns), (right, line)):
        assert all(axis.low <= value <= axis.high * (1 + 1e-9) for value in values)
        assert (axis.high - axis.low) / axis.step <= 13
    assert left.low / left.step == pytest.approx(right.low / right.step)
    assert left.high / left.step == pytest.approx(right.high / right.step)


def test_gridlines_are_labelled_exactly() -> None:
    """A step of 2.5 shows its decimal, a step of 2 does not."""
    assert [step_format(step) for step in (2, 2.5, 0.25)] == ["0", "0.0", "0.00"]
    assert [step_format(step, percent=True) for step in (0.1, 0.025)] == ["0%", "0.0%"]


def test_names_under_a_chart_have_their_share_of_it() -> None:
    """A name of several words may take two lines; a word is never broken."""
    names = ["WeChat Moments", "一个很长很长的渠道名字"]
    assert chart_names(names, 7) == ["WeChat Moments", "一个很…"]
    assert chart_names(names, 1) == ["WeChat Moments", "一个很长很长的渠道…"]
