"""Laws: whatever way a value is written, it is read as that value, or as a named fault."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, strategies as st

from marketing_sheets.template import ColumnType
from marketing_sheets.values import Context, parse, parse_column, percent_context
from marketing_sheets.values.formats import seen, shown_by
from marketing_sheets.values.numerals import unit_in, unit_of
from marketing_sheets.values.times import Week

PERIOD = (date(2024, 6, 1), date(2024, 7, 15))
CONTEXT = Context(period=PERIOD)
NUMERALS = "零一二三四五六七八九"
FORMAL = str.maketrans("一二三四五六七八九十百千", "壹贰叁肆伍陆柒捌玖拾佰仟")
Spelled = tuple[str, object]


def in_numerals(number: int) -> str:
    """Write a number below 10,000 in Chinese numerals."""
    text, gap = "", False
    for unit, word in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            text += ("零" if gap and text else "") + NUMERALS[digit] + word
        gap = digit == 0
    return text.removeprefix("一") if text.startswith("一十") else text or "零"


def wide(text: str) -> str:
    """Write ASCII at full width."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


@st.composite
def amounts(draw: st.DrawFn) -> Spelled:
    """Draw an amount in yuan in one of its spellings, with what it means."""
    number = draw(st.integers(1, 9999))
    cents = draw(st.integers(0, 99))
    exact = float(Decimal(number) + Decimal(cents) / 100)
    spelled: list[Spelled] = [
        (f"{number}", number),
        (f"{number:,}元", number),
        (f"¥{exact:.2f}", exact),
        (f"{exact:.2f}元整", exact),
        (f"{number}¥", number),
        (f"RMB {number}", number),
        (f"{number}万", number * 10**4),
        (f"{number}万元", number * 10**4),
        (f"{number}亿{number}万", number * 10**8 + number * 10**4),
        (f"{number}万零{cents + 1}", number * 10**4 + cents + 1),
        (f"{in_numerals(number)}元", number),
        (f"{in_numerals(number).translate(FORMAL)}元整", number),
        (f"({number})", -number),
        (f"￥（{number}）", -number),
        (f"-{number}", -number),
        (f"{number}（含税）", number),
        (f"{exact:.2f} (enhanced)", exact),
        (f"{number}k", number * 1000),
    ]
    text, meaning = draw(st.sampled_from(spelled))
    return (wide(text) if draw(st.booleans()) else text), meaning


@st.composite
def shares(draw: st.DrawFn) -> Spelled:
    """Draw a percentage in one of its spellings."""
    number = draw(st.integers(1, 9))
    spelled: list[Spelled] = [
        (f"{number}%", number / 100),
        (f"{number}.5 %", (number + 0.5) / 100),
        (f"{number}‰", number / 1000),
        (f"{NUMERALS[number]}成", number / 10),
        (f"{number}成", number / 10),
        (f"{NUMERALS[number]}成五", number / 10 + 0.05),
        (f"百分之{NUMERALS[number]}", number / 100),
        (f"{number}%（预估）", number / 100),
    ]
    return draw(st.sampled_from(spelled))


@st.composite
def ratios(draw: st.DrawFn) -> Spelled:
    """Draw a ratio in one of its spellings."""
    number = draw(st.integers(2, 9))
    colon = draw(st.sampled_from((":", "：", "∶", "比", " : ")))
    spelled = [f"1{colon}{number}", f"{number}倍", f"{NUMERALS[number]}倍", f"ROI 1{colon}{number}"]
    return draw(st.sampled_from(spelled)), float(number)


@st.composite
def days(draw: st.DrawFn) -> Spelled:
    """Draw a day of the campaign in one of its spellings."""
    day = PERIOD[0] + timedelta(days=draw(st.integers(0, 44)))
    spelled = [
        f"{day:%Y-%m-%d}",
        f"{day.year}.{day.month}.{day.day}",
        f"{day.month}月{day.day}日",
        f"{day.year % 100}年{day.month}月{day.day}日",
        f"{in_numerals(day.month)}月{in_numerals(day.day)}日",
        f"{day.month}月{day.day}日前",
        f"{day:%Y-%m-%d}（暂定）",
        f"{day:%Y%m%d}",
    ]
    return draw(st.sampled_from(spelled)), day


@st.composite
def spans(draw: st.DrawFn) -> Spelled:
    """Draw a span of days of one month in one of its spellings."""
    first, last = sorted(draw(st.tuples(st.integers(1, 30), st.integers(1, 30))))
    mark = draw(st.sampled_from(("-", "~", "～", "至", "到", "—")))
    spelled = [
        f"6.{first}{mark}6.{last}",
        f"6.{first}-{last}",
        f"2024.6.{first}-{last}",
        f"6月{first}日{mark}{last}日",
        f"2024-06-{first:02}~2024-06-{last:02}",
    ]
    return draw(st.sampled_from(spelled)), (date(2024, 6, first), date(2024, 6, last))


@st.composite
def moments(draw: st.DrawFn) -> Spelled:
    """Draw a moment in one of its spellings."""
    hour, minute = draw(st.tuples(st.integers(13, 23), st.sampled_from((0, 30))))
    words = "半" if minute else ""
    spelled = [
        f"6月5日{hour}:{minute:02}",
        f"6.5 {hour}:{minute:02}",
        f"6月5日 {hour}点{words}",
        f"6月5日下午{hour - 12}点{words}",
        f"2024-06-05 {hour}:{minute:02}",
    ]
    return draw(st.sampled_from(spelled)), datetime(2024, 6, 5, hour, minute)


@st.composite
def weeks(draw: st.DrawFn) -> Spelled:
    """Draw weeks in one of their spellings."""
    first, last = sorted(draw(st.tuples(st.integers(1, 12), st.integers(1, 12))))
    mark = draw(st.sampled_from(("-", "~", "至", "到")))
    spelled: list[Spelled] = [
        (f"第{first}{mark}{last}周", Week(first=first, last=last)),
        (f"第{first}周{mark}第{last}周", Week(first=first, last=last)),
        (f"第 {first} 周", Week(first=first, last=first)),
        (f"W{first}", Week(first=first, last=first)),
        (f"第{in_numerals(first)}周", Week(first=first, last=first)),
    ]
    return draw(st.sampled_from(spelled))


TYPES: list[tuple[ColumnType, Callable[[], st.SearchStrategy[Spelled]]]] = [
    ("money", amounts),
    ("quantity", amounts),
    ("percent", shares),
    ("quantity", shares),
    ("ratio", ratios),
    ("quantity", ratios),
    ("date", days),
    ("date_range", spans),
    ("datetime", moments),
    ("week", weeks),
]


@pytest.mark.parametrize(("type", "spellings"), TYPES)
@given(data=st.data())
def test_every_spelling_is_read_as_what_it_means(
    type: ColumnType,
    spellings: Callable[[], st.SearchStrategy[Spelled]],
    data: st.DataObject,
) -> None:
    """The reading is the value the writer meant, exactly, or a named fault."""
    text, meaning = data.draw(spellings())
    cell = parse(text, type, CONTEXT)
    if cell.fault is None:
        same = (
            math.isclose(cell.value, meaning, rel_tol=1e-12)
            if isinstance(cell.value, int | float) and isinstance(meaning, int | float)
            else cell.value == meaning
        )
        assert same, (text, meaning, cell)


@pytest.mark.parametrize(("type", "spellings"), TYPES)
def test_hardly_any_spelling_is_refused(
    type: ColumnType, spellings: Callable[[], st.SearchStrategy[Spelled]]
) -> None:
    """Of all these spellings none is a fault: the law above says something."""

    @given(data=st.data())
    def none_is_refused(data: st.DataObject) -> None:
        text, _ = data.draw(spellings())
        assert parse(text, type, CONTEXT).fault is None, text

    none_is_refused()


@given(a=st.integers(1, 20), b=st.integers(1, 20), mark=st.sampled_from((":", "：", "比")))
def test_a_ratio_is_never_turned(a: int, b: int, mark: str) -> None:
    """Only 1:x is read; of any other the fault proposes both ways round."""
    for type in ("ratio", "quantity"):
        cell = parse(f"{a}{mark}{b}", type)
        if a == 1:
            assert cell.value == b
        else:
            assert cell.fault == "ratio_not_one"
            assert cell.params["x"] == f"1:{b / a:.4g}"


UNITS = {"": 1, "万": 10**4, "元": 1, "K": 1000, "亿": 10**8, "人": 1, "千元": 1000, "M": 10**6}


@given(
    number=st.integers(1, 10**7),
    unit=st.sampled_from(sorted(UNITS)),
    commas=st.integers(0, 2),
    behind=st.integers(0, 2),
    point=st.sampled_from(("\\.", '"."')),
    quoted=st.booleans(),
    more=st.sampled_from(("", "_)_)", ";[Red]-0", "* ")),
)
def test_a_format_counts_for_what_people_see(
    *, number: int, unit: str, commas: int, behind: int, point: str, quoted: bool, more: str
) -> None:
    """Factor = unit × 10^(−3 × commas) × 10^(−digits behind a literal point); 1 is as it stands."""
    digits = f"{point}{'0' * behind}" if behind else ""
    literal = f'"{unit}"' if quoted or unit.isascii() else unit
    code = f"#,##0{digits}{',' * commas}{literal if unit else ''}{more}"
    factor = Decimal(UNITS[unit]).scaleb(-3 * commas - behind)
    shown = shown_by(code, number)
    assert shown.digits * shown.scale == factor, code
    text = seen(code, number)
    if text is not None and unit:
        value = parse(text, "quantity").value
        assert isinstance(value, float)
        assert math.isclose(value, float(number * factor), rel_tol=1e-12), (code, text)
    if text is None:
        assert factor == 1 or not unit


@given(
    name=st.sampled_from(("成本", "销售额", "曝光")), unit=st.sampled_from(("万元", "千元", "亿元"))
)
def test_a_unit_in_a_header_is_found_in_any_usual_spelling(name: str, unit: str) -> None:
    """Brackets, a slash, a blank, a colon and 单位 all name the same unit."""
    for form in (
        "{0}（{1}）|{0}({1})|{0}/{1}|{0} {1}|{0}{1}|{0}：{1}|{0}_{1}|{0}（单位：{1}）"
    ).split("|"):
        header = form.format(name, unit)
        found = unit_in(header)
        assert found == unit, header
        assert unit_of(found) == unit_of(unit)


cells = st.one_of(
    st.floats(0.001, 1.0).map(lambda number: round(number, 3)),
    st.integers(1, 100),
    st.floats(1.0, 99.0).map(lambda number: f"{number:.1f}"),
    st.integers(1, 99).map(lambda number: f"{number}%"),
)


@given(raws=st.lists(cells, min_size=1, max_size=8))
def test_a_column_never_has_two_scales_in_silence(raws: list[object]) -> None:
    """Bare numbers of one column are all fractions or all points, and what may differ is told."""
    context = percent_context(Context(), raws, "点击率")
    parsed = parse_column(pd.Series(raws, dtype=object), "percent", context)
    scales = set()
    for at, (raw, value) in enumerate(zip(raws, parsed.values.tolist(), strict=True)):
        if isinstance(raw, str) and raw.endswith("%"):
            assert math.isclose(value, float(raw[:-1]) / 100)
        elif at not in parsed.faults and at not in parsed.notes:
            scales.add(round(value / float(raw), 9))  # type: ignore[arg-type]  # a number
    assert len(scales) <= 1
    if any(isinstance(raw, str) and raw.endswith("%") for raw in raws):
        bare = [at for at, raw in enumerate(raws) if not (isinstance(raw, str) and "%" in raw)]
        small = [at for at in bare if float(str(raws[at])) <= 1]
        assert all(at in parsed.faults or at in parsed.notes for at in small)
