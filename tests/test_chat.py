"""A campaign as a message for a group chat."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import click
import hypothesis.strategies as st
import pytest
from hypothesis import given
from support.command_line import run
from support.examples import Examples
from support.readings import AS_OF, campaign

from marketing_sheets import Summary, chat_text, generate_workbook, recalculate, summarize
from marketing_sheets.chat import CHAT_PRODUCTS, ChatProduct
from marketing_sheets.cli.reporting import chat
from marketing_sheets.errors import UsageError
from marketing_sheets.records import RememberedAlert
from marketing_sheets.summary import sentence, tile_texts
from marketing_sheets.texts import LANGUAGES

# Our own marks; what is left of a message must hold none.
MARKS = re.compile(
    r"<font color=\"(?:warning|info|comment)\">|</font>|\*\*|^(?:### |> |- )", re.MULTILINE
)
HOSTILE = '@所有人 <@all> <at user_id="all"></at> [点我](http://a.cn/x) www.b.com **x** `y` &#64;'
WIDEST = "𠀀"  # four bytes


def said(body: str) -> str:
    """Return all that a robot would say, of whichever product."""
    document = json.loads(body)
    if document.get("msgtype") == "markdown":
        return "\n".join(document["markdown"].values())
    return "\n".join(_contents(document["card"]))


def _contents(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["content"]] if isinstance(node.get("content"), str) else []
        return own + [text for value in node.values() for text in _contents(value)]
    return [text for one in node for text in _contents(one)] if isinstance(node, list) else []


def size(body: str) -> tuple[int, int]:
    """Return how many bytes the product counts, and how many it takes."""
    document = json.loads(body)
    if "content" in document.get("markdown", {}):
        return len(document["markdown"]["content"].encode()), 4096
    return len(body.encode()), 20_000


@pytest.fixture(scope="module")
def summary() -> Summary:
    """A campaign of eleven alerts: one has been known for days, one is gone."""
    reading = campaign()
    plain = summarize(reading, as_of=AS_OF)
    known = RememberedAlert(
        key=plain.alerts[0].key, severity="high", first_seen=AS_OF - timedelta(days=3)
    )
    gone = replace(known, key="task_late|gone", what="海报设计", owner="小王")
    return summarize(replace(reading, remembered=(known, gone)), as_of=AS_OF)


@pytest.mark.parametrize("product", [None, *CHAT_PRODUCTS])
def test_a_message_says_what_the_summary_says(
    summary: Summary, product: ChatProduct | None
) -> None:
    """Verdict, sentence, figures, alerts with owners and counts are the Summary's own words."""
    for language in LANGUAGES:
        text = chat_text(summary, product=product, language=language)
        text = text if product is None else MARKS.sub("", said(text))
        assert sentence(summary, language) in text
        for tile in summary.tiles:
            assert all(part in text for part in tile_texts(tile, language))
        new = [one for one in summary.alerts if one.standing == "new"]
        assert len(new) == len(summary.alerts) - 2
        assert all(one.who in text for one in new)
        assert "海报设计" in text


def test_plain_text_counts_what_goes_on_and_what_is_new(summary: Summary) -> None:
    """What was known before is counted, not listed; what is gone is listed as resolved."""
    lines = chat_text(summary).splitlines()
    assert lines[0] == "2024夏季大促（618）  ▲ 有风险"
    assert "新增预警 10 项" in lines
    assert lines[lines.index("已消除 1 项") + 1] == "✓ 海报设计（小王）"
    assert "仍未消除 1 项" in lines


@cache
def _whole() -> Summary:
    return summarize(campaign(), as_of=AS_OF)


@given(
    text=st.one_of(st.just(HOSTILE), st.just(WIDEST * 500), st.text(max_size=300)),
    alerts=st.integers(0, 300),
    tiles=st.integers(0, 6),
)
def test_any_message_is_taken_and_obeys_nobody(text: str, alerts: int, tiles: int) -> None:
    """Whatever people wrote: within the product's bytes, one line of JSON, no mention, no link."""
    whole = _whole()
    listed = [
        replace(whole.alerts[at % len(whole.alerts)], key=str(at), what=text, own_owner=text)
        for at in range(alerts)
    ]
    named = replace(whole, title=text, owner=text, alerts=tuple(listed), tiles=whole.tiles[:tiles])
    for product in CHAT_PRODUCTS:
        body = chat_text(named, product=product)
        assert "\n" not in body
        taken, most = size(body)
        assert taken <= most
        bare = MARKS.sub("", said(body))
        assert not re.search(r"[@<>\[\]*`_~&\\]|://|\bwww\.|^#", bare)
        count = min(alerts, 20)
        shown = int(match[1]) if (match := re.search(r"预警 (\d+) 项", bare)) else 0
        assert shown == alerts
        left = sum(map(int, re.findall(r"另有 (\d+) 项", bare)))
        assert left >= alerts - count


def test_what_does_not_fit_is_counted(summary: Summary) -> None:
    """WeCom takes least: long alerts are left out from the last, and how many is said."""
    one = next(one for one in summary.alerts if one.standing == "new")
    alerts = [replace(one, key=str(at), what=f"{at:02d}{WIDEST * 60}") for at in range(30)]
    text = said(chat_text(replace(summary, alerts=tuple(alerts)), product="wecom"))
    shown = [at for at in range(30) if f"{at:02d}{WIDEST}" in text]
    assert 0 < len(shown) < 20
    assert shown == list(range(len(shown)))
    assert f"另有 {30 - len(shown)} 项" in text


def test_an_empty_workbook_has_a_message(tmp_path: Path) -> None:
    """Nothing filled in is a sentence, for every product and every template alike."""
    for template in ("campaign_tracker", "strategy_tracking"):
        path = tmp_path / f"{template}.xlsx"
        generate_workbook(template, path)
        day = date(2024, 6, 1)
        assert "各表还没有数据" in chat_text(path, today=day)
        for product in CHAT_PRODUCTS:
            assert "各表还没有数据" in said(chat_text(path, product=product, today=day))
        with pytest.raises(UsageError, match="as_of="):
            chat_text(path)


def test_a_product_without_messages_is_refused(summary: Summary) -> None:
    """A product nobody knows is named, with those there are."""
    with pytest.raises(UsageError, match="slack"):
        chat_text(summary, product="slack")  # type: ignore[arg-type]  # what callers may do


def test_the_command_reads_only(examples: Examples, tmp_path: Path) -> None:
    """The workbook stays as it is; new and resolved are against the Summary written into it."""
    path = tmp_path / "618.xlsx"
    day = recalculate(examples().path, output=path).as_of
    before = path.read_bytes()
    text = run("chat", path).stdout
    assert "\n预警 13 项\n" in text
    later = run("chat", path, "--as-of", day + timedelta(days=1)).stdout
    assert f"与 {day} 相比，没有新增或消除的预警\n仍未消除 13 项\n" in later
    body = run("chat", path, "--for", "feishu", "--language", "en").stdout_bytes
    assert json.loads(body)["card"]["header"]["template"] == "red"
    assert path.read_bytes() == before


def test_the_command_knows_every_product() -> None:
    """The choices of `--for` are those of the library."""
    kind = next(one.type for one in chat.params if one.name == "product")
    assert isinstance(kind, click.Choice)
    assert tuple(kind.choices) == CHAT_PRODUCTS
