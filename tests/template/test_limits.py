"""What a limit means: words, signs, and how a figure stands to it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, strategies as st

from marketing_sheets.template import SIGNS, bound_words, is_beyond, judge, rounded
from marketing_sheets.texts import LANGUAGES
from marketing_sheets.values import parse

_FIGURES = st.floats(-1e6, 1e6).map(lambda x: round(x, 3))


@pytest.mark.parametrize(
    ("value", "target", "lower", "strict", "verdict"),
    [
        (100, 100, False, False, "met"),
        (90, 100, False, False, "close"),
        (89, 100, False, False, "missed"),
        (100, 100, True, False, "met"),
        (111, 100, True, False, "close"),
        (120, 100, True, False, "missed"),
        (100, 100, False, True, "close"),
        (5, 5, True, True, "close"),
        (4.9, 5, True, True, "met"),
        (0.045, 0.05, False, False, "close"),
        (0.1 + 0.2, 0.3, True, False, "met"),
        (0, 0, True, False, "met"),
        (0, 0, True, True, "missed"),
        (3, 0, True, False, "missed"),
        (-0.25, -0.2, True, False, "met"),
        (-0.15, -0.2, True, False, "missed"),
        (0.05, -0.2, True, False, "missed"),
        (-50, -100, False, False, "met"),
        (-200, -100, False, False, "missed"),
        (50, -100, False, False, "met"),
    ],
)
def test_judging(value: float, target: float, lower: bool, strict: bool, verdict: str) -> None:
    """On the line is met unless the bound is strict; a fall is met by falling as far."""
    assert judge(value, target, lower_is_better=lower, close=0.9, strict=strict) == verdict


@given(_FIGURES, _FIGURES, st.booleans())
def test_better_is_never_judged_worse(target: float, value: float, lower: bool) -> None:
    """A figure that is past its target in the good direction is met, one short of it never."""
    verdict = judge(value, target, lower_is_better=lower, close=0.9)
    if math.isclose(value, target, rel_tol=1e-9, abs_tol=1e-9):
        return
    assert (verdict == "met") == (value < target if lower else value > target)


@pytest.mark.parametrize(
    ("value", "limit", "above", "beyond"),
    [
        (0.1 + 0.2, 0.3, True, False),
        (0.3, 0.1 + 0.2, False, False),
        (0.30001, 0.3, True, True),
        (1e9 + 1, 1e9, True, True),
        (-0.3, -0.1 - 0.2, False, False),
        (1, 0, True, True),
        (0, 0, False, False),
    ],
)
def test_on_a_limit_is_not_beyond_it(value: float, limit: float, above: bool, beyond: bool) -> None:
    """What differs in the thirteenth digit is on the line, whatever the size."""
    assert is_beyond(value, limit, above=above) is beyond


def test_rounding_is_that_of_formulas() -> None:
    """Halves go away from zero; a large figure stays as it is."""
    assert float(rounded(0.1 + 0.2)) == 0.3
    assert float(rounded(-1.0000000000005)) == -1.000000000001
    assert float(rounded(123456.789)) == 123456.789


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_is_read_by_the_grammar(language: str) -> None:
    """A cell of a quantity knows each word of each language, before the figure and behind it."""
    written = {"≥": ">=", "≤": "<="}
    assert set(bound_words("before").values()) == set(SIGNS.values())
    for word, sign in bound_words("before", language).items():
        assert parse(f"{word} 5%", "quantity").comparator == written.get(sign, sign), word
    for word, sign in bound_words("after", language).items():
        assert parse(f"5% {word}", "quantity").comparator == written.get(sign, sign), word
