"""Settings that are chosen: on the lists sheet, read back, and what they change in both engines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from support.oracles import ironcalc_values, libreoffice_values
from support.readings import campaign_tasks, reading as reading_of
from support.writer_books import only, records_of

from marketing_sheets import Reading, generate_workbook, load_template
from marketing_sheets.errors import TemplateError
from marketing_sheets.formulas import compute, live_text
from marketing_sheets.loading import check_template, library_template, template_names
from marketing_sheets.metrics import late_tasks, progress
from marketing_sheets.problems import column_letter
from marketing_sheets.reader import read_inputs
from marketing_sheets.summary import summarize
from marketing_sheets.template import Setting, TableSheet, Template
from marketing_sheets.texts import LANGUAGES, Language, fold, fold_label
from marketing_sheets.workbooks import recompute
from marketing_sheets.writer import write_workbook
from marketing_sheets.writer.settings import shown_settings

TEMPLATE = library_template("campaign_tracker")
# The tasks, and the form that says from when to when and as of which day.
TRACKER = only("guide", "master_tracker")
CHOSEN = [one for one in TEMPLATE.settings.values() if one.items]
AS_OF = date(2024, 6, 28)
_TASKS = re.compile(r"\d+ 项任务")
TASKS = [
    {"task": "a", "status": "done", "progress": 1.0, "weight": 0.2, "budget": 1000.0},
    {"task": "b", "status": "in_progress", "progress": 0.5, "weight": 0.3, "budget": 3000.0},
    {"task": "c", "status": "late", "progress": 0.1, "weight": 0.5, "budget": 1000.0},
    {"task": "d", "status": "cancelled", "progress": 0.9, "weight": 0.5, "budget": 9000.0},
]


def find(book: Any, setting: Setting) -> Any:
    """Return the cell where a setting's value stands."""
    tab = book.worksheets[-1]
    labels = {fold_label(one) for one in setting.label.values()}
    for row in tab.iter_rows(max_col=2):
        if isinstance(row[1].value, str) and fold_label(row[1].value) in labels:
            return tab.cell(row[1].row, row[1].column + 1)
    raise LookupError(setting.id)


def choose(path: Path, typed: Mapping[str, object]) -> None:
    """Type choices into the lists sheet, as staff do."""
    book = openpyxl.load_workbook(path)
    for setting_id, text in typed.items():
        find(book, TEMPLATE.settings[setting_id]).value = text
    book.save(path)


def effective(path: Path) -> dict[str, object]:
    """Return what formulas compare with, as ironcalc computes it."""
    book = openpyxl.load_workbook(path)
    keys = {}
    for one in CHOSEN:
        tab, cell = book.defined_names[f"set_{one.id}"].attr_text.replace("$", "").split("!")
        keys[tab.strip("'"), cell] = one.id
    fresh = ironcalc_values(path, dict.fromkeys(keys, ""))
    return {name: fresh[key] for key, name in keys.items()}


@pytest.mark.parametrize("name", template_names())
def test_a_workbook_shows_what_matters_to_it(name: str) -> None:
    """A setting is shown where a formula, a rule or a figure uses it, and nowhere else."""
    template = library_template(name)
    shown = [setting.id for setting in shown_settings(template)]
    rules = {rule.id: rule for rule in template.rules}
    measured = {c.id for sheet in template.tables if sheet.role == "master" for c in sheet.columns}
    judged = {sheet.role for sheet in template.tables} & {"daily", "effect"}
    assert ("daily_deadline" in shown) == ("daily_missing" in rules)
    assert ("progress_by" in shown) == ("progress" in measured)
    assert ("gap_as" in shown) == any(r.kind == "drop" or r.target for r in rules.values())
    assert ("rate_change" in shown) == (name == "campaign_tracker")
    assert ("close" in shown) == bool(judged)
    assert {"review_from", "review_to"} & {*shown} == (
        {"review_from", "review_to"} if "review_due" in rules else set()
    )
    assert {*TEMPLATE.settings} == {*template.settings}


@pytest.mark.parametrize("language", LANGUAGES)
def test_any_spelling_is_read_as_excel_reads_it(tmp_path: Path, language: Language) -> None:
    """Label, alias or id, in whatever language: the same choice in Python and in formulas."""
    path = generate_workbook(TEMPLATE, tmp_path / "a.xlsx", language=language, rows=5).path
    assert effective(path) == _chosen(path) == {one.id: one.value for one in CHOSEN}
    others = {
        one.id: next(item for item in one.items if item.id != one.value and item.aliases)
        for one in CHOSEN
    }
    wanted = {name: item.id for name, item in others.items()}
    choose(path, {name: f" {item.label[language]} " for name, item in others.items()})
    assert effective(path) == _chosen(path) == wanted
    choose(path, {name: item.aliases[-1] for name, item in others.items()})
    assert effective(path) == _chosen(path) == wanted


def _chosen(path: Path) -> dict[str, object]:
    settings = read_inputs(path).settings
    return {one.id: settings[one.id] for one in CHOSEN}


@pytest.mark.parametrize(("typed", "code"), [("随便", "setting_unknown"), (None, "setting_blank")])
def test_what_is_no_choice_is_told(tmp_path: Path, typed: object, code: str) -> None:
    """The template's own choice stands in, in both engines, and the cell is named."""
    path = generate_workbook(TEMPLATE, tmp_path / "a.xlsx", rows=5).path
    choose(path, {"roi_form": typed})
    reading = read_inputs(path)
    assert effective(path)["roi_form"] == reading.settings["roi_form"] == "sales"
    (problem,) = [p for p in reading.problems if p.code == code]
    assert problem.place.sheet == "选项"
    assert "销售额÷成本" in problem.describe("zh-Hans")


def test_the_list_drops_down(tmp_path: Path) -> None:
    """The cell offers the labels of the workbook's language, and refuses anything else."""
    path = generate_workbook(TEMPLATE, tmp_path / "a.xlsx", language="en", rows=5).path
    book = openpyxl.load_workbook(path)
    cell = find(book, TEMPLATE.settings["progress_by"])
    (rule,) = [
        one
        for one in book["Options"].data_validations.dataValidation
        if cell.coordinate in one.sqref
    ]
    assert rule.formula1 == '"By weight,By budget,By tasks done,Plain mean"'
    assert rule.errorStyle in (None, "stop")


def _live(
    path: Path, template: Template, sheet_id: str, *, judge: Any
) -> tuple[list[str], Reading]:
    """Return the live lines of a sheet as a judge computes them, and the reading."""
    book = openpyxl.load_workbook(path)
    tab = template[sheet_id].label["zh-Hans"]
    cells = {
        (tab, cell.coordinate): str(cell.value)
        for cell in book[tab][2]
        if isinstance(cell.value, str) and cell.value.startswith("=")
    }
    # ironcalc counts cells that openpyxl saved blank, so the number of tasks is not compared.
    shown = [_TASKS.sub("", str(value)) for value in judge(path, cells).values()]
    reading = recompute(read_inputs(path, template=template), as_of=AS_OF)
    sheet, records = reading.template[sheet_id], reading.sheets[sheet_id]
    assert isinstance(sheet, TableSheet)
    ours = [
        live_text(
            live,
            records,
            template=reading.template,
            language="zh-Hans",
            as_of=AS_OF,
            settings=reading.settings,
        )
        for live in sheet.live
    ]
    assert shown == [_TASKS.sub("", line) for line in ours]
    return ours, reading


def _tracker(path: Path, tasks: list[dict[str, Any]], **chosen: str) -> Path:
    """Write a tracker with these tasks and choices; as written it is what ironcalc reads best."""
    form = {"as_of": AS_OF, "start_date": date(2024, 6, 1), "end_date": date(2024, 7, 1)}
    records = {"master_tracker": records_of("master_tracker", tasks)}
    return write_workbook(TRACKER, path, form=form, records=records, settings=chosen, rows=5)


@pytest.mark.parametrize(
    ("rule", "shown", "overall"),
    [
        ("weight", "40.0%", 0.4),
        ("budget", "52.0%", 0.52),
        ("tasks", "33.3%", 1 / 3),
        ("mean", "53.3%", 1.6 / 3),
    ],
)
def test_overall_progress(tmp_path: Path, rule: str, shown: str, overall: float) -> None:
    """Four ways, the same in the sheet's live line and in the Summary; cancelled tasks in none."""
    path = _tracker(tmp_path / "a.xlsx", TASKS, progress_by=rule)
    lines, reading = _live(path, TRACKER, "master_tracker", judge=ironcalc_values)
    assert f"总进度 {shown}（3 / 3 项）" in lines
    (tile,) = [one for one in summarize(reading, as_of=AS_OF).tiles if one.id == "progress"]
    assert tile.figure.value == pytest.approx(overall)


@pytest.mark.parametrize("gap", ["weight", "budget"])
def test_with_a_weight_missing_progress_is_the_mean(tmp_path: Path, gap: str) -> None:
    """A task without weight would count for nothing: sheet and Summary take the mean instead."""
    tasks = [{**TASKS[0], gap: None}, *TASKS[1:]]
    path = _tracker(tmp_path / "a.xlsx", tasks, progress_by=gap)
    lines, reading = _live(path, TRACKER, "master_tracker", judge=ironcalc_values)
    assert "总进度 53.3%（3 / 3 项）" in lines
    frame = reading.sheets["master_tracker"].frame
    done = progress(frame, gap)
    weighted = done.weighted if gap == "weight" else done.by_budget
    assert (weighted.value, weighted.reason) == (None, "partial_weights")
    assert done.overall is done.mean


def test_the_documents_own_three_ways() -> None:
    """Six tasks at 100, 100, 100, 50, 100, 100: 83.33 %, 91.67 %, and 78.26 % by budget."""
    shares = [1.0, 1.0, 1.0, 0.5, 1.0, 1.0]
    budgets = [50_000.0, 30_000.0, 25_000.0, 150_000.0, 80_000.0, 10_000.0]
    tasks = [
        {"task": str(n), "status": "done" if s == 1 else "in_progress", "progress": s, "budget": b}
        for n, (s, b) in enumerate(zip(shares, budgets, strict=True))
    ]
    frame = records_of("master_tracker", tasks).frame
    by = {rule: progress(frame, rule).overall.value for rule in ("tasks", "mean", "budget")}
    assert by == pytest.approx({"tasks": 5 / 6, "mean": 5.5 / 6, "budget": 270_000 / 345_000})


@pytest.mark.parametrize(("chosen", "late"), [("done", 1), ("late", 2)])
def test_finished_late(tmp_path: Path, chosen: str, late: int) -> None:
    """A task finished after its plan counts as delayed only where the setting says so."""
    plan = {"planned_start": date(2024, 6, 1), "planned_end": date(2024, 6, 10)}
    tasks = [
        {"task": "a", "status": "done", "progress": 1.0, "actual_end": date(2024, 6, 12), **plan},
        {"task": "b", "status": "done", "progress": 1.0, "actual_end": date(2024, 6, 9), **plan},
        {"task": "c", "status": "in_progress", "progress": 0.5, **plan},
    ]
    path = _tracker(tmp_path / "a.xlsx", tasks, late_done=chosen)
    lines, _ = _live(path, TRACKER, "master_tracker", judge=ironcalc_values)
    assert lines[0].endswith(f"3 项任务 · 完成 2 · 延期 {late}")


_LATE_SHEETS = (
    ("campaign_tracker", "master_tracker"),
    ("campaign_tracker", "phase_schedule"),
    ("strategy_tracking", "strategy_master"),
    ("strategy_tracking", "strategy_phases"),
    ("campaign_process", "task_tracking"),
)


@pytest.mark.parametrize(("name", "sheet_id"), _LATE_SHEETS)
@pytest.mark.parametrize("chosen", ["done", "late"])
def test_sheet_and_summary_count_the_same_tasks_late(name: str, sheet_id: str, chosen: str) -> None:
    """Every status with every delay: what a sheet's own column counts is what the figure counts."""
    template = library_template(name)
    statuses = [None, "not_started", "in_progress", "done", "late", "cancelled"]
    ends = [None, "2024-06-20", "2024-07-20"]
    is_text = template[sheet_id].id.startswith("strategy")
    rows: list[dict[str, Any]] = []
    for status, planned, actual in product(statuses, ends, ends):
        row: dict[str, Any] = {"task": f"任务{len(rows)}", "status": status}
        for key, day in (("planned", planned), ("actual", actual)):
            if is_text:
                row[key] = day and f"2024-06-01~{day}"
            else:
                row[f"{key}_end"] = pd.Timestamp(day) if day else None
        rows.append(row)
    book = reading_of({sheet_id: rows}, template=template)
    settings = {"late_done": chosen}
    as_of = date(2024, 7, 1)
    frame = compute(book.sheets[sheet_id], template=template, as_of=as_of, settings=settings).frame
    by_rule, _ = late_tasks(frame.drop(columns="is_late"), chosen)
    assert by_rule.sum() > 10 + (chosen == "late")
    assert (frame["is_late"].fillna(0) > 0).tolist() == by_rule.tolist()


PROMOTION = library_template("promotion_tracking")
STRATEGY = library_template("strategy_tracking")


def _typed_rows(path: Path, tab: str, rows: list[dict[str, Any]], sheet: TableSheet) -> None:
    book = openpyxl.load_workbook(path)
    for number, row in enumerate(rows):
        for at, column in enumerate(sheet.columns, 1):
            if column.id in row:
                book[tab].cell(7 + number, at, row[column.id])
    book.save(path)


@pytest.mark.parametrize(("typed", "late"), [("只算完成", "延期 1"), ("也算延期", "延期 2")])
def test_finished_late_as_written(tmp_path: Path, typed: str, late: str) -> None:
    """In the documents' sheets the status counts, and a late finish beside it if so set."""
    path = generate_workbook(STRATEGY, tmp_path / "a.xlsx", form={"as_of": AS_OF}, rows=5).path
    sheet = STRATEGY["strategy_master"]
    assert isinstance(sheet, TableSheet)
    rows = [
        {"task": "甲", "planned": "2024.06.01-06.10", "actual": "2024.06.01-06.12"},
        {"task": "乙", "planned": "2024.06.01-06.10", "actual": "2024.06.01-06.12"},
        {"task": "丙", "planned": "2024.06.01-06.10", "actual": "2024.06.01-06.10"},
    ]
    statuses = ["已完成", "延期", "已完成"]
    rows = [{**row, "status": status} for row, status in zip(rows, statuses, strict=True)]
    _typed_rows(path, sheet.label["zh-Hans"], rows, sheet)
    choose(path, {"late_done": typed})
    lines, _ = _live(path, STRATEGY, "strategy_master", judge=ironcalc_values)
    assert lines[0].endswith(late)


@pytest.mark.parametrize(
    ("typed", "roi"), [("销售额÷成本", [3.0, 2.6]), ("净收益÷成本", [2.0, 1.6])]
)
def test_roi_is_as_set(tmp_path: Path, typed: str, roi: list[float]) -> None:
    """The document's own case: 90,000 on 30,000 is 3.0 or 2.0; Excel and Python agree."""
    path = generate_workbook(PROMOTION, tmp_path / "a.xlsx", rows=5).path
    sheet = PROMOTION["channel_effect"]
    assert isinstance(sheet, TableSheet)
    rows = [
        {"channel": "小红书", "content": "头部", "cost": 30_000, "sales": 90_000},
        {"channel": "小红书", "content": "腰部", "cost": 120_000, "sales": 312_000},
    ]
    _typed_rows(path, sheet.label["zh-Hans"], rows, sheet)
    choose(path, {"roi_form": typed})
    reading = recompute(read_inputs(path), as_of=AS_OF)
    frame = reading.sheets["channel_effect"].frame
    assert frame["roas"].tolist() == pytest.approx(roi)
    letter = column_letter(1 + [c.id for c in sheet.columns].index("roas"))
    cells = {(sheet.label["zh-Hans"], f"{letter}{row}"): "" for row in (7, 8)}
    assert [*ironcalc_values(path, cells).values()] == pytest.approx(roi)


@pytest.mark.parametrize(("chosen", "change"), [("points", 2.0), ("relative", 0.4)])
def test_the_change_of_a_rate_is_as_set(tmp_path: Path, chosen: str, change: float) -> None:
    """From 5 % to 7 %: two points, or 40 %; of other figures always the share."""
    rows = [
        {"metric": "转化率", "unit": "percent", "actual": 0.07, "previous": 0.05},
        {"metric": "销售额", "unit": "money", "actual": 120.0, "previous": 100.0},
    ]
    records = {"effect_evaluation": records_of("effect_evaluation", rows)}
    chosen_so = {"rate_change": chosen}
    path = write_workbook(
        TEMPLATE, tmp_path / "a.xlsx", records=records, settings=chosen_so, rows=5
    )
    reading = recompute(read_inputs(path), as_of=AS_OF)
    frame = reading.sheets["effect_evaluation"].frame
    assert frame["period_change"].tolist() == pytest.approx([change, 0.2])
    sheet = TEMPLATE["effect_evaluation"]
    assert isinstance(sheet, TableSheet)
    letter = column_letter(1 + [c.id for c in sheet.columns].index("period_change"))
    cells = {(sheet.label["zh-Hans"], f"{letter}{row}"): "" for row in (7, 8)}
    assert [*ironcalc_values(path, cells).values()] == pytest.approx([change, 0.2])


@pytest.mark.slow
@pytest.mark.office
def test_libreoffice_agrees(tmp_path: Path) -> None:
    """With every choice changed the live line of the example's tasks is ours."""
    path = _tracker(tmp_path / "a.xlsx", [dict(row) for row in campaign_tasks()])
    shown = {one.id for one in shown_settings(TRACKER)}
    choose(path, {one.id: one.items[-1].label["zh-Hans"] for one in CHOSEN if one.id in shown})
    _live(
        path,
        TRACKER,
        "master_tracker",
        judge=lambda file, cells: libreoffice_values(file, cells, tmp_path),
    )


OWN = """
format = 1
id = "own"
title = "Own"

[settings.mode]
label = "Mode"
type = "choice"
value = "{value}"
items = [{{ id = "fast", label = "Fast" }}, {{ id = "slow", label = "{label}" }}]

[[sheets]]
id = "posts"
kind = "table"
label = "Posts"

[[sheets.columns]]
id = "post"
label = "Post"

[[sheets.columns]]
id = "days"
label = "Days"
type = "integer"
formula = '{formula}'
"""
FORMULA = '1 if mode == "fast" else 2'


@pytest.mark.parametrize(
    ("value", "label", "formula", "sentence"),
    [
        ("fasst", "Slow", FORMULA, 'settings.mode.value: the list "mode" has no choice "fasst"'),
        ("fast", "FAST", FORMULA, 'settings.mode.items[slow]: "FAST" cannot be told apart'),
        (
            "fast",
            "Slow",
            '1 if mode == "slwo" else 2',
            'sheets[posts].columns[days].formula: the list "mode" has no choice "slwo"',
        ),
        ("fast", "Slow", "mode + 1", "sheets[posts].columns[days].formula: "),
        ("fast", "Slow", "1 if mode > 2 else 2", "sheets[posts].columns[days].formula: "),
    ],
)
def test_a_wrong_choice_setting_is_told(
    tmp_path: Path, value: str, label: str, formula: str, sentence: str
) -> None:
    """The value, the labels and what formulas compare with are held against the items."""
    path = tmp_path / "own.toml"
    path.write_text(OWN.format(value=value, label=label, formula=formula), encoding="utf-8")
    told = [fault.describe("en") for fault in check_template(load_template(path))]
    assert any(line.startswith(sentence) for line in told), told


def test_a_companys_own_choice(tmp_path: Path) -> None:
    """A choice of the company's own works like the shared ones."""
    path = tmp_path / "own.toml"
    path.write_text(OWN.format(value="fast", label="Slow", formula=FORMULA), encoding="utf-8")
    template = load_template(path)
    assert check_template(template) == ()
    assert "mode" in [one.id for one in shown_settings(template)]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('type = "choices"', 'own.toml: settings.mode.type: cannot be "choices"'),
        ('roles = ["dayly"]', 'own.toml: settings.mode.roles[0]: cannot be "dayly"'),
    ],
)
def test_a_mistake_in_a_setting_is_told(tmp_path: Path, line: str, sentence: str) -> None:
    """Types and roles come from closed sets."""
    text = OWN.format(value="fast", label="Slow", formula=FORMULA)
    text = text.replace('type = "choice"', line) if "type" in line else text
    if "roles" in line:
        text = text.replace('label = "Mode"', f'label = "Mode"\n{line}')
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TemplateError) as raised:
        load_template(path)
    told = [fault.describe("en") for fault in raised.value.faults]
    assert any(one.startswith(sentence) for one in told), told


def test_choices_are_apart_in_every_language() -> None:
    """No spelling of a setting means two of its choices."""
    for setting in CHOSEN:
        words: dict[str, str] = {}
        for item in setting.items:
            for word in (*item.label.values(), *item.aliases, item.id):
                assert words.setdefault(fold(word), item.id) == item.id, (setting.id, word)
