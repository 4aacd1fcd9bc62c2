"""Say phrases, amounts and dates in a language; words stand in `words/summary.toml`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, Literal

from ..alerts import Alert, Amount, Phrase
from ..formulas import reason_text
from ..problems import Place
from ..styles import STATES
from ..template import Template, Unit, rounded
from ..texts import Language, Text, book, say
from .model import Merged, Summary, Tile


def symbol_of(state: str | None) -> str:
    """Return the symbol of a state, or nothing."""
    look = STATES.get(state or "")
    return look.symbol or "" if look else ""


_BOOK = "summary"
# Between persons in one cell, and how many of them are named.
_SEVERAL: Final = re.compile(r"[、，,;；/&＆\n]")
_NAMED: Final = 3
Scale = Literal["plain", "large", "fine", "huge"]
DateForm = Literal["full", "short", "month", "same_year"]
# What one unit of a scale is, and its digits: 万 and 亿, or K and M, which has two below ten.
_UNITS: dict[Language, dict[Scale, float]] = {
    "zh-Hans": {"large": 1e4, "huge": 1e8},
    "zh-Hant": {"large": 1e4, "huge": 1e8},
    "en": {"large": 1e3, "fine": 1e6, "huge": 1e6},
}
_DECIMALS: dict[Scale, int] = {"large": 1, "fine": 2, "huge": 2}
_DECIMALS_EN: dict[Scale, int] = {"large": 0, "fine": 2, "huge": 1}
# From where on amounts take a scale.
_LARGE_FROM = 1e5
# What differs in no more digits than these is the same to people.
_MOST_DIGITS = 6
# Between Chinese and what follows of digits and Latin letters, and the other way round.
# A figure and the unit it counts in are one word: 132.5万元.
_APART = re.compile(
    r"(?<=[\u4e00-\u9fff])(?=[0-9A-Za-z])|(?<=[0-9A-Za-z])(?=[\u4e00-\u9fff])(?![万萬亿億元])"
)


def word(key: str, language: Language, **params: object) -> str:
    """Return a text of the Summary's words, its blanks filled from `params`."""
    return say(_BOOK, key, language, **_filled(params, language))


def _filled(
    params: Mapping[str, object], language: Language, beside: Sequence[Amount] = ()
) -> dict[str, str]:
    """Say what fills the blanks; amounts that stand together share one rounding."""
    amounts = [*beside, *(value for value in params.values() if isinstance(value, Amount))]
    return {
        name: amount_text(value, language, beside=amounts)
        if isinstance(value, Amount)
        else text_of(value, language)
        for name, value in params.items()
    }


def conflicts_text(merged: Merged | None, language: Language) -> str:
    """Say how many conflicts there are and whether all versions count in totals; "" for none."""
    if merged is None or not merged.conflicts:
        return ""
    key = "masthead.conflicts_doubled" if merged.doubled else "masthead.conflicts"
    params = {"count": merged.conflicts, "doubled": merged.doubled, "tab": merged.listed.sheet}
    return word(key, language, **params)


def files_text(whose: str, merged: Merged, language: Language) -> str:
    """Say beside whose workbooks were merged how many files there are, and are not."""
    counts = {"files": len(merged.files), "out": len(merged.left_out)}
    key = "some_files" if merged.left_out else "all_files"
    return word(f"masthead.{key}", language, whose=whose, **counts) if merged.files else whose


def text_of(value: object, language: Language) -> str:
    """Say any value: a text, an amount, a phrase, a date, or several as a list."""
    if isinstance(value, Text):
        return value[language]
    if isinstance(value, Amount):
        return amount_text(value, language)
    if isinstance(value, Phrase):
        return phrase_text(value, language)
    if isinstance(value, date):
        return day_text(value, language)
    if isinstance(value, tuple):
        return join([text_of(part, language) for part in value], language)
    return str(value)


def phrase_text(phrase: Phrase, language: Language, *, beside: Sequence[Amount] = ()) -> str:
    """Say a phrase, its amounts as those `beside` it; a count of one takes the wording for one."""
    blanks = _filled(phrase.params, language, beside)
    if phrase.text is not None:
        return phrase.text[language].format(**blanks)
    code = phrase.code
    if phrase.count == 1:
        group, _, name = code.partition(".")
        code += "_one" if f"{name}_one" in book(_BOOK)[group] else ""
    return say(_BOOK, code, language, **blanks)


def name_in(value: object, language: Language) -> str:
    """Return the name that a phrase says something about, "" where there is none."""
    name = value.params.get("name", "") if isinstance(value, Phrase) else ""
    return text_of(name, language)


def kind_text(alert: Alert, language: Language) -> str:
    """Say what kind of thing an alert is, in a word or two."""
    return "" if alert.label is None else alert.label[language]


def join(parts: Sequence[str], language: Language, *, clauses: bool = False) -> str:
    """Join parts with commas and, before the last, "and"."""
    prefix = "list.clause_" if clauses else "list."
    if len(parts) < 2:
        return "".join(parts)
    head = word(f"{prefix}comma", language).join(parts[:-1])
    return head + word(f"{prefix}last", language) + parts[-1]


def amount_text(amount: Amount, language: Language, *, beside: Sequence[Amount] = ()) -> str:
    """Say an amount in a sentence: 72.0万 or 720K, 6.5%, 4.84.

    It is rounded as those of its unit `beside` it: 1.98%, below 2.00%.
    """
    values = [one.value for one in (amount, *beside) if one.unit == amount.unit]
    scale, digits = rounding(values, amount.unit, language)
    return _shown(amount.value, amount.unit, language, scale, digits)


def rounding(values: Sequence[float], unit: Unit, language: Language) -> tuple[Scale, int]:
    """Choose one scale and one number of digits for figures that stand together.

    So many digits that what differs never looks the same, and nothing like nothing beside others.
    """
    exact = {float(rounded(value)) for value in values}
    exact |= {0.0} if len(values) > 1 else set()
    chosen: list[tuple[Scale, int]] = []
    scale: Scale = "plain" if unit in ("percent", "ratio") else scale_of(values, language)
    if scale != "plain":
        chosen.append((scale, (_DECIMALS_EN if language == "en" else _DECIMALS)[scale]))
    least = _digits_of(values, unit)
    chosen += [("plain", least + more) for more in range(_MOST_DIGITS)]
    for scale, digits in chosen:
        if len({_shown(one, unit, language, scale, digits) for one in exact}) == len(exact):
            return scale, digits
    return chosen[0]


def _digits_of(values: Sequence[float], unit: Unit) -> int:
    """Return how many digits after the point figures take, as the largest has, none in vain."""
    if unit == "ratio":
        return 2
    size = max(abs(value) for value in values)
    most = 0 if size >= 1000 else 1 if size >= 10 else 2 if size >= 0.01 else 4
    factor, most = (100, 1) if unit == "percent" else (1, most)
    texts = (f"{value * factor:.{most}f}" for value in values)
    return max(len(text.partition(".")[2].rstrip("0")) for text in texts)


def _shown(value: float, unit: Unit, language: Language, scale: Scale, digits: int) -> str:
    factor = 0.01 if unit == "percent" else _UNITS[language].get(scale, 1.0)
    # As the number formats of the sheet have it, 万, 亿 and M take no separators.
    comma = "," if scale == "plain" else ""
    number = f"{value / factor:{comma}.{digits}f}"
    # Nothing rounds to minus nothing.
    number = number.removeprefix("-") if not number.strip("-0.") else number
    if scale != "plain":
        return word(f"amount.{scale}", language, number=number)
    return f"{number}%" if unit == "percent" else number


def digits_apart(value: float, lines: Sequence[float], digits: int) -> int:
    """Return how many digits a figure needs not to look as if it were on one of the lines."""
    apart = [line for line in lines if float(rounded(line)) != float(rounded(value))]
    while digits < _MOST_DIGITS and any(
        round(value, digits) == round(one, digits) for one in apart
    ):
        digits += 1
    return digits


def exact_format(
    value: float | None, lines: Sequence[float | None], digits: int, *, percent: bool = False
) -> str:
    """Return a number format with so many digits, or as many as tell a figure from the lines."""
    factor = 100 if percent else 1
    if value is not None:
        known = [line * factor for line in lines if line is not None]
        digits = digits_apart(value * factor, known, digits)
    return f"0{'.' + '0' * digits if digits else ''}{'%' if percent else ''}"


def scale_of(
    values: Sequence[float | None], language: Language, *, large_from: float = _LARGE_FROM
) -> Scale:
    """Choose one scale for amounts that stand together.

    Large when the largest reaches `large_from` and no other than 0 is under 1,000; huge when none
    would show less than two digits.
    """
    sizes = [abs(value) for value in values if value]
    if not sizes or max(sizes) < large_from or min(sizes) < 1000:
        return "plain"
    top, least = max(sizes), min(sizes)
    if language == "en":
        # Millions have two digits below ten, and one above; thousands of thousands nobody reads.
        if top < 1e6:
            return "large"
        return "huge" if top >= 1e7 and least >= 1e6 else "fine" if least >= 1e5 else "plain"
    unit = _UNITS[language]["huge"]
    return "huge" if top >= unit and least >= unit / 10 else "large"


def day_text(day: date, language: Language, form: DateForm = "full") -> str:
    """Say a date: 2024-06-28, or 28 Jun 2024."""
    name = word(f"month.{day.month}", language)
    key = f"date.{form}"
    return say(_BOOK, key, language, year=day.year, month=day.month, day=day.day, name=name)


def period_text(start: date, end: date, language: Language) -> str:
    """Say a period by its first and last day; English names a year that both share but once."""
    form: DateForm = "same_year" if start.year == end.year else "full"
    return word("masthead.period", language, start=day_text(start, language, form), end=end)


def reason_words(reason: str, language: Language) -> str:
    """Say why a figure has no value."""
    if reason in book(_BOOK)["reasons"]:
        return word(f"reasons.{reason}", language)
    return reason_text(reason, language)


def who(department: Phrase | Text | str, owner: str, language: Language) -> str:
    """Say whose it is: department and person, or what is known of them."""
    return " · ".join(part for part in (text_of(department, language), owner) if part)


def owners_text(owner: str, language: Language) -> str:
    """Name those who own a campaign; of more than three two, and how many there are."""
    names = [name.strip() for name in _SEVERAL.split(owner) if name.strip()]
    if len(names) <= _NAMED:
        return owner
    shown = join(names[: _NAMED - 1], language)
    return word("masthead.owners", language, names=shown, count=len(names))


def sub_line(summary: Summary, language: Language) -> str:
    """Say whose campaign it is, when, and up to what day the data go."""
    # Several departments have an owner each.
    owner = "" if isinstance(summary.department, Phrase) else summary.owner
    parts = [who(summary.department, owners_text(owner, language), language)]
    if summary.start and summary.end:
        parts.append(period_text(summary.start, summary.end, language))
    if summary.merged is not None and parts[0]:
        parts[0] = files_text(parts[0], summary.merged, language)
    elapsed = summary.elapsed.value
    if elapsed is None:
        parts.append(word("masthead.as_of", language, day=summary.as_of))
    else:
        share = f"{elapsed:.0%}"
        parts.append(word("masthead.as_of_elapsed", language, day=summary.as_of, share=share))
    if summary.merged is not None and summary.merged.totals:
        key = "agree" if summary.merged.agrees else "off"
        parts.append(word(f"masthead.totals_{key}", language))
    return "    |    ".join(part for part in parts if part)


def sentence(summary: Summary, language: Language) -> str:
    """Say the whole in one sentence: the verdict, what is wrong, then what is good."""
    good, bad = (
        join([phrase_text(clause, language) for clause in clauses], language, clauses=True)
        for clauses in (summary.good, summary.bad)
    )
    if summary.health == "none":
        return word("sentence.none", language)
    kind = "mixed" if good and bad else "good" if good else "bad" if bad else "calm"
    verdict, said = (
        word(f"verdict.{summary.health}", language),
        word(f"sentence.{kind}", language, good=good, bad=bad),
    )
    return _APART.sub(" ", word("sentence.verdict", language, verdict=verdict, said=said))


SEVERITY_STATES = {"high": "hot", "medium": "close", "low": "open"}
HEALTH_STATES = {"risk": "late", "watch": "close", "ok": "done", "none": "open"}


def place_text(place: Place) -> str:
    """Name a cell as "sheet › cell"."""
    return " › ".join(part for part in (place.sheet, place.cell) if part)


def action_texts(alert: Alert, language: Language) -> tuple[str, str, str, str, str]:
    """Say what needs action: its kind, what it is, who is to act, the gap, and where it stands."""
    kind = f"{symbol_of(SEVERITY_STATES[alert.severity])} {kind_text(alert, language)}".strip()
    return (
        kind,
        phrase_text(alert.what, language),
        who(alert.department, alert.owner, language),
        phrase_text(alert.gap, language),
        place_text(alert.place),
    )


def summary_lines(summary: Summary, language: Language) -> list[str]:
    """Say verdict, sentence, headline figures, what needs action, and data problems, in lines."""
    verdict = word(f"verdict.{summary.health}", language)
    lines = [
        f"{text_of(summary.title, language)}  {symbol_of(HEALTH_STATES[summary.health])} {verdict}",
        sub_line(summary, language),
        sentence(summary, language),
        *filter(None, [conflicts_text(summary.merged, language)]),
        "",
        *(_tile(tile, language) for tile in summary.tiles),
        *([""] if summary.tiles else []),
    ]
    count = len(summary.actions)
    key = "terminal.actions_one" if count == 1 else "terminal.actions"
    lines.append(word(key, language, count=count) if count else word("absent.no_actions", language))
    lines += [
        "  " + "  ".join(part for part in action_texts(alert, language) if part)
        for alert in summary.actions
    ]
    count = len(summary.problems)
    key = "terminal.problems_one" if count == 1 else "terminal.problems"
    lines += [
        "",
        word(key, language, count=count) if count else word("absent.no_problems", language),
    ]
    lines.append(
        word(
            "terminal.rows",
            language,
            read=summary.rows.read,
            used=summary.rows.used,
            listed=summary.rows.listed,
        )
    )
    return lines


def tile_name(tile: Tile, language: Language) -> str:
    """Return what a headline figure is called."""
    return word(f"tile.{tile.id}", language) if tile.label is None else tile.label[language]


def headline_name(template: Template, figure: str, language: Language) -> str:
    """Return what a headline figure of an earlier day is called, its id where nobody knows it."""
    if figure in book(_BOOK)["tile"]:
        return word(f"tile.{figure}", language)
    return next((one.label[language] for one in template.metrics if one.id == figure), figure)


def tile_amounts(tile: Tile) -> list[Amount]:
    """Return a headline figure, if it has a value, and what it is held against, in its unit."""
    figure = tile.figure
    if figure.value is None:
        return []
    # Progress stands beside a share of time, and neither is known better than to a percent.
    value = round(figure.value, 2) if tile.id == "progress" else figure.value
    lines = [one for one in tile.target.params.values() if isinstance(one, Amount)]
    return [Amount(value=value, unit=figure.unit), *(o for o in lines if o.unit == figure.unit)]


def tile_texts(tile: Tile, language: Language) -> tuple[str, str, str, str]:
    """Say a headline figure: its name, its value or why it has none, its target, how it stands."""
    amounts = tile_amounts(tile)
    if amounts:
        value = amount_text(amounts[0], language, beside=amounts[1:])
    else:
        value = f"– {reason_words(tile.figure.reason or 'no_data', language)}"
    delta = ""
    if tile.delta is not None:
        said = phrase_text(tile.delta, language, beside=amounts)
        delta = f"{symbol_of(tile.state)} {said}".strip()
    target = phrase_text(tile.target, language, beside=amounts)
    return tile_name(tile, language), value, target, delta


def _tile(tile: Tile, language: Language) -> str:
    name, value, target, delta = tile_texts(tile, language)
    return "  ".join([f"  {name} {value}", target, *([delta] if delta else [])])
