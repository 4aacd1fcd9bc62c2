"""Set departments and campaigns of a merged workbook side by side, ratios from their own sums."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, TypeVar

import numpy as np
import pandas as pd

from ..alerts import choice_setting, label_of
from ..metrics import (
    Achievement,
    Burn,
    Figure,
    achievements,
    burn,
    elapsed,
    figure,
    figures_per_group,
    is_known,
    is_later,
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
from ..records import LOG, Integers, Reading
from ..template import Campaign, Role, Task, Verdict
from ..texts import Text, fold
from ..values import choice_spellings
from .breakdowns import day_of, progress_setting
from .mixes import origins_of, reversals_of
from .model import Compared, CompareRow, Comparison, Health, Matrix, MatrixRow

_VERDICT_RANKS: Final[Mapping[Verdict | None, int]] = {"missed": 0, "close": 1, "met": 2, None: 3}
_RANKS: Final[Mapping[Health, int]] = {"risk": 0, "watch": 1, "ok": 2, "none": 3}
_Names = np.ndarray[Any, Any]
_WORK: Final[tuple[Role, ...]] = ("master", "schedule", "issues")
_NOBODY: Final[Integers] = np.array([], dtype=np.int64)


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
class _Groups:
    """The groups that are compared, and what is told for all of them at once, and for None: all.

    `names` is the name of each row's group by table, `rows` the rows of each group; `late` counts
    late tasks. A table without names is every group's.
    """

    reading: Reading
    as_of: date
    names: Mapping[str, _Names]
    rows: Mapping[str, Mapping[str, Integers]]
    late: Mapping[str | None, Sequence[int]]
    verdicts: Mapping[str | None, Sequence[Verdict | None]]
    figures: Mapping[str | None, Mapping[str, Figure]]

    def of(self, role: Role, group: str | None) -> pd.DataFrame:
        """Return the rows of a group, None: all, as far as the figures reach."""
        sheet = self.reading.template.sheet_for(role)
        frame = metric_frame(self.reading, sheet, as_of=self.as_of)
        if group is not None and sheet in self.rows:
            frame = frame.take(self.rows[sheet].get(group, _NOBODY))
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
    template = reading.template
    roles = (template.sheet_for(role) for role in _WORK[:2])
    tasks = [reading.sheets[sheet] for sheet in roles if sheet in reading.sheets]
    _, late = late_rows(tasks, choice_setting(reading, "late_done"))
    verdicts = (
        (records.sheet, row, one.verdict)
        for records in judged(reading.sheets.values())
        for row, one in enumerate(achievements(records))
    )
    compared = _Groups(
        reading=reading,
        as_of=as_of,
        names=names,
        rows={sheet: _rows(own) for sheet, own in names.items()},
        late=_dealt(((records.sheet, row, 1) for records, row, _ in late), names, groups),
        verdicts=_dealt(verdicts, names, groups),
        figures=_figures(reading, as_of, names, groups),
    )
    # How groups without a task or an issue stand is the same for all of them.
    busy = {name for role in _WORK for name in compared.rows.get(template.sheet_for(role), ())}
    idle = next((name for name in groups if name not in busy), None)
    works = {name: _work(compared, name) for name in {*busy, idle, None}}
    rows = [
        _row(compared, name, _label(reading, trace, name), works.get(name, works[idle]))
        for name in groups
    ]
    rows.sort(key=lambda row: (_RANKS[row.health], -(row.late + row.overdue)))
    return Compared(rows=tuple(rows), total=_row(compared, None, "", works[None]))


def _rows(names: _Names) -> dict[str, Integers]:
    """Return the rows of each name, in order."""
    codes, found = pd.factorize(names)
    ends = np.cumsum(np.bincount(codes, minlength=len(found)))
    parts = np.split(np.argsort(codes, kind="stable"), ends)[:-1]
    return dict(zip(found, parts, strict=True))


_Value = TypeVar("_Value")


def _dealt(
    values: Iterable[tuple[str, int, _Value]], names: Mapping[str, _Names], groups: Sequence[str]
) -> dict[str | None, list[_Value]]:
    """Deal what was found in rows of tables out to the groups of the rows, and all to None."""
    dealt: dict[str | None, list[_Value]] = {group: [] for group in (None, *groups)}
    for sheet, row, value in values:
        for group in (None, *([names[sheet][row]] if sheet in names else groups)):
            dealt[group].append(value)
    return dealt


def _took_part(reading: Reading) -> set[str]:
    """Return the departments whose workbooks the log of a merge names."""
    choices = reading.template.choices.get("department")
    known = {} if choices is None else choice_spellings(choices)
    words = (str(line.get("department") or "") for line in reading.attachments.get(LOG, ()))
    return {known.get(fold(word), word) for word in words if word}


def _label(reading: Reading, trace: str, name: str) -> Text | str:
    return label_of(reading.template, "department", name) if trace == "department" else name


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """How tasks and issues of a group stand."""

    burnt: Burn
    progress: Figure
    on_time: Figure
    open: int
    overdue: int


def _work(groups: _Groups, group: str | None) -> _Work:
    reading, as_of = groups.reading, groups.as_of
    tasks, schedule, issues = (groups.of(role, group) for role in _WORK)
    start, end = (day_of(reading.form.get(name)) for name in Campaign.PERIOD)
    unsolved = is_open(issues) & is_known(issues, as_of)
    return _Work(
        burnt=burn(tasks, elapsed(start, end, as_of)),
        progress=progress(tasks, progress_setting(reading)).overall,
        on_time=on_time(tasks if Task.DELAY_DAYS in tasks and len(tasks) else schedule),
        open=int(unsolved.sum()),
        overdue=int((overdue(issues, as_of)[unsolved] > 0).sum()),
    )


def _row(groups: _Groups, group: str | None, name: Text | str, work: _Work) -> CompareRow:
    figures, verdicts = groups.figures[group], groups.verdicts[group]
    row = CompareRow(
        name=name,
        rows=_count(groups, group),
        progress=work.progress,
        on_time=work.on_time,
        late=len(groups.late[group]),
        budget=work.burnt.budget,
        spend=work.burnt.spend,
        cost=figures.get("cost", _none("cost")),
        used=work.burnt.used,
        sales=figures.get("sales", _none("sales")),
        achieved=figures.get("sales_achievement", _none("sales_achievement")),
        roas=figures.get("roas", _none("roas")),
        met=verdicts.count("met"),
        judged=len(verdicts) - verdicts.count(None),
        open=work.open,
        overdue=work.overdue,
        health="none",
    )
    return replace(row, health=_health(row, over=work.burnt.over))


def _figures(
    reading: Reading, as_of: date, names: Mapping[str, _Names], groups: Sequence[str]
) -> dict[str | None, dict[str, Figure]]:
    """Return the figures of the daily data of each group, by metric."""
    sheet = reading.template.sheet_for("daily")
    frame = metric_frame(reading, sheet, as_of=as_of)
    daily, metrics = up_to_day(frame), metrics_of(reading, sheet)
    of_all = {one.id: figure(one, daily) for one in metrics}
    if sheet not in names:
        return dict.fromkeys((None, *groups), of_all)
    codes, found = pd.factorize(names[sheet][~is_later(frame)])
    numbers = {group: number for number, group in enumerate(groups)}
    codes = np.array([numbers[name] for name in found], dtype=np.intp)[codes]
    table = {one.id: figures_per_group(one, daily, codes, len(groups)) for one in metrics}
    figures: dict[str | None, dict[str, Figure]] = {None: of_all}
    for at, group in enumerate(groups):
        figures[group] = {name: row[at] for name, row in table.items()}
    return figures


def _none(metric: str) -> Figure:
    return Figure(metric=metric, value=None, reason="no_data")


def _count(groups: _Groups, group: str | None) -> int:
    if group is None:
        return sum(len(records.frame) for records in groups.reading.sheets.values())
    return sum(len(rows.get(group, _NOBODY)) for rows in groups.rows.values())


def _health(row: CompareRow, *, over: int) -> Health:
    """Judge a group as the whole is judged: late, overdue or overspent is a risk."""
    if row.late or row.overdue or over or (row.used.value or 0.0) > 1:
        return "risk"
    short = row.achieved.value is not None and row.achieved.value < 1
    if short or row.met < row.judged:
        return "watch"
    return "ok" if row.rows else "none"
