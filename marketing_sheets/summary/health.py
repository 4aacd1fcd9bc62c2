"""The verdict on the whole campaign and the clauses of its one sentence."""

from __future__ import annotations

from collections.abc import Sequence

from ..alerts import Alert, AlertKind, Phrase
from ..metrics import Figure
from ..metrics_effect import Achievement, count_verdicts
from .model import Health, Tile

__all__ = ["WATCH_GAP", "clauses", "health_of"]

# Progress may trail the time elapsed by this much before it is worth a warning.
WATCH_GAP = 0.05
_RISKS: frozenset[AlertKind] = frozenset(
    ("issue_overdue", "issue_high", "task_late", "over_allocated", "over_budget")
)


def health_of(
    tiles: Sequence[Tile],
    alerts: Sequence[Alert],
    metrics: Sequence[Achievement],
    *,
    errors: int,
    filled: bool,
) -> Health:
    """Judge the campaign.

    risk: an unsolved issue is overdue or of high severity, an unfinished task is late, one is over
    budget, all together have more than the campaign's, or any other alert is of high severity.
    watch: an evaluated metric or a headline figure missed or came close to its target, progress
    trails time by more than 5 points, cells could not be read (`errors`), or any other alert.
    none: nothing has been filled in. Else ok.
    """
    if any(_is_grave(alert) for alert in alerts):
        return "risk"
    verdicts = count_verdicts(metrics)
    doubtful = any(tile.state in ("close", "missed", "late") for tile in tiles)
    if verdicts.missed or verdicts.close or doubtful or errors or _others(alerts):
        return "watch"
    return "ok" if filled else "none"


def _is_grave(alert: Alert) -> bool:
    return alert.severity == "high" or (alert.kind in _RISKS and alert.severity != "low")


def clauses(
    tiles: Sequence[Tile],
    alerts: Sequence[Alert],
    metrics: Sequence[Achievement],
    progress: Figure,
    time: Figure,
    *,
    errors: int,
) -> tuple[tuple[Phrase, ...], tuple[Phrase, ...]]:
    """Return what is good and what is wrong, each as clauses of one sentence."""
    good = list(_targets("targets_met", tiles, "done"))
    bad = []
    if progress.value is not None and time.value is not None:
        points = round(100 * (time.value - progress.value))
        if points > 0:
            bad.append(Phrase(code="clause.behind", params={"points": points}, count=points))
        else:
            good.append(Phrase(code="clause.in_time"))
    counts = {kind: sum(alert.kind == kind for alert in alerts) for kind in _RISKS}
    verdicts = count_verdicts(metrics)
    bad += _targets("targets_missed", tiles, "missed")
    bad += _counted("late", counts["task_late"])
    if counts["over_allocated"]:
        bad.append(Phrase(code="clause.allocated"))
    bad += _counted("over", counts["over_budget"])
    bad += _counted("missed", verdicts.missed)
    bad += _counted("overdue", counts["issue_overdue"])
    bad += _counted("high", counts["issue_high"])
    if not verdicts.missed:
        bad += _counted("close", verdicts.close)
    bad += _targets("targets_close", tiles, "close")
    bad += _counted("alerts", _others(alerts))
    bad += _counted("errors", errors)
    return tuple(good), tuple(bad)


def _others(alerts: Sequence[Alert]) -> int:
    """Count the alerts that have no clause of their own."""
    return sum(alert.kind not in (*_RISKS, "below_target") for alert in alerts)


def _counted(clause: str, count: int) -> list[Phrase]:
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
