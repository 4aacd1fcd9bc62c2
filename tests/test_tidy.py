"""Metrics, problems and alerts as tidy tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from support.examples import Examples
from support.readings import AS_OF, campaign, reading

from marketing_sheets import (
    UsageError,
    alerts_frame,
    chat_text,
    export_records,
    generate_workbook,
    history_frame,
    merge,
    metrics_frame,
    problems_frame,
    read_workbook,
    recompute,
    summarize,
    template_names,
    write_report,
)
from marketing_sheets.documents import report

LEVELS = ["stage", "department", "status", "channel", "kpi", "severity", "day", "week"]


def test_metrics_pivot(examples: Examples) -> None:
    """One line gives a figure per channel; the total is told from rows without a channel."""
    done = examples().recalculated
    frame = done.metrics_frame()
    assert frame.equals(metrics_frame(done.reading))
    channels = frame[frame["level"] == "channel"].pivot(
        index="channel", columns="metric", values="value"
    )
    daily = done.reading.sheets["daily_data"].frame
    sums = daily.groupby("channel")["cost"].sum()
    assert channels["cost"].to_dict() == pytest.approx(sums.to_dict())
    total = frame[(frame["level"] == "total") & (frame["metric"] == "cost")]
    assert total["value"].tolist() == pytest.approx([daily["cost"].sum()])


@pytest.mark.parametrize("name", template_names())
def test_metrics_are_those_of_json(examples: Examples, name: str) -> None:
    """No figure and no level is lost on the way into the table, and each has a name."""
    done = examples(name).recalculated
    frame = metrics_frame(done, language="en")
    told = report(done.reading, as_of=done.as_of, language="en")["metrics"]
    assert frame["metric"].tolist() == [one["id"] for one in told]
    assert frame["value"].tolist() == [pd.NA if o["value"] is None else o["value"] for o in told]
    assert frame["label"].notna().all()
    levels = frame.loc[:, "level":"value"].iloc[:, 1:-1]
    for one, row, level in zip(told, levels.to_dict("records"), frame["level"], strict=True):
        said = {"kpi" if key == "metric" else key: text for key, text in one["level"].items()}
        assert level == (",".join(said) or "total")
        known = {key: str(value)[:10] for key, value in row.items() if not pd.isna(value)}
        assert known == {key: text[:10] for key, text in said.items() if text is not None}


def test_tables_of_nothing_are_as_those_of_much(tmp_path: Path) -> None:
    """Columns, their order and their kinds do not depend on what there is to tell."""
    blank = generate_workbook("campaign_tracker", tmp_path / "a.xlsx").path
    empty = read_workbook(blank, as_of=AS_OF)
    full = recompute(campaign(), as_of=AS_OF)
    for table in (metrics_frame, problems_frame, alerts_frame):
        little, much = table(empty), table(full)
        assert little.dtypes.to_dict() == much.dtypes.to_dict()
        assert little.columns.tolist() == much.columns.tolist()
    assert len(alerts_frame(empty)) == 0
    assert metrics_frame(full).columns[3:11].tolist() == LEVELS


def test_problems_are_those_of_the_reading(examples: Examples) -> None:
    """A problem keeps its code and cell, and is told in the language asked for."""
    found = examples("promotion_tracking").reading
    frame = problems_frame(found, language="en")
    assert frame["code"].tolist() == [problem.code for problem in found.problems]
    assert frame["message"].tolist() == [problem.message("en") for problem in found.problems]
    assert frame["row"].dropna().tolist() == [p.place.row for p in found.problems if p.place.row]
    assert problems_frame(found.problems, language="en").equals(frame)


def test_alerts_are_those_of_the_summary(examples: Examples) -> None:
    """The alerts of a result are what its Summary lists."""
    done = examples().recalculated
    frame = done.alerts_frame()
    assert frame["key"].tolist() == [one.key for one in done.summary.alerts]
    assert alerts_frame(done.summary).equals(frame)


def test_a_merge_has_tables_too(examples: Examples, tmp_path: Path) -> None:
    """What is merged is told as a single workbook is, and by whose rows they were."""
    result = merge([examples().path], tmp_path / "all.xlsx")
    frame = result.metrics_frame()
    costs = frame[(frame["level"] == "trace.department") & (frame["metric"] == "cost")]
    daily = result.reading.sheets["daily_data"]
    assert daily.origins is not None
    sums = daily.frame["cost"].groupby(daily.origins["department"]).sum()
    assert costs.set_index("trace.department")["value"].to_dict() == sums.to_dict()
    assert {"trace.campaign"} < set(frame["level"])
    assert result.problems_frame()["code"].tolist() == [p.code for p in result.reading.problems]
    assert set(result.alerts_frame()["state"]) == {"new"}


@pytest.mark.parametrize("take", [metrics_frame, alerts_frame, history_frame, problems_frame])
def test_what_holds_no_reading_is_refused(take: Callable[[Any], object]) -> None:
    """The path of a workbook is no reading of it, and what to give instead is said."""
    with pytest.raises(UsageError, match=r"read_workbook.* found .*Path") as caught:
        take(Path("a.xlsx"))
    assert caught.value.code == "not_a_reading"


@pytest.mark.parametrize("take", [metrics_frame, alerts_frame, problems_frame])
def test_a_language_of_none_of_ours_is_refused(examples: Examples, take: Any) -> None:
    """A wrong language is named with those there are."""
    with pytest.raises(UsageError, match="zh-Hans, zh-Hant, en"):
        take(examples().reading, language="fr")


def test_a_generation_has_a_table_of_problems(tmp_path: Path) -> None:
    """What of the records was not understood is a table in the workbook's language."""
    rows = pd.DataFrame({"channel": ["douyin"], "cost": ["约5万"]})
    path, records = tmp_path / "a.xlsx", {"daily_data": rows}
    done = generate_workbook("campaign_tracker", path, language="en", records=records)
    assert problems_frame(done).equals(problems_frame(done.problems, language="en"))
    assert "约5万" in problems_frame(done)["raw"].tolist()


def test_every_verb_takes_what_another_returned(examples: Examples, tmp_path: Path) -> None:
    """A reading or result can be summarised, said, reported and exported, as of its own day."""
    done = examples().recalculated
    computed = recompute(done.reading, as_of=done.as_of)
    expected = summarize(computed, as_of=done.as_of)
    assert chat_text(computed) == chat_text(summarize(computed)) == chat_text(expected)
    assert write_report(computed, tmp_path / "a.html").summary.as_of == done.as_of
    early = chat_text(computed, as_of=AS_OF)
    assert early == chat_text(recompute(computed, as_of=AS_OF)) != chat_text(computed)
    paths = export_records(done, tmp_path / "out", "csv", tables="metrics")
    assert [path.name for path in paths] == ["metrics.csv"]


def test_without_a_day_there_are_no_figures() -> None:
    """Figures of an unknown day would be guessed: it is said what is missing."""
    undated = recompute(reading({}), as_of=None)
    for table in (metrics_frame, alerts_frame):
        with pytest.raises(UsageError, match="as of which day"):
            table(undated)
