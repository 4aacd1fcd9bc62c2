"""One rule for one figure: what the Summary shows twice is the same twice, whatever the rows."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from random import Random

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, strategies as st
from lxml import etree
from support.laws import tried
from support.readings import reading

from marketing_sheets.formulas import live_text
from marketing_sheets.loading import library_template, template_names
from marketing_sheets.metrics import Figure, late_rows
from marketing_sheets.records import Reading
from marketing_sheets.summary import Summary, figures, phrase_text, summarize, write_summary
from marketing_sheets.summary.words import sentence
from marketing_sheets.template import Column, TableSheet
from marketing_sheets.texts import LANGUAGES, Language

_AS_OF = date(2024, 6, 20)
_ROWS = 60
_FORM = {
    "start_date": date(2024, 6, 1),
    "end_date": date(2024, 7, 15),
    "budget": 500_000.0,
    "target_roas": 2.0,
    "target_new_users": 4_000,
    "limit_cac": 60.0,
}
_WORDS: Mapping[str, list[str | None]] = {
    "metric": ["曝光量", "获客成本", "退货率", "投诉率下降", "销售额", "ROI", "点击率", "满意度"],
    "kpi": ["退货率低于5%", "观看人数≥20万", "点击率5%", "尽快", None],
    "goals": ["注册5万人;退货率低于5%", "销售额200万元", "GMV 3万元;投诉率下降20%", None],
    "results": ["退货率6%;注册4万人", "销售额160万元", "投诉率下降25%", None],
    "resources": ["预算20万元", "预算约5万元", "设计师2名", "无", None],
}
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


def _day(random: Random) -> pd.Timestamp:
    return pd.Timestamp(date(2024, 6, 1) + timedelta(days=random.randrange(28)))


def _span(random: Random) -> str:
    day = _day(random)
    return f"{day:%Y-%m-%d}~{day + pd.Timedelta(days=random.randrange(9)):%Y-%m-%d}"


_KINDS: Mapping[str, Callable[[Random], object]] = {
    "integer": lambda random: random.choice([0, 7, 300, 52_000]),
    "money": lambda random: random.choice([0.0, 90.0, 1_500.5, 80_000.0]),
    "number": lambda random: random.choice([0.0, 3.0, 250.0]),
    "percent": lambda random: random.choice([0.0, 0.02, 0.5, 1.0]),
    "ratio": lambda random: random.choice([0.5, 2.0, 4.0]),
    "quantity": lambda random: random.choice([0.02, 0.045, 0.05, 3.0, 100.0, -0.2, -0.25, 0.0]),
    "date": _day,
    "date_range": _span,
    "yes_no": lambda random: random.choice(["yes", "no"]),
    "week": lambda random: f"W{random.randrange(1, 9)}",
}


def _cell(column: Column, number: int, random: Random, choices: Mapping[str, list[str]]) -> object:
    if random.random() < 0.15:
        return None
    if column.id in _WORDS:
        return random.choice(_WORDS[column.id])
    if column.choices is not None:
        return random.choice(choices[column.choices])
    if column.type in _KINDS:
        return _KINDS[column.type](random)
    # Some tasks stand on two sheets, and some names twice on one.
    return f"{column.id} {number % 50}" if column.type in ("text", "person") else None


@cache
def varied(name: str, seed: int) -> Reading:
    """Return a reading of a template whose tables hold sixty rows of all sorts each."""
    template, random = library_template(name), Random(seed)
    choices = {one.id: [item.id for item in one.items] for one in template.choices.values()}
    sheets = {
        sheet.id: [
            {column.id: _cell(column, n, random, choices) for column in sheet.inputs}
            for n in range(_ROWS)
        ]
        for sheet in template.tables
    }
    return reading(sheets, template=template, form=_FORM, as_of=_AS_OF)


def _totals(book: Reading) -> dict[str, Figure]:
    found: dict[str, Figure] = {}
    for level, one in figures(book, as_of=_AS_OF):
        if not level:
            found.setdefault(one.metric, one)
    return found


def _told_alike(book: Reading, summary: Summary) -> None:
    """Hold every count and figure against all other places it is shown in."""
    kinds = Counter(one.kind for one in summary.actions)
    tiles = {tile.id: tile for tile in summary.tiles}
    # The sentence counts what the list lists.
    for clause, kind in (
        ("late", "task_late"), ("over", "over_budget"), ("missed", "below_target"),
        ("overdue", "issue_overdue"), ("high", "issue_high"),
    ):  # fmt: skip
        counts = [one.count for one in summary.bad if one.code == f"clause.{clause}"]
        assert counts == ([kinds[kind]] if kinds[kind] else []), clause  # type: ignore[index]
    if "tasks_late" in tiles:
        assert tiles["tasks_late"].figure.value == kinds["task_late"]
    if "metrics_met" in tiles:
        assert tiles["metrics_met"].figure.value == sum(one.met for one in summary.outcomes)
    assert sum(one.missed for one in summary.outcomes) == kinds["below_target"]
    # Headline figures are those of the flat list, and of the tables.
    totals = _totals(book)
    for tile in summary.tiles:
        metric = tile.figure.metric
        if metric in totals and tile.target.code != "tile.target_of_rows":
            assert tile.figure.value == totals[metric].value, tile.id
    if summary.channel_total is not None:
        for metric, one in summary.channel_total.figures.items():
            if metric in totals:
                assert one.value == totals[metric].value, metric
    if summary.stage_total is not None and "budget" in tiles:
        assert summary.stage_total.burn.spend.value == totals["spend"].value
        assert summary.stage_total.burn.budget.value == totals["budget"].value
    if "progress" in tiles:
        done = tiles["progress"].figure
        assert done in [totals.get(one) for one in ("progress_weighted", "progress_mean")]
        said, is_judged = phrase_text(tiles["progress"].target, "en"), tiles["progress"].delta
        assert (f"{done.left_out} left out" in said) == (done.left_out > 0 and bool(is_judged))


def _heads_alike(book: Reading, summary: Summary, language: Language) -> None:
    """Hold the live line over each table against the Summary's figures of it."""
    for sheet in book.template.tables:
        lines = " ".join(_lines(book, sheet, language))
        records = book.sheets[sheet.id]
        count, late = late_rows([records])
        if "is_late" in sheet and sheet.live and sheet.role in ("master", "schedule"):
            assert f" {len(late)} " in f"{lines} ".replace("·", " "), (sheet.id, lines, len(late))
            assert count >= len(late)
        for outcome in summary.outcomes:
            if outcome.sheet == sheet.id and "missed" in "".join(str(v.values) for v in sheet.live):
                for number in (outcome.met, outcome.close, outcome.missed):
                    assert str(number) in lines, (sheet.id, lines)


def _lines(book: Reading, sheet: TableSheet, language: Language) -> Iterator[str]:
    for live in sheet.live:
        yield live_text(
            live,
            book.sheets[sheet.id],
            template=book.template,
            language=language,
            as_of=_AS_OF,
        )


def _charts(data: bytes) -> Iterator[list[float]]:
    """Walk the figures that the charts keep of their series."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for name in package.namelist():
            if name.startswith("xl/charts/chart"):
                for series in etree.fromstring(package.read(name)).iter(f"{_CHART}ser"):
                    points = series.iterfind(f"{_CHART}val//{_CHART}pt/{_CHART}v")
                    yield [float(point.text or "nan") for point in points]


def _drawn(summary: Summary) -> set[float]:
    """Return every figure that a chart of the Summary may be made of."""
    values: list[float | None] = [one.achieved.value for one in summary.metrics]
    for row in summary.channels:
        values += [row.figures["roas"].value, row.cost_share.value, row.sales_share.value]
    for stage in summary.stages:
        values += [stage.burn.budget.value, stage.burn.spend.value]
    for point in summary.trend.points if summary.trend else ():
        values += [point.sales, point.roas]
    return {round(one, 9) for one in (*values, summary.target_roas) if one is not None}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", template_names())
def test_sixty_varied_rows_tell_one_story(name: str, language: Language) -> None:
    """Header lines, tiles, sentence, tables, list, flat figures and chart caches agree."""
    book = varied(name, 11)
    summary = summarize(book, as_of=_AS_OF)
    _told_alike(book, summary)
    _heads_alike(book, summary, language)
    data = write_summary(summary, language=language, sheet_name="S")
    drawn = _drawn(summary)
    for series in _charts(data):
        assert {round(value, 9) for value in series} <= drawn
    cells = openpyxl.load_workbook(io.BytesIO(data))["S"]
    shown = {cell.value for row in cells for cell in row if cell.value is not None}
    assert sentence(summary, language) in shown
    for tile in summary.tiles:
        if tile.figure.value is not None:
            assert any(
                isinstance(value, int | float) and abs(value - tile.figure.value) < 1e-9
                for value in shown
            ), tile.id
    assert (summary.health == "ok") <= (not summary.actions)


@tried(6)
@given(st.sampled_from(template_names()), st.integers(0, 10_000))
def test_no_rows_are_cleared_of_a_miss(name: str, seed: int) -> None:
    """Whatever the rows, one that a table calls missed or overspent is heard."""
    book = varied(name, seed)
    summary = summarize(book, as_of=_AS_OF)
    _told_alike(book, summary)
    if any(one.missed or one.over for one in summary.outcomes):
        assert summary.health in ("watch", "risk")
        assert any(one.kind in ("below_target", "over_budget") for one in summary.actions)
