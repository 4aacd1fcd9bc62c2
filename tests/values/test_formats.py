"""What people see of a number is told by the section of its format that applies to it."""

from __future__ import annotations

import operator
from decimal import Decimal

import pytest

from marketing_sheets.values.formats import hides_thousands, seen, shown_by, shows_percent

_SIGNS = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    "<>": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
}


@pytest.mark.parametrize("sign", _SIGNS)
@pytest.mark.parametrize("bound", [10_000, -2.5])
@pytest.mark.parametrize("step", [-1, 0, 1])
def test_a_condition_holds_as_excel_reads_it(sign: str, bound: float, step: int) -> None:
    """Below, at and above its bound a number has the section whose condition it meets."""
    number = bound + step
    shown = shown_by(f'[{sign}{bound}]0"万";0"k"', number)
    assert shown.unit == ("万" if _SIGNS[sign](number, bound) else "k")


def test_where_no_condition_holds_the_last_section_counts() -> None:
    """Excel shows what meets no condition by the last section, with a condition of its own too."""
    code = '[>=100000000]0.0,,"亿";[>=10000]0.0,"万"'
    assert [shown_by(code, number).unit for number in (2e8, 2e4, 5)] == ["亿", "万", "万"]


@pytest.mark.parametrize(
    ("code", "units"),
    [
        ('0"k"', ["k", "k", "k"]),
        ('0"k";0"w"', ["w", "k", "k"]),
        ('0"k";0"w";0"万"', ["w", "万", "k"]),
        ('0"k";0"w";0"万";@"千"', ["w", "万", "k"]),
    ],
)
def test_sections_are_for_signs(code: str, units: list[str]) -> None:
    """The second is for negative numbers, the third for 0, the fourth for texts alone."""
    assert [shown_by(code, number).unit for number in (-1, 0, 1)] == units


@pytest.mark.parametrize(
    ("code", "digits", "percents", "unit", "currency"),
    [
        ("0", "1", 0, "", None),
        ("#,##0", "1", 0, "", None),
        ("#,##0,", "0.001", 0, "", None),
        ("#,##0,,.0", "0.000001", 0, "", None),
        (r'0\.0,"万"', "0.0001", 0, "万", None),
        ("0.00%", "1", 1, "", None),
        ("0%%", "1", 2, "", None),
        ('0"%"', "1", 0, "%", None),
        ('$#,##0_);"x"', "1", 0, "", "$"),
        ("[$€-407]0", "1", 0, "", "€"),
        ("[$¥-804]0", "1", 0, "", "¥"),
        ("[$¥-411]0", "1", 0, "", "jpy"),
        ("[$-409]0", "1", 0, "", None),
        ('0"元"', "1", 0, "元", "¥"),
        ('0,"千元"', "0.001", 0, "千元", "¥"),
        (r"0\k", "1", 0, "k", None),
        ("0*-", "1", 0, "", None),
        ("yyyy-mm-dd", "1", 0, "", None),
        ("@", "1", 0, "", None),
    ],
)
def test_a_section_shows_digits_signs_and_a_unit(
    code: str, digits: str, percents: int, unit: str, currency: str | None
) -> None:
    """Commas behind the digits leave thousands out, a drawn point divides, literals are units."""
    shown = shown_by(code, 1)
    found = (shown.digits, shown.percents, shown.unit, shown.currency)
    assert found == (Decimal(digits), percents, unit, currency)


@pytest.mark.parametrize(
    ("code", "is_shown"),
    [("0.0%", True), ("0%%", False), ("0,%", False), ('0"%"', False), ("$0%", False), ("0", False)],
)
def test_a_percentage_is_one_sign_and_nothing_else(code: str, is_shown: bool) -> None:
    """Two signs, thousands left out or a currency show another number."""
    assert shows_percent(code) is is_shown


def test_thousands_are_hidden_only_without_a_unit() -> None:
    """`0,` hides them; `0,"k"` says what is left, and `0,%` shows a percentage."""
    hidden = [hides_thousands(code, 5000) for code in ("0,", '0,"k"', '0,"千"', "0,%", "0")]
    assert hidden == [True, False, False, False, False]


@pytest.mark.parametrize(
    ("code", "number", "text"),
    [
        ('0.0,"千"', 1500, "1.5千"),
        ("0%", 0.5, "50%"),
        ('0"%"', 50, "50%"),
        ("$0", 5, "$5"),
        ('0"元"', 5, None),
        ("0.00", 5, None),
        ('0"万"', 2, "2万"),
    ],
)
def test_a_number_is_told_as_it_is_seen(code: str, number: float, text: str | None) -> None:
    """None where it is shown as it stands: our own currency and places change nothing."""
    assert seen(code, number) == text
