"""Which of several files the policy prefers, and what a cell is compared and shown by."""

from __future__ import annotations

from datetime import datetime

import pytest
from support.merges import TEMPLATE, workbook

from marketing_sheets.merging import Policy
from marketing_sheets.merging.cells import preferred
from marketing_sheets.merging.way import Way


@pytest.mark.parametrize(
    ("policy", "file"),
    [
        *(("first", "2月.xlsx"), ("last", "10月.xlsx")),
        *(("newest", "3月.xlsx"), ("keep-both", "4月.xlsx")),
    ],
)
def test_a_policy_prefers_one_of_the_files(policy: Policy, file: str) -> None:
    """By its name in natural order or by when it was saved; without a policy the one at hand."""
    saved = {"4月.xlsx": 5, "10月.xlsx": 1, "3月.xlsx": 9, "2月.xlsx": 3}
    sources = [workbook(name, {}, modified=datetime(2024, 6, day)) for name, day in saved.items()]
    way = Way(template=TEMPLATE, language="zh-Hans", policy=policy)
    assert sources[preferred(way, sources)].file == file
