"""Quantities inside texts: Excel reads them as Python does, or shows nothing."""

from __future__ import annotations

from pathlib import Path

import ironcalc
import pytest
import xlsxwriter

from marketing_sheets.formulas.text import excel_amount
from marketing_sheets.values import parse as parse_value


class TestText:
    """Quantities inside texts: Excel reads them as Python does, or shows nothing."""

    AMOUNTS = (
        "20 25万 8% 1:3.5 1：3 提升30% 下降25% 下滑5% 520条 1,020万人 -5 3百万 1.2w 3000+ 10人 "
        "≥20万 50,000 6.5% 2亿元 1:0 +12 "
        "5-6万 人 13万2千 2024.7.1 约5万 5/6 Jan5 待定 无 1.5.2 7月1日"
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
