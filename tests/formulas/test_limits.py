"""Bounds, verdicts and names in formulas: Excel reads them as Python does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, strategies as st
from support.laws import tried
from support.oracles import SOFFICE, formula_cells, ironcalc_values, libreoffice_values

from marketing_sheets.formulas import bound_of, signed, threshold_of
from marketing_sheets.formulas.limits import (
    excel_bound,
    excel_favourable,
    excel_name,
    excel_signed,
    excel_threshold,
    excel_verdict,
    name_of,
)
from marketing_sheets.template import bound_words, judge

# What a text says: its sign, its quantity, and what it is about.
SAID = {
    "退货率≤5%": ("≤", "5%", "退货率"),
    "退货率低于5%": ("<", "5%", "退货率"),
    "退貨率低於5%": ("<", "5%", "退貨率"),
    "退货率不得超过5%": ("≤", "5%", "退货率"),
    "退货率控制在5%以内": ("≤", "5%", "退货率"),
    "退货率5%以下": ("≤", "5%", "退货率"),
    "退货率不大于5%": ("≤", "5%", "退货率"),
    "观看人数不低于20万": ("≥", "20万", "观看人数"),
    "观看人数超过20万": (">", "20万", "观看人数"),
    "观看人数20万+": ("≥", "20万", "观看人数"),
    "Return rate under 5%": ("<", "5%", "return rate"),
    "coverage 90%": ("", "90%", "coverage"),
    "at most 5": ("≤", "5", ""),
    "CTR >= 3%": ("≥", "3%", "ctr"),
    "素材通过率100%": ("", "100%", "素材通过率"),
    "投诉率下降25%": ("", "下降25%", "投诉率"),
    "A1类素材≥3条": ("≥", "3条", "a1类素材"),
    "销售额实际160万元": ("", "160万元", "销售额"),
    "笔记阅读量≥5万,点赞≥1万": ("≥", "", "笔记阅读量≥5万,点赞"),
    "无": ("", "", "无"),
}


def _evaluated(path: Path, lines: list[tuple[list[Any], str]], folder: Path | None = None) -> Any:
    """Evaluate a formula per line, whose cells stand in A, B, C … of its row."""
    book = xlsxwriter.Workbook(str(path))
    tab = book.add_worksheet("data")
    for row, (cells, formula) in enumerate(lines):
        for column, cell in enumerate(cells):
            write = tab.write_string if isinstance(cell, str) else tab.write_number
            write(row, column, cell)
        assert len(formula) <= 8192, formula
        tab.write_formula(row, 9, formula, None, "")
    book.close()
    formulas, _ = formula_cells(path)
    if folder is None:
        values = ironcalc_values(path, formulas)
    else:
        values = libreoffice_values(path, formulas, folder)
    return [values["data", f"J{row}"] for row in range(1, len(lines) + 1)]


@pytest.mark.parametrize("text", SAID)
def test_texts_are_taken_apart(text: str) -> None:
    """Sign, quantity and name of a condition, whatever word and language it is in."""
    level = signed(text)
    assert (bound_of(level), threshold_of(level).strip(), name_of(level)) == SAID[text]


def _texts(tmp_path: Path, folder: Path | None) -> None:
    words = [f"CTR {word} 5%" for word in bound_words("before")]
    words += [f"转化率5%{word}" for word in bound_words("after")]
    texts = [*SAID, *words]
    lines = [([text], f"={excel_signed(f'A{row}')}") for row, text in enumerate(texts, 1)]
    shown = _evaluated(tmp_path / "signed.xlsx", lines, folder)
    for text, level in zip(texts, shown, strict=True):
        assert (level or "") == signed(text), text
    for excel, python in (
        (excel_bound, bound_of),
        (excel_threshold, threshold_of),
        (excel_name, name_of),
    ):
        lines = [
            ([signed(text)], f'=IFERROR({excel(f"A{row}")},"")')
            for row, text in enumerate(texts, 1)
        ]
        for text, value in zip(
            texts, _evaluated(tmp_path / "cut.xlsx", lines, folder), strict=True
        ):
            assert (value or "") == python(signed(text)), (excel.__name__, text)


def test_formulas_take_texts_apart_alike(tmp_path: Path) -> None:
    """Excel finds the same sign, quantity and name, for every word there is."""
    _texts(tmp_path, None)


@pytest.mark.slow
@pytest.mark.skipif(SOFFICE is None, reason="needs LibreOffice")
def test_libreoffice_takes_texts_apart_alike(tmp_path: Path) -> None:
    """So does the second oracle."""
    _texts(tmp_path, tmp_path)


_TARGETS = st.sampled_from([0.02, 0.05, 0.1, 0.3, 3, 100, 250000, -0.2, -100, 0])
_SHARES = st.sampled_from([0.5, 0.89, 0.9, 0.95, 1, 1.05, 1 / 0.9, 1.2, 2, -1, 0])
_CASES = st.lists(
    st.tuples(_TARGETS, _SHARES, st.booleans(), st.booleans(), st.sampled_from([0.8, 0.9, 0.95])),
    min_size=1,
    max_size=40,
)


def _verdicts(cases: list[Any], path: Path, folder: Path | None) -> None:
    lines, ours = [], []
    for row, (target, share, lower, strict, close) in enumerate(cases, 1):
        actual = target * share if target else share
        formula = excel_verdict(
            (f"A{row}", f"B{row}"),
            is_lower=f'C{row}="lower"',
            strict=f'OR(D{row}="<",D{row}=">")',
            close=f"E{row}",
            labels=('"met"', '"close"', '"missed"'),
        )
        cells = [actual, target, "lower" if lower else "higher", "<" if strict else "", close]
        lines.append((cells, f"={formula}"))
        ours.append(judge(actual, target, lower_is_better=lower, close=close, strict=strict))
    assert _evaluated(path, lines, folder) == ours


@tried(20)
@given(_CASES)
def test_on_the_line_is_the_same_in_excel(
    tmp_path_factory: pytest.TempPathFactory, cases: list[Any]
) -> None:
    """Targets met to the last digit, close to the last digit, falling, negative and zero."""
    _verdicts(cases, tmp_path_factory.mktemp("verdicts") / "book.xlsx", None)


@pytest.mark.slow
@pytest.mark.skipif(SOFFICE is None, reason="needs LibreOffice")
def test_on_the_line_is_the_same_in_libreoffice(tmp_path: Path) -> None:
    """Every target with every share, in both directions, strict or not."""
    cases = [
        (target, share, lower, strict, 0.9)
        for target in (0.02, 0.05, 0.1, 0.3, 3, 100, -0.2, -100, 0)
        for share in (0.5, 0.89, 0.9, 0.95, 1, 1.05, 1 / 0.9, 1.2, -1, 0)
        for lower in (False, True)
        for strict in (False, True)
    ]
    _verdicts(cases, tmp_path / "book.xlsx", tmp_path)


def test_a_ratio_is_turned_once(tmp_path: Path) -> None:
    """Cost 50 of 100 keeps its target twice over, so does a fall of 40 % where 20 % were asked."""
    cases: list[list[Any]] = [[50, 100, "lower"], [-0.4, -0.2, "lower"], [200, 100, "higher"]]
    lines = []
    for row, cells in enumerate(cases, 1):
        is_lower = f'C{row}="lower"'
        lines.append((cells, f"={excel_favourable(f'A{row}', f'B{row}', is_lower)}"))
    assert _evaluated(tmp_path / "book.xlsx", lines) == [2, 2, 2]
