"""How a figure is written: digits, groups, signs, units and Chinese numerals. Exact, no rounding.

All but `scale_of` works on text that `cells.plain` has levelled.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from .cells import plain

_SCALES = {
    word: factor
    for factor, words in (
        *((10, "十"), (100, "百"), (1000, "千 k"), (10**4, "万 w"), (10**5, "十万")),
        *((10**6, "百万 m"), (10**7, "千万"), (10**8, "亿"), (10**9, "十亿"), (10**10, "百亿")),
        *((10**11, "千亿"), (10**12, "万亿")),
    )
    for word in words.split()
}
_SCALE = "|".join(sorted((s for s in _SCALES if s not in "十m"), key=len, reverse=True))
# What staff count in marketing; a closed set, so that `3 hours` is no 3.
_COUNTED = "人次|[人位名条篇场台次个件单份家天张户款套项组支只笔本期部]"
_MONEY = "[元块圆](?:人民币|rmb|cny)?|人民币|rmb|cny"
_CURRENCY = r"¥|\$|rmb|cny|人民币"
_DIGITS = r"""
    [1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?       # 12,345.6
  | [1-9]\d{0,2}(?:\ \d{3})+(?:\.\d+)?      # 29 000
  | \d+(?:\.\d+)?(?:e[+-]?\d{1,3})?         # 29000, 1e5
  | \.\d+
"""
_FIGURE = re.compile(
    rf"""
    (?P<sign>[+-]?) \s* (?:(?P<currency>{_CURRENCY}) \s* (?P<late_sign>[+-]?) \s*)?
    (?: (?P<digits>{_DIGITS}) (?: \s*(?P<scale>{_SCALE}) | (?P<million>m) )?
      | (?P<numeral>[零一二两三四五六七八九十百千万亿]+) )
    \s* (?: (?P<percent>%) | (?P<counted>{_COUNTED}) | (?P<money>{_MONEY}) )?
    """,
    re.VERBOSE | re.ASCII,
)
_PERCENT_IN_WORDS = re.compile(r"(-?)百分之(.+)")
_COMPOUND = re.compile(
    rf"(?P<sign>[+-]?)(?P<parts>(?:\d+(?:亿|万|千|百)){{2,}})(?P<tail>{_COUNTED}|{_MONEY})?"
)
_PART = re.compile(r"(\d+)(亿|万|千|百)")

_NUMERALS = "零一二三四五六七八九"
_PLACES = ((1000, "千"), (100, "百"), (10, "十"), (1, ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Numeral:
    """One written number. `amount` is exact, with its scale; percents are not divided.

    `currency` is ¥ or $ where money is meant; `counted` tells of a counting word (人, 篇);
    `scaled` of 万, k and the like; `signed` of a written + or -.
    """

    amount: Decimal
    is_percent: bool = False
    currency: str | None = None
    counted: bool = False
    scaled: bool = False
    signed: bool = False

    @property
    def is_bare(self) -> bool:
        """Whether only digits were written, so that the column must tell the unit."""
        return not (self.is_percent or self.currency or self.counted or self.scaled)


def scale_of(unit: str) -> int:
    """Return the factor a header's unit states: 万元 is 10000, 元/人 is 1."""
    text = plain(unit)
    # `week` and 百分比 begin like a scale but are none.
    hit = re.match(rf"(?:({_SCALE})(?![a-z分]))", text)
    return _SCALES[hit[1]] if hit else 1


def read_figure(text: str) -> Numeral | None:
    """Read all of `text` as one figure; None if it is none or leaves anything over."""
    if text.startswith("(") and text.endswith(")"):
        figure = _read_signed(text[1:-1].strip())
        # Accountants bracket amounts; (5%) or (-3) would be something else.
        if figure is None or figure.signed or figure.is_percent or figure.counted:
            return None
        return _with_amount(figure, -figure.amount)
    words = _PERCENT_IN_WORDS.fullmatch(text)
    return _read_signed(f"{words[1]}{words[2]}%" if words else text)


def _with_amount(figure: Numeral, amount: Decimal) -> Numeral:
    return Numeral(amount=amount, currency=figure.currency, scaled=figure.scaled, signed=True)


def _read_signed(text: str) -> Numeral | None:
    hit = _FIGURE.fullmatch(text)
    if hit is None:
        return _read_compound(text)
    scale = hit["scale"] or hit["million"]
    money = hit["currency"] or hit["money"]
    if (hit["sign"] and hit["late_sign"]) or (hit["percent"] and (scale or money)):
        return None
    if hit["numeral"]:
        counted = chinese_integer(hit["numeral"])
        if counted is None:
            return None
        amount = Decimal(counted)
    else:
        amount = Decimal(hit["digits"].replace(",", "").replace(" ", ""))
    if scale:
        amount *= _SCALES[scale]
    sign = hit["sign"] or hit["late_sign"]
    return Numeral(
        amount=-amount if sign == "-" else amount,
        is_percent=bool(hit["percent"]),
        currency=_currency(hit["currency"], hit["money"]),
        counted=bool(hit["counted"]),
        scaled=bool(scale or re.search("[万亿]", hit["numeral"] or "")),
        signed=bool(sign),
    )


def _currency(before: str | None, after: str | None) -> str | None:
    return "$" if before == "$" else "¥" if before or after else None


def _read_compound(text: str) -> Numeral | None:
    """Read 1亿2000万 or 13万2千: falling units, each part smaller than the unit before it."""
    hit = _COMPOUND.fullmatch(text)
    if hit is None:
        return None
    parts = [(int(digits), _SCALES[unit]) for digits, unit in _PART.findall(hit["parts"])]
    if any(digits * unit >= before for (_, before), (digits, unit) in pairwise(parts)):
        return None
    amount = Decimal(sum(digits * unit for digits, unit in parts))
    tail = hit["tail"]
    money = bool(tail and re.fullmatch(_MONEY, tail))
    return Numeral(
        amount=-amount if hit["sign"] == "-" else amount,
        currency="¥" if money else None,
        counted=bool(tail) and not money,
        scaled=True,
        signed=bool(hit["sign"]),
    )


def chinese_integer(text: str) -> int | None:
    """Read 三十五 or 两千 as an integer; None unless it is written the one right way.

    What was read is written out again and compared, so 三百五 (350 or 305), 一万二 and 三五万
    are refused.
    """
    standard = text.replace("两", "二")
    if standard.startswith("一十"):
        standard = standard[1:]
    total = section = digit = 0
    for character in standard:
        if character in _NUMERALS:
            digit = _NUMERALS.index(character)
        elif character in "十百千":
            section += (digit or 1) * _SCALES[character]
            digit = 0
        else:
            total += (section + digit) * _SCALES[character]
            section = digit = 0
    number = total + section + digit
    return number if number < 10**12 and _written(number) == standard else None


def _written(number: int) -> str:
    """Write an integer below 10¹² in Chinese numerals, 十 rather than 一十 in front."""
    if number == 0:
        return "零"
    text = ""
    for unit, word in ((10**8, "亿"), (10**4, "万"), (1, "")):
        group = number // unit % 10**4
        if group == 0:
            continue
        # A gap is said: 一万零五.
        if text and (group < 1000 or number // unit // 10**4 % 10**4 == 0):
            text += "零"
        text += _written_group(group) + word
    return text[1:] if text.startswith("一十") else text


def _written_group(group: int) -> str:
    text, gap = "", False
    for value, word in _PLACES:
        digit = group // value % 10
        if digit:
            text += ("零" if gap and text else "") + _NUMERALS[digit] + word
        gap = digit == 0
    return text
