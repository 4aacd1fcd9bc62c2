"""Files for other programs: which tables there are, by ids or in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from support.command_line import run
from support.examples import Examples
from support.readings import AS_OF, campaign, reading

from marketing_sheets import (
    UsageError,
    export_records,
    load_template,
    metrics_frame,
    recompute,
    template_names,
)
from marketing_sheets.exporting import EXPORT_TABLES
from marketing_sheets.texts import LANGUAGES

TABLES = ["alerts.csv", "metrics.csv", "problems.csv"]


def headers(path: Path) -> list[str]:
    """Return the header of a CSV file."""
    return [str(name) for name in pd.read_csv(path, nrows=0)]


def test_tables_stand_beside_the_records(examples: Examples, tmp_path: Path) -> None:
    """What is asked for is written, as the frames have it; unasked it is the records alone."""
    found = examples().reading
    records = export_records(found, tmp_path / "a", "parquet")
    everything = export_records(found, tmp_path / "b", "parquet", tables=EXPORT_TABLES)
    names = [path.name for path in everything]
    assert names == [*(p.name for p in records), *(f"{n}.parquet" for n in EXPORT_TABLES[1:])]
    written = pd.read_parquet(tmp_path / "b" / "metrics.parquet")
    assert written.astype(object).fillna("").equals(metrics_frame(found).astype(object).fillna(""))


def test_a_sheet_keeps_its_name(tmp_path: Path) -> None:
    """Where a company's sheet is called metrics, the table of metrics gives way."""
    template = load_template("campaign_tracker")
    sheet = replace(template["daily_data"], id="metrics")
    sheets = tuple(sheet if one.id == "daily_data" else one for one in template.sheets)
    own = recompute(reading({}, template=replace(template, sheets=sheets)), as_of=AS_OF)
    paths = export_records(own, tmp_path, "csv", tables=["metrics"])
    assert [path.name for path in paths] == ["tidy.metrics.csv"]


@pytest.mark.parametrize(
    "name",
    [
        name if name == "campaign_tracker" else pytest.param(name, marks=pytest.mark.slow)
        for name in template_names()
    ],
)
def test_everything_can_be_said_in_words(examples: Examples, tmp_path: Path, name: str) -> None:
    """Every column of every table has a label, and a workbook of any language is said in all."""
    found = examples(name).reading
    for language in LANGUAGES:
        export_records(
            found, tmp_path / language, "csv", tables=EXPORT_TABLES, labels=True, language=language
        )
    for path in (tmp_path / "en").iterdir():
        heads = headers(path)
        assert len(set(heads)) == len(heads)
        assert all(head.isascii() or "·" in head for head in heads), heads
        assert headers(tmp_path / "zh-Hans" / path.name) != heads


def test_values_are_said_in_words(tmp_path: Path) -> None:
    """Choices, levels, reasons and units are said as the workbook says them."""
    done = recompute(campaign(), as_of=AS_OF)
    export_records(done, tmp_path, "csv", tables=EXPORT_TABLES, labels=True)
    daily = pd.read_csv(tmp_path / "daily_data.csv")
    assert set(daily["渠道"]) == {"线下门店", "小红书", "抖音", "朋友圈"}
    metrics = pd.read_csv(tmp_path / "metrics.csv")
    assert {"总计", "渠道", "周（周一） × 渠道"} <= set(metrics["层级"])
    assert "抖音" in set(metrics["渠道"])
    assert "无数据" in set(metrics["无数值的原因"])
    alerts = pd.read_csv(tmp_path / "alerts.csv")
    assert set(alerts["状态"]) == {"新增"}


@pytest.mark.parametrize(
    ("tables", "code"), [(["metric"], "unknown_export_table"), (["alerts"], "as_of_missing")]
)
def test_what_cannot_be_exported_is_said_first(
    tmp_path: Path, tables: list[str], code: str
) -> None:
    """Nothing is written, not even the records that could be."""
    undated = recompute(campaign(), as_of=None)
    with pytest.raises(UsageError) as caught:
        export_records(undated, tmp_path / "a", "csv", tables=["records", *tables])  # type: ignore[list-item]
    assert caught.value.code == code
    assert not (tmp_path / "a").exists()


def test_the_command_line_exports_tables(filled: Path, tmp_path: Path) -> None:
    """`--tables` chooses, `--labels` says in words, in the language asked for."""
    run("export", filled, "-o", tmp_path / "a", "--tables", "metrics", "--tables", "alerts")
    assert sorted(p.name for p in (tmp_path / "a").iterdir()) == ["alerts.csv", "metrics.csv"]
    run(
        *("export", filled, "-o", tmp_path / "b", "--tables", "all", "--labels"),
        *("--language", "en"),
    )
    assert headers(tmp_path / "b" / "daily_data.csv")[:2] == ["Date", "Channel"]
    assert set(TABLES) < {path.name for path in (tmp_path / "b").iterdir()}
