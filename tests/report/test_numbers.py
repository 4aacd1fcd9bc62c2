"""Numbers as Excel shows them."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given

from marketing_sheets.report.numbers import shown
from marketing_sheets.texts import LANGUAGES, book


@pytest.mark.parametrize(
    ("value", "number_format", "said"),
    [
        (1234567, "#,##0_)_)", "1,234,567"),
        (0.0456, "0.0%", "4.6%"),
        (1.016, '"▲ "0.0%', "▲ 101.6%"),
        (1325000, '0\\.0,"万"', "132.5万"),
        (500, '0\\.0,"万"', "0.1万"),
        (-52000, '0\\.0,"万"', "-5.2万"),
        (123456789, '0\\.00,,"亿"', "1.23亿"),
        (445000, '#,##0,"K"', "445K"),
        (3470000, '0.00,,"M"', "3.47M"),
        (-3.2, "+#,##0_)_);-#,##0_)_);0_)_)", "-3"),
        (0, "+0.0%_)_);-0.0%_)_);0.0%_)_);@_)_)", "0.0%"),
        (-0.3, "0", "0"),
        (12000, "0\\.0,", "1.2"),
        (1.1, "General", "1.1"),
        (1e10, "General", "10000000000"),
        (0, "General", "0"),
    ],
)
def test_a_number_reads_as_its_format_shows_it(value: float, number_format: str, said: str) -> None:
    """Scales, signs, percents and literals come out as on the sheet; nothing is minus nothing."""
    assert shown(value, number_format) == said


@given(
    value=st.integers(-(10**12), 10**12).map(lambda count: count / 1000),
    number_format=st.sampled_from(["#,##0", "0.0%", "0.00", "#,##0.0", "0%", "0\\.0,", "0.0,,"]),
)
def test_what_is_shown_is_the_number_up_to_half_of_its_last_digit(
    value: float, number_format: str
) -> None:
    """Read again, what is shown differs from the number by no more than it was rounded by."""
    unit = {"%": 0.01, "\\.0,": 1e4, ".0,,": 1e6}
    factor = next((size for end, size in unit.items() if number_format.endswith(end)), 1.0)
    said = shown(value, number_format).replace(",", "").rstrip("%")
    half = factor * 0.5 * 10.0 ** -len(said.partition(".")[2])
    assert abs(float(said) * factor - value) <= half * (1 + 1e-6)


def test_all_formats_of_the_words_are_understood() -> None:
    """Every format that the Summary's words hold shows a number without leftovers."""
    for language in LANGUAGES:
        for text in book("summary")["format"].values():
            said = shown(123_456_789, text[language])
            assert "," not in said.replace(",", "", 3) or language == "en"
            assert "\\" not in said
            assert '"' not in said
