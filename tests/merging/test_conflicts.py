"""The sheet Conflicts: a row each, figures as figures, links, chips, what is printed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import ironcalc
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from support.departments import column, department
from support.merges import TEMPLATE, merged as plainly, workbook
from support.oracles import differences, formula_cells, ironcalc_values
from support.writer_books import load

from marketing_sheets import merge
from marketing_sheets.merging import conflicts
from marketing_sheets.merging.conflicts import conflict_sheet, shown_version, state_words
from marketing_sheets.merging.model import Conflict, Version
from marketing_sheets.problems import Place
from marketing_sheets.records import AttachedCell
from marketing_sheets.template import TableSheet
from marketing_sheets.texts import LANGUAGES, Language, say

AS_OF = date(2024, 6, 28)


@pytest.fixture(scope="module", name="tab")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Worksheet:
    """Return the sheet of a merge of two files that disagree, and of a third that says as one."""
    folder = tmp_path_factory.mktemp("conflicts")
    (folder / "in").mkdir()
    for name, cost in (("市场部", 900.5), ("市场部 2", 800), ("市场部 3", 1_000_800)):
        department(folder / "in" / f"{name}.xlsx", "市场部", range(1, 3), cost=cost)
    out = folder / "out.xlsx"
    merge(folder / "in", out, as_of=AS_OF, jobs=1)
    return load(out)["冲突"]


def test_figures_stand_as_figures_with_all_their_decimals(tab: Worksheet) -> None:
    """They are right-aligned numbers, and what differs in the decimals is seen to differ."""
    cells = [tab.cell(7, column(tab, f"value{at}")) for at in (1, 2, 3)]
    assert sorted(cell.value for cell in cells) == [800, 900.5, 1_000_800]  # type: ignore[type-var]
    assert {cell.alignment.horizontal for cell in cells} == {"right"}
    assert {cell.number_format for cell in cells} == {"#,##0_)_)", "#,##0.0_)_)"}


@pytest.mark.parametrize(
    ("text", "name", "value", "shape"),
    [
        ("1234.50", "cost", 1234.5, "#,##0.00_)_)"),
        ("-3", "clicks", -3.0, "#,##0_)_)"),
        ("1.2万", "cost", "1.2万", ""),
        ("12345678901234567", "cost", "12345678901234567", ""),
        ("2024-06-01", "date", date(2024, 6, 1), "yyyy-mm-dd"),
        ("2024-06-31", "date", "2024-06-31", ""),
        ("001", "channel", "001", ""),
        ("", "cost", "", ""),
    ],
)
def test_only_what_a_column_holds_is_no_text(
    text: str, name: str, value: object, shape: str
) -> None:
    """A text is what people wrote: it is shown as it is unless it is plainly a figure or a day."""
    sheet = TEMPLATE["daily_data"]
    assert isinstance(sheet, TableSheet)
    assert shown_version(text, sheet[name]) == (value, shape)


def test_each_version_leads_to_its_row(tab: Worksheet) -> None:
    """Beside a version stand its file and cell; the link leads to the cell in this workbook."""
    cells = [tab.cell(7, column(tab, f"who{at}")) for at in (1, 2, 3)]
    assert {str(cell.value).rpartition(" · ")[2] for cell in cells} == {"J7"}
    targets = {cell.hyperlink.location for cell in cells if cell.hyperlink}
    assert len(targets) == 3
    book = tab.parent
    assert book is not None
    costs = set()
    for target in targets:
        sheet, _, cell = str(target).partition("!")
        costs.add(book[sheet.strip("'")][cell].value)
    assert costs == {900.5, 800, 1_000_800}


def test_the_sheet_can_be_filtered_read_and_printed(tab: Worksheet) -> None:
    """Filters, frozen head and record, A4 across and one page wide, its head on every page."""
    assert tab.auto_filter.ref is not None
    assert tab.freeze_panes == "E7"
    assert (tab.page_setup.orientation, tab.page_setup.fitToHeight) == ("landscape", 0)
    assert tab.print_title_rows == "$3:$6"
    hidden = [c for c in tab.column_dimensions.values() if c.hidden]
    assert hidden
    rules = [rule for one in tab.conditional_formatting for rule in one.rules]
    assert {"▲ 待定", "! 需重定", "● 已选", "✓ 已定"} <= {r.formula[0].strip('"') for r in rules}


def test_only_so_many_are_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of conflicts are for the screen: the print ends, and the sheet says so."""
    monkeypatch.setattr(conflicts, "_PRINTED", 1)
    (tmp_path / "in").mkdir()
    for name, cost in (("市场部", 900), ("市场部 2", 800)):
        department(tmp_path / "in" / f"{name}.xlsx", "市场部", range(1, 3), cost=cost)
    out = tmp_path / "out.xlsx"
    merge(tmp_path / "in", out, as_of=AS_OF, jobs=1)
    tab = load(out, values=True)["冲突"]
    assert str(tab.print_area).endswith("$7")
    assert "打印前 1 处" in str(tab["A2"].value)


def seven(*texts: str, kept: tuple[int, ...] = ()) -> Conflict:
    """Return a conflict of as many files as there are texts."""
    versions = tuple(
        Version(text=text, file=f"{at}.xlsx", place=Place(sheet="每日数据", row=7, column=10))
        for at, text in enumerate(texts)
    )
    return Conflict(
        sheet="daily_data", key=("x",), column="cost", versions=versions, kept=kept, record="x"
    )


def shown(conflict: Conflict, language: Language = "zh-Hans") -> dict[str, object]:
    """Return the cells of the one row of a conflict by column id."""
    plain = plainly([workbook("a.xlsx", {"daily_data": []})])
    sheet = conflict_sheet(replace(plain, conflicts=(conflict,), language=language))
    return dict(zip([c.id for c in sheet.columns], sheet.rows[0], strict=True))


def test_more_than_four_versions_stay_in_reach() -> None:
    """The fifth and later are listed with their numbers; who says the same is counted."""
    row = shown(seven("1", "2", "3", "4", "5000", "6", "1", kept=(0, 6)))
    first, who = row["value1"], row["who1"]
    assert isinstance(first, AttachedCell)
    assert (first.value, first.is_bold) == (1.0, True)
    assert isinstance(who, AttachedCell)
    assert who.value == "0 · J7 +1"
    other = row["value2"]
    assert isinstance(other, AttachedCell)
    assert not other.is_bold
    assert row["kept"] == "版本 1"
    more = row["more"]
    assert str(more.value if isinstance(more, AttachedCell) else more).split("\n") == [
        "+2",
        "5　5,000（4 · J7）",
        "6　6（5 · J7）",
    ]


def test_where_all_stand_none_is_bold() -> None:
    """Bold tells what was kept from what was not; where both were it tells nothing."""
    row = shown(seven("1", "2", kept=(0, 1)))
    cells = [row["value1"], row["value2"]]
    assert [one.is_bold for one in cells if isinstance(one, AttachedCell)] == [False, False]
    assert row["kept"] == "各版并存"


@pytest.mark.parametrize("language", LANGUAGES)
def test_formulas_are_within_what_excel_takes(language: Language) -> None:
    """A text in a formula has at most 255 characters, and a message of a refusal too."""
    plain = plainly([workbook("a.xlsx", {"daily_data": []})])
    many = replace(plain, conflicts=(seven("1", "2"),) * 600, language=language)
    sheet = conflict_sheet(many)
    parts = sheet.live.split('"')
    assert all(len(part) <= 255 for part in parts)
    assert sheet.subtitle is not None
    assert "600" in sheet.subtitle[language]
    assert len(say("merge", "conflicts.refusal", language)) <= 255
    assert len({*state_words(language).values()}) == 4


def test_the_state_lives(tmp_path: Path) -> None:
    """What people write shows at once, with no program run: chosen, or to be decided again."""
    written = [(None, None), (1, None), ("2", None), (None, "5"), (3, None), (1, "5"), ("1", None)]
    wanted = ["▲ 待定", *["● 已选"] * 3, *["! 需重定"] * 2, "● 已选"]
    (tmp_path / "in").mkdir()
    for name, cost in (("市场部", 900), ("市场部 2", 800)):
        department(tmp_path / "in" / f"{name}.xlsx", "市场部", range(1, 8), cost=cost)
    out = tmp_path / "out.xlsx"
    merge(tmp_path / "in", out, as_of=AS_OF, jobs=1)
    formulas, stored = formula_cells(out)
    assert differences(formulas, stored, ironcalc_values(out, formulas)) == []
    tab = load(out)["冲突"]
    model = ironcalc.load_from_xlsx(str(out), "en", "UTC")
    number = load(out).sheetnames.index("冲突")
    for row, pair in enumerate(written, start=7):
        for name, text in zip(("use", "other"), pair, strict=True):
            if text is not None:
                model.set_user_input(number, row, column(tab, name), str(text))
    model.evaluate()
    shown = [model.get_formatted_cell_value(number, row, 1) for row in range(7, 14)]
    assert shown == wanted
    said = model.get_formatted_cell_value(number, 2, 1)
    assert said.startswith("3 处待定，4 处已选，0 处已定。")
