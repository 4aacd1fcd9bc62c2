"""A word tells of a row that repeats others, within bounds: the longer a text, the less it does."""

from __future__ import annotations

import pytest

from marketing_sheets.reader.total_words import TotalWord, is_against, is_unit, total_word

WHOLE = TotalWord("total", is_whole=True)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        *(
            (text, TotalWord("total", is_bare=True))
            for text in ("合计", "总计：", "TOTAL", "Σ", "∑")
        ),
        *((text, TotalWord("subtotal", is_bare=True)) for text in ("小计", "Subtotal")),
        ("日均", TotalWord("average", is_bare=True)),
        *((text, TotalWord("total")) for text in ("6月合计", "June total", "June total:")),
        ("抖音小计", TotalWord("subtotal")),
        *((text, WHOLE) for text in ("全渠道", "各部门", "總費用")),
        *(
            (text, TotalWord("total"))
            for text in ("Total cost", "TOTAL EVENT COSTS", "all of the sales")
        ),
        *((text, None) for text in ("老总", "抖音", "Totally new", "all hands", "whole", "全球通")),
    ],
)
def test_a_word_names_a_total(text: str, found: TotalWord | None) -> None:
    """Alone, at the end, or before something that the sheet has; never as a part of a word."""
    assert total_word(text) == found


def test_what_a_total_is_of_may_be_a_column() -> None:
    """Words that are no noun of ours count where a column is called so."""
    assert total_word("全达人") is None
    assert total_word("全达人", {"达人"}) == WHOLE
    assert total_word("all influencers") is None
    assert total_word("all influencers", {"influencers"}) == TotalWord("total")


@pytest.mark.parametrize(("length", "found"), [(24, TotalWord("total")), (25, None)])
def test_a_long_text_does_not_end_in_a_total(length: int, found: TotalWord | None) -> None:
    """A sentence that ends in 合计 tells of something else."""
    assert total_word("甲" * (length - 2) + "合计") == found


@pytest.mark.parametrize(("words", "found"), [(3, TotalWord("total")), (4, None)])
def test_many_words_do_not_end_in_a_total(words: int, found: TotalWord | None) -> None:
    """Nor do four words of which the last is total."""
    assert total_word(" ".join([*["x"] * (words - 1), "total"])) == found


@pytest.mark.parametrize("length", [40, 41])
def test_a_text_has_an_end(length: int) -> None:
    """Longer texts are no label, whatever stands in them."""
    is_short = length == 40
    assert (total_word("合计" + "：" * (length - 2)) is not None) == is_short
    assert is_against("目标" + "：" * (length - 2)) == is_short


def test_a_unit_stands_alone() -> None:
    """In brackets or not, and with nothing beside it."""
    assert [is_unit(text) for text in ("元", "（元）", "[%]", "10元", "")] == [True] * 3 + [
        False
    ] * 2
