"""How texts take their room: nothing is lost that has room, and the fact outlives the name."""

from __future__ import annotations

import re

from hypothesis import given, strategies as st

from marketing_sheets.summary.fit import fit, fit_names, size_for, width_of

WORDS = st.text(alphabet="ab WM抖音（）·1%，é\n", max_size=60)
ROOMS = st.floats(min_value=40, max_value=900)
# The widths Arial has, in thousandths of its size.
ARIAL = {"P": 667, "r": 333, "e": 556, "p": 556, "a": 556, "t": 278, "i": 222, "o": 556, "n": 556}


def letters(text: str) -> str:
    """Return a text without its blanks."""
    return re.sub(r"\s", "", text)


@given(WORDS, ROOMS)
def test_a_title_never_loses_a_letter(text: str, room: float) -> None:
    """With lines enough, all that was written is there, at one of the sizes asked for."""
    title = fit(text, room, (20, 16, 14), lines=99)
    assert letters(title.text) == letters(text)
    assert title.size in (20, 16, 14)
    assert not title.is_cut
    assert title.lines == 1 or title.size == 14


@given(WORDS, ROOMS, st.integers(min_value=1, max_value=4), st.booleans())
def test_lines_hold_their_text(text: str, room: float, lines: int, bold: bool) -> None:
    """The lines together are as wide as the text, and no more of them than there may be."""
    done = fit(text, room, (10, 9), lines=lines, bold=bold)
    assert 1 <= done.lines <= lines
    assert width_of(letters(done.text), done.size, bold=bold) <= done.lines * room + 1e-6
    if not done.is_cut:
        assert letters(done.text) == letters(text)


@given(WORDS, ROOMS, st.integers(min_value=1, max_value=3))
def test_a_cut_keeps_the_fact(name: str, room: float, lines: int) -> None:
    """What follows the name stays whenever it has room at all."""
    tail = "，50%"
    done = fit(f"{name}{tail}", room, (9,), lines=lines, name=name)
    if width_of(f"…{tail}", 9) <= room and name.strip():
        assert done.text.endswith(tail)


@given(WORDS, ROOMS)
def test_more_room_never_shows_less(text: str, room: float) -> None:
    """A wider column shows at least as much of a text."""
    narrow, wide = (fit(text, width, (9,)) for width in (room, room * 1.5))
    assert len(wide.text) >= len(narrow.text) - 1


def test_a_text_shrinks_before_it_wraps_and_wraps_before_it_is_cut() -> None:
    """One line at the first size that holds it, then lines at the last, then an ellipsis."""
    assert fit("短", 100, (10, 8)).size == 10
    assert fit("一二三四五六七", 80, (10, 8)).size == 8
    two = fit("一二三四五六七八九十", 80, (10, 8), lines=2)
    assert (two.size, two.lines, two.is_cut) == (8, 2, False)
    assert fit("一二三四五六七八九十", 80, (10, 8)).text == "一二三四五六…"
    assert fit("a\nb", 90, (9,)).text == "a b"
    assert fit("甲\n乙", 90, (9,), lines=2).text == "甲\n乙"


def test_a_row_is_as_high_as_its_lines() -> None:
    """Chinese lines are higher than Latin ones; one of 10 points has a plain row."""
    assert fit("短", 90, (10,)).height == 20.25
    assert fit("一二三四五六七八九十", 80, (9,), lines=2).height == 32.25
    assert fit("Preparation and launch", 80, (9,), lines=2).height == 28.5


def test_widths_are_a_little_more_than_the_face_has() -> None:
    """Arial's own widths are two to eight percent less."""
    true = sum(ARIAL[char] for char in "Preparation") * 9 / 750
    assert 1.0 < width_of("Preparation", 9) / true < 1.08
    assert 24 < width_of("抖音", 9) < 25
    assert width_of("抖音", 9, bold=True) == width_of("抖音", 9)
    assert width_of("Marketing", 9, bold=True) > width_of("Marketing", 9)
    assert width_of("e\u0301", 9) == width_of("e", 9)


def test_names_keep_what_tells_them_apart() -> None:
    """Names that would look alike are cut where they are the same."""
    names = ["抖音信息流华东一区", "抖音信息流华东二区", "小红书"]
    assert fit_names(names, 70, 9) == ["抖音…一区", "抖音…二区", "小红书"]
    assert fit_names(["同名同名同名同名"] * 2, 70, 9) == ["同名同名…"] * 2
    assert fit_names(["甲" + "长" * 20, "乙" + "长" * 20], 70, 9) == ["甲长长长…", "乙长长长…"]


def test_a_column_has_one_size() -> None:
    """The largest at which the longest of its texts is one line, or the least."""
    assert size_for(["短", "一二三四五"], 62, (10, 9, 8)) == 9
    assert size_for([], 61, (10, 9, 8)) == 10
    assert size_for(["一二三四五六七八"], 61, (10, 9, 8)) == 8
