"""What cells accept and how they look: validations and conditional formats."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import ironcalc
import pytest
from openpyxl.worksheet.datavalidation import DataValidation
from support.writer_books import load, opened, part, rules_of, template

from marketing_sheets.loading import library_template
from marketing_sheets.styles import STATES, Palette
from marketing_sheets.template import TableSheet
from marketing_sheets.texts import LANGUAGES, Language
from marketing_sheets.writer import write_workbook


def table(sheet_id: str) -> TableSheet:
    """Return a table sheet of the template."""
    return next(sheet for sheet in template().tables if sheet.id == sheet_id)


def validations(path: Path, tab: str) -> dict[str, DataValidation]:
    """Return a tab's validations by the column letter they begin in."""
    found = opened(path)[tab].data_validations.dataValidation
    return {re.sub(r"[0-9:].*", "", str(rule.sqref)): rule for rule in found}


def test_closed_lists_refuse_and_open_lists_ask(filled: Path) -> None:
    """A status off the list is refused; a stage off the list may be kept."""
    rules = validations(filled, "推进总表")
    stage, status, department = rules["A"], rules["L"], rules["D"]
    assert (stage.formula1, stage.errorStyle) == ("pick_stage", "information")
    assert (department.formula1, department.errorStyle) == ("pick_department", "information")
    assert status.formula1 == "list_task_status"
    assert status.errorStyle in (None, "stop")


def test_drop_downs_hold_no_blank_cell(filled: Path) -> None:
    """A closed list is named exactly; an open one ends with its last word."""
    names = opened(filled).defined_names
    assert re.fullmatch(r"'选项'!\$(\w+)\$7:\$\1\$11", names["list_task_status"].attr_text)
    whole = names["list_channel"].attr_text
    start = whole.split("!")[1].split(":")[0]
    assert names["pick_channel"].attr_text == (f"'选项'!{start}:INDEX({whole},COUNTA({whole}))")


def test_numbers_and_dates_have_bounds(filled: Path) -> None:
    """Dates begin in 2000, progress ends at 100 %, money starts at 0, quantities are free."""
    rules = validations(filled, "推进总表")
    start, progress, budget = rules["G"], rules["M"], rules["O"]
    assert (start.type, start.operator, start.formula1) == (
        "date",
        "greaterThanOrEqual",
        "36526",
    )
    assert (progress.type, progress.formula1, progress.formula2) == ("decimal", "0", "1")
    assert "0% 到 100%" in str(progress.error)
    assert (budget.type, budget.formula1) == ("decimal", "0")
    assert validations(filled, "每日数据")["C"].type == "whole"
    assert validations(filled, "效果评估")["F"].type in (None, "none")


@pytest.mark.parametrize("language", LANGUAGES)
def test_hints_stand_beside_their_cells(
    language: Language, blank_in: Callable[[Language], Path]
) -> None:
    """Every column with a hint shows it when selected, in the workbook's language."""
    path = blank_in(language)
    for sheet in template().tables:
        rules = validations(path, sheet.label[language])
        shown = {rule.prompt for rule in rules.values() if rule.prompt}
        assert shown == {c.hint[language] for c in sheet.columns if c.hint is not None}
        assert all(len(str(rule.promptTitle or "")) <= 32 for rule in rules.values())


def test_validations_cover_every_row(filled: Path) -> None:
    """Each validation runs over records and blank rows alike."""
    for sheet in template().tables:
        ref = opened(filled)[sheet.label["zh-Hans"]].tables[f"tbl_{sheet.id}"].ref
        last = re.sub(r".*[A-Z]", "", ref)
        for rule in validations(filled, sheet.label["zh-Hans"]).values():
            assert re.fullmatch(rf"(?P<column>[A-Z]+)7:(?P=column){last}", str(rule.sqref))


def test_the_gap_comes_first(filled: Path) -> None:
    """A blank required cell of a begun row is shown before anything but marks."""
    book = opened(filled)
    for sheet in template().tables:
        required = {n for n, c in enumerate(sheet.columns) if c.is_required}
        covered: set[int] = set()
        for _, area, formula in rules_of(book, sheet.label["zh-Hans"])[2:]:
            if covered == required:
                break
            assert formula.startswith(f'AND({area[0]}7="",COUNTA(')
            assert ">=3" in formula
            covered |= {
                column
                for block in area.split()
                for column in range(ord(block[0]) - 65, ord(block.split(":")[1][0]) - 65 + 1)
            }
        assert covered == required


def test_a_value_above_fills_no_gap_twice(tmp_path: Path) -> None:
    """A blank below a group's value is no gap; with none above, or in a new wider group, it is."""
    known = library_template("promotion_tracking")
    path = write_workbook(known, tmp_path / "a.xlsx", rows=5)
    sheet = next(one for one in known.tables if one.id == "promotion_master")
    stage, goal = (f"COUNTA(${letter}$7:${letter}7)=0" for letter in "AB")
    found = [
        text for _, _, text in rules_of(load(path), sheet.label["zh-Hans"]) if "COUNTA" in text
    ]
    assert [sheet["stage"].is_required, sheet["goal"].fill_down] == [True, True]
    assert any(text.endswith(f",OR({stage}))") for text in found)
    if sheet["goal"].is_required:
        assert any(text.endswith(f',OR({goal},$A7<>""))') for text in found)
    assert not any(text.endswith(">=3)") and text.startswith("AND(A7") for text in found)


def test_gaps_do_not_count_formulas(filled: Path) -> None:
    """Formulas answer "" in blank rows, which COUNTA would count, so they are left out."""
    formula = rules_of(opened(filled), "推进总表")[2][2]
    ranges = re.findall(r"\$([A-Z]+)7:\$([A-Z]+)7", formula)
    counted = {
        number for first, last in ranges for number in range(ord(first) - 65, ord(last) - 64)
    }
    columns = table("master_tracker").columns
    assert counted == {n for n, c in enumerate(columns) if not c.is_computed}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_state_has_its_chip(language: Language, blank_in: Callable[[Language], Path]) -> None:
    """Every word with a state has a rule with the state's symbol, fill and font."""
    book = opened(blank_in(language))
    sheet = table("issue_log")
    found = {
        rule.formula[0]: rule.dxf
        for area in book[sheet.label[language]].conditional_formatting
        for rule in area.rules
        if rule.type == "cellIs"
    }
    for name in ("severity", "issue_status"):
        for item in template().choices[name].items:
            look = STATES[str(item.state)]
            dxf = found[f'"{item.label[language]}"']
            assert dxf.numFmt.formatCode == f'"{look.symbol} "@'
            assert dxf.font.color.rgb == f"FF{str(look.color)[1:]}"
            assert bool(dxf.font.b) == look.bold


@pytest.fixture(scope="module")
def chip(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The condition under which a finished task of a day has its chip."""
    path = tmp_path_factory.mktemp("chip") / "a.xlsx"
    write_workbook(library_template("promotion_tracking"), path, language="en", rows=2)
    (rule,) = (
        str(rule.formula[0])
        for area in load(path)["Daily tasks"].conditional_formatting
        for rule in area.rules
        if rule.type == "expression" and 'G7="Done"' in rule.formula[0]
    )
    return rule


@pytest.mark.parametrize(
    ("status", "is_chip"),
    [
        *(("Done", True), ("Done(1 hour late)", True), ("Done (1 hour late)", True)),
        *(("Done（晚1小时）", True), ("Done late (1 hour)", False), ("", False)),
    ],
)
def test_a_remark_leaves_the_chip(status: str, is_chip: bool, chip: str) -> None:
    """A status has its chip with a remark in brackets, too, with or without a blank before it."""
    model = ironcalc.create("chip", "en", "UTC")
    model.set_user_input(0, 7, 7, status)
    model.set_user_input(0, 1, 1, f"={chip}")
    model.evaluate()
    assert model.get_formatted_cell_value(0, 1, 1) == str(is_chip).upper()


def test_what_ends_the_search_comes_before_the_chips(filled: Path) -> None:
    """A solved issue's grey hides the severity chip, so it has the higher priority."""
    book = opened(filled)
    rules = [
        (rule.priority, rule.type, bool(rule.stopIfTrue))
        for area in book["问题跟踪"].conditional_formatting
        for rule in area.rules
    ]
    stops = [priority for priority, _, stop in rules if stop]
    chips = [priority for priority, kind, _ in rules if kind == "cellIs"]
    assert stops
    assert max(stops) < min(chips)


def test_days_of_no_delay_are_a_dash(filled: Path) -> None:
    """The ghost rule of computed days shows 0 as a dash, the late rule has its symbol."""
    styles = part(filled, "xl/styles.xml")
    assert 'formatCode="#,##0_)_);-#,##0_)_);&quot;–&quot;_)_)"' in styles
    assert 'formatCode="&quot;▲ &quot;#,##0_)_)"' in styles


def test_the_first_row_of_a_day_has_a_line(filled: Path) -> None:
    """In the daily sheet a new date draws a line over the whole row; repeats are ghosts."""
    rules = rules_of(opened(filled), "每日数据")
    formulas = {formula: area for _, area, formula in rules}
    assert formulas['AND($A7<>"",ISNUMBER($A6),$A7<>$A6)'] == "A7:R246"
    assert formulas['AND($A7<>"",$A7=$A6)'] == "A7:A246"


def test_a_rule_with_a_font_brings_the_number_format_of_the_unit(filled: Path) -> None:
    """Where a program draws one rule only, an adverse change in points still reads as points."""
    rules = rules_of(opened(filled), "效果评估")
    adverse = [formula for _, area, formula in rules if area.startswith("Q") and "方向" not in area]
    assert any('$E7="%"' in formula and "AND(" in formula for formula in adverse)
    assert len([f for f in adverse if '$E7="%"' in f]) >= 3


def test_data_bars_have_fixed_ends(filled: Path) -> None:
    """Progress runs from 0 to 1, achievement to 1.5; bars are solid and without a border."""
    for name, most in (("sheet4", "1"), ("sheet7", "1.5")):
        sheet = part(filled, f"xl/worksheets/{name}.xml")
        bar = re.search(r"<x14:dataBar .*?</x14:dataBar>", sheet)
        assert bar is not None
        assert 'gradient="0"' in bar.group()
        assert "border=" not in bar.group()
        assert re.findall(r"<xm:f>([^<]*)</xm:f>", bar.group()) == ["0", most]
        assert f'rgb="FF{Palette.BAR[1:]}"' in sheet


def test_rules_cover_blank_rows(filled: Path) -> None:
    """Every conditional format runs to the last pre-sized row."""
    for sheet in template().tables:
        book = opened(filled)
        last = re.sub(r".*[A-Z]", "", book[sheet.label["zh-Hans"]].tables[f"tbl_{sheet.id}"].ref)
        for _, area, _ in rules_of(book, sheet.label["zh-Hans"]):
            ends = {re.sub(r".*[A-Z]", "", block) for block in area.split()}
            assert ends == {last} or area.endswith("6")  # the Gantt chart's row of dates
