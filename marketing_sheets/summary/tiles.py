"""The six headline figures, the verdict on the whole, and the clauses of its one sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import pandas as pd

from ..alerts import Alert, AlertKind, Amount, Phrase
from ..metrics import (
    Burn,
    Figure,
    TaskProgress,
    VerdictCounts,
)
from ..template import Campaign, Unit, judge
from .model import Health, Tile

# Progress may trail the time elapsed by this much before it is worth a warning.
WATCH_GAP = 0.05
# With more of the work than this unmeasured nothing is said to be in time.
_MOST_UNMEASURED = 0.5
_RISKS: frozenset[AlertKind] = frozenset(
    ("issue_overdue", "issue_high", "task_late", "over_allocated", "over_budget")
)
_TOLD: frozenset[AlertKind] = _RISKS | {"below_target"}
_STATES: Final = {"met": "done", "close": "close", "missed": "missed"}


def health_of(
    tiles: Sequence[Tile],
    alerts: Sequence[Alert],
    verdicts: VerdictCounts,
    progress: TaskProgress,
    *,
    errors: int,
    pending: int,
    filled: bool,
) -> Health:
    """Judge the campaign.

    none: nothing has been filled in.
    risk: an unsolved issue is overdue or of high severity, an unfinished task is late, one is over
    budget, all together have more than the campaign's, or any other alert is of high severity.
    watch: anything in any table or a headline figure missed or came close to its target, progress
    trails time by more than 5 points or most of the work has none, cells could not be read
    (`errors`), of an alert there are no data since (`pending`), or any other alert. Else ok.
    """
    if not filled:
        return "none"
    if any(_is_grave(alert) for alert in alerts):
        return "risk"
    doubtful = any(tile.state in ("close", "missed", "late") for tile in tiles)
    doubtful |= is_mostly_unmeasured(progress)
    if verdicts.missed or verdicts.close or doubtful or errors or pending:
        return "watch"
    if _others(alerts):
        return "watch"
    return "ok"


def _is_grave(alert: Alert) -> bool:
    return alert.severity == "high" or (alert.kind in _RISKS and alert.severity != "low")


def clauses(
    tiles: Sequence[Tile],
    alerts: Sequence[Alert],
    verdicts: VerdictCounts,
    progress: TaskProgress,
    time: Figure,
    *,
    errors: int,
    pending: int,
) -> tuple[tuple[Phrase, ...], tuple[Phrase, ...]]:
    """Return what is good and what is wrong, each as clauses of one sentence."""
    good = list(_targets("targets_met", tiles, "done"))
    bad = []
    overall = progress.overall
    if overall.value is not None and time.value is not None:
        points = points_behind(overall.value, time.value)
        if points > 0:
            clause = Phrase(code="clause.behind", params={"points": points}, count=points)
            bad.append(with_left_out("clause", clause, overall))
        elif not is_mostly_unmeasured(progress):
            good.append(with_left_out("clause", Phrase(code="clause.in_time"), overall))
    if is_mostly_unmeasured(progress):
        bad += _count_clause("unmeasured", overall.left_out)
    counts = {kind: sum(alert.kind == kind for alert in alerts) for kind in _TOLD}
    bad += _targets("targets_missed", tiles, "missed")
    bad += _count_clause("late", counts["task_late"])
    if counts["over_allocated"]:
        bad.append(Phrase(code="clause.allocated"))
    bad += _count_clause("over", counts["over_budget"])
    # As many as the list has, unless it is told not to have them.
    bad += _count_clause("missed", counts["below_target"] or verdicts.missed)
    bad += _count_clause("overdue", counts["issue_overdue"])
    bad += _count_clause("high", counts["issue_high"])
    if not verdicts.missed:
        bad += _count_clause("close", verdicts.close)
    bad += _targets("targets_close", tiles, "close")
    bad += _count_clause("alerts", _others(alerts))
    bad += _count_clause("pending", pending)
    bad += _count_clause("errors", errors)
    return tuple(good), tuple(bad)


def _others(alerts: Sequence[Alert]) -> int:
    """Count the alerts that have no clause of their own."""
    return sum(alert.kind not in _TOLD for alert in alerts)


def _count_clause(clause: str, count: int) -> list[Phrase]:
    if not count:
        return []
    return [Phrase(code=f"clause.{clause}", params={"count": count}, count=count)]


def _targets(clause: str, tiles: Sequence[Tile], state: str) -> list[Phrase]:
    """Name the headline figures in `state`; progress and budget have clauses of their own."""
    names = tuple(
        Phrase(code=f"name.{tile.id}")
        for tile in tiles
        if tile.state == state and tile.id not in ("progress", "budget")
    )
    return [Phrase(code=f"clause.{clause}", params={"names": names})] if names else []


def tiles_of(
    form: Mapping[str, Any],
    totals: Mapping[str, Figure],
    progress: TaskProgress,
    burn: Burn,
    time: Figure,
    *,
    close: float,
) -> tuple[Tile, ...]:
    """Return sales, ROAS, new users, CAC, progress against time, and the use of the budget."""
    limit = totals.get("cac"), _number(form.get(Campaign.LIMIT_CAC))
    return (
        _sales(totals.get("sales"), totals.get("sales_achievement"), close),
        against("roas", totals.get("roas"), _number(form.get(Campaign.TARGET_ROAS)), close),
        _achieved(
            "new_users", totals.get("new_users"), form.get(Campaign.TARGET_NEW_USERS), time, close
        ),
        against("cac", *limit, close, lower_is_better=True),
        _progress(progress, time),
        _budget(burn),
    )


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def _missing(metric: str, unit: Unit = "number") -> Figure:
    return Figure(metric=metric, value=None, reason="no_data", unit=unit)


def _no_target(metric: str, one: Figure, code: str = "tile.no_target") -> Tile:
    return Tile(id=metric, figure=one, target=Phrase(code=code))


def _sales(sales: Figure | None, achieved: Figure | None, close: float) -> Tile:
    """Compare sales with the targets of the same rows: a target for days to come says nothing.

    Where some rows have no target the sales shown are those of the others, and it is said.
    """
    sales = sales or _missing("sales", "money")
    if achieved is None or achieved.value is None or achieved.denominator is None:
        return _no_target("sales", sales)
    left_out = sales.rows - achieved.rows
    compared = replace(sales, value=achieved.numerator, rows=achieved.rows, left_out=left_out)
    tile = _share("sales", compared, achieved.value, achieved.denominator, close)
    if left_out <= 0:
        return replace(tile, figure=sales)
    goal = Amount(value=achieved.denominator, unit=sales.unit)
    params = {"target": goal, "rows": achieved.rows, "all": sales.rows}
    return replace(tile, target=Phrase(code="tile.target_of_rows", params=params))


def _achieved(metric: str, one: Figure | None, target: Any, time: Figure, close: float) -> Tile:
    """Compare with a target that is due at the campaign's end.

    Short of it, the figure is judged against the target's share of the time elapsed.
    """
    one, goal = one or _missing(metric), _number(target)
    if goal is None or goal <= 0:
        return _no_target(metric, one)
    if one.value is None:
        return Tile(id=metric, figure=one, target=_target(goal, one.unit))
    tile = _share(metric, one, one.value / goal, goal, close)
    if tile.state == "done":
        return tile
    due = goal * (1.0 if time.value is None else time.value)
    verdict = judge(one.value, due, lower_is_better=False, close=close)
    return replace(tile, state="active" if verdict == "met" else _STATES[verdict])


def _target(goal: float, unit: Unit, code: str = "tile.target") -> Phrase:
    return Phrase(code=code, params={"target": Amount(value=goal, unit=unit)})


def _share(metric: str, one: Figure, achieved: float, goal: float, close: float) -> Tile:
    verdict = judge(achieved, 1, lower_is_better=False, close=close)
    lines = {"line": Amount(value=1, unit="percent"), "close": Amount(value=close, unit="percent")}
    params = {"share": Amount(value=achieved, unit="percent"), **lines}
    delta = Phrase(code="tile.achieved", params=params)
    return Tile(
        id=metric,
        figure=one,
        target=_target(goal, one.unit),
        delta=delta,
        state=_STATES[verdict],
    )


def against(
    metric: str,
    one: Figure | None,
    goal: float | None,
    close: float,
    *,
    lower_is_better: bool = False,
    aim: str = "target",
) -> Tile:
    """Compare a ratio with its target, or what the `aim` is, or its limit if lower is better."""
    one = one or _missing(metric)
    word = "limit" if lower_is_better else aim
    if goal is None:
        return _no_target(metric, one, f"tile.no_{word}")
    target = _target(goal, one.unit, f"tile.{word}")
    if one.value is None:
        return Tile(id=metric, figure=one, target=target)
    gap = one.value - goal
    side = "above" if gap > 0 else "below" if gap < 0 else "on"
    verdict = judge(one.value, goal, lower_is_better=lower_is_better, close=close)
    amount = Amount(value=abs(gap), unit=one.unit)
    return Tile(
        id=metric,
        figure=one,
        target=target,
        delta=Phrase(code=f"tile.{side}_{word}", params={"gap": amount}),
        state=_STATES[verdict],
    )


def _progress(done: TaskProgress, time: Figure) -> Tile:
    one = done.overall
    if time.value is None:
        return _no_target("progress", one, "tile.no_period")
    target = Phrase(
        code="tile.time", params={"share": Amount(value=round(time.value, 2), unit="percent")}
    )
    if one.value is None:
        return Tile(id="progress", figure=one, target=target)
    behind = time.value - one.value
    points = abs(points_behind(one.value, time.value))
    if points == 0:
        delta = Phrase(code="tile.in_time")
    else:
        code = "tile.behind" if behind > 0 else "tile.ahead"
        delta = Phrase(code=code, params={"points": points}, count=points)
    state = "close" if is_mostly_unmeasured(done) else "done"
    if points and behind > 0:
        state = "late" if behind > WATCH_GAP else "close"
    # Beside the points the words would shrink beyond reading; what time asks for is short.
    target = with_left_out("tile", target, one)
    return Tile(id="progress", figure=one, target=target, delta=delta, state=state)


def points_behind(progress: float, time: float) -> int:
    """Return by how many points progress trails time, as the two read in whole percents."""
    return round(100 * time) - round(100 * progress)


def is_mostly_unmeasured(done: TaskProgress) -> bool:
    """Tell whether so much work is of unknown progress that no figure can clear it."""
    return done.unmeasured > _MOST_UNMEASURED


def with_left_out(group: str, said: Phrase, one: Figure) -> Phrase:
    """Say besides how many tasks a figure leaves out."""
    if not one.left_out:
        return said
    return Phrase(code=f"{group}.left_out", params={"said": said, "left": one.left_out})


def _budget(burn: Burn) -> Tile:
    if burn.left is None:
        return _no_target("budget", burn.used, "tile.no_budget")
    over = burn.left < 0
    target = Phrase(
        code=f"tile.{'overspent' if over else 'left'}_{burn.base}",
        params={"amount": Amount(value=abs(burn.left), unit="money")},
    )
    if burn.used.value is None:
        return Tile(id="budget", figure=burn.used, target=target)
    if burn.over or burn.left_out:
        params = {"count": burn.over, "left": burn.left_out}
        delta = Phrase(code="tile.tasks_over", params=params, count=burn.over)
        if burn.left_out:
            code = "tile.tasks_over_left_out" if burn.over else "tile.tasks_left_out"
            delta = replace(delta, code=code, count=burn.over or burn.left_out)
        return Tile(
            id="budget",
            figure=burn.used,
            target=target,
            delta=delta,
            state="late" if over else "close",
        )
    return Tile(
        id="budget",
        figure=burn.used,
        target=target,
        delta=Phrase(code="tile.none_over"),
        state="late" if over else "done",
    )
