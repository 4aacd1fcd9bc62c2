"""Alerts about issues, tasks, their money and the evaluated metrics."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np

from ..metrics import (
    Achievement,
    achievements,
    allocation,
    burn,
    days_between,
    elapsed,
    finished_tasks,
    is_known,
    is_open,
    late_rows,
    metric_frame,
    numbers,
    overdue,
    progress,
)
from ..problems import Place
from ..records import Reading, SheetRecords
from ..template import (
    ALERT_SEVERITIES,
    Campaign,
    Effect,
    Issue,
    Record,
    Rule,
    Task,
    rounded,
)
from ..texts import Text
from .model import (
    Alert,
    Amount,
    Phrase,
    choice_setting,
    label_of,
    leader,
    number_setting,
    raised,
    terms,
    text_at,
    what_of,
)
from .rows import about, key_name, sheet_of


def _sheets(rule: Rule, reading: Reading) -> list[SheetRecords]:
    return [reading.sheets[name] for name in rule.sheets if name in reading.sheets]


def _whose(reading: Reading, records: SheetRecords, row: int) -> tuple[Text | str, str]:
    """Return whose row it is; where a sheet names nobody, whoever leads the campaign."""
    if Record.OWNER not in records.frame:
        return leader(reading)
    department = label_of(reading.template, "department", text_at(records, row, Record.DEPARTMENT))
    return department, text_at(records, row, Record.OWNER)


def issues(rule: Rule, reading: Reading, as_of: date) -> Iterator[Alert]:
    """Find unsolved issues that are overdue or, by the other rule, of high severity."""
    for records in _sheets(rule, reading):
        late, due = (
            overdue(records.frame, as_of),
            -days_between(records.frame, Issue.DUE_DATE, as_of),
        )
        unsolved = is_open(records.frame) & is_known(records.frame, as_of)
        for row in np.flatnonzero(unsolved).tolist():
            severity = text_at(records, row, Issue.SEVERITY)
            is_overdue = bool(late[row] > 0)
            if is_overdue != (rule.kind == "issue_overdue"):
                continue
            if not is_overdue and severity != "high":
                continue
            days = int(late[row])
            # The nearer the due date, the graver.
            nearness = -np.nan_to_num(due[row], nan=np.inf)
            yield raised(
                rule,
                reading,
                about(reading, records, row),
                what=Phrase(
                    code="what.plain", params={"name": text_at(records, row, Issue.DESCRIPTION)}
                ),
                gap=Phrase(code="gap.overdue", params={"days": days}, count=days)
                if is_overdue
                else _due(due[row]),
                place=records.place(row, Issue.OVERDUE_DAYS, Issue.DUE_DATE, Issue.DESCRIPTION),
                size=float(days if is_overdue else nearness),
                rank=ALERT_SEVERITIES.index(severity)
                if severity in ALERT_SEVERITIES
                else len(ALERT_SEVERITIES),
                whose=_whose(reading, records, row),
            )


def _due(days: float) -> Phrase:
    if np.isnan(days):
        return Phrase(code="gap.no_due_date")
    if days == 0:
        return Phrase(code="gap.due_today")
    return Phrase(code="gap.due", params={"days": int(days)}, count=int(days))


def late(rule: Rule, reading: Reading, as_of: date) -> Iterator[Alert]:
    """Find tasks that are late; one that stands on two sheets is one thing to do."""
    del as_of
    # The master tracker goes first.
    _, found = late_rows(_sheets(rule, reading), choice_setting(reading, "late_done"))
    for records, row, days in found:
        name, share = text_at(records, row, Task.TASK), numbers(records.frame, Task.PROGRESS)[row]
        what = Phrase(code="what.plain", params={"name": name})
        if not np.isnan(share):
            amount = Amount(value=float(share), unit="percent")
            what = Phrase(code="what.task", params={"name": name, "progress": amount})
        is_finished = bool(finished_tasks(records.frame)[row])
        code = "gap.ended_late" if is_finished else "gap.late"
        gap = Phrase(code=code, params={"days": days}, count=days)
        yield raised(
            rule,
            reading,
            about(reading, records, row),
            what=what,
            gap=gap if days else Phrase(code="gap.flagged"),
            place=records.place(row, Task.DELAY_DAYS, Task.PLANNED_END, Task.TASK),
            size=days,
            whose=_whose(reading, records, row),
            # Nothing can be done any more, but to learn from it.
            severity="low" if is_finished else None,
        )


def _total(reading: Reading) -> float | None:
    total = reading.form.get(Campaign.BUDGET)
    return None if total is None else float(total)


def over_allocated(rule: Rule, reading: Reading, as_of: date) -> Iterator[Alert]:
    """Find that tasks, or the items of the plan, have been given more than the campaign has."""
    del as_of
    total = _total(reading)
    for records in _sheets(rule, reading):
        sheet = sheet_of(reading, records)
        given = allocation(
            records.frame, total, Task.BUDGET if sheet.share is None else sheet.share.column
        )
        rest = given.unallocated.value
        if total is None or not given.exceeded or rest is None:
            continue
        gap, size = _over(-rest, total)
        params = {
            "tasks": Amount(value=given.tasks.value or 0.0, unit="money"),
            "total": Amount(value=total, unit="money"),
            "name": sheet.label,
        }
        code = "what.allocated" if sheet.share is None else "what.planned"
        yield raised(
            rule,
            reading,
            (records.sheet,),
            what=Phrase(code=code, params=params),
            gap=gap,
            place=reading.form_places.get(Campaign.BUDGET, Place(file=reading.file)),
            size=size,
        )


def _over(over: float, base: float) -> tuple[Phrase, float]:
    """Say by how much a budget is exceeded, and by what share; without a budget there is none."""
    params: dict[str, object] = {"over": Amount(value=over, unit="money")}
    if base <= 0:
        return Phrase(code="gap.over_unplanned", params=params), float("inf")
    share = over / base
    params["share"] = Amount(value=share, unit="percent")
    return Phrase(code="gap.over", params=params), share


def over_budget(rule: Rule, reading: Reading, as_of: date) -> Iterator[Alert]:
    """Find tasks and items that have spent more than their budget."""
    del as_of
    for records in _sheets(rule, reading):
        budget, spend = numbers(records.frame, Task.BUDGET), numbers(records.frame, Task.SPEND)
        for row in np.flatnonzero(rounded(spend) > rounded(budget)).tolist():
            if text_at(records, row, Task.STATUS) == "cancelled":
                continue
            gap, size = _over(float(spend[row] - budget[row]), float(budget[row]))
            spent = Amount(value=float(spend[row]), unit="money")
            name = text_at(records, row, Task.TASK) or key_name(reading, records, row)
            yield raised(
                rule,
                reading,
                about(reading, records, row),
                what=Phrase(code="what.spent", params={"name": name, "spend": spent}),
                gap=gap,
                place=records.place(row, Task.BUDGET_USE, Task.SPEND, Task.TASK),
                size=size,
                whose=_whose(reading, records, row),
            )


def below_target(rule: Rule, reading: Reading, as_of: date) -> Iterator[Alert]:
    """Find whatever a table says has missed its target, by its figures or in people's words."""
    del as_of
    for records in _sheets(rule, reading):
        for row, one in enumerate(achievements(records)):
            if one.verdict != "missed":
                continue
            yield raised(
                rule,
                reading,
                about(reading, records, row),
                what=_target(one, key_name(reading, records, row)),
                gap=_shortfall(one, number_setting(reading, "close") or 0.0),
                place=records.place(
                    row, Effect.ACHIEVEMENT, Effect.ACTUAL, Effect.METRIC, Effect.VERDICT
                ),
                size=one.shortfall,
                whose=_whose(reading, records, row),
            )


def _target(one: Achievement, name: Text | str) -> Phrase:
    """Say what was to be reached, and what was."""
    if one.actual is None or one.target is None:
        return Phrase(code="what.plain", params={"name": one.name or name})
    params = {
        "name": one.name or name,
        "actual": Amount(value=one.actual, unit=one.unit),
        "target": Amount(value=one.target, unit=one.unit),
    }
    return Phrase(code="what.limit" if one.lower_is_better else "what.target", params=params)


def _shortfall(one: Achievement, close: float) -> Phrase:
    """Say how far from its target it is, unless the figure would seem to say that it is not."""
    share, is_over = one.achieved.value, one.lower_is_better and (one.target or 0.0) > 0
    if share is None or (share > 1) != is_over or close <= share <= 1:
        return Phrase(code="gap.missed")
    if is_over:
        amount = Amount(value=share - 1, unit="percent")
        return Phrase(code="gap.above_limit", params={"share": amount})
    # Beside the lines, so that none of them is what it rounds to.
    lines = {"line": Amount(value=close, unit="percent"), "target": Amount(value=1, unit="percent")}
    return Phrase(
        code="gap.achieved", params={"share": Amount(value=share, unit="percent"), **lines}
    )


def reserve(rule: Rule, reading: Reading, as_of: date) -> Iterator[Alert]:
    """Find that too little is kept back; once the campaign is over it is no use any more."""
    total, end, said = _total(reading), reading.form.get(Campaign.END_DATE), terms(rule, reading)
    if not total or said is None or said.limit is None or (end is not None and as_of > end):
        return
    for records in _sheets(rule, reading):
        given = allocation(records.frame, total)
        rest = given.unallocated.value
        # That the tasks have more than everything is told by a rule of its own.
        if rest is None or given.exceeded or rest >= said.limit * total - 0.005:
            continue
        value, share = Amount(value=max(rest, 0.0), unit="money"), max(rest, 0.0) / total
        limit = Amount(value=said.limit * total, unit="money")
        yield raised(
            rule,
            reading,
            (records.sheet,),
            what=what_of(rule, "", value=value, share=Amount(value=share, unit="percent")),
            place=reading.form_places.get(Campaign.BUDGET, Place(file=reading.file)),
            size=said.limit - share,
            blanks={"limit": limit},
        )


def _left_out(worked: float, count: int) -> Phrase | Amount:
    """Say a progress, and how many tasks it leaves out."""
    share = Amount(value=worked, unit="percent")
    if not count:
        return share
    return Phrase(code="clause.left_out", params={"said": share, "left": count})


def burning(rule: Rule, reading: Reading, as_of: date) -> Iterator[Alert]:
    """Find that money is spent ahead of both time and work."""
    form, said = reading.form, terms(rule, reading)
    if said is None or said.limit is None:
        return
    time = elapsed(form.get(Campaign.START_DATE), form.get(Campaign.END_DATE), as_of).value
    for records in _sheets(rule, reading):
        tasks = metric_frame(reading, records.sheet)
        spent = burn(tasks, elapsed(None, None, as_of), total=_total(reading))
        if spent.used.value is None or time is None:
            continue
        overall = progress(tasks, choice_setting(reading, "progress_by")).overall
        done = overall.value
        # As they are shown, to a tenth of a percent: what is told has to add up.
        used, passed, worked = (round(share or 0.0, 3) for share in (spent.used.value, time, done))
        gap = used - max(passed, worked)
        if gap <= said.limit + 1e-9:
            continue
        yield raised(
            rule,
            reading,
            (records.sheet,),
            what=what_of(
                rule,
                "",
                value=Amount(value=used, unit="percent"),
                time=Amount(value=passed, unit="percent"),
                progress="–" if done is None else _left_out(worked, overall.left_out),
                base=Phrase(code=f"base.{spent.base}"),
            ),
            place=records.place(0, Task.SPEND) if len(records.frame) else Place(file=reading.file),
            size=gap,
            blanks={"gap": Amount(value=gap, unit="percent"), "points": Amount(value=100 * gap)},
        )
