"""Numbers as Excel shows them, for what is no workbook."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

_TOKEN: Final = re.compile(r'"([^"]*)"|\\(.)|_(.)|([0#?.,]+)|(.)')
_SECTION: Final = re.compile(r'((?:"[^"]*"|\\.|[^;"\\])*)(?:;|$)')


def shown(value: float, number_format: str) -> str:
    """Return a number as a number format shows it.

    Understood is what our own formats are made of: digits, thousands, percents, scales by commas,
    quoted and escaped literals, up to three sections by sign, and General.
    """
    if number_format == "General":
        return f"{Decimal(f'{value:.11g}').normalize():f}"
    sections = [found[1] for found in _SECTION.finditer(number_format)][:-1] or [number_format]
    section, signed = sections[0], value
    if value < 0 and len(sections) > 1:
        section, signed = sections[1], -value
    elif value == 0 and len(sections) > 2:
        section = sections[2]
    tokens = _TOKEN.findall(section)
    digits = "".join(token[3] for token in tokens)
    factor = Decimal(100) if any(token[4] == "%" for token in tokens) else Decimal(1)
    scale = len(digits) - len(digits.rstrip(","))
    amount = Decimal(repr(float(signed))) * factor / Decimal(1000) ** scale
    _, point, decimals = digits.rstrip(",").partition(".")
    # A point that is a literal (0\.0, shows 12345 as 1.2万) parts the digits that stand before it.
    groups = [token[3].rstrip(",") for token in tokens if token[3]]
    behind = len(groups[1]) if len(groups) > 1 and not point else 0
    places = len(decimals)
    number = abs(amount).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{number:,}" if "," in digits.rstrip(",") else f"{number}"
    if behind:
        text = text.zfill(behind + 1)
    sign = "-" if signed < 0 and any(char not in "0.," for char in text) else ""
    written, is_first = "", True
    for quoted, escaped, _, digit, other in tokens:
        if digit and is_first:
            written += sign + (text[:-behind] if behind else text)
            is_first = False
        elif digit:
            written += text[-behind:] if behind else ""
        else:
            written += quoted or escaped or other
    return written
