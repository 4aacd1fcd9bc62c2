"""The lines a terminal shows."""

from __future__ import annotations

from support.readings import (
    AS_OF,
    campaign,
)

from marketing_sheets.summary import (
    summarize,
    summary_lines,
)
from marketing_sheets.summary.words import (
    sentence,
)


def test_terminal_lines() -> None:
    """The short form has verdict, sentence, six figures, every action and the row count."""
    summary = summarize(campaign(), as_of=AS_OF)
    lines = summary_lines(summary, "zh-Hans")
    assert lines[0] == "2024夏季大促（618）  ▲ 有风险"
    assert lines[2] == sentence(summary, "zh-Hans")
    # The reserve stands in a form that this reading has no cells of.
    assert sum(" › " in line for line in lines) == len(summary.actions) - 1 == 10
    assert lines[-1] == "读到 139 行 = 采用 139 行 + 列出 0 行"
