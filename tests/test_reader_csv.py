"""Folders of CSV files follow the same rules as workbooks."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from marketing_sheets.errors import RecordsError
from marketing_sheets.reader import read_csv_records, read_form_csv
from marketing_sheets.template_files import load_template

TEMPLATE = load_template("campaign_tracker")
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
