"""What staff type where a list or a number is asked: Excel's formulas and Python agree on it.

Where they cannot agree, a problem names the cell.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import product
from pathlib import Path

import pytest
from support.oracles import Cells, ironcalc_values, libreoffice_values
from support.typed_books import AS_OF, FIRST_ROW, Rows, Typed, plain, shown, table, typed

from marketing_sheets.formulas import amount_of, live_text, spelled
from marketing_sheets.loading import library_template
from marketing_sheets.problems import column_letter
from marketing_sheets.texts import LANGUAGES, Language

TRACKER = library_template("campaign_tracker")
PROMOTION = library_template("promotion_tracking")


def wanted(book: Typed) -> dict[tuple[str, str], object]:
    """Return what every computed cell and first live line of the typed sheets must show."""
    cells: dict[tuple[str, str], object] = {}
    for name, records in book.reading.sheets.items():
        if not len(records.frame):
            continue
        sheet = table(book.template, name)
        tab = sheet.label[book.language]
        for number, column in enumerate(sheet.columns, start=1):
            for at in range(len(records.frame)) if column.is_computed else ():
                cell = f"{column_letter(number)}{FIRST_ROW + at}"
                cells[tab, cell] = shown(column, records, at, book)
        if sheet.live:
            cells[tab, "A2"] = live_text(
                sheet.live[0],
                records,
                template=book.template,
                language=book.language,
                as_of=AS_OF,
                settings=book.reading.settings,
            )
    return cells


def differing(cells: Mapping[tuple[str, str], object], fresh: Cells) -> list[object]:
    """List the cells that show another value than they must."""
    return [
        (key, value, plain(fresh[key]))
        for key, value in cells.items()
        if (round(value, 9) if isinstance(value, float) else value) != plain(fresh[key])
    ]


def statuses(choices: str, language: Language) -> list[str]:
    """List how a status may be typed: every label and alias; with a remark, some after a blank."""
    items = TRACKER.choices[choices]
    words = [w for item in items.items for w in spelled(items, (item.id,), language)]
    return [*words, *(f"{word}{' ' * (at % 2)}(延期1小时)" for at, word in enumerate(words))]


def spelled_rows(language: Language) -> dict[str, Rows]:
    """Return rows that hold every spelling of the choices that formulas ask for."""
    directions = statuses("direction", language)[:8]
    units = spelled(TRACKER.choices["unit"], ("percent",), language)
    channels = TRACKER.choices["channel"]
    stores = [*spelled(channels, ("stores", "douyin"), language), "门店(东区)", "red（KOL）"]
    task = {"department": "市场部", "owner": "王", "planned_start": date(2024, 6, 1)}
    daily = {"date": date(2024, 6, 1), "impressions": 500, "clicks": 100, "conversions": 30}
    end, due = date(2024, 6, 5), date(2024, 6, 20)
    return {
        "master_tracker": [
            task | {"stage": "筹备期", "task": f"t{at}", "planned_end": end, "status": word}
            | {"progress": 0.5, "weight": 0.01, "budget": 10, "spend": 1}
            for at, word in enumerate(statuses("task_status", language))
        ],
        "issue_log": [
            {"description": f"d{at}", "due_date": due, "status": word}
            for at, word in enumerate(statuses("issue_status", language))
        ],
        "effect_evaluation": [
            {"metric": f"m{at}", "direction": direction, "unit": unit, "target": "8%"}
            | {"actual": "9%", "previous": "10%"}
            for at, (direction, unit) in enumerate(product(directions, units))
        ],
        "daily_data": [
            daily | {"channel": channel, "cost": 10 + at, "sales": 100, "new_users": 5}
            for at, channel in enumerate(stores)
        ],
    }  # fmt: skip


COUNTS = ("50万", "1,500", "1.5w", "2k", "500次", "3千", "1百万", 7, "-")
SUMS = ("300元", "¥300", "1.2万", "5万元", "2,000元", "1,200.50", 12.5)


def amount_rows() -> dict[str, Rows]:
    """Return rows of figures as people write them."""
    return {
        "channel_effect": [
            {"channel": "抖音", "content": f"c{at}", "impressions": shown, "clicks": clicks}
            | {"conversions": 3, "cost": SUMS[at % 7], "sales": SUMS[(at + 3) % 7]}
            for at, (shown, clicks) in enumerate(zip(COUNTS, reversed(COUNTS), strict=True))
        ],
        "promotion_master": [
            {"stage": "筹备期", "task": f"t{at}", "planned_end": "2024-06-05", "budget": budget}
            | {"spend": "2,000元", "progress_points": points}
            for at, (budget, points) in enumerate(product(SUMS, ("80", 100, "80%")))
        ],
    }


@pytest.mark.parametrize(
    "language",
    [LANGUAGES[0], *(pytest.param(one, marks=pytest.mark.slow) for one in LANGUAGES[1:])],
)
def test_every_spelling_counts_in_excel_as_in_python(tmp_path: Path, language: Language) -> None:
    """Labels of all languages, aliases and remarks in brackets give the same in both engines."""
    book = typed(tmp_path, TRACKER, language, spelled_rows(language))
    cells = wanted(book)
    fresh = ironcalc_values(book.path, dict.fromkeys(cells, ""))
    assert differing(cells, fresh) == []
    assert book.told("formulas_need_word") == []
    assert len(cells) > 500


@pytest.mark.slow
@pytest.mark.office
def test_libreoffice_knows_every_spelling(tmp_path: Path) -> None:
    """LibreOffice finds the same words, and the same amounts in text."""
    for folder, template, rows in (
        ("tracker", TRACKER, spelled_rows("zh-Hans")),
        ("promotion", PROMOTION, amount_rows()),
    ):
        (tmp_path / folder).mkdir()
        book = typed(tmp_path / folder, template, "zh-Hans", rows)
        cells = wanted(book)
        fresh = libreoffice_values(book.path, dict.fromkeys(cells, ""), tmp_path / folder)
        assert differing(cells, fresh) == []


def test_amounts_in_text_count_in_sheets_kept_as_written(tmp_path: Path) -> None:
    """50万, 1,500 and 300元 are figures to the formulas of these sheets, and nothing is told."""
    book = typed(tmp_path, PROMOTION, "zh-Hans", amount_rows())
    cells = wanted(book)
    assert differing(cells, ironcalc_values(book.path, dict.fromkeys(cells, ""))) == []
    assert book.told("formulas_need_value") == []


def test_text_that_formulas_leave_out_is_named(tmp_path: Path) -> None:
    """Figures and days as text are told once a column, with the first cell and their number."""
    day = {"date": date(2024, 6, 1), "channel": "抖音", "clicks": 5, "conversions": 1}
    task = {"task": "t", "planned_start": date(2024, 6, 1), "planned_end": "2024-06-05"}
    rows: dict[str, Rows] = {
        "daily_data": [
            day | {"impressions": 9},
            day | {"impressions": "50万"},
            day | {"impressions": "1,500"},
        ],
        "master_tracker": [task | {"status": "进行中", "progress": "50%"}],
    }
    book = typed(tmp_path, TRACKER, "zh-Hans", rows)
    assert book.problems("formulas_need_value") == [
        ("H7", "2024-06-05"), ("M7", "50%"), ("C8", "50万")
    ]  # fmt: skip
    said = book.told("formulas_need_value")[-1].describe("zh-Hans")
    assert "2 格" in said
    assert "500000" in said


def test_words_that_formulas_do_not_find_are_named(tmp_path: Path) -> None:
    """A mark or a wide letter is understood but not found; what nothing asks for is let be."""
    task = {"department": "市场部", "planned_end": date(2024, 6, 5)}
    words = ("✓ 已完成", "Ｄone", "✓ 已完成", "完成", "✓ 进行中", "Done(x)")
    rows: dict[str, Rows] = {
        "master_tracker": [task | {"task": f"t{n}", "status": w} for n, w in enumerate(words)],
        "daily_data": [{"date": date(2024, 6, 1), "channel": "Ｓtores", "impressions": 5}],
    }
    book = typed(tmp_path, TRACKER, "zh-Hans", rows)
    assert book.reading.sheets["master_tracker"].frame["status"].tolist()[:4] == ["done"] * 4
    assert book.problems("formulas_need_word") == [
        ("L7", "✓ 已完成"), ("L8", "Ｄone"), ("B7", "Ｓtores")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("50万", 500_000),
        ("1,500", 1500),
        ("8%", 0.08),
        ("1:4", 4),
        ("提升30%", 0.3),
        ("2k", 2000),
        ("五十万", None),
        ("500+", 500),
        ("5万3千", None),
        ("", None),
        ("1:0:5", None),
    ],
)
def test_amount_of_is_what_the_formula_shows(text: str, value: float | None) -> None:
    """The twin of the formula reads the same, and leaves the same out."""
    found = amount_of(text)
    assert found == (None if value is None else pytest.approx(value))


TARGETS = (
    ("退款率", "低于5%", "5%", "close"),
    ("退款率 b", "不超过5%", "5%", "met"),
    ("退款率 c", "5%以内", "6%", "missed"),
    ("复购率", "不低于20%", "20%", "met"),
    ("客诉量", "少于10", "9", "met"),
    ("差评数", "at most 3", "4", "missed"),
    ("投诉率", "下降20%", "下降25%", "met"),
    ("投诉率下降", "下降25%", "下降10%", "missed"),
    ("投诉率下降 b", "20%", "25%", "met"),
    ("利润", "-100万", "-50万", "met"),
    ("总费用", "60万", "66万", "close"),
    ("投诉量", "0", "0", "met"),
    ("投诉量 b", "0", "2", "missed"),
)
GOALS = (
    ("销售额200万元;新增用户1万人", "新增用户8000人;销售额160万元", 0.8, "missed"),
    ("1万人;200万元", "9000人；190万元", 0.925, "close"),
    ("退货率低于5%;满意度90%以上", "满意度93%;退货率4%", None, "met"),
    ("退货率低于5%", "退货率5%", 1.0, "close"),
    ("销售额200万元", "线上销售额160万元", 0.8, "missed"),
    ("销售额200万元", "达成160万元", 0.8, "missed"),
    ("销售额200万元", "曝光量500万", None, None),
    ("曝光100万;点击率2%", "曝光120万", 1.2, None),
    ("销售额200万;用户1万", "订单5万;粉丝3万", None, None),
    ("投诉率下降20%", "投诉率下降25%", 1.25, "met"),
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_bounds_and_goals_are_judged_in_excel_as_in_python(
    tmp_path: Path, language: Language
) -> None:
    """Targets with every kind of bound, falling ones, goals answered in any order."""
    rows: dict[str, Rows] = {
        "metric_evaluation": [
            {"dimension": "体验", "metric": name, "target": target, "actual": actual}
            for name, target, actual, _ in TARGETS
        ],
        "goal_alignment": [
            {"campaign": f"c{at}", "goals": goals, "results": results}
            for at, (goals, results, *_) in enumerate(GOALS)
        ],
    }
    book = typed(tmp_path, library_template("campaign_review"), language, rows)
    cells = wanted(book)
    assert differing(cells, ironcalc_values(book.path, dict.fromkeys(cells, ""))) == []
    metrics = book.reading.sheets["metric_evaluation"].frame
    assert metrics["verdict"].tolist() == [verdict for *_, verdict in TARGETS]
    goals = book.reading.sheets["goal_alignment"].frame
    found = goals["verdict"].astype(object).where(goals["verdict"].notna(), None)
    assert found.tolist() == [verdict for *_, verdict in GOALS]
    for achieved, (*_, share, _) in zip(goals["achievement"], GOALS, strict=True):
        assert share is None or achieved == pytest.approx(share)
