"""Set departments and campaigns of a merged workbook side by side, ratios from their own sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd

from ..alerts import choice_setting, label_of
from ..metrics import (
    Achievement,
    Figure,
    achievements,
    burn,
    elapsed,
    figure,
    is_known,
    is_open,
    judged,
    late_rows,
    metric_frame,
    metrics_of,
    on_time,
    overdue,
    progress,
    up_to_day,
)
from ..records import LOG, Reading
from ..template import Campaign, Task, Verdict
from ..texts import Text, fold
from ..values import choice_spellings
from .breakdowns import day_of, progress_setting
from .mixes import origins_of, reversals_of
from .model import Compared, CompareRow, Comparison, Health, Matrix, MatrixRow

_VERDICT_RANKS: Final[Mapping[Verdict | None, int]] = {"missed": 0, "close": 1, "met": 2, None: 3}
_RANKS: Final[Mapping[Health, int]] = {"risk": 0, "watch": 1, "ok": 2, "none": 3}
_Names = np.ndarray[Any, Any]


def matrix_of(reading: Reading, departments: Compared | None) -> Matrix | None:
    """Set the evaluated metrics against the departments; None unless two of them have any.

    Departments stand in the order in which they are compared, metrics with the worst first. Of a
    metric that a department states twice the worse counts.
    """
    sheet = reading.template.sheet_for("effect")
    names = origins_of(reading, "department").get(sheet)
    if departments is None or names is None:
        return None
    columns = {
        name: at
        for name in names.tolist()
        for at, row in enumerate(departments.rows)
        if row.name == label_of(reading.template, "department", name)
    }
    cells: dict[str, dict[int, Achievement]] = {}
    for one, name in zip(achievements(reading.sheets[sheet]), names.tolist(), strict=True):
        if one.name and name in columns:
            known = cells.setdefault(fold(one.name), {})
            before = known.setdefault(columns[name], one)
            known[columns[name]] = min(before, one, key=_gravity)
    held = sorted({at for known in cells.values() for at in known})
    if len(held) < 2:
        return None
    rows = [_matrix_row([known.get(at) for at in held]) for known in cells.values()]
    rows.sort(key=_standing)
    return Matrix(
        departments=tuple(departments.rows[at].name for at in held),
        rows=tuple(rows),
    )


def _matrix_row(cells: list[Achievement | None]) -> MatrixRow:
    stated = [one for one in cells if one is not None]
    verdicts = [one.verdict for one in stated]
    return MatrixRow(
        name=stated[0].name,
        lower_is_better=all(one.lower_is_better for one in stated),
        cells=tuple(cells),
        met=verdicts.count("met"),
        judged=len(verdicts) - verdicts.count(None),
    )


def _gravity(one: Achievement) -> tuple[int, float]:
    """Order achievements from the worst to the best."""
    return _VERDICT_RANKS[one.verdict], -one.shortfall


def _standing(row: MatrixRow) -> tuple[float, float]:
    """Order metrics by how many departments fall short, then by the greatest shortfall."""
    worst = max(one.shortfall for one in row.cells if one is not None)
    return row.met - row.judged, -worst


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frames:
    """The tables that are compared, and the name of each row's group in all tables.

    `late` are sheet and row of the late tasks.
    """

    reading: Reading
    as_of: date
    names: Mapping[str, _Names]
    late: tuple[tuple[str, int], ...] = ()

    def of(self, sheet: str, group: str | None) -> pd.DataFrame:
        """Return the rows of a group, None: all, as far as the figures reach."""
        frame = metric_frame(self.reading, sheet, as_of=self.as_of)
        if group is not None and sheet in self.names:
            frame = frame.loc[self.names[sheet] == group]
        return up_to_day(frame)


def compare(reading: Reading, *, as_of: date) -> Comparison | None:
    """Compare the departments of a merged workbook, and its campaigns; None if it has but one."""
    compared = {
        trace: table
        for trace in ("department", "campaign")
        if (table := _compared(reading, trace, as_of)) is not None
    }
    if not compared:
        return None
    departments = compared.get("department")
    is_repeated = departments is not None and _are_the_same(reading)
    return Comparison(
        departments=departments,
        campaigns=None if is_repeated else compared.get("campaign"),
        reversals=reversals_of(reading, as_of=as_of),
        matrix=matrix_of(reading, departments),
    )


def _are_the_same(reading: Reading) -> bool:
    """Whether each campaign is all of one department, and each department all of one campaign."""
    departments, campaigns = (origins_of(reading, trace) for trace in ("department", "campaign"))
    pairs = {
        pair
        for sheet, names in departments.items()
        if sheet in campaigns
        for pair in zip(names.tolist(), campaigns[sheet].tolist(), strict=True)
    }
    return len({one for one, _ in pairs}) == len({other for _, other in pairs}) == len(pairs)


def _compared(reading: Reading, trace: str, as_of: date) -> Compared | None:
    names = origins_of(reading, trace)
    groups = sorted({name for column in names.values() for name in column.tolist()})
    if trace == "department" and any(groups):
        # A department that took part and whose rows are all others' now has none, and is told.
        groups = sorted({*groups, *_took_part(reading)})
    if len([name for name in groups if name]) < 2:
        return None
    frames = _Frames(reading=reading, as_of=as_of, names=names)
    roles = (reading.template.sheet_for(role) for role in ("master", "schedule"))
    tasks = [reading.sheets[sheet] for sheet in roles if sheet in reading.sheets]
    _, late = late_rows(tasks, choice_setting(reading, "late_done"))
    frames = replace(
        frames,
        late=tuple((records.sheet, row) for records, row, _ in late),
    )
    rows = [_row(frames, name, _label(reading, trace, name)) for name in groups]
    rows.sort(key=lambda row: (_RANKS[row.health], -(row.late + row.overdue)))
    return Compared(rows=tuple(rows), total=_row(frames, None, ""))


def _took_part(reading: Reading) -> set[str]:
    """Return the departments whose workbooks the log of a merge names."""
    choices = reading.template.choices.get("department")
    known = {} if choices is None else choice_spellings(choices)
    words = (str(line.get("department") or "") for line in reading.attachments.get(LOG, ()))
    return {known.get(fold(word), word) for word in words if word}


def _label(reading: Reading, trace: str, name: str) -> Text | str:
    return label_of(reading.template, "department", name) if trace == "department" else name


def _row(frames: _Frames, group: str | None, name: Text | str) -> CompareRow:
    reading, as_of, template = frames.reading, frames.as_of, frames.reading.template
    tasks = frames.of(template.sheet_for("master"), group)
    schedule = frames.of(template.sheet_for("schedule"), group)
    start, end = (day_of(reading.form.get(name)) for name in Campaign.PERIOD)
    burnt = burn(tasks, elapsed(start, end, as_of))
    figures = _figures(frames, group)
    issues = frames.of(template.sheet_for("issues"), group)
    unsolved = is_open(issues) & is_known(issues, as_of)
    late = int((overdue(issues, as_of)[unsolved] > 0).sum())
    delayed = [
        sheet
        for sheet, row in frames.late
        if group is None or sheet not in frames.names or frames.names[sheet][row] == group
    ]
    met, verdicts = _verdicts(frames, group)
    row = CompareRow(
        name=name,
        rows=_count(frames, group),
        progress=progress(tasks, progress_setting(reading)).overall,
        on_time=on_time(tasks if Task.DELAY_DAYS in tasks and len(tasks) else schedule),
        late=len(delayed),
        budget=burnt.budget,
        spend=burnt.spend,
        cost=figures["cost"],
        used=burnt.used,
        sales=figures.get("sales", _none("sales")),
        achieved=figures.get("sales_achievement", _none("sales_achievement")),
        roas=figures.get("roas", _none("roas")),
        met=met,
        judged=verdicts,
        open=int(unsolved.sum()),
        overdue=late,
        health="none",
    )
    return replace(row, health=_health(row, over=burnt.over))


def _figures(frames: _Frames, group: str | None) -> dict[str, Figure]:
    """Return the figures of the daily data of a group, by metric; the cost is always there."""
    sheet = frames.reading.template.sheet_for("daily")
    daily = frames.of(sheet, group)
    found = {one.id: figure(one, daily) for one in metrics_of(frames.reading, sheet)}
    return {"cost": _none("cost"), **found}


def _none(metric: str) -> Figure:
    return Figure(metric=metric, value=None, reason="no_data")


def _count(frames: _Frames, group: str | None) -> int:
    if group is None:
        return sum(len(records.frame) for records in frames.reading.sheets.values())
    return sum(int((column == group).sum()) for column in frames.names.values())


def _verdicts(frames: _Frames, group: str | None) -> tuple[int, int]:
    verdicts = []
    for records in judged(frames.reading.sheets.values()):
        rows = np.ones(len(records.frame), dtype=bool)
        if group is not None and records.sheet in frames.names:
            rows = frames.names[records.sheet] == group
        both = zip(achievements(records), rows, strict=True)
        verdicts += [one.verdict for one, own in both if own]
    return verdicts.count("met"), len(verdicts) - verdicts.count(None)


def _health(row: CompareRow, *, over: int) -> Health:
    """Judge a group as the whole is judged: late, overdue or overspent is a risk."""
    if row.late or row.overdue or over or (row.used.value or 0.0) > 1:
        return "risk"
    short = row.achieved.value is not None and row.achieved.value < 1
    if short or row.met < row.judged:
        return "watch"
    return "ok" if row.rows else "none"
