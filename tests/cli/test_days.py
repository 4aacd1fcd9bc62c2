"""Days in options are taken as people write them, and refused where they may mean two."""

from __future__ import annotations

from datetime import date, timedelta

import click
import pytest
from hypothesis import given, strategies

from marketing_sheets.cli.days import Day
from marketing_sheets.texts import book, fold

TODAY = date.today()


def read(text: str) -> date:
    """Read a day as `--as-of` does."""
    return Day().convert(text, click.Option(["--as-of"]), None)


@pytest.mark.parametrize(
    "text",
    [
        *"2024-06-28 2024/6/28 2024.6.28 20240628 28/6/2024 2024年6月28日".split(),
        *("２０２４年６月２８日", "二〇二四年六月二十八日", "28 June 2024", "June 28, 2024"),
        " 2024-06-28 ",
    ],
)
def test_as_people_write_them(text: str) -> None:
    """One day in many spellings."""
    assert read(text) == date(2024, 6, 28)


@pytest.mark.parametrize(("ago", "words"), book("cli")["days_ago"].items())
def test_words(ago: str, words: list[str]) -> None:
    """Today and yesterday, in every language, are counted from the clock."""
    for word in words:
        assert word == fold(word)
        assert read(word) == TODAY - timedelta(days=int(ago))


@given(strategies.integers(-90, 90))
def test_without_a_year(days: int) -> None:
    """A day near today needs no year."""
    day = TODAY + timedelta(days=days)
    assert read(f"{day.month}月{day.day}日") == day


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("03/04/2024", "day from the month"),
        ("24/6/28", "two digits"),
        ("2024-06", "no day"),
        ("2024-02-30", "no such date"),
        ("1899-12-30", "1990"),
        ("2024-06-28 10:00", "time"),
        ("2024-06-28前", "must be a date"),
        ("tomorrow", "must be a date"),
        ("", "must be a date"),
    ],
)
def test_refused(monkeypatch: pytest.MonkeyPatch, text: str, said: str) -> None:
    """What names no single day is refused, and what to write is said."""
    monkeypatch.setenv("LC_ALL", "C")
    with pytest.raises(click.UsageError, match=said) as caught:
        read(text)
    assert "Write 2024-06-28, 2024/6/28" in str(caught.value)


def test_a_year_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A day far from today without its year is not guessed."""
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    far = TODAY + timedelta(days=180)
    with pytest.raises(click.UsageError, match="请写上年份"):
        read(f"{far.month}月{far.day}日")
