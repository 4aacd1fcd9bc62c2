"""A generated workbook: its sheets, identity, tables, names, and what the caller is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries
from support.oracles import ironcalc_values
from support.writer_books import CHECKS, example, load, opened, part, parts, records_of, template

from marketing_sheets.errors import (
    ExcelLimitError,
    UsageError,
    WorkbookError,
    WorkbookExists,
    WorkbookInUse,
)
from marketing_sheets.reader import read_inputs
from marketing_sheets.texts import LANGUAGES, Language, say
from marketing_sheets.writer import write_workbook

IDS_ROW, HEADER_ROW, FIRST_ROW = 5, 6, 7


@pytest.mark.parametrize("language", LANGUAGES)
def test_sheets_stand_in_order(language: Language, blank_in: Callable[[Language], Path]) -> None:
    """The Summary is leftmost, the Review beside it, the lists last, and the guide opens."""
    book = opened(blank_in(language))
    own = [sheet.label[language] for sheet in template().sheets]
    names = ("summary", "review", "lists")
    summary, review, lists = (say("sheets", f"{name}.tab", language) for name in names)
    assert book.sheetnames == [summary, review, *own, lists]
    assert book.active is not None
    assert book.active.title == own[0]


def test_each_table_names_its_columns_by_id(blank: Path) -> None:
    """Row 5 holds the ids, hidden; its first cell also says template, version, language, sheet."""
    book = opened(blank)
    for sheet in template().tables:
        tab = book[sheet.label["zh-Hans"]]
        ids = [cell.value for cell in tab[IDS_ROW] if cell.value]
        stamp = f"{sheet.columns[0].id}|campaign_tracker|1.1|zh-Hans|{sheet.id}"
        assert ids == [stamp, *[column.id for column in sheet.columns[1:]], *CHECKS]
        assert tab.row_dimensions[IDS_ROW].hidden


def test_headers_are_exactly_the_labels(blank: Path) -> None:
    """The header row holds the labels and nothing else, and the table knows its columns by them."""
    book = opened(blank)
    for sheet in template().tables:
        tab = book[sheet.label["zh-Hans"]]
        labels = [column.label["zh-Hans"] for column in sheet.columns] + [*CHECKS.values()]
        count = len(labels)
        assert [cell.value for cell in tab[HEADER_ROW][:count]] == labels
        table = tab.tables[f"tbl_{sheet.id}"]
        assert [column.name for column in table.tableColumns] == labels
        last = tab.cell(HEADER_ROW + sheet.blank_rows, count).coordinate
        assert table.ref == f"A{HEADER_ROW}:{last}"
        assert table.autoFilter is not None


def test_computed_columns_are_calculated_columns(blank: Path) -> None:
    """The table declares each formula, so that rows staff add get it, and every row holds it."""
    book = opened(blank)
    for sheet in template().tables:
        tab = book[sheet.label["zh-Hans"]]
        table = tab.tables[f"tbl_{sheet.id}"]
        computed = [column.is_computed for column in sheet.columns] + [True] * len(CHECKS)
        for number, (is_computed, known) in enumerate(
            zip(computed, table.tableColumns, strict=True), 1
        ):
            formula = known.calculatedColumnFormula
            assert (formula is not None) == is_computed
            if formula is not None:
                rows = range(FIRST_ROW, FIRST_ROW + sheet.blank_rows)
                found = {tab.cell(row, number).value for row in rows}
                # The columns of checks share a formula that refers to the cells of its row.
                is_shared = number > len(sheet.columns)
                assert all(found) if is_shared else found == {f"={formula.attr_text}"}


def test_formulas_reach_the_sheet_untouched(blank: Path) -> None:
    """No formula is an array formula, has a prefix for new functions, or a reference [@x]."""
    for name in (n for n in parts(blank) if n.startswith(("xl/worksheets/s", "xl/tables/"))):
        text = part(blank, name)
        formulas = re.findall(r"<(?:f|calculatedColumnFormula)[^>]*>([^<]*)<", text)
        assert not [f for f in formulas if "_xlfn" in f or "[@" in f or f.startswith("=")]
        assert 't="array"' not in text


def test_helper_columns_are_hidden(blank: Path) -> None:
    """Columns the template hides are hidden, and the accent line still runs over them."""
    tab = opened(blank)["效果评估"]
    hidden = {
        number
        for first, last, rest in re.findall(
            r'<col min="(\d+)" max="(\d+)"([^>]*)>', part(blank, "xl/worksheets/sheet7.xml")
        )
        for number in range(int(first), int(last) + 1)
        if 'hidden="1"' in rest
    }
    columns = template().tables[3].columns
    codes = len(columns) + 1
    assert hidden == {codes, *(number for number, c in enumerate(columns, 1) if c.hidden)}
    assert {tab.cell(3, n + 1).border.bottom.style for n in range(len(columns))} == {"medium"}


def test_the_names_formulas_use_are_defined(blank: Path) -> None:
    """The as-of day, settings, lists, attributes and form fields have workbook-wide names."""
    names = opened(blank).defined_names
    wanted = {"as_of", "holidays", "list_channel_cvr_base", "set_close"}
    wanted |= {f"list_{name}" for name in template().choices}
    wanted |= {f"form_{field.id}" for field in template().fields()}
    assert wanted <= set(names)
    assert all(name.isascii() for name in names)


def test_the_summary_is_marked_as_ours(blank: Path) -> None:
    """A name scoped to the Summary points at its first cell."""
    names = opened(blank)["汇总"].defined_names
    assert names["_marketing_sheets_summary"].attr_text == "'汇总'!$A$1"


def test_the_reserved_summary_shows_no_result(blank: Path) -> None:
    """Before it is filled the Summary says so and holds no figure."""
    cells = [cell.value for row in opened(blank)["汇总"].iter_rows() for cell in row]
    assert "○ 尚未汇总" in cells
    assert not [value for value in cells if isinstance(value, int | float)]


def test_document_properties_identify_the_workbook(filled: Path) -> None:
    """Template, version and language stand in the document properties, and who made it."""
    book: Any = opened(filled)
    known = {p.name: p.value for p in book.custom_doc_props.props}
    assert known == {
        "template": "campaign_tracker",
        "template_version": "1.1",
        "language": "zh-Hans",
        "generator": "marketing_sheets",
    }
    assert book.properties.title == "营销活动跟踪表 · 2024夏季大促"


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    """Two writes are identical byte by byte; another `created` makes another file."""
    form, records = example("en")
    written = []
    for name, day in (("a", None), ("b", None), ("c", datetime(2024, 7, 1, 9, 30))):
        path = tmp_path / f"{name}.xlsx"
        write_workbook(
            template(), path, language="en", form=form, records=records, created=day, rows=2
        )
        written.append(path.read_bytes())
    assert written[0] == written[1]
    assert written[0] != written[2]


def test_an_existing_file_is_kept(tmp_path: Path) -> None:
    """Without `overwrite` nothing is replaced; with it the file is."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"mine")
    with pytest.raises(WorkbookExists):
        write_workbook(template(), path)
    assert path.read_bytes() == b"mine"
    write_workbook(template(), path, overwrite=True, rows=2)
    assert path.read_bytes().startswith(b"PK")


def test_a_workbook_open_elsewhere_is_kept(tmp_path: Path) -> None:
    """The lock file that Excel leaves beside an open workbook stops the write."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"mine")
    (tmp_path / "~$a.xlsx").write_bytes(b"")
    with pytest.raises(WorkbookInUse):
        write_workbook(template(), path, overwrite=True)
    assert path.read_bytes() == b"mine"


def test_a_missing_folder_is_said_so(tmp_path: Path) -> None:
    """Writing into a folder that is not there is a WorkbookError, and makes no folder."""
    with pytest.raises(WorkbookError, match=r"a\.xlsx"):
        write_workbook(template(), tmp_path / "none" / "a.xlsx")
    assert not (tmp_path / "none").exists()


def test_nothing_is_left_behind_after_a_refusal(tmp_path: Path) -> None:
    """Text longer than a cell can hold is refused with its cell, and no file appears."""
    record = {"task": "x" * 32_768}
    records = {"master_tracker": records_of("master_tracker", [record])}
    with pytest.raises(ExcelLimitError, match="推进总表 › C7") as caught:
        write_workbook(template(), tmp_path / "a.xlsx", records=records, rows=2)
    assert caught.value.code == "text_too_long"
    assert caught.value.params["length"] == 32_768
    assert list(tmp_path.iterdir()) == []


def test_more_rows_than_excel_has_are_refused(tmp_path: Path) -> None:
    """A table that would run over the last row of a sheet is refused before it is drawn."""
    with pytest.raises(ExcelLimitError) as caught:
        write_workbook(template(), tmp_path / "a.xlsx", rows=1_048_571)
    assert caught.value.code == "too_many_rows"


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        ("unknown_sheet", {"records": {"dailydata": None}}),
        ("unknown_field", {"form": {"start": date(2024, 5, 1)}}),
        ("unknown_setting", {"settings": {"closed": 0.8}}),
        ("unknown_list", {"choices": {"channels": ["抖音"]}}),
        ("closed_list", {"choices": {"severity": ["极高"]}}),
    ],
)
def test_ids_the_template_lacks_are_refused(
    code: str, arguments: dict[str, object], tmp_path: Path
) -> None:
    """An unknown id is named, in all languages, with what was probably meant."""
    with pytest.raises(UsageError) as caught:
        write_workbook(
            template(),
            tmp_path / "a.xlsx",
            **arguments,  # type: ignore[arg-type]  # each row has its own keyword
        )
    assert caught.value.code == code
    assert all(caught.value.describe(language) for language in LANGUAGES)
    assert list(tmp_path.iterdir()) == []


def test_rows_sets_the_blank_rows(tmp_path: Path) -> None:
    """`rows` blank rows follow the records of every table, also none."""
    form, records = example("zh-Hans")
    for rows in (0, 3):
        path = tmp_path / f"{rows}.xlsx"
        book = load(write_workbook(template(), path, form=form, records=records, rows=rows))
        count = len(records["issue_log"].frame)
        assert book["问题跟踪"].tables["tbl_issue_log"].ref == f"A6:R{6 + count + rows}"


def test_a_table_never_lacks_its_row(tmp_path: Path) -> None:
    """Without records and blank rows a table keeps the one row Excel demands."""
    book = load(write_workbook(template(), tmp_path / "a.xlsx", rows=0))
    assert book["问题跟踪"].tables["tbl_issue_log"].ref == "A6:R7"


def test_panes_gridlines_and_print(filled: Path) -> None:
    """Heads stay in view and on every page; wide sheets break at a fixed scale, others fit."""
    book = opened(filled)
    for sheet in template().tables:
        tab = book[sheet.label["zh-Hans"]]
        assert tab.freeze_panes == tab.cell(FIRST_ROW, sheet.freeze + 1).coordinate
        assert not tab.sheet_view.showGridLines
        assert tab.print_title_rows == "$3:$6"
        assert tab.page_setup.paperSize == 9
        assert tab.page_setup.orientation == "landscape"
    master = book["推进总表"]
    assert master.page_setup.scale == 65
    assert [b.id for b in master.col_breaks.brk] == [14]
    assert master.print_title_cols == "$A:$C"
    fit = book["每日数据"].sheet_properties.pageSetUpPr
    assert fit is not None
    assert fit.fitToPage


def test_rows_filled_later_print_too(filled: Path, blank: Path) -> None:
    """The print area ends where the table ends, and rows typed by hand are on paper."""
    for path in (filled, blank):
        tab = opened(path)["问题跟踪"]
        end = tab.tables["tbl_issue_log"].ref.rpartition("R")[2]
        assert str(tab.print_area) == f"'问题跟踪'!$A$1:$P${end}"


def test_every_row_has_its_height(filled: Path) -> None:
    """Heights are written for head and all rows; blank ones are 22 to 24 pt high in every table."""
    tab = opened(filled)["推进总表"]
    heights = {row: round(tab.row_dimensions[row].height) for row in range(1, 55)}
    assert heights[1] == 30
    assert heights[HEADER_ROW] == 32
    assert all(heights[row] == 34 for row in range(FIRST_ROW, 15))
    assert all(heights[row] == 24 for row in range(15, 55))
    for sheet in template().tables:
        tab = opened(filled)[sheet.label["zh-Hans"]]
        last = range_boundaries(tab.tables[f"tbl_{sheet.id}"].ref)[3] or 0
        assert 22 <= tab.row_dimensions[last].height <= 24


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_number_is_hidden_by_its_width(
    language: Language, filled: Path, blank_in: Callable[[Language], Path]
) -> None:
    """Cells of numbers and days shrink what is too long for them; Excel would show ####."""
    book = opened(filled if language == "zh-Hans" else blank_in(language))
    for sheet in template().tables:
        tab = book[sheet.label[language]]
        for number, column in enumerate(sheet.columns, 1):
            if column.type != "quantity" and (column.is_numeric or column.type == "date"):
                assert tab.cell(FIRST_ROW, number).alignment.shrinkToFit


def test_openpyxl_finds_nothing_odd(filled: Path) -> None:
    """Each table part, validation and conditional format is understood by a second library."""
    book = opened(filled)
    for sheet in template().tables:
        tab = book[sheet.label["zh-Hans"]]
        assert tab.data_validations.dataValidation
        assert len(tab.conditional_formatting) > 0
    assert len([name for name in parts(filled) if name.startswith("xl/tables/")]) == 5


def test_departments_and_choices_replace_open_lists(tmp_path: Path) -> None:
    """Words given for a list stand on the lists sheet, known ones with their attributes."""
    path = write_workbook(
        template(),
        tmp_path / "a.xlsx",
        departments=["华东区", "华南区"],
        choices={"channel": ["抖音", {"label": "地铁广告", "cvr_base": "footfall"}]},
        rows=2,
    )
    tab = load(path)["选项"]
    columns = {str(cell.value).split("|")[0]: cell.column for cell in tab[5] if cell.value}

    def listed(name: str) -> list[object]:
        cells = (tab.cell(row, columns[name]).value for row in range(FIRST_ROW, 36))
        return [value for value in cells if value]

    assert listed("list:department") == ["华东区", "华南区"]
    assert listed("list:channel") == ["抖音", "地铁广告"]
    assert listed("list:channel.cvr_base") == ["点击量", "客流"]
    assert listed("list:severity") == ["高", "中", "低"]


def test_settings_stand_on_the_lists_sheet(tmp_path: Path) -> None:
    """A setting's value is the given one; beside it, hidden, stands what formulas use."""
    path = write_workbook(template(), tmp_path / "a.xlsx", settings={"close": 0.8}, rows=2)
    book = load(path)
    cell = book.defined_names["set_close"].attr_text.split("!")[1].replace("$", "")
    tab = book["选项"]
    assert tab.column_dimensions[cell[0]].hidden
    assert tab[cell].value == "=IF(AND(ISNUMBER($C$8),$C$8>=0.01,$C$8<=1),$C$8,0.9)"
    assert tab["C8"].value == 0.8
    assert load_workbook(path, data_only=True)["选项"][cell].value == 0.8


@pytest.mark.parametrize("typed", [None, 95, "九成", 0, 0.85])
def test_excel_uses_the_setting_that_reading_uses(
    tmp_path: Path, blank_in: Callable[[Language], Path], typed: object
) -> None:
    """Blank, out of bounds or a word: sheet and reader take the template's value alike."""
    book, path = load(blank_in("zh-Hans")), tmp_path / "a.xlsx"
    book["选项"]["C8"].value = typed
    book.save(path)
    cell = book.defined_names["set_close"].attr_text.split("!")[1].replace("$", "")
    fresh = ironcalc_values(path, {("选项", cell): ""})
    assert fresh["选项", cell] == read_inputs(path).settings["close"]


def test_hidden_columns_have_no_mark(tmp_path: Path) -> None:
    """A mark over a hidden column would spill over the header of the column before it."""
    path = write_workbook(template(), tmp_path / "a.xlsx", rows=2)
    book = load(path)
    for sheet in template().tables:
        tab = book[sheet.label["zh-Hans"]]
        for number, column in enumerate(sheet.columns, 1):
            if column.hidden:
                assert not tab.cell(4, number).value, (sheet.id, column.id)
