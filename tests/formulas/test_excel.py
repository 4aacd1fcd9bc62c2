"""Excel formulas and Python columns are two readings of one expression."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import ironcalc
import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given, strategies as st
from support.formula_sheets import DAILY, EFFECT, MASTER, TEMPLATE, records
from support.laws import tried

from marketing_sheets.formulas import (
    compute,
    excel_condition,
    excel_formula,
    reason_text,
)
from marketing_sheets.problems import column_letter
from marketing_sheets.template import TableSheet, Template
from marketing_sheets.texts import LANGUAGES


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

    @tried(8)
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

    @tried(8)
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

    @tried(8)
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


class TestConditions:
    """Conditional formats use plain references and never fire on blanks."""

    def test_references_are_relative_to_the_first_row(self) -> None:
        """A condition names the column absolutely and the row relatively."""
        columns = {column.id: n for n, column in enumerate(MASTER.columns, 1)}
        formula = excel_condition(
            "budget_use > 1", MASTER, TEMPLATE, "en", first_row=7, columns=columns
        )
        used = column_letter(columns["budget_use"])
        assert formula == f"=IF(COUNT(${used}7)=1,ROUND(${used}7,12)>1,FALSE)"
