"""Which rows the tables of the Summary show."""

from __future__ import annotations

from support.readings import (
    AS_OF,
    metric,
    reading,
)

from marketing_sheets.summary import (
    summarize,
)
from marketing_sheets.summary.tables import shown_metrics


def test_the_worst_metrics_are_shown() -> None:
    """Of forty metrics the nine worst are kept, by achievement, lower-is-better ones last."""
    rows = [metric(f"m{n}", 100, 60 + 2 * n) for n in range(39)]
    rows.append(metric("cost", 100, 300, direction="lower"))
    shown = shown_metrics(summarize(reading({"effect_evaluation": rows}), as_of=AS_OF).metrics)
    assert [one.name for one in shown] == [f"m{n}" for n in range(7, -1, -1)] + ["cost"]
