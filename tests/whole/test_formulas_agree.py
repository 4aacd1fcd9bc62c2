"""Whatever a cell is typed as, a formula of the sheet shows what Python computes, or nothing.

Where it shows nothing although Python knows, the reader says that the formulas need a value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from support.oracles import Cells, ironcalc_values, libreoffice_values
from support.typed_books import FIRST_ROW, Rows, Typed, plain, shown, typed

from marketing_sheets.loading import library_template, template_names
from marketing_sheets.problems import column_letter
from marketing_sheets.template import Column, TableSheet, Template

# Rows are what computing costs: after each change a third of them, all in the thorough run.
FEW, ROWS = 12, 36
AMOUNTS: Sequence[object] = (
    1200,
    *"1,500|3.5万|2000元|¥300|1亿5千万|壹万贰仟元整|1200.5元整|10万零5百|1200¥|￥（300）|(300)".split(
        "|"
    ),
    *"-500|1200（含税）|1.5w|2k|３００|5百|3千5百|1200 元".split("|"),
)
COUNTS = "500|1万|500次|1,500|100UV|7日|三百|1.2万|2千|24小时|５００|12345".split("|")
SHARES: Sequence[object] = (0.5, *"50%|八成|5‰|百分之八|12.5％|8%（预估）".split("|"))
QUANTITIES: Sequence[object] = (
    0.05,
    *"100|≥1万|1万+|95万|100以内|不超过100万|8%|≤5%|5%以下|八成|5‰|1:3|1比3|1∶3|ROI 1:4|三倍".split(
        "|"
    ),
    *"三倍|3:1|提升30%|下降25%|提升至30%|+0.5个百分点|持平|0.5pct|4.8星|100UV|24小时|1亿5千万".split(
        "|"
    ),
    *"2.1|0.9|1200（含税）|60元|72|-300|(300)|1,200|５％".split("|"),
)
DAYS: Sequence[object] = (
    date(2024, 6, 5),
    20240605,
    *"2024-06-05|2024.6.5|6.5|6月5日|2024年6月5日|2024/6/5|七月一日|24年6月5日|6月5日前".split("|"),
    *"2024-06-05（暂定）|20240605|June 5|202X-06-05|6/5|６.５".split("|"),
)
SPANS = (
    "6.2-6.5|2024.06.02-06.05|6.2～6.5|6.2~6.5|6月2日至6月5日|7.1-31|2024.6.2-5|6.5|6.2到6.5|"
    "2024-06-02~2024-06-05|6月2日-5日|六月二日至六月五日|2024/6/2-2024/6/5"
).split("|")
MOMENTS = (
    "17:00|6.5 18:00|6.518:00|6.5|6月5日18:00|18点|下午6点|6.5 18点|9:30|2024-06-05 18:00|"
    "2024.6.5 18:00|2024-06-05|6月5日|6-5 18:00|7.1 10:00"
).split("|")
WEEKS = (
    "第5周|第1-12周|第3周至第6周|第 5 周|第5周周一|W3-W6|5-6周|第三周|持续执行|第3周-6周|"
    "第3-8周(活动期)|W5D1|第3周到6周|3～6周|第3～6周"
).split("|")
TEXTS = (
    "用户1万人;销售额200万元|预算3万元（KOL 1.5万）|预算：20万元|控制在60万元以内|持续执行|"
    "3个月内新增用户5万人|新增≥5万;销售额不低于30万元|无|退货率下降25%|ROI≥3:1|点赞≥1万"
).split("|")
NAMES = (
    "曝光量|销售额(万元)|点击率|ROI|退货率|总费用（万元）|千次展示成本|用户满意度|新增用户/万|"
    "百度曝光量|投诉率|差评数"
).split("|")
CONDITIONS = "观看人数≥20万|素材通过率100%|退货率下降25%|ROI≥1:4|ROI≥3:1|费用≤60元".split("|")
BY_TYPE: dict[str, Sequence[object]] = {
    "money": AMOUNTS,
    "number": AMOUNTS,
    "integer": COUNTS,
    "percent": SHARES,
    "quantity": QUANTITIES,
    "date": DAYS,
    "date_range": SPANS,
    "datetime": MOMENTS,
    "week": WEEKS,
    "long_text": TEXTS,
    "condition": CONDITIONS,
    "person": ("张三",),
    "department": ("市场部",),
    "yes_no": ("是",),
}


def rows_of(sheet: TableSheet, template: Template, count: int) -> Rows:
    """Return rows in which every typed column goes through the spellings of its type."""
    columns = {
        column.id: list(islice(cycle(_cells(column, template)), at * 5, at * 5 + count))
        for at, column in enumerate(sheet.inputs)
    }
    rows: list[dict[str, Any]] = []
    for number in range(count):
        row = {name: cells[number] for name, cells in columns.items()}
        rows.append(row)
    return rows


def _cells(column: Column, template: Template) -> Sequence[object]:
    if column.choices is not None:
        return [item.label["zh-Hans"] for item in template.choices[column.choices].items]
    if column.type == "text":
        return NAMES if column.id == "metric" else [f"{column.id}{at}" for at in range(ROWS)]
    return BY_TYPE[column.type]


def books(folder: Path, template: Template) -> Iterator[Typed]:
    """Walk workbooks that hold all this in one table each."""
    for sheet in template.tables:
        if sheet.computed:
            (folder / sheet.id).mkdir()
            rows = {sheet.id: rows_of(sheet, template, ROWS)}
            yield typed(folder / sheet.id, template, "zh-Hans", rows)


def book_of_all(folder: Path, template: Template) -> Typed:
    """Return a workbook that holds a few rows of it in all tables."""
    rows = {sheet.id: rows_of(sheet, template, FEW) for sheet in template.tables if sheet.computed}
    return typed(folder, template, "zh-Hans", rows)


def disagreeing(book: Typed, fresh: Cells) -> list[object]:
    """List the cells that show what Python did not compute, or nothing without a word."""
    found: list[object] = []
    told = {p.place.sheet for p in book.reading.problems if p.code.startswith("formulas_need")}
    for name, records in book.reading.sheets.items():
        sheet = book.template[name]
        assert isinstance(sheet, TableSheet)
        tab = sheet.label["zh-Hans"]
        for number, column in enumerate(sheet.columns, start=1):
            for at in range(len(records.frame)) if column.is_computed else ():
                if pd.isna(records.frame[column.id].iloc[at]):
                    continue  # a problem names the cell that nothing was made of
                value = shown(column, records, at, book)
                value = round(value, 9) if isinstance(value, float) else value
                row = int(records.rows[at])
                there = plain(fresh[tab, f"{column_letter(number)}{row}"])
                if there != value and not (there == "" and tab in told):
                    inputs = records.raw.iloc[at].dropna().to_dict()
                    found.append((tab, row, column.id, value, there, inputs))
    return found


def asked(book: Typed) -> Cells:
    """Return the computed cells of a workbook's records."""
    return {
        (sheet.label["zh-Hans"], f"{column_letter(number)}{FIRST_ROW + at}"): ""
        for sheet in book.template.tables
        if sheet.id in book.reading.sheets and len(book.reading.sheets[sheet.id].frame)
        for number, column in enumerate(sheet.columns, start=1)
        if column.is_computed
        for at in range(len(book.reading.sheets[sheet.id].frame))
    }


@pytest.mark.parametrize("name", template_names())
def test_few_rows_show_what_python_computes_or_nothing(tmp_path: Path, name: str) -> None:
    """For every type and sheet: ironcalc's value is Python's, or blank and told."""
    book = book_of_all(tmp_path, library_template(name))
    cells = asked(book)
    assert cells
    assert disagreeing(book, ironcalc_values(book.path, cells)) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", template_names())
def test_a_sheet_shows_what_python_computes_or_nothing(tmp_path: Path, name: str) -> None:
    """The same of every spelling, each table in a workbook of its own."""
    for book in books(tmp_path, library_template(name)):
        cells = asked(book)
        assert cells
        assert disagreeing(book, ironcalc_values(book.path, cells)) == []


@pytest.mark.slow
@pytest.mark.office
@pytest.mark.filterwarnings("ignore:Cell .* is marked as a date")  # 20240605 in one, on purpose
@pytest.mark.parametrize("name", template_names())
def test_libreoffice_shows_what_python_computes_or_nothing(tmp_path: Path, name: str) -> None:
    """The same in LibreOffice, which reads texts as numbers where it can."""
    for book in books(tmp_path, library_template(name)):
        folder = book.path.parent / "office"
        folder.mkdir()
        assert disagreeing(book, libreoffice_values(book.path, asked(book), folder)) == []
