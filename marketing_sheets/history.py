"""The headline figures of a campaign by as-of day, as its workbook keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from .records import HistoryDay

# The Summary keeps them in hidden rows at its end, below a row of ids that begins with the stamp:
# the day, the verdict, and a column `history.<figure>` each.
HISTORY_STAMP: Final = "summary.history.1"
HISTORY_ID: Final = "history."
DAY, HEALTH = f"{HISTORY_ID}day", f"{HISTORY_ID}health"
# A year and a month of days, and some more; of more the last are kept.
MOST_DAYS: Final = 400
# The figures that every workbook has, if it has them at all; the headline figures follow by id.
FIGURES: Final = ("progress", "spend", "budget", "alerts", "problems")
HEADLINE: Final = "headline."
HEALTHS: Final = frozenset(("risk", "watch", "ok"))


def join_histories(*histories: Sequence[HistoryDay]) -> tuple[HistoryDay, ...]:
    """Return all days in order; of the same day the one in the last of the histories."""
    days = {one.day: one for history in histories for one in history}
    return tuple(days[day] for day in sorted(days)[-MOST_DAYS:])


def figure_ids(history: Sequence[HistoryDay]) -> tuple[str, ...]:
    """Return the ids of all figures that any day has: those of every workbook first."""
    known = dict.fromkeys(FIGURES) | dict.fromkeys(sorted({n for d in history for n in d.figures}))
    return tuple(known)


def iso_day(text: str) -> date | None:
    """Return the day that a text in ISO form names, None where it names none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
