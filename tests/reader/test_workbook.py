"""Which template, which tab, which language; the form, the lists sheet; what must be refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.packaging.custom import StringProperty
from openpyxl.workbook.defined_name import DefinedName
from support.books import DAILY, TAB, doubts, draw

from marketing_sheets.errors import NotAWorkbook, SheetsError, UnknownWorkbook
from marketing_sheets.loading import library_template
from marketing_sheets.reader import read_inputs
from marketing_sheets.texts import LANGUAGES, templates_folder
from marketing_sheets.writer import write_workbook

ROW: list[object] = [date(2024, 6, 1), "抖音", 100, 10, 1, 1, 10, 100, None, None]
SHEET: list[list[object]] = [[*DAILY.split("|")], ROW]
FORM: list[list[object]] = [
    ["营销活动跟踪表"],
    [None, "活动名称 *", "夏季大促", None, "怎么填"],
    [None, "牵头部门", "市场部", None, 1],
    [None, "负责人：", "张三", None, 2],
    [None, "开始日期", "2024年5月1日"],
    [None, "结束日期", "7月15日"],
    [None, "总预算（万元）", 50],
    [None, "数据截至", None],
    [None, "投产比目标", "1:4"],
]


def codes(path: Path) -> list[str]:
    """Return the codes of a workbook's problems, the missing sheets left out."""
    reading = read_inputs(path)
    return [p.code for p in reading.problems if p.code != "missing_sheet"]


def test_tabs_are_known_by_name_alias_or_header(tmp_path: Path) -> None:
    """A label in any language, an alias, a numbered name or just the header makes the sheet."""
    for name in (TAB, "每日數據", "DAILY DATA", "日报", "数据日报 (2)", "daily_data", "Sheet1"):
        reading = read_inputs(draw(tmp_path / "a.xlsx", {name: SHEET}))
        assert list(reading.sheets) == ["daily_data"]
        assert reading.sheets["daily_data"].origin.sheet == name


def test_a_stamp_beats_the_tab_name(tmp_path: Path) -> None:
    """A tab that says by its stamp what it is may be called like another sheet."""
    stamp = ["date|campaign_tracker|0.9|en|daily_data", "channel", "impressions"]
    path = draw(tmp_path / "a.xlsx", {"推进总表": [stamp, *SHEET]})
    reading = read_inputs(path)
    assert list(reading.sheets) == ["daily_data"]
    assert (reading.language, reading.template_version) == ("en", "0.9")
    assert [p.code for p in reading.problems if p.place.sheet is None] == [
        "other_version",
        *["missing_sheet"] * 5,
    ]


def test_second_tab_of_a_sheet_is_an_error_with_its_rows(tmp_path: Path) -> None:
    """Of two tabs the one with the plain name is read; the other is named with its row count."""
    path = draw(tmp_path / "a.xlsx", {"每日数据 (2)": [*SHEET, ROW, ROW], TAB: SHEET})
    reading = read_inputs(path)
    assert reading.sheets["daily_data"].origin.sheet == TAB
    (double,) = [p for p in reading.problems if p.code == "duplicate_sheet"]
    assert (double.severity, double.place.sheet) == ("error", "每日数据 (2)")
    assert double.params["count"] == 3


def test_a_tab_that_only_resembles_a_sheet_does_not_contest_it(tmp_path: Path) -> None:
    """Staff's own copy under a name of their own is an extra sheet, not a double."""
    path = draw(tmp_path / "a.xlsx", {"原始导出": [*SHEET, ROW], TAB: SHEET, "空": []})
    reading = read_inputs(path)
    assert reading.sheets["daily_data"].origin.sheet == TAB
    assert reading.extra_sheets == ("原始导出", "空")
    assert [p.place.sheet for p in reading.problems if p.code == "extra_sheet"] == ["原始导出"]


def test_hidden_tabs_count_and_are_told(tmp_path: Path) -> None:
    """A hidden tab may hold the real data."""

    def hide(book: Workbook) -> None:
        book[TAB].sheet_state = "hidden"

    path = draw(tmp_path / "a.xlsx", {"说明": [["x"]], TAB: SHEET}, then=hide)
    reading = read_inputs(path)
    assert len(reading.sheets["daily_data"].frame) == 1
    assert ("hidden_sheet", None) in doubts(reading)


def test_language_is_stated_or_the_usual_one(tmp_path: Path) -> None:
    """Document properties state it; otherwise the headers vote."""
    template = library_template("campaign_tracker")
    sheet = template.tables[2]
    for language in LANGUAGES:
        head = [column.label[language] for column in sheet.inputs]
        path = draw(tmp_path / "a.xlsx", {"Sheet1": [head, ROW]})
        assert read_inputs(path).language == language

    def state(book: Any) -> None:
        book.custom_doc_props.append(StringProperty(name="language", value="zh-Hant"))

    path = draw(tmp_path / "a.xlsx", {"Sheet1": SHEET}, then=state)
    assert read_inputs(path).language == "zh-Hant"


def test_unknown_workbooks_are_refused_with_a_reason(tmp_path: Path) -> None:
    """No sheet of ours, a template we lack, or another one: each says so in one sentence."""
    other = draw(
        tmp_path / "other.xlsx", {"Sheet1": [["渠道", "电话"], ["抖音", "110"]]}, template=""
    )
    with pytest.raises(UnknownWorkbook) as caught:
        read_inputs(other)
    assert caught.value.code == "foreign_workbook"
    assert "--template" in caught.value.describe("en")
    assert "campaign_tracker" in caught.value.describe("en")
    with pytest.raises(UnknownWorkbook) as caught:
        read_inputs(other, template=library_template("campaign_tracker"))
    assert caught.value.code == "other_workbook"

    stated = draw(tmp_path / "own.xlsx", {"Sheet1": SHEET}, template="our_own")
    with pytest.raises(UnknownWorkbook) as caught:
        read_inputs(stated)
    assert caught.value.code == "unknown_workbook_template"
    assert "our_own" in caught.value.describe("zh-Hans")


def test_a_workbook_without_our_mark_is_taken_only_beyond_doubt(tmp_path: Path) -> None:
    """Headers that other templates know as well prove nothing; all of a template's tell it."""
    todo = [["Task", "Status", "Owner"], ["Order the flowers", "Done", "Bo"]]
    for rows in (todo, [row[:2] for row in todo], SHEET):
        path = draw(tmp_path / "a.xlsx", {"Sheet1": rows}, template="")
        with pytest.raises(UnknownWorkbook) as caught:
            read_inputs(path)
        assert "--template" in caught.value.describe("zh-Hant")
    assert "campaign_tracker" in caught.value.describe("en")
    template = library_template("strategy_tracking")
    tabs = {
        sheet.label["zh-Hans"]: [[column.label["zh-Hans"] for column in sheet.columns], ["x"]]
        for sheet in template.tables
    }
    reading = read_inputs(draw(tmp_path / "b.xlsx", tabs, template=""))
    assert reading.template.id == "strategy_tracking"
    (told,) = [p for p in reading.problems if p.code == "template_by_columns"]
    assert (told.severity, template.title["en"] in told.message("en")) == ("info", True)


def test_a_tab_without_its_headers_is_told_with_what_was_looked_for(tmp_path: Path) -> None:
    """The tab that is called like a table is named, and so are the headers it should have."""
    renamed = [["day", "where", "spent"], [date(2024, 6, 1), "抖音", 5]]
    path = draw(tmp_path / "a.xlsx", {TAB: renamed, "活动信息": FORM})
    found = [p for p in read_inputs(path).problems if p.place.sheet == TAB]
    assert [(p.code, p.severity) for p in found] == [("missing_header", "error")]
    assert "日期、渠道" in found[0].message("zh-Hans")
    alone = draw(tmp_path / "b.xlsx", {"数据": renamed}, template="")
    with pytest.raises(UnknownWorkbook) as caught:
        read_inputs(alone, template="execution_plan")
    text = caught.value.describe("zh-Hans")
    sheet = library_template("execution_plan").tables[0]
    assert "数据" in text
    assert next(c for c in sheet.inputs if c.is_required).label["zh-Hans"] in text


def test_what_is_no_workbook_never_reaches_a_parser(tmp_path: Path) -> None:
    """The gate refuses other files."""
    text = tmp_path / "a.xlsx"
    text.write_text("日期,渠道", encoding="utf-8")
    with pytest.raises(NotAWorkbook):
        read_inputs(text)


def test_a_slip_far_out_is_told_and_costs_nothing(tmp_path: Path) -> None:
    """A blank typed into the last cell of a sheet is named; the records are read all the same."""

    def far(book: Workbook) -> None:
        book[TAB]["XFD1048576"] = " "

    plain = read_inputs(draw(tmp_path / "a.xlsx", {TAB: SHEET}))
    reading = read_inputs(draw(tmp_path / "b.xlsx", {TAB: SHEET}, then=far))
    (stray,) = [p for p in reading.problems if p.code == "stray_cells"]
    assert (stray.severity, stray.place.cell) == ("error", "XFD1048576")
    assert {k: v.frame.to_dict() for k, v in reading.sheets.items()} == {
        k: v.frame.to_dict() for k, v in plain.sheets.items()
    }


def test_damaged_workbooks_raise_only_our_errors(tmp_path: Path) -> None:
    """A workbook cut off anywhere gives a SheetsError, never a parser's own."""
    whole = draw(tmp_path / "a.xlsx", {TAB: SHEET}).read_bytes()
    cut = tmp_path / "cut.xlsx"
    for size in range(0, len(whole), max(1, len(whole) // 40)):
        cut.write_bytes(whole[:size])
        with pytest.raises(SheetsError):
            read_inputs(cut)


def test_a_million_formatted_blank_rows_cost_nothing(tmp_path: Path) -> None:
    """A used range down to the last row, as Excel leaves it, holds no further records."""

    def far(book: Workbook) -> None:
        book[TAB]["J1048576"].number_format = "0.00"
        book[TAB]["A900000"].number_format = "yyyy-mm-dd"

    reading = read_inputs(draw(tmp_path / "a.xlsx", {TAB: SHEET}, then=far))
    assert len(reading.sheets["daily_data"].frame) == 1


def test_form_values_stand_beside_their_labels(tmp_path: Path) -> None:
    """Labels are known folded, values are typed, and the year of the end comes from the start."""
    path = draw(tmp_path / "a.xlsx", {"填写说明": FORM})
    reading = read_inputs(path)
    assert {k: v for k, v in reading.form.items() if v is not None} == {
        "campaign_name": "夏季大促",
        "department": "marketing",
        "owner": "张三",
        "start_date": date(2024, 5, 1),
        "end_date": date(2024, 7, 15),
        "budget": 500000.0,
        "target_roas": 4.0,
    }
    assert str(reading.form_places["budget"]) == "a.xlsx › 填写说明 › C7"


def test_form_by_hidden_ids(tmp_path: Path) -> None:
    """The hidden column of ids finds a field whose label staff rewrote."""
    rows: list[list[object]] = [
        ["campaign_name|campaign_tracker|1.0|zh-Hans|guide", "叫什么", "大促", None, None, 1],
        ["owner", "谁管", None, None, None, 2],
        ["budget", "多少钱 必填", 300, None, None, 3],
        ["start_date", "开始日期", "2024-05-01"],
    ]
    reading = read_inputs(draw(tmp_path / "a.xlsx", {"封面": rows}))
    form = reading.form
    assert (form["campaign_name"], form["owner"], form["budget"]) == ("大促", None, 300.0)
    assert ("required_blank", "C2") in doubts(reading, "封面")


def test_form_faults_are_named(tmp_path: Path) -> None:
    """Required gaps, impossible values and a campaign that ends before it starts."""
    rows = [list(row) for row in FORM]
    rows[3][2] = None
    rows[5][2] = "2024-04-01"
    rows[6][2] = "很多"
    reading = read_inputs(draw(tmp_path / "a.xlsx", {"填写说明": rows}))
    assert doubts(reading, "填写说明")[:3] == [
        ("required_blank", "C4"),
        ("end_before_start", "C6"),
        ("not_a_number", "C7"),
    ]


def lists_sheet(*, value: object = 0.8) -> list[list[object]]:
    """Return a lists sheet as the generator lays it out, its row of ids in row 1."""
    ids = ["setting|campaign_tracker|1.0|zh-Hans|lists", "setting.value", None]
    ids += ["list:channel", "list:channel.cvr_base"]
    return [
        [*ids],
        ["设置", "值", None, "渠道", "转化率分母"],
        ["接近线", value, None, "抖音", "客流"],
        [None, None, None, "快闪店", "客流"],
        [None, None, None, " ", "点击量"],
    ]


def test_lists_sheet_extends_lists_and_settings(tmp_path: Path) -> None:
    """Staff's own channel is known with its attribute; a setting they changed holds."""
    rows = [[*DAILY.split("|")], [*ROW[:1], "快 闪店", *ROW[2:]]]
    path = draw(tmp_path / "a.xlsx", {TAB: rows, "选项": lists_sheet()})
    reading = read_inputs(path)
    channels = reading.choices["channel"]
    assert channels["快闪店"] == {"cvr_base": "footfall"}
    assert channels["douyin"] == {"cvr_base": "footfall"}
    assert channels["stores"] == {"cvr_base": "footfall"}
    assert reading.sheets["daily_data"].frame["channel"].tolist() == ["快闪店"]
    assert reading.settings["close"] == 0.8
    assert "extra_sheet" not in [p.code for p in reading.problems]


def test_a_setting_that_is_no_number_is_named(tmp_path: Path) -> None:
    """The template's value stands in, and the cell is named."""
    path = draw(tmp_path / "a.xlsx", {TAB: SHEET, "选项": lists_sheet(value="九折")})
    reading = read_inputs(path)
    assert reading.settings["close"] == 0.9
    assert doubts(reading, "选项") == [("setting_unread", "B3")]


def test_without_lists_the_template_stands(tmp_path: Path) -> None:
    """A workbook without a lists sheet has the template's own lists and settings."""
    reading = read_inputs(draw(tmp_path / "a.xlsx", {TAB: SHEET}))
    assert reading.settings["close"] == 0.9
    assert reading.choices["channel"]["stores"] == {"cvr_base": "footfall"}


@pytest.mark.parametrize("kept", ["汇总", "我们的结果"])
def test_our_summary_is_never_taken_for_data(tmp_path: Path, kept: str) -> None:
    """With the daily sheet deleted, figures under the same headers are no records."""
    path = write_workbook(library_template("campaign_tracker"), tmp_path / "a.xlsx", rows=2)
    book = load_workbook(path)
    del book[TAB]
    summary = book["汇总"]
    summary.title = kept
    summary.delete_rows(1, summary.max_row)
    for row in SHEET:
        summary.append(row)
    copy = book.copy_worksheet(summary)
    copy.title = "汇总 (2)"
    for name in summary.defined_names.values():
        copy.defined_names.add(DefinedName(name.name, attr_text="'汇总 (2)'!$A$1", hidden=True))
    book.save(path)
    reading = read_inputs(path)
    assert "daily_data" not in reading.sheets
    (missing,) = [p for p in reading.problems if p.code == "missing_sheet"]
    assert missing.params["sheet"] == reading.template["daily_data"].label


def test_the_lists_sheet_is_never_taken_for_data(tmp_path: Path) -> None:
    """Nor is the lists sheet, whatever staff add to it."""
    rows = [*lists_sheet(), [], *SHEET]
    reading = read_inputs(draw(tmp_path / "a.xlsx", {"选项": rows, "填写说明": FORM}))
    assert reading.sheets == {}
    assert reading.settings["close"] == 0.8


def test_a_form_field_without_its_result_is_named(tmp_path: Path) -> None:
    """A formula that was never calculated is no blank."""
    rows = [list(row) for row in FORM]
    rows[6][2] = "=30+20"
    reading = read_inputs(draw(tmp_path / "a.xlsx", {"填写说明": rows}))
    assert reading.form["budget"] is None
    (problem,) = [p for p in reading.problems if p.severity == "error"]
    assert (problem.code, problem.place.cell) == ("formula_not_calculated", "C7")


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (95, "setting_out_of_range"),
        (0, "setting_out_of_range"),
        (None, "setting_blank"),
        ("待定", "setting_blank"),
        ("=0.8", "setting_unread"),
    ],
)
def test_settings_that_cannot_be_used(tmp_path: Path, value: object, code: str) -> None:
    """The template's value stands in, and what it is is said."""
    path = draw(tmp_path / "a.xlsx", {TAB: SHEET, "选项": lists_sheet(value=value)})
    reading = read_inputs(path)
    assert reading.settings["close"] == 0.9
    (problem,) = [p for p in reading.problems if p.place.sheet == "选项"]
    assert (problem.code, problem.place.cell) == (code, "B3")
    assert "90%" in problem.message("en")


def test_attributes_and_doubles_of_entries(tmp_path: Path) -> None:
    """Of two equal entries the first counts; a blank or unknown attribute is left out and named."""
    rows = lists_sheet()
    pairs = [("哔哩哔哩", "点击量"), ("B站", "客流"), ("地铁", "人流量"), ("视频号", None)]
    rows += [[None, None, None, *pair] for pair in pairs]
    reading = read_inputs(draw(tmp_path / "a.xlsx", {TAB: SHEET, "选项": rows}))
    channels = reading.choices["channel"]
    assert channels["bilibili"] == {"cvr_base": "clicks"}
    assert (channels["地铁"], channels["视频号"]) == ({}, {})
    assert doubts(reading, "选项") == [
        ("duplicate_entry", "D7"),
        ("attribute_unknown", "E8"),
        ("attribute_blank", "E9"),
    ]
    blank = reading.problems[-1]
    assert blank.message("zh-Hans") == "“视频号”没有填写“转化率分母”；公式暂按“点击量”计算。"
    assert blank.hint("en") == "Choose from the list: Clicks, Footfall."


def test_a_template_may_be_named(tmp_path: Path) -> None:
    """As everywhere, a template is given itself, by its id, or by its file."""
    path = draw(tmp_path / "a.xlsx", {"Sheet1": SHEET})
    file = templates_folder() / "campaign_tracker.toml"
    for template in (library_template("campaign_tracker"), "campaign_tracker", file, str(file)):
        assert list(read_inputs(path, template=template).sheets) == ["daily_data"]
