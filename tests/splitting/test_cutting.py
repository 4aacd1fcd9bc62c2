"""Split workbooks, as files: whole templates with their own rows, that merge back unchanged."""

from __future__ import annotations

import hashlib
import inspect
import os
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from support.examples import Examples
from support.oracles import differences, formula_cells, ironcalc_values
from support.source_documents import typed

from marketing_sheets import Reading, generate_workbook, read_workbook, recalculate
from marketing_sheets.errors import SplitDoesNotReconcile, UsageError, WorkbookExists, WorkbookInUse
from marketing_sheets.merging import By, Merge, base_of
from marketing_sheets.merging.base import has_base, source_of
from marketing_sheets.merging.engine import merge_sources
from marketing_sheets.merging.totals import check_merged
from marketing_sheets.merging.way import Way
from marketing_sheets.records import MEMORY_STAMP
from marketing_sheets.splitting import Split, split
from marketing_sheets.splitting.cutting import file_names
from marketing_sheets.splitting.plan import BY

DAY = date(2024, 6, 28)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, examples: Examples) -> Path:
    """The example campaign, with words, columns and a sheet of staff's own."""
    path = tmp_path_factory.mktemp("headquarters") / "618.xlsx"
    book = openpyxl.load_workbook(examples().path)
    tab = book["推进总表"]
    at = tab.max_column + 1
    tab.cell(6, at).value = "审批单号"
    tab.cell(7, at).value = "=SUM(1,1)"
    tab.cell(7, at).data_type = "s"
    tab.cell(8, at).value = 12.5
    tab.cell(9, at).value = date(2024, 5, 1)
    guide = book["填写说明"]
    for row in guide.iter_rows():
        for cell in row:
            if cell.value == "budget":
                guide.cell(cell.row, 4).value = "约50万"
    lists = book["选项"]
    for cell in lists[5]:
        if cell.value == "list:channel":
            rows = (r for r in range(7, 60) if not lists.cell(r, cell.column).value)
            lists.cell(next(rows), cell.column).value = "视频号"
    book.create_sheet("杂记")["A1"] = "一句话"
    book.save(path)
    return path


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook with one table and three tasks of two people."""
    path = tmp_path_factory.mktemp("small") / "plan.xlsx"
    generate_workbook("execution_plan", path, rows=5)
    book = openpyxl.load_workbook(path)
    tab = book.worksheets[3]
    columns = {str(cell.value): int(cell.column or 0) for cell in tab[5]}
    for row, (name, owner) in enumerate((("一", "张三"), ("二", "李四"), ("三", "张三")), 7):
        tab.cell(row, 1).value = name
        tab.cell(row, columns["owner"]).value = owner
        tab.cell(row, columns["measures"]).value = "待定"
    book.save(path)
    return path


@pytest.fixture(scope="module")
def split_by(tmp_path_factory: pytest.TempPathFactory, whole: Path) -> Callable[[By], Split]:
    """Split the example once by each; no test changes the parts."""

    @cache
    def done(by: By) -> Split:
        return split(whole, tmp_path_factory.mktemp("split") / "parts", by=by, as_of=DAY)

    return done


@pytest.fixture(scope="module")
def done(split_by: Callable[[By], Split]) -> Split:
    """The example split by department."""
    return split_by("department")


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file in a folder."""
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()}


@lru_cache(maxsize=40)
def _reading(path: Path, _saved: int) -> Reading:
    return read_workbook(path)


def merged(*paths: Path) -> Merge:
    """Read files and merge them three-way; the account is held against the records."""
    readings = [_reading(path, path.stat().st_mtime_ns) for path in paths]
    sources = [source_of(r, file=p.name) for r, p in zip(readings, paths, strict=True)]
    template = readings[0].template
    merge = merge_sources(sources, Way(template=template, language=readings[0].language))
    check_merged(merge)
    return merge


def same_inputs(merge: Merge, whole: Reading) -> None:
    """Assert that merged records are those of the workbook, in its order."""
    for sheet in whole.template.tables:
        inputs = [column.id for column in sheet.inputs]
        ours, theirs = whole.sheets[sheet.id], merge.sheets[sheet.id]
        pd.testing.assert_frame_equal(ours.frame[inputs], theirs.frame[inputs])
        assert ours.remarks == theirs.remarks


@pytest.mark.parametrize(
    "by", [by if by == "channel" else pytest.param(by, marks=pytest.mark.slow) for by in BY]
)
def test_the_round_trip_without_edits_gives_the_same_records(
    whole: Path, split_by: Callable[[By], Split], by: By
) -> None:
    """Split and merged again, with headquarters' file and without it, nothing has changed."""
    done = split_by(by)
    paths = [part.path for part in done.parts]
    for files in ([whole, *paths], paths):
        merge = merged(*files)
        same_inputs(merge, done.reading)
        assert not (merge.conflicts or merge.duplicates or merge.withdrawn)
        assert merge.settings == done.reading.settings
        assert dict(merge.form) == dict(done.reading.form)
        own = merge.sheets["master_tracker"].extras
        assert own is not None
        assert own["审批单号"].tolist()[:2] == ["=SUM(1,1)", 12.5]


@pytest.fixture(scope="module")
def strategy(tmp_path_factory: pytest.TempPathFactory) -> Split:
    """The strategy document as people wrote it, split by department."""
    folder = tmp_path_factory.mktemp("strategy")
    path = typed(folder, "strategy_tracking", "zh-Hans", by_hand=True)
    return split(path, folder / "parts", by="department")


@pytest.fixture(scope="module")
def promotion(tmp_path_factory: pytest.TempPathFactory) -> Split:
    """The promotion document as people wrote it, split by channel."""
    folder = tmp_path_factory.mktemp("promotion")
    path = typed(folder, "promotion_tracking", "zh-Hans", by_hand=True)
    return split(path, folder / "parts", by="channel")


@pytest.mark.parametrize("name", [pytest.param("strategy", marks=pytest.mark.slow), "promotion"])
def test_documents_as_people_wrote_them_make_the_round_trip(
    request: pytest.FixtureRequest, name: str
) -> None:
    """Cells such as 2024.07.01-07.31, 1:3 and - come back as they were written."""
    done: Split = request.getfixturevalue(name)
    path = next(done.folder.parent.glob("*.xlsx"))
    for files in ([path, *(part.path for part in done.parts)], [p.path for p in done.parts]):
        merge = merged(*files)
        same_inputs(merge, done.reading)
        assert not (merge.conflicts or merge.withdrawn)


def test_a_workbook_that_names_nobody_is_not_split(tmp_path: Path) -> None:
    """A document without any department cannot be split by it; that is said, nothing is written."""
    path = typed(tmp_path, "promotion_tracking", "zh-Hans", by_hand=True)
    with pytest.raises(UsageError) as error:
        split(path, tmp_path / "parts", by="department")
    assert error.value.code == "nothing_to_split"
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_people_written_with_their_department_tell_it(strategy: Split) -> None:
    """Where a sheet has no department column, 销售部/*主管 belongs to sales."""
    issues = {part.label: part.rows["strategy_issues"] for part in strategy.parts}
    assert {label: rows for label, rows in issues.items() if rows} == {
        "市场部": 1,
        "销售部": 1,
        "运营部": 1,
    }
    assert {row.sheet for row in strategy.unassigned} == {"strategy_phases", "strategy_effect"} | (
        {"preliminary_evaluation"}
    )


def test_the_same_file_gives_the_same_bytes(
    tmp_path: Path, whole: Path, split_by: Callable[[By], Split]
) -> None:
    """Two splits of one file are the same, byte for byte."""
    again = split(whole, tmp_path / "again", by="channel", as_of=DAY)
    assert digests(again.folder) == digests(split_by("channel").folder)


def test_parts_hold_only_their_rows(done: Split) -> None:
    """Every row of a part names its department; rows of nobody have a part of their own."""
    for part in done.parts:
        reading = read_workbook(part.path)
        named = set(reading.sheets["master_tracker"].frame["department"].dropna())
        assert named <= {part.value}
        assert {n: len(r.frame) for n, r in reading.sheets.items()} == dict(part.rows)
        if part.value:
            assert reading.form["department"] == part.value
    assert [part.label for part in done.parts if not part.value] == ["未分配"]
    reasons = Counter((row.sheet, row.reason) for row in done.unassigned)
    assert reasons["daily_data", "no_column"] == 120


def test_totals_are_those_of_the_files(done: Split) -> None:
    """Rows and amounts of the parts add up to the whole, sheet by sheet."""
    assert all(total.reconciles for total in done.totals)
    spend = next(t for t in done.totals if (t.sheet, t.column) == ("master_tracker", "spend"))
    assert spend.whole > 0
    assert len(spend.parts) == len(done.parts)
    lost = replace(spend, parts={**spend.parts, done.parts[0].path.name: 0.0})
    assert not lost.reconciles


def test_parts_keep_lists_settings_columns_and_doubtful_answers(done: Split) -> None:
    """Words added to lists, staff's own columns and an unclear budget go with every part."""
    part = done.parts[0].path
    reading = read_workbook(part)
    assert "视频号" in reading.choices["channel"]
    assert reading.settings == done.reading.settings
    limits = [(t.rule, t.group, t.limit, t.days, t.is_on) for t in done.reading.thresholds]
    assert [(t.rule, t.group, t.limit, t.days, t.is_on) for t in reading.thresholds] == limits
    assert reading.extra_sheets == ()
    assert done.reading.extra_sheets == ("杂记",)
    guide = openpyxl.load_workbook(part)["填写说明"]
    assert "约50万" in [cell.value for row in guide.iter_rows() for cell in row]
    tab = openpyxl.load_workbook(part)["推进总表"]
    assert "审批单号" in [cell.value for cell in tab[6]]


def test_traces_of_the_split_are_out_of_sight(done: Split) -> None:
    """The base is a hidden sheet and the row id a hidden column; the reader takes both as such."""
    path = done.parts[0].path
    book = openpyxl.load_workbook(path)
    assert book["拆分底稿"].sheet_state in ("hidden", "veryHidden")
    tab = book["推进总表"]
    [at] = [cell.column_letter for cell in tab[5] if cell.value == "trace.row_id"]
    assert tab.column_dimensions[at].hidden
    codes = {problem.code for problem in read_workbook(path).problems}
    assert not codes & {"hidden_sheet", "extra_sheet"}


def test_formulas_of_parts_agree(done: Split) -> None:
    """Ironcalc recomputes every formula of a part to the value stored beside it."""
    for part in (done.parts[0], done.parts[-1]):
        formulas, stored = formula_cells(part.path)
        assert len(formulas) > 100
        fresh = ironcalc_values(part.path, formulas)
        clock = {key for key, text in formulas.items() if "TODAY()" in text}
        formulas = {key: text for key, text in formulas.items() if key not in clock}
        assert differences(formulas, stored, fresh) == []


def test_edits_in_excel_come_back(tmp_path: Path, whole: Path, done: Split) -> None:
    """Edits made with another program, by both sides, are merged cell by cell."""
    part = next(p for p in done.parts if p.value == "marketing")
    tasks = read_workbook(part.path).sheets["master_tracker"].frame["task"].tolist()
    first, second = tasks[:2]

    ours, theirs = tmp_path / whole.name, tmp_path / part.path.name
    ours_edits = {(first, "remarks"): "总部备注", (second, "spend"): 111}
    theirs_edits = {(first, "issue"): "部门的问题", (second, "spend"): 222}
    type_in(whole, ours, ours_edits)
    type_in(part.path, theirs, theirs_edits)
    others = [p.path for p in done.parts if p is not part]
    merge = merged(ours, theirs, *others)
    result = merge.sheets["master_tracker"].frame.set_index("task")
    assert result.loc[first, "remarks"] == "总部备注"
    assert result.loc[first, "issue"] == "部门的问题"
    assert result.loc[second, "spend"] == 111
    [conflict] = merge.conflicts
    assert conflict.column == "spend"
    assert [version.text for version in conflict.versions] == ["111", "222"]
    place = conflict.versions[1].place
    assert (place.file, place.sheet) == (part.path.name, "推进总表")
    assert openpyxl.load_workbook(theirs)["推进总表"][str(place.cell)].value == 222


def type_in(path: Path, copy: Path, edits: Mapping[tuple[str, str], object]) -> None:
    """Save a copy of a workbook with cells of the master tracker typed anew."""
    book = openpyxl.load_workbook(path)
    tab = book["推进总表"]
    columns = {str(cell.value).split("|")[0]: int(cell.column or 0) for cell in tab[5]}
    rows = {tab.cell(row, columns["task"]).value: row for row in range(7, tab.max_row + 1)}
    for (task, column), value in edits.items():
        tab.cell(rows[task], columns[column]).value = value  # type: ignore[assignment]  # any
    book.save(copy)


def test_a_folder_of_its_own(tmp_path: Path, small: Path) -> None:
    """A split goes into a new or empty folder, or over an earlier split when told so."""
    folder = tmp_path / "parts"
    folder.mkdir()
    split(small, folder, by="owner")
    before = digests(folder)
    with pytest.raises(WorkbookExists):
        split(small, folder, by="owner")
    assert digests(folder) == before
    other = small.with_name("另一份.xlsx")
    other.write_bytes(small.read_bytes())
    split(other, folder, by="owner", overwrite=True)
    assert digests(folder).keys() == {"另一份-张三.xlsx", "另一份-李四.xlsx"}
    (folder / "会议纪要.txt").write_text("不能丢")
    with pytest.raises(UsageError) as error:
        split(small, folder, by="owner", overwrite=True)
    assert error.value.code == "folder_not_own"
    assert (folder / "会议纪要.txt").read_text() == "不能丢"
    (folder / "~$另一份-张三.xlsx").write_bytes(b"lock")
    with pytest.raises(UsageError) as error:
        split(small, folder, by="owner", overwrite=True)
    assert error.value.params["file"] == "会议纪要.txt"  # a lock there is no concern of ours
    (folder / "会议纪要.txt").unlink()
    with pytest.raises(WorkbookInUse):
        split(small, folder, by="owner", overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == ["parts"]


def test_what_is_nobodys_claims_no_department(done: Split) -> None:
    """Its guide names none and asks for none, and its rows come from none when they are merged."""
    (part,) = (one for one in done.parts if not one.value)
    reading = read_workbook(part.path)
    assert done.reading.form["department"] is not None
    assert reading.form["department"] is None
    assert "department" not in {problem.column for problem in reading.problems}
    source = source_of(reading, file="618-销售部.xlsx")
    assert (source.department, source.named, source.department_from) == ("", "", "rows")
    back = merged(*(one.path for one in done.parts))
    assert back.form["department"] == done.reading.form["department"]
    origins = back.sheets["daily_data"].origins
    assert origins is not None
    assert origins["department"].isna().all()


def test_folders_that_cannot_be(tmp_path: Path, small: Path) -> None:
    """A file in the folder's place or a missing parent is said before anything is read."""
    (tmp_path / "file").touch()
    for folder, code in (("file", "folder_is_file"), ("no/parts", "folder_missing")):
        with pytest.raises(UsageError) as error:
            split(small, tmp_path / folder, by="owner")
        assert error.value.code == code
    with pytest.raises(UsageError) as error:
        split(small, tmp_path / "parts", by="stage")  # type: ignore[arg-type]  # on purpose
    assert error.value.code == "unknown_split"


def test_parts_that_do_not_add_up_are_never_there(
    tmp_path: Path, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If a part as written lacks a row, nothing appears and the earlier split stays."""
    folder = tmp_path / "parts"
    split(small, folder, by="owner")
    before = digests(folder)
    module = inspect.unwrap(split).__globals__
    write = module["write_workbook"]

    def lossy(*args: Any, records: dict[str, Any], **more: Any) -> Path:
        plan = records["execution_plan"]
        short = replace(
            plan,
            frame=plan.frame.iloc[:-1],
            raw=plan.raw.iloc[:-1],
            rows=plan.rows[:-1],
            kinds={name: kinds.iloc[:-1] for name, kinds in plan.kinds.items()},
            origins=plan.origins.iloc[:-1],
        )
        written: Path = write(*args, records={**records, "execution_plan": short}, **more)
        return written

    monkeypatch.setitem(module, "write_workbook", lossy)
    with pytest.raises(SplitDoesNotReconcile):
        split(small, folder, by="owner", overwrite=True)
    assert digests(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["parts"]


def test_an_interrupted_swap_is_put_right(tmp_path: Path, small: Path) -> None:
    """The old folder, moved away by a run that was killed, is back before the next one begins."""
    folder = tmp_path / "parts"
    split(small, folder, by="owner")
    before = digests(folder)
    folder.rename(tmp_path / ".parts.before-split")
    with pytest.raises(WorkbookExists):
        split(small, folder, by="owner")
    assert digests(folder) == before


def test_split_again_keeps_ids(tmp_path: Path, done: Split) -> None:
    """A part split by owner keeps the ids its rows have."""
    part = next(p for p in done.parts if p.value == "marketing")
    again = split(part.path, tmp_path / "owners", by="owner")
    ids = {row.row_id for p in again.parts for row in bases(p.path)}
    assert ids == {row.row_id for row in bases(part.path)}


def bases(path: Path) -> Any:
    """Return the rows of a part's base."""
    base = base_of(read_workbook(path))
    assert base is not None
    return base.rows


def test_a_damaged_base_is_said_and_rebuilt(tmp_path: Path, small: Path) -> None:
    """A part whose base was changed is merged by the file that was split; nothing is doubled."""
    done = split(small, tmp_path / "parts", by="owner")
    part = done.parts[0].path
    book = openpyxl.load_workbook(part)
    base = book["拆分底稿"]
    base.delete_rows(9)
    book.save(part)
    reading = read_workbook(part)
    assert has_base(reading)
    assert base_of(reading) is None
    merge = merged(small, *(p.path for p in done.parts))
    same_inputs(merge, done.reading)
    assert [p.place.file for p in merge.problems if p.code == "base_rebuilt"] == [part.name]


def test_a_part_whose_base_was_deleted_is_known_by_its_properties(
    tmp_path: Path, small: Path
) -> None:
    """Without the hidden sheet and the hidden column of ids it is a part still, and counts once."""
    done = split(small, tmp_path / "parts", by="owner")
    part = done.parts[0].path
    book = openpyxl.load_workbook(part)
    del book["拆分底稿"]
    tab = book.worksheets[3]
    ids = [str(cell.value).split("|")[0] for cell in tab[5]]
    tab.delete_cols(ids.index("trace.row_id") + 1)
    book.save(part)
    assert read_workbook(part).split == done.split_id
    merge = merged(small, *(p.path for p in done.parts))
    same_inputs(merge, done.reading)
    assert merge.is_three_way
    assert [p.place.file for p in merge.problems if p.code == "base_rebuilt"] == [part.name]


def test_file_names_are_safe_on_every_system() -> None:
    """Forbidden characters, devices, endless names and names alike are told apart safely."""
    labels = ["a/b", "a:b", "CON", "", "  ..", "A", "a", "x" * 300, "市" * 200]
    names = file_names("618", labels)
    assert names[:4] == ["618-a_b.xlsx", "618-a_b (2).xlsx", "618-CON_.xlsx", "618-_.xlsx"]
    assert len({name.casefold() for name in names}) == len(labels)
    assert all(len(os.fsencode(name)) <= 255 for name in names)
    assert file_names("长" * 100, ["市场部"])[0].endswith("-市场部.xlsx")


def name_owner(path: Path, key: str, owner: str) -> None:
    """Type an owner into the list of alerts."""
    book = openpyxl.load_workbook(path)
    tab = book.worksheets[0]
    stamp = next(row for row in tab.iter_rows() if row[0].value == MEMORY_STAMP)
    columns = {str(cell.value): int(cell.column or 0) for cell in stamp}
    row = next(
        at
        for at in range(int(stamp[0].row or 0), tab.max_row + 1)
        if tab.cell(at, columns["alert.key"]).value == key
    )
    tab.cell(row, columns["alert.owner"]).value = owner
    book.save(path)


@pytest.mark.slow
def test_owners_of_alerts_go_on_into_parts_and_other_outputs(whole: Path, tmp_path: Path) -> None:
    """Whom people named for an alert, and since when it stands, a part's own Summary says too."""
    path, copy = tmp_path / "618.xlsx", tmp_path / "copy.xlsx"
    path.write_bytes(whole.read_bytes())
    first = recalculate(path, as_of=DAY)
    alerts = [one for one in first.summary.alerts if one.alert and one.alert.place.row]
    own = alerts[0].key
    name_owner(path, own, "新人")
    later = DAY.replace(day=30)
    done = split(path, tmp_path / "parts", by="department", as_of=later)
    known = [one for part in done.parts for one in read_workbook(part.path).remembered]
    found = [(one.own_owner, one.first_seen) for one in known if one.key == own]
    assert found == [("新人", DAY)]
    assert all(one.resolved_on is None for one in known)
    recalculate(path, output=copy, as_of=later)
    name_owner(copy, own, "另一人")
    again = recalculate(path, output=copy, as_of=later, overwrite=True)
    assert {one.key: one.who for one in again.summary.alerts}[own] == "另一人"


def test_a_blank_tracker_is_handed_out_and_comes_back(tmp_path: Path) -> None:
    """Every listed department has a part; what each fills in, figures of its own too, is merged."""
    path, folder = tmp_path / "618.xlsx", tmp_path / "parts"
    names = ["市场部", "销售部", "华东区"]
    generate_workbook("campaign_tracker", path, departments=names, rows=5)
    done = split(path, folder, by="department")
    assert [part.label for part in done.parts] == names
    assert not done.unassigned
    for part in done.parts:
        book = openpyxl.load_workbook(part.path)
        tab = book["每日数据"]
        columns = {str(cell.value).split("|")[0]: int(cell.column or 0) for cell in tab[5]}
        for name, value in (("date", date(2024, 6, 1)), ("channel", "抖音"), ("cost", 10)):
            tab.cell(7, columns[name]).value = value
        book.save(part.path)
    merge = merged(path, *(part.path for part in done.parts))
    frame = merge.sheets["daily_data"].frame
    assert (len(frame), frame["cost"].sum()) == (3, 30)
    assert not merge.conflicts
    origins = merge.sheets["daily_data"].origins
    assert origins is not None
    assert set(origins["department"]) == {"marketing", "sales", "华东区"}


def test_a_person_with_and_without_a_department_is_one(tmp_path: Path) -> None:
    """市场部/张三 and 张三 are one; of two departments' 张三 each is one, the bare name a third."""
    path = tmp_path / "618.xlsx"
    generate_workbook("campaign_tracker", path, rows=8)
    book = openpyxl.load_workbook(path)
    tab = book["推进总表"]
    columns = {str(cell.value).split("|")[0]: int(cell.column or 0) for cell in tab[5]}
    people = ("市场部/张三", "张三", "市场部/李四", "销售部/李四", "李四", "王五")
    for row, owner in enumerate(people, 7):
        tab.cell(row, columns["task"]).value = f"任务{row}"
        tab.cell(row, columns["owner"]).value = owner
    book.save(path)
    done = split(path, tmp_path / "parts", by="owner")
    rows = {part.label: sum(part.rows.values()) for part in done.parts}
    assert rows == {"张三": 2, "市场部/李四": 1, "销售部/李四": 1, "李四": 1, "王五": 1}
