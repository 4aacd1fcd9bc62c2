"""The look as data: palette, contrast, number formats."""

from __future__ import annotations

import pytest

from marketing_sheets.styles import (
    FONTS,
    LOOKS,
    STATES,
    Palette,
    dash_for_zero,
    number_format,
    unit_format,
    with_symbol,
)
from marketing_sheets.template import Column, ColumnType
from marketing_sheets.texts import Text

LABEL = Text({"zh-Hans": "值", "zh-Hant": "值", "en": "Value"})


def column(type_: ColumnType, **facts: object) -> Column:
    """Return a column of a type."""
    return Column(id="value", type=type_, label=LABEL, **facts)  # type: ignore[arg-type]  # any fact


def luminance(color: str) -> float:
    """Return the relative luminance of a colour, as WCAG 2 defines it."""
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("state", [s for s in STATES if STATES[s].fill])
def test_every_chip_can_be_read(state: str) -> None:
    """Text on each chip's fill has a contrast of at least 4.5 to 1."""
    look = STATES[state]
    assert look.color is not None
    assert look.fill is not None
    assert contrast(look.color, look.fill) >= 4.5


def test_no_two_states_look_alike() -> None:
    """States differ in symbol, so grey prints and colour blindness lose nothing."""
    symbols = [look.symbol for look in STATES.values()]
    assert None not in symbols
    assert len(set(symbols)) == len(symbols)


def test_states_are_looks_a_template_may_name() -> None:
    """A template's formats may use every state's look, and every language has a font."""
    assert set(STATES) < set(LOOKS)
    assert set(FONTS) == {"zh-Hans", "zh-Hant", "en"}


def test_computed_text_can_be_read_on_its_fill() -> None:
    """Computed values have a contrast of at least 5 to 1, hints on white of 4.5 to 1."""
    assert contrast(Palette.SLATE, Palette.COMPUTED) >= 5
    assert contrast(Palette.MUTE, Palette.WHITE) >= 4.5


@pytest.mark.parametrize(
    ("type_", "facts", "shape"),
    [
        ("integer", {}, "#,##0_)_)"),
        ("money", {}, "#,##0_)_)"),
        ("money", {"decimals": 1}, "#,##0.0_)_)"),
        ("number", {}, "#,##0.00_)_)"),
        ("percent", {}, "#,##0.0%_)_)"),
        ("percent", {"decimals": 0}, "#,##0%_)_)"),
        ("percent", {"decimals": 0, "max": 1}, "0%_)_)"),
        ("ratio", {}, "0.00_)_)"),
        ("date", {}, "yyyy-mm-dd"),
        ("text", {}, "@"),
        ("text", {"formula": "a"}, "General"),
        ("quantity", {}, "General"),
        ("percent", {"signed": True}, "+#,##0.0%_)_);-#,##0.0%_)_);#,##0.0%_)_);@_)_)"),
    ],
)
def test_number_formats(type_: ColumnType, facts: dict[str, object], shape: str) -> None:
    """Each type has its number format; figures keep their right margin."""
    assert number_format(column(type_, **facts)) == shape


def test_the_unit_of_the_row_decides() -> None:
    """Differences of rates are points, changes of all else are percentages."""
    change = column("percent", unit_from="unit", in_points=True, signed=True)
    assert number_format(change, "percent").startswith('+0.0"pp"')
    assert number_format(change, "money").startswith("+#,##0.0%")
    figure = column("quantity", unit_from="unit")
    assert number_format(figure, "number").startswith("#,##0_)_)")
    assert number_format(figure, "number", fraction=True).startswith("#,##0.0#_)_)")
    assert number_format(figure, "ratio").startswith("0.00_)_)")


def test_no_format_has_conditions_or_more_than_four_parts() -> None:
    """Conditions in number formats lose signs in LibreOffice; Excel takes four parts."""
    for unit in ("number", "money", "percent", "ratio"):
        for signed in (False, True):
            shape = unit_format(unit, signed=signed, with_text=True)
            assert "[" not in shape
            assert shape.count(";") == 3


def test_a_symbol_stands_only_before_positive_figures() -> None:
    """A symbol before a negative would follow its sign, so that part is left out."""
    assert with_symbol("+0.0%;-0.0%;0.0%;@", "▲") == '"▲ "+0.0%'


def test_zero_days_are_a_dash() -> None:
    """A delay of 0 is shown as a dash, one below 0 with its sign."""
    assert dash_for_zero("#,##0_)_)") == '#,##0_)_);-#,##0_)_);"–"_)_)'
