"""The formula language: parsed, compiled to Excel, and evaluated over columns, with one result."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import ironcalc
import numpy as np
import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given, settings, strategies as st

from marketing_sheets.errors import FormulaError
from marketing_sheets.formulas import (
    compute,
    computed_order,
    excel_condition,
    excel_formula,
    live_text,
    parse_expression as parse,
    reason_text,
    threshold_of,
)
from marketing_sheets.formulas.text import excel_after_comparator, excel_amount
from marketing_sheets.loading import load_template
from marketing_sheets.loading.check_expressions import expression_faults
from marketing_sheets.problems import column_letter
from marketing_sheets.records import Origin, SheetRecords
from marketing_sheets.template import Column, TableSheet, Template
from marketing_sheets.texts import LANGUAGES, Text
from marketing_sheets.values import parse as parse_value

TEMPLATE = load_template("campaign_tracker")
DAILY = next(sheet for sheet in TEMPLATE.tables if sheet.id == "daily_data")
EFFECT = next(sheet for sheet in TEMPLATE.tables if sheet.id == "effect_evaluation")
MASTER = next(sheet for sheet in TEMPLATE.tables if sheet.id == "master_tracker")

_DTYPES = {"integer": "Int64", "date": "datetime64[us]"}


def records(sheet: TableSheet, rows: list[dict[str, Any]]) -> SheetRecords:
    """Make the records of a sheet from typed rows; what a row lacks is missing."""
    frame = pd.DataFrame(index=range(len(rows)))
    for column in sheet.columns:
        dtype = _DTYPES.get(column.type, "Float64" if column.is_numeric else "str")
        values = [row.get(column.id) for row in rows]
        frame[column.id] = pd.Series(values, index=frame.index, dtype=dtype)
    origin = Origin(
        file=None,
        sheet=sheet.label["en"],
        header_row=6,
        columns={column.id: number for number, column in enumerate(sheet.columns, 1)},
    )
    return SheetRecords(
        sheet=sheet.id,
        frame=frame,
        raw=frame.astype(object),
        rows=np.arange(7, 7 + len(rows)),
        origin=origin,
    )


def computed(sheet: TableSheet, column: str, /, **row: Any) -> tuple[Any, Any]:
    """Return the value and the reason of one computed cell."""
    as_of = row.pop("as_of", date(2024, 6, 28))
    done = compute(records(sheet, [row]), template=TEMPLATE, as_of=as_of)
    assert done.reasons is not None
    value, reason = done.frame[column].iloc[0], done.reasons[column].iloc[0]
    return (None if pd.isna(value) else value), (None if pd.isna(reason) else reason)


class TestCompute:
    """Columns computed in Python."""

    def test_a_ratio_divides(self) -> None:
        """CTR is clicks over impressions."""
        assert computed(DAILY, "ctr", clicks=21, impressions=1000) == (0.021, None)

    def test_a_blank_operand_gives_a_blank_with_a_reason(self) -> None:
        """Without clicks there is no CTR, and the reason says so."""
        assert computed(DAILY, "ctr", impressions=1000) == (None, "no_input")

    def test_zero_is_not_blank(self) -> None:
        """No click at all is a CTR of 0."""
        assert computed(DAILY, "ctr", clicks=0, impressions=1000) == (0.0, None)

    def test_division_by_zero_has_its_own_reason(self) -> None:
        """Sales without cost have no ROAS, because the base is zero."""
        assert computed(DAILY, "roas", sales=5, cost=0) == (None, "zero_base")

    @pytest.mark.parametrize(
        ("channel", "expected"), [("stores", 0.08), ("douyin", 0.5), ("新渠道", 0.5)]
    )
    def test_the_cvr_base_depends_on_the_channel(self, channel: str, expected: float) -> None:
        """Offline channels divide by footfall, all others by clicks."""
        row = {"impressions": 2000, "clicks": 320, "conversions": 160, "channel": channel}
        assert computed(DAILY, "cvr", **row) == (expected, None)

    def test_the_workbooks_own_attributes_win(self) -> None:
        """A channel that staff declared by footfall divides by footfall."""
        rows = records(DAILY, [{"impressions": 10, "clicks": 5, "channel": "快闪店"}])
        choices = {"channel": {"快闪店": {"cvr_base": "footfall"}}}
        done = compute(rows, template=TEMPLATE, as_of=None, choices=choices)
        assert done.frame["cvr_base"].iloc[0] == 10

    @pytest.mark.parametrize(
        ("row", "expected"),
        [
            ({"actual_end": "2024-06-22"}, 2),
            ({"actual_end": "2024-06-19"}, -1),
            ({"status": "late"}, 8),
            ({"status": "done"}, None),
            ({"status": "cancelled"}, None),
        ],
    )
    def test_delay_runs_to_the_actual_end_or_the_as_of_day(
        self, row: dict[str, Any], expected: int | None
    ) -> None:
        """A finished task is late by its end, an unfinished one by today, a cancelled one never."""
        row = {key: pd.Timestamp(v) if key.endswith("end") else v for key, v in row.items()}
        value, _ = computed(MASTER, "delay_days", planned_end=pd.Timestamp("2024-06-20"), **row)
        assert value == expected

    def test_a_task_before_its_planned_end_is_not_late(self) -> None:
        """An unfinished task that is not due yet has a delay of 0, not a negative one."""
        value, _ = computed(MASTER, "delay_days", planned_end=pd.Timestamp("2024-07-20"))
        assert value == 0

    def test_without_an_as_of_day_an_open_task_has_no_delay(self) -> None:
        """Nothing is guessed where the day is unknown."""
        value, reason = computed(
            MASTER, "delay_days", as_of=None, planned_end=pd.Timestamp("2024-06-20")
        )
        assert (value, reason) == (None, "no_input")

    @pytest.mark.parametrize(
        ("direction", "target", "actual", "verdict"),
        [
            ("higher", 100, 100, "met"),
            ("higher", 100, 90, "close"),
            ("higher", 100, 89.9, "missed"),
            ("lower", 60, 60, "met"),
            ("lower", 60, 72, "missed"),
            ("lower", 60, 66, "close"),
            ("lower", 60, 0, "met"),
            (None, 60, 72, None),
        ],
    )
    def test_the_verdict_follows_the_direction(
        self, direction: str | None, target: float, actual: float, verdict: str | None
    ) -> None:
        """Equality is met; for costs less is better; without a direction there is no verdict."""
        row = {"direction": direction, "target": target, "actual": actual, "unit": "number"}
        assert computed(EFFECT, "verdict", **row)[0] == verdict

    @pytest.mark.parametrize(
        ("unit", "actual", "previous", "expected"),
        [
            ("number", 115, 100, (0.15, None)),
            ("percent", 0.065, 0.085, (-2.0, None)),
            ("number", 115, None, (None, "no_data")),
            ("number", 115, 0, (None, "zero_base")),
            ("number", 115, -5, (None, "negative_base")),
            ("percent", 0.065, 0, (6.5, None)),
            ("number", None, 100, (None, "no_input")),
        ],
    )
    def test_a_change_needs_a_base(
        self, unit: str, actual: float | None, previous: float | None, expected: tuple[Any, Any]
    ) -> None:
        """Percentages change by points, others relatively; without a base a reason says why."""
        value, reason = computed(
            EFFECT, "period_change", unit=unit, actual=actual, previous=previous
        )
        assert reason == expected[1]
        assert value == (None if expected[0] is None else pytest.approx(expected[0]))

    def test_a_kpi_condition_is_read_from_its_text(self) -> None:
        """观看人数≥20万 reached by 250,000 is 125 %."""
        row = {"kpi": "观看人数≥20万", "kpi_current": 250_000}
        assert computed(MASTER, "kpi_achievement", **row) == (1.25, None)

    def test_a_condition_without_a_quantity_has_a_reason(self) -> None:
        """A KPI that is only words cannot be reached in percent."""
        assert computed(MASTER, "kpi_target", kpi="尽快完成") == (None, "no_input")

    def test_settings_of_the_workbook_count(self) -> None:
        """A company that calls 95 % close gets its own verdict."""
        rows = records(
            EFFECT, [{"direction": "higher", "target": 100, "actual": 92, "unit": "number"}]
        )
        done = compute(rows, template=TEMPLATE, as_of=None, settings={"close": 0.95})
        assert done.frame["verdict"].iloc[0] == "missed"

    def test_a_negative_target_has_no_achievement(self) -> None:
        """Half of a loss of 100 is no achievement of 50 %."""
        row = {"unit": "number", "direction": "higher", "target": -100, "actual": -50}
        assert computed(EFFECT, "achievement", **row) == (None, "not_applicable")

    def test_no_rows_give_no_rows(self) -> None:
        """An empty sheet computes to an empty sheet."""
        for sheet in TEMPLATE.tables:
            assert compute(records(sheet, []), template=TEMPLATE, as_of=None).frame.empty


class TestCheck:
    """What is wrong with an expression is said before it is used."""

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("clicks / imprssions", "formula_unknown_name"),
            ("clicks / ", "formula_syntax"),
            ('1 if channel = "douyin" else 2', "formula_single_equals"),
            ('"=" if clicks == else 2', "formula_syntax"),
            ("clicks.__class__", "formula_not_allowed"),
            ("[c for c in clicks]", "formula_not_allowed"),
            ("lambda: clicks", "formula_not_allowed"),
            ("open(clicks)", "formula_unknown_function"),
            ("known(clicks, cost)", "formula_arguments"),
            ("sum(clicks)", "formula_unknown_function"),
        ],
    )
    def test_a_faulty_expression_is_named(self, text: str, code: str) -> None:
        """Only the closed language passes: no attribute, call or name outside it."""
        assert code in {fault.code for fault in expression_faults(text, "x", DAILY, TEMPLATE)}

    def test_every_shipped_expression_is_sound(self) -> None:
        """Formulas and conditions of the shipped sheets have no fault."""
        for sheet in TEMPLATE.tables:
            for column in sheet.computed:
                assert not [*expression_faults(str(column.formula), "x", sheet, TEMPLATE)]
            for rule in sheet.formats:
                assert not [*expression_faults(rule.when, "x", sheet, TEMPLATE)]

    def test_a_circle_is_refused(self) -> None:
        """Two columns that need each other cannot be computed."""
        label = Text(dict.fromkeys(LANGUAGES, "x"))
        columns = tuple(
            Column(id=one, type="number", label=label, formula=f"{other} + 1")
            for one, other in (("a", "b"), ("b", "a"))
        )
        with pytest.raises(FormulaError, match=r"a → b → a|b → a → b"):
            computed_order(replace(DAILY, columns=columns))

    def test_an_unreadable_expression_says_so(self) -> None:
        """The message quotes the expression's fault."""
        with pytest.raises(FormulaError, match="cannot be read"):
            parse("1 +")


def _excel(sheet: TableSheet, rows: list[dict[str, Any]], language: Any, path: Path) -> list[Any]:
    """Evaluate a sheet's formulas with an independent spreadsheet engine."""
    book = xlsxwriter.Workbook(str(path))
    tab = book.add_worksheet("data")
    lists = book.add_worksheet("lists")
    channel = TEMPLATE.choices["channel"]
    lists.write_column(0, 0, [item.label[language] for item in channel.items])
    bases = [
        TEMPLATE.choices["cvr_base"].label_of(item.attributes["cvr_base"], language)
        for item in channel.items
    ]
    lists.write_column(0, 1, bases)
    lists.write(0, 3, 45471)  # 2024-06-28
    for row, setting in enumerate(TEMPLATE.settings.values(), 1):
        lists.write(row, 3, setting.value)
        book.define_name(f"set_{setting.id}", f"=lists!$D${row + 1}")
    last = len(bases)
    book.define_name("list_channel", f"=lists!$A$1:$A${last}")
    book.define_name("list_channel_cvr_base", f"=lists!$B$1:$B${last}")
    book.define_name("as_of", "=lists!$D$1")
    headers = [{"header": column.label[language]} for column in sheet.columns]
    options = {"name": f"tbl_{sheet.id}", "columns": headers}
    tab.add_table(0, 0, len(rows), len(headers) - 1, options)
    for number, column in enumerate(sheet.columns):
        for row, values in enumerate(rows, 1):
            value = values.get(column.id)
            if column.is_computed:
                formula = excel_formula(column, sheet, TEMPLATE, language)
                tab.write_formula(row, number, formula, None, "")
            elif isinstance(value, pd.Timestamp):
                tab.write_number(row, number, (value - pd.Timestamp("1899-12-30")).days)
            elif isinstance(value, str):
                if column.choices:
                    value = TEMPLATE.choices[column.choices].label_of(value, language)
                tab.write_string(row, number, value)
            elif value is not None:
                tab.write_number(row, number, value)
    book.close()
    model = ironcalc.load_from_xlsx(str(path), "en", "UTC")
    model.evaluate()
    return [
        [model.get_cell_value(0, row, number + 1) for number in range(len(headers))]
        for row in range(2, len(rows) + 2)
    ]


def _agree(template: Template, sheet: TableSheet, rows: list[dict[str, Any]], path: Path) -> None:
    frame = compute(records(sheet, rows), template=template, as_of=date(2024, 6, 28))
    assert frame.reasons is not None
    for language in LANGUAGES:
        cells = _excel(sheet, rows, language, path)
        for number, column in enumerate(sheet.columns):
            if not column.is_computed:
                continue
            for row, line in enumerate(cells):
                ours = frame.frame[column.id].iloc[row]
                shown: Any = "" if pd.isna(ours) else ours
                if pd.isna(ours) and column.undefined == "reason":
                    reason = frame.reasons[column.id].iloc[row]
                    shown = "" if reason == "no_input" else reason_text(reason, language)
                elif column.choices and shown:
                    shown = template.choices[column.choices].label_of(shown, language)
                theirs = line[number] if line[number] is not None else ""
                where = (language, column.id, rows[row])
                if isinstance(shown, str):
                    assert theirs == shown, where
                else:
                    assert theirs == pytest.approx(float(shown), rel=1e-9), where


_figures = st.none() | st.integers(0, 10**7) | st.floats(0, 1e7).map(lambda x: round(x, 4))
_days = st.none() | st.dates(date(2024, 5, 1), date(2024, 8, 30)).map(pd.Timestamp)


class TestAgreement:
    """Excel's formula and Python's columns are two readings of one expression."""

    @settings(max_examples=15)
    @given(
        st.lists(
            st.fixed_dictionaries(
                {
                    "channel": st.sampled_from([None, "stores", "douyin", "社群"]),
                    "impressions": st.none() | st.integers(0, 10**6),
                    "clicks": st.none() | st.integers(0, 10**5),
                    "conversions": st.none() | st.integers(0, 10**4),
                    "new_users": st.none() | st.integers(0, 10**4),
                    "cost": _figures,
                    "sales": _figures,
                    "sales_target": _figures,
                }
            ),
            min_size=1,
            max_size=6,
        )
    )
    def test_daily_figures(
        self, tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]]
    ) -> None:
        """Every computed cell of daily data agrees, blanks and zeros included."""
        _agree(TEMPLATE, DAILY, rows, tmp_path_factory.mktemp("daily") / "book.xlsx")

    @settings(max_examples=15)
    @given(
        st.lists(
            st.fixed_dictionaries(
                {
                    "direction": st.sampled_from([None, "higher", "lower"]),
                    "unit": st.sampled_from([None, "number", "percent", "ratio"]),
                    "target": _figures,
                    "actual": _figures,
                    "previous": _figures | st.integers(-50, -1),
                    "last_year": _figures,
                }
            ),
            min_size=1,
            max_size=6,
        )
    )
    def test_evaluations(
        self, tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]]
    ) -> None:
        """Variance, achievement, verdict and changes agree, their reasons too."""
        _agree(TEMPLATE, EFFECT, rows, tmp_path_factory.mktemp("effect") / "book.xlsx")

    @settings(max_examples=15)
    @given(
        st.lists(
            st.fixed_dictionaries(
                {
                    "planned_end": _days,
                    "actual_end": _days,
                    "status": st.sampled_from([None, "done", "late", "cancelled", "in_progress"]),
                    "budget": _figures,
                    "spend": _figures,
                    "kpi": st.sampled_from(
                        [
                            None,
                            "观看人数≥20万",
                            "素材通过率100%",
                            "CTR>=2%",
                            "费用不超过60万",
                            "尽快",
                        ]
                    ),
                    "kpi_current": _figures,
                }
            ),
            min_size=1,
            max_size=6,
        )
    )
    def test_tasks(
        self, tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]]
    ) -> None:
        """Delay, budget use and KPI achievement agree."""
        _agree(TEMPLATE, MASTER, rows, tmp_path_factory.mktemp("master") / "book.xlsx")

    def test_reasons_of_a_division(self, tmp_path: Path) -> None:
        """A column that shows reasons shows the same in Excel: a zero base, or a blank."""
        columns = tuple(
            replace(column, undefined="reason") if column.id == "roas" else column
            for column in DAILY.columns
        )
        sheet = replace(DAILY, columns=columns)
        sheets = tuple(sheet if one.id == sheet.id else one for one in TEMPLATE.sheets)
        template = replace(TEMPLATE, sheets=sheets)
        rows = [{"sales": 5, "cost": 0}, {"sales": 5}, {"sales": 5, "cost": 2}]
        _agree(template, sheet, rows, tmp_path / "book.xlsx")


class TestText:
    """Quantities inside texts: Excel reads them as Python does, or shows nothing."""

    AMOUNTS = (
        "20 25万 8% 1:3.5 1：3 提升30% 520条 1,020万人 -5 3百万 1.2w 3000+ 10人 ≥20万 50,000 6.5% "
        "2亿元 1:0 +12 5-6万 人 13万2千 2024.7.1 约5万 5/6 Jan5 待定 无 1.5.2 7月1日"
    ).split()

    def test_amounts(self, tmp_path: Path) -> None:
        """Where Excel shows a number, Python reads the same one."""
        path = tmp_path / "amounts.xlsx"
        book = xlsxwriter.Workbook(str(path))
        tab = book.add_worksheet()
        for row, text in enumerate(self.AMOUNTS):
            tab.write_string(row, 0, text)
            tab.write_formula(row, 1, f'=IFERROR({excel_amount(f"A{row + 1}")},"")', None, "")
        book.close()
        model = ironcalc.load_from_xlsx(str(path), "en", "UTC")
        model.evaluate()
        shown = {t: model.get_cell_value(0, r, 2) for r, t in enumerate(self.AMOUNTS, 1)}
        for text, value in shown.items():
            if value not in ("", None):
                assert parse_value(text, "quantity").value == pytest.approx(value), text
        assert [text for text, value in shown.items() if value in ("", None)] == (
            "5-6万 人 13万2千 2024.7.1 约5万 5/6 Jan5 待定 无 1.5.2 7月1日".split()
        )

    def test_thresholds(self, tmp_path: Path) -> None:
        """The quantity of a condition is cut out alike."""
        conditions = [
            "观看人数≥20万", "素材通过率100%", "率>=2%", "ROI=5", "费用不超过60万", "无",
            "留资率至少30%", "笔记阅读量≥5万,点赞≥1万", "A1类素材≥3条",
        ]  # fmt: skip
        path = tmp_path / "conditions.xlsx"
        book = xlsxwriter.Workbook(str(path))
        tab = book.add_worksheet()
        for row, text in enumerate(conditions):
            tab.write_string(row, 0, text)
            tab.write_formula(row, 1, f"={excel_after_comparator(f'A{row + 1}')}", None, "")
        book.close()
        model = ironcalc.load_from_xlsx(str(path), "en", "UTC")
        model.evaluate()
        for row, text in enumerate(conditions, 1):
            assert (model.get_cell_value(0, row, 2) or "") == threshold_of(text), text


class TestConditions:
    """Conditional formats use plain references and never fire on blanks."""

    def test_references_are_relative_to_the_first_row(self) -> None:
        """A condition names the column absolutely and the row relatively."""
        columns = {column.id: n for n, column in enumerate(MASTER.columns, 1)}
        formula = excel_condition(
            "budget_use > 1", MASTER, TEMPLATE, "en", first_row=7, columns=columns
        )
        used = column_letter(columns["budget_use"])
        assert formula == f"=IF(COUNT(${used}7)=1,${used}7>1,FALSE)"


class TestLive:
    """The live line in words."""

    def test_counts_and_sums(self) -> None:
        """The line counts tasks and states, sums money, and rounds as Excel does."""
        rows = [
            {"task": "a", "status": "done", "budget": 1000, "spend": 600, "weight": 0.5},
            {"task": "b", "status": "late", "budget": 1000, "spend": 645, "weight": 0.5},
            {"task": "c", "status": "cancelled", "weight": 0.5},
        ]
        due = pd.Timestamp("2024-06-20")
        rows = [{**row, "progress": 0.5, "planned_end": due} for row in rows]
        rows[2]["progress"] = 0.0
        done = compute(records(MASTER, rows), template=TEMPLATE, as_of=date(2024, 6, 28))
        lines = [
            live_text(live, done, template=TEMPLATE, language="en", as_of=date(2024, 6, 28))
            for live in MASTER.live
        ]
        assert lines == [
            "As of 2024-06-28    |    3 tasks · 1 done · 1 delayed",
            "Overall progress 50.0%",
            "Budget 2,000 · spent 1,245 · used 62.3%",
        ]

    def test_a_figure_without_a_base_is_a_dash(self) -> None:
        """An empty sheet has no share of its budget used."""
        empty = compute(records(MASTER, []), template=TEMPLATE, as_of=None)
        line = live_text(MASTER.live[2], empty, template=TEMPLATE, language="en", as_of=None)
        assert line == "Budget 0 · spent 0 · used –"
