"""Folders of CSV files follow the same rules as workbooks."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from marketing_sheets.errors import RecordsError
from marketing_sheets.exporting import export_records
from marketing_sheets.loading import library_template
from marketing_sheets.reader import csv, read_csv_records, read_form_csv
from marketing_sheets.texts import LANGUAGES
from marketing_sheets.workbooks import check_workbook, example_folder, generate_workbook

TEMPLATE = library_template("campaign_tracker")
ROWS = "2024-06-01,抖音,100,10,1,1,10,100\n6月2日,微博,200,20,2,2,约20,200\n合计,,300,,3,3,,300\n"
HEADS = {
    "label": "日期,渠道,曝光量,点击量,转化量,新增用户,成本（元）,销售额（元）\n",
    "id": "date,channel,impressions,clicks,conversions,new_users,cost,sales\n",
    "english": "Date,Channel,Impressions,Clicks,Conversions,New users,Cost,Sales\n",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("head", HEADS)
def test_headers_and_encodings(tmp_path: Path, head: str, encoding: str) -> None:
    """Ids, labels and other languages bind; UTF-8 with and without a mark, and GB18030 are read."""
    (tmp_path / "daily_data.csv").write_text(HEADS[head] + ROWS, encoding=encoding)
    form = {"start_date": date(2024, 5, 1), "end_date": date(2024, 7, 1)}
    sheets, problems = read_csv_records(tmp_path, TEMPLATE, form=form, language="zh-Hans")
    assert list(sheets) == ["daily_data"]
    frame = sheets["daily_data"].frame
    assert frame["channel"].tolist() == ["douyin", "weibo"]
    assert frame["date"].dt.strftime("%m-%d").tolist() == ["06-01", "06-02"]
    codes = [(p.code, str(p.place)) for p in problems if p.severity != "info"]
    assert codes == [("approximate", "daily_data.csv › 每日数据 › G3")]


def test_form_file_takes_ids_and_labels(tmp_path: Path) -> None:
    """Field and value, a field by its id or a label; what the file lacks is not returned."""
    text = "field,value\ncampaign_name,大促\n总预算,50万\n开始日期,2024-05-01\nowner,\n"
    (tmp_path / "guide.csv").write_text(text, encoding="utf-8")
    form, problems = read_form_csv(tmp_path, TEMPLATE, language="en")
    assert form == {
        "campaign_name": "大促",
        "budget": 500000.0,
        "start_date": date(2024, 5, 1),
        "owner": None,
    }
    assert [p.code for p in problems] == ["required_blank"]
    assert read_form_csv(tmp_path / "none", TEMPLATE, language="en") == ({}, ())


def test_what_is_no_csv_is_refused(tmp_path: Path) -> None:
    """A file without our header, or one that is no text, raises RecordsError naming it."""
    path = tmp_path / "issue_log.csv"
    for content in (b"a,b\n1,2\n", b"", b"\xff\xfe\x00\xff\xff"):
        path.write_bytes(content)
        with pytest.raises(RecordsError) as caught:
            read_csv_records(tmp_path, TEMPLATE, form={}, language="en")
        assert "issue_log.csv" in caught.value.describe("en")


def test_text_figures_tell_their_scale_too(tmp_path: Path) -> None:
    """In a CSV all is text: 100 under 进度(%) is 100 %, and that is told."""
    text = "推广阶段,任务名称,部门,责任人,计划开始,计划结束,状态,进度(%),预算(万元)\n"
    text += "筹备期,签约,市场部,张,2024-05-01,2024-05-02,完成,100,1.5\n"
    (tmp_path / "master_tracker.csv").write_text(text, encoding="utf-8")
    sheets, problems = read_csv_records(tmp_path, TEMPLATE, form={}, language="en")
    frame = sheets["master_tracker"].frame
    assert (frame["progress"].tolist(), frame["budget"].tolist()) == ([1.0], [15000.0])
    codes = [p.code for p in problems if p.place.cell is not None]
    assert codes == ["percent_scale_points", "unit_from_header"]


LEADING = HEADS["id"]


def write(folder: Path, name: str, text: str) -> None:
    """Write a file of the folder as people's programs do."""
    (folder / name).write_text(text, encoding="utf-8")


def daily(folder: Path) -> tuple[list[int], list[tuple[str, str | None]]]:
    """Return the impressions read, and the problems that are more than information."""
    sheets, problems = read_csv_records(folder, TEMPLATE, form={}, language="en")
    told = [(p.code, p.place.cell) for p in problems if p.severity != "info"]
    return sheets["daily_data"].frame["impressions"].tolist(), told


def refusal(folder: Path) -> str:
    """Return what is said of a folder that cannot be used."""
    with pytest.raises(RecordsError) as caught:
        read_form_csv(folder, TEMPLATE, language="en")
        read_csv_records(folder, TEMPLATE, form={}, language="en")
    assert all(caught.value.describe(language) for language in LANGUAGES)
    return caught.value.describe("en")


def test_form_as_exported(tmp_path: Path) -> None:
    """A header of field names with one row below is read too; an unknown name is told."""
    write(
        tmp_path,
        "guide.csv",
        "campaign_name,总预算（万元）,start_date,颜色\n大促（万元）,50,2024-05-01,红\n",
    )
    form, problems = read_form_csv(tmp_path, TEMPLATE, language="en")
    assert form == {"campaign_name": "大促（万元）", "budget": 5e5, "start_date": date(2024, 5, 1)}
    assert [(p.code, p.place.cell) for p in problems] == [("csv_column_ignored", "D2")]


def test_form_places_of_a_row(tmp_path: Path) -> None:
    """A doubtful value of an exported form is named by the cell it stands in."""
    write(tmp_path, "guide.csv", "campaign_name,budget\n大促,很多\n")
    form, problems = read_form_csv(tmp_path, TEMPLATE, language="en")
    assert form == {"campaign_name": "大促", "budget": None}
    assert [(p.code, p.place.cell) for p in problems] == [("not_a_number", "B2")]


def test_form_lists_tell_what_they_lose(tmp_path: Path) -> None:
    """A name that is no field, a field given twice, a comma without quotes: each is told."""
    text = "field,value\ncampaign_name,大促\n颜色,红\nowner,甲\n负责人,乙\nbudget,1,200\n"
    write(tmp_path, "guide.csv", text)
    form, problems = read_form_csv(tmp_path, TEMPLATE, language="en")
    assert form == {"campaign_name": "大促", "owner": "甲"}
    assert [(p.code, p.place.cell) for p in problems] == [
        ("csv_row_too_wide", "6"),
        ("csv_column_ignored", "B3"),
        ("csv_field_double", "B5"),
    ]


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "campaign_name,budget\n甲,1\n乙,2\n"])
def test_what_is_no_form_is_refused(tmp_path: Path, text: str) -> None:
    """Neither a list of fields nor a header with one row: RecordsError says what it should be."""
    write(tmp_path, "guide.csv", text)
    assert refusal(tmp_path).startswith("guide.csv is neither a list of field and value nor")


def test_export_can_be_generated_from(tmp_path: Path) -> None:
    """Exported as CSV and generated again, the example has the same form and frames."""
    first, second = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    generate_workbook(TEMPLATE, first, records=example_folder(TEMPLATE, "zh-Hans"), rows=2)
    before, _ = check_workbook(first, as_of=date(2024, 8, 8))
    export_records(before, tmp_path / "records", "csv")
    assert generate_workbook(TEMPLATE, second, records=tmp_path / "records", rows=2).problems == ()
    after, _ = check_workbook(second, as_of=date(2024, 8, 8))
    assert after.form == before.form
    assert list(after.sheets) == list(before.sheets)
    for name, records in before.sheets.items():
        pd.testing.assert_frame_equal(after.sheets[name].frame, records.frame, obj=name)


def test_every_form_has_its_file(tmp_path: Path) -> None:
    """A second form is read beside the first, and generated from."""
    template = library_template("campaign_process")
    write(tmp_path, "document_guide.csv", "campaign_name,start_date\n大促,2024-05-01\n")
    first, second = template.forms
    name = next(field.id for field in second.fields if field.type in ("text", "long_text"))
    write(tmp_path, f"{second.id}.csv", f"{name}\n甲\n")
    form, problems = read_form_csv(tmp_path, template, language="en")
    assert (form, problems) == (
        {"campaign_name": "大促", "start_date": date(2024, 5, 1), name: "甲"},
        (),
    )
    generate_workbook(template, tmp_path / "a.xlsx", records=tmp_path, rows=2)
    reading, _ = check_workbook(tmp_path / "a.xlsx")
    assert (reading.form["campaign_name"], reading.form[name]) == ("大促", "甲")
    generate_workbook(template, tmp_path / "b.xlsx", form={name: "乙"}, rows=2)
    assert check_workbook(tmp_path / "b.xlsx")[0].form[name] == "乙"
    assert first.id == "document_guide"


def test_columns_that_go_nowhere_are_told(tmp_path: Path) -> None:
    """What is no column of ours, a second column of one, and figures under no header are named."""
    head = LEADING.rstrip("\n") + ",天气,曝光量,\n"
    write(tmp_path, "daily_data.csv", head + "2024-06-01,抖音,100,10,1,1,10,100,晴,7,9\n")
    used, told = daily(tmp_path)
    assert used == [100]
    ignored = "csv_column_ignored"
    assert sorted(told) == [("csv_column_double", "J1"), (ignored, "I1"), (ignored, "K1")]


def test_a_row_wider_than_the_header_is_left_out(tmp_path: Path) -> None:
    """A comma without quotes moves all after it: the row is named by its line, the others count."""
    rows = '2024-06-01,"抖\n音",100,10,1,1,10,100\n2024-06-02,微博,1,200,10,1,1,10,100\n'
    write(tmp_path, "daily_data.csv", LEADING + rows + "2024-06-03,微博,300,10,1,1,10,100,,\n")
    sheets, problems = read_csv_records(tmp_path, TEMPLATE, form={}, language="en")
    assert sheets["daily_data"].frame["impressions"].tolist() == [100, 300]
    (wide,) = [p for p in problems if p.severity == "error"]
    assert (wide.code, wide.place.file, wide.place.row) == ("csv_row_too_wide", "daily_data.csv", 3)
    assert wide.message("en").startswith("Line 4 of the file has 9 cells, its header only 8;")


@pytest.mark.parametrize("cell", ['"抖音', '"抖"音"', "x" * 200_000])
def test_broken_quotes_are_refused(tmp_path: Path, cell: str) -> None:
    """A quote that does not close, or a cell beyond all measure, raises RecordsError by line."""
    row = f"2024-06-02,{cell},100,10,1,1,10,100\n"
    write(tmp_path, "daily_data.csv", LEADING + "2024-06-01,抖音,1,1,1,1,1,1\n" + row + row)
    assert refusal(tmp_path).startswith("daily_data.csv cannot be read from line 3 on")


def test_files_that_cannot_be_read_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error of the system becomes a RecordsError that names the file and the reason."""
    write(tmp_path, "daily_data.csv", LEADING)

    def deny(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(csv, "read_file", deny)
    assert refusal(tmp_path) == "daily_data.csv cannot be read: Permission denied"


@pytest.mark.parametrize(
    "name", ["每日数据.csv", "每日數據.CSV", "Daily_Data.CSV", "Daily data.csv", "日报.csv"]
)
def test_files_may_be_called_as_the_sheet(tmp_path: Path, name: str) -> None:
    """An id in any case, a label in any language, an alias."""
    write(tmp_path, name, LEADING + "2024-06-01,抖音,100,10,1,1,10,100\n")
    assert daily(tmp_path) == ([100], [])


def test_files_that_match_nothing_are_told(tmp_path: Path) -> None:
    """They are named with the likeliest sheet first; of two for one sheet the id counts."""
    row = "2024-06-01,抖音,100,10,1,1,10,100\n"
    write(tmp_path, "daily_data.csv", LEADING + row)
    write(tmp_path, "每日数据.csv", LEADING + row + row)
    write(tmp_path, "issue_logs.csv", "a,b\n")
    write(tmp_path, ".daily_data.csv", "")
    sheets, problems = read_csv_records(tmp_path, TEMPLATE, form={}, language="en")
    assert len(sheets["daily_data"].frame) == 1
    about = {p.code: p for p in problems if p.place.cell is None and p.severity != "info"}
    assert about["csv_file_double"].raw == "每日数据.csv"
    assert about["csv_file_ignored"].raw == "issue_logs.csv"
    hint = about["csv_file_ignored"].hint("en")
    assert hint.startswith("Rename it (the likeliest first): issue_log.csv, ")


def test_folders_without_records_are_refused(tmp_path: Path) -> None:
    """No such folder, an empty one, or one in which nothing is called as a sheet."""
    assert refusal(tmp_path / "none").startswith("There is no folder")
    write(tmp_path, "notes.csv", "a,b\n")
    assert "the names are: guide.csv, master_tracker.csv," in refusal(tmp_path)
    write(tmp_path, "guide.csv", "campaign_name,大促\n")
    assert read_csv_records(tmp_path, TEMPLATE, form={}, language="en")[0] == {}


def test_exported_quantities_stay_what_they_were(tmp_path: Path) -> None:
    """Beside a quantity's number stand its kind and what was typed; generating takes the text."""
    records = tmp_path / "in"
    records.mkdir()
    write(
        records,
        "strategy_effect.csv",
        "具体指标,目标值,实际值\n曝光量,2000万次,2200万\n点击率,8%,-\n",
    )
    generate_workbook("strategy_tracking", tmp_path / "a.xlsx", records=records, rows=2)
    before, _ = check_workbook(tmp_path / "a.xlsx", as_of=date(2024, 8, 8))
    export_records(before, tmp_path / "json", "json")
    first, second = json.loads((tmp_path / "json" / "strategy_effect.json").read_text("utf-8"))
    assert (first["target"], first["target.kind"]) == (20_000_000, "number")
    assert (first["target.raw"], first["actual.raw"]) == ("2000万次", "2200万")
    assert (second["target.raw"], second["actual"], second["achievement"]) == ("8%", None, None)
    export_records(before, tmp_path / "csv", "csv")
    generated = generate_workbook(
        "strategy_tracking", tmp_path / "b.xlsx", records=tmp_path / "csv", rows=2
    )
    assert {problem.code for problem in generated.problems} <= {"required_blank"}
    after, _ = check_workbook(tmp_path / "b.xlsx", as_of=date(2024, 8, 8))
    name = "strategy_effect"
    pd.testing.assert_frame_equal(after.sheets[name].frame, before.sheets[name].frame)
    assert after.sheets[name].kinds["target"].tolist() == ["number", "percent"]
