"""What a number format shows: another unit than the number is in, a percentage, a currency."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from operator import eq, ge, gt, le, lt, ne

from .cells import plain
from .numbers import exact
from .numerals import currency_of, scale_of

_SECTIONS = re.compile(r'((?:"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|[^;])*)(?:;|$)')
_TOKENS = re.compile(
    r'"(?P<text>[^"]{0,255})"|\\(?P<escaped>.)|(?P<skip>_.|\*.)'
    r"|\[\$(?P<symbol>[^\]-]{0,255})(?P<locale>[^\]]{0,255})\]|\[(?P<note>[^\]]{0,255})\]"
    r"|(?P<digit>[0#?])|(?P<comma>,)|(?P<percent>%)|(?P<other>.)",
    re.DOTALL,
)
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)\]")
_COMPARE = {"=": eq, "<>": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
_JAPANESE = "411"
_DATES = frozenset("ymdhs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What people see of a number: its digits times `digits`, then a unit, maybe a currency.

    `percents` counts the signs that multiply by 100; a unit % is literal text, which does not.
    """

    digits: Decimal = Decimal(1)
    percents: int = 0
    currency: str | None = None
    unit: str = ""

    @property
    def scale(self) -> int:
        """The factor of the unit; a capital M is a million here, in headers it may be metres."""
        return 10**6 if self.unit == "m" else scale_of(self.unit)

    @property
    def is_percent(self) -> bool:
        """Whether it shows a percentage."""
        return self.percents > 0 or self.unit == "%"

    @property
    def is_foreign(self) -> bool:
        """Whether it shows another currency than ours."""
        return self.currency not in (None, "¥")


def shows_percent(code: str) -> bool:
    """Whether a format shows numbers as percentages and in no other unit: 0.021 as 2.1%."""
    shown = _shown(_section(code, 1))
    return shown.percents == 1 and shown.digits == 1 and not shown.is_foreign


def hides_thousands(code: str, number: float) -> bool:
    """Whether a format leaves thousands out and names no unit for what is left."""
    shown = shown_by(code, number)
    return shown.digits != 1 and shown.scale == 1 and not shown.is_percent


def seen(code: str, number: float) -> str | None:
    """Return a number as its format lets people see it, with all its digits: 1.5万, 50%, $5.

    None where it shows the number as it stands.
    """
    shown = shown_by(code, number)
    is_plain = shown.digits == 1 and shown.scale == 1
    if is_plain and not shown.is_percent and not shown.is_foreign:
        return None
    digits = exact(number) * shown.digits * 100**shown.percents
    unit = "%" if shown.is_percent else shown.unit if shown.scale != 1 else ""
    return f"{shown.currency if shown.is_foreign else ''}{digits.normalize():f}{unit}"


def shown_by(code: str, number: float) -> Shown:
    """Return what a number format makes of a number, by the section that applies."""
    return _shown(_section(code, number))


def _section(code: str, number: float) -> str:
    sections = [hit[1] for hit in _SECTIONS.finditer(code) if hit[0]] or [""]
    conditions = [_CONDITION.search(section) for section in sections]
    if any(conditions):
        for section, hit in zip(sections, conditions, strict=True):
            if hit is None or _COMPARE[hit[1]](number, float(hit[2])):
                return section
        return sections[-1]
    # The fourth is for text.
    if number == 0 and len(sections) > 2:
        return sections[2]
    return sections[1] if number < 0 and len(sections) > 1 else sections[0]


@lru_cache(maxsize=512)
def _shown(section: str) -> Shown:
    tokens = [hit for hit in _TOKENS.finditer(section) if hit["skip"] is None]
    places = [at for at, hit in enumerate(tokens) if hit["digit"]]
    if not places or any(hit["other"] and hit["other"].lower() in _DATES for hit in tokens):
        return Shown()
    commas = behind = 0
    is_behind = False
    for at, hit in enumerate(tokens[places[0] :], places[0]):
        if hit["comma"]:
            # Only those behind all digits, or before the decimal point, leave thousands out.
            after = next((one for one in tokens[at + 1 :] if not one["comma"]), None)
            commas += after is None or not after["digit"]
        elif is_behind and hit["digit"]:
            behind += 1
        else:
            is_behind = _literal(hit) == "."
    unit = plain("".join(_literal(hit) for hit in tokens[places[-1] :])).strip(" )")
    currency = next((found for hit in tokens if (found := _currency(hit))), None)
    return Shown(
        digits=Decimal(1).scaleb(-3 * commas - behind),
        percents=sum(bool(hit["percent"]) for hit in tokens),
        currency=currency or currency_of(unit),
        unit=unit,
    )


def _literal(hit: re.Match[str]) -> str:
    other = hit["other"] or ""
    return hit["text"] or hit["escaped"] or ("" if other.isascii() else other)


def _currency(hit: re.Match[str]) -> str | None:
    """Return the currency that a literal or a `[$€-407]` names; `[$-409]` names none."""
    if hit["symbol"]:
        return "jpy" if hit["locale"].endswith(_JAPANESE) else currency_of(hit["symbol"])
    return currency_of(hit["text"] or hit["escaped"] or hit["other"] or "")
