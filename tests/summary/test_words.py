"""What the Summary says in words, in three languages."""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, strategies as st
from support.laws import tried
from support.readings import (
    AS_OF,
    REASONS,
    campaign,
    campaign_issues,
    metric,
    reading,
)

from marketing_sheets.alerts import Amount, Phrase
from marketing_sheets.summary import (
    phrase_text,
    summarize,
)
from marketing_sheets.summary.words import (
    amount_text,
    join,
    reason_words,
    scale_of,
    sentence,
    sub_line,
)
from marketing_sheets.template import rounded
from marketing_sheets.texts import LANGUAGES, Language, templates_folder


def test_the_sentence_says_the_verdict_then_bad_and_good() -> None:
    """One sentence: the verdict, what is wrong with counts, then what is good."""
    summary = summarize(campaign(), as_of=AS_OF)
    assert sentence(summary, "zh-Hans") == (
        "有风险：进度落后时间 2 个百分点，新增用户未达目标，"
        "3 项任务延期，1 项任务超预算，3 项指标未达标，3 个问题超期未解决，"
        "1 项预警待处理；销售额、投产比与获客成本达到目标。"
    )
    assert sentence(summary, "en") == (
        "At risk: progress is 2 points behind time, new users missed target, 3 tasks are delayed, "
        "1 task is over budget, 3 metrics missed target, 3 issues are overdue and 1 alert needs "
        "action; sales, ROAS and CAC met target."
    )


@pytest.mark.parametrize(
    ("value", "unit", "texts"),
    [
        (720_000, "money", ("72.0万", "720K")),
        (123_456_789, "money", ("1.23亿", "123.5M")),
        (3_471_234, "money", ("347.1万", "3.47M")),
        (15_500_000, "money", ("1550.0万", "15.5M")),
        (99_999, "number", ("99,999", "99,999")),
        (-250_000, "number", ("-25.0万", "-250K")),
        (56.25, "money", ("56.2", "56.2")),
        (0, "number", ("0", "0")),
        (0.065, "percent", ("6.5%", "6.5%")),
        (1.5, "percent", ("150%", "150%")),
        (123.456, "percent", ("12,345.6%", "12,345.6%")),
        (-0.00001, "percent", ("0%", "0%")),
        (4, "ratio", ("4.00", "4.00")),
    ],
)
def test_amounts_in_sentences(value: float, unit: Any, texts: tuple[str, str]) -> None:
    """Large amounts take 万 or K, rates at most one decimal, ratios always two."""
    amount = Amount(value=value, unit=unit)
    assert (amount_text(amount, "zh-Hans"), amount_text(amount, "en")) == texts


@tried(300)
@given(
    values=st.lists(
        st.one_of(st.floats(-3e9, 3e9), st.floats(-2, 2), st.integers(-20, 3_000_000).map(float)),
        min_size=2,
        max_size=4,
    ),
    unit=st.sampled_from(("number", "money", "percent", "ratio")),
    language=st.sampled_from(LANGUAGES),
)
def test_figures_beside_each_other_have_one_rounding(
    values: list[float], unit: Any, language: Language
) -> None:
    """In one sentence figures of a unit have one scale and as many digits; what differs shows."""
    amounts = [Amount(value=value, unit=unit) for value in values]
    said = [amount_text(one, language, beside=amounts) for one in amounts]
    shapes = {(len(text.partition(".")[2]), text.lstrip("-,.0123456789")) for text in said}
    assert len(shapes) == 1, said
    exact = sorted({0.0, *(float(rounded(value)) for value in values)})
    gaps = [b - a for a, b in pairwise(exact)]
    if min(gaps, default=1.0) >= 1e-5:  # no more digits are shown
        assert len(set(said)) == len({float(rounded(value)) for value in values})


def test_what_counts_in_a_unit_is_one_word() -> None:
    """A figure, its unit of thousands and its currency stand together: 132.5万元."""
    over = Amount(value=1_325_000, unit="money")
    phrase = Phrase(code="gap.over_unplanned", params={"over": over})
    assert phrase_text(phrase, "zh-Hans") == "超 132.5万元，无预算"
    assert phrase_text(phrase, "zh-Hant") == "超 132.5萬元，無預算"


def test_one_scale_for_figures_that_stand_together() -> None:
    """万 from 100,000 on, unless a figure would show as nothing; 亿 only where all are large."""
    assert scale_of([99_999.0, 5_000], "zh-Hans") == "plain"
    assert scale_of([100_000, 5_000, 0, None], "zh-Hans") == "large"
    assert scale_of([100_000, 999], "zh-Hans") == "plain"
    assert scale_of([-200_000], "zh-Hans") == "large"
    assert scale_of([2e8, 1e6], "zh-Hans") == "large"
    assert scale_of([2e8, 5e7], "zh-Hans") == "huge"
    assert scale_of([2e7, 5e6], "en") == "huge"
    assert scale_of([3e6, 5e5], "en") == scale_of([2e7, 2e5], "en") == "fine"
    assert scale_of([3e6, 5e4], "en") == "plain"
    assert scale_of([3e5, 5e3], "en") == "large"
    assert scale_of([], "en") == "plain"


def test_digits_stand_apart_from_chinese() -> None:
    """A clause that begins with a count has the same space before it as after it."""
    rows = [metric("a", 1, 2)]
    issues = campaign_issues()[:1]
    days = [{"date": pd.Timestamp("2024-06-27"), "sales": 2.0, "sales_target": 1.0}]
    book = reading({"effect_evaluation": rows, "issue_log": issues, "daily_data": days})
    said = sentence(summarize(book, as_of=AS_OF), "zh-Hans")
    assert said == "有风险：1 个问题超期未解决；销售额达到目标。"


def test_lists_are_joined_as_people_do() -> None:
    """Two with "and", more with commas before it."""
    assert join(["a"], "en") == "a"
    assert join(["a", "b"], "en") == "a and b"
    assert join(["a", "b", "c"], "en") == "a, b and c"
    assert join(["甲", "乙", "丙"], "zh-Hans") == "甲、乙与丙"


@pytest.mark.parametrize(
    ("language", "line"),
    [
        (
            "zh-Hans",
            (
                "市场部 · 营销主管    |    2024-05-01 至 2024-07-15    |    "
                "数据截至 2024-06-28，时间已过 78%"
            ),
        ),
        (
            "en",
            (
                "Marketing · 营销主管    |    1 May – 15 Jul 2024    |    "
                "Data as of 28 Jun 2024, 78% of time elapsed"
            ),
        ),
    ],
)
def test_the_line_below_the_title(language: Language, line: str) -> None:
    """It says whose campaign it is, when, and how far time is."""
    assert sub_line(summarize(campaign(), as_of=AS_OF), language) == line


def leaves(node: dict[str, Any], path: str = "") -> list[tuple[str, dict[str, str]]]:
    """List the texts of a book with their keys."""
    if set(node) == set(LANGUAGES):
        return [(path, node)]
    found = []
    for key, child in node.items():
        assert isinstance(child, dict), f"{path}.{key} lacks languages"
        found += leaves(child, f"{path}.{key}".lstrip("."))
    return found


def words() -> list[tuple[str, dict[str, str]]]:
    """Return every text of the Summary."""
    path: Path = templates_folder() / "words" / "summary.toml"
    return leaves(tomllib.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(("key", "texts"), words())
def test_every_word_is_there_in_three_languages(key: str, texts: dict[str, str]) -> None:
    """All three have the same blanks, apart from dates; Traditional has its own quotes."""
    blanks = {name: set(re.findall(r"\{(\w+)", text)) for name, text in texts.items()}
    if not key.startswith("date."):
        assert blanks["zh-Hans"] == blanks["zh-Hant"] == blanks["en"]
    assert all(text.strip() for text in texts.values())
    assert "“" not in texts["zh-Hant"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_its_words(language: Language) -> None:
    """No code of a reason lacks its words, and one and many are told apart."""
    assert all(reason_words(reason, language) for reason in REASONS)
    assert phrase_text(Phrase(code="gap.late", params={"days": 1}, count=1), language)
