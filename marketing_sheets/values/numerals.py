"""How a figure is written: digits, groups, signs, units and Chinese numerals. Exact, no rounding.

Figures are read from text that `cells.plain` has levelled; units and headers as they stand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from .cells import levelled, plain

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
_COUNTED = "人次|小时|分钟|[up]v|[人位名条篇场台次个件单份家天日星张户款套项组支只笔本期部]"
_RMB_WORDS = "¥|人民币|rmb|cny"
_FOREIGN = (
    r"(?:us|hk|nt)?\$|[€£]|usd|hkd|eur|gbp|jpy|twd|sgd|美元|美金|欧元|英镑|日元|港币|港元|新?台币"
)
_MONEY = rf"[元块圆](?:人民币|rmb|cny|整|正)?|{_RMB_WORDS}|{_FOREIGN}"
_CURRENCY = f"{_RMB_WORDS}|{_FOREIGN}"
_DIGITS = r"""
    [1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?       # 12,345.6
  | [1-9]\d{0,2}(?:\ \d{3})+(?:\.\d+)?      # 29 000
  | \d+(?:\.\d+)?(?:e[+-]?\d{1,3})?         # 29000, 1e5
  | \.\d+
"""
_FIGURE = re.compile(
    rf"""
    (?P<sign>[+-]?) \s*+ (?:(?P<currency>{_CURRENCY}) \s*+ (?P<late_sign>[+-]?) \s*+)?
    (?: (?P<digits>{_DIGITS}) (?: \s*(?P<scale>{_SCALE}) | (?P<million>m) )?
      | (?P<compound>\d+[百千万亿](?:零?\d+[十百千万亿]*)+)
      | (?P<numeral>[零一二两三四五六七八九十百千万亿]+) )
    \s*+ (?: (?P<percent>[%‰]) | (?P<counted>{_COUNTED}) | (?P<money>{_MONEY}) )?
    """,
    re.VERBOSE | re.ASCII,
)
_PERCENT_IN_WORDS = re.compile(r"(-?)(百|千)分之(.+)")
_BRACKETED = re.compile(rf"(?P<currency>(?:{_CURRENCY})? ?)\((?P<inner>.+)\)")
_TENTHS = re.compile(r"([一二两三四五六七八九十]|\d{1,2})成(半|[一二三四五六七八九])?", re.ASCII)
_POINTS = re.compile(r"(.+?) ?(?:个百分点|百分点|pct|ppt?)")
_SECTIONS = re.compile(r"(?:(?P<yi>[^亿]+)亿)?(?:(?P<wan>[^万]+)万)?(?P<rest>.*)")
_PART = re.compile(r"(零?)(\d+)([千百十]?)", re.ASCII)
# The numerals of cheques and contracts, which nobody can alter.
_FORMAL = str.maketrans("壹贰貳叁參叄肆伍陆陸柒捌玖拾佰仟〇", "一二二三三三四五六六七八九十百千零")

_UNIT_WORDS = {
    **dict.fromkeys(("thousand", "thousands", "'000", "000", "000s"), 1000),
    **dict.fromkeys(("10k",), 10**4),
    **dict.fromkeys(("million", "millions", "mn", "mio"), 10**6),
}
_UNIT = re.compile(
    rf"(?P<currency>{_CURRENCY})?\s*+(?:(?P<scale>{_SCALE})|(?P<word>{'|'.join(_UNIT_WORDS)}))?\s*+"
    rf"(?:(?P<money>{_MONEY}|yuan)|(?P<counted>{_COUNTED}))?(?P<per>[/每].+)?",
    re.ASCII,
)
_IN_BRACKETS = re.compile(r"[(\[【]([^()\[\]【】]+)[)\]】]")
_NOTES = re.compile(r"[^,，;；、]+")
_UNIT_IS = re.compile(r"\A(?:单位|unit|in )?[\s:]*")
_UNIT_AT_END = re.compile(
    r"(?:(?<!\s)\s++|(?:[/:_|·—-]|单位)\s*+)([^/:_|·—\s]{1,40})$|((?:[百千十]?万|千|亿)元|万人次?)$"
)
_NOTED = re.compile(r"(?:单位|unit) ?[:：]? ?([^\s,，;；、)\]】]+)")

_NUMERALS = "零一二三四五六七八九"
_PLACES = ((1000, "千"), (100, "百"), (10, "十"), (1, ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Numeral:
    """One written number. `amount` is exact, with its scale; percents are not divided.

    `currency` is ¥, or the sign or word of another one, where money is meant; `counted` tells of a
    counting word (人, 篇); `scaled` of 万, k and the like; `signed` of a written + or -.
    """

    amount: Decimal
    is_percent: bool = False
    currency: str | None = None
    counted: bool = False
    scaled: bool = False
    signed: bool = False

    @property
    def is_foreign(self) -> bool:
        """Whether another currency than ours is written."""
        return self.currency not in (None, "¥")

    @property
    def is_bare(self) -> bool:
        """Whether only digits were written, so that the column must tell the unit."""
        return not (self.is_percent or self.currency or self.counted or self.scaled)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedUnit:
    """A unit as headers, notes and number formats name it: 万元, ￥, k, 人次, 元/人.

    `scale` is what a bare number is multiplied by; `is_counted` tells of a counting word.
    """

    scale: int = 1
    currency: str | None = None
    is_counted: bool = False
    is_rate: bool = False


@lru_cache(maxsize=1024)
def unit_of(text: str) -> StatedUnit | None:
    """Return what a text says that is nothing but a unit; None for any other text."""
    hit = _UNIT.fullmatch(plain(text))
    if hit is None or not any(hit.groups()):
        return None
    scale = hit["scale"] or hit["word"] or ""
    return StatedUnit(
        scale=_SCALES.get(scale, 0) or _UNIT_WORDS.get(scale, 1),
        currency=_currency(hit["currency"], hit["money"]),
        is_counted=bool(hit["counted"]),
        is_rate=bool(hit["per"]),
    )


def scale_of(unit: str) -> int:
    """Return the factor a unit states: 万元 is 10000, 元/人 is 1."""
    found = unit_of(unit)
    return found.scale if found else 1


def currency_of(unit: str) -> str | None:
    """Return the currency a unit names, ¥ for ours; None if it names none."""
    found = unit_of(unit)
    return found.currency if found else None


@lru_cache(maxsize=1024)
def unit_in(header: str) -> str | None:
    """Return the unit a header or a metric's name states: 成本/万, 成本（单位：万元）."""
    level = levelled(header).lower()
    for bracket in _IN_BRACKETS.finditer(level):
        for part in _NOTES.finditer(bracket[1]):
            said = part[0].rstrip()
            unit = _UNIT_IS.sub("", said.lstrip())
            if unit_of(unit) is not None:
                end = bracket.start(1) + part.start() + len(said)
                return header[end - len(unit) : end]
    hit = _UNIT_AT_END.search(level.rstrip())
    words = hit[1] or hit[2] if hit else ""
    found = unit_of(words)
    # 成本/人 is one of a person, and no unit of it.
    if found is None or not (found.scale != 1 or found.currency):
        return None
    return header.rstrip()[-len(words) :]


def noted_unit(text: str) -> str | None:
    """Return the unit of money that a note above a table states for all of it: 单位：万元."""
    hit = _NOTED.search(plain(text))
    unit = unit_of(hit[1]) if hit else None
    return hit[1] if hit and unit and (unit.currency or unit.scale != 1) else None


def read_figure(text: str) -> Numeral | None:
    """Read all of `text` as one figure; None if it is none or leaves anything over."""
    text = text.translate(_FORMAL)
    bracketed = _BRACKETED.fullmatch(text)
    if bracketed:
        figure = _read_signed(f"{bracketed['currency']}{bracketed['inner'].strip()}")
        # Accountants bracket amounts; (5%) or (-3) would be something else.
        if figure is None or figure.signed or figure.is_percent or figure.counted:
            return None
        return replace(figure, amount=-figure.amount, signed=True)
    words = _PERCENT_IN_WORDS.fullmatch(text)
    if words:
        return _read_signed(f"{words[1]}{words[3]}{'%' if words[2] == '百' else '‰'}")
    tenths = _TENTHS.fullmatch(text)
    return _read_signed(text) if tenths is None else _read_tenths(*tenths.groups())


def read_points(text: str) -> Decimal | None:
    """Read `0.5个百分点` or `0.5pct` as a number of percentage points; None for anything else."""
    hit = _POINTS.fullmatch(text)
    figure = read_figure(hit[1]) if hit else None
    return figure.amount if figure is not None and figure.is_bare else None


def _read_tenths(whole: str, more: str | None) -> Numeral | None:
    """Read 八成 as 80 % and 八成五 as 85 %."""
    tens = int(whole) if whole.isdigit() else chinese_integer(whole)
    ones = 0 if more is None else 5 if more == "半" else _NUMERALS.index(more)
    if not tens or tens * 10 + ones > 100:
        return None
    return Numeral(amount=Decimal(tens * 10 + ones), is_percent=True)


def _read_signed(text: str) -> Numeral | None:
    hit = _FIGURE.fullmatch(text)
    if hit is None:
        return None
    scale = hit["scale"] or hit["million"]
    money = hit["currency"] or hit["money"]
    if (hit["sign"] and hit["late_sign"]) or (hit["percent"] and (scale or money)):
        return None
    amount = _amount(hit)
    if amount is None:
        return None
    if scale:
        amount *= _SCALES[scale]
    if hit["percent"] == "‰":
        amount /= 10
    sign = hit["sign"] or hit["late_sign"]
    return Numeral(
        amount=-amount if sign == "-" else amount,
        is_percent=bool(hit["percent"]),
        currency=_currency(hit["currency"], hit["money"]),
        counted=bool(hit["counted"]),
        scaled=bool(scale or hit["compound"] or re.search("[万亿]", hit["numeral"] or "")),
        signed=bool(sign),
    )


def _amount(hit: re.Match[str]) -> Decimal | None:
    """Return what the digits or numerals of a figure say, its scale left out."""
    if hit["digits"]:
        return Decimal(hit["digits"].replace(",", "").replace(" ", ""))
    read = _read_compound if hit["compound"] else chinese_integer
    counted = read(hit["compound"] or hit["numeral"])
    return None if counted is None else Decimal(counted)


def _currency(*written: str | None) -> str | None:
    """Return the currency of what stands before and behind a figure: ¥, or the other one."""
    words = [word for word in written if word]
    foreign = [word for word in words if re.fullmatch(_FOREIGN, word)]
    return foreign[0] if foreign else "¥" if words else None


def _read_compound(text: str) -> int | None:
    """Read 1亿5千万, 13万2千 or 10万零5百: falling units, each part below the unit before it."""
    sections = _SECTIONS.fullmatch(text)
    if sections is None:
        return None
    total = 0
    for name, unit in (("yi", 10**8), ("wan", 10**4), ("rest", 1)):
        if sections[name]:
            below = 10**4 if total else 10**8
            part = _read_section(sections[name], below, is_last=unit == 1)
            if part is None:
                return None
            total += part * unit
    return total


def _read_section(text: str, below: int, *, is_last: bool) -> int | None:
    total = at = 0
    for part in _PART.finditer(text):
        unit = _SCALES[part[3]] if part[3] else 1
        value = int(part[2]) * unit
        # 1万5 may be 10,005 or 15,000; 零 tells. 2000 in 1亿2000万 has its unit behind it.
        is_unclear = unit == 1 and not part[1] and (is_last or text != part[0])
        if part.start() != at or value >= below or is_unclear:
            return None
        total, below, at = total + value, unit, part.end()
    return total if at == len(text) else None


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
