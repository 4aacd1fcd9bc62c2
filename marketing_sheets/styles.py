"""The look as data: one palette, one type face a language, number formats, states. No I/O.

White paper, one blue, hairlines instead of grids; colour only for exceptions. Every state has a
word, a symbol and a colour, so that grey prints and colour blindness lose nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .template import Column, ColumnType
from .texts import Language


class Palette:
    """Colours by purpose."""

    INK: Final = "#1F2A37"  # what people typed
    SLATE: Final = "#52606D"  # computed values, sub-lines, axis text
    MUTE: Final = "#606C79"  # hints, footers, solved issues, what is nothing: 4.5:1 on any ground
    GHOST: Final = "#8A96A3"  # a group value repeated from the row above; 3:1, for nothing else
    LINE: Final = "#E4E8ED"  # row hairline, chart gridline
    RULE: Final = "#C3CCD6"  # group separator, total line, plan and budget series
    NAVY: Final = "#1F3A56"  # titles, input headers, tile numbers
    ACCENT: Final = "#2B6CA3"  # section rule, links, main series
    ACCENT_TINT: Final = "#E6EFF7"
    BAR: Final = "#C4D9EB"  # data bars
    TINT: Final = "#F4F6F9"  # tiles
    COMPUTED: Final = "#F2F5F8"
    COMPUTED_HEADER: Final = "#DDE4EB"
    WHITE: Final = "#FFFFFF"
    DONE: Final = "#0B6B50"
    DONE_FILL: Final = "#E0F1EB"
    WARN: Final = "#8A5A00"
    WARN_FILL: Final = "#FBF0D2"
    LATE: Final = "#A63A00"
    LATE_FILL: Final = "#FBE6DA"
    HOT: Final = "#B8430F"  # act today; never for anything else
    OPEN_FILL: Final = "#EEF1F4"
    GAP_FILL: Final = "#FFF6DC"  # required cell still blank
    GAP_LINE: Final = "#D9A400"
    MARK: Final = "#6B2FA0"  # what the Review doubts; orange is what is late
    MARK_FILL: Final = "#EFE4F8"
    DAY_LINE: Final = "#9AA8B6"
    CHART_OK: Final = "#3F7AAC"
    CHART_CLOSE: Final = "#99680B"
    CHART_MISSED: Final = "#9C3400"
    TREND: Final = "#9DBFDB"
    GANTT_PLAN: Final = "#C9D6E3"
    GANTT_ACTUAL: Final = "#4A86B8"
    GANTT_LATE: Final = "#9C3400"
    GANTT_LATE_DONE: Final = "#D9A98C"
    GANTT_OFF: Final = "#F1F3F6"
    GANTT_OFF_HEADER: Final = "#E9EDF1"


# The colours of tabs: what is found out, what is to be looked at, what people fill in, the rest.
TABS: Final[Mapping[str, str]] = {
    "summary": Palette.NAVY,
    "review": Palette.MARK,
    "input": Palette.ACCENT,
    "other": Palette.DAY_LINE,
}

FONTS: Final[Mapping[Language, str]] = {
    "zh-Hans": "Microsoft YaHei",
    "zh-Hant": "Microsoft JhengHei",
    "en": "Arial",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Font and fill of a conditional format or a chip; None leaves the cell's own."""

    color: str | None = None
    fill: str | None = None
    bold: bool = False
    symbol: str | None = None


# One look per state of a choice; the symbol goes before the word.
STATES: Final[Mapping[str, Look]] = {
    "done": Look(color=Palette.DONE, fill=Palette.DONE_FILL, symbol="✓"),
    "active": Look(color=Palette.ACCENT, fill=Palette.ACCENT_TINT, symbol="●"),
    "open": Look(color=Palette.SLATE, fill=Palette.OPEN_FILL, symbol="○"),
    "close": Look(color=Palette.WARN, fill=Palette.WARN_FILL, symbol="!"),
    "late": Look(color=Palette.LATE, fill=Palette.LATE_FILL, bold=True, symbol="▲"),
    "missed": Look(color=Palette.LATE, fill=Palette.LATE_FILL, bold=True, symbol="▼"),
    "hot": Look(color=Palette.WHITE, fill=Palette.HOT, bold=True, symbol="■"),
    "cancelled": Look(color=Palette.MUTE, symbol="×"),
}

# Looks a template's [[formats]] may name.
LOOKS: Final[Mapping[str, Look]] = {
    **STATES,
    "late_text": Look(color=Palette.LATE, bold=True),
    "late_plain": Look(color=Palette.LATE),
    "ghost": Look(color=Palette.GHOST),
    "mute": Look(color=Palette.MUTE),
    "solved": Look(color=Palette.MUTE, fill=Palette.WHITE),
}

# "_)_)" is the right margin: LibreOffice loses the right indent of numbers in some columns.
_PAD: Final = "_)_)"
_TEXT_TAIL: Final = ";@_)_)"

_FORMATS: Final[Mapping[ColumnType, str]] = {
    "integer": "#,##0",
    "money": "#,##0",
    "number": "#,##0.00",  # "0.##" leaves a bare point behind whole numbers
    "percent": "#,##0.0%",
    "ratio": "0.00",
    "date": "yyyy-mm-dd",
    "datetime": "yyyy-mm-dd hh:mm",
}


def number_format(column: Column, unit: str | None = None, *, fraction: bool = False) -> str:
    """Return the number format of a column's cells; "@" for text, General for mixed units.

    `unit` (number, money, percent or ratio) is what the row's unit cell says, where a column takes
    it from there; `fraction` keeps decimals of numbers and money.
    """
    if unit is not None:
        if column.in_points and column.type == "percent" and unit != "percent":
            return _padded("#,##0.0%", signed=column.signed)
        return unit_format(
            unit,
            signed=column.signed,
            in_points=column.in_points,
            fraction=fraction,
            with_text=column.type == "quantity",
        )
    if column.as_written and column.type in ("quantity", "datetime"):
        return "@"  # else Excel takes 1:3 and 6.10 for something else
    if column.type in ("date", "datetime"):
        return _FORMATS[column.type]
    if column.unit_from:
        return _padded("General", signed=False, with_text=True)
    if column.type == "quantity":
        return "General"
    base = _FORMATS.get(column.type)
    if base is None:
        return "@" if not column.is_computed else "General"
    if column.decimals is not None:
        whole = "0" if column.type == "ratio" or column.max == 1 else "#,##0"
        base = whole + ("." + "0" * column.decimals if column.decimals else "")
        base += "%" if column.type == "percent" else ""
    return _padded(base, signed=column.signed)


def unit_format(
    unit: str,
    *,
    signed: bool = False,
    in_points: bool = False,
    fraction: bool = False,
    with_text: bool = False,
) -> str:
    """Return the number format of a cell whose unit is number, money, percent or ratio.

    In points, a percentage is shown ×100 with "pp"; a change of the others is a percentage.
    `fraction` keeps decimals of numbers and money; `with_text` gives text the same right margin.
    """
    if unit == "percent":
        base = '0.0"pp"' if in_points else "#,##0.0%"
    elif unit == "ratio":
        base = "0.00"
    else:
        base = "#,##0.0#" if fraction else "#,##0"
    return _padded(base, signed=signed, with_text=with_text)


def with_symbol(number_format: str, symbol: str) -> str:
    """Return a number format that puts a symbol before the value.

    Only the part for positive numbers is kept: before a negative the symbol would follow the sign.
    """
    return f'"{symbol} "{number_format.partition(";")[0]}'


def dash_for_zero(number_format: str) -> str:
    """Return a number format that shows 0 as a dash."""
    positive = number_format.partition(";")[0]
    return f'{positive};-{positive};"–"{_PAD}'


def _padded(base: str, *, signed: bool, with_text: bool = False) -> str:
    if signed:
        return f"+{base}{_PAD};-{base}{_PAD};{base}{_PAD}{_TEXT_TAIL}"
    if with_text:
        return f"{base}{_PAD};-{base}{_PAD};{base}{_PAD}{_TEXT_TAIL}"
    return base + _PAD
