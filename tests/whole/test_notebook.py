"""A notebook over all verbs: cells run as they stand, and what they show is short and sound."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
from support.examples import Examples

from marketing_sheets import Place, Reading, Split
from marketing_sheets.splitting.plan import Part, SplitTotal, Unassigned

Space = dict[str, Any]
CELLS = {
    "imports": "from datetime import date; from marketing_sheets import *",
    "made": """
form = {"campaign_name": "618 <b>大促</b>", "end_date": date(2024, 7, 15)}
made = generate_workbook("campaign_tracker", "blank.xlsx", form=form, rows=2)
made
""",
    "reading": "reading = read_workbook('618.xlsx'); reading",
    "records": "reading.sheets['daily_data']",
    "problems": "done = recalculate('618.xlsx', as_of=date(2024, 6, 28)); done.reading.problems",
    "done": "done",
    "summary": "done.summary",
    "report": "report = write_report(done.summary, '618.html'); report",
    "merged": """
merged = merge(['618.xlsx', 'blank.xlsx'], 'all.xlsx', as_of=date(2024, 6, 28), jobs=1)
merged
""",
    "settled": "settled = settle('all.xlsx', as_of=date(2024, 6, 28)); settled",
    "changed": "diff('blank.xlsx', '618.xlsx', as_of=date(2024, 6, 28))",
    "receipt": "done.receipt",
    "template": "load_template('campaign_tracker')",
}
LINES = {
    "made": "<Generation blank.xlsx: 0 problems>",
    "reading": "<Reading 618.xlsx: campaign_tracker, 5 sheets, 158 rows, 0 problems>",
    "records": "<SheetRecords daily_data: 120 rows, 16 columns, 618.xlsx › 每日数据>",
    "done": "<Recalculation 618.xlsx as of 2024-06-28: at risk, 10 alerts, 7 problems>",
    "summary": "<Summary of 618.xlsx as of 2024-06-28: at risk, 10 alerts, 5 problems>",
    "report": "<WrittenReport 618.html as of 2024-06-28: zh-Hans, at risk, 10 alerts>",
    "changed": "<Diff blank.xlsx → 618.xlsx: 169 differences>",
    "split": "<Split parts: by department, 1 part, 1 unassigned row>",
    "receipt": "<Receipt 618.xlsx: 汇总, 核对, 5 parts changed, 24 kept>",
}
DRAWN = {"made", "reading", "done", "summary", "merged", "settled"}


def run(cell: str, space: Space) -> Any:
    """Run a cell as a notebook does; return what its last line is worth."""
    tree = ast.parse(cell)
    last = tree.body[-1]
    if not isinstance(last, ast.Expr):
        exec(compile(tree, "<cell>", "exec"), space)
        return None
    tree.body.pop()
    exec(compile(tree, "<cell>", "exec"), space)
    return eval(compile(ast.Expression(last.value), "<cell>", "eval"), space)


@pytest.fixture(scope="module")
def shown(examples: Examples, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Space]:
    """What each cell shows, run one after the other in a folder of their own."""
    folder, before = tmp_path_factory.mktemp("notebook"), Path.cwd()
    (folder / "618.xlsx").write_bytes(examples().path.read_bytes())
    os.chdir(folder)
    try:
        space: Space = {}
        found = {name: run(cell, space) for name, cell in CELLS.items()}
        yield found | {"split": a_split(found["reading"])}
    finally:
        os.chdir(before)


def a_split(reading: Reading) -> Split:
    """Return what a split of a workbook tells; to make one takes seconds."""
    place = Place(file=reading.file, sheet="推进总表", row=9)
    return Split(
        reading=reading,
        folder=Path("parts"),
        by="department",
        split_id="1",
        parts=(Part(value="sales", label="销售部", path=Path("618-销售部.xlsx"), rows={"a": 1}),),
        unassigned=(Unassigned(sheet="master_tracker", place=place, reason="no_column"),),
        totals=(SplitTotal(sheet="master_tracker", column=None, whole=2, parts={"a": 1}),),
    )


def everything(root: object) -> list[Any]:
    """Walk all results that are held by one, each once."""
    seen: dict[int, Any] = {}
    waiting = [root]
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen[id(one)] = one
        if is_dataclass(one):
            waiting += [getattr(one, field.name) for field in fields(one)]
        elif isinstance(one, Mapping):
            waiting += one.values()
        elif isinstance(one, tuple | list):
            waiting += one
    return [one for one in seen.values() if is_dataclass(one)]


class TestNotebook:
    """What a person sees who types the name of a result."""

    @pytest.mark.parametrize("name", LINES)
    def test_a_result_says_what_one_wants_to_know(self, shown: Space, name: str) -> None:
        """The line names the file, the day, the verdict and how much there is to look at."""
        assert repr(shown[name]) == LINES[name]

    def test_every_result_and_all_it_holds_is_one_short_line(self, shown: Space) -> None:
        """From a whole merge down to a single cell's place, no line breaks and none is long."""
        told = {type(one).__name__: repr(one) for one in everything(list(shown.values()))}
        assert {"MergeResult", "Merge", "Split", "Part", "Template", "Text", "Tile"} <= told.keys()
        assert {k: v for k, v in told.items() if len(v) > 200 or not v.isprintable()} == {}

    def test_many_problems_are_as_many_lines(self, shown: Space) -> None:
        """A tuple of them, which shows all, stays readable."""
        assert len(repr(shown["problems"])) < 120 * len(shown["problems"])

    @pytest.mark.parametrize("name", CELLS)
    def test_results_worth_a_picture_have_one(self, shown: Space, name: str) -> None:
        """It is less than 50 KB, brings no script and fetches nothing; others have a line."""
        draw = getattr(shown[name], "_repr_html_", None)
        html = None if draw is None else draw()
        assert (html is not None) == (name in DRAWN)
        if html is not None:
            assert len(html.encode()) < 50_000
            assert "<script" not in html
            assert "http" not in html

    def test_the_picture_shows_what_the_summary_says(self, shown: Space) -> None:
        """Verdict, figures, what needs action and doubts stand there, in the workbook's words."""
        html = shown["done"]._repr_html_()
        for text in ("▲ 有风险", "销售额", "347.1万", "达成 112.2%", "任务延期", "推进总表 › K10"):
            assert text in html
        assert "数据问题 7 项" in html
        assert "大促" in html
