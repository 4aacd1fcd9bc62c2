"""Chinese numerals."""

from __future__ import annotations

import re

import pytest

from marketing_sheets.values import parse
from marketing_sheets.values.numerals import chinese_integer


def _numeral(number: int) -> str:
    """Write 1 to 9999 by rule: every digit with its unit, then the zeros drawn together."""
    pairs = zip(f"{number:04}", ("千", "百", "十", ""), strict=True)
    text = "".join("零" if d == "0" else "零一二三四五六七八九"[int(d)] + unit for d, unit in pairs)
    return re.sub("零+", "零", text).strip("零").removeprefix("一" if 10 <= number < 20 else "")


def test_chinese_numerals_parse_back() -> None:
    """Every number below ten thousand is read from its numeral, and so with 万 behind it."""
    for number in range(1, 10_000):
        assert chinese_integer(_numeral(number)) == number
        assert parse(_numeral(number) + "万", "number").value == number * 10_000


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *(("十", 10), ("十五", 15), ("一十五", 15), ("二十", 20), ("一百零八", 108)),
        *(("两千零二十", 2020), ("三十二亿五千万", 3250000000), ("一亿零五千", 100005000)),
        *(("十二万三千四百五十六", 123456), ("二零", None), ("一千五", None), ("万", None)),
        *(("一百十", None), ("五百零", None), ("一万亿", None)),
    ],
)
def test_chinese_numerals(text: str, number: int | None) -> None:
    """Numerals are read if written the one right way."""
    assert chinese_integer(text) == number
