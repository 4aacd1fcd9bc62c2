"""Right workbooks to do something to: the shipped examples, and small tables of somebody else's."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import xlsxwriter
from hypothesis import strategies as st

from marketing_sheets import generate_workbook, load_template
from marketing_sheets.texts import Language
from marketing_sheets.workbooks import example_folder
from support.row_tabs import Book, take_apart

__all__ = ["foreign", "shipped"]

_FIGURES: Mapping[str, tuple[str, str]] = {
    "cost": ("money", "花费"),
    "amount": ("money", "销售额"),
    "uv": ("integer", "UV"),
    "orders": ("integer", "订单数"),
    "fans": ("integer", "新增粉丝"),
    "tickets": ("integer", "票数"),
}
_LABELS: Mapping[str, str] = {
    "day": "日期",
    "channel": "渠道",
    "owner": "负责人",
    "rate": "转化率",
    "note": "备注",
    **{name: label for name, (_, label) in _FIGURES.items()},
}
_CHANNELS = ("抖音", "小红书", "微信", "微博", "B站", "快手", "线下门店", "短信")
_FORMATS = {"day": {"num_format": "yyyy-mm-dd"}, "rate": {"num_format": "0.0%"}}


@cache
def shipped(name: str, language: Language) -> Book:
    """Return the example of a shipped template, taken apart."""
    template = load_template(name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        records = example_folder(template, language)
        generate_workbook(template, path, language=language, records=records, rows=2)
        return take_apart(path)


@st.composite
def foreign(draw: st.DrawFn, most_rows: int = 8) -> Book:
    """Draw a workbook of somebody else's, with a small template of its own for it."""
    columns = {}
    if draw(st.booleans()):
        columns["day"] = 'type = "date", required = true'
    is_listed = draw(st.booleans())
    kind = 'type = "choice", choices = "channel"' if is_listed else 'type = "text"'
    columns["channel"] = f"{kind}, required = true, key = true"
    if draw(st.integers(0, 3)) == 0:
        columns["owner"] = 'type = "person"'
    names = draw(st.lists(st.sampled_from([*_FIGURES]), min_size=1, max_size=6, unique=True))
    for name in names:
        required = ", required = true" if draw(st.booleans()) else ""
        columns[name] = f'type = "{_FIGURES[name][0]}"{required}'
    if draw(st.integers(0, 2)) == 0:
        columns["rate"] = 'type = "percent"'
    if draw(st.booleans()):
        columns["note"] = 'type = "long_text"'
    count = draw(st.integers(2, most_rows))
    scale = draw(st.sampled_from((1, 1000, 37)))
    size = count * len(names)
    figures = draw(st.lists(st.integers(0, 400), min_size=size, max_size=size))
    rows = [
        {name: _value(name, n) for name in columns if name not in names}
        | dict(zip(names, [figure * scale for figure in figures[n::count]], strict=True))
        for n in range(count)
    ]
    return _made(columns, rows, above=draw(st.integers(0, 3)))


def _value(name: str, row: int) -> object:
    """Return what is no figure: two channels share a day."""
    return {
        "day": date(2024, 6, 1) + timedelta(row // 2),
        "channel": _CHANNELS[row % len(_CHANNELS)],
        "owner": "王五",
        "rate": 0.021 + row / 1000,
        "note": "" if row else "首日",
    }[name]


def _made(columns: Mapping[str, str], rows: Sequence[Mapping[str, object]], above: int) -> Book:
    """Write a workbook and its template, with rows of a title above the header."""
    inside = "".join(
        f'  {{ id = "{name}", label = "{_LABELS[name]}", {rest} }},\n'
        for name, rest in columns.items()
    )
    with tempfile.TemporaryDirectory() as folder:
        template, path = Path(folder) / "t.toml", Path(folder) / "a.xlsx"
        template.write_text(
            'format = 1\nid = "t"\ntitle = "t"\n[[sheets]]\nid = "t"\nlabel = "数据"\n'
            f"columns = [\n{inside}]\n",
            encoding="utf-8",
        )
        with xlsxwriter.Workbook(path) as book:
            tab = book.add_worksheet("数据")
            formats: Any = {name: book.add_format(form) for name, form in _FORMATS.items()}
            if above:
                tab.write(0, 0, "投放数据汇报")
            for at, name in enumerate(columns):
                tab.write(above, at, _LABELS[name])
                for number, row in enumerate(rows, above + 1):
                    write = tab.write_datetime if name == "day" else tab.write
                    write(number, at, row[name], formats.get(name))
        return take_apart(path, load_template(template))
