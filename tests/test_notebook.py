"""Pieces of HTML for notebooks: small, escaped, the worst first."""

from __future__ import annotations

from collections.abc import Sequence
from html.parser import HTMLParser

from hypothesis import given, strategies as st

from marketing_sheets import LANGUAGES, Place, Problem
from marketing_sheets.notebook import piece, problems_table

KNOWN = {"div", "style", "p", "h3", "h4", "span", "table", "thead", "tbody", "tr", "th", "td"}


class Parsed(HTMLParser):
    """The elements of a piece, and its text but for the style."""

    def __init__(self, html: str) -> None:
        """Parse at once; every element is closed."""
        super().__init__()
        self.opened: list[str] = []
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.texts: list[str] = []
        self.feed(html)
        assert not self.opened

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        """Note an element and what it says of itself."""
        self.opened.append(tag)
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        """Close the last element that was opened."""
        assert self.opened.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note a text."""
        if self.opened[-1:] != ["style"]:
            self.texts.append(data)


def problems(raw: str, file: str, count: int) -> list[Problem]:
    """Return as many errors of a cell, each after an info."""
    place = Place(file=file, sheet=f"{raw}表", row=7, column=4)
    one = Problem(code="not_a_number", place=place, raw=raw, params={"column": raw})
    return [Problem(code="extra_sheet", place=place, raw=raw), one] * count


@given(
    st.text() | st.sampled_from(["<script>alert(1)</script>", "&amp;", '" onclick="x', "\u202ex"]),
    st.text(),
    st.integers(1, 30),
    st.integers(1, 2000),
    st.sampled_from(LANGUAGES),
)
def test_whatever_was_typed_stays_text_and_the_piece_small(
    raw: str, file: str, count: int, times: int, language: str
) -> None:
    """No text of a cell, tab or file becomes an element, and none makes the piece long."""
    (spoken,) = (one for one in LANGUAGES if one == language)
    html = piece(spoken, problems_table(problems(raw * times, file, count), spoken))
    assert len(html.encode("utf-8", "strict")) < 50_000
    parsed = Parsed(html)
    assert parsed.names <= KNOWN
    assert parsed.attributes <= {"class", "style", "lang"}
    assert "http" not in html.replace(raw, "").replace(file, "")


def test_the_worst_come_first_and_the_rest_is_counted() -> None:
    """Of fifty problems twenty are shown, errors before infos, and thirty are said to be left."""
    texts = Parsed(problems_table(problems("约5万", "618.xlsx", 25), "zh-Hans")).texts
    assert texts[0] == "数据问题 50 项"
    assert texts.count("▲ 错误") == 20
    assert "○ 说明" not in texts
    assert texts[-1] == "另有 30 处未列出"


def test_the_file_is_named_where_there_are_several() -> None:
    """In one workbook a place is tab and cell; of many it begins with the file."""
    one = problems("1", "a.xlsx", 1)
    assert "1表 › D7" in Parsed(problems_table(one, "en")).texts
    both = Parsed(problems_table([*one, *problems("1", "b.xlsx", 1)], "en")).texts
    assert {"a.xlsx › 1表 › D7", "b.xlsx › 1表 › D7"} <= set(both)


def test_nothing_wrong_is_said_in_a_line() -> None:
    """Without problems there is no empty table."""
    assert Parsed(problems_table((), "en")).texts == ["No data problems found."]
