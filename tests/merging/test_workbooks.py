"""A merge as a workbook: traces, log, conflicts, Summary; read back, recalculated, merged again."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest
from openpyxl.comments import Comment
from openpyxl.workbook import Workbook
from support.departments import department
from support.oracles import differences, formula_cells, ironcalc_values
from support.writer_books import load, template

from marketing_sheets import (
    MergeDoesNotReconcile,
    MergeResult,
    UsageError,
    WorkbookError,
    generate_workbook,
    merge,
    read_workbook,
    recalculate,
)
from marketing_sheets.errors import HostileWorkbook
from marketing_sheets.loading import library_template
from marketing_sheets.merging import conflicts
from marketing_sheets.merging.writing import check_output, write_merge
from marketing_sheets.ooxml import gate
from marketing_sheets.reader import read_earlier
from marketing_sheets.records import LOG, MEMORY_STAMP as STAMP
from marketing_sheets.template import Threshold
from marketing_sheets.writer import parts, write_workbook

AS_OF = date(2024, 6, 28)
CREATED = datetime(2024, 7, 1)


@pytest.fixture(scope="module")
def merged(messy_folder: Path) -> MergeResult:
    """The folder merged beside it, one record for all departments that hold its key."""
    return merge(
        messy_folder,
        messy_folder.parent / "out.xlsx",
        as_of=AS_OF,
        created=CREATED,
        per_department=False,
        jobs=1,
    )


def wrong_formulas(path: Path) -> list[str]:
    """Return the formulas whose stored result is not what they compute to."""
    formulas, stored = formula_cells(path)
    assert formulas
    return differences(formulas, stored, ironcalc_values(path, formulas))


def rows(result: MergeResult, name: str, **wanted: str) -> list[Mapping[str, object]]:
    """Return the rows of the log or the conflicts that say what is wanted."""
    attached = read_workbook(result.path).attachments[name]
    return [row for row in attached if all(row[key] == value for key, value in wanted.items())]


def test_every_row_says_where_it_comes_from(merged: MergeResult) -> None:
    """Department, campaign, file, sheet and row stand beside each merged record."""
    found = read_workbook(merged.path).sheets["daily_data"]
    assert found.origins is not None
    told = found.origins[["department", "campaign", "file", "sheet", "row"]].to_numpy().tolist()
    assert ["marketing", "618", "华东/市场部.xlsx", "每日数据", 7] in told
    assert ["电商部", "618", "ecommerce.xlsx", "Daily data", 9] in told
    assert len(told) == len(found.frame) == 12
    assert not found.origins[["department", "file", "sheet", "row"]].isna().any(axis=None)


def test_own_columns_stand_right_by_name(merged: MergeResult) -> None:
    """A column of one department is there for all, blank elsewhere; its texts stay texts."""
    found = read_workbook(merged.path).sheets["daily_data"]
    assert found.extras is not None
    assert found.extras["负责小组"].dropna().tolist() == ["=A组"]
    sheet = load(merged.path)["每日数据"]
    ids = [cell.value for cell in sheet[5]]
    heads = [cell.value for cell in sheet[6]]
    assert ids[heads.index("负责小组")] is None
    assert heads.index("负责小组") < ids.index("trace.department")


def test_doubtful_rows_keep_their_text_and_are_marked(merged: MergeResult) -> None:
    """What could not be read stands in the merged cell as typed, marked in its row, and listed."""
    sheet = load(merged.path, values=True)["每日数据"]
    ids = [str(cell.value).split("|")[0] for cell in sheet[5]]
    marks = {
        row[ids.index("cost")].value: row[ids.index("trace.check")].value
        for row in sheet.iter_rows(min_row=7, max_row=18)
    }
    assert "成本（元）" in str(marks["约5万"])
    listed = rows(merged, "merge_log", kind="需核对", file="华东/销售部.xlsx", sheet="每日数据")
    assert any("约5万" in str(row["note"]) for row in listed)


def test_the_log_accounts_for_every_file(merged: MergeResult) -> None:
    """Rows and amounts of each file are in the log and balance; so do those of all together."""
    (line,) = rows(merged, "merge_log", kind="明细", file="华东/销售部.xlsx", item="行数")
    assert (line["sheet"], line["read"], line["merged"], line["state"]) == (
        "每日数据",
        5,
        5,
        "✓ 一致",
    )
    (cost,) = rows(merged, "merge_log", kind="合计", sheet="每日数据", item="成本（元）")
    assert (cost["read"], cost["merged"]) == (1702.0, 1702.0)
    assert {row["state"] for row in rows(merged, "merge_log", kind="明细")} == {"✓ 一致"}


def test_the_log_tells_who_and_why_not(merged: MergeResult) -> None:
    """Departments with who told, files left out with the reason, sheets that stay behind."""
    (told,) = rows(merged, "merge_log", kind="来源", file="华东/市场部.xlsx")
    assert told["note"] == "部门“市场部”取自填写说明"
    left_out = {row["file"]: row["note"] for row in rows(merged, "merge_log", kind="未并入")}
    assert set(left_out) == {
        "华东/~$销售部.xlsx",
        "坏.xlsx",
        "加密.xlsx",
        "old.xls",
        "说明.pdf",
        "推广.xlsx",
    }
    assert all(left_out.values())
    (own,) = rows(merged, "merge_log", kind="自带工作表")
    assert (own["file"], own["sheet"]) == ("华东/市场部.xlsx", "我的图表")


def test_the_merge_lists_what_is_to_be_checked(merged: MergeResult) -> None:
    """What could not be read is marked by its content, and the Summary says how many lines wait."""
    book = load(merged.path, values=True)
    review = book["核对"]
    lines = {str(row[4].value): row for row in review.iter_rows(min_row=7)}
    assert lines["约5万"][9].value == "daily_data.cost=约5万"
    assert lines["约5万"][1].value == "每日数据"
    texts = [str(cell.value) for row in book["汇总"].iter_rows() for cell in row if cell.value]
    assert sum("仍待核对" in text for text in texts) == 1


def test_conflicts_tell_both_versions_and_their_places(merged: MergeResult) -> None:
    """A record that two files hold differently is listed cell by cell, each with its cell."""
    said = rows(merged, "merge_conflicts", column="成本（元）")
    (row,) = said
    assert [row["value1"], row["value2"], row["kept"]] == [100, 250.5, "各版并存"]
    assert [row["who1"], row["who2"]] == ["市场部 · J10", "销售部 · J7"]
    sheet = load(merged.path, values=True)["每日数据"]
    ids = [str(cell.value).split("|")[0] for cell in sheet[5]]
    marks = [row[ids.index("trace.check")].value for row in sheet.iter_rows(min_row=7, max_row=18)]
    assert sum("冲突" in str(mark) for mark in marks) == 2


def test_the_summary_is_that_of_the_merged_records(merged: MergeResult, tmp_path: Path) -> None:
    """Recalculating the merged workbook gives the figures the merge wrote, from the same rows."""
    again = recalculate(merged.path, output=tmp_path / "again.xlsx", as_of=AS_OF)
    assert again.summary.tiles == merged.summary.tiles
    told, first = again.summary.merged, merged.summary.merged
    assert told is not None
    assert first is not None
    assert (told.files, told.left_out, told.totals) == (first.files, first.left_out, first.totals)
    assert [one.file for one in told.files if one.read] == [
        *("ecommerce.xlsx", "华东/市场部.xlsx", "华东/销售部.xlsx"),
    ]
    assert "坏.xlsx" in [file for file, _ in told.left_out]
    assert told.agrees
    assert load(merged.path).sheetnames[0] == "汇总"
    before, after = (r.sheets["daily_data"] for r in (merged.reading, again.reading))
    pd.testing.assert_frame_equal(before.frame, after.frame)
    assert before.place(3, "cost") == replace(after.place(3, "cost"), file="out.xlsx")


def test_stored_results_are_what_formulas_give(merged: MergeResult) -> None:
    """Every formula of the merged workbook computes to what is stored beside it."""
    assert wrong_formulas(merged.path) == []


def test_merging_the_output_again_adds_nothing(
    merged: MergeResult, messy_folder: Path, tmp_path: Path
) -> None:
    """The output with its inputs, or alone, gives the same records with the same origins."""
    for paths in ([merged.path], [messy_folder, merged.path]):
        again = merge(paths, tmp_path / "again.xlsx", as_of=AS_OF, jobs=1)
        one, other = (r.reading.sheets["daily_data"] for r in (merged, again))
        assert len(other.frame) == len(one.frame)
        assert one.origins is not None
        assert other.origins is not None
        names = ["file", "row"]
        assert sorted(map(tuple, one.origins[names].to_numpy().tolist())) == sorted(
            map(tuple, other.origins[names].to_numpy().tolist())
        )


def test_the_same_input_gives_the_same_bytes(
    merged: MergeResult, messy_folder: Path, tmp_path: Path
) -> None:
    """Neither the order of arguments nor the moment makes a difference."""
    paths = sorted(messy_folder.rglob("*.xlsx"), reverse=True)
    twin = tmp_path / "out.xlsx"
    first = merge(paths, twin, as_of=AS_OF, created=CREATED, jobs=1)
    before = hashlib.sha256(twin.read_bytes()).hexdigest()
    merge(paths[::-1], twin, as_of=AS_OF, created=CREATED, jobs=1)
    assert hashlib.sha256(twin.read_bytes()).hexdigest() == before
    assert first.merge.totals == merged.merge.totals


def test_long_tables_continue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, messy_folder: Path
) -> None:
    """More rows than a sheet holds go on in numbered sheets, said in log and problems."""
    monkeypatch.setattr(parts, "MOST_ROWS", 7)
    result = merge(messy_folder, tmp_path / "a.xlsx", as_of=AS_OF, jobs=1)
    assert result.continued == {"daily_data": ("每日数据 (2)",)}
    assert "continued_sheet" in {problem.code for problem in result.reading.problems}
    assert rows(result, "merge_log", kind="续表")
    again = merge([result.path], tmp_path / "b.xlsx", as_of=AS_OF, jobs=1)
    assert len(again.reading.sheets["daily_data"].frame) == 12
    assert wrong_formulas(result.path) == []


def test_a_merge_may_be_larger_than_what_is_read(
    merged: MergeResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sheets of gigabytes are plain entries, and what people typed into them is still found."""
    with zipfile.ZipFile(merged.path) as archive:
        before = {name: archive.read(name) for name in archive.namelist()}
    sizes = [*map(len, before.values())]
    assert not merged.is_too_large
    monkeypatch.setattr(gate, "MAX_TOTAL", sum(sizes) - 1)
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", max(sizes) - 1)
    again = write_merge(merged.merge, tmp_path / merged.path.name, as_of=AS_OF, created=CREATED)
    with zipfile.ZipFile(again.path) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == before
        # Excel asks whether to repair what Zip64 tells of.
        assert not any(entry.extra or entry.extract_version > 20 for entry in archive.infolist())
    assert again.is_too_large
    with pytest.raises(HostileWorkbook):
        read_workbook(again.path)
    check_output(again.path, overwrite=False)
    attachments = read_earlier(again.path).attachments
    assert attachments["merge_conflicts"]


def test_parquet_holds_the_merged_records(messy_folder: Path, tmp_path: Path) -> None:
    """Beside the workbook stand typed records with their origins, a file a sheet."""
    paths = [messy_folder / "华东", messy_folder / "ecommerce.xlsx"]
    result = merge(paths, tmp_path / "a.xlsx", as_of=AS_OF, jobs=1, parquet=tmp_path / "records")
    assert tmp_path / "records" / "daily_data.parquet" in result.parquet
    frame = pd.read_parquet(tmp_path / "records" / "daily_data.parquet")
    assert frame["cost"].sum() == 1702.0
    assert set(frame["trace.department"]) == {"marketing", "sales", "电商部"}


def test_a_merged_form_does_not_shout(tmp_path: Path) -> None:
    """What departments differ in is joined or blank, and no problem when the merge is read."""
    for name in ("市场部", "销售部"):
        department(tmp_path / f"{name}.xlsx", name, range(1, 3), then=renamed(name))
    result = merge(tmp_path, tmp_path / "out.xlsx", as_of=AS_OF, jobs=1)
    back = read_workbook(result.path)
    assert back.form["campaign_name"] == "618市场部、618销售部"
    assert back.form["department"] is None
    assert not [p for p in back.problems if p.code == "required_blank"]
    (kept,) = {row["kept"] for row in rows(result, "merge_conflicts", column="活动名称")}
    assert kept == "已并列"
    blank = generate_workbook("campaign_tracker", tmp_path / "blank.xlsx", rows=2).path
    assert "required_blank" in {p.code for p in read_workbook(blank).problems}


def renamed(name: str) -> Callable[[Workbook], None]:
    """Give the campaign a name of the department's own."""

    def rename(book: Workbook) -> None:
        cells = [cell for row in book["填写说明"].iter_rows() for cell in row]
        cell = next(cell for cell in cells if cell.value == "618")
        cell.value = f"618{name}"

    return rename


def test_thresholds_and_days_off_are_in_the_merge(tmp_path: Path) -> None:
    """What departments set on their lists sheets stands on that of the merge, and counts there."""
    template = library_template("campaign_tracker")
    (tmp_path / "in").mkdir()
    for name, days, limit in (("市场部", (8, 9), 0.02), ("销售部", (9, 10), 0.03)):
        write_workbook(
            template,
            tmp_path / "in" / f"{name}.xlsx",
            thresholds=(Threshold(rule="ctr_low", group="douyin", limit=limit, days=3),),
            holidays=[date(2024, 6, day) for day in days],
            rows=2,
        )
    result = merge(tmp_path / "in", tmp_path / "out.xlsx", as_of=AS_OF, jobs=1)
    back = read_workbook(result.path)
    (told,) = [one for one in back.thresholds if one.rule == "ctr_low"]
    assert (told.group, told.limit, told.days) == ("douyin", 0.02, 3)
    assert back.holidays == tuple(date(2024, 6, day) for day in (8, 9, 10))
    assert result.reading.holidays == back.holidays
    listed = rows(result, "merge_conflicts", column="门槛")
    assert [(r["value1"], r["value2"], r["kept"]) for r in listed] == [("2%", "3%", "版本 1")]
    assert listed[0]["sheet"] == "选项"


def test_a_merge_remembers_the_alerts_of_the_one_it_replaces(tmp_path: Path) -> None:
    """First days and owners named in the old Summary go on in the new one."""
    (tmp_path / "in").mkdir()
    department(tmp_path / "in" / "市场部.xlsx", "市场部", range(1, 3), cost=900)
    out, next_day = tmp_path / "out.xlsx", date(2024, 6, 29)
    first = merge(tmp_path / "in", out, as_of=AS_OF, jobs=1)
    assert {one.standing for one in first.summary.alerts} == {"new"}
    book = load(out)
    summary = book.worksheets[0]
    stamp = next(n for n in range(1, summary.max_row + 1) if summary.cell(n, 1).value == STAMP)
    owner = next(cell.column for cell in summary[stamp] if cell.value == "alert.owner")
    summary.cell(stamp + 2, owner).value = "李雷"
    book.save(out)
    department(tmp_path / "in" / "销售部.xlsx", "销售部", range(3, 5), cost=900)
    then = merge(tmp_path / "in", out, as_of=next_day, jobs=1).summary.alerts
    known = {one.key: one for one in then}
    assert {one.key for one in first.summary.alerts} <= set(known)
    assert {known[one.key].first_seen for one in first.summary.alerts} == {AS_OF}
    assert known[first.summary.alerts[0].key].who == "李雷"
    other = merge(tmp_path / "in", tmp_path / "other.xlsx", as_of=next_day, jobs=1)
    assert {one.standing for one in other.summary.alerts} == {"new"}


def test_more_conflicts_than_anybody_reads(
    merged: MergeResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list stops between two conflicts and says how many more there are."""
    three = replace(merged.merge, conflicts=merged.merge.conflicts[:1] * 3)
    whole = conflicts.conflict_sheet(three)
    assert len(whole.rows) == 3
    monkeypatch.setattr(conflicts, "MOST_LINES", 1)
    cut = conflicts.conflict_sheet(three)
    assert list(cut.rows[:-1]) == list(whole.rows[:1])
    assert "另有 2 处冲突未列出" in str(cut.rows[-1])
    assert len(cut.rows[-1]) == len(cut.columns)


def test_departments_can_be_kept_apart(
    messy_folder: Path, tmp_path: Path, merged: MergeResult
) -> None:
    """Without the option the log names it; with it rows of two departments are two records."""
    (advice,) = rows(merged, "merge_log", kind="建议")
    assert "各部门分开" in str(advice["note"])
    unasked = merge(messy_folder, tmp_path / "own.xlsx", as_of=AS_OF, jobs=1)
    assert not [c for c in unasked.merge.conflicts if c.sheet == "daily_data"]
    result = merge(messy_folder, tmp_path / "a.xlsx", as_of=AS_OF, per_department=True, jobs=1)
    assert not [c for c in result.merge.conflicts if c.sheet == "daily_data"]
    assert not rows(result, "merge_log", kind="建议")
    assert rows(result, "merge_log", note="不同部门的行作为不同记录，即使关键列相同")
    again = merge(
        [messy_folder, result.path], tmp_path / "b.xlsx", as_of=AS_OF, per_department=True
    )
    assert len(again.reading.sheets["daily_data"].frame) == 12
    assert again.merge.across == 0


def test_an_account_that_does_not_balance_writes_nothing(
    merged: MergeResult, tmp_path: Path
) -> None:
    """If a single cent is unaccounted for, there is an error and no file."""
    totals = [
        replace(total, read=total.read + 0.01) if total.column == "cost" and total.read else total
        for total in merged.merge.totals
    ]
    wrong = replace(merged.merge, totals=tuple(totals))
    with pytest.raises(MergeDoesNotReconcile):
        write_merge(wrong, tmp_path / "a.xlsx", as_of=AS_OF)
    assert [*tmp_path.iterdir()] == []


def test_only_an_earlier_merge_is_replaced(messy_folder: Path, tmp_path: Path) -> None:
    """Somebody's own workbook is not overwritten by mistake; inputs are never touched."""
    target, source = tmp_path / "a.xlsx", messy_folder / "ecommerce.xlsx"
    generate_workbook("campaign_tracker", target, rows=2)
    before, inputs = target.read_bytes(), source.read_bytes()
    with pytest.raises(UsageError) as caught:
        merge(source, target, as_of=AS_OF)
    assert caught.value.code == "output_is_no_merge"
    assert target.read_bytes() == before
    merge(source, target, as_of=AS_OF, overwrite=True)
    merge(source, target, as_of=AS_OF)
    assert source.read_bytes() == inputs


def test_days_of_the_forms_count_where_none_is_given(tmp_path: Path) -> None:
    """Without `as_of` the latest day a form states counts; without any there must be `today`."""
    department(tmp_path / "市场部.xlsx", "市场部", range(1, 3))
    result = merge(tmp_path / "市场部.xlsx", tmp_path / "out.xlsx")
    assert result.as_of == AS_OF
    generate_workbook("campaign_tracker", tmp_path / "blank.xlsx", rows=2)
    with pytest.raises(UsageError) as caught:
        merge(tmp_path / "blank.xlsx", tmp_path / "other.xlsx")
    assert caught.value.code == "as_of_missing"
    done = merge(tmp_path / "blank.xlsx", tmp_path / "other.xlsx", today=date(2024, 7, 9))
    assert done.as_of == date(2024, 7, 9)


def test_nothing_to_merge_says_why(tmp_path: Path) -> None:
    """Where no file can be read, the sentence names the first of them; else that there is none."""
    with pytest.raises(UsageError, match="lies where the paths lead"):
        merge(tmp_path, tmp_path / "out.xlsx", as_of=AS_OF)
    (tmp_path / "坏.xlsx").write_bytes(b"PK\x03\x04broken")
    with pytest.raises(WorkbookError) as caught:
        merge(tmp_path, tmp_path / "out.xlsx", as_of=AS_OF)
    assert caught.value.code == "merge_of_nothing"
    assert "坏.xlsx" in caught.value.describe("zh-Hans")


def test_templates_are_not_mixed(messy_folder: Path, tmp_path: Path) -> None:
    """The template most files have counts unless one is asked for; the others are listed."""
    result = merge(
        messy_folder, tmp_path / "a.xlsx", template="promotion_tracking", as_of=AS_OF, jobs=1
    )
    assert [source.file for source in result.merge.sources] == ["推广.xlsx"]
    assert template().id not in {result.merge.template.id}
    assert len(result.merge.skipped) == 8


def test_a_tie_between_templates_is_told(tmp_path: Path) -> None:
    """As many workbooks of one template as of another: which to merge is asked for by name."""
    (tmp_path / "in").mkdir()
    for name in ("campaign_tracker", "execution_plan"):
        generate_workbook(name, tmp_path / "in" / f"{name}.xlsx")
    with pytest.raises(UsageError) as caught:
        merge(tmp_path / "in", tmp_path / "out.xlsx", as_of=AS_OF, jobs=1)
    assert caught.value.code == "tied_templates"
    text = caught.value.describe("en")
    assert all(word in text for word in ("campaign_tracker, execution_plan", "--template"))
    assert not (tmp_path / "out.xlsx").exists()


def test_what_cannot_go_along_is_named(tmp_path: Path) -> None:
    """Comments on the tables, and sheets of staff's own, stand in the log, with their cells."""

    def with_comment(book: Workbook) -> None:
        book["每日数据"]["C7"].comment = Comment("待核", "王五")
        book.create_sheet("杂记")["A1"] = "一句话"

    (tmp_path / "in").mkdir()
    department(tmp_path / "in" / "市场部.xlsx", "市场部", range(1, 3), then=with_comment)
    generate_workbook("execution_plan", tmp_path / "in" / "计划.xlsx", rows=2)
    department(tmp_path / "in" / "销售部.xlsx", "销售部", range(1, 3))
    result = merge(tmp_path / "in", tmp_path / "out.xlsx", as_of=AS_OF, jobs=1)
    assert [
        (row["sheet"], row["item"], row["note"]) for row in rows(result, LOG, kind="未带走")
    ] == [("每日数据", "C7", "批注“待核”留在该文件中")]
    assert [row["sheet"] for row in rows(result, LOG, kind="自带工作表")] == ["杂记"]
    notes = [str(row["note"]) for row in rows(result, LOG, kind="处理方式")]
    assert any("2 份工作簿用它" in note and "1 份属于别的模板" in note for note in notes)
